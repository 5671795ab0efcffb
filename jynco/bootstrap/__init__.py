"""Joins the parts, once: settings in, a House out. Nobody else decides which adapter stands behind a port."""

from jynco.bootstrap.building import CONNECTIONS, build, tags, workshop
from jynco.bootstrap.house import Ground, House
from jynco.bootstrap.vendors import rules

__all__ = ["CONNECTIONS", "Ground", "House", "build", "rules", "tags", "workshop"]
