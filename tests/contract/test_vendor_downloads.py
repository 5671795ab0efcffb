"""Result addresses are foreign input: where a download may go, how long it may take, how large it may be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from jynco.adapters.providers import download
from jynco.adapters.providers.account import Account
from jynco.adapters.providers.download import Delivery
from jynco.errors import Cancelled, GenerationFailed, PollFailed
from tests.contract.vendors import Watching
from tests.doubles.vendor import Fault, Reply, Vendor

CLIP = bytes(range(256)) * 4096


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with Vendor(CLIP) as vendor:
        yield vendor


def delivery(vendor: Vendor | None, timeout: float = 5.0) -> Delivery:
    return Delivery("Vendor", Account("VENDOR_KEY", None, vendor.address if vendor else None, timeout))


def never() -> str:
    raise AssertionError("a fresh address was asked for")


def bring(vendor: Vendor, target: Path, timeout: float = 5.0, path: str = "/results/t/1.mp4") -> None:
    delivery(vendor, timeout).bring(vendor.address + path, never, target, Watching())


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1:{port}/results/t/1.mp4",
        "https://localhost:{port}/results/t/1.mp4",
        "https://[::1]:{port}/results/t/1.mp4",
        "https://[::ffff:127.0.0.1]:{port}/results/t/1.mp4",
        "https://2130706433:{port}/results/t/1.mp4",
        "https://0x7f.1:{port}/results/t/1.mp4",
        "https://0.0.0.0:{port}/results/t/1.mp4",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[fd00::1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://100.64.0.1/",
        "http://example.com/",
        "file:///etc/passwd",
        "data:video/mp4;base64,AAAA",
        "",
        "//host",
    ],
)
def test_nothing_is_fetched_from_inside_this_network(vendor: Vendor, tmp_path: Path, url: str) -> None:
    address = url.format(port=vendor.address.rpartition(":")[2])
    with pytest.raises(GenerationFailed, match="not fetched"):
        delivery(None).bring(address or None, lambda: address, tmp_path / "clip.mp4", Watching())
    assert not vendor.seen
    assert list(tmp_path.iterdir()) == []


def test_a_vendor_here_may_keep_its_clips_here_and_no_further(vendor: Vendor, tmp_path: Path) -> None:
    bring(vendor, tmp_path / "clip.mp4")
    assert (tmp_path / "clip.mp4").read_bytes() == CLIP
    with pytest.raises(GenerationFailed, match=re.escape("10.0.0.1, inside this network")):
        delivery(vendor).bring("http://10.0.0.1/", never, tmp_path / "other.mp4", Watching())


def test_a_redirect_is_looked_at_like_any_address(vendor: Vendor, tmp_path: Path) -> None:
    vendor.refuse("result", 302, location="http://169.254.169.254/latest/")
    with pytest.raises(GenerationFailed, match="inside this network"):
        bring(vendor, tmp_path / "clip.mp4")
    vendor.refuse("result", 302, location=f"{vendor.address}/results/t/2.mp4")
    bring(vendor, tmp_path / "clip.mp4")
    assert (tmp_path / "clip.mp4").read_bytes() == CLIP


@pytest.mark.parametrize("status", [204, 206, 400, 429, 500, 503])
def test_what_is_no_clip_is_fetched_again_later(vendor: Vendor, tmp_path: Path, status: int) -> None:
    vendor.refuse("result", status)
    with pytest.raises(PollFailed, match=f"HTTP {status}"):
        bring(vendor, tmp_path / "clip.mp4")
    assert vendor.seen["result"] == 1


def test_an_empty_file_is_no_clip(vendor: Vendor, tmp_path: Path) -> None:
    vendor.fail("result", Fault("reply", Reply(200, b"")))
    with pytest.raises(PollFailed, match="0 of some bytes"):
        bring(vendor, tmp_path / "clip.mp4")


def test_a_file_that_is_too_large_is_not_even_begun(vendor: Vendor, tmp_path: Path) -> None:
    vendor.fail("result", Fault("reply", Reply(200, b"x", {"Content-Length": str(download.MOST_BYTES + 1)})))
    with pytest.raises(GenerationFailed, match="more than 1024 MiB"):
        bring(vendor, tmp_path / "clip.mp4")


def test_a_download_that_only_trickles_ends(vendor: Vendor, tmp_path: Path) -> None:
    """Each piece comes in time, all of them together do not."""
    vendor.trickle = 0.02
    with pytest.raises(PollFailed, match=r"not done after 2 s"):
        bring(vendor, tmp_path / "clip.mp4", timeout=0.4)
    assert list(tmp_path.iterdir()) == []


def test_a_watch_that_says_no_ends_it_without_a_trace(vendor: Vendor, tmp_path: Path) -> None:
    class Impatient(Watching):
        def check(self) -> None:
            raise Cancelled("The job was cancelled.")

    (tmp_path / "clip.mp4").write_bytes(b"earlier")
    with pytest.raises(Cancelled):
        delivery(vendor).bring(f"{vendor.address}/results/t/1.mp4", never, tmp_path / "clip.mp4", Impatient())
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"earlier"]


def test_an_address_that_runs_out_twice_is_a_failed_fetch(vendor: Vendor, tmp_path: Path) -> None:
    vendor.expired = 2
    asked: list[str] = []

    def fresh() -> str:
        asked.append(f"{vendor.address}/results/t/2.mp4")
        return asked[-1]

    with pytest.raises(PollFailed):
        delivery(vendor).bring(f"{vendor.address}/results/t/1.mp4", fresh, tmp_path / "clip.mp4", Watching())
    assert len(asked) == 1


def test_a_signed_address_is_not_repeated_in_errors(vendor: Vendor, tmp_path: Path) -> None:
    vendor.fail("result", Fault("reset"))
    with pytest.raises(PollFailed) as caught:
        bring(vendor, tmp_path / "clip.mp4", path="/results/t/1.mp4?signature=abc")
    assert "abc" not in caught.value.message
