"""Part one: five vendors that misbehave, workers that are killed, and what was billed beside what the ledger knows.

In each round every clip has a trouble of its own, and some clips are wanted by two projects at once. When all have
ended, those that nobody knows about are asked for again without consent: that must cost nothing more.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from PIL import Image

from config.settings import VENDORS, Settings, read
from jynco.adapters.clock import SystemClock
from jynco.adapters.providers.mock import Mock
from jynco.agents import layout
from jynco.bootstrap import House
from jynco.embedded import Servers
from jynco.model.ids import ClipId, ProjectId
from jynco.model.jobs import Generation, Job
from jynco.model.motion import Shot, Ticket
from jynco.model.plan import Wishes
from jynco.model.states import GenerationState, JobState, Purpose
from jynco.model.time import Rate
from tests.acceptance.kit import environment, held
from tests.chaos.crew import Crew, Reaper, kills
from tests.chaos.tally import Tally
from tests.chaos.troubles import NO_NEWS, Trouble, troubles
from tests.chaos.wild import UNLIMITED, Wild, prompt_of, wild
from tests.contract.vendors import CASES, Case
from tests.doubles.vendor import KEY

GIVE_UP: Final = 40.0
PATIENCE: Final = 150.0  # seconds until the clips of one round have ended; they take some 30
PAUSE: Final = 1.5  # seconds at most between the orders of two vendors, lest one kill hits them all
TWINS: Final = frozenset({"calm", "429 seconds", "deaf", "truncated", "expired", "broken download"})
OUTAGE: Final = frozenset({NO_NEWS, "consent_needed", "worker_died", "gave_up", "not_accepted"})
AGAIN: Final = frozenset({NO_NEWS, "consent_needed", "worker_died", "gave_up"})


@dataclass(frozen=True, slots=True)
class Scale:
    """How much of it: vendors, clips of each vendor in a round, kills in a round, workers."""

    vendors: tuple[str, ...] = tuple(case.name for case in CASES)
    clips: int = 6
    kills: int = 4
    workers: int = 2


@dataclass(frozen=True, slots=True)
class Wanted:
    """One clip that a project has asked for."""

    case: Case
    label: str
    trouble: Trouble
    job: Job
    is_crowded: bool  # the vendor takes few orders at a time

    @property
    def ends(self) -> frozenset[str]:
        """With which codes it may fail, though nobody is killed."""
        return self.trouble.ends | (frozenset({"not_accepted"}) if self.is_crowded else frozenset())


@dataclass
class Stage:
    """Everything that runs while it lasts."""

    house: House
    servers: Servers
    reaper: Reaper
    doubles: Mapping[str, Wild]
    picture: Path
    ends: float  # on the monotonic clock
    decks: dict[str, list[Trouble]] = field(default_factory=dict)
    stories: list[str] = field(default_factory=list)  # how each clip ended

    @property
    def left(self) -> float:
        return self.ends - time.monotonic()


def run(
    seed: int,
    seconds: float,
    rounds: int,
    folder: Path,
    *,
    scale: Scale = Scale(),
    tell: Callable[[str], None] = lambda _: None,
) -> list[Tally]:
    """As many rounds as fit into ``seconds``, ``rounds`` at most. A line for each vendor.

    ``tell`` hears how each clip ended.
    """
    tallies = {name: Tally(name) for name in scale.vendors}
    with _stage(folder, scale, time.monotonic() + seconds) as stage:
        longest = 0.0
        for number in range(rounds):
            began = time.monotonic()
            if number and stage.left < 1.5 * longest:
                break
            for tally in _round(stage, scale, random.Random(f"{seed}/{number}"), f"{seed}-{number}"):
                tallies[tally.what] += tally
                for story in stage.stories:
                    tell(story)
                stage.stories.clear()
            longest = max(longest, time.monotonic() - began)
        found = list(tallies.values())
        return [*found, Tally("workers", kills=stage.reaper.kills)]


# --- the stage


@contextmanager
def _stage(folder: Path, scale: Scale, ends: float) -> Iterator[Stage]:
    from workers import house as houses
    from workers.app import configure

    reaper, film = Reaper(), _film(folder)
    with ExitStack() as stack:
        doubles = {
            case.name: stack.enter_context(wild(case.double, film, reaper.hear))
            for case in CASES
            if case.name in scale.vendors
        }
        variables = environment(**_variables(doubles))
        servers = stack.enter_context(held(folder / "data", ("beat",), **_variables(doubles)))
        variables |= {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url}
        variables |= {"JYNCO_DATA": str(folder / "data")}
        settings: Settings = read(variables)
        configure(settings)
        houses.use(settings)
        house = houses.house()
        stack.callback(house.close)
        reaper.crew = stack.enter_context(Crew(scale.workers, variables, servers.log_dir))
        yield Stage(house, servers, reaper, doubles, _picture(folder), ends)


def _variables(doubles: Mapping[str, Wild]) -> dict[str, str]:
    found = {"JYNCO_PROVIDER_TIMEOUT_SECONDS": "4", "JYNCO_GIVE_UP_SECONDS": str(GIVE_UP)}
    found |= {"JYNCO_LEASE_SECONDS": "5"}  # with less, a busy machine is taken for a dead worker
    for name, double in doubles.items():
        key, address = VENDORS[name]
        found |= {key: KEY, address: double.address}
    return found


def _film(folder: Path) -> bytes:
    """A real film, as long as the longest order for these clips."""
    shot = Shot("mock", "mock", "1", "a card", "", None, 120, Rate(24), 320, 180)
    folder.mkdir(parents=True, exist_ok=True)
    Mock(SystemClock()).collect(shot, None, Ticket("t", {"readyAt": ""}), folder / "film.mp4", _Still())
    return (folder / "film.mp4").read_bytes()


def _picture(folder: Path) -> Path:
    Image.linear_gradient("L").resize((320, 180)).convert("RGB").save(folder / "sea.png")
    return folder / "sea.png"


class _Still:
    """A watch that never says no."""

    def check(self) -> None:
        pass

    def progress(self, fraction: float) -> None:
        pass


# --- one round


def _round(stage: Stage, scale: Scale, chance: random.Random, name: str) -> list[Tally]:
    before = stage.reaper.kills
    wrong = {vendor: double.went_wrong for vendor, double in stage.doubles.items()}
    stage.reaper.plan(kills(chance, scale.kills))
    wanted = [
        clip
        for case in CASES
        if case.name in scale.vendors
        for clip in _asked(stage, scale, case, chance, f"{name}-{case.name}")
    ]
    ended = _awaited(stage, wanted)
    hit = stage.reaper.kills > before
    again = _awaited(stage, _retried(stage, ended))
    notes = [*stuck(ended, hit), *stuck(again, hit, retried=True), *_reckoned(stage, wanted)]
    stage.reaper.plan([])
    return [
        _tally(vendor, [clip for clip in ended if clip.case.name == vendor], notes, faults)
        for vendor, faults in ((v, d.went_wrong - wrong[v]) for v, d in stage.doubles.items())
    ]


def _asked(stage: Stage, scale: Scale, case: Case, chance: random.Random, name: str) -> Iterator[Wanted]:
    """Ask for a vendor's clips; and once more, from another project, for those that two may want."""
    time.sleep(chance.uniform(0, PAUSE))
    double = stage.doubles[case.name]
    double.most = chance.choice((2, 4, UNLIMITED))
    drawn = {f"{name}-{number}": _drawn(stage, case, chance) for number in range(scale.clips)}
    for label, trouble in drawn.items():
        double.expect(label, trouble)
    yield from _ordered(stage, case, f"proj_{name}", drawn)
    yield from _ordered(stage, case, f"proj_{name}-twin", {k: v for k, v in drawn.items() if v.name in TWINS})


