"""What every provider that films on this machine promises: the camera and the mock alike."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from jynco.adapters.providers.camera import Camera
from jynco.adapters.providers.mock import Mock
from jynco.errors import (
    Cancelled,
    GenerationFailed,
    OutcomeUnknown,
    PollFailed,
    ProviderError,
    RequestRejected,
)
from jynco.model.motion import PollState, Shot, Ticket
from jynco.model.storyboard import Json
from jynco.model.time import Rate
from jynco.ports import Provider


@dataclass(slots=True)
class Hands:
    """A clock that goes when it is told to."""

    time: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    tokens: int = 0

    def now(self) -> datetime:
        return self.time

    def token(self) -> str:
        self.tokens += 1
        return f"{self.tokens:020}"


@dataclass(slots=True)
class Watching:
    """A watch that keeps what it was told, and ends the step after some frames."""

    frames_left: int = 1_000_000
    told: list[float] = field(default_factory=list)

    def check(self) -> None:
        self.frames_left -= 1
        if self.frames_left < 0:
            raise Cancelled("The job was cancelled.")

    def progress(self, fraction: float) -> None:
        self.told.append(fraction)


MAKERS: dict[str, Callable[[], Provider]] = {"camera": Camera, "mock": lambda: Mock(Hands())}


@pytest.fixture(params=MAKERS)
def provider(request: pytest.FixtureRequest) -> Provider:
    return MAKERS[request.param]()


@pytest.fixture
def still(tmp_path: Path) -> Path:
    noise = np.random.default_rng(3).integers(0, 255, (90, 160, 3), dtype=np.uint8)
    Image.fromarray(noise).resize((480, 270)).save(tmp_path / "still.png")
    return tmp_path / "still.png"


def shot_for(provider: Provider, frames: int = 24, rate: Rate = Rate(24)) -> Shot:
    offered = provider.capabilities(None)
    return Shot(
        provider.name, offered.model, offered.model_version, "dolly in", "", "0" * 64, frames, rate, 320, 180
    )


def collected(provider: Provider, shot: Shot, still: Path, target: Path) -> Path:
    provider.collect(shot, still, provider.submit(shot, still), target, Watching())
    return target


def pixels(path: Path) -> list[str]:
    """A digest of each decoded frame."""
    with av.open(path) as container:
        return [
            hashlib.sha256(frame.to_ndarray().tobytes()).hexdigest() for frame in container.decode(video=0)
        ]


def test_it_says_what_it_offers(provider: Provider) -> None:
    offered = provider.capabilities(None)
    assert offered.provider == provider.name
    assert offered.image_to_video
    assert provider.capabilities(offered.model) == offered
    with pytest.raises(RequestRejected):
        provider.capabilities("no-such-model")


@pytest.mark.parametrize("frames", [1, 24, 61])
@pytest.mark.parametrize("rate", [Rate(24), Rate(30000, 1001), Rate(60)])
def test_the_clip_has_exactly_its_frames_size_and_rate(
    provider: Provider, still: Path, tmp_path: Path, frames: int, rate: Rate
) -> None:
    path = collected(provider, shot_for(provider, frames, rate), still, tmp_path / "clip.mp4")
    assert len(pixels(path)) == frames
    with av.open(path) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height, stream.average_rate) == (320, 180, rate.fraction)
        assert len(container.streams) == 1


def test_the_clip_is_tagged_and_cuts_well(provider: Provider, still: Path, tmp_path: Path) -> None:
    """BT.709 in limited range, left-sited, a keyframe each half second, first frame at 0, index in front."""
    path = collected(provider, shot_for(provider, 48), still, tmp_path / "clip.mp4")
    with av.open(path) as container:
        context = container.streams.video[0].codec_context
        assert (context.color_primaries, context.color_trc, context.colorspace, context.color_range) == (
            1,
            1,
            1,
            1,
        )
        packets = [packet for packet in container.demux(video=0) if packet.size]
        assert [packet.pts for packet in packets if packet.is_keyframe] == [
            packets[at].pts for at in (0, 12, 24, 36)
        ]
        assert packets[0].pts == 0
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_the_same_shot_gives_the_same_bytes(provider: Provider, still: Path, tmp_path: Path) -> None:
    shot = shot_for(provider)
    first = collected(provider, shot, still, tmp_path / "a.mp4").read_bytes()
    assert collected(provider, shot, still, tmp_path / "b.mp4").read_bytes() == first
    other = collected(provider, replace(shot, prompt="sunset over the sea"), still, tmp_path / "c.mp4")
    assert other.read_bytes() != first


def test_frames_differ_from_each_other(provider: Provider, still: Path, tmp_path: Path) -> None:
    assert len(set(pixels(collected(provider, shot_for(provider), still, tmp_path / "a.mp4")))) == 24


def test_a_ticket_survives_being_written_down(provider: Provider, still: Path, tmp_path: Path) -> None:
    """Another process, with an object of its own, goes on from the row."""
    shot = shot_for(provider)
    ticket = provider.submit(shot, still)
    row = json.loads(json.dumps(asdict(ticket) | {"estimated_usd": str(ticket.estimated_usd)}))
    again = Ticket(row["task_id"], row["details"], Decimal(row["estimated_usd"]))
    assert again == ticket
    other, kept = MAKERS[provider.name](), Shot.from_json(json.loads(json.dumps(shot.to_json())))
    assert other.poll(kept, again).state is PollState.SUCCEEDED
    other.collect(kept, still, again, tmp_path / "a.mp4", Watching())
    assert len(pixels(tmp_path / "a.mp4")) == 24


def test_it_tells_how_far_it_is(provider: Provider, still: Path, tmp_path: Path) -> None:
    watch = Watching()
    provider.collect(
        shot_for(provider), still, provider.submit(shot_for(provider), still), tmp_path / "a.mp4", watch
    )
    assert watch.told == sorted(watch.told)
    assert watch.told[-1] == 1.0


def children() -> set[str]:
    """The processes that any thread of this one has started and that are not gone."""
    tasks = Path("/proc/self/task")
    return {child for task in tasks.iterdir() for child in (task / "children").read_text().split()}


@pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="children are counted in /proc, which is Linux's"
)
@pytest.mark.parametrize("frames", [0, 1, 10])
def test_a_watch_that_says_no_ends_it_without_a_trace(
    provider: Provider, still: Path, tmp_path: Path, frames: int
) -> None:
    shot, before = shot_for(provider, frames=600), children()
    folder = tmp_path / "clips"
    folder.mkdir()
    watch = Watching(frames_left=frames)
    with pytest.raises(Cancelled):
        provider.collect(shot, still, provider.submit(shot, still), folder / "a.mp4", watch)
    assert list(folder.iterdir()) == []
    assert children() == before


def test_an_earlier_clip_stays_until_the_new_one_is_whole(
    provider: Provider, still: Path, tmp_path: Path
) -> None:
    target = tmp_path / "a.mp4"
    target.write_bytes(b"earlier")
    shot = shot_for(provider)
    with pytest.raises(Cancelled):
        provider.collect(shot, still, provider.submit(shot, still), target, Watching(frames_left=3))
    assert target.read_bytes() == b"earlier"
    assert len(pixels(collected(provider, shot, still, target))) == 24


def test_a_folder_that_is_gone_is_an_error_of_ours(provider: Provider, still: Path, tmp_path: Path) -> None:
    shot = shot_for(provider, frames=600)
    with pytest.raises(GenerationFailed, match="FFmpeg could not encode"):
        provider.collect(shot, still, provider.submit(shot, still), tmp_path / "gone" / "a.mp4", Watching())


def test_odd_sizes_are_refused_with_the_mend(provider: Provider, still: Path) -> None:
    with pytest.raises(RequestRejected, match="even sizes only, not 321x180; add or take one pixel"):
        provider.submit(replace(shot_for(provider), width=321), still)


def test_unknown_options_are_refused(provider: Provider, still: Path) -> None:
    with pytest.raises(RequestRejected, match="options"):
        provider.submit(replace(shot_for(provider), options={"sparkle": 1}), still)


# --- the mock's own bad days


def asked(mock: Mock, **options: Json) -> Shot:
    return replace(shot_for(mock), options=options)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("moderated", "moderated"),
        ("rejected", "request_rejected"),
        ("not_accepted", "not_accepted"),
        ("no_credit", "no_credit"),
        ("key", "key_refused"),
    ],
)
def test_a_refused_request_is_not_billed(name: str, code: str, tmp_path: Path) -> None:
    mock = Mock(Hands(), folder=tmp_path, billable=True)
    with pytest.raises(ProviderError) as caught:
        mock.submit(asked(mock, fail=name), None)
    assert caught.value.code == code
    assert not (tmp_path / "bills.jsonl").exists()


def bills(folder: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in (folder / "bills.jsonl").read_text().splitlines()]


def test_every_accepted_request_is_billed_once(tmp_path: Path) -> None:
    mock = Mock(Hands(), folder=tmp_path, billable=True)
    shot = shot_for(mock, frames=48)
    ticket = mock.submit(shot, None)
    assert ticket.estimated_usd == Decimal("0.10")
    assert mock.poll(shot, ticket).actual_usd == Decimal("0.10")
    mock.submit(shot, None)
    assert [bill["key"] for bill in bills(tmp_path)] == [shot.key, shot.key]
    assert len({bill["task"] for bill in bills(tmp_path)}) == 2


def test_a_lost_answer_is_billed(tmp_path: Path) -> None:
    mock = Mock(Hands(), folder=tmp_path, billable=True)
    with pytest.raises(OutcomeUnknown):
        mock.submit(asked(mock, fail="unknown"), None)
    assert len(bills(tmp_path)) == 1


def test_latency_is_told_and_kept_in_the_ticket() -> None:
    clock = Hands()
    mock = Mock(clock)
    shot = asked(mock, latency=10)
    ticket = mock.submit(shot, None)
    clock.time += timedelta(seconds=4)
    answer = Mock(clock).poll(shot, ticket)
    assert answer.state is PollState.RUNNING
    assert answer.fraction == pytest.approx(0.4)
    clock.time += timedelta(seconds=6)
    assert Mock(clock).poll(shot, ticket).state is PollState.SUCCEEDED


@pytest.mark.parametrize("kept", [True, False])
def test_it_fails_as_often_as_it_is_told(kept: bool, tmp_path: Path) -> None:
    """With a folder the count outlives the object; without one it is the object's."""
    folder = tmp_path if kept else None
    mock = Mock(Hands(), folder=folder)
    shot = asked(mock, fail="not_accepted", times=2)
    for _ in range(2):
        with pytest.raises(ProviderError):
            mock.submit(shot, None)
        mock = Mock(Hands(), folder=folder) if kept else mock
    assert mock.submit(shot, None).task_id


