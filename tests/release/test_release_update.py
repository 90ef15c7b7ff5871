"""A later release comes into a folder that a student works in: what they wrote stays, and everything else is new."""

import zipfile
from pathlib import Path

import pytest
from release_course import release, set_version, snapshot, with_manifest, write_release_course, write_small_wheel
from typer.testing import CliRunner

from autograder.cli import app
from autograder.course.model import load_course
from autograder.course.stubs import write_stubs
from autograder.errors import UsageError
from autograder.release import update
from autograder.release.folder import write_atomically, zipped
from autograder.release.manifest import MANIFEST_PATH, open_release, read_manifest
from autograder.release.stub_merge import merge, parts_of
from autograder.release.update import apply_update, plan_update

STUB = "exercises/01_demo/demo.py"
TASK = 'raise NotImplementedError("double is yours to write")'
MY_DOUBLE = "return x + x  # my own"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return write_release_course(tmp_path / "course")


@pytest.fixture
def student(course: Path, tmp_path: Path) -> Path:
    """A student's folder: the first release."""
    return release(course, tmp_path / "student", write_small_wheel(tmp_path))


@pytest.fixture
def later(course: Path, student: Path, tmp_path: Path) -> Path:
    """A second release: another task for Tally, a new exercise with a new import, another guide, a new engine."""
    edit(course, "solutions/01_demo/demo.py", "Counts words.", "Counts words, however they are written.")
    edit(course, "solutions/01_demo/demo.py", "import torch\n", "import math\n\nimport torch\n")
    edit(course, "solutions/01_demo/demo.py", "class Tally", f"{HALVE}class Tally")
    edit(course, "exercises/01_demo/topic.toml", "[exercises.Tally]", f"{HALVE_ENTRY}[exercises.Tally]")
    edit(course, "exercises/01_demo/README.md", "Double and count.", "Double, halve and count.")
    (course / "exercises/01_demo/new.txt").write_text("new\n")
    set_version(course, "2")
    write_stubs(load_course(course))
    (tmp_path / "later").mkdir()
    wheel = write_small_wheel(tmp_path / "later", "# later\n")
    return release(course, tmp_path / "later/course-2", wheel, has_zip=True).with_suffix(".zip")


HALVE = '''def halve(x, by=math.sqrt(4)):
    """Half of x.

    >>> halve(4.0)
    2.0

    中文：返回 x 的一半。
    """
    ### BEGIN SOLUTION
    return x / by
    ### END SOLUTION


'''
HALVE_ENTRY = """[exercises.halve]
title = { en = "Halve", zh = "减半" }
points = 1
difficulty = 1
hints = [{ en = "Divide.", zh = "除。" }, { en = "x / by", zh = "x / by，除以它。" }]

"""


