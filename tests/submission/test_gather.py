"""Files are gathered within limits from folders and zips, which may be damaged or hostile."""

import io
import os
import stat
import zipfile
from pathlib import Path

import pytest
from small_course import DOUBLE_ONLY, source_in

from autograder.course.model import Course
from autograder.errors import SubmissionError
from autograder.submission import gather
from autograder.submission.read import open_submission


def zip_with(path: Path, *entries: tuple[zipfile.ZipInfo | str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return path


def test_links_and_huge_files_are_refused_as_submissions(tmp_path: Path, course: Course) -> None:
    (tmp_path / "real.py").write_text(DOUBLE_ONLY)
    (tmp_path / "mallory.py").symlink_to(tmp_path / "real.py")
    with pytest.raises(SubmissionError, match="is a link"):
        open_submission(tmp_path / "mallory.py", course)
    with open(tmp_path / "huge.py", "wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(SubmissionError, match="larger than"):
        open_submission(tmp_path / "huge.py", course)


def test_a_file_whose_name_is_not_text_is_left_out(tmp_path: Path, course: Course) -> None:
    (tmp_path / "demo.py").write_text(DOUBLE_ONLY)
    with open(os.fsencode(tmp_path) + b"/\xff.py", "wb"):
        pass
    submission = open_submission(tmp_path, course)
    assert source_in(submission).text == DOUBLE_ONLY
    assert [problem.sentence.en for problem in submission.problems] == ["Left out: its name is not text."]


def test_paths_that_lead_out_of_a_zip_and_links_are_left_out(tmp_path: Path, course: Course) -> None:
    link = zipfile.ZipInfo("link.py")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = zip_with(
        tmp_path / "eve.zip",
        ("../../demo.py", b"evil"),
        ("/etc/demo.py", b"evil"),
        ("..\\demo.py", b"evil"),
        ("C:\\demo.py", b"evil"),
        (link, b"/etc/passwd"),
        ("demo.py", DOUBLE_ONLY.encode()),
    )
    submission = open_submission(path, course)
    assert source_in(submission).text == DOUBLE_ONLY
    assert len(submission.problems) == 5
    assert not (tmp_path.parent / "demo.py").exists()


def test_a_link_in_a_folder_is_not_followed(tmp_path: Path, course: Course) -> None:
    secret = tmp_path / "secret.py"
    secret.write_text("SECRET = 1\n" + DOUBLE_ONLY)
    folder = tmp_path / "eve"
    folder.mkdir()
    (folder / "demo.py").symlink_to(secret)
    os.mkfifo(folder / "pipe.py")
    with pytest.raises(SubmissionError, match="It is empty"):
        open_submission(folder, course)


def test_a_zip_bomb_is_refused_while_it_is_read(tmp_path: Path, course: Course) -> None:
    path = zip_with(tmp_path / "bomb.zip", ("demo.py", b"0" * (gather.MAX_TOTAL + 1)))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(SubmissionError, match="more than"):
        open_submission(path, course)


def test_a_zip_bomb_that_states_a_wrong_size_is_refused(tmp_path: Path, course: Course) -> None:
    path = zip_with(tmp_path / "liar.zip", ("demo.py", b"0" * (gather.MAX_TOTAL + 1)))
    data = bytearray(path.read_bytes())
    size = (gather.MAX_TOTAL + 1).to_bytes(4, "little")
    while size in data:  # in the local header and in the directory
        data[data.index(size) : data.index(size) + 4] = (10).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(SubmissionError):
        open_submission(path, course)


def test_a_zip_of_500_000_entries_is_refused_before_it_is_opened(tmp_path: Path, course: Course) -> None:
    entry = b"PK\x01\x02" + b"\0" * 24 + b"\x01\0" + b"\0" * 16 + b"a"
    body = entry * 500_000
    end = b"PK\x05\x06" + b"\0" * 4 + b"\xff\xff\xff\xff" + len(body).to_bytes(4, "little") + b"\0" * 6
    (tmp_path / "many.zip").write_bytes(body + end)
    with pytest.raises(SubmissionError, match="entries"):
        open_submission(tmp_path / "many.zip", course)


def test_a_folder_of_too_many_files_is_refused(tmp_path: Path, course: Course) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(gather.MAX_FILES + 1):
        (folder / f"{number}.txt").touch()
    with pytest.raises(SubmissionError, match="more than"):
        open_submission(folder, course)


@pytest.mark.parametrize("damage", ["empty", "text", "cut", "password"])
def test_a_damaged_zip_is_reported(tmp_path: Path, course: Course, damage: str) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("demo.py", DOUBLE_ONLY * 50)
    whole = bytearray(buffer.getvalue())
    if damage == "password":
        whole[6] |= 1
        whole[whole.index(b"PK\x01\x02") + 8] |= 1
    content = {"empty": b"", "text": b"hello", "cut": bytes(whole[:100]), "password": bytes(whole)}[damage]
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(SubmissionError, match="cannot be unpacked"):
        open_submission(tmp_path / "x.zip", course)