def test_a_generation_may_fail_after_it_was_accepted() -> None:
    mock = Mock(Hands())
    shot = asked(mock, fail="generation", times=1)
    answer = mock.poll(shot, mock.submit(shot, None))
    assert answer.state is PollState.FAILED
    assert answer.error is not None
    assert mock.poll(shot, mock.submit(shot, None)).state is PollState.SUCCEEDED


def test_answers_and_clips_may_fail_too(tmp_path: Path) -> None:
    mock = Mock(Hands())
    dumb = asked(mock, fail="poll", times=1)
    ticket = mock.submit(dumb, None)
    with pytest.raises(PollFailed):
        mock.poll(dumb, ticket)
    assert mock.poll(dumb, ticket).state is PollState.SUCCEEDED
    bad = asked(mock, fail="quality")
    with pytest.raises(ProviderError, match="cannot be used"):
        mock.collect(bad, None, mock.submit(bad, None), tmp_path / "a.mp4", Watching())


@pytest.mark.parametrize(
    "options",
    [{"latency": -1}, {"latency": "x"}, {"latency": True}, {"fail": "often"}, {"times": 0}, {"text": 3}],
)
def test_the_mock_knows_its_options(options: dict[str, Json]) -> None:
    mock = Mock(Hands())
    with pytest.raises(RequestRejected, match="latency"):
        mock.submit(asked(mock, **options), None)


