"""The Procfile's processes beside the servers."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from jynco.embedded.granting import BEHIND
from jynco.embedded.locks import until
from jynco.errors import ServiceAway
from tests.integration.embedded import PATIENCE, Project, answer, command, family, gone, pids, project, state


@pytest.fixture
def made(tmp_path: Path) -> Project:
    return project(tmp_path)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all tests here; each session starts its processes anew."""
    return tmp_path_factory.mktemp("state") / "data"


def report(made: Project, name: str, number: int = 1) -> dict[str, object]:
    """What the ``number``-th process of that name wrote about itself."""
    assert until(lambda: len(made.reports(name)) >= number, PATIENCE)
    return made.reports(name)[number - 1]


def test_a_process_runs_as_its_line_says(made: Project, data: Path) -> None:
    with made.session(data, ["worker"]) as servers:
        found = report(made, "one")
        assert found["pid"] == found["leader"] == pids(data, "processes")["worker"]
    environment = found["environment"]
    assert isinstance(environment, dict)
    assert found["argv"] == ["one", "two words", "8000"]
    assert found["folder"] == str(made.root.resolve())
    assert environment["DATABASE_URL"] == servers.database_url
    assert environment["REDIS_URL"] == servers.redis_url
    assert environment["JYNCO_DATA"] == str(data)
    assert environment["PROBE_OUT"] == str(made.out)
    assert found["signals"] == ["0", str(signal.default_int_handler)]
    assert "worker is up" in (servers.log_dir / "worker.log").read_text()


def test_workers_let_others_go_first(made: Project, data: Path) -> None:
    with made.session(data, ["worker", "other"]):
        assert report(made, "other")["nice"] == os.nice(0)
        assert report(made, "one")["nice"] == min(19, os.nice(0) + BEHIND)


def test_a_process_holds_none_of_the_locks(made: Project, data: Path) -> None:
    with made.session(data, ["worker", "tool"]):
        for name in ("one", "tool"):
            files = report(made, name)["files"]
            assert isinstance(files, list)
            assert not [file for file in files if str(file).endswith(".lock")]
            assert "/dev/null" in files


def test_what_was_preloaded_is_shared(made: Project, data: Path) -> None:
    with made.session(data, ["worker"], preload=["probe.shared"]):
        assert report(made, "one")["shared"] == state(data)["pid"]


def test_another_program_finds_the_same_python_first(made: Project, data: Path) -> None:
    with made.session(data, ["tool"]):
        assert report(made, "tool")["argv"] == []


def test_a_process_that_dies_starts_again_and_disturbs_nobody(made: Project, data: Path) -> None:
    with made.session(data, ["worker", "other"]):
        report(made, "other")
        first = report(made, "one")
        before = pids(data, "processes"), pids(data, "servers")
        os.kill(int(str(first["pid"])), signal.SIGKILL)
        second = report(made, "one", 2)
        assert second["pid"] != first["pid"]
        assert until(lambda: pids(data, "processes")["worker"] == second["pid"], PATIENCE)
        assert pids(data, "processes")["other"] == before[0]["other"]
        assert pids(data, "servers") == before[1]
    assert "worker was ended by signal 9" in (data / "logs" / "supervisor.log").read_text()


def test_processes_end_with_the_session(made: Project, data: Path) -> None:
    with made.session(data, ["worker", "tool"]):
        report(made, "tool")
        processes = family(data)
        assert len({one.pid for one in processes} & set(pids(data, "processes").values())) == 2
    assert gone(processes)


def test_a_later_command_adds_the_processes_that_it_needs(made: Project, data: Path) -> None:
    with made.session(data):
        assert pids(data, "processes") == {}
        with command(made, data, ["worker"]) as one:
            answer(one)
            first = report(made, "one")["pid"]
            with made.session(data, ["worker", "other"]):
                report(made, "other")
                assert pids(data, "processes")["worker"] == first
                assert len(made.reports("one")) == 1


def test_who_shares_processes_hears_of_what_they_were_given_otherwise(made: Project, data: Path) -> None:
    told: list[str] = []
    with made.session(data, ["worker"], FAL_KEY="secret", ODD="same"):
        with made.session(data, ["worker"], sentences=told, FAL_KEY="secret", ODD="same", NEW=""):
            assert told == []
        with made.session(data, sentences=told, FAL_KEY="hidden"):
            assert told == [], "it wants no process"
        with made.session(data, ["worker"], sentences=told, FAL_KEY="hidden", ODD="same", NEW="1"):
            (sentence,) = told
            assert "FAL_KEY, NEW" in sentence
            assert not {"secret", "hidden", "ODD"} & set(sentence.replace(",", "").split())


def test_the_release_line_runs_once_before_the_processes(made: Project, data: Path) -> None:
    with made.session(data, ["worker"], release="release") as servers, made.session(data, release="release"):
        assert (made.out / "released").read_text() == f"{servers.database_url}\n"


def test_a_release_line_that_fails_is_one_sentence(made: Project, data: Path) -> None:
    with pytest.raises(
        ServiceAway, match=r"line failing \(python -m probe.fails\) failed; its log is .*failing.log"
    ):
        made.session(data, ["worker"], release="failing").__enter__()
    assert made.reports("one") == []
    assert "the schema is from the future" in (data / "logs" / "failing.log").read_text()


def test_a_failing_wish_leaves_others_alone(made: Project, data: Path) -> None:
    with made.session(data, ["worker"]):
        first = report(made, "one")["pid"]
        with pytest.raises(ServiceAway, match="failing"):
            made.session(data, release="failing").__enter__()
        assert pids(data, "processes") == {"worker": first}


def test_a_module_that_cannot_be_imported_is_one_sentence(made: Project, data: Path) -> None:
    with pytest.raises(ServiceAway, match=r"probe.broken cannot be imported \(ValueError: no such setting\)"):
        made.session(data, preload=["probe.broken"]).__enter__()
