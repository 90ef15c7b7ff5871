"""A release: what is in it, what it looks like, and when it is not written."""

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


def test_a_release_is_what_its_manifest_says(course: Path, wheel: Path, tmp_path: Path) -> None:
    out = release(course, tmp_path / "out", wheel, has_zip=True)
    assert open_release(out) == open_release(zip_path(out))
    manifest = read_manifest(out)
    assert manifest.version == "1"
    assert manifest.topics == ("01_demo",)
    assert set(manifest.files) == set(snapshot(out)) - {MANIFEST_PATH}
    assert manifest.stubs == {"exercises/01_demo/demo.py": (out / "exercises/01_demo/demo.py").read_text()}


def test_the_same_course_gives_the_same_bytes(course: Path, wheel: Path, tmp_path: Path) -> None:
    once = release(course, tmp_path / "a/out", wheel, has_zip=True, has_commitment=True)
    for path in course.rglob("*"):
        os.utime(path, (1, 1))
    again = release(course, tmp_path / "b/out", wheel, has_zip=True, has_commitment=True)
    assert snapshot(once) == snapshot(again)
    assert zip_path(once).read_bytes() == zip_path(again).read_bytes()


def test_what_is_written_from_templates_can_be_read(course: Path, wheel: Path, tmp_path: Path) -> None:
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


def test_a_chinese_release_keeps_what_its_texts_lean_on(course: Path, wheel: Path, tmp_path: Path) -> None:
    out = release(course, tmp_path / "out", wheel, language=Language.ZH)
    same = ("exercises/01_demo/demo.py", "exercises/01_demo/README.md")
    assert all((out / name).read_bytes() == (course / name).read_bytes() for name in same)
    assert (out / "README.md").read_text(encoding="utf-8").startswith("# 测试\n")
    assert "--lang=zh" in (out / "pyproject.toml").read_text()


def test_topics_are_chosen_by_folder_module_or_number(course: Path, wheel: Path, tmp_path: Path) -> None:
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


def test_an_older_release_makes_room_as_long_as_nobody_worked_in_it(course: Path, wheel: Path, tmp_path: Path) -> None:
    out = release(course, tmp_path / "out", wheel)
    set_version(course, "2")
    run_pytest(out, "exercises")  # leaves caches behind
    release(course, out, wheel)
    assert read_manifest(out).version == "2"

    (out / "exercises/01_demo/demo.py").write_text("mine\n")
    with pytest.raises(UsageError, match=r"Somebody has worked in .*: exercises/01_demo/demo.py"):
        release(course, out, wheel)
    assert (out / "exercises/01_demo/demo.py").read_text() == "mine\n"


@pytest.mark.parametrize("content", ["notes.txt", ".torchstone/other.json"])
def test_a_folder_that_is_no_release_is_never_overwritten(
    course: Path, wheel: Path, tmp_path: Path, content: str
) -> None:
    path = tmp_path / "out" / content
    path.parent.mkdir(parents=True)
    path.write_text("mine\n")
    with pytest.raises(UsageError, match="is not empty, and no release"):
        release(course, tmp_path / "out", wheel)
    assert path.read_text() == "mine\n"


