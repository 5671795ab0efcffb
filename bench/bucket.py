"""What a bucket costs: ``python -m bench.bucket``, with a server of its own, in a process of its own.

A clip of five megabytes lies on the shelf of a bucket; another machine finds it: fetched, at hand, and for a plan.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import boto3

from bench.queues import opened
from jynco.adapters.storage.index import RedisIndex
from jynco.adapters.storage.s3 import Address, S3Storage
from jynco.agents.quartermaster.fingerprints import Fingerprints
from jynco.agents.quartermaster.shelf import Shelf
from jynco.model.ids import CacheKey

CLIP_BYTES = 5_000_000
TIMES = 15
KEY = CacheKey("ab" * 32)
SERVER = """
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False); server.start()
print("%s:%d" % server.get_host_and_port(), flush=True); sys.stdin.read()
"""


@contextmanager
def bucket() -> Iterator[Address]:
    """An empty one, whose server ends with the block."""
    os.environ.update(
        AWS_ACCESS_KEY_ID="bench", AWS_SECRET_ACCESS_KEY="bench", AWS_DEFAULT_REGION="us-east-1"
    )
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-c", SERVER], stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        url = f"http://{server.stdout.readline().strip()}"
        boto3.client("s3", endpoint_url=url).create_bucket(Bucket="bench")
        yield Address("bench", "", url)
        server.stdin.close()


def milliseconds(work: Callable[[], object]) -> float:
    """The median."""
    return median(_once(work) for _ in range(TIMES))


def _once(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


def main() -> None:
    """Print a line for each way of finding a clip."""
    with bucket() as address, TemporaryDirectory() as folder:
        made, clip = S3Storage(address, Path(folder, "made")), Path(folder, "clip.mp4")
        clip.write_bytes(os.urandom(CLIP_BYTES))
        Shelf(made, Fingerprints()).keep(KEY, clip)
        storage = S3Storage(address, Path(folder, "found"))
        shelf, film = Shelf(storage, Fingerprints()), f"cache/motion/ab/{KEY}.mp4"
        storage.exists(film)  # the client is made

        def fetched() -> None:
            storage.doubt(film)
            shelf.find(KEY)

        with opened(Path(folder, "data")) as home:
            index = RedisIndex(home.settings.redis_url or "", "bench", 60)
            known = Shelf(S3Storage(address, Path(folder, "known"), index=index), Fingerprints())
            known.promises(KEY)
            print(
                f"{'the same, for a plan, by the index':44}{milliseconds(lambda: known.promises(KEY)):8.1f} ms"
            )
        for name, work in (
            ("a clip of 5 MB, fetched", fetched),
            ("the same, at hand", lambda: shelf.find(KEY)),
            ("the same, for a plan", lambda: shelf.promises(KEY)),
            ("a document of 100 kB, swapped", lambda: _swapped(storage)),
        ):
            print(f"{name:44}{milliseconds(work):8.1f} ms")


def _swapped(storage: S3Storage) -> None:
    key = "projects/proj_a/storyboard.json"
    before = storage.read(key) if storage.exists(key) else None
    assert storage.swap(key, os.urandom(100_000), before)


if __name__ == "__main__":
    main()
