"""What lacks its program or takes long is skipped with the reason; where nothing may be skipped, it fails or runs."""

from __future__ import annotations

from pathlib import Path

import pytest

CONFTEST = Path(__file__).parents[1] / "conftest.py"
WANTING = """
    import pytest

    @pytest.mark.need("sh")
    def test_present(need):
        assert need("sh").is_absolute()

    @pytest.mark.need("no-such-program")
    def test_marked():
        raise AssertionError("ran without its program")

    @pytest.mark.long
    def test_that_takes_long():
        pass

    def test_asking(need):
        need("no-such-program")
        raise AssertionError("went on without its program")
"""


@pytest.mark.parametrize(
    ("everything", "outcomes"),
    [("0", {"passed": 1, "skipped": 3}), ("1", {"passed": 2, "failed": 1, "errors": 1})],
)
def test_a_missing_program(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, everything: str, outcomes: dict[str, int]
) -> None:
    monkeypatch.setenv("JYNCO_TEST_ALL", everything)
    pytester.makeconftest(CONFTEST.read_text())
    pytester.makeini("[pytest]\nmarkers =\n need(program)\n long")
    pytester.makepyfile(WANTING)
    result = pytester.runpytest_subprocess("-rs", "-p", "no:cacheprovider")
    result.assert_outcomes(**outcomes)
    result.stdout.fnmatch_lines(["*no-such-program is not installed*"])