def edit(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, (name, old)
    path.write_text(text.replace(old, new), encoding="utf-8")


def updated(student: Path, path: Path) -> str:
    run = CliRunner().invoke(app, ["update", str(path), "--course", str(student), "--lang", "en"])
    assert run.exit_code == 0, run.output
    return run.output


def refused(student: Path, path: Path) -> str:
    before = snapshot(student)
    run = CliRunner().invoke(app, ["update", str(path), "--course", str(student)])
    assert run.exit_code == 2
    assert snapshot(student) == before
    return run.output


def test_an_untouched_folder_becomes_the_later_release(student: Path, later: Path) -> None:
    updated(student, later)
    assert snapshot(student) == snapshot(later.with_suffix(""))


def test_a_solved_exercise_stays_and_the_others_are_replaced_around_it(student: Path, later: Path) -> None:
    edit(student, STUB, TASK, MY_DOUBLE)
    mine = (student / STUB).read_bytes()
    told = updated(student, later)
    text = (student / STUB).read_text(encoding="utf-8")
    assert text == (later.with_suffix("") / STUB).read_text(encoding="utf-8").replace(TASK, MY_DOUBLE)
    assert (student / f"{STUB}.before-2").read_bytes() == mine
    assert "brought up to date around your work; as it was: demo.py.before-2" in told
    assert "updated: (head), Tally" in told
    assert "new: halve" in told


def test_an_exercise_whose_task_changed_is_kept_as_written_and_told(student: Path, later: Path) -> None:
    edit(student, STUB, 'raise NotImplementedError("Tally.__init__ is yours to write")', "self.counts = dict()")
    told = updated(student, later)
    text = (student / STUB).read_text(encoding="utf-8")
    assert "Counts words." in text
    assert "self.counts = dict()" in text
    assert "def halve" in text
    assert "yours is kept, though its task has changed; read it again: Tally" in told


def test_imports_of_the_student_stay_and_new_ones_come_in(student: Path, later: Path) -> None:
    edit(student, STUB, "import torch\n", "import torch\nimport functools\n")
    updated(student, later)
    head = parts_of((student / STUB).read_text(encoding="utf-8"))[0].text
    assert head.count("import math\n") == head.count("import functools\n") == head.count("import torch\n") == 1


def test_answers_hints_and_files_of_the_students_own_are_never_touched(student: Path, later: Path) -> None:
    own = {
        "exercises/01_demo/answers.yaml": b"q1_kind: A\n",
        ".autograder/hints.json": b'{"double": 1}',
        "exercises/01_demo/scratch.py": b"print(1)\n",
        "notes.md": b"mine\n",
    }
    for name, data in own.items():
        (student / name).parent.mkdir(exist_ok=True)
        (student / name).write_bytes(data)
    updated(student, later)
    assert own.items() <= snapshot(student).items()


def test_a_changed_check_is_replaced_and_the_students_kept_beside(student: Path, later: Path) -> None:
    name = "exercises/01_demo/README.md"
    (student / name).write_text("my notes\n")
    told = updated(student, later)
    assert (student / name).read_bytes() == (later.with_suffix("") / name).read_bytes()
    assert (student / f"{name}.before-2").read_text() == "my notes\n"
    assert "replaced; yours was changed and is kept as README.md.before-2" in told


def test_a_file_that_the_release_did_not_change_stays_as_the_student_has_it(student: Path, later: Path) -> None:
    name = "exercises/01_demo/test_demo.py"
    (student / name).write_text("# mine\n")
    assert name not in updated(student, later)
    assert (student / name).read_text() == "# mine\n"


def test_a_file_of_the_students_where_a_new_one_goes_is_set_aside(student: Path, later: Path) -> None:
    (student / "exercises/01_demo/new.txt").write_text("mine\n")
    updated(student, later)
    assert (student / "exercises/01_demo/new.txt").read_text() == "new\n"
    assert (student / "exercises/01_demo/new.txt.before-2").read_text() == "mine\n"


def test_what_was_set_aside_is_never_overwritten(student: Path, later: Path) -> None:
    name = "exercises/01_demo/README.md"
    (student / name).write_text("my notes\n")
    (student / f"{name}.before-2").write_text("older notes\n")
    updated(student, later)
    assert (student / f"{name}.before-2").read_text() == "older notes\n"
    assert (student / f"{name}.before-2-2").read_text() == "my notes\n"


def test_a_file_that_python_cannot_read_is_kept_and_the_new_one_put_beside(student: Path, later: Path) -> None:
    edit(student, STUB, TASK, "return (x +")
    mine = (student / STUB).read_bytes()
    told = updated(student, later)
    assert (student / STUB).read_bytes() == mine
    assert (student / f"{STUB}.new-2").read_bytes() == (later.with_suffix("") / STUB).read_bytes()
    assert "kept: it cannot be merged. The new one is beside it: demo.py.new-2" in told


def test_windows_line_ends_are_no_work_of_the_students(student: Path, later: Path) -> None:
    path = student / STUB
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    updated(student, later)
    new = (later.with_suffix("") / STUB).read_bytes()
    assert path.read_bytes() == new.replace(b"\n", b"\r\n")


def test_what_the_course_no_longer_has_goes_unless_the_student_changed_it(
    course: Path, student: Path, later: Path, tmp_path: Path
) -> None:
    updated(student, later)
    (course / "exercises/01_demo/new.txt").unlink()
    (course / "exercises/01_demo/README.md").unlink()
    set_version(course, "2")
    edit(course, "course.toml", 'version = "2"', 'version = "3"')
    third = release(course, tmp_path / "third", write_small_wheel(tmp_path))
    (student / "exercises/01_demo/README.md").write_text("my notes\n")
    told = updated(student, third)
    assert not (student / "exercises/01_demo/new.txt").exists()
    assert (student / "exercises/01_demo/README.md").read_text() == "my notes\n"
    assert "no longer part of the course; yours stays" in told


def test_a_second_update_changes_nothing(student: Path, later: Path) -> None:
    edit(student, STUB, TASK, MY_DOUBLE)
    (student / "exercises/01_demo/README.md").write_text("my notes\n")
    updated(student, later)
    after = snapshot(student)
    assert updated(student, later) == "2 is here already.\n"
    assert snapshot(student) == after


def test_a_dry_run_tells_and_writes_nothing(student: Path, later: Path) -> None:
    before = snapshot(student)
    run = CliRunner().invoke(app, ["update", str(later), "--course", str(student), "--dry-run"])
    assert f"{STUB}\n  replaced\n  已更新\n" in run.output
    assert "Nothing was written: 1 would become 2." in run.output
    assert snapshot(student) == before


def test_a_new_engine_is_to_be_installed_again(student: Path, later: Path) -> None:
    assert "pip install --force-reinstall --no-deps ./wheels/torchstone-" in updated(student, later)


@pytest.mark.parametrize("stop_after", range(1, 10))
def test_an_update_that_is_stopped_anywhere_can_be_run_again(
    student: Path, later: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop_after: int
) -> None:
    """Ctrl-C before each of its writes: every file is old or new, and the next run brings the rest."""
    edit(student, STUB, TASK, MY_DOUBLE)
    (student / "exercises/01_demo/README.md").write_text("my notes\n")
    before = snapshot(student)
    write, calls = write_atomically, []

    def stopping(path: Path, data: bytes) -> None:
        calls.append(path)
        if len(calls) == stop_after:
            raise KeyboardInterrupt
        write(path, data)

    monkeypatch.setattr(update, "write_atomically", stopping)
    plan = plan_update(student, open_release(later))
    finished = {**before}
    for change in plan.changes:
        finished |= {change.path: change.data} if change.data is not None else {}
    with pytest.raises(KeyboardInterrupt):
        apply_update(student, plan)
    monkeypatch.undo()
    left = snapshot(student)
    assert all(left[name] in (before[name], finished[name]) for name in before)
    assert read_manifest(student).version == "1"

    updated(student, later)
    assert MY_DOUBLE in (student / STUB).read_text(encoding="utf-8")
    assert "def halve" in (student / STUB).read_text(encoding="utf-8")
    assert (student / "exercises/01_demo/README.md.before-2").read_text() == "my notes\n"
    assert not [name for name in snapshot(student) if "before-2-" in name or "writing" in name]
    assert read_manifest(student).version == "2"


# What is no release


def test_a_folder_of_another_course_is_refused(student: Path, later: Path) -> None:
    folder = later.with_suffix("")
    manifest = read_manifest(folder)
    with_manifest(folder, title=type(manifest.title)("Other", "别的"))
    assert "This folder is of the course “Test”, the release of “Other”." in refused(student, folder)


def test_a_folder_that_is_no_release_is_refused(course: Path, later: Path) -> None:
    assert f"it has no {MANIFEST_PATH}" in refused(course, later)
    with pytest.raises(UsageError, match="it has no"):
        open_release(course)


def test_a_damaged_release_is_refused(student: Path, later: Path) -> None:
    folder = later.with_suffix("")
    (folder / "exercises/01_demo/topic.toml").write_text("# half")
    assert "exercises/01_demo/topic.toml is changed" in refused(student, folder)
    (folder / "exercises/01_demo/topic.toml").unlink()
    assert "exercises/01_demo/topic.toml is missing" in refused(student, folder)


HOSTILE_PATHS = [
    "../outside.py", "/etc/cron.d/x", "exercises/../../x.py", "exercises\\..\\x.py", "C:/x.py", "setup.py", ".bashrc",
    ".git/hooks/pre-commit", "exercises/.git/config", "exercises/01_demo/answers.yaml", ".autograder/hints.json",
    "exercises/x.py\n", "exercises/./x.py", "exercises/con .", ".github/dependabot.yml", ".venv/bin/python",
    "exercises/01_demo/" + "x" * 300,
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE_PATHS)
def test_a_path_that_a_release_has_no_business_with_is_refused(student: Path, later: Path, name: str) -> None:
    folder = later.with_suffix("")
    with_manifest(folder, files={**read_manifest(folder).files, name: "0" * 64})
    assert "a release has no business with" in refused(student, folder)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"version": "../../2"}, "characters that do not belong"),
        ({"format": "torchstone-release/9"}, "has the format torchstone-release/9"),
        ({"stubs": {"exercises/01_demo/other.py": "x"}}, "the text of a stub, but not the stub"),
    ],
)
def test_a_forged_manifest_is_refused(student: Path, later: Path, changes: dict, told: str) -> None:
    folder = later.with_suffix("")
    with_manifest(folder, **changes)
    assert told in refused(student, folder)


