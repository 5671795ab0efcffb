"""The agents in one process: real files, real films (tiny ones), rows in memory, and a clock that tests turn."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import cast

from PIL import Image

from jynco.adapters.database.memory import MemoryDatabase
from jynco.adapters.lock.memory import MemoryLocks
from jynco.adapters.media.ffmpeg import FFmpeg
from jynco.adapters.media.stills import Stills
from jynco.adapters.providers.camera import Camera
from jynco.adapters.providers.mock import Mock
from jynco.adapters.storage.local import LocalStorage
from jynco.agents import layout
from jynco.agents.architect import Architect, Started
from jynco.agents.casting import Casting
from jynco.agents.drawing import Drafter
from jynco.agents.motion import Motion, failure
from jynco.agents.motion.held import Tools
from jynco.agents.motion.withdrawal import Withdrawal
from jynco.agents.quartermaster import Quartermaster
from jynco.agents.render import Render, Rendered
from jynco.agents.steps import Finished, Refused, Step
from jynco.agents.storyboard import StoryboardKeeper
from jynco.model.admission import Rules
from jynco.model.ids import CacheKey, ClipId, ProjectId
from jynco.model.jobs import Claim, ClipRow, Generation, Job
from jynco.model.money import FREE
from jynco.model.plan import Plan, Wishes
from jynco.model.states import OnMissing, Purpose
from jynco.model.storyboard import Document, Json
from jynco.ports import Database, Ledger, Provider, Storage

PROJECT = ProjectId("proj_lake")
LEASE = 30.0
GIVE_UP = 900.0
RETRIES = 3  # of refused submits, as the workers' base has them


class Hands:
    """A clock that a test turns; each look takes a millisecond, so that no two moments are one."""

    def __init__(self) -> None:
        self._now = datetime(2026, 3, 1, 12, tzinfo=UTC)
        self._tokens = 0

    def now(self) -> datetime:
        self._now += timedelta(milliseconds=1)
        return self._now

    def token(self) -> str:
        self._tokens += 1
        return f"{self._tokens:020d}"

    def turn(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


class Heart:
    """A worker's tie to the outside: a test may have something happen whenever it is looked at."""

    def __init__(self, happens: Callable[[], None] = lambda: None) -> None:
        self._happens = happens

    def check(self) -> None:
        self._happens()

    def progress(self, fraction: float) -> None:
        """Nobody watches."""

    @contextmanager
    def tend(self, beat: Callable[[], None]) -> Iterator[None]:
        beat()
        yield


