"""One file per resource. A route parses, asks the house, and shows; it decides nothing."""

from __future__ import annotations

from typing import Final

from api.routes import (
    assets,
    clips,
    costs,
    events,
    health,
    interchange,
    jobs,
    metrics,
    plan,
    projects,
    queues,
    storyboard,
    streams,
    takes,
    uploads,
    versions,
    webhooks,
)
from api.routing import Routes

ALL: Final[tuple[Routes, ...]] = (
    projects.routes,
    storyboard.routes,
    assets.routes,
    uploads.routes,
    plan.routes,
    interchange.routes,
    costs.routes,
    jobs.routes,
    streams.routes,
    clips.routes,
    takes.routes,
    versions.routes,
    events.routes,
    webhooks.routes,
    queues.routes,
    health.routes,
    metrics.routes,
)
