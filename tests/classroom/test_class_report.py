"""The progress and the report of a class that is too large for one row per student."""

import io
import json
import shutil
from pathlib import Path

import psutil
import pytest
from reports import summary
from rich.console import Console
from small_course import DOUBLE_ONLY, autograder

from autograder.classroom.progress import Lines
from autograder.reports import class_run
from autograder.results.outcome import ClassOutcome, Graded
from autograder.results.summary import ClassTally
from autograder.text import Language, Text


def test_a_large_class_is_shown_as_counts(capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    found = ClassOutcome(1202)
    for number in range(1200):
        found.add(Graded(path=Path(f"s{number}"), target=Path("x"), summary=summary(number), kept=number < 7))
    for name in ("z.docx", "a.docx"):
        found.add(Graded(path=Path(name), target=Path("x"), reason=Text(f"{name} is no Python.", "")))
    class_run.show_class(found, topics=["01_demo"], out=Path("out"), language=Language.EN)
    shown = capsys.readouterr()
    lines = [line.split() for line in shown.out.splitlines()]
    assert ["Exercise", "✓", "passed", "✗", "failed"] in lines
    assert ["01", "double", "800", "400"] in lines
    assert lines.index(["400", "double:", "squares"]) < lines.index(["200", "double:", "triples"])
    assert "Points out of 4: mean 2.83, median 4.00, from 0.5 to 4." in shown.out
    assert "1,200 graded (7 unchanged and kept), 2 unreadable. Results in out/" in shown.out
    assert shown.err.splitlines() == ["a.docx: a.docx is no Python.", "z.docx: z.docx is no Python."]
    assert not found.rows
    assert found.status == 1


def test_a_tally_needs_no_more_memory_for_a_larger_class() -> None:
    tally = ClassTally()
    for number in range(5000):
        tally.add(summary(number))
    before = psutil.Process().memory_info().rss
    for number in range(100_000):
        tally.add(summary(number))
    assert psutil.Process().memory_info().rss - before < 8 << 20


def test_without_a_terminal_progress_is_printed_line_by_line() -> None:
    now = 0.0
    out = io.StringIO()
    lines = Lines(100_000, Console(file=out, width=120), clock=lambda: now)
    for _ in range(5000):  # kept results take no time
        lines.advance()
    for _ in range(400):
        now += 0.5
        lines.advance()
    printed = out.getvalue().splitlines()
    assert len(printed) == 20
    assert printed[0].startswith("5,020 of 100,000 graded, 502.0 per second")
    assert printed[-1] == "5,400 of 100,000 graded, 2.0 per second, about 13.1 h left"


def test_the_command_shows_a_large_class_as_counts(own_course: Path, tmp_path: Path) -> None:
    """All submissions but one are duplicates, so that the run is quick."""
    for number in range(201):
        folder = own_course / "class" / f"s{number:03}"
        folder.mkdir(parents=True)
        (folder / "demo.py").write_text(DOUBLE_ONLY if number else "def double(x):\n    return x * x\n")
    run = autograder("grade", "class", "--out", tmp_path / "out", cwd=own_course)
    assert run.returncode == 0
    assert "201 graded, 0 unreadable" in run.stdout
    assert "double: squares" in run.stdout
    assert len(run.stdout.splitlines()) < 15
    assert len(list((tmp_path / "out").iterdir())) == 201
    assert json.loads((tmp_path / "out" / "s200.json").read_text())["submission"] == "s200"
    shutil.rmtree(own_course / "class")
