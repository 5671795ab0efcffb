"""RFC 6901 JSON Pointers: the place of a fault inside a document."""

from __future__ import annotations


def escape(name: str | int) -> str:
    """One reference token. Lone surrogates are spelled out, so that every pointer can be printed."""
    if isinstance(name, int) or (name.isalnum() and name.isascii()):
        return str(name)
    text = name.replace("~", "~0").replace("/", "~1")
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


def under(base: str, *names: str | int) -> str:
    """The pointer to a place below ``base``: ``under("/timeline", 3, "duration")``."""
    return base + "".join(f"/{escape(name)}" for name in names)


def order(pointer: str) -> list[tuple[int, int, str]]:
    """A sort key that puts ``/timeline/2`` before ``/timeline/10``."""
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in pointer.split("/")[1:]]
