"""A later release comes into a student's folder: their work stays, and everything else is updated."""

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
from autograder.release.stub_merge import merge, sections_of
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


def test_an_unchanged_folder_becomes_the_later_release(student: Path, later: Path) -> None:
    updated(student, later)
    assert snapshot(student) == snapshot(later.with_suffix(""))


def test_a_solved_exercise_stays_and_the_others_are_replaced(student: Path, later: Path) -> None:
    edit(student, STUB, TASK, MY_DOUBLE)
    mine = (student / STUB).read_bytes()
    message = updated(student, later)
    text = (student / STUB).read_text(encoding="utf-8")
    assert text == (later.with_suffix("") / STUB).read_text(encoding="utf-8").replace(TASK, MY_DOUBLE)
    assert (student / f"{STUB}.before-2").read_bytes() == mine
    assert "updated, with your work kept; the file as it was: demo.py.before-2" in message
    assert "updated: (head), Tally" in message
    assert "new: halve" in message


def test_a_solved_exercise_whose_task_changed_stays_and_is_reported(student: Path, later: Path) -> None:
    edit(student, STUB, 'raise NotImplementedError("Tally.__init__ is yours to write")', "self.counts = dict()")
    message = updated(student, later)
    text = (student / STUB).read_text(encoding="utf-8")
    assert "Counts words." in text
    assert "self.counts = dict()" in text
    assert "def halve" in text
    assert "your code is kept, but the task has changed; read it again: Tally" in message


def test_a_file_that_has_all_that_is_new_is_not_written(course: Path, student: Path, tmp_path: Path) -> None:
    edit(course, "solutions/01_demo/demo.py", "Counts words.", "Counts all words.")
    set_version(course, "2")
    write_stubs(load_course(course))
    later = release(course, tmp_path / "later", write_small_wheel(tmp_path))
    edit(student, STUB, 'raise NotImplementedError("Tally.__init__ is yours to write")', "self.counts = dict()")
    mine = (student / STUB).read_bytes()
    message = updated(student, later)
    assert f"{STUB}\n  not changed\n  your code is kept, but the task has changed; read it again: Tally\n" in message
    assert (student / STUB).read_bytes() == mine
    assert not (student / f"{STUB}.before-2").exists()


def test_the_students_imports_stay_and_new_ones_are_added(student: Path, later: Path) -> None:
    edit(student, STUB, "import torch\n", "import torch\nimport functools\n")
    updated(student, later)
    head = sections_of((student / STUB).read_text(encoding="utf-8"))[0].text
    assert head.count("import math\n") == head.count("import functools\n") == head.count("import torch\n") == 1


def test_answers_hints_and_the_students_own_files_stay_unchanged(student: Path, later: Path) -> None:
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


def test_another_file_that_both_changed_is_replaced_and_the_students_is_kept_beside_it(
    student: Path, later: Path
) -> None:
    name = "exercises/01_demo/README.md"
    (student / name).write_text("my notes\n")
    message = updated(student, later)
    assert (student / name).read_bytes() == (later.with_suffix("") / name).read_bytes()
    assert (student / f"{name}.before-2").read_text() == "my notes\n"
    assert "replaced; your changed file is kept as README.md.before-2" in message


def test_a_file_that_only_the_student_changed_stays(student: Path, later: Path) -> None:
    name = "exercises/01_demo/test_demo.py"
    (student / name).write_text("# mine\n")
    assert name not in updated(student, later)
    assert (student / name).read_text() == "# mine\n"


def test_a_file_of_the_student_at_the_path_of_a_new_one_is_set_aside(student: Path, later: Path) -> None:
    (student / "exercises/01_demo/new.txt").write_text("mine\n")
    updated(student, later)
    assert (student / "exercises/01_demo/new.txt").read_text() == "new\n"
    assert (student / "exercises/01_demo/new.txt.before-2").read_text() == "mine\n"


def test_a_backup_is_never_overwritten(student: Path, later: Path) -> None:
    name = "exercises/01_demo/README.md"
    (student / name).write_text("my notes\n")
    (student / f"{name}.before-2").write_text("older notes\n")
    updated(student, later)
    assert (student / f"{name}.before-2").read_text() == "older notes\n"
    assert (student / f"{name}.before-2-2").read_text() == "my notes\n"


def test_a_file_that_python_cannot_parse_is_kept_and_the_new_one_is_put_beside_it(student: Path, later: Path) -> None:
    edit(student, STUB, TASK, "return (x +")
    mine = (student / STUB).read_bytes()
    message = updated(student, later)
    assert (student / STUB).read_bytes() == mine
    assert (student / f"{STUB}.new-2").read_bytes() == (later.with_suffix("") / STUB).read_bytes()
    assert "not changed, because it cannot be merged; the new file is beside it: demo.py.new-2" in message


def test_windows_line_ends_do_not_count_as_changes(student: Path, later: Path) -> None:
    path = student / STUB
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    updated(student, later)
    new = (later.with_suffix("") / STUB).read_bytes()
    assert path.read_bytes() == new.replace(b"\n", b"\r\n")


