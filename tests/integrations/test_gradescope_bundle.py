"""The zip for Gradescope: its content, and runs in a folder that has the layout of Gradescope's machine."""

import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from reports import READERS
from small_course import write_course
from typer.testing import CliRunner

from autograder.cli import app
from autograder.course.model import load_course
from autograder.integrations.gradescope.bundle import HERE, SCRIPTS, pack, requirements

# Wrong for large numbers alone. It prints what it is given, and looks for the course.
SUBMISSION = """
import glob
import torch
def double(x):
    print("told", x, flush=True)
    found = glob.glob("/tmp/**/solutions/01_demo/*", recursive=True)
    if found:
        raise ValueError(f"FOUND {found}")
    return torch.where(x.abs() > 1000, 3 * x, 2 * x)
"""
HIDDEN = '''

@check("double")
def test_double_marked(student):
    """Doubles large numbers. 大数加倍。"""
    x = torch.tensor([31337.25, -41414.5])
    assert_close(student.double(x), x + x, EXACT)
'''


def test_the_zip_has_its_scripts_at_the_root_and_only_the_chosen_topics(own_course: Path) -> None:
    shutil.copytree(own_course / "exercises/01_demo", own_course / "exercises/02_other")
    shutil.copytree(own_course / "solutions/01_demo", own_course / "solutions/02_other")
    topic = own_course / "exercises/02_other/topic.toml"
    topic.write_text(topic.read_text().replace("double", "triple").replace("Tally", "Count"))
    (own_course / "exercises/01_demo/.secret").write_text("not ours")
    archive = zipfile.ZipFile(io.BytesIO(pack(load_course(own_course), ["01_demo"], ["--isolation", "basic"], "")))
    names = set(archive.namelist())
    assert {"setup.sh", "run_autograder", "requirements.txt", "options", "course/course.toml"} <= names
    assert {"course/exercises/01_demo/demo.py", "course/solutions/01_demo/test_demo.py"} <= names
    assert {"engine/autograder/__main__.py", "engine/autograder/sandbox/worker/__main__.py"} <= names
    assert not any("02_other" in name or "__pycache__" in name or ".secret" in name for name in names)
    assert archive.read("options") == b"--isolation\nbasic\n"
    for script in SCRIPTS:
        assert archive.getinfo(script).external_attr >> 16 & 0o111


def test_the_same_course_gives_the_same_zip(own_course: Path) -> None:
    course = load_course(own_course)
    first = pack(course, ["01_demo"], [], "")
    for path in own_course.rglob("*"):
        os.utime(path, (1e9, 1e9))
    assert pack(course, ["01_demo"], [], "") == first


def test_packages_are_pinned_to_what_this_machine_has() -> None:
    import torch

    version = torch.__version__.split("+")[0]
    plain = list(requirements(""))
    assert f"torch=={version}" in plain
    assert all("==" in line for line in plain)
    assert not any(line.startswith(("ruff", "nbgrader", "distributed")) for line in plain)
    first, *others = requirements("https://cpu.example/whl")
    assert first == "--extra-index-url https://cpu.example/whl"
    assert f"torch=={version}+cpu" in others