@dataclass
class Shop:
    """A whole house without servers. ``bills`` counts what the mock was paid for, by cache key."""

    folder: Path
    clock: Hands = field(default_factory=Hands)
    storage: Storage = field(init=False)
    database: Database = field(init=False)
    providers: dict[str, Provider] = field(init=False)
    lock: MemoryLocks = field(default_factory=MemoryLocks)
    rules: Rules = field(default_factory=Rules)
    lineup: tuple[str, ...] = ("mock",)
    tenant: str = "local"

    def __post_init__(self) -> None:
        self.storage = LocalStorage(self.folder / "data")
        self.database = MemoryDatabase(self.clock)
        mock = Mock(self.clock, folder=self.folder / "mock", billable=True)
        self.providers = {"mock": mock, "camera": Camera()}

    # --- the agents, as bootstrap joins them ------------------------------------------------------------

    @property
    def quartermaster(self) -> Quartermaster:
        return Quartermaster(self.storage, FFmpeg(), Stills())

    @property
    def keeper(self) -> StoryboardKeeper:
        return StoryboardKeeper(self.database, self.storage, self.lock, self.clock)

    @property
    def architect(self) -> Architect:
        quartermaster = self.quartermaster
        drafter = Drafter(quartermaster, Casting(self.providers, self.lineup, self.tenant))
        return Architect(self.database, self.keeper, quartermaster, drafter, self.lock, self.clock)

    def motion(self, ledger: Ledger | None = None) -> Motion:
        return Motion(
            ledger or self.database.ledger,
            self.quartermaster,
            self.providers,
            self.clock,
            self.database.jobs,
            self.database.admission,
            lease=LEASE,
            give_up=GIVE_UP,
            rules=self.rules,
        )

    @property
    def withdrawal(self) -> Withdrawal:
        tools = Tools(self.database.ledger, self.quartermaster, self.clock, LEASE, GIVE_UP)
        return Withdrawal(tools, self.providers, 5)

    # --- people ----------------------------------------------------------------------------------------

    def project(self, *clips: dict[str, Json], project_id: str = PROJECT, **fields: Json) -> ProjectId:
        """A project with these clips and a blue picture."""
        self.keeper.store(document(*clips, project_id=project_id, **fields))
        self.picture("images/sea.png", "blue", project_id)
        return ProjectId(project_id)

    def picture(self, name: str, colour: str, project_id: str = PROJECT) -> None:
        path = self.folder / "picture.png"
        Image.new("RGB", (96, 54), colour).save(path)
        self.storage.put(layout.people(ProjectId(project_id), name), path)

    def plan(self, wishes: Wishes | None = None, project_id: ProjectId = PROJECT) -> Plan:
        return self.architect.plan(project_id, wishes or Wishes())

    def start(self, wishes: Wishes | None = None, project_id: ProjectId = PROJECT) -> Started:
        return self.architect.start(project_id, wishes or Wishes())

    def retry(self, clip_id: str, *, pay_again: bool = False, failover_moderated: bool = False) -> Job:
        """A job for one clip."""
        started = self.architect.retry(
            PROJECT, ClipId(clip_id), pay_again=pay_again, failover_moderated=failover_moderated
        )
        return started.clips[0]

    def published(self, project_id: ProjectId = PROJECT) -> Document:
        """What is in storyboard.json."""
        return cast(Document, json.loads(self.storage.read(layout.mirror(project_id))))

    def write(self, text: Document | bytes, project_id: ProjectId = PROJECT) -> None:
        """Edit storyboard.json by hand."""
        data = text if isinstance(text, bytes) else json.dumps(text, indent=1).encode()
        self.storage.path(layout.mirror(project_id)).write_bytes(data)

    # --- workers ---------------------------------------------------------------------------------------

    def claim(self, job: Job, owner: str = "w1") -> Claim:
        claim = self.database.jobs.claim(job.job_id, owner, LEASE)
        assert claim is not None, f"{job.job_id} is taken or over"
        return claim

    def step(
        self, job: Job, owner: str = "w1", *, ledger: Ledger | None = None, heart: Heart | None = None
    ) -> Step:
        """What a worker does with one message."""
        claim = self.claim(job, owner)
        motion = self.motion(ledger)
        step = motion.advance(claim, heart or Heart())
        if isinstance(step, Refused) and claim.job.refusals >= RETRIES:
            step = motion.ended(claim, failure(step.error))
        if isinstance(step, Finished):
            self.database.jobs.finish_motion(claim, step.outcome)
        else:
            refused = isinstance(step, Refused)  # the next try is due at once here
            self.database.jobs.park(claim, 0 if refused else 1, refused=refused)
        return step

    def work(self, job: Job, owner: str = "w1", *, pause: float = 5.0, most: int = 300) -> Job:
        """Step until the job has ended, with a pause in seconds between the steps."""
        for _ in range(most):
            if self.job(job).state.terminal:
                return self.job(job)
            self.step(job, owner)
            self.clock.turn(pause)
        raise AssertionError(f"{job.job_id} does not end")

    def render(self, started: Started) -> Rendered:
        """Make the clips, then the film."""
        for job in started.clips:
            self.work(job)
        assert started.film is not None
        claim = self.claim(started.film)
        rendered = Render(self.database, self.quartermaster, FFmpeg()).film(claim.job, Heart())
        self.database.jobs.finish_render(
            claim, output=rendered.output, receipt=rendered.receipt, failure=rendered.failure
        )
        return rendered

    # --- what came of it -------------------------------------------------------------------------------

    def job(self, job: Job) -> Job:
        return self.database.jobs.get(job.job_id)

    def row(self, clip_id: str, project_id: ProjectId = PROJECT) -> ClipRow:
        rows = self.database.projects.clips(project_id)
        return next(row for row in rows if row.clip_id == clip_id)

    def attempts(self, project_id: ProjectId = PROJECT) -> list[Generation]:
        """Every attempt, the first one first."""
        return list(reversed(self.database.ledger.history(project_id)))

    def states(self, project_id: ProjectId = PROJECT) -> list[str]:
        return [str(row.state) for row in self.attempts(project_id)]

    def bills(self) -> Counter[str]:
        path = self.folder / "mock" / "bills.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return Counter(str(json.loads(line)["key"]) for line in lines)

    @property
    def paid(self) -> int:
        """How many bills there are."""
        return self.bills().total()


