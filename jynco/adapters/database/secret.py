"""API keys as people hold them: ``jk_`` and 43 characters of chance. The hash alone is kept.

A hash made to be slow is for words that people choose; 256 bits of chance cannot be guessed however fast.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Final

PATTERN: Final = re.compile(r"jk_[A-Za-z0-9_-]{43}")


def fresh() -> str:
    """A new key, never given before."""
    return f"jk_{secrets.token_urlsafe(32)}"


def hashed(key: str) -> str:
    """What is kept of a key: its SHA-256 in hexadecimal."""
    return hashlib.sha256(key.encode()).hexdigest()
