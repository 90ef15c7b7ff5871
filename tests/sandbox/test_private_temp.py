"""Temporary files and caches lie where no other user can write, whatever the shared temporary folder holds."""

import marshal
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from small_course import ROOT

from autograder.results.files import read_result

is_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to another user")
ASK = "from autograder.sandbox.private_temp import *; print(use_private_temporary_folder())"


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """Return a folder in which everybody may write, as /tmp."""
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o1777)
    return folder


def chosen(shared: Path) -> Path:
    """Return the folder that a process chooses whose temporary folder is the shared one."""
    environment = {**os.environ, "TMPDIR": str(shared)}
    run = subprocess.run([sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, check=True)
    return Path(run.stdout.strip())


def test_each_user_has_a_folder_that_is_kept(shared: Path) -> None:
    folder = chosen(shared)
    assert folder == shared / f"torchstone-{os.geteuid()}"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o711
    assert chosen(shared) == folder


def test_a_folder_in_which_others_can_write_is_not_used(shared: Path) -> None:
    planted = shared / f"torchstone-{os.geteuid()}"
    planted.mkdir()
    planted.chmod(0o777)
    assert chosen(shared) != planted


@pytest.mark.parametrize("kind", ["link", "file"])
def test_a_link_or_a_file_of_that_name_is_not_used(shared: Path, tmp_path: Path, kind: str) -> None:
    planted = shared / f"torchstone-{os.geteuid()}"
    if kind == "link":
        planted.symlink_to(tmp_path)
    else:
        planted.write_text("mine")
    folder = chosen(shared)
    assert folder not in (planted, tmp_path)
    assert not folder.exists()  # it was for that process alone


@is_root
def test_a_folder_of_another_user_is_not_used(shared: Path) -> None:
    planted = shared / f"torchstone-{os.geteuid()}"
    planted.mkdir(mode=0o755)
    os.chown(planted, 12345, 12345)
    assert chosen(shared) != planted


def test_a_folder_of_ones_own_is_kept(tmp_path: Path) -> None:
    assert chosen(tmp_path) == tmp_path


def test_the_grader_does_not_read_a_dictionary_of_somebody_else(shared: Path, tmp_path: Path) -> None:
    (shared / "jieba.cache").write_bytes(marshal.dumps((None, 0)))
    student = tmp_path / "ada"
    student.mkdir()
    shutil.copy(ROOT / "solutions/12_text_embedding/text_embedding.py", student)
    command = [sys.executable, "-m", "autograder", "grade", str(student), "--course", str(ROOT), "--topic", "12"]
    run = subprocess.run(
        [*command, "--out", str(tmp_path / "out")],
        env={**os.environ, "TMPDIR": str(shared)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    result = read_result(tmp_path / "out" / "ada.json")
    assert result.exercises
    assert all(exercise.points == exercise.possible for exercise in result.exercises)
