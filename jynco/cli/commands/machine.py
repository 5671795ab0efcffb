"""``up``, ``doctor`` and ``db``: this machine."""

from __future__ import annotations

import platform
import signal
import socket
import sys
import threading
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import click

from config.settings import Settings, read
from jynco.cli import exits, home, options
from jynco.cli.speech import Speech
from jynco.errors import JyncoError, UsageWrong
from jynco.model.storyboard import Json


@click.command()
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="The editor and the API."
)
@options.common
def up(port: int, data: Path | None, as_json: bool) -> int:
    """Everything on this machine, until it is told to end: servers, workers, the web, Flower."""
    speech, settings = Speech.create(as_json), read(data=data)
    if not settings.embedded:
        raise UsageWrong(
            "DATABASE_URL is set, so nothing is started here: run the Procfile's lines (honcho start)."
        )
    flower = _free(port + 1)
    _check_free(port)
    told = {"JYNCO_FLOWER_URL": settings.flower_url or f"http://127.0.0.1:{flower}/"}
    with (
        home.servers(settings, speech, (*home.WORKERS, "worker_batch", "web"), port, told) as found,
        home.servers(settings, speech, ("flower",), flower),
    ):
        _reachable(port)
        addresses: dict[str, Json] = {"url": f"http://127.0.0.1:{port}/"}
        said = f"Jynco is at {addresses['url']}"
        if not found.in_one_process:  # Flower watches a broker that others can see
            addresses["flower"] = f"http://127.0.0.1:{flower}/"
            said += f" and Flower at {addresses['flower']}"
        speech.answer(f"{said} (Ctrl+C ends)", addresses)
        _until_told()
    return exits.DONE


def _until_told() -> None:
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    told.wait()


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise UsageWrong(f"Port {port} is in use: choose another with --port.") from None


def _free(port: int) -> int:
    """``port``, or the next one that nobody uses."""
    for candidate in range(port, min(port + 100, 65535)):
        try:
            _check_free(candidate)
        except UsageWrong:
            continue
        return candidate
    return 0


def _reachable(port: int) -> None:
    import httpx

    pause = threading.Event()
    for _ in range(300):
        try:
            if httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=1).is_success:
                return
        except httpx.HTTPError:
            pass
        pause.wait(0.1)
    raise UsageWrong(f"The web does not answer on port {port}: see web.log in the data folder's logs.")


@click.command()
@options.common
def doctor(data: Path | None, as_json: bool) -> int:
    """Versions, and whether everything that is needed is there."""
    speech, settings = Speech.create(as_json), read(data=data)
    found: dict[str, Json] = {}
    healthy = True
    for name, look in _checks(settings, speech).items():
        try:
            found[name] = {"ok": True, "is": look()}
        except JyncoError as error:
            healthy = False
            found[name] = {"ok": False, "is": error.message}
    lines = [f"{'ok ' if _ok(entry) else 'BAD'} {name}: {_is(entry)}" for name, entry in found.items()]
    speech.answer("\n".join(lines), {"healthy": healthy, "checks": found})
    return exits.DONE if healthy else exits.AWAY


def _checks(settings: Settings, speech: Speech) -> dict[str, Callable[[], str]]:
    def ffmpeg() -> str:
        from jynco.adapters.media.ffmpeg import FFmpeg

        return FFmpeg().build()

    def encoders() -> str:
        from jynco.adapters.media.hardware import Hardware

        hardware = Hardware(settings.encoder)
        works = [
            f"{device} ({', '.join(codecs) or 'reported, and does not work here'})"
            for device, codecs in hardware.report().items()
        ]
        return f"JYNCO_ENCODER={settings.encoder}; software, {', '.join(works) or 'no hardware reported'}"

    def effects() -> str:
        from jynco.compose.effects import EFFECTS
        from jynco.compose.layers import LAYERS
        from jynco.compose.transitions import TRANSITIONS

        broken = {**EFFECTS.broken, **TRANSITIONS.broken, **LAYERS.broken}
        if broken:
            raise UsageWrong(" ".join(broken.values()))
        return f"{len(EFFECTS.names)} effects, {len(TRANSITIONS.names)} transitions"

    def servers() -> str:
        with home.house(settings, speech) as house:
            house.database.ping()
            return "embedded" if settings.embedded else "from DATABASE_URL and REDIS_URL"

    packages = ("celery", "sqlalchemy", "flask", "av", "opencv-python-headless", "pillow")
    return {
        "python": lambda: f"{platform.python_version()} ({sys.executable})",
        "packages": lambda: ", ".join(f"{name} {version(name)}" for name in packages),
        "ffmpeg": ffmpeg,
        "encoders": encoders,
        "effects": effects,
        "data folder": lambda: str(settings.data),
        "servers": servers,
    }


def _ok(entry: Json) -> bool:
    return isinstance(entry, dict) and entry["ok"] is True


def _is(entry: Json) -> str:
    return str(entry["is"]) if isinstance(entry, dict) else ""


@click.group()
def db() -> None:
    """The database."""


@db.command()
@options.common
def upgrade(data: Path | None, as_json: bool) -> int:
    """Bring the database to the newest schema. Safe to run beside another, and again."""
    from migrations.runner import current, upgrade

    speech = Speech.create(as_json)
    with home.servers(read(data=data), speech) as settings:
        url = settings.servers()[0]
        upgrade(url)
        speech.answer(f"The database is at {current(url)}", {"revision": current(url)})
    return exits.DONE