def test_a_file_that_left_the_course_is_removed_unless_the_student_changed_it(
    course: Path, student: Path, later: Path, tmp_path: Path
) -> None:
    updated(student, later)
    (course / "exercises/01_demo/new.txt").unlink()
    (course / "exercises/01_demo/README.md").unlink()
    set_version(course, "2")
    edit(course, "course.toml", 'version = "2"', 'version = "3"')
    third = release(course, tmp_path / "third", write_small_wheel(tmp_path))
    (student / "exercises/01_demo/README.md").write_text("my notes\n")
    message = updated(student, third)
    assert not (student / "exercises/01_demo/new.txt").exists()
    assert (student / "exercises/01_demo/README.md").read_text() == "my notes\n"
    assert "the course no longer has it; your file stays" in message


def test_a_second_update_changes_nothing(student: Path, later: Path) -> None:
    edit(student, STUB, TASK, MY_DOUBLE)
    (student / "exercises/01_demo/README.md").write_text("my notes\n")
    updated(student, later)
    after = snapshot(student)
    assert updated(student, later) == "2 is already here.\n"
    assert snapshot(student) == after


def test_a_dry_run_reports_and_writes_nothing(student: Path, later: Path) -> None:
    before = snapshot(student)
    run = CliRunner().invoke(app, ["update", str(later), "--course", str(student), "--dry-run"])
    assert f"{STUB}\n  replaced\n  已更新\n" in run.output
    assert "Nothing was written: 1 would become 2." in run.output
    assert snapshot(student) == before


def test_a_new_engine_comes_with_the_command_that_installs_it(student: Path, later: Path) -> None:
    assert "pip install --force-reinstall --no-deps ./wheels/torchstone-" in updated(student, later)


@pytest.mark.parametrize("stop_after", range(1, 10))
def test_an_interrupted_update_can_be_run_again(
    student: Path, later: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop_after: int
) -> None:
    """Ctrl-C before each write: every file is old or new, and the next run does the rest."""
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


# Releases that are refused


def test_a_folder_of_another_course_is_refused(student: Path, later: Path) -> None:
    folder = later.with_suffix("")
    manifest = read_manifest(folder)
    with_manifest(folder, title=type(manifest.title)("Other", "别的"))
    assert "This folder belongs to the course “Test”, the release to “Other”." in refused(student, folder)


def test_a_folder_that_is_no_release_is_refused(course: Path, later: Path) -> None:
    assert f"it has no {MANIFEST_PATH}" in refused(course, later)
    with pytest.raises(UsageError, match="it has no"):
        open_release(course)


def test_a_manifest_of_an_older_engine_can_be_read(student: Path, later: Path) -> None:
    """Older engines wrote a field `commitment`."""
    path = student / MANIFEST_PATH
    path.write_text(path.read_text().replace('"files"', '"commitment": "", "files"', 1))
    updated(student, later)
    assert snapshot(student) == snapshot(later.with_suffix(""))


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
def test_a_path_outside_a_releases_folders_is_refused(student: Path, later: Path, name: str) -> None:
    folder = later.with_suffix("")
    with_manifest(folder, files={**read_manifest(folder).files, name: "0" * 64})
    assert "a release may not write" in refused(student, folder)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"version": "../../2"}, "characters that are not allowed"),
        ({"format": "torchstone-release/9"}, "has the format torchstone-release/9"),
        ({"stubs": {"exercises/01_demo/other.py": "x"}}, "the text of a stub that is not among its files"),
    ],
)
def test_a_forged_manifest_is_refused(student: Path, later: Path, changes: dict, message: str) -> None:
    folder = later.with_suffix("")
    with_manifest(folder, **changes)
    assert message in refused(student, folder)


def test_two_paths_that_differ_only_in_upper_and_lower_case_are_refused(student: Path, later: Path) -> None:
    folder = later.with_suffix("")
    with_manifest(folder, files={**read_manifest(folder).files, STUB.replace("demo.py", "Demo.py"): "0" * 64})
    assert "differ only in upper and lower case" in refused(student, folder)


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
    ("extra", "message"),
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
    student: Path, later: Path, tmp_path: Path, extra, message: str
) -> None:
    path = hostile_zip(tmp_path / "hostile.zip", snapshot(later.with_suffix("")), extra)
    assert message in refused(student, path)
    assert not (tmp_path / "evil.py").exists()


def test_a_damaged_zip_is_refused(student: Path, tmp_path: Path) -> None:
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


def test_all_sections_together_are_the_file() -> None:
    text = BASE + "\nCONSTANT: int = 1\nprint(1)\n\n# the end\n"
    sections = sections_of(text)
    assert "".join(section.text for section in sections) == text
    assert [section.name for section in sections] == ["(head)", "f", "g", "CONSTANT", "print(1)", "(tail)"]
    assert sections[2].text.lstrip().startswith("# About g.")


def test_a_merge_without_changes_returns_the_students_text() -> None:
    mine = BASE.replace("def f():\n    raise X", "def f():\n    return 1")
    merged = merge(BASE, mine, BASE)
    assert merged is not None
    assert merged.text == mine
    assert not (merged.updated or merged.added or merged.removed or merged.kept)


def test_a_helper_and_a_main_block_of_the_student_stay_in_place() -> None:
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


def test_an_exercise_that_left_the_course_is_removed_if_it_is_unchanged() -> None:
    later = BASE[: BASE.index("# About g.")]
    merged = merge(BASE, BASE + "\nx = 1\n", later)
    assert merged is not None
    assert merged.removed == ("g",)
    assert "def g" not in merged.text
    assert "x = 1" in merged.text


def test_a_file_that_defines_a_name_twice_is_not_merged() -> None:
    assert merge(BASE, BASE + "\n\ndef f():\n    return 2\n", BASE.replace("raise X", "raise Y")) is None
