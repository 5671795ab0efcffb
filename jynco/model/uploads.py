"""Files that people send by themselves: where to, and what was agreed about each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Presigned:
    """A request that whoever holds it may send, without a name: everything in it was signed, and it ends soon.

    ``fields``: of the form that a POST sends, before the field ``file``; a PUT sends the bytes as they are.
    """

    method: str  # PUT or POST
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