def test_two_paths_that_differ_in_capitals_only_are_refused(student: Path, later: Path) -> None:
    folder = later.with_suffix("")
    with_manifest(folder, files={**read_manifest(folder).files, STUB.replace("demo.py", "Demo.py"): "0" * 64})
    assert "differ in capitals only" in refused(student, folder)


def hostile_zip(path: Path, files: dict[str, bytes], extra) -> Path:
    path.write_bytes(zipped(files, "course-2"))
    with zipfile.ZipFile(path, "a") as archive:
        extra(archive)
    return path


def link(archive: zipfile.ZipFile) -> None:
    entry = zipfile.ZipInfo("course-2/exercises/link")
    entry.external_attr = 0o120777 << 16
    archive.writestr(entry, "/etc")


@pytest.mark.parametrize(
    ("extra", "told"),
    [
        (lambda archive: archive.writestr("course-2/../../evil.py", "x"), "path leads out of the archive"),
        (lambda archive: archive.writestr("/evil.py", "x"), "path leads out of the archive"),
        (link, "a link or a special file"),
        (lambda archive: archive.writestr("bomb", bytes(64 << 20), zipfile.ZIP_DEFLATED), "more than"),
        (lambda archive: [archive.writestr(f"n/{i}", "") for i in range(2100)], "more than"),
        (lambda archive: archive.writestr(f"again/{MANIFEST_PATH}", "{}"), "more than one"),
    ],
    ids=["dots", "absolute", "link", "bomb", "many", "two_releases"],
)
def test_a_hostile_zip_is_refused_and_nothing_written(
    student: Path, later: Path, tmp_path: Path, extra, told: str
) -> None:
    path = hostile_zip(tmp_path / "hostile.zip", snapshot(later.with_suffix("")), extra)
    assert told in refused(student, path)
    assert not (tmp_path / "evil.py").exists()


