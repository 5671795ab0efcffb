"""Projects: documents come back as they went in, revisions are kept, and whoever watches misses nothing."""

from __future__ import annotations

import pytest

from jynco.errors import Conflict, DocumentInvalid, NotFound, StaleRevision
from jynco.model.ids import ProjectId
from jynco.model.versions import KEPT, Mark, Steps, steps
from tests.contract.databases import FILM, PROJECT, Subject, document, made

NASTY = document(
    zebra=1,
    apple=1.0,
    tiny=1e-300,
    whole=10**40,
    negative=-(2**63) - 1,
    nothing=None,
    title='nul \0, half a pair \ud83d, quote ", 日本, é',
    nested={"b": [1, {"d": 2, "c": 3}], "a": []},
)


def test_a_document_comes_back_with_its_order_and_its_numbers(subject: Subject) -> None:
    subject.database.projects.create(PROJECT, NASTY)
    kept = subject.database.projects.get(PROJECT).document
    assert repr(kept) == repr(NASTY)  # repr tells 1 from 1.0, and one order of keys from another


def test_a_jobs_document_comes_back_in_the_same_way(subject: Subject) -> None:
    subject.begin("a")
    assert subject.database.jobs.get(FILM).document == document()
    assert subject.database.jobs.get(FILM).shot is None


def test_what_is_kept_is_nobody_elses(subject: Subject) -> None:
    mine = document(title="before")
    subject.database.projects.create(PROJECT, mine)
    mine["title"] = "after"
    subject.database.projects.get(PROJECT).document["title"] = "after"
    assert subject.database.projects.get(PROJECT).document["title"] == "before"


def test_infinity_is_refused_and_changes_nothing(subject: Subject) -> None:
    subject.database.projects.create(PROJECT, document())
    with pytest.raises(DocumentInvalid):
        subject.database.projects.save(PROJECT, document(duration=float("inf")), None)
    assert subject.changes() == 1


def test_a_new_project_waits_for_its_mirror(subject: Subject) -> None:
    project = subject.database.projects.create(PROJECT, document())
    assert (project.revision, project.changes, project.mirrored) == (1, 1, 0)
    assert subject.database.projects.behind(10) == [PROJECT]
    assert project.created_at.tzinfo is not None


def test_a_project_is_created_once(subject: Subject) -> None:
    subject.database.projects.create(PROJECT, document(title="first"))
    with pytest.raises(Conflict, match=PROJECT):
        subject.database.projects.create(PROJECT, document(title="second"))
    assert subject.database.projects.get(PROJECT).document["title"] == "first"


@pytest.mark.parametrize("name", ["proj_nobody", "proj_\0", "proj_\ud83d", ""])
def test_what_is_not_there_is_not_found(subject: Subject, name: str) -> None:
    missing, projects = ProjectId(name), subject.database.projects
    assert projects.find(missing) is None
    assert not projects.clips(missing)
    assert not projects.events(missing, 0, 10)
    for ask in (
        lambda: projects.get(missing),
        lambda: projects.save(missing, document(), None),
        lambda: projects.delete(missing),
        lambda: projects.mirrored(missing, 1),
    ):
        with pytest.raises(NotFound):
            ask()


def test_an_edit_of_an_older_revision_is_refused(subject: Subject) -> None:
    projects = subject.database.projects
    projects.create(PROJECT, document())
    assert projects.save(PROJECT, document(title="one"), 1).revision == 2
    with pytest.raises(StaleRevision, match="revision 2, not 1"):
        projects.save(PROJECT, document(title="two"), 1)
    assert projects.save(PROJECT, document(title="three"), None).changes == 3
    assert projects.get(PROJECT).document["title"] == "three"
    assert [event.payload for event in subject.events()] == [{"revision": 2}, {"revision": 3}]


