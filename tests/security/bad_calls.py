"""Everything bad that is not a storyboard."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from tests.security import bad_addresses, bad_bodies, bad_forms, bad_headers, bad_uploads
from tests.security.wire import Bad


def calls() -> Iterator[Bad]:
    """Addresses, headers, bodies and forms."""
    return itertools.chain(
        bad_addresses.nowhere(),
        bad_addresses.queries(),
        bad_addresses.versions(),
        bad_addresses.methods(),
        bad_headers.headers(),
        bad_headers.tags(),
        bad_bodies.bodies(),
        bad_bodies.jobs(),
        bad_bodies.clips(),
        bad_bodies.money(),
        bad_forms.forms(),
        bad_uploads.announced(),
        bad_uploads.sent(),
        bad_uploads.fetched(),
    )
