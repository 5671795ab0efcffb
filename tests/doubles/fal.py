"""fal's queue: an order gets three addresses; its result, good or bad, lies at one of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.doubles.vendor import KEY, Reply, Task, Vendor


class Fal(Vendor):
    """``COMPLETED:...`` as a state: the request failed with that error; ``REFUSED:...``: the model said 422."""

    states = ("IN_QUEUE", "IN_PROGRESS", "COMPLETED")
    key_header = ("authorization", f"Key {KEY}")

    def verb(self, method: str, path: str) -> str:
        if method == "POST":
            return "submit"
        if "/requests/" in path:
            return "cancel" if method == "PUT" else ("poll" if path.endswith("/status") else "response")
        return super().verb(method, path)

    def answer(self, verb: str, path: str, body: Mapping[str, Any]) -> Reply:
        if verb == "submit":
            return self._submit(path, body)
        task_id = path.partition("/requests/")[2].split("/")[0]
        if task_id not in self.tasks:
            return Reply(404, {"detail": "Request not found"})
        if verb == "cancel":
            self.cancelled.append(task_id)
            return Reply(202, {"status": "CANCELLATION_REQUESTED"})
        return self._status(self.tasks[task_id]) if verb == "poll" else self._response(self.tasks[task_id])

    def _submit(self, path: str, body: Mapping[str, Any]) -> Reply:
        if "prompt" not in body or (path.endswith("image-to-video") and "image_url" not in body):
            missing = [{"loc": ["body", "image_url"], "msg": "field required", "type": "missing"}]
            return Reply(422, {"detail": missing})
        task = self.take(body.get("image_url"), body["prompt"], {**body, "path": path})
        base = f"{self.address}{'/'.join(path.split('/')[:3])}/requests/{self.task_id(task)}"
        urls = {"status_url": f"{base}/status", "response_url": base, "cancel_url": f"{base}/cancel"}
        return Reply(
            200, {"status": "IN_QUEUE", "request_id": self.task_id(task), "queue_position": 0, **urls}
        )

    def _status(self, task: Task) -> Reply:
        state, _, error = self.state_of(task).partition(":")
        told: dict[str, object] = {"status": "COMPLETED" if state == "REFUSED" else state}
        if state == "COMPLETED" and error:
            told |= {"error": error, "error_type": "runner_error"}
        return Reply(200 if told["status"] == "COMPLETED" else 202, told)

    def _response(self, task: Task) -> Reply:
        state, _, error = task.states[0].partition(":")
        if state == "REFUSED":
            return Reply(422, {"detail": [{"loc": ["body", "prompt"], "msg": "Refused.", "type": error}]})
        return Reply(200, {"video": {"url": self.result_address(task), "content_type": "video/mp4"}})
