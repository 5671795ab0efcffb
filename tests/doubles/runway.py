"""Runway's API as of version 2024-11-06: orders, tasks, credits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tests.doubles.vendor import Reply, Task, Vendor

CREDITS = {"gen4_turbo": 5, "gen4.5": 12, "veo3.1": 20, "veo3.1_fast": 10}


class Runway(Vendor):
    """``SAFETY.INPUT.TEXT`` and the like as a state mean FAILED with this failure code."""

    states = ("PENDING", "THROTTLED", "RUNNING", "SUCCEEDED")
    forgets = True  # what is cancelled or deleted, as the real one does; it is billed all the same

    def verb(self, method: str, path: str) -> str:
        if method == "POST" and path in ("/v1/image_to_video", "/v1/text_to_video"):
            return "submit"
        if path.startswith("/v1/tasks/"):
            return {"GET": "poll", "DELETE": "cancel"}[method]
        return super().verb(method, path)

    def answer(self, verb: str, path: str, body: Mapping[str, Any]) -> Reply:
        if verb == "submit":
            return self._submit(path, body)
        task_id = path.rpartition("/")[2]
        if verb == "cancel":
            self.cancelled.append(task_id)
            return Reply(204)
        if task_id not in self.tasks or (self.forgets and task_id in self.cancelled):
            return Reply(404, {"error": "Task not found."})
        return Reply(200, self._described(self.tasks[task_id]))

    def _submit(self, path: str, body: Mapping[str, Any]) -> Reply:
        shape = "resolution" if "resolution" in body else "ratio"
        missing = {"model", shape, "duration"} - set(body)
        if missing or (path == "/v1/image_to_video" and "promptImage" not in body):
            return Reply(400, {"error": f"Validation of body failed: {sorted(missing)}", "issues": []})
        picture = body.get("promptImage")
        image = picture[0]["uri"] if isinstance(picture, list) else picture
        task = self.take(image, body.get("promptText", ""), body)
        return Reply(200, {"id": self.task_id(task), "estimatedCost": {"credits": self._credits(task)}})

    def _credits(self, task: Task) -> int:
        return CREDITS.get(task.order["model"], 16) * int(task.order["duration"])

    def _described(self, task: Task) -> dict[str, object]:
        state = self.state_of(task)
        told: dict[str, object] = {"id": self.task_id(task), "status": state.partition(":")[0]}
        told["createdAt"] = datetime.fromtimestamp(task.created, UTC).isoformat().replace("+00:00", "Z")
        if state in ("PENDING", "THROTTLED", "RUNNING"):
            told["estimatedCost"] = {"credits": self._credits(task)}
            return told | ({"progress": 0.5} if state == "RUNNING" else {})
        told["cost"] = {"credits": self._credits(task)}
        if state == "SUCCEEDED":
            return told | {"output": [self.result_address(task)]}
        if state.startswith("FAILED"):
            code = state.partition(":")[2]
            return told | {"failure": "The task failed.", **({"failureCode": code} if code else {})}
        return told
