"""Settings in, a House out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from config.settings import Settings
from jynco.adapters.clock import SystemClock
from jynco.adapters.database.desk import LOCAL
from jynco.adapters.lock.watchful import WatchfulLocks
from jynco.agents.architect import Architect
from jynco.agents.casting import Casting
from jynco.agents.cutting import Cutting
from jynco.agents.drawing import Drafter
from jynco.agents.interchange import Interchange
from jynco.agents.motion import Motion, Tools, Withdrawal
from jynco.agents.quartermaster import Quartermaster
from jynco.agents.render import Render
from jynco.agents.scouting import Scout
from jynco.agents.storyboard import StoryboardKeeper
from jynco.bootstrap.ground import (
    make_database,
    make_device,
    make_locks,
    make_media,
    make_slots,
    make_storage,
)
from jynco.bootstrap.house import Ground, House
from jynco.bootstrap.listening import listen
from jynco.bootstrap.vendors import make_casting, make_providers, rules
from jynco.model.ids import ProjectId
from jynco.ports import Database

CONNECTIONS: Final = 5  # of one process to the database


def build(
    settings: Settings,
    database: Database | None = None,
    *,
    connections: int = CONNECTIONS,
    waited_for: bool = False,
    later: Callable[[ProjectId], None] | None = None,
) -> House:
    """The house of these settings; ``database`` instead of the one they name (its in-memory twin, say).

    ``waited_for``: somebody waits for every answer, and would rather hear within 3 s that there is none.
    ``later``: who publishes a project in a moment; without anybody it is done at once.
    """
    listen(settings)
    clock = SystemClock()
    storage, lock = make_storage(settings, waited_for=waited_for), make_locks(settings)
    (media, pictures), device = make_media(), make_device(settings)
    providers = make_providers(settings, clock)
    database = database or make_database(settings, connections, waited_for=waited_for)
    lock = WatchfulLocks(lock, database.ping) if waited_for else lock
    quartermaster = Quartermaster(storage, media, pictures, settings.encoders + 1)
    doors = rules(settings, providers)
    keeper = StoryboardKeeper(database, storage, lock, clock, later)
    casting = make_casting(settings, providers, LOCAL)
    drafter, scout = (
        Drafter(quartermaster, casting),
        Scout(quartermaster, Cutting(quartermaster, media, device=device)),
    )
    return House(
        settings=settings,
        clock=clock,
        database=database,
        quartermaster=quartermaster,
        storyboard=keeper,
        casting=casting,
        architect=Architect(database, keeper, quartermaster, drafter, lock, clock, scout, doors),
        motion=Motion(
            database.ledger,
            quartermaster,
            providers,
            clock,
            database.jobs,
            database.admission,
            lease=settings.lease,
            give_up=settings.give_up,
            rules=doors,
        ),
        withdrawal=Withdrawal(
            Tools(database.ledger, quartermaster, clock, settings.lease, settings.give_up, settings.poll),
            providers,
            settings.poll,
        ),
        render=Render(
            database,
            quartermaster,
            media,
            processes=settings.encoders,
            slots=make_slots(settings),
            device=device,
        ),
        scout=scout,
        interchange=Interchange(database, keeper, quartermaster),
        ground=Ground(storage, lock, providers, doors, later),
    )


def workshop(settings: Settings) -> tuple[Quartermaster, Casting]:
    """What ``validate`` needs: files and providers, and no server."""
    media, pictures = make_media()
    providers = make_providers(settings, SystemClock())
    return Quartermaster(make_storage(settings), media, pictures), Casting(providers, settings.providers)


def tags(film: Path) -> Mapping[str, str]:
    """What a film says of itself, its storyboard among it. AssetRefused."""
    from jynco.adapters.media import tags

    return tags.tags(film)
