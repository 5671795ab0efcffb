"""Everything that works together in one process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from config.settings import Settings
from jynco.adapters.database.desk import desk
from jynco.adapters.outgoing import Outgoing
from jynco.adapters.outgoing import Rules as Addresses
from jynco.agents.architect import Architect
from jynco.agents.casting import Casting
from jynco.agents.drawing import Drafter
from jynco.agents.herald import Herald
from jynco.agents.interchange import Interchange
from jynco.agents.janitor import Janitor
from jynco.agents.motion import Motion, Withdrawal
from jynco.agents.quartermaster import Quartermaster
from jynco.agents.render import Render
from jynco.agents.scouting import Scout
from jynco.agents.sequel import Continuing
from jynco.agents.storyboard import StoryboardKeeper
from jynco.agents.storyboard.history import History
from jynco.agents.takes import Takes
from jynco.bootstrap.vendors import make_casting
from jynco.model.admission import Rules
from jynco.model.ids import ProjectId
from jynco.ports import Clock, Database, Lock, Provider, Storage


@dataclass(frozen=True, slots=True)
class Ground:
    """What every tenant's part of a house stands on."""

    storage: Storage
    lock: Lock
    providers: Mapping[str, Provider]
    rules: Rules
    later: Callable[[ProjectId], None] | None = None  # who publishes a project in a moment


@dataclass(frozen=True, slots=True)
class House:
    """Everything that works together in one process."""

    settings: Settings
    clock: Clock
    database: Database
    quartermaster: Quartermaster
    storyboard: StoryboardKeeper
    casting: Casting
    architect: Architect
    motion: Motion
    withdrawal: Withdrawal
    render: Render
    scout: Scout
    interchange: Interchange
    ground: Ground

    def of(self, tenant: str) -> House:
        """The house as one tenant sees it: nothing of anybody else's is there."""
        database = desk(self.database).of(tenant)
        casting = make_casting(self.settings, self.ground.providers, tenant)
        ground = self.ground
        keeper = StoryboardKeeper(database, ground.storage, ground.lock, self.clock, ground.later)
        drafter = Drafter(self.quartermaster, casting)
        lock, store = self.ground.lock, self.quartermaster
        rules = self.ground.rules
        architect = Architect(database, keeper, store, drafter, lock, self.clock, self.scout, rules)
        return replace(
            self,
            database=database,
            storyboard=keeper,
            casting=casting,
            architect=architect,
            interchange=Interchange(database, keeper, store),
        )

    @property
    def takes(self) -> Takes:
        """What was made of each clip, and the way back to it."""
        drafter = Drafter(self.quartermaster, self.casting)
        return Takes(self.database, self.storyboard, self.quartermaster, drafter, self.architect, self.clock)

    @property
    def history(self) -> History:
        """What people wanted before."""
        return History(self.storyboard, self.database.projects)

    @property
    def continuing(self) -> Continuing:
        """Clips that begin where others end."""
        return Continuing(self.storyboard, self.quartermaster, self.clock)

    @property
    def janitor(self) -> Janitor:
        """Who clears away what nobody needs, whoever's it was."""
        return Janitor(self.database, self.quartermaster, self.clock, self.settings.keeping)

    @property
    def outgoing(self) -> Outgoing:
        """The way to addresses that strangers named."""
        return Outgoing(Addresses(loopback=self.settings.outgoing_loopback))

    @property
    def herald(self) -> Herald:
        """Who tells the receivers of webhooks."""
        return Herald(
            self.database.webhooks,
            self.outgoing,
            self.clock,
            public_url=self.settings.public_url,
            pace=self.settings.retry_base / 2,  # seconds of the first wait for a vendor; 2 unless it was said
            lease=self.settings.lease,
        )

    def close(self) -> None:
        """Give the connections back."""
        self.database.close()