def test_the_card_shows_its_words(tmp_path: Path) -> None:
    mock = Mock(Hands())
    looks = set()
    for number, options in enumerate([{}, {"text": "Scene 4"}]):
        shot = replace(shot_for(mock, frames=2), options=dict(options))
        looks.add(pixels(collected(mock, shot, tmp_path, tmp_path / f"{number}.mp4"))[0])
    assert len(looks) == 2


FILMING_FOR_EVER = """
import sys
from pathlib import Path
from tests.contract.test_provider_contract import MAKERS, Watching, shot_for

class Telling(Watching):
    def progress(self, fraction):
        print("on air", flush=True)

provider = MAKERS[sys.argv[1]]()
shot, still = shot_for(provider, frames=20_000), Path(sys.argv[2])
provider.collect(shot, still, provider.submit(shot, still), Path(sys.argv[3]), Telling())
"""


@pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="children are found in /proc, which is Linux's"
)
def test_ffmpeg_does_not_outlive_a_process_that_is_killed(
    provider: Provider, still: Path, tmp_path: Path
) -> None:
    order = [sys.executable, "-c", FILMING_FOR_EVER, provider.name, str(still), str(tmp_path / "a.mp4")]
    with subprocess.Popen(order, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as filming:
        assert filming.stdout is not None
        assert filming.stdout.readline() == b"on air\n"
        tasks = Path(f"/proc/{filming.pid}/task")
        below = {name for task in tasks.iterdir() for name in (task / "children").read_text().split()}
        filming.kill()
    assert below, "FFmpeg, and whoever reads pictures apart"
    assert all(gone(Path("/proc") / each) for each in below)
    assert not (tmp_path / "a.mp4").exists()


def gone(process: Path) -> bool:
    """Within ten seconds; a zombie that nobody reaps has ended too."""
    for _ in range(200):
        try:
            if (process / "stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.05)
    return False
