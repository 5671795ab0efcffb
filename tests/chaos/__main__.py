"""``python -m tests.chaos [--rounds N] [--seed S] [--seconds T]``: everything at once, counted.

What is drawn by chance comes from the seed, so a run can be drawn again; who wins which race does not.
"""

from __future__ import annotations

import argparse
import importlib
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from tests.chaos import bills
from tests.chaos.tally import Tally, table, total

SECONDS: Final = 780.0
GRACE: Final = 75.0  # for ends that take their time; after that nothing is waited for any more
NEMESIS: Final = "tests.chaos.nemesis"
CROWD: Final = 240.0  # seconds at most for twenty people who write fifty times each
CROWDED: Final = ("tests/faults/test_crowd.py", "-k", "fifty")
FULL: Final = 600.0  # seconds; with fewer there is no time for them
SHARE: Final = 0.55  # of the time for the bills, where there is a second part


def main(arguments: Sequence[str]) -> int:
    """0 when workers were killed and nothing was paid twice, lost or stuck; else 1."""
    given = _parsed(arguments)
    found: list[Tally] = []
    alarm = threading.Timer(given.seconds + GRACE, _too_late, [found, given.seed])
    alarm.daemon = True
    alarm.start()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="jynco-chaos-") as folder:
        if given.part is None and given.seconds >= FULL:
            found.append(_crowd())
        has_more = given.part != "bills" and find_spec(NEMESIS) is not None
        share = (given.seconds - (time.monotonic() - began)) * (SHARE if has_more else 1.0)
        if given.part != "nemesis":
            tell = print if given.tell else _quiet
            scale = bills.Scale(tuple(given.vendors), given.clips, given.kills, given.workers)
            found += bills.run(given.seed, share, given.rounds, Path(folder), scale=scale, tell=tell)
        if has_more:
            rest = given.seconds - (time.monotonic() - began)
            found.append(_nemesis(given.seed, rest))
    alarm.cancel()
    return told(found, given.seed)


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument(
        "--rounds", type=int, default=1000, help="at most (default: as many as there is time for)"
    )
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--part", choices=("bills", "nemesis"), help="only this part")
    parser.add_argument("--vendors", nargs="+", default=bills.Scale().vendors, choices=bills.Scale().vendors)
    parser.add_argument("--clips", type=int, default=bills.Scale().clips, help="of each vendor in a round")
    parser.add_argument("--kills", type=int, default=bills.Scale().kills, help="in a round")
    parser.add_argument("--workers", type=int, default=bills.Scale().workers)
    parser.add_argument("--tell", action="store_true", help="a line for each clip: its trouble and its end")
    return parser.parse_args(arguments)


def _quiet(_: str) -> None:
    pass


def _crowd() -> Tally:
    """Twenty people, fifty changes each, to one document: none may be lost."""
    line = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", *CROWDED]
    variables = {**os.environ, "JYNCO_CHAOS_TIMES": "50", "JYNCO_TEST_ALL": "1"}
    try:
        ended = subprocess.run(line, env=variables, timeout=CROWD, capture_output=True, text=True)
    except subprocess.TimeoutExpired:
        unsaid = f"the crowd did not end its thousand changes within {CROWD:g} s: nothing is shown"
        return Tally("crowd", stuck=1, notes=(unsaid,))
    lost = ended.returncode != 0
    return Tally("crowd", rounds=1, lost=int(lost), notes=(ended.stdout[-4000:],) if lost else ())


def _nemesis(seed: int, seconds: float) -> Tally:
    """The second part: what befalls servers, disks and clocks."""
    tally = importlib.import_module(NEMESIS).run(seed, seconds)
    assert isinstance(tally, Tally)
    return tally


def told(found: Sequence[Tally], seed: int) -> int:
    whole = total(found)
    print(table([*found, whole]))
    for note in whole.notes:
        print(note)
    if whole.kills == 0:
        print("nobody was killed, so nothing is shown: give it more --rounds or --seconds")
    print(
        f"total: {whole.kills} kills, {whole.faults} faults, {whole.clips} clips (seed {seed}): "
        f"{whole.double} double bills, {whole.lost} lost charges, {whole.stuck} stuck clips",
        flush=True,
    )
    return 0 if whole.good and whole.kills else 1


def _too_late(found: Sequence[Tally], seed: int) -> None:
    """The end that comes whatever hangs. Servers and workers end with this process."""
    hung = replace(Tally("hung"), stuck=1, notes=("the chaos itself did not end in time",))
    told([*found, hung], seed)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
