"""Files that are sent straight to the storage: what may be asked for, and what is answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from marshmallow import ValidationError, fields, post_load
from marshmallow.validate import Length, OneOf, Range, Regexp

from api.media import SUFFIXES
from api.names import plain
from api.schemas.base import CamelSchema, Count
from api.schemas.projects import AssetTold
from jynco.adapters.database.desk import TENANT_PATTERN
from jynco.model.uploads import UPLOAD_PATTERN

SHA256: Final = r"^[0-9a-f]{64}\Z"
SIGNATURE: Final = r"^[0-9a-f]{64}\Z"


class _Bytes(fields.Integer):
    """A whole number; neither text, nor true, nor 1.5."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValidationError("must be a whole number")
        return value


@dataclass(frozen=True, slots=True)
class Announced:
    """A file that somebody wants to send."""

    name: str
    size: int
    sha256: str | None
    media_type: str | None


@dataclass(frozen=True, slots=True)
class Signed:
    """What an address of ours says of itself."""

    tenant: str
    expires: int  # seconds since 1970
    signature: str


class UploadAsked(CamelSchema):
    """A file that is to be sent."""

    filename = fields.String(
        required=True,
        validate=Length(min=1, max=255),
        metadata={"examples": ["dawn.jpg"], "description": "For people; nothing is kept under it."},
    )
    size = _Bytes(
        required=True,
        validate=Range(min=1),
        metadata={"examples": [31337], "description": "Bytes, exactly; up to 2 GiB."},
    )
    sha256 = fields.String(
        load_default=None,
        validate=Regexp(SHA256, error="must be 64 hexadecimal digits"),
        metadata={
            "pattern": plain(SHA256),
            "description": "Of the content. What the project has already need not be sent; other content is refused.",
        },
    )
    media_type = fields.String(
        load_default=None,
        validate=OneOf(sorted(SUFFIXES)),
        metadata={"description": "What it must turn out to be, where that matters."},
    )

    @post_load
    def announced(self, data: dict[str, Any], **_: Any) -> Announced:
        """The wish as a value."""
        return Announced(data["filename"], data["size"], data["sha256"], data["media_type"])


class SignedAsked(CamelSchema):
    """The query of an address that was signed."""

    tenant = fields.String(
        required=True, validate=Regexp(TENANT_PATTERN), metadata={"pattern": plain(TENANT_PATTERN)}
    )
    expires = Count(required=True)
    signature = fields.String(
        required=True, validate=Regexp(SIGNATURE), metadata={"pattern": plain(SIGNATURE)}
    )

    @post_load
    def signed(self, data: dict[str, Any], **_: Any) -> Signed:
        """The query as a value."""
        return Signed(**data)


class UploadTold(CamelSchema):
    """Where a file may be sent, and how."""

    upload_id = fields.String(required=True, metadata={"pattern": plain(UPLOAD_PATTERN)})
    method = fields.String(
        required=True, metadata={"description": "PUT: the bytes as they are; POST: a form."}
    )
    url = fields.String(
        required=True, metadata={"description": "Takes the file from whoever knows it, until it expires."}
    )
    headers = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "To be sent along."},
    )
    fields_ = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        data_key="fields",
        metadata={"description": "Of the form, before its field 'file'; empty for PUT."},
    )
    expires_at = fields.DateTime(required=True)
    asset = fields.Nested(
        AssetTold,
        required=True,
        allow_none=True,
        metadata={
            "description": "The project has this content already: nothing need be sent. Otherwise null."
        },
    )
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
