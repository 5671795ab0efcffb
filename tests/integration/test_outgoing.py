"""The guarded client: public addresses only, judged where the connection is made, and an end to every exchange."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest

from jynco.adapters.outgoing import Outgoing, Rules
from jynco.adapters.outgoing.leash import Leash
from jynco.errors import AddressFailed, AddressRefused, LimitExceeded

REFUSED = [
    "http://example.com/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_PING",
    "//example.com/",
    "example.com",
    "https://",
    "https:///path",
    "https:example.com",
    "https://user:secret@example.com/",
    "https://@example.com/",
    "https://example.com@127.0.0.1/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://127.0.0.1.:443/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://0/",
    "https://0.0.0.0/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://168.63.129.16/",
    "https://100.64.0.1/",
    "https://192.0.0.192/",
    "https://198.18.0.1/",
    "https://224.0.0.1/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:a9fe:a9fe]/",
    "https://[::127.0.0.1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fc00::1]/",
    "https://[fd00:ec2::254]/",
    "https://[fec0::1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b:1::a00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:7f00:1::]/",
    "https://[2001:db8::1]/",
    "https://[ff02::1]/",
    "https://localhost/",
    "https://LOCALHOST/",
    "https://localhost./",
    "https://api.localhost/",
    "https://printer.local/",
    "https://metadata.google.internal/",
    "https://router/",
    "https://example.com:22/",
    "https://example.com:6379/",
    "https://example.com:80/",
    "https://example.com:0/",
    "https://example.com:99999/",
    "https://example.com:/",
    "https://example.com:443:443/",
    "https://exa mple.com/",
    "https://example.com\\@127.0.0.1/",
    "https://example.com/\r\nX-Evil: 1",
    "https://example.com/\x00",
    "https://\u2460\u2461\u2466.0.0.1/",
    "https://ex\u00e4mple.com/",
    "https://[::1",
    "https://example.com/" + "a" * 2048,
    "",
]


@pytest.mark.parametrize("url", REFUSED)
def test_no_address_inside_a_network_is_asked(url: str) -> None:
    with pytest.raises(AddressRefused):
        Outgoing().check(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/",
        "https://example.com:8443/a?b=c",
        "https://hooks.xn--bcher-kva.example.org/x",
        "https://93.184.215.14/",
        "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/",
    ],
)
def test_public_addresses_may_be_asked(url: str) -> None:
    Outgoing().check(url)


@pytest.mark.parametrize(
    "number", ["127.0.0.1", "::1", "::ffff:10.0.0.1", "2002:a00:1::", "fec0::1", "100.64.9.9"]
)
def test_the_number_decides_wherever_it_came_from(number: str) -> None:
    assert not Rules().admits(ip_address(number))


class Host(BaseHTTPRequestHandler):
    """Answers as its path says."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        answer: Callable[[], None] = getattr(self, "_" + self.path.strip("/").partition("/")[0])
        answer()

    do_POST = do_GET  # noqa: N815 - as the library calls it

    def _file(self) -> None:
        self._say(200, b"x" * 1000, {"Content-Type": "image/PNG; charset=x"})

    def _endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"x" * 65536)
        except OSError:
            self.close_connection = True

    def _trickle(self) -> None:
        """Headers, a byte now and then: no single read waits for long."""
        pause = threading.Event()
        try:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not pause.wait(0.05):
                self.wfile.write(b"x")
        except OSError:
            self.close_connection = True

    def _mute(self) -> None:
        self.rfile.read(1000)

    def _there(self) -> None:
        self._say(302, b"", {"Location": "/file"})

    def _within(self) -> None:
        self._say(302, b"", {"Location": "https://169.254.169.254/latest/"})

    def _round(self) -> None:
        self._say(302, b"", {"Location": "/round"})

    def _short(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "900")
        self.end_headers()
        self.wfile.write(b"x")
        self.close_connection = True

    def _mirror(self) -> None:
        self._say(200, str(self.headers).encode())

    def _say(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Host) as server:
        server.daemon_threads = True
        threading.Thread(target=partial(server.serve_forever, 0.05), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@contextmanager
def _fetched(url: str, folder: Path, *, seconds: float = 5, most: int = 1 << 20) -> Iterator[Path]:
    target = folder / "file"
    try:
        Outgoing(Rules(loopback=True)).fetch(url, target, seconds=seconds, most_bytes=most)
        yield target
    finally:
        assert not [each for each in folder.iterdir() if each != target], "nothing half is left"


def test_a_file_comes_whole(host: str, tmp_path: Path) -> None:
    target = tmp_path / "file"
    found = Outgoing(Rules(loopback=True)).fetch(f"{host}/there", target, seconds=5, most_bytes=1000)
    assert (found.size, found.media_type) == (1000, "image/png")
    assert target.read_bytes() == b"x" * 1000


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/file", LimitExceeded),
        ("/endless", LimitExceeded),
        ("/within", AddressRefused),
        ("/round", AddressFailed),
        ("/short", AddressFailed),
    ],
)
def test_a_file_comes_within_its_limits_or_not_at_all(
    host: str, tmp_path: Path, path: str, error: type[Exception]
) -> None:
    with pytest.raises(error), _fetched(host + path, tmp_path, most=999):
        pass
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("path", ["/trickle", "/mute"])
def test_who_answers_too_slowly_is_cut_off(host: str, path: str) -> None:
    with pytest.raises(AddressFailed, match=r"within 0\.4 s"):
        Outgoing(Rules(loopback=True)).post(host + path, b"{}", {}, seconds=0.4)


def test_loopback_is_for_trials_only(host: str) -> None:
    with pytest.raises(AddressRefused):
        Outgoing().post(host + "/file", b"", {}, seconds=5)
    with pytest.raises(AddressRefused):
        Outgoing(Rules(loopback=True)).post("http://192.168.0.1/", b"", {}, seconds=5)


def test_a_name_is_judged_by_the_number_it_leads_to_when_connected() -> None:
    """What a name led to when it was checked says nothing: here it leads to this machine."""
    with pytest.raises(AddressRefused):
        Leash(Rules(), 5).connect("localhost", 443)


def test_no_connection_is_opened_to_what_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(0.2)
        with pytest.raises(AddressRefused):
            Leash(Rules(), 5).connect("localhost", door.getsockname()[1])
        with pytest.raises(TimeoutError):
            door.accept()


def test_nothing_of_this_machine_goes_along(
    host: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    said = Outgoing(Rules(loopback=True)).post(f"{host}/mirror", b"{}", {"X-Ours": "1"}, seconds=5)
    words = said.body.decode().lower()
    assert "x-ours: 1" in words
    assert "authorization" not in words
    assert said.header("content-LENGTH")
