"""What there is of a kind (effects, transitions, layers): ours, and what installed packages bring.

Packages are looked for once, when somebody first asks. One that cannot be loaded harms only the films that
name what it would have brought, and is named there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from typing import Final, Generic, Protocol, TypeVar

from jynco.errors import UsageWrong


class Named(Protocol):
    """Whatever a registry holds."""

    @property
    def name(self) -> str:
        """What documents call it."""


T = TypeVar("T", bound=Named)
HOUSE: Final = "jynco"  # who brings what is built in


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """One thing that can be named, who brings it, and in which version: another version is another picture."""

    thing: T
    origin: str = HOUSE


class Registry(Generic[T]):
    """Things by name. Ours come first: no package can put its own in their place."""

    def __init__(self, group: str, kind: type[T], own: Sequence[T]) -> None:
        self.group = group
        self._kind = kind
        self._own = {thing.name: Entry(thing) for thing in own}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Everything that can be used, ours first."""
        return tuple(self._entries)

    @cached_property
    def things(self) -> tuple[T, ...]:
        """The same, themselves."""
        return tuple(entry.thing for entry in self._entries.values())

    @property
    def broken(self) -> Mapping[str, str]:
        """What packages promise and cannot keep: its name, and a sentence that names the package."""
        return self._found[1]

    def get(self, name: str) -> T:
        """The thing of that name. UsageWrong where there is none, or its package is faulty."""
        return self._entry(name).thing

    def origin(self, name: str) -> str:
        """Who brings it: ``jynco``, or a package and its version."""
        return self._entry(name).origin

    def _entry(self, name: str) -> Entry[T]:
        entry = self._own.get(name) or self._entries.get(name)
        if entry is None:
            raise UsageWrong(self.refusal(name))
        return entry

    def refusal(self, name: str) -> str:
        """Why ``name`` cannot be used, in one sentence."""
        return self.broken.get(name) or f"There is no {name!r}; there are {', '.join(self.names)}."

    @cached_property
    def _entries(self) -> Mapping[str, Entry[T]]:
        return {**self._own, **self._found[0]}

    @cached_property
    def _found(self) -> tuple[Mapping[str, Entry[T]], Mapping[str, str]]:
        good: dict[str, Entry[T]] = {}
        bad: dict[str, str] = {}
        for point in sorted(entry_points(group=self.group), key=lambda point: point.name):
            try:
                good[point.name] = self._loaded(point)
            except Exception as fault:  # whatever a stranger's package raises
                bad[point.name] = (
                    f"{point.name!r} of the package {_package(point)} cannot be used "
                    f"({type(fault).__name__}: {fault}); mend or uninstall that package."
                )
        return good, bad

    def _loaded(self, point: EntryPoint) -> Entry[T]:
        thing = point.load()
        if point.name in self._own:
            raise ValueError("that name is Jynco's own")
        if not isinstance(thing, self._kind):
            raise TypeError(f"{point.value} is no {self._kind.__module__}.{self._kind.__name__}")
        if thing.name != point.name:
            raise ValueError(f"it calls itself {thing.name!r}")
        return Entry(thing, _package(point))


def _package(point: EntryPoint) -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist else point.value
