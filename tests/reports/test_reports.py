"""Reports of the sample class: each format matches its contract, and the command writes them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import junitparser
import pytest
from reports import READERS, announced, commands_run, context, read_annotations, rendered
from small_course import DOUBLE_ONLY, QUICK, ROOT, autograder
from typer.testing import CliRunner

from autograder.cli import app
from autograder.course.model import Course, load_course
from autograder.grading.grader import Grader
from autograder.grading.settings import Settings
from autograder.reports.format import formats, requested
from autograder.results.model import SubmissionResult, Verdict
from autograder.results.outcome import ClassOutcome, Graded
from autograder.sandbox.fork_server import ForkServer
from autograder.submission.read import open_submission
from autograder.text import Language

SAMPLE = ("陈静", "carla", "ivan", "laura", "赵敏.ipynb", "hana")
TOPICS = ("01_activations", "04_losses", "06_optimisers", "10_convolution")


@pytest.fixture(scope="session")
def real() -> Course:
    course = load_course(ROOT)
    course.topics = tuple(topic for topic in course.topics if topic.name in TOPICS)
    return course


@pytest.fixture(scope="session")
def sample(real: Course) -> dict[str, SubmissionResult]:
    """Grade submissions of the sample class once: name -> result."""
    with ForkServer(real.limits) as server:
        grader = Grader(real, server, Settings(topics=TOPICS))
        return {name: grader.grade(open_submission(ROOT / "examples/class" / name, real)) for name in SAMPLE}


def test_every_format_has_a_reader() -> None:
    assert formats().keys() == READERS.keys()


@pytest.mark.parametrize("student", SAMPLE)
@pytest.mark.parametrize("name", READERS)
def test_a_report_matches_its_contract(
    real: Course, sample: dict[str, SubmissionResult], name: str, student: str
) -> None:
    for language in Language:
        texts = READERS[name](rendered(name, [sample[student]], context(real, language)))
        assert any("adam_step" in text for text in texts) or name == "csv"
        read_annotations(announced(name, [sample[student]], context(real, language)))


@pytest.mark.parametrize("name", ["csv", "json"])
def test_a_class_is_reported_in_one_file(real: Course, sample: dict[str, SubmissionResult], name: str) -> None:
    texts = READERS[name](rendered(name, sample.values(), context(real)))
    assert {result.submission for result in sample.values()} <= set(texts)
    assert READERS[name](rendered(name, [], context(real))) == []


def test_junit_counts_failed_checks_and_skips_untouched_exercises(
    real: Course, sample: dict[str, SubmissionResult]
) -> None:
    found = junitparser.JUnitXml.fromstring(rendered("junit", [sample["carla"]], context(real)).encode())
    suites = {suite.name: suite for suite in found}
    carla = {exercise.name: exercise for exercise in sample["carla"].exercises}
    wrong = sum(check.verdict is Verdict.FAILED for check in carla["adam_step"].checks)
    assert wrong > 0
    assert (suites["adam_step"].failures, suites["adam_step"].skipped) == (wrong, 0)
    assert suites["softmax"].skipped == suites["softmax"].tests > 0
    assert suites["sigmoid_grad"].failures == suites["sigmoid_grad"].errors == suites["sigmoid_grad"].skipped == 0
    faults = [result.text for case in suites["adam_step"] for result in case.result]
    assert any("bias correction is missing" in text for text in faults)


def test_a_broken_check_is_an_error_and_no_failure(real: Course, sample: dict[str, SubmissionResult]) -> None:
    from msgspec.structs import replace

    first, *others = sample["carla"].exercises
    broken = replace(first.checks[0], verdict=Verdict.BROKEN)
    result = replace(sample["carla"], exercises=(replace(first, checks=(broken, *first.checks[1:])), *others))
    found = junitparser.JUnitXml.fromstring(rendered("junit", [result], context(real)).encode())
    assert (found.errors, next(iter(found)).errors) == (1, 1)


def test_gitlab_names_the_students_file(real: Course, sample: dict[str, SubmissionResult]) -> None:
    text = rendered("gitlab", [sample["carla"]], context(real))
    assert 'file="06_optimisers/optimisers.py"' in text
    assert "file=" not in rendered("junit", [sample["carla"]], context(real))


def test_annotations_stand_on_the_students_own_lines(real: Course, sample: dict[str, SubmissionResult]) -> None:
    lines = announced("github", [sample["carla"]], context(real, Language.EN)).splitlines()
    number = line_of(ROOT / "examples/class/carla/06_optimisers/optimisers.py", "def adam_step")
    assert len(lines) == 1
    assert lines[0].startswith(f"::error file=06_optimisers/optimisers.py,line={number},title=adam_step::The bias")
    lines = announced("github", [sample["ivan"]], context(real, Language.EN)).splitlines()
    path = ROOT / "examples/class/ivan/04_losses/losses.py"
    number = line_of(path, 'if reduction == "none"')
    assert lines[0].startswith(f"::error file=04_losses/losses.py,line={number},title=")


def test_an_unreadable_file_is_annotated_once(real: Course, sample: dict[str, SubmissionResult]) -> None:
    """It gets neither one annotation for each exercise, nor a second one as a problem of the files."""
    lines = announced("github", [sample["ivan"]], context(real, Language.EN)).splitlines()
    (line,) = [line for line in lines if "04_losses/losses.py" in line]
    assert "title=l1_loss%2C mse_and_grad" in line
    assert "::Python cannot read line 10: expected" in line
    assert not any(line.startswith("::warning") for line in lines)


def line_of(path: Path, start: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.strip().startswith(start))


def test_a_notebook_has_a_file_and_no_line(real: Course, sample: dict[str, SubmissionResult]) -> None:
    exercises = {exercise.name: exercise for exercise in sample["赵敏.ipynb"].exercises}
    assert (exercises["conv_output_size"].file, exercises["conv_output_size"].line) == ("赵敏.ipynb", None)


def test_the_summary_names_the_next_step(real: Course, sample: dict[str, SubmissionResult]) -> None:
    texts = READERS["github"](rendered("github", [sample["carla"]], context(real, Language.EN)))
    assert f"carla: {sample['carla'].points:g} of {sample['carla'].worth:g} points" in texts
    assert "Next: adam_step" in texts
    assert any(text.startswith("The bias correction is missing") for text in texts)
    assert "autograder hint adam_step" in texts


def test_gradescope_shares_an_exercises_points_between_its_parts(
    real: Course, sample: dict[str, SubmissionResult]
) -> None:
    for result in sample.values():
        file = json.loads(rendered("gradescope", [result], context(real)))
        assert file["score"] == result.points
        assert sum(test["score"] for test in file["tests"]) == pytest.approx(result.points, abs=0.01)
        assert sum(test["max_score"] for test in file["tests"]) == pytest.approx(result.worth, abs=0.01)
        assert {test["visibility"] for test in file["tests"]} == {"visible"}  # another would hide the total
        assert file["stdout_visibility"] == "hidden"


def test_classroom50_gets_whole_points_never_rounded_up(real: Course, sample: dict[str, SubmissionResult]) -> None:
    file = json.loads(rendered("classroom50", [sample["carla"]], context(real)))
    (adam,) = [test for test in file["tests"] if test["test-name"] == "adam_step"]
    (result,) = [exercise for exercise in sample["carla"].exercises if exercise.name == "adam_step"]
    assert not result.points.is_integer()  # a fraction is rounded down
    assert adam == {"test-name": "adam_step", "passed": False, "score": int(result.points), "max-score": 5}
    assert (file["score"], file["max-score"]) == (int(result.points) + 2, int(sample["carla"].worth))
    assert (file["submission"], file["review"], file["datetime"]) == ("submit/1", "c", "2026-11-24T12:00:00Z")


def test_gradescope_visibilities_come_from_the_course(own_course: Path, server: ForkServer) -> None:
    with (own_course / "course.toml").open("a") as manifest:
        manifest.write('[gradescope]\nvisible = "after_due_date"\nhidden = "after_published"\n')
    (own_course / "demo.py").write_text(DOUBLE_ONLY)
    course = load_course(own_course)
    course.limits = QUICK
    result = Grader(course, server, Settings(topics=("01_demo",))).grade(
        open_submission(own_course / "demo.py", course)
    )
    tests = json.loads(rendered("gradescope", [result], context(course)))["tests"]
    assert [test["visibility"] for test in tests] == ["after_due_date", "after_published"] * 2


# The command


@pytest.fixture
def command(own_course: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Return a function that runs the command in this process, in the course's folder."""
    monkeypatch.setenv("PYTHONHASHSEED", "0")
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    monkeypatch.chdir(own_course)
    for name, code in (("ann", DOUBLE_ONLY), ("bob", "def double(x):\n    return x * x\n")):
        (own_course / "class" / name).mkdir(parents=True)
        (own_course / "class" / name / "demo.py").write_text(code)
    return lambda *arguments: CliRunner().invoke(app, ["grade", *arguments])


