"""JSON Merge Patch (RFC 7396): what PATCH does to a document."""

from __future__ import annotations

from jynco.document.wording import shown
from jynco.errors import DocumentInvalid, Fault
from jynco.model.storyboard import Document, Json


def merge(document: Document, patch: Json) -> Document:
    """The document with the patch's members in place: null takes out, objects are merged, all else replaces.

    Lists are replaced whole. Neither argument is changed; unchanged parts are shared with the result.
    DocumentInvalid when the patch is no object, for it would replace the whole storyboard by something else.
    """
    if not isinstance(patch, dict):
        raise DocumentInvalid([Fault("", "type", f"the patch must be a JSON object; it is {shown(patch)}")])
    return _merged(document, patch)


def _merged(target: Json, patch: dict[str, Json]) -> dict[str, Json]:
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = _merged(result.get(name), value) if isinstance(value, dict) else value
    return result
