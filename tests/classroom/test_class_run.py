"""Grading a class: resuming, several processes, duplicates, failures, result files, and the command `grade`."""

import json
import os
import threading
import zipfile
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from small_course import DOUBLE_ONLY, ROOT, autograder
from typer.testing import CliRunner

from autograder.classroom import result_folder
from autograder.classroom.graders.local import LocalGraders
from autograder.classroom.graders.task import Task, in_flight
from autograder.classroom.run import grade_all
from autograder.cli import app
from autograder.course.model import load_course
from autograder.course.reveal import Reveal
from autograder.grading.grader import Grader
from autograder.grading.settings import Settings
from autograder.results.files import TEMPORARY, read_result, schema, write_result
from autograder.results.model import SubmissionResult
from autograder.results.outcome import Graded
from autograder.sandbox.channel import Worker
from autograder.sandbox.fork_server import ForkServer
from autograder.submission.model import Submission
from autograder.submission.read import open_submission

SETTINGS = Settings(topics=("01_demo",))


@pytest.fixture
def class_folder(own_course: Path) -> Path:
    folder = own_course / "class"
    codes = {
        "ann": DOUBLE_ONLY,
        "bob": "def double(x):\n    return x * x\n",
        "cy": "def double(x:\n",
        "dee": "",
    }
    for name, code in codes.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "demo.py").write_text(code)
    with zipfile.ZipFile(folder / "eve.zip", "w") as archive:
        archive.writestr("demo.py", DOUBLE_ONLY)
    (folder / "fay.zip").write_text("no zip")
    (folder / "张伟").mkdir()
    (folder / "张伟" / "demo.py").write_text(DOUBLE_ONLY)
    return folder


