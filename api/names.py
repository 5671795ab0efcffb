"""Ids in addresses. What cannot be an id is nothing that could be found: 404, before anything is looked up."""

from __future__ import annotations

import re
from typing import ClassVar, Final

from flask import Flask
from werkzeug.routing import BaseConverter, ValidationError

from jynco.model.ids import CLIP_PATTERN, JOB_PATTERN, PROJECT_PATTERN
from jynco.model.uploads import UPLOAD_PATTERN
from jynco.model.webhooks import DELIVERY_PATTERN, WEBHOOK_PATTERN

LONGEST: Final = 300  # characters; no id we keep is longer


class _Name(BaseConverter):
    pattern: ClassVar[str]
    # ``regex`` is said of each, too: what a converter refuses later would be a 405 where there are other methods.

    def to_python(self, value: str) -> str:
        if len(value) > LONGEST or re.match(self.pattern, value) is None:
            raise ValidationError
        return value


def _bare(pattern: str) -> str:
    return pattern.removeprefix("^").removesuffix(r"\Z")


class ProjectName(_Name):
    """``proj_...``"""

    pattern = PROJECT_PATTERN
    regex = _bare(PROJECT_PATTERN)


class ClipName(_Name):
    """``clip_...``"""

    pattern = CLIP_PATTERN
    regex = _bare(CLIP_PATTERN)


class JobName(_Name):
    """``job_motion_...`` or ``job_render_...``"""

    pattern = JOB_PATTERN
    regex = _bare(JOB_PATTERN)


class WebhookName(_Name):
    """``wh_...``"""

    pattern = WEBHOOK_PATTERN
    regex = _bare(WEBHOOK_PATTERN)


class DeliveryName(_Name):
    """``msg_...``"""

    pattern = DELIVERY_PATTERN
    regex = _bare(DELIVERY_PATTERN)


class UploadName(_Name):
    """``up_...``"""

    pattern = UPLOAD_PATTERN
    regex = _bare(UPLOAD_PATTERN)


CONVERTERS: Final[dict[str, type[_Name]]] = {
    "project": ProjectName,
    "clip": ClipName,
    "job": JobName,
    "upload": UploadName,
    "webhook": WebhookName,
    "delivery": DeliveryName,
}


def register(app: Flask) -> None:
    """Teach the app's addresses these names."""
    app.url_map.converters.update(CONVERTERS)
    app.url_map.merge_slashes = False  # an address without its id is no other address


def described(name: _Name) -> dict[str, str]:
    """The OpenAPI schema of such a name."""
    return {"type": "string", "pattern": plain(type(name).pattern)}


def plain(pattern: str) -> str:
    r"""A pattern as ECMAScript writes it, where ``$`` is already as strict as Python's ``\Z``."""
    return pattern.replace(r"\Z", "$")