def test_nothing_is_left_where_a_release_was_stopped(
    course: Path, wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C while files are written: the older release stands, and nothing half written lies beside it."""
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


def test_a_link_in_the_course_is_not_followed(course: Path, wheel: Path, tmp_path: Path) -> None:
    (course / "exercises/01_demo/data.txt").symlink_to("/etc/hostname")
    with pytest.raises(CourseError, match=r"data.txt is a link"):
        release(course, tmp_path / "out", wheel)


def test_a_release_that_no_update_would_read_is_refused(course: Path, wheel: Path, tmp_path: Path) -> None:
    (course / "exercises/01_demo/weights.bin").write_bytes(bytes(33 << 20))
    with pytest.raises(
        CourseError, match=r"more than 2000 files or 32 MiB. The largest is exercises/01_demo/weights.bin"
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


# The commitment


def test_what_was_committed_to_is_proved_by_what_is_revealed(course: Path, wheel: Path, tmp_path: Path) -> None:
    out = release(course, tmp_path / "out", wheel, has_commitment=True, has_zip=True)
    digest = read_manifest(out).commitment
    assert len(digest) == 64
    assert (out / "README.md").read_text(encoding="utf-8").count(digest) == 2
    assert (course / "solutions/.commitment.json").stat().st_mode & 0o077 == 0
    bundle = tmp_path / "bundle.zip"
    assert autograder("reveal", out, "--out", bundle, cwd=course).returncode == 0

    (out / "exercises/01_demo/demo.py").write_text("# a student has worked here\n")
    for published in (out, zip_path(out)):
        run = autograder("reveal", "--check", bundle, published, cwd=tmp_path)
        assert run.stdout == "Proved: 5 files are what 1 was released with.\n", run.stderr

    forged = tmp_path / "forged.zip"
    with zipfile.ZipFile(bundle) as archive, zipfile.ZipFile(forged, "w") as other:
        for name in archive.namelist():
            data = archive.read(name)
            other.writestr(name, data.replace(b"return 2 * x", b"return x * 2"))
    run = autograder("reveal", "--check", forged, out, cwd=tmp_path)
    assert run.returncode == 2
    assert "does not prove the commitment" in run.stderr


def test_sha256sum_computes_the_same_commitment(course: Path, wheel: Path, tmp_path: Path) -> None:
    """The docs say how to check it without any of this code."""
    out = release(course, tmp_path / "out", wheel, has_commitment=True)
    autograder("reveal", out, "--out", tmp_path / "bundle.zip", cwd=course)
    with zipfile.ZipFile(tmp_path / "bundle.zip") as archive:
        archive.extractall(tmp_path / "bundle")
    script = "(cat ../salt.txt; find * -type f | LC_ALL=C sort | xargs sha256sum) | sha256sum"
    run = subprocess.run(["sh", "-c", script], cwd=tmp_path / "bundle/solutions", capture_output=True, text=True)
    assert run.stdout.split()[0] == read_manifest(out).commitment


def test_a_salt_makes_equal_courses_commit_differently_and_is_kept(course: Path, wheel: Path, tmp_path: Path) -> None:
    first = read_manifest(release(course, tmp_path / "a", wheel, has_commitment=True)).commitment
    assert read_manifest(release(course, tmp_path / "b", wheel, has_commitment=True)).commitment == first
    (course / "solutions/.commitment.json").unlink()
    assert read_manifest(release(course, tmp_path / "c", wheel, has_commitment=True)).commitment != first


def test_what_changed_since_the_release_is_not_revealed_as_if_it_had_not(
    course: Path, wheel: Path, tmp_path: Path
) -> None:
    out = release(course, tmp_path / "out", wheel, has_commitment=True)
    path = course / "solutions/01_demo/quiz_key.yaml"
    path.write_text(path.read_text().replace("answer: B", "answer: A"))
    run = autograder("reveal", out, "--out", tmp_path / "bundle.zip", cwd=course)
    assert run.returncode == 2
    assert "these files of solutions/ have changed: 01_demo/quiz_key.yaml." in run.stderr
    assert not (tmp_path / "bundle.zip").exists()


def test_a_release_without_a_commitment_proves_nothing(course: Path, wheel: Path, tmp_path: Path) -> None:
    out = release(course, tmp_path / "out", wheel)
    run = autograder("reveal", out, "--out", tmp_path / "bundle.zip", cwd=course)
    assert "The release holds no commitment." in run.stderr
    assert "Give either --out" in autograder("reveal", out, cwd=course).stderr


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


def test_a_release_of_the_real_course_works_where_this_repository_was_never_seen(tmp_path: Path) -> None:
    """In a fresh environment with the engine of the release; the libraries are those of this environment."""
    run = autograder("release", "--out", tmp_path / "out", "--zip", cwd=ROOT)
    assert run.returncode == 0, run.stderr
    assert "Nothing hidden is in it." in run.stdout
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
    assert updated.stdout == f"{load_course(ROOT).version} is here already.\n已经是 {load_course(ROOT).version}。\n"


def fresh_environment(folder: Path) -> Path:
    """Its Python. This environment's libraries can be imported there; what is installed here as editable cannot."""
    venv.EnvBuilder(with_pip=False).create(folder)
    here, there = (sysconfig.get_path("purelib", vars=vars) for vars in (None, {"base": str(folder)}))
    (Path(there) / "libraries.pth").write_text(f"{here}\n")
    return folder / "bin" / "python"


def clean_environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PYTEST"))}


def test_the_command_refuses_a_leak_with_file_and_line(course: Path, wheel: Path, tmp_path: Path) -> None:
    (course / "exercises/01_demo/notes.txt").write_text("\nEvery word counts once in yours. Add to the count so far.\n")
    run = autograder("release", "--out", tmp_path / "out", "--wheel", wheel, cwd=course)
    assert run.returncode == 2
    assert "  exercises/01_demo/notes.txt, line 2: the sentence of a misconception (Tally: forgets): " in run.stderr
    assert not (tmp_path / "out").exists()
