"""Luma's agents API: generations with a state and, at the end, outputs or a failure code."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tests.doubles.vendor import Reply, Task, Vendor


class Luma(Vendor):
    """``failed:...`` as a state: the generation failed with this code."""

    states = ("queued", "processing", "completed")

    def verb(self, method: str, path: str) -> str:
        if path == "/generations" and method == "POST":
            return "submit"
        return "poll" if path.startswith("/generations/") else super().verb(method, path)

    def answer(self, verb: str, path: str, body: Mapping[str, Any]) -> Reply:
        if verb == "submit":
            frame = body["video"].get("start_frame", {})
            task = self.take(frame.get("data"), body["prompt"], body)
            return Reply(201, self._described(task, "queued"))
        task_id = path.rpartition("/")[2]
        if task_id not in self.tasks:
            return Reply(404, {"detail": "Generation not found"})
        task = self.tasks[task_id]
        return Reply(200, self._described(task, self.state_of(task)))

    def _described(self, task: Task, state: str) -> dict[str, object]:
        name, _, code = state.partition(":")
        told: dict[str, object] = {
            "id": self.task_id(task),
            "state": name,
            "type": "video",
            "model": "ray-3.2",
        }
        told["created_at"] = datetime.fromtimestamp(task.created, UTC).isoformat()
        if name == "completed":
            told["output"] = [{"type": "video", "url": self.result_address(task)}]
        if code:
            told |= {"failure_code": code, "failure_reason": "It did not work."}
        return told
