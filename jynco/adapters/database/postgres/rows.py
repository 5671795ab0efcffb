"""Rows to values and back. The only place that knows both the columns and the model."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import RowMapping

from jynco.adapters.database.text import storable
from jynco.model.jobs import ClipRow, Event, Failure, Generation, Job, Project, Receipt, ReceiptLine, Remark
from jynco.model.motion import Shot
from jynco.model.states import ClipStatus, GenerationState, JobKind, JobState, Lane, Made, Purpose
from jynco.model.storyboard import Json

Values = dict[str, object]


def to_project(row: RowMapping) -> Project:
    """A row of ``projects``."""
    return Project(**row)


def to_clip(row: RowMapping) -> ClipRow:
    """A row of ``clips``."""
    values = {name: row[name] for name in row if name != "updated_at"}
    return ClipRow(**{**values, "status": ClipStatus(row["status"])})


def from_clip(clip: ClipRow) -> Values:
    """The columns of a clip that callers decide."""
    return {name: getattr(clip, name) for name in ClipRow.__dataclass_fields__}


def to_job(row: RowMapping) -> Job:
    """A row of ``jobs``, without its lease: only a Claim carries that."""
    values = {name: row[name] for name in Job.__dataclass_fields__ if name not in {"steps", "held"}}
    return Job(
        **{
            **values,
            "kind": JobKind(row["kind"]),
            "purpose": Purpose(row["purpose"]),
            "lane": Lane(row["lane"]),
            "state": JobState(row["state"]),
            "shot": Shot.from_json(row["shot"]) if row["shot"] else None,
            "lineup": tuple(Shot.from_json(shot) for shot in row["lineup"]),
            "said": tuple(Remark(**remark) for remark in row["said"]),
            "receipt": _to_receipt(row["receipt"]) if row["receipt"] else None,
            "failure": Failure(**row["failure"]) if row["failure"] else None,
            "waits": Failure(**row["waits"]) if row["waits"] else None,
            "steps": row["fence"],
            "held": row["owner"] is not None,
        }
    )


def from_job(job: Job) -> Values:
    """What was asked for; the rest of the row begins as the table says and is the database's to change."""
    asked = (
        "job_id",
        "project_id",
        "kind",
        "purpose",
        "lane",
        "correlation_id",
        "parent_id",
        "clip_id",
        "image",
    )
    values: Values = {name: getattr(job, name) for name in asked}
    shot = job.shot.to_json() if job.shot else None
    cast = {"lineup": [shot.to_json() for shot in job.lineup], "said": [*map(from_remark, job.said)]}
    return {**values, **cast, "shot": shot, "document": job.document, "options": dict(job.options)}


def from_remark(remark: Remark) -> Json:
    """What a provider said, as a job's row keeps it."""
    return {
        "provider": remark.provider,
        "model": remark.model,
        "code": remark.code,
        "message": storable(remark.message),
        "refusals": remark.refusals,
    }


def from_failure(failure: Failure | None) -> dict[str, Json] | None:
    """The failure as a job's row keeps it."""
    if failure is None:
        return None
    return {"code": failure.code, "message": failure.message, "retryable": failure.retryable}


def from_receipt(receipt: Receipt | None) -> dict[str, Json] | None:
    """The receipt as a job's row keeps it; money as text, because JSON readers make floats of numbers."""
    if receipt is None:
        return None
    lines: list[Json] = [_from_line(line) for line in receipt.lines]
    return {"lines": lines, "frames": receipt.frames, "cost_usd": str(receipt.cost_usd)}


def _from_line(line: ReceiptLine) -> dict[str, Json]:
    return {
        "clip_id": line.clip_id,
        "made": str(line.made),
        "provider": line.provider,
        "model": line.model,
        "cost_usd": str(line.cost_usd),
        "note": line.note,
    }


def _to_receipt(kept: Mapping[str, Any]) -> Receipt:
    lines = tuple(
        ReceiptLine(**{**line, "made": Made(line["made"]), "cost_usd": Decimal(line["cost_usd"])})
        for line in kept["lines"]
    )
    return Receipt(lines, kept["frames"], Decimal(kept["cost_usd"]))


def to_generation(row: RowMapping, *, fresh: bool = False) -> Generation:
    """A row of ``generations``."""
    values = {name: row[name] for name in Generation.__dataclass_fields__ if name != "fresh"}
    shot = Shot.from_json(row["shot"]) if row["shot"] else None
    return Generation(**{**values, "state": GenerationState(row["state"]), "shot": shot}, fresh=fresh)


def to_event(row: RowMapping) -> Event:
    """A row of ``events``."""
    return Event(**row)
