"""How much a tenant may have. Looked up before something is made: requests at the same moment may pass by a little."""

from __future__ import annotations

from config.quotas import quotas_of
from jynco.errors import QuotaExceeded
from jynco.model.quotas import Quotas
from jynco.model.storyboard import Document
from jynco.model.uploads import Usage
from workers.house import house

GIGABYTE = 10**9


def one_more_project() -> None:
    """QuotaExceeded where the tenant has as many projects as it may."""
    most = _quotas().projects
    if most is not None and _usage().projects >= most:
        raise QuotaExceeded(f"There are {most} projects already: delete one first.")


def one_more_job() -> None:
    """QuotaExceeded where as many jobs as may be have not ended yet."""
    most = _quotas().jobs
    if most is not None and _usage().jobs >= most:
        raise QuotaExceeded(f"{most} jobs have not ended yet: wait for some of them.", retry_after=10.0)


def clips(document: Document) -> None:
    """QuotaExceeded for a storyboard with more clips than may be."""
    most, timeline = _quotas().clips, document.get("timeline")
    if most is not None and isinstance(timeline, list) and len(timeline) > most:
        raise QuotaExceeded(f"The storyboard has {len(timeline)} clips; {most} are allowed: split it.")


def more_bytes(size: int) -> None:
    """QuotaExceeded where there is no room for a file of this size."""
    most = _quotas().gigabytes
    if most is not None and _usage().stored + size > most * GIGABYTE:
        raise QuotaExceeded(f"All files together may have {most} GB: delete a project first.")


def _quotas() -> Quotas:
    return quotas_of(house().settings)


def _usage() -> Usage:
    return house().database.uploads.usage()
