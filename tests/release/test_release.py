"""A release: its files, and when it is not written."""

import os
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from release_course import release, set_version, snapshot, write_release_course, write_small_wheel
from small_course import ROOT, autograder, run_pytest

from autograder.course.model import load_course
from autograder.errors import CourseError, UsageError
from autograder.release.build import zip_path
from autograder.release.manifest import MANIFEST_PATH, open_release, read_manifest
from autograder.release.wheel import build_wheel, read_wheel
from autograder.text import Language


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return write_release_course(tmp_path / "course")


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    return write_small_wheel(tmp_path)


def test_a_release_holds_what_a_student_needs_and_nothing_else(course: Path, wheel: Path, tmp_path: Path) -> None:
    for litter in ("__pycache__/demo.pyc", ".pytest_cache/x", "answers.yaml", ".hidden"):
        path = course / "exercises/01_demo" / litter
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    out = release(course, tmp_path / "out", wheel)
    assert set(snapshot(out)) == {
        *("README.md", "course.toml", "pyproject.toml", "requirements.txt", ".gitignore", MANIFEST_PATH),
        ".github/workflows/exercises.yml",
        f"wheels/{wheel.name}",
        *(f"exercises/01_demo/{name}" for name in ("demo.py", "test_demo.py", "topic.toml", "quiz.yaml", "README.md")),
    }


def test_a_release_matches_its_manifest(course: Path, wheel: Path, tmp_path: Path) -> None:
    out = release(course, tmp_path / "out", wheel, has_zip=True)
    assert open_release(out) == open_release(zip_path(out))
    manifest = read_manifest(out)
    assert manifest.version == "1"
    assert manifest.topics == ("01_demo",)
    assert set(manifest.files) == set(snapshot(out)) - {MANIFEST_PATH}
    assert manifest.stubs == {"exercises/01_demo/demo.py": (out / "exercises/01_demo/demo.py").read_text()}


def test_the_same_course_gives_the_same_bytes(course: Path, wheel: Path, tmp_path: Path) -> None:
    once = release(course, tmp_path / "a/out", wheel, has_zip=True)
    for path in course.rglob("*"):
        os.utime(path, (1, 1))
    again = release(course, tmp_path / "b/out", wheel, has_zip=True)
    assert snapshot(once) == snapshot(again)
    assert zip_path(once).read_bytes() == zip_path(again).read_bytes()


def test_the_files_from_templates_can_be_read(course: Path, wheel: Path, tmp_path: Path) -> None:
    out = release(course, tmp_path / "out", wheel)
    project = tomllib.loads((out / "pyproject.toml").read_text())
    assert project["project"]["version"] == "1"
    assert project["project"]["dependencies"] == ["torchstone==0.1.0"]
    assert (out / "requirements.txt").read_text() == f"./wheels/{wheel.name}\n"
    steps = yaml.safe_load((out / ".github/workflows/exercises.yml").read_text())["jobs"]["checks"]["steps"]
    assert [step["run"] for step in steps if "run" in step] == [
        "pip install -r requirements.txt",
        "pytest exercises/",
    ]
    readme = (out / "README.md").read_text(encoding="utf-8")
    assert "# Test\n\nVersion 1." in readme
    assert "# 测试\n\n版本 1。" in readme
    assert "autograder hint double" in readme
    assert "$" not in readme.replace("$ ", "")


def test_an_english_release_drops_the_chinese_paragraphs(course: Path, wheel: Path, tmp_path: Path) -> None:
    out = release(course, tmp_path / "out", wheel, language=Language.EN)
    stub = (out / "exercises/01_demo/demo.py").read_text(encoding="utf-8")
    assert "中文" not in stub
    assert '    tensor([2., 2.])\n    """\n    raise NotImplementedError("double is yours to write")\n' in stub
    assert (out / "exercises/01_demo/README.md").read_text(encoding="utf-8") == "# Demo · 示例\n\nDouble and count.\n"
    assert "版本" not in (out / "README.md").read_text(encoding="utf-8")
    run = run_pytest(out, "exercises")
    assert "4 not attempted" in run.stdout
    (out / "exercises/01_demo/demo.py").write_text("def double(x):\n    return 3 * x\n")
    run = run_pytest(out, "exercises")
    assert "Doubles ones." in run.stdout
    assert "全一张量加倍" not in run.stdout