@pytest.fixture
def command(class_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Return a function that runs the command in this process, where torch is imported already."""
    monkeypatch.setenv("PYTHONHASHSEED", "0")
    monkeypatch.chdir(class_folder.parent)
    return lambda *arguments: CliRunner().invoke(app, list(arguments))


def grade_folder(folder: Path, out: Path, *, jobs: int) -> list[Graded]:
    return grade(sorted(folder.iterdir()), out, jobs=jobs)


def grade(paths: list[Path], out: Path, *, jobs: int) -> list[Graded]:
    course = load_course(paths[0].parents[1])
    graded: list[Graded] = []
    graders = LocalGraders(course, SETTINGS, jobs)
    grade_all(paths, course, SETTINGS, out, graders=graders, report=graded.append)
    return graded


def test_a_second_run_grades_only_what_changed(class_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = grade_folder(class_folder, out, jobs=1)
    points = {one.path.name: one.summary.points for one in first if one.summary}
    assert points == {"ann": 4, "bob": 0.8, "cy": 0, "dee": 0, "eve.zip": 4, "张伟": 4}
    assert [one.path.name for one in first if one.summary is None] == ["fay.zip"]
    assert sorted(path.name for path in out.iterdir()) == sorted(
        f"{name}.json" for name in ("ann", "bob", "cy", "dee", "eve", "张伟")
    )
    stamps = {path: path.stat().st_mtime_ns for path in out.iterdir()}
    (class_folder / "bob" / "demo.py").write_text(DOUBLE_ONLY)
    second = grade_folder(class_folder, out, jobs=1)
    assert {one.path.name for one in second if one.summary and not one.kept} == {"bob"}
    changed = {path.name for path, stamp in stamps.items() if path.stat().st_mtime_ns != stamp}
    assert changed == {"bob.json"}


def test_several_processes_give_the_same_results_as_one(
    class_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    """Grader processes are forked, or started anew if this process has a second thread."""
    ended = threading.Event()
    second = threading.Thread(target=ended.wait)
    second.start()
    grade_folder(class_folder, tmp_path / "anew", jobs=2)
    ended.set()
    second.join()
    assert "threads cannot fork" in capsys.readouterr().err
    run = autograder("grade", "class", "--out", tmp_path / "forked", "--jobs", "2", cwd=class_folder.parent)
    assert "cannot fork" not in run.stderr
    grade_folder(class_folder, tmp_path / "one", jobs=1)
    assert len(list((tmp_path / "one").iterdir())) == 6
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "anew" / path.name).read_bytes()
        assert path.read_bytes() == (tmp_path / "forked" / path.name).read_bytes()


def test_the_result_of_a_submission_that_became_unreadable_is_removed(class_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    grade_folder(class_folder, out, jobs=1)
    (class_folder / "eve.zip").write_text("broken now")
    grade_folder(class_folder, out, jobs=1)
    assert not (out / "eve.json").exists()


def test_two_submissions_of_one_name_get_two_results(class_folder: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(class_folder / "ann.zip", "w") as archive:
        archive.writestr("demo.py", DOUBLE_ONLY)
    grade_folder(class_folder, tmp_path / "out", jobs=1)
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert len([name for name in names if name.startswith("ann-")]) == 2
    assert "ann.json" not in names
    assert len(list((tmp_path / "out").iterdir())) == 7
    results = [read_result(path) for path in (tmp_path / "out").glob("ann-*.json")]
    assert {result.submission for result in results} == {path.stem for path in (tmp_path / "out").glob("ann-*.json")}
    assert all("Another submission is also named ann." in result.problems[0].sentence.en for result in results)


def test_similar_names_get_separate_result_files(class_folder: Path, tmp_path: Path) -> None:
    for name in ("li lei", "li_lei", "LI_LEI", "x" * 250):
        (class_folder / name).mkdir()
        (class_folder / name / "demo.py").write_text(DOUBLE_ONLY)
    graded = grade_folder(class_folder, tmp_path / "out", jobs=1)
    assert len(list((tmp_path / "out").iterdir())) == sum(one.summary is not None for one in graded) == 10


def test_identical_submissions_are_graded_once(
    class_folder: Path, tmp_path: Path, grader: Grader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A duplicate gets the result that it would get alone, with its own name and its own remarks."""
    for name in ("gil", "hao"):
        (class_folder / name).mkdir()
        (class_folder / name / "demo.py").write_bytes((class_folder / "bob" / "demo.py").read_bytes())
    (class_folder / "hao" / "link.py").symlink_to(class_folder / "cy" / "demo.py")
    for name in ("bob", "eve.zip", "gil", "hao", "张伟"):
        alone = grader.grade(open_submission(class_folder / name, grader.course))
        write_result(alone, tmp_path / f"{Path(name).stem}.json")
    honest = Grader.grade
    seen: list[str] = []

    def noting(grader: Grader, submission: Submission) -> SubmissionResult:
        seen.append(submission.id)
        return honest(grader, submission)

    monkeypatch.setattr(Grader, "grade", noting)
    graded = grade_folder(class_folder, tmp_path / "out", jobs=1)
    assert sorted(seen) == ["ann", "bob", "cy", "dee"]
    assert len(graded) == 9
    for path in tmp_path.glob("*.json"):
        in_class, by_itself = json.loads((tmp_path / "out" / path.name).read_text()), json.loads(path.read_text())
        for exercise in (*in_class["exercises"], *by_itself["exercises"]):
            del exercise["key"]  # the fixture has other limits
        assert in_class == by_itself
    assert read_result(tmp_path / "hao.json").problems != read_result(tmp_path / "bob.json").problems


def test_duplicates_wait_for_the_submission_that_is_being_graded(class_folder: Path, tmp_path: Path) -> None:
    """If the whole class is read before the first submission is graded, there are still only four to grade."""

    class AllAtOnce(LocalGraders):
        def run(self, tasks: Iterator[Task]) -> Generator[Graded, None, None]:
            taken.extend(tasks)
            return super().run(iter(taken))

    taken: list[Task] = []
    course = load_course(class_folder.parent)
    graded: list[Graded] = []
    graders = AllAtOnce(course, SETTINGS, 1)
    grade_all(sorted(class_folder.iterdir()), course, SETTINGS, tmp_path, graders=graders, report=graded.append)
    assert [task.path.name for task in taken] == ["ann", "bob", "cy", "dee"]
    assert len(graded) == 7
    assert {path.stem: read_result(path).points for path in tmp_path.glob("e*.json")} == {"eve": 4}


def test_submissions_are_read_only_as_capacity_allows() -> None:
    """Ten thousand submissions must not fill the memory, so that only a few are in flight at a time."""
    taken = 0

    def tasks() -> Iterator[Any]:
        nonlocal taken
        while taken < 100:
            taken += 1
            yield taken

    def submit(task: Any) -> Future:
        future: Future = Future()
        threading.Timer(0.001, future.set_result, [task]).start()
        return future

    done = []
    for _, future in in_flight(submit, tasks(), lambda: 5, {}):
        done.append(future.result())
        assert taken - len(done) <= 5
    assert sorted(done) == list(range(1, 101))


def test_two_runs_into_one_folder_are_refused(class_folder: Path, command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(result_folder, "LOCK_SECONDS", 0.2)
    with result_folder.locked(Path("out")):
        run = command("grade", "class/bob", "--out", "out")
        assert run.exit_code == 2
        assert "Another run is writing its results into out/." in run.stderr
        assert command("grade", "class/bob", "--out", "other").exit_code == 0
    assert command("grade", "class/bob", "--out", "out").exit_code == 0
    assert [path.name for path in Path("out").iterdir()] == ["bob.json"]


def test_a_half_written_file_of_a_killed_grader_is_removed_at_the_end_of_the_run(tmp_path: Path) -> None:
    with result_folder.locked(tmp_path):
        (tmp_path / f"{TEMPORARY}x").write_text("{", encoding="utf-8")
    assert not list(tmp_path.iterdir())


def test_a_half_written_file_of_a_killed_run_is_removed_by_the_next_run(class_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / f"{TEMPORARY}x7s9").write_text("{")
    grade_folder(class_folder, tmp_path / "out", jobs=1)
    assert {path.suffix for path in (tmp_path / "out").iterdir()} == {".json"}


def test_a_failure_of_the_grader_costs_one_submission_only(
    class_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = Grader.grade

    def fail_on_bob(grader: Grader, submission: Submission) -> SubmissionResult:
        if submission.id == "bob":
            raise KeyError("ours")
        return honest(grader, submission)

    monkeypatch.setattr(Grader, "grade", fail_on_bob)
    graded = {one.path.name: one for one in grade_folder(class_folder, tmp_path / "out", jobs=1)}
    assert graded["bob"].is_ours
    assert graded["bob"].reason.en.startswith("The grader failed on it: KeyError: 'ours'")
    assert graded["张伟"].summary is not None


def test_a_lost_server_costs_nobody_a_result(
    class_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A submission whose server is lost while it is graded is tried again with a new server."""
    grade, spawn = Grader.grade, ForkServer.spawn
    tries: list[str] = []

    def lose_server(server: ForkServer) -> Worker:
        monkeypatch.setattr(ForkServer, "spawn", spawn)
        worker = spawn(server)
        assert server.process is not None
        server.process.kill()
        server.process.wait()
        return worker

    def grade_with_a_loss(grader: Grader, submission: Submission) -> SubmissionResult:
        tries.append(submission.id)
        if tries == ["ann"]:
            monkeypatch.setattr(ForkServer, "spawn", lose_server)
        return grade(grader, submission)

    monkeypatch.setattr(Grader, "grade", grade_with_a_loss)
    graded = {one.path.name: one for one in grade_folder(class_folder, tmp_path / "out", jobs=1)}
    assert tries == ["ann", "ann", "bob", "cy", "dee"]
    assert [name for name, one in graded.items() if one.summary is None] == ["fay.zip"]
    assert read_result(tmp_path / "out" / "ann.json").points == 4


# The command


def test_the_command_grades_shows_and_exits_with_its_status(class_folder: Path, tmp_path: Path) -> None:
    course = class_folder.parent
    run = autograder("grade", "class", "--out", tmp_path / "out", "--jobs", "1", cwd=course)
    assert run.returncode == 1, run.stderr
    assert "bob" in run.stdout
    assert "squares" in run.stdout
    assert "6 graded, 1 unreadable" in run.stdout
    assert run.stderr.strip().startswith("fay.zip: fay.zip cannot be unpacked")
    again = autograder("grade", "class/ann", "class/bob", "--out", tmp_path / "out", cwd=course)
    assert again.returncode == 0
    assert "2 graded (2 unchanged and kept)" in again.stdout


def test_one_submission_is_shown_in_full_in_the_language_asked_for(command) -> None:
    run = command("grade", "class/bob", "--out", "out", "--lang", "zh")
    assert run.exit_code == 0
    assert "你算的是平方，应乘以 2。" in run.stdout
    assert "You squared" not in run.stdout
    run = command("grade", "class/bob", "--out", "out")
    assert "You squared x. Multiply it by 2." in run.stdout
    assert "你算的是平方，应乘以 2。" in run.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere", "--out", "out"], "nowhere does not exist"),
        (["class", "--out", "out", "--topic", "02"], "There is no topic 02"),
        (["class", "--out", "course.toml"], "course.toml is not a folder"),
        (["class", "--out", "out", "--course", "/"], "No course.toml"),
        (["class"], "--out"),
        (["class", "--out", "out", "--jobs", "0"], "--jobs"),
    ],
)
def test_wrong_arguments_are_reported_in_a_sentence(command, arguments: list[str], message: str) -> None:
    run = command("grade", *arguments)
    assert run.exit_code == 2
    assert message in run.stderr


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("course.toml", "title = 3", "course.toml: "),
        ("exercises/01_demo/topic.toml", "title = [", "topic.toml: "),
        ("exercises/01_demo/topic.toml", "typo = 1", "topic.toml: "),
        ("solutions/01_demo/test_demo.py", "def test_x(:", "cannot be collected"),
        ("solutions/01_demo/test_demo.py", "def test_x(student):\n    pass\n", "test_x is not a check"),
        ("solutions/01_demo/misconceptions.toml", "[[double]]\nname = 3", "misconceptions.toml: "),
    ],
)
def test_an_error_in_the_course_names_its_file(command, file: str, content: str, message: str) -> None:
    Path(file).write_text(content)
    run = command("grade", "class/bob", "--out", "out")
    assert run.exit_code == 2
    assert message in run.stderr


def test_a_broken_check_is_reported_and_sets_the_exit_status(command) -> None:
    file = Path("solutions/01_demo/test_demo.py")
    bad = '\n\n@check("double")\ndef test_bad(student):\n    """Bad. 坏。"""\n    assert student.double(1) == 3\n'
    file.write_text(file.read_text() + bad)
    run = command("grade", "class/ann", "--out", "out")
    assert run.exit_code == 2
    assert "broken check, nobody lost points over it: 01_demo: test_bad" in run.stderr


# The file format


def test_the_schema_in_the_docs_equals_the_types() -> None:
    assert json.loads((ROOT / "docs/result.schema.json").read_text()) == json.loads(json.dumps(schema()))


def test_results_match_the_schema(class_folder: Path, tmp_path: Path) -> None:
    grade_folder(class_folder, tmp_path / "out", jobs=1)
    validator = jsonschema.Draft202012Validator(schema())
    for path in (tmp_path / "out").iterdir():
        data = json.loads(path.read_text())
        validator.validate(data)
        assert data["format"] == "torchstone/1"
        assert data["submission"] == path.stem
    with pytest.raises(jsonschema.ValidationError):
        validator.validate({**data, "points": "many"})


def test_a_result_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = SubmissionResult(
        submission="a",
        content_hash="",
        grading_key="",
        points=1,
        worth=1,
        problems=(),
        exercises=(),
        reveal=Reveal.MISCONCEPTION,
        isolation=None,
        confinement={},
    )
    path = tmp_path / "a.json"
    write_result(result, path)
    before = path.read_bytes()
    assert before.index(b"\n") == len(before) - 1  # it is one line
    monkeypatch.setattr(os, "replace", lambda *a: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_result(msgspec.structs.replace(result, points=0), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