def test_a_zip_that_is_none_is_refused(student: Path, tmp_path: Path) -> None:
    path = tmp_path / "broken.zip"
    path.write_bytes(b"PK\x03\x04 broken")
    assert "cannot be read as a release" in refused(student, path)


def test_nothing_is_written_through_a_link(student: Path, later: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (student / "exercises/01_demo").rename(elsewhere)
    (student / "exercises/01_demo").symlink_to(elsewhere)
    before = snapshot(elsewhere)
    assert "is in the way" in refused(student, later)
    assert snapshot(elsewhere) == before


# The merge itself

BASE = '"""Head."""\n\nimport a\n\n\ndef f():\n    raise X\n\n\n# About g.\ndef g():\n    raise X\n'


def test_a_file_is_the_sum_of_its_parts() -> None:
    text = BASE + "\nCONSTANT: int = 1\nprint(1)\n\n# the end\n"
    parts = parts_of(text)
    assert "".join(part.text for part in parts) == text
    assert [part.name for part in parts] == ["(head)", "f", "g", "CONSTANT", "print(1)", "(tail)"]
    assert parts[2].text.lstrip().startswith("# About g.")


def test_a_merge_that_has_nothing_to_do_gives_the_students_text() -> None:
    mine = BASE.replace("def f():\n    raise X", "def f():\n    return 1")
    merged = merge(BASE, mine, BASE)
    assert merged is not None
    assert merged.text == mine
    assert not (merged.updated or merged.added or merged.removed or merged.kept)


def test_a_helper_and_main_block_of_the_student_stay_where_they_are() -> None:
    mine = BASE.replace("# About g.", "def helper():\n    return 1\n\n\n# About g.") + "\n\nif True:\n    print(f())\n"
    merged = merge(BASE, mine, BASE.replace("def g():\n    raise X", "def g():\n    raise Y"))
    assert merged is not None
    assert merged.text == mine.replace("def g():\n    raise X", "def g():\n    raise Y")
    assert merged.updated == ("g",)


def test_an_exercise_that_the_student_deleted_does_not_come_back() -> None:
    mine = BASE[: BASE.index("# About g.")]
    merged = merge(BASE, mine, BASE.replace("def f():\n    raise X", "def f():\n    raise Y"))
    assert merged is not None
    assert "def g" not in merged.text


def test_an_exercise_that_left_the_course_goes_with_it_if_untouched() -> None:
    later = BASE[: BASE.index("# About g.")]
    merged = merge(BASE, BASE + "\nx = 1\n", later)
    assert merged is not None
    assert merged.removed == ("g",)
    assert "def g" not in merged.text
    assert "x = 1" in merged.text


def test_a_name_defined_twice_is_not_guessed_at() -> None:
    assert merge(BASE, BASE + "\n\ndef f():\n    return 2\n", BASE.replace("raise X", "raise Y")) is None
