"""Runs that are stopped, that are killed, or that lose a grader: they lose no result and leave nothing behind."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from small_course import autograder, start_autograder

from autograder.results.files import read_result

SLOW = "import time\ndef double(x):\n    time.sleep({})\n    return {} * x\n# {}\n"


def write_class(course: Path, count: int, seconds: float = 0.05) -> Path:
    """Write submissions that take a while. Every third is wrong; no two are the same."""
    for index in range(count):
        folder = course / "class" / f"s{index:02}"
        folder.mkdir(parents=True)
        (folder / "demo.py").write_text(SLOW.format(seconds, 2 + (index % 3 == 0), index))
    return course / "class"


def wait_for(out: Path, count: int) -> None:
    """Wait until the folder holds so many results."""
    deadline = time.monotonic() + 60
    while len(list(out.glob("*.json"))) < count and time.monotonic() < deadline:
        time.sleep(0.02)


def graders_of(run: psutil.Popen) -> list[psutil.Process]:
    return [child for child in run.children() if not any("worker/__main__.py" in part for part in child.cmdline())]


@pytest.mark.parametrize(
    ("jobs", "number"),
    [(1, signal.SIGINT), (2, signal.SIGINT), (2, signal.SIGKILL)],
    ids=["Ctrl-C", "Ctrl-C of two", "kill -9 of two"],
)
def test_a_stopped_run_is_resumed_by_the_next_one(
    own_course: Path, tmp_path: Path, number: int, jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    write_class(own_course, 12)
    out = tmp_path / "out"
    run = start_autograder("grade", "class", "--out", out, "--jobs", str(jobs), cwd=own_course)
    wait_for(out, 3)
    started = run.children(recursive=True)
    if number == signal.SIGINT:
        os.killpg(run.pid, number)
        assert run.wait(20) == 130
    else:
        run.kill()
        run.wait(20)
    assert not psutil.wait_procs(started, timeout=10)[1]
    assert not list((tmp_path / "temporary").iterdir())
    finished = list(out.glob("*.json"))
    assert 3 <= len(finished) < 12
    for path in finished:
        assert read_result(path).worth == 6
    again = autograder("grade", "class", "--out", out, "--jobs", str(jobs), cwd=own_course)
    assert again.returncode == 0
    assert f"12 graded ({len(finished)} unchanged and kept)" in again.stdout
    assert not [path for path in out.iterdir() if path.suffix != ".json"]


def test_kills_at_any_moment_do_not_change_the_results(own_course: Path, tmp_path: Path) -> None:
    """A run or one of its graders is killed several times. The results equal those of an undisturbed run."""
    write_class(own_course, 30, seconds=0.02)
    draw = random.Random(20)
    interrupted = 0
    out = tmp_path / "out"
    arguments = ("grade", "class", "--jobs", "2", "--out")
    for victim in ("run", "grader", "run", "run"):
        run = start_autograder(*arguments, out, cwd=own_course)
        done = len(list(out.glob("*.json")))
        wait_for(out, min(done + 1, 30))
        time.sleep(draw.uniform(0, 0.5))
        if victim == "grader" and graders_of(run):
            draw.choice(graders_of(run)).kill()
            wait_for(out, min(done + 12, 30))
        interrupted += run.poll() is None
        run.kill()
        run.wait(20)
    assert interrupted >= 2
    assert autograder(*arguments, out, cwd=own_course).returncode == 0
    assert autograder(*arguments, tmp_path / "undisturbed", cwd=own_course).returncode == 0
    assert contents(out) == contents(tmp_path / "undisturbed")
    assert len(contents(out)) == 30


def contents(out: Path) -> dict[str, bytes]:
    """Return file -> its content."""
    return {path.name: path.read_bytes() for path in out.iterdir()}


def test_submissions_of_a_lost_grader_are_tried_again(own_course: Path, tmp_path: Path) -> None:
    write_class(own_course, 16)
    run = start_autograder("grade", "class", "--jobs", "2", "--out", tmp_path / "out", cwd=own_course)
    wait_for(tmp_path / "out", 3)
    graders_of(run)[0].kill()
    assert run.wait(60) == 0
    assert len(list((tmp_path / "out").iterdir())) == 16


WITH_A_KILLER = """
import os, sys
from pathlib import Path
os.environ.update(OMP_NUM_THREADS="1", MKL_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
from autograder.classroom.run import grade_all
from autograder.course.model import load_course
from autograder.grading.grader import Grader
from autograder.grading.settings import Settings
from autograder.classroom.graders.local import LocalGraders
honest = Grader.grade
def deadly(grader, submission):
    if submission.id in sys.argv[2].split(","):
        os.kill(os.getpid(), 9)
    return honest(grader, submission)
Grader.grade = deadly
course, settings = load_course(Path(".")), Settings(topics=("01_demo",))
def report(one):
    print(one.path.name, one.summary is not None, one.reason.en, one.is_ours, sep="|", flush=True)
grade_all(sorted(Path("class").iterdir()), course, settings, Path(sys.argv[1]), graders=LocalGraders(course, settings, 2), report=report)
"""


def test_only_a_submission_that_kills_its_grader_twice_gets_no_result(own_course: Path, tmp_path: Path) -> None:
    write_class(own_course, 8, seconds=0)
    command = [sys.executable, "-c", WITH_A_KILLER, str(tmp_path / "out"), "s01"]
    run = subprocess.run(command, cwd=own_course, capture_output=True, text=True, timeout=120, check=True)
    assert run.stderr == ""  # the graders were forked both times
    outcomes = dict(line.split("|", 1) for line in run.stdout.splitlines())
    assert outcomes.pop("s01") == "False|A grader process was lost twice while grading it.|True"
    assert set(outcomes) == {f"s{index:02}" for index in (0, 2, 3, 4, 5, 6, 7)}
    assert set(outcomes.values()) == {"True||False"}


def test_a_run_that_loses_every_grader_ends_with_an_error(own_course: Path, tmp_path: Path) -> None:
    write_class(own_course, 12, seconds=0)
    everyone = ",".join(f"s{index:02}" for index in range(12))
    command = [sys.executable, "-c", WITH_A_KILLER, str(tmp_path / "out"), everyone]
    run = subprocess.run(command, cwd=own_course, capture_output=True, text=True, timeout=120, check=False)
    assert "SandboxError: Grader processes were lost 8 times in a row." in run.stderr