def _drawn(stage: Stage, case: Case, chance: random.Random) -> Trouble:
    """The next from a shuffled deck, so that every trouble comes before any comes again."""
    deck = stage.decks.setdefault(case.name, [])
    if not deck:
        deck += troubles(case, chance)
        chance.shuffle(deck)
    return deck.pop()


def _ordered(stage: Stage, case: Case, project: str, drawn: Mapping[str, Trouble]) -> Iterator[Wanted]:
    from workers import dispatch

    if not drawn:
        return
    project_id, here = ProjectId(project), stage.house
    here.storyboard.store(_document(project, case, list(drawn)))
    here.ground.storage.put(layout.people(project_id, "images/sea.png"), stage.picture)
    started = here.architect.start(project_id, Wishes(Purpose.CLIPS))
    dispatch.start(started)
    by_clip = {f"clip_{label}": label for label in drawn}
    for job in started.clips:
        label = by_clip[job.clip_id or ""]
        yield Wanted(case, label, drawn[label], job, stage.doubles[case.name].most < UNLIMITED)


def _document(project: str, case: Case, labels: Sequence[str]) -> dict[str, Any]:
    settings = {"resolution": {"width": 320, "height": 180}, "fps": 24, "codec": "h264", "quality": "draft"}
    timeline = [
        {
            "clipId": f"clip_{label}",
            "status": "pending",
            "motionPrompt": prompt_of(label),
            "sourceImage": "images/sea.png",
            "duration": 1.5,
            "provider": f"{case.name}:{case.model}",
        }
        for label in labels
    ]
    return {"version": "1.2", "projectId": project, "outputSettings": settings, "timeline": timeline}


