"""Google's interactions: background work that is polled, and files that only a key opens."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tests.doubles.vendor import KEY, Reply, Task, Vendor


class Gemini(Vendor):
    """``failed:...`` as a state: the interaction failed with this message; ``inline``: the clip is in the answer."""

    states = ("queued", "in_progress", "completed")
    key_header = ("x-goog-api-key", KEY)

    def verb(self, method: str, path: str) -> str:
        if path.startswith("/v1beta/files/"):
            return "file"
        if method == "POST":
            return "cancel" if path.endswith("/cancel") else "submit"
        return "poll"

    def answer(self, verb: str, path: str, body: Mapping[str, Any]) -> Reply:
        if verb == "submit":
            return self._submit(body)
        name = path.split("?")[0].split("/")[3]
        task_id = name.partition(":")[0] if verb == "file" else name
        if task_id not in self.tasks:
            return Reply(404, {"error": {"code": 404, "message": "Not found.", "status": "NOT_FOUND"}})
        task = self.tasks[task_id]
        if verb == "file":
            return Reply(302, {}, {"Location": self.result_address(task)})
        if verb == "cancel":
            self.cancelled.append(task_id)
            return Reply(200, self._described(task, "cancelled"))
        return Reply(200, self._described(task, self.state_of(task)))

    def _submit(self, body: Mapping[str, Any]) -> Reply:
        parts = {part["type"]: part for step in body["input"] for part in step["content"]}
        image = parts.get("image", {}).get("data")
        task = self.take(image, parts["text"]["text"], body)
        return Reply(200, self._described(task, "queued"))

    def _described(self, task: Task, state: str) -> dict[str, object]:
        status, _, error = state.partition(":")
        now = datetime.fromtimestamp(task.created, UTC).isoformat().replace("+00:00", "Z")
        told: dict[str, object] = {"id": self.task_id(task), "status": status, "created": now, "updated": now}
        told |= {"object": "interaction", "model": task.order["model"], "steps": []}
        if error:
            told["errors"] = [{"code": "error", "message": error}]
        if status in ("completed", "inline"):
            told |= {
                "status": "completed",
                "steps": [{"type": "model_output", "content": [self._video(task, status)]}],
            }
        return told

    def _video(self, task: Task, status: str) -> dict[str, object]:
        video: dict[str, object] = {"type": "video", "mime_type": "video/mp4"}
        if status == "inline":
            return video | {"data": base64.b64encode(self.clip).decode()}
        return video | {"uri": f"{self.address}/v1beta/files/{self.task_id(task)}:download?alt=media"}