class Killed(BaseException):
    """The worker is gone; nothing of it runs any more."""


class Mortal:
    """A ledger whose worker dies before or after it has written a certain state.

    ``sent`` stands for the word that a request goes out, which comes right before it.
    """

    def __init__(self, ledger: Ledger, before: str = "", after: str = "") -> None:
        self._ledger = ledger
        self._before = before
        self._after = after
        self._dead = False

    def take(
        self, key: CacheKey, job: Job, owner: str, seconds: float, *, price: Decimal | None = FREE
    ) -> Generation | None:
        return self._ledger.take(key, job, owner, seconds, price=price)

    def advance(self, generation: Generation, state: str, **known: object) -> Generation:
        self._die(state == self._before)
        row = self._ledger.advance(generation, state, **known)  # type: ignore[arg-type]
        self._die(state == self._after)
        return row

    def beat(self, generation: Generation, seconds: float) -> None:
        self._die(self._dead)
        self._ledger.beat(generation, seconds)

    def sending(self, generation: Generation, seconds: float) -> Generation:
        self._die(self._before == "sent")
        row = self._ledger.sending(generation, seconds)
        self._die(self._after == "sent")
        return row

    def release(self, generation: Generation, *, details: Mapping[str, str] | None = None) -> None:
        self._die(self._dead)
        self._ledger.release(generation, details=details)

    def unknown(self, key: CacheKey) -> Generation | None:
        return self._ledger.unknown(key)

    def knows(self, provider: str, task_id: str) -> bool:
        return self._ledger.knows(provider, task_id)

    def latest(self, key: CacheKey) -> Generation | None:
        return self._ledger.latest(key)

    def history(self, project_id: ProjectId) -> list[Generation]:
        return list(self._ledger.history(project_id))

    def withdraw(self, owner: str, seconds: float, limit: int, *, grace: float = GIVE_UP) -> list[Generation]:
        return list(self._ledger.withdraw(owner, seconds, limit, grace=grace))

    def _die(self, now: bool) -> None:
        if now or self._dead:
            self._dead = True
            raise Killed


def clip(name: str, /, prompt: str = "calm", **fields: Json) -> dict[str, Json]:
    """A clip of half a second from the blue picture."""
    made: dict[str, Json] = {
        "clipId": f"clip_{name}",
        "status": "pending",
        "motionPrompt": prompt,
        "sourceImage": "images/sea.png",
        "duration": 0.5,
    }
    return {name: value for name, value in {**made, **fields}.items() if value is not None}


def failing(name: str, fail: str, times: int | None = None, **fields: Json) -> dict[str, Json]:
    """A clip that the mock fails in a certain way."""
    options: dict[str, Json] = {"fail": fail} | ({} if times is None else {"times": times})
    return {**clip(name), "providerOptions": options, **fields}


def document(*clips: dict[str, Json], project_id: str = PROJECT, **fields: Json) -> Document:
    """A small storyboard at ten frames a second."""
    settings: Json = {
        "resolution": {"width": 96, "height": 54},
        "fps": 10,
        "codec": "h264",
        "quality": "draft",
    }
    base: Document = {"version": "1.2", "projectId": project_id, "outputSettings": settings}
    return {**base, "timeline": [*clips], **fields}


def wishes(on_missing: OnMissing = OnMissing.BLOCK, purpose: Purpose = Purpose.FINAL) -> Wishes:
    return Wishes(purpose, on_missing=on_missing)


def code(job: Job) -> str | None:
    """Why a job failed."""
    return job.failure.code if job.failure else None
