"""What is one tenant's is not there for another."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jynco.errors import NotFound
from jynco.model.ids import ProjectId
from jynco.ports import Database
from tests.contract.databases import FILM, PROJECT, Subject, document, film, made, motion, pending, shot


@pytest.fixture
def mine(subject: Subject) -> Database:
    """The database as acme sees it, with a project, a film and a clip that is paid for."""
    database = subject.database.of("acme")
    database.projects.create(PROJECT, document())
    jobs = [film(), motion("a"), motion("b")]
    database.jobs.accept(jobs, [pending(jobs[1])])
    assert subject.database.ledger.take(shot("a").key, jobs[1], "worker-1", 30) is not None
    subject.database.jobs.finish_motion(subject.claim(jobs[1]), made(jobs[1]))
    return database


@pytest.fixture
def theirs(subject: Subject, mine: Database) -> Database:
    return subject.database.of("zoo")


REFUSED: list[Callable[[Database], object]] = [
    lambda database: database.projects.get(PROJECT),
    lambda database: database.projects.save(PROJECT, document(), None),
    lambda database: database.projects.delete(PROJECT),
    lambda database: database.projects.mirrored(PROJECT, 100),
    lambda database: database.jobs.get(FILM),
    lambda database: database.jobs.cancel(FILM),
    lambda database: database.jobs.accept([film("job_render_theirs")], []),
    lambda database: database.jobs.accept([], [pending(motion("a"))]),
]
EMPTY: list[Callable[[Database], object]] = [
    lambda database: database.projects.find(PROJECT),
    lambda database: database.projects.page(None, 10),
    lambda database: database.projects.ids(None, 10),
    lambda database: database.projects.behind(10),
    lambda database: database.projects.clips(PROJECT),
    lambda database: database.projects.events(PROJECT, 0, 10),
    lambda database: database.jobs.page(None, None, None, 10),
    lambda database: database.jobs.page(PROJECT, None, None, 10),
    lambda database: database.jobs.children(FILM),
    lambda database: database.jobs.active(PROJECT),
    lambda database: database.jobs.unfinished(FILM),
    lambda database: database.ledger.history(PROJECT),
]


@pytest.mark.parametrize("ask", REFUSED)
def test_anothers_is_not_found(mine: Database, theirs: Database, ask: Callable[[Database], object]) -> None:
    before = (mine.projects.get(PROJECT), mine.jobs.page(None, None, None, 10))
    with pytest.raises(NotFound):
        ask(theirs)
    assert (mine.projects.get(PROJECT), mine.jobs.page(None, None, None, 10)) == before


@pytest.mark.parametrize("ask", EMPTY)
def test_anothers_is_not_listed(
    subject: Subject, mine: Database, theirs: Database, ask: Callable[[Database], object]
) -> None:
    assert not ask(theirs)
    assert ask(mine), "the owner sees it"
    assert ask(subject.database), "and so do the workers"


def test_a_project_belongs_to_who_created_it(subject: Subject, mine: Database) -> None:
    assert mine.projects.get(PROJECT).tenant == "acme"
    assert subject.database.projects.create(ProjectId("proj_own"), document()).tenant == "local"
    assert mine.projects.find(ProjectId("proj_own")) is None


def test_the_owner_may_do_it_all(mine: Database) -> None:
    assert mine.projects.save(PROJECT, document(title="new"), 1).revision == 2
    mine.projects.mirrored(PROJECT, 3)
    assert mine.jobs.cancel(FILM).state == "cancelled"
    mine.projects.delete(PROJECT)
    assert mine.projects.find(PROJECT) is None
