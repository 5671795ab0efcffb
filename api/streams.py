"""A film that grows: its parts sent one after the other, each as soon as it is there."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Generator
from dataclasses import dataclass
from typing import Final

from jynco.agents.screening import Screen, Screening
from jynco.errors import Conflict, JyncoError, NotFound, ServiceAway
from jynco.model.ids import JobId
from jynco.model.states import JobKind, JobState
from workers.house import house

LOOK: Final = 0.1  # seconds between two looks for the next part
LOOKS: Final = 10  # for the part, between two at the job
PATIENCE: Final = 200  # looks for the first part: proxies give up after half a minute without an answer
MOST: Final = 60  # growing films of one process: each keeps a thread
_open: Final = threading.BoundedSemaphore(MOST)
log = logging.getLogger("jynco.api")


@dataclass(frozen=True, slots=True)
class Showing:
    """A film of which at least the first part can be played, and how its job was when somebody looked."""

    screen: Screen
    state: JobState

    @property
    def whole(self) -> bool:
        """Whether nothing more will come."""
        return self.state.terminal or self.screen.ready == self.screen.parts


def begun(job_id: JobId) -> Showing:
    """As ``showing``, but a film whose cut is just beginning is waited for."""
    pause = threading.Event()
    for _ in range(PATIENCE):
        try:
            return showing(job_id)
        except Conflict:
            if house().database.jobs.get(job_id).state is not JobState.RUNNING:
                raise
        pause.wait(LOOK)
    return showing(job_id)


def showing(job_id: JobId) -> Showing:
    """What can be played of a job's film. Conflict while nothing can be, NotFound when nothing ever will."""
    here = house()
    job = here.database.jobs.get(job_id)
    if job.kind is not JobKind.RENDER:
        raise NotFound(f"{job_id} makes a clip, which plays only when it is whole.")
    try:
        screen = Screening(here.quartermaster).open(job)
        if screen.ready:
            return Showing(screen, job.state)
    except NotFound:
        if job.state.terminal:
            raise
    if job.state.terminal:
        raise NotFound(f"{job_id} is {job.state}, and its parts are not kept any more.")
    raise Conflict(f"{job_id} has nothing to play yet: ask again in a moment.")


def playlist(shown: Showing) -> str:
    """What can be played so far, as HLS: a list that only grows, and says when it is whole."""
    screen = shown.screen
    longest = max(screen.seconds(number) for number in range(screen.parts))
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{math.ceil(longest)}",
        "#EXT-X-PLAYLIST-TYPE:EVENT",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        "#EXT-X-START:TIME-OFFSET=0,PRECISE=YES",  # a list that grows is else begun near its end
        '#EXT-X-MAP:URI="stream/init.mp4"',
    ]
    whole = shown.whole
    for number in range(screen.ready):
        lines += [f"#EXTINF:{float(screen.seconds(number)):.6f},", f"stream/{number}.m4s"]
    return "\n".join([*lines, *(["#EXT-X-ENDLIST"] if whole else []), ""])


def growing(shown: Showing) -> Generator[bytes, None, None]:
    """The opening, then every part as soon as it is there; ends early when none will come any more."""
    if not _open.acquire(blocking=False):
        raise ServiceAway(f"{MOST} films are played from here already: ask again in a while.", retry_after=5)
    try:
        yield shown.screen.opening()
        for number in range(shown.screen.parts):
            if not _there(shown.screen, number):
                return
            yield shown.screen.part(number)
    except JyncoError as fault:  # the answer has begun: all that is left is to end it
        log.warning("a stream ended early: %s", fault.message, extra={"job_id": shown.screen.job_id})
    finally:
        _open.release()


def _there(screen: Screen, number: int) -> bool:
    """Waits for a part; False when its job has ended without it."""
    pause, jobs = threading.Event(), house().database.jobs
    while not screen.has(number):
        if jobs.get(screen.job_id).state.terminal:
            return screen.has(number)
        for _ in range(LOOKS):
            if screen.has(number):
                break
            pause.wait(LOOK)
    return True