def _retried(stage: Stage, ended: Sequence[Wanted]) -> list[Wanted]:
    """Ask once more, without consent, for what may have been billed already."""
    from workers import dispatch

    found = []
    for clip in ended:
        if clip.job.failure is None or clip.job.failure.code not in AGAIN:
            continue
        wishes = Wishes(Purpose.CLIPS, clips=(ClipId(str(clip.job.clip_id)),))
        started = stage.house.architect.start(clip.job.project_id, wishes)
        dispatch.start(started)
        found += [replace(clip, job=job) for job in started.clips]
    return found


def _awaited(stage: Stage, wanted: Sequence[Wanted]) -> list[Wanted]:
    """The clips with their jobs as they are in the end, or when patience is at an end."""
    ends = time.monotonic() + min(PATIENCE, max(stage.left, 1.0))
    jobs = stage.house.database.jobs
    while True:
        now = [replace(each, job=jobs.get(each.job.job_id)) for each in wanted]
        if all(each.job.state.terminal for each in now) or time.monotonic() > ends:
            stage.stories += map(_story, now)
            return now
        threading.Event().wait(0.3)


# --- what came of it


@dataclass(frozen=True, slots=True)
class Note:
    """Something that must not be: of which kind, at which vendor, and all it takes to look into it."""

    kind: str  # double, lost, stuck
    vendor: str
    count: int
    words: str


def stuck(ended: Sequence[Wanted], hit: bool, *, retried: bool = False) -> Iterator[Note]:
    """Clips that have not ended, or not as their trouble, and the kills, allow."""
    for clip in ended:
        job, code = clip.job, clip.job.failure.code if clip.job.failure else ""
        allowed = clip.ends | (OUTAGE if hit or retried else frozenset())
        if job.state is JobState.COMPLETED or (job.state is JobState.FAILED and code in allowed):
            continue
        said = job.failure.message if job.failure else ""
        again = "asked again: " if retried else ""
        yield Note(
            "stuck",
            clip.case.name,
            1,
            f"{again}{clip.label} ({clip.trouble.name}) is {job.state} {code} {said}",
        )


def _story(clip: Wanted) -> str:
    code = f" ({clip.job.failure.code})" if clip.job.failure else ""
    return f"{clip.label}, {clip.trouble.name}: {clip.job.state}{code}"


def _reckoned(stage: Stage, ended: Sequence[Wanted]) -> Iterator[Note]:
    for label, (vendor, rows) in _rows(stage, ended).items():
        yield from reckoned(vendor, label, stage.doubles[vendor].billed(label), rows)


def reckoned(vendor: str, label: str, bills: int, rows: Sequence[Generation]) -> Iterator[Note]:
    """What is wrong with the bills for one clip, for which consent to pay again was never given."""
    story = f"{label}: {bills} bills; ledger: " + ", ".join(
        f"{row.state} {row.error_code or ''} {row.task_id or ''}" for row in rows
    )
    if bills > 1:
        yield Note("double", vendor, bills - 1, story)
    known = sum(map(_may_be_billed, rows))
    if bills > known:
        yield Note("lost", vendor, bills - known, story)


def _may_be_billed(row: Generation) -> bool:
    """Whether the ledger admits that this attempt may cost: all but those that say nothing was taken."""
    return row.state is not GenerationState.FAILED or row.task_id is not None


def _rows(stage: Stage, ended: Sequence[Wanted]) -> dict[str, tuple[str, list[Generation]]]:
    """Every attempt for each clip, whichever of the two projects made it."""
    histories = {
        project: stage.house.database.ledger.history(project)
        for project in {clip.job.project_id for clip in ended}
    }
    found: dict[str, tuple[str, list[Generation]]] = {}
    for clip in ended:
        rows = found.setdefault(clip.label, (clip.case.name, []))[1]
        rows += [row for row in histories[clip.job.project_id] if row.clip_id == clip.job.clip_id]
    return found


def _tally(vendor: str, clips: Sequence[Wanted], notes: Sequence[Note], faults: int) -> Tally:
    mine = [note for note in notes if note.vendor == vendor]
    counts = {
        kind: sum(note.count for note in mine if note.kind == kind) for kind in ("double", "lost", "stuck")
    }
    words = tuple(f"{note.kind} at {vendor}: {note.words}" for note in mine)
    return Tally(vendor, rounds=1, clips=len(clips), faults=faults, notes=words, **counts)
