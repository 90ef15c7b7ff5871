"""Reads the files of a submission, which is a folder, a zip or a single file. Nothing is unpacked to disk."""

import io
import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from ..course.bundle import SKIPPED_FOLDERS
from ..errors import SubmissionError
from ..open_file import SPECIAL_FILE, LeftOut, read_file, read_folder
from ..results.model import Problem
from ..text import Text

MAX_FILES = 2000
MAX_NAME = 255  # characters of a path inside a zip
MAX_TOTAL = 32 << 20  # bytes of all files together, unpacked; and of a zip itself
CENTRAL_ENTRY = b"PK\x01\x02"  # begins each entry of a zip's directory

# zipfile and its decompressors raise these for a damaged, encrypted or unknown archive.
DAMAGE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
    MemoryError,
)

Files = dict[PurePosixPath, bytes]  # the content of each file by its path relative to the submission


def gather(path: Path) -> tuple[Files, list[Problem]]:
    """Return the regular files of a submission, and a problem for each file that was left out.

    Raise SubmissionError if nothing can be read.
    """
    problems: list[Problem] = []
    if path.is_symlink():
        raise SubmissionError(
            Text(f"{path.name} is a link.", f"{path.name} 是一个链接。"),
            fix=Text("Give the file or folder that it points to.", "请给出它指向的文件或文件夹。"),
        )
    if path.is_dir():
        files = _bounded(_folder_files(path, problems), path.name)
    elif not path.exists():
        raise SubmissionError(Text(f"{path} does not exist.", f"{path} 不存在。"))
    elif path.suffix.lower() == ".zip":
        files = _bounded(_zip_files(path, problems), path.name)
    else:
        files = {PurePosixPath(path.name): _content(path)}
    return files, problems


def _content(path: Path) -> bytes:
    """Return the content of the file that was handed in. Raise SubmissionError if it cannot be read."""
    content = read_file(path, MAX_TOTAL)
    if isinstance(content, LeftOut):
        raise SubmissionError(
            Text("{name} was not read: {why}.", "未读取 {name}：{why}。").filled(name=path.name, why=content.reason)
        )
    return content


def _bounded(files: Iterator[tuple[PurePosixPath, bytes]], name: str) -> Files:
    """Return the files. Raise SubmissionError as soon as there are too many or they are too large."""
    gathered: Files = {}
    total = 0
    for relative, data in files:
        total += len(data)
        if len(gathered) >= MAX_FILES or total > MAX_TOTAL:
            raise SubmissionError(
                Text(
                    f"{name} holds more than {MAX_FILES} files or {MAX_TOTAL >> 20} MiB.",
                    f"{name} 中的文件超过 {MAX_FILES} 个或 {MAX_TOTAL >> 20} MiB。",
                ),
                fix=Text("Hand in the exercise files only.", "请只提交练习文件。"),
            )
        gathered[relative] = data
    return gathered


def _folder_files(root: Path, problems: list[Problem]) -> Iterator[tuple[PurePosixPath, bytes]]:
    """Yield (path, content) of each regular file below a folder. Add the other files to `problems`."""
    for relative, content in read_folder(root, SKIPPED_FOLDERS, MAX_TOTAL):
        if isinstance(content, LeftOut):
            problems.append(_left_out(str(relative), content.reason))
        else:
            yield relative, content


def _zip_files(path: Path, problems: list[Problem]) -> Iterator[tuple[PurePosixPath, bytes]]:
    """Yield (path, content) of each regular file in a zip. Add the refused entries to `problems`."""
    packed = _content(path)
    # Count the entries before zipfile builds an object for each of them.
    if packed.count(CENTRAL_ENTRY) > MAX_FILES:
        raise SubmissionError(
            Text(f"{path.name} has more than {MAX_FILES} entries.", f"{path.name} 中的条目超过 {MAX_FILES} 个。"),
            fix=Text("Zip the exercise files only.", "请只压缩练习文件。"),
        )
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            left = MAX_TOTAL
            for entry in sorted(archive.infolist(), key=lambda entry: entry.filename):
                path_inside = PurePosixPath(entry.filename)
                reason = _refused_entry(entry)
                if reason is not None:
                    problems.append(_left_out(entry.filename, reason))
                    continue
                if entry.is_dir() or SKIPPED_FOLDERS & set(path_inside.parts):
                    continue
                with archive.open(entry) as file:
                    data = file.read(left + 1)  # the entry may be larger than the size that it states
                left -= len(data)
                yield path_inside, data
    except DAMAGE as error:
        raise SubmissionError(
            Text(f"{path.name} cannot be unpacked: {error}.", f"无法解压 {path.name}：{error}。"),
            fix=Text("Zip it again, without a password.", "请重新压缩，不要设置密码。"),
        ) from None


def _refused_entry(entry: zipfile.ZipInfo) -> Text | None:
    """Return why an entry of a zip is left out; None if it is not."""
    if len(entry.filename) > MAX_NAME:
        return Text("its name is too long", "文件名过长")
    if _leads_out(entry.filename):
        return Text("its path leads out of the archive", "路径指向压缩包之外")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    is_ordinary = kind in (0, stat.S_IFREG, stat.S_IFDIR)  # 0: the archive states no kind
    return None if is_ordinary else SPECIAL_FILE


def _leads_out(name: str) -> bool:
    """Return whether a path inside a zip could be read as one outside the archive, on any operating system."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return ".." in parts or name.startswith("/") or ":" in name


def _left_out(file: str, reason: Text) -> Problem:
    file = file.encode("utf-8", "replace").decode()[:MAX_NAME]
    return Problem(file=file, sentence=Text("Left out: {why}.", "未读取：{why}。").filled(why=reason))