def test_a_chinese_release_keeps_the_english_parts(course: Path, wheel: Path, tmp_path: Path) -> None:
    out = release(course, tmp_path / "out", wheel, language=Language.ZH)
    same = ("exercises/01_demo/demo.py", "exercises/01_demo/README.md")
    assert all((out / name).read_bytes() == (course / name).read_bytes() for name in same)
    assert (out / "README.md").read_text(encoding="utf-8").startswith("# 测试\n")
    assert "--lang=zh" in (out / "pyproject.toml").read_text()


def test_a_topic_is_chosen_by_folder_module_or_number(course: Path, wheel: Path, tmp_path: Path) -> None:
    other = course / "exercises/02_quiz_only"
    other.mkdir()
    (other / "topic.toml").write_text('title = {en = "Quiz", zh = "测验"}\nquiz_points = 1\n', encoding="utf-8")
    (other / "quiz.yaml").write_text("- {id: q2, kind: true_false, difficulty: 1, prompt: {en: A, zh: B}}\n")
    for name, topics in (("2", ["02_quiz_only"]), ("demo", ["01_demo"]), ("02_quiz_only", ["02_quiz_only"])):
        out = release(course, tmp_path / name, wheel, topics=(name,))
        assert [path.name for path in sorted((out / "exercises").iterdir())] == topics
    assert len(list((release(course, tmp_path / "all", wheel) / "exercises").iterdir())) == 2
    with pytest.raises(UsageError, match=r"There is no topic 7. There are 01_demo, 02_quiz_only"):
        release(course, tmp_path / "none", wheel, topics=("7",))


# Where it is written


def test_an_older_release_is_replaced_unless_somebody_changed_it(course: Path, wheel: Path, tmp_path: Path) -> None:
    out = release(course, tmp_path / "out", wheel)
    set_version(course, "2")
    run_pytest(out, "exercises")  # leaves caches behind
    release(course, out, wheel)
    assert read_manifest(out).version == "2"

    (out / "exercises/01_demo/demo.py").write_text("mine\n")
    with pytest.raises(UsageError, match=r"holds somebody's work: exercises/01_demo/demo.py is not as released"):
        release(course, out, wheel)
    assert (out / "exercises/01_demo/demo.py").read_text() == "mine\n"


@pytest.mark.parametrize("content", ["notes.txt", ".torchstone/other.json"])
def test_a_folder_that_is_not_a_release_is_never_overwritten(
    course: Path, wheel: Path, tmp_path: Path, content: str
) -> None:
    path = tmp_path / "out" / content
    path.parent.mkdir(parents=True)
    path.write_text("mine\n")
    with pytest.raises(UsageError, match="is not empty and not a release"):
        release(course, tmp_path / "out", wheel)
    assert path.read_text() == "mine\n"