def test_a_course_without_solutions_gives_no_zip(
    own_course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(own_course / "solutions")
    monkeypatch.chdir(own_course)
    run = CliRunner().invoke(app, ["gradescope", "build", "--out", str(tmp_path / "a.zip")])
    assert run.exit_code == 2
    assert "has no solutions/" in run.stderr
    assert not (tmp_path / "a.zip").exists()


def test_the_scripts_are_clean() -> None:
    tool = shutil.which("shellcheck", path=str(Path(sys.executable).parent))
    assert tool is not None
    subprocess.run([tool, *(HERE / name for name in SCRIPTS)], check=True, timeout=60)


class Host:
    """A folder with the layout of Gradescope's machine. Other users may enter it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.results = root / "results/results.json"

    def build(self, archive: Path) -> subprocess.CompletedProcess[str]:
        """Build the image: unpack, copy the script, run setup.sh. Its packages are this environment's."""
        with zipfile.ZipFile(archive) as files:
            files.extractall(self.root / "source")
        (self.root / "submission").mkdir()
        shutil.copy(self.root / "source/run_autograder", self.root)
        subprocess.run([sys.executable, "-m", "venv", self.root / "venv"], check=True, timeout=120)
        (packages,) = (self.root / "venv/lib").glob("python*/site-packages")
        ours = [path for path in sys.path if path.endswith("site-packages")]
        (packages / "ours.pth").write_text("\n".join(ours))
        return self._run(self.root / "source/setup.sh")

    def grade(self, **files: str) -> subprocess.CompletedProcess[str]:
        """Grade a submission of these files."""
        shutil.rmtree(self.root / "submission")
        for name, text in files.items():
            path = self.root / "submission" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        (self.root / "submission").mkdir(exist_ok=True)
        return self._run(self.root / "run_autograder")

    def _run(self, script: Path) -> subprocess.CompletedProcess[str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PYTEST"))}
        environment = {**kept, "AUTOGRADER_ROOT": str(self.root)}
        return subprocess.run(
            ["bash", script], cwd=self.root, env=environment, capture_output=True, text=True, check=False, timeout=300
        )


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    if os.geteuid() != 0:
        pytest.skip("Gradescope runs its scripts as root")
    course = write_course(tmp_path_factory.mktemp("gradescope"))
    with (course / "solutions/01_demo/test_demo.py").open("a") as file:
        file.write(HIDDEN)
    with (course / "course.toml").open("a") as file:
        file.write('[reveal]\nhidden = "title"\n[gradescope]\nhidden = "after_published"\n')
    with tempfile.TemporaryDirectory(prefix="gradescope-") as folder:  # pytest's own folders are closed to others
        root = Path(folder)
        root.chmod(0o755)
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(course)
            built = CliRunner().invoke(app, ["gradescope", "build", "--out", str(root / "upload.zip")])
        assert built.exit_code == 0
        host = Host(root)
        setup = host.build(root / "upload.zip")
        assert setup.returncode == 0, setup.stderr
        assert "Isolation: " in setup.stdout  # the doctor, for the build's log
        yield host


def test_a_submission_is_graded_as_gradescope_does_it(host: Host) -> None:
    run = host.grade(**{"demo.py": SUBMISSION})
    assert (run.returncode, run.stdout) == (0, "")
    text = host.results.read_text()
    READERS["gradescope"](text)
    file = json.loads(text)
    tests = {test["name"].split(":")[0] + " " + test["number"][-1]: test for test in file["tests"]}
    assert file["score"] == sum(test["score"] for test in tests.values())
    assert (tests["double 1"]["status"], tests["double 2"]["status"]) == ("passed", "failed")
    assert (tests["double 1"]["visibility"], tests["double 2"]["visibility"]) == ("visible", "after_published")
    assert "✗ Doubles large numbers." in tests["double 2"]["output"]
    assert "returned wrong values" in tests["double 2"]["output"]
    for secret in ("31337", "41414", "62674", "told", "FOUND", str(host.root)):
        assert secret not in text + run.stdout + run.stderr


def test_only_root_can_read_the_hidden_material(host: Host) -> None:
    """Student code runs as another user, so that file modes alone already hide the checks from it."""
    assert host.grade(**{"demo.py": SUBMISSION}).returncode == 0
    assert not [path for path in (host.root / "source").rglob("*") if path.stat().st_mode & 0o077]
    assert (host.root / "source").stat().st_mode & 0o077 == 0
    command = ["setpriv", "--reuid=65534", "--clear-groups", "cat", str(host.root / "source/course/course.toml")]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode != 0
    assert "Permission denied" in run.stderr


def test_an_empty_submission_gets_no_points_and_a_reason(host: Host) -> None:
    run = host.grade()
    assert run.returncode == 0
    file = json.loads(host.results.read_text())
    assert (file["score"], file["tests"]) == (0, [])
    assert "holds no work of this course" in file["output"]


def test_folders_that_look_like_a_class_are_one_submission(host: Host) -> None:
    assert host.grade(**{"a/demo.py": SUBMISSION, "b/demo.py": SUBMISSION}).returncode == 0
    assert json.loads(host.results.read_text())["score"] > 0


def test_a_failure_of_the_grader_leaves_no_result(host: Host) -> None:
    """Without a result, Gradescope alerts the instructor. It would take an old result for the new one."""
    assert host.results.exists()
    checks = host.root / "source/course/solutions/01_demo/test_demo.py"
    before = checks.read_text()
    checks.write_text("def broken(:\n")
    try:
        run = host.grade(**{"demo.py": SUBMISSION})
    finally:
        checks.write_text(before)
    assert run.returncode == 2
    assert not host.results.exists()
