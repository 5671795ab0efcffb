"""What a film takes, over HTTP: its storyboard and files sent, the job followed, the film fetched."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

import httpx

from jynco.client import luggage
from jynco.client.problems import Told
from jynco.client.sending import send
from jynco.client.webhooks import Webhooks
from jynco.client.wire import Sleep, Wire
from jynco.errors import AssetRefused, Conflict, ServiceAway, StorageFull
from jynco.model.states import JobState
from jynco.model.storyboard import Document, Json

FIRST_LOOK: Final = 0.2  # seconds; what is cached is there at once
LONGEST_LOOK: Final = 3.0
DOWNLOADS: Final = 3


@dataclass(frozen=True, slots=True)
class Progress:
    """How a job is doing; ``report`` is all that the server says of it."""

    job_id: str
    state: JobState
    progress: float  # 0..1
    report: Mapping[str, Json]


Watcher = Callable[[Progress], None]


class Client:
    """A remote Jynco. Raises ``jynco.errors`` as if it were here; ServiceAway when it cannot be reached."""

    def __init__(
        self, server: str, key: str | None = None, *, timeout: float = 30.0, sleep: Sleep = time.sleep
    ) -> None:
        self._wire = Wire(server, key, timeout=timeout, sleep=sleep)
        self._sleep = sleep

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._wire.close()

    @property
    def webhooks(self) -> Webhooks:
        """Who is told of what happens."""
        return Webhooks(self._wire)

    # --- the way of a film ----------------------------------------------------------------------------

    def submit(self, document: Document, folder: Path, **wishes: Json) -> Progress:
        """Send a storyboard with the files it names, which lie in ``folder``, and start a job.

        ``wishes`` are those of ``POST .../jobs``: kind, priority, onMissing, provider, budgetUsd, payAgain,
        failoverModerated, clips.
        DocumentInvalid, AssetRefused, BudgetExceeded before anything is spent.
        """
        address = self.store(document, folder)
        told = Told(self._wire.once("POST", f"{address}/jobs", json=wishes))
        return self.job(str(told["jobId"]))

    def create(self, document: Document, folder: Path) -> str:
        """Make a project of a storyboard and its files; returns its address. Conflict where there is one."""
        files = _files(document, folder)
        self._wire.once("POST", "/v1/projects", json=document)
        return self._furnish(document, files)

    def store(self, document: Document, folder: Path) -> str:
        """Bring the project up to this document and its files, without making anything; returns its address."""
        files = _files(document, folder)
        try:
            self._wire.once("POST", "/v1/projects", json=document)
        except Conflict:
            self._wire.ask("GET", _address(document))  # NotFound where the name is somebody else's
        return self._furnish(document, files)

    def wait(self, job_id: str, watch: Watcher = lambda _: None) -> Progress:
        """Follow a job to its end; ``watch`` is told at every look."""
        pause = FIRST_LOOK
        while True:
            found = self.job(job_id)
            watch(found)
            if found.state.terminal:
                return found
            self._sleep(pause)
            pause = min(pause * 1.5, LONGEST_LOOK)

    def download(self, job_id: str, target: Path) -> None:
        """Fetch the film of a job, whole or not at all. Conflict while it is being made; StorageFull."""
        part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
        try:
            for attempt in range(1, DOWNLOADS + 1):
                try:
                    self._fetch(job_id, part)
                    break
                except ServiceAway:
                    if attempt == DOWNLOADS:
                        raise
                    self._sleep(0.5 * 2.0**attempt)
            part.replace(target)
        except OSError as fault:
            raise StorageFull(f"Cannot write {target}: {fault.strerror}. The film is kept.") from fault
        finally:
            part.unlink(missing_ok=True)

    # --- jobs and clips -------------------------------------------------------------------------------

    def job(self, job_id: str) -> Progress:
        """How a job is doing. NotFound."""
        return _progress(self._wire.ask("GET", f"/v1/jobs/{_quoted(job_id)}"))

    def cancel(self, job_id: str) -> Progress:
        """End a job and the clips below it; one that has ended stays as it is. NotFound."""
        return _progress(self._wire.ask("DELETE", f"/v1/jobs/{_quoted(job_id)}"))

    def delete(self, project_id: str) -> None:
        """Remove a project with its films, and end its jobs. NotFound."""
        self._wire.ask("DELETE", f"/v1/projects/{_quoted(project_id)}")

    def retry(
        self, project_id: str, clip_id: str, *, pay_again: bool = False, failover_moderated: bool = False
    ) -> Progress:
        """Make a clip again, with consent to a second bill, or to another provider for refused words. NotFound."""
        address = f"/v1/projects/{_quoted(project_id)}/clips/{_quoted(clip_id)}/retry"
        consent: dict[str, Json] = {"payAgain": pay_again, "failoverModerated": failover_moderated}
        return self.job(str(Told(self._wire.once("POST", address, json=consent))["jobId"]))

    def edit(self, project_id: str, clip_id: str, **fields: Json) -> Progress:
        """Change fields of a clip, such as ``motionPrompt``, and make it. NotFound, DocumentInvalid."""
        address = f"/v1/projects/{_quoted(project_id)}/clips/{_quoted(clip_id)}"
        return self.job(str(Told(self._wire.once("PATCH", address, json=fields))["jobId"]))

    def plan(self, project_id: str, **wishes: str) -> dict[str, Json]:
        """What the film of a project needs and costs; changes nothing. NotFound."""
        return Told(self._wire.ask("GET", f"/v1/projects/{_quoted(project_id)}/plan", params=wishes))

    def export(self, project_id: str, form: str) -> bytes:
        """A project as a file of another editor: otio, fcp7xml, edl, srt or vtt. NotFound, UsageWrong."""
        address = f"/v1/projects/{_quoted(project_id)}/export"
        return self._wire.ask("GET", address, params={"to": form}).content

    def revise(self, project_id: str, edit: bytes) -> dict[str, Json]:
        """Send an edited OpenTimelineIO file as the next revision; returns the storyboard. DocumentInvalid."""
        address = f"/v1/projects/{_quoted(project_id)}/import"
        headers = {"Content-Type": "application/json"}
        found: dict[str, Json] = Told(self._wire.ask("POST", address, content=edit, headers=headers))
        return found

    # --- money ----------------------------------------------------------------------------------------

    def costs(self, **asked: str) -> dict[str, Json]:
        """What was spent: ``by``, ``projectId``, ``from`` and ``to`` as in ``GET /v1/costs``, all pages of it."""
        return self._pages("/v1/costs", asked)

    def wasted(self, **asked: str) -> dict[str, Json]:
        """The charges that bought nothing: ``projectId``, ``from`` and ``to``, all pages of it."""
        return self._pages("/v1/costs/wasted", asked)

    def settle(self, attempt_id: int, *, billed: bool, usd: str | None = None) -> dict[str, Json]:
        """Say whether a vendor billed an order of an unknown outcome. NotFound, Conflict."""
        asked: dict[str, Json] = {"billed": billed} | ({} if usd is None else {"usd": usd})
        found: dict[str, Json] = Told(self._wire.ask("POST", f"/v1/costs/unknown/{attempt_id}", json=asked))
        return found

    def set_budget(
        self, project_id: str | None, usd: str | None, *, allow_unpriced: bool = False
    ) -> dict[str, Json]:
        """Set a project's budget, or one's own for each month; ``usd`` None takes it away. NotFound."""
        address = f"/v1/projects/{_quoted(project_id)}/budget" if project_id else "/v1/costs/budget"
        if usd is None:
            self._wire.ask("DELETE", address)
        else:
            self._wire.ask("PUT", address, json={"usd": usd, "allowUnpriced": allow_unpriced})
        found: dict[str, Json] = Told(self._wire.ask("GET", address))
        return found

    def _pages(self, address: str, asked: Mapping[str, str]) -> dict[str, Json]:
        items: list[Json] = []
        cursor: dict[str, str] = {}
        while True:
            page = Told(self._wire.ask("GET", address, params={**asked, **cursor, "limit": "1000"}))
            items += page["items"]
            if page["nextCursor"] is None:
                return {**page, "items": items}
            cursor = {"cursor": page["nextCursor"]}

    def _furnish(self, document: Document, files: Mapping[str, Path]) -> str:
        address = _address(document)
        paths = {name: send(self._wire, address, path) for name, path in files.items()}
        sent = luggage.renamed(document, lambda name: paths[name])
        self._wire.ask("PUT", f"{address}/storyboard", json=sent, headers={"If-Match": "*"})
        return address

    def _fetch(self, job_id: str, part: Path) -> None:
        with self._wire.stream(f"/v1/jobs/{_quoted(job_id)}/output") as answer, part.open("wb") as file:
            for piece in answer.iter_bytes():
                file.write(piece)


def _quoted(name: object) -> str:
    """A name as a part of an address, whatever is in it."""
    return quote(str(name), safe="")


def _address(document: Document) -> str:
    return f"/v1/projects/{_quoted(document.get('projectId'))}"


def _files(document: Document, folder: Path) -> dict[str, Path]:
    return {name: _file(folder, name) for name in luggage.names(document)}


def _progress(answer: httpx.Response) -> Progress:
    told = Told(answer)
    try:
        return Progress(told["jobId"], JobState(told["state"]), float(told["progress"]), told)
    except (TypeError, ValueError) as fault:
        raise told.strange() from fault


def _file(folder: Path, name: str) -> Path:
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
        raise AssetRefused(f"'{name}' is not there: put the file beside the storyboard, or mend the path.")
    return path