def test_one_run_writes_every_report(command: Callable[..., Any], own_course: Path, tmp_path: Path) -> None:
    """A message that looks like a command of GitHub Actions is not executed; our own command is."""
    code = 'def double(x):\n    raise ValueError("\\n::error::owned\\n##[warning]owned")\n'
    (own_course / "class/bob/demo.py").write_text(code)
    out = tmp_path / "reports"
    files = [f"--report={name}={out / name}" for name in READERS if name != "github"]
    environment = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
    (tmp_path / "summary.md").write_text("## Before\n\n")
    with pytest.MonkeyPatch.context() as patch:
        for key, value in environment.items():
            patch.setenv(key, value)
        run = autograder("grade", "class/bob", "--report=github", *files, "--fail-under", "50", cwd=own_course)
    assert run.returncode == 3
    assert "1 below 50 % of the points" in run.stderr
    for name in READERS:
        file = tmp_path / "summary.md" if name == "github" else out / name
        assert any("double" in text for text in READERS[name](file.read_text(encoding="utf-8"))) or name == "csv"
    assert (tmp_path / "summary.md").read_text().startswith("## Before\n\n## bob")
    assert "owned" in run.stdout
    (ours,) = commands_run(run.stdout)
    assert ours.startswith("::error file=demo.py,line=1,title=double::")


