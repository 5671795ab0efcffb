"""``rediss://``: bells and results over an encrypted line, whose certificate is believed as the address says."""

from __future__ import annotations

import os
import select
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
import redis
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from config.settings import Settings
from jynco.embedded.account import Account
from jynco.embedded.locks import until
from jynco.embedded.programs import programs
from workers import brokers
from workers.app import app, configure


@dataclass(frozen=True, slots=True)
class Line:
    """Where an encrypted Valkey is, and the certificate that it shows."""

    port: int
    certificate: Path

    def url(self, words: str = "") -> str:
        return f"rediss://127.0.0.1:{self.port}/0{words}"


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """A real Valkey, and TLS before it: the wheel's own build knows none, as many a platform's proxy does it."""
    folder = tmp_path_factory.mktemp("tls")
    program, place = (
        programs(Account(os.geteuid(), os.getegid(), switch=False)).valkey,
        folder / "valkey.sock",
    )
    assert program is not None
    words = ["--port", "0", "--unixsocket", str(place), "--save", "", "--dir", str(folder)]
    server = subprocess.Popen([str(program), *words], stdout=subprocess.DEVNULL)
    try:
        assert until(place.exists, 30, 0.05)
        context, certificate = signed_by_itself(folder)
        with socket.create_server(("127.0.0.1", 0)) as door:
            threading.Thread(target=serve, args=(door, context, place), daemon=True).start()
            yield Line(door.getsockname()[1], certificate)
    finally:
        server.kill()
        server.wait()


def signed_by_itself(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """What a server needs to show a certificate that nobody else has signed; and that certificate's file."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")]),
    )
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate, secret = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, *plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, secret)
    return context, certificate


def serve(door: socket.socket, context: ssl.SSLContext, place: Path) -> None:
    """Every call gets a line of its own to the server behind."""
    with suppress(OSError):  # the door was closed
        while True:
            call, _ = door.accept()
            threading.Thread(target=carry, args=(call, context, place), daemon=True).start()


def carry(call: socket.socket, context: ssl.SSLContext, place: Path) -> None:
    """What one end says, the other hears, until one has gone."""
    with (
        suppress(OSError),
        context.wrap_socket(call, server_side=True) as outer,
        socket.socket(socket.AF_UNIX) as inner,
    ):
        inner.connect(str(place))
        others: dict[socket.socket, socket.socket] = {outer: inner, inner: outer}
        while True:
            ready = [outer] if outer.pending() else select.select(list(others), [], [])[0]
            for each in ready:
                said = each.recv(65536)
                if not said:
                    return
                others[each].sendall(said)


def rung(url: str) -> int:
    """Ring one bell and keep one result as the web would; how many bells wait."""
    configure(Settings(database_url="postgresql://h/d", redis_url=url), waited_for=True)
    app.signature("motion.withdraw", options={"queue": "motion.resume"}).apply_async()
    app.backend.store_result("a-result", {"jobId": "job_motion_a"}, "SUCCESS")
    assert app.backend.get_result("a-result") == {"jobId": "job_motion_a"}
    with app.connection_for_read() as connection:
        return brokers.depth(connection, "motion.resume")


def test_a_platform_s_own_certificate_is_believed(line: Line) -> None:
    assert rung(line.url()) >= 1


def test_a_certificate_that_can_be_checked_is(line: Line) -> None:
    assert rung(line.url(f"?ssl_cert_reqs=required&ssl_ca_certs={line.certificate}")) >= 1


def test_a_stranger_s_certificate_is_refused_where_the_address_says_so(line: Line) -> None:
    """By a new line each: those of the pool were opened when it was believed."""
    url = line.url("?ssl_cert_reqs=required")
    configure(Settings(database_url="postgresql://h/d", redis_url=url), waited_for=True)
    with pytest.raises(brokers.away(), match=r"(?i)certificate"), app.connection_for_write() as connection:
        connection.connect()
    with pytest.raises(redis.ConnectionError, match=r"(?i)certificate"):
        app.backend.get_result("a-result")
