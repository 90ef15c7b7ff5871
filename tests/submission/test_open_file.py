"""Files of a submission are opened once: nothing that is swapped, linked or endless is read."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder import open_file
from autograder.open_file import MAX_DEPTH, LeftOut, names_in, read_file, read_folder
from autograder.text import Text

MINE, SECRET = b"mine", b"secret"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "demo.py").write_bytes(SECRET)
    (tmp_path / "mallory").mkdir()
    return tmp_path / "mallory"


@pytest.fixture
def swapping(folder: Path) -> Iterator[None]:
    """Swap a file for a link to the secret file, and a folder for a link to its folder, again and again."""
    secret = folder.parent / "secret"
    stop = threading.Event()

    def swap() -> None:
        while not stop.is_set():
            for name, target in (("demo.py", secret / "demo.py"), ("inner", secret)):
                link = folder.parent / "link"
                link.symlink_to(target)
                real = folder.parent / "real"
                os.rename(folder / name, real)
                os.rename(link, folder / name)
                os.unlink(folder / name)
                os.rename(real, folder / name)

    (folder / "demo.py").write_bytes(MINE)
    (folder / "inner").mkdir()
    (folder / "inner" / "demo.py").write_bytes(MINE)
    thread = threading.Thread(target=swap)
    thread.start()
    yield
    stop.set()
    thread.join()


def test_a_file_that_is_swapped_for_a_link_while_it_is_read_shows_nothing_else(folder: Path, swapping: None) -> None:
    contents = set()
    for _ in range(300):
        for _, content in read_folder(folder, (), 100):
            contents.add(content if isinstance(content, bytes) else b"left out")
    assert contents <= {MINE, b"left out"}
    assert MINE in contents


def test_a_pipe_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "demo.py")
    assert isinstance(read_file(folder / "demo.py", 100), LeftOut)
    assert [type(content) for _, content in read_folder(folder, (), 100)] == [LeftOut]


def test_a_pipe_that_appears_after_the_look_is_not_waited_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(folder / "demo.py")
    (folder / "real.py").write_bytes(MINE)
    real = os.stat(folder / "real.py")
    monkeypatch.setattr("autograder.open_file.os.stat", lambda *_, **__: real)
    assert isinstance(read_file(folder / "demo.py", 100), LeftOut)


def test_a_device_is_not_read() -> None:
    assert isinstance(read_file(Path("/dev/zero"), 100), LeftOut)


@pytest.mark.parametrize(("size", "is_read"), [(100, True), (101, False)])
def test_a_file_has_a_largest_size(folder: Path, size: int, is_read: bool) -> None:
    (folder / "demo.py").write_bytes(b"x" * size)
    assert isinstance(read_file(folder / "demo.py", 100), bytes) is is_read


def test_folders_in_folders_end_somewhere(folder: Path) -> None:
    inner = folder
    for _ in range(MAX_DEPTH + 3):
        inner = inner / "a"
        inner.mkdir()
        (inner / "demo.py").write_bytes(MINE)
    found = list(read_folder(folder, (), 100))
    assert [isinstance(content, bytes) for _, content in found].count(True) == MAX_DEPTH - 1
    assert found[-1][1] == LeftOut(open_file.TOO_DEEP)


def test_a_folder_has_a_largest_number_of_entries(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_file, "MAX_ENTRIES", 5)
    for number in range(6):
        (folder / f"{number}.py").write_bytes(MINE)
    assert [content for _, content in read_folder(folder, (), 100)] == [LeftOut(open_file.TOO_MANY)]


def test_no_descriptor_is_left_open(folder: Path) -> None:
    (folder / "inner").mkdir()
    (folder / "inner" / "demo.py").write_bytes(MINE)
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        assert next(iter(read_folder(folder, (), 100)))[1] == MINE
    assert len(os.listdir("/proc/self/fd")) == before


def test_the_entries_of_all_folders_are_counted_together(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_file, "MAX_ENTRIES", 7)
    for name in ("a", "b", "c"):
        (folder / name).mkdir()
        for number in range(2):
            (folder / name / f"{number}.py").write_bytes(MINE)
    contents = [content for _, content in read_folder(folder, (), 100)]
    assert contents == [MINE] * 4 + [LeftOut(open_file.TOO_MANY)]


def test_files_that_are_too_large_are_not_read_at_all(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open(folder / "sparse.py", "wb") as file:
        file.truncate(1 << 40)
    monkeypatch.setattr("autograder.open_file.os.read", lambda *_: pytest.fail("it was read"))
    (content,) = (content for _, content in read_folder(folder, (), 1 << 20))
    assert content == LeftOut(Text("larger than 1 MiB", "超过 1 MiB"))


def test_a_link_is_followed_only_for_the_person_who_gives_it(folder: Path) -> None:
    (folder / "link").symlink_to(folder.parent / "secret" / "demo.py")
    assert isinstance(read_file(folder / "link", 100), LeftOut)
    assert read_file(folder / "link", 100, follows_links=True) == SECRET
    os.mkfifo(folder / "pipe")
    assert read_file(folder / "pipe", 100, follows_links=True) == LeftOut(open_file.SPECIAL_FILE)


def test_the_names_in_a_folder_are_not_listed_through_a_link(folder: Path) -> None:
    (folder / "link").symlink_to(folder.parent / "secret")
    assert names_in(folder.parent / "secret") == ["demo.py"]
    assert names_in(folder / "link") == []
    assert names_in(folder.parent / "secret" / "demo.py") == []
