"""What only this installation knows: it signs the addresses that it gives out, and the cookies of who signed in."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path

from config.settings import Settings
from jynco.errors import ServiceAway


def secret(settings: Settings) -> str:
    """What signs; where nobody has set one, it is made, and kept beside the data. ServiceAway."""
    return settings.secret_key or _kept(settings.data / "signing.key")


def signature(settings: Settings, *words: str) -> str:
    """Words that nobody else can sign, whichever process and whichever start of it is asked. ServiceAway."""
    told = b"".join(
        len(word.encode()).to_bytes(4) + word.encode() for word in words
    )  # no two lists look alike
    return hmac.new(secret(settings).encode(), told, hashlib.sha256).hexdigest()


def signed(settings: Settings, given: str, *words: str) -> bool:
    """Whether ``given`` is the signature of these words. ServiceAway."""
    return hmac.compare_digest(given.encode(), signature(settings, *words).encode())


def _kept(place: Path) -> str:
    """The secret in this file, made by whoever wants it first: readable by its owner only, and never half written."""
    try:
        with suppress(FileNotFoundError):
            return place.read_text("ascii")
        place.parent.mkdir(parents=True, exist_ok=True)
        own = place.with_name(f".{place.name}.{secrets.token_hex(8)}")
        with open(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:  # noqa: PTH123 - a descriptor
            file.write(secrets.token_hex(32))
        with suppress(FileExistsError):  # another process was quicker: its secret is everybody's
            os.link(own, place)
        own.unlink()
        return place.read_text("ascii")
    except OSError as fault:
        raise ServiceAway(
            f"Nothing can be signed, for {place.name} cannot be kept ({fault.strerror}): set JYNCO_SECRET_KEY."
        ) from fault