def test_an_interrupted_release_leaves_nothing_behind(
    course: Path, wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C while files are written: the older release is unchanged, and no partial folder is left beside it."""
    out = release(course, tmp_path / "place/out", wheel)
    before = snapshot(tmp_path / "place")
    set_version(course, "2")

    def stopped(self: Path, mode: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "chmod", stopped)
    with pytest.raises(KeyboardInterrupt):
        release(course, out, wheel)
    assert snapshot(tmp_path / "place") == before
    assert [path.name for path in (tmp_path / "place").iterdir()] == ["out"]


def test_a_link_in_the_course_is_refused(course: Path, wheel: Path, tmp_path: Path) -> None:
    (course / "exercises/01_demo/data.txt").symlink_to("/etc/hostname")
    with pytest.raises(CourseError, match=r"data.txt is a link"):
        release(course, tmp_path / "out", wheel)


def test_a_release_that_is_too_large_for_an_update_is_refused(course: Path, wheel: Path, tmp_path: Path) -> None:
    (course / "exercises/01_demo/weights.bin").write_bytes(bytes(33 << 20))
    with pytest.raises(
        CourseError, match=r"more than 2000 files or 32 MiB. The largest file is exercises/01_demo/weights.bin"
    ):
        release(course, tmp_path / "out", wheel)


def test_a_wheel_with_more_than_the_engine_is_refused(course: Path, wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("solutions/demo.py", "x")
    with pytest.raises(UsageError, match=r"holds solutions/demo.py"):
        release(course, tmp_path / "out", wheel)


def test_a_student_cannot_make_releases(course: Path, wheel: Path, tmp_path: Path) -> None:
    out = release(course, tmp_path / "out", wheel)
    with pytest.raises(UsageError, match="has no solutions/"):
        release(out, tmp_path / "again", wheel)


# The engine's wheel, and a release in use


def test_the_wheel_holds_the_engine_and_no_course(tmp_path: Path) -> None:
    name, data = build_wheel()
    assert (name, data) == build_wheel()
    path = tmp_path / name
    path.write_bytes(data)
    assert read_wheel(path) == (name, data)
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        metadata = next(archive.read(name).decode() for name in names if name.endswith("/METADATA"))
    modules = {f"autograder/{p.relative_to(ROOT / 'autograder')}" for p in (ROOT / "autograder").rglob("*.py")}
    assert modules <= set(names)
    assert not [name for name in names if "exercises/" in name or "solutions/" in name]
    assert "misconception" not in metadata.split("\n\n", 1)[1]


def test_a_release_of_the_real_course_works_without_this_repository(tmp_path: Path) -> None:
    """Run it in a new environment that has the engine of the release and the libraries of this environment."""
    run = autograder("release", "--out", tmp_path / "out", "--zip", cwd=ROOT)
    assert run.returncode == 0, run.stderr
    assert "No leaks found." in run.stdout
    assert len(zip_path(tmp_path / "out").read_bytes()) < 2 << 20
    with zipfile.ZipFile(zip_path(tmp_path / "out")) as archive:
        archive.extractall(tmp_path / "home")
    home = tmp_path / "home/out"
    assert [e.name for e in load_course(home).exercises] == [e.name for e in load_course(ROOT).exercises]

    python = fresh_environment(tmp_path / "venv")
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index", "-r"]
    in_home: dict[str, Any] = {
        "cwd": home,
        "env": clean_environment(),
        "capture_output": True,
        "text": True,
        "check": False,
    }
    installed = subprocess.run([*install, "requirements.txt"], **in_home)
    assert installed.returncode == 0, installed.stderr

    first = load_course(home).topics[0]
    where = subprocess.run([python, "-c", "import autograder; print(autograder.__file__)"], **in_home).stdout
    assert where.startswith(str(tmp_path / "venv"))
    checked = subprocess.run([python, "-m", "pytest", f"exercises/{first.name}"], **in_home)
    assert f"Next 下一题: {first.exercises[0].name}" in checked.stdout, checked.stdout + checked.stderr
    hint = subprocess.run([python, "-m", "autograder", "hint", first.exercises[0].name], **in_home)
    assert first.exercises[0].hints[0].en in hint.stdout
    updated = subprocess.run([python, "-m", "autograder", "update", zip_path(tmp_path / "out")], **in_home)
    assert updated.stdout == f"{load_course(ROOT).version} is already here.\n已经是 {load_course(ROOT).version}。\n"


def fresh_environment(folder: Path) -> Path:
    """Return the Python of a new environment. It finds the libraries of this one, but not its editable packages."""
    venv.EnvBuilder(with_pip=False).create(folder)
    here, there = (sysconfig.get_path("purelib", vars=vars) for vars in (None, {"base": str(folder)}))
    (Path(there) / "libraries.pth").write_text(f"{here}\n")
    return folder / "bin" / "python"


def clean_environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PYTEST"))}


def test_the_command_names_file_and_line_of_a_leak(course: Path, wheel: Path, tmp_path: Path) -> None:
    (course / "exercises/01_demo/notes.txt").write_text("\nEvery word counts once in yours. Add to the count so far.\n")
    run = autograder("release", "--out", tmp_path / "out", "--wheel", wheel, cwd=course)
    assert run.returncode == 2
    assert (
        "  exercises/01_demo/notes.txt, line 2: a misconception (solutions/01_demo/misconceptions.toml, Tally: forgets): "
        in run.stderr
    )
    assert not (tmp_path / "out").exists()
