"""How commands speak: answers on standard output, everything else on standard error."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass

import orjson
from rich.console import Console

from jynco.cli import exits
from jynco.errors import JyncoError
from jynco.model.storyboard import Json


@dataclass(frozen=True, slots=True)
class Speech:
    """One command's voice. With ``json`` the answer is one object; words go to standard error either way."""

    json: bool
    err: Console

    @classmethod
    def create(cls, json: bool) -> Speech:
        """A voice for this terminal; NO_COLOR is obeyed."""
        return cls(json, Console(stderr=True, highlight=False, soft_wrap=True, markup=False))

    def say(self, sentence: str) -> None:
        """Tell people what is going on."""
        self.err.print(sentence)

    def answer(self, text: str, value: Mapping[str, Json]) -> None:
        """The answer to the command, as text or as one JSON object."""
        if self.json:
            sys.stdout.buffer.write(orjson.dumps(value) + b"\n")
            sys.stdout.buffer.flush()
        elif text:
            sys.stdout.write(text + "\n")
            sys.stdout.flush()

    def fail(self, error: JyncoError) -> int:
        """Say what went wrong; returns the exit code."""
        for sentence in exits.sentences(error):
            self.say(f"jynco: {sentence}")
        if self.json:
            self.answer("", exits.as_json(error))
        return exits.code(error)