def test_the_mirror_never_goes_back(subject: Subject) -> None:
    projects = subject.database.projects
    projects.create(PROJECT, document())
    projects.save(PROJECT, document(title="one"), None)
    projects.mirrored(PROJECT, 2)
    projects.mirrored(PROJECT, 1)
    assert projects.get(PROJECT).mirrored == 2
    assert projects.behind(10) == []
    assert subject.changes() == 2  # a mirror is no change


def test_mirrors_that_wait_longest_come_first(subject: Subject) -> None:
    projects = subject.database.projects
    for name in ("proj_b", "proj_a", "proj_c"):
        projects.create(ProjectId(name), document())
    assert projects.behind(2) == ["proj_b", "proj_a"]
    projects.save(ProjectId("proj_b"), document(), None)
    assert projects.behind(10) == ["proj_a", "proj_c", "proj_b"]


def test_pages_go_by_the_ids_characters(subject: Subject) -> None:
    names = ["proj_B", "proj_a-1", "proj_a1", "proj_Z", "proj_a_1"]
    for name in names:
        subject.database.projects.create(ProjectId(name), document())
    first = subject.database.projects.page(None, 3)
    rest = subject.database.projects.page(first[-1].project_id, 3)
    assert [project.project_id for project in (*first, *rest)] == sorted(names)
    ids = subject.database.projects.ids(None, 3)
    assert [*ids, *subject.database.projects.ids(ids[-1], 3)] == sorted(names)


def test_events_are_told_once_each_and_in_order(subject: Subject) -> None:
    jobs = subject.begin("a")
    claim = subject.claim(jobs[1])
    seen = subject.events()
    subject.database.jobs.finish_motion(claim, made(jobs[1]))
    later = subject.events(seen[-1].event_id)
    assert [(event.kind, event.payload.get("state", event.payload.get("status"))) for event in seen] == [
        ("job", "queued"),
        ("job", "queued"),
        ("clip", "pending"),
        ("job", "running"),
        ("clip", "generating"),
    ]
    assert [event.kind for event in later] == ["job", "clip"]
    ids = [event.event_id for event in (*seen, *later)]
    assert ids == sorted(set(ids))
    assert len(subject.database.projects.events(PROJECT, 0, 2)) == 2


def test_deleting_a_project_leaves_only_the_ledger(subject: Subject) -> None:
    jobs = subject.begin("a")
    claim = subject.claim(jobs[1])
    assert jobs[1].shot is not None
    subject.database.ledger.take(jobs[1].shot.key, jobs[1], claim.owner, 30)
    subject.database.projects.delete(PROJECT)
    assert subject.database.projects.find(PROJECT) is None
    assert not subject.database.projects.clips(PROJECT)
    assert not subject.events()
    with pytest.raises(NotFound):
        subject.database.jobs.get(FILM)
    assert subject.database.jobs.claim(FILM, "worker-2", 30) is None
    assert len(subject.database.ledger.history(PROJECT)) == 1


def test_versions_are_kept_with_who_made_them(subject: Subject) -> None:
    projects = subject.database.projects
    projects.create(PROJECT, document(title="one"), Mark("ada"))
    projects.save(PROJECT, document(title="two"), 1)
    projects.save(PROJECT, document(title="one"), 2, Mark("eve", 1))
    told = [(each.revision, each.origin, each.parent, each.author) for each in projects.versions(PROJECT)]
    assert told == [(3, 1, 2, "eve"), (2, 2, 1, ""), (1, 1, None, "ada")]
    assert steps(projects.versions(PROJECT)) == Steps(None, 2)
    assert projects.version(PROJECT, 2) == document(title="two")
    with pytest.raises(NotFound):
        projects.version(PROJECT, 4)
    for number in range(KEPT):
        projects.save(PROJECT, document(title=number), None)
    assert len(projects.versions(PROJECT)) == KEPT
    projects.delete(PROJECT)
    projects.create(PROJECT, document(title="again"))
    assert [each.revision for each in projects.versions(PROJECT)] == [1]
