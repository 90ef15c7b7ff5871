"""The command line: every command's help, the version, stubs, and self-grading with its exit status."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from autograder import __version__
from autograder.cli import app


@pytest.fixture
def command(own_course: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PYTHONHASHSEED", "0")
    monkeypatch.chdir(own_course)
    return lambda *arguments: CliRunner().invoke(app, list(arguments))


def commands_below(group: Any, names: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield (names, command) of every command of the app, groups left out."""
    for name, below in group.commands.items():
        if hasattr(below, "commands"):
            yield from commands_below(below, (*names, name))
        else:
            yield (*names, name), below


COMMANDS = dict(commands_below(get_command(app)))


def test_the_walk_finds_commands_and_commands_of_groups() -> None:
    assert {("grade",), ("nbgrader", "grade"), ("questions", "export")} <= COMMANDS.keys()


@pytest.mark.parametrize("names", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(command, names: tuple[str, ...]) -> None:
    run = command(*names, "--help")
    assert run.exit_code == 0
    assert len(run.stdout.splitlines()) > 8
    assert names[-1] in command(*names[:-1], "--help").stdout


def test_the_version_is_printed(command) -> None:
    assert command("--version").stdout == f"autograder {__version__}\n"


def test_stubs_are_checked_and_written(command) -> None:
    assert command("stubs", "--check").exit_code == 0
    stub = Path("exercises/01_demo/demo.py")
    stub.write_text(stub.read_text() + "# mine\n")
    check = command("stubs", "--check")
    assert check.exit_code == 1
    assert check.stdout == "demo.py is out of date\n"
    assert stub.read_text().endswith("# mine\n")
    assert command("stubs").stdout == "demo.py written\n"
    assert command("stubs", "--check").exit_code == 0


def test_outside_a_course_every_command_reports_the_missing_manifest(
    command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    for arguments in (["stubs"], ["hint", "double"], ["verify"], ["mutate"], ["grade", ".", "--out", "x"]):
        run = command(*arguments)
        assert run.exit_code == 2
        assert "No course.toml" in run.stderr


def test_verify_shows_findings_and_exits_with_one(command) -> None:
    run = command("verify", "--mutants", "0")
    assert run.exit_code == 1
    assert "Tally: The number of its hidden checks is 2; it must be at least 5." in run.stdout
    assert "2 exercises in 1 topics: 3 findings." in run.stdout


def test_mutate_shows_the_rate_and_the_survivors(command) -> None:
    run = command("mutate", "double")
    assert run.exit_code == 0
    assert "100.0 %" in run.stdout
    file = Path("solutions/01_demo/test_demo.py")
    file.write_text(re.sub(r"assert_close\(.*\)", "student.double(torch.ones(1))", file.read_text()))
    run = command("mutate", "double")
    assert run.exit_code == 1
    assert "passes all hidden checks with" in run.stdout
    assert "+ return" in run.stdout
    assert command("mutate", "nothing").exit_code == 2


@pytest.mark.parametrize("graded", [".", ".."], ids=["itself", "a folder above it"])
def test_a_course_that_was_handed_in_is_not_used(command, graded: str) -> None:
    run = command("grade", graded, "--single", "--out", "../../out")
    assert run.exit_code == 2
    assert "lies inside" in run.stderr
    assert "Give your own copy: --course FOLDER." in run.stderr
    assert not Path("../../out").exists()


def test_a_course_in_a_class_folder_is_not_used(command) -> None:
    """A loose course.toml in a folder of submissions may be anybody's."""
    run = command("grade", "..", "--out", "../../out")
    assert run.exit_code == 2
    assert "lies inside" in run.stderr


def test_submissions_may_lie_in_the_course(command) -> None:
    assert command("grade", "exercises", "--single", "--out", "../out").exit_code == 0