def test_exit_status_below_the_threshold_and_at_it(command: Callable[..., Any], tmp_path: Path) -> None:
    report = f"csv={tmp_path / 'a.csv'}"
    assert command("class", "--report", report, "--fail-under", "66.6").exit_code == 3  # bob has less
    assert command("class/ann", "--report", report, "--fail-under", "66.6").exit_code == 0
    assert command("class/ann", "--report", report, "--fail-under", "66.7").exit_code == 3
    assert command("class/ann", "--report", report, "--fail-under", "101").exit_code == 2


def test_points_equal_to_the_threshold_are_enough() -> None:
    found = ClassOutcome(1, fail_under=70.0)
    from msgspec.structs import replace
    from reports import summary

    found.add(Graded(path=Path("a"), target=Path("a"), summary=replace(summary(1), points=0.7 + 0.7 + 1.4, worth=4.0)))
    assert found.status == 0
    found.add(Graded(path=Path("b"), target=Path("b"), summary=replace(summary(1), points=2.7999, worth=4.0)))
    assert found.status == 3


def test_without_out_only_the_reports_are_written(
    command: Callable[..., Any], own_course: Path, tmp_path: Path
) -> None:
    before = {path for path in own_course.rglob("*") if "__pycache__" not in path.parts}
    run = command("class", "--report", f"json={tmp_path / 'all.json'}")
    assert run.exit_code == 0
    assert "Results in" not in run.output
    assert {path for path in own_course.rglob("*") if "__pycache__" not in path.parts} == before
    assert [result["submission"] for result in json.loads((tmp_path / "all.json").read_text())] == ["ann", "bob"]


