"""Replicate's API: predictions that are ordered by model, told, cancelled and listed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tests.doubles.vendor import Reply, Task, Vendor


class Replicate(Vendor):
    """``failed:...`` as a state: the prediction failed with these words."""

    states = ("starting", "processing", "succeeded")
    page = 100

    def verb(self, method: str, path: str) -> str:
        if method == "POST":
            return "cancel" if path.endswith("/cancel") else "submit"
        return "list" if path == "/v1/predictions" else "poll"

    def answer(self, verb: str, path: str, body: Mapping[str, Any]) -> Reply:
        if verb == "submit":
            given = body["input"]
            model = path.removeprefix("/v1/models/").removesuffix("/predictions")
            task = self.take(given.get("image"), given["prompt"], {"model": model, "input": given})
            return Reply(201, self._described(task, "starting"))
        if verb == "list":
            return self._listed(path)
        task_id = path.split("/")[3]
        if task_id not in self.tasks:
            return Reply(404, {"detail": "The requested resource could not be found.", "status": 404})
        task = self.tasks[task_id]
        if verb == "cancel":
            self.cancelled.append(task_id)
            return Reply(200, self._described(task, "canceled"))
        return Reply(200, self._described(task, self.state_of(task)))

    def _listed(self, path: str) -> Reply:
        start = int(path.partition("cursor=")[2] or 0)
        newest = list(reversed(self.tasks.values()))
        told = [self._described(task, task.states[0]) for task in newest[start : start + self.page]]
        more = start + self.page < len(newest)
        after = f"{self.address}/v1/predictions?cursor={start + self.page}" if more else None
        return Reply(200, {"previous": None, "next": after, "results": told})

    def _described(self, task: Task, state: str) -> dict[str, object]:
        status, _, error = state.partition(":")
        task_id = self.task_id(task)
        here = f"{self.address}/v1/predictions/{task_id}"
        return {
            "id": task_id,
            "model": task.order["model"],
            "version": "hidden",
            "input": task.order["input"],
            "status": status,
            "error": error or None,
            "logs": "",
            "output": self.result_address(task) if status == "succeeded" else None,
            "created_at": datetime.fromtimestamp(task.created, UTC).isoformat().replace("+00:00", "Z"),
            "urls": {"get": here, "cancel": f"{here}/cancel"},
        }
