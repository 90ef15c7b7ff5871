"""Hostile submissions, each in a file of its own: none earns a point, harms the next one, or leaves anything behind."""

import os
import time
from pathlib import Path

import psutil
import pytest

from autograder.grade import Grader
from autograder.results import SubmissionResult, Verdict
from autograder.submission import open_submission

ATTACKS = sorted((Path(__file__).parent / "attacks").glob("*.py"))
HONEST = "def double(x):\n    return 2 * x\n"
TRACES = ("/tmp/torchstone-was-here", "/tmp/torchstone-flood", "/var/tmp/torchstone-flood")


@pytest.fixture
def grade(grader: Grader, tmp_path: Path):
    def grade(code: str) -> SubmissionResult:
        (tmp_path / "demo.py").write_text(code, encoding="utf-8")
        return grader.grade(open_submission(tmp_path, grader.course))

    return grade


def server_processes() -> set[int]:
    """Fork servers and everything forked from them, adopted or not."""
    found = set()
    for process in psutil.process_iter(["cmdline"]):
        if any(part.endswith("worker/__main__.py") for part in process.info["cmdline"] or ()):
            found.add(process.pid)
    return found


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda path: path.stem)
def test_an_attack_gains_nothing_and_leaves_nothing(grade, grader: Grader, attack: Path) -> None:
    for trace in TRACES:  # of an earlier run that failed
        Path(trace).unlink(missing_ok=True)
    assert grade(HONEST).exercises[0].verdict is Verdict.PASSED
    before, files, descriptors = (
        server_processes(),
        set(grader.server.folder.iterdir()),
        len(os.listdir("/proc/self/fd")),
    )
    result = grade(attack.read_text(encoding="utf-8"))
    double = result.exercises[0]
    hidden = [check for check in double.checks if not check.visible]
    assert double.verdict not in (Verdict.PASSED, Verdict.BROKEN)
    assert double.points < double.worth / 2, [(check.id, check.verdict) for check in double.checks]
    assert not any(check.verdict is Verdict.BROKEN for check in double.checks)
    assert not any(word in check.message.en for check in hidden for word in ("PYTEST", "autograder/", "LEAK"))
    assert set(grader.server.folder.iterdir()) == files
    assert len(os.listdir("/proc/self/fd")) == descriptors
    assert not any(Path(trace).exists() for trace in TRACES)
    deadline = time.monotonic() + 3
    while server_processes() - before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert server_processes() <= before
    assert grade(HONEST).exercises[0].points == 4