def test_a_submission_given_as_a_dot_has_the_name_of_its_folder(
    command: Callable[..., Any], own_course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(own_course / "class/ann")
    assert command(".", "--report", f"json={tmp_path / 'a.json'}").exit_code == 0
    assert json.loads((tmp_path / "a.json").read_text())[0]["submission"] == "ann"


def test_an_unreadable_submission_is_reported_with_no_points(
    command: Callable[..., Any], own_course: Path, tmp_path: Path
) -> None:
    (own_course / "class/empty").mkdir()
    files = [f"--report={name}={tmp_path / name}" for name in READERS]
    run = command("class/empty", "--single", *files)
    assert run.exit_code == 1
    for name in READERS:
        texts = READERS[name]((tmp_path / name).read_text(encoding="utf-8"))
        assert any("holds no work of this course" in text for text in texts) or name == "classroom50"
    file = json.loads((tmp_path / "gradescope").read_text())
    assert (file["score"], file["tests"]) == (0, [])


def test_a_folder_that_looks_like_a_class_can_be_one_submission(
    command: Callable[..., Any], own_course: Path, tmp_path: Path
) -> None:
    """Otherwise a student who hands in two odd folders would get no result."""
    refused = command("class", "--report", f"gradescope={tmp_path / 'a.json'}")
    assert refused.exit_code == 2
    assert "--report gradescope takes one submission; there are 2." in refused.stderr
    assert not (tmp_path / "a.json").exists()
    assert command("class", "--single", "--report", f"gradescope={tmp_path / 'a.json'}").exit_code == 0
    assert json.loads((tmp_path / "a.json").read_text())["score"] == 4


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "There is nowhere to put the results. Give --out FOLDER, or a --report."),
        (
            ("--report", "junti=x"),
            "There is no report format junti. Formats:\n  classroom50  Classroom 50's result.json",
        ),
        (("--report", "junit"), "--report junit needs a file. Write --report junit=FILE."),
        (("--report", "github"), "--report github writes to the file that $GITHUB_STEP_SUMMARY names"),
        (("--report", "csv=class"), "class is a folder."),
    ],
)
def test_wrong_report_options_are_reported_before_grading(
    command: Callable[..., Any], arguments: tuple[str, ...], said: str
) -> None:
    run = command("class", *arguments)
    assert run.exit_code == 2
    assert said in run.stderr


def test_a_report_that_cannot_be_written_gives_an_error_without_a_traceback(command: Callable[..., Any]) -> None:
    run = command("class/ann", "--report", "csv=class/ann/demo.py/a.csv")
    assert run.exit_code == 2
    assert "autograder: --report csv: class/ann/demo.py/a.csv:" in run.stderr


def test_a_report_is_written_whole_or_not_at_all(
    course: Course, tmp_path: Path, sample: dict[str, SubmissionResult]
) -> None:
    file = tmp_path / "all.json"
    file.write_text("before")

    def interrupted():
        yield sample["carla"]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(requested(f"json={file}", {}).write(interrupted(), context(course)))
    assert file.read_text() == "before"
    assert list(tmp_path.iterdir()) == [file]


def test_no_report_is_written_when_the_grader_fails(
    command: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(self: object, submission: object) -> None:
        raise RuntimeError("lost")

    monkeypatch.setattr("autograder.grading.grader.Grader.grade", fails)
    run = command("class/ann", "--report", f"gradescope={tmp_path / 'a'}")
    assert not (tmp_path / "a").exists()
    assert "not written, the grader failed" in run.stderr
    assert run.exit_code == 2
