"""The manifest of a release, .torchstone/release.json, and a release as it is read back."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import msgspec

from ..errors import SubmissionError, UsageError
from ..submission.gather import Files, gather
from ..text import Language, Text
from .paths import may_be_released

FORMAT = "torchstone-release/1"
MANIFEST_PATH = ".torchstone/release.json"
GET_AGAIN = Text("Get the release again.", "请重新获取发布包。")
VERSION = re.compile(r"[\w.+-]{1,40}")


# Unknown fields are ignored: older engines write the field `commitment`, which is gone.
class ReleaseManifest(msgspec.Struct, frozen=True, kw_only=True):
    """The content of a release.json."""

    format: str
    title: Text
    version: str  # of the course
    engine: str  # its version
    language: Language
    topics: tuple[str, ...]
    files: dict[str, str]  # path -> SHA-256
    stubs: dict[str, str]  # path -> text; a later update compares it with the student's file


class OpenedRelease(msgspec.Struct, frozen=True, kw_only=True):
    """A release that was read; every file matches the manifest."""

    manifest: ReleaseManifest
    files: Mapping[str, bytes]


def sha256(data: bytes) -> str:
    """Return the hash in hex, as manifests hold it."""
    return hashlib.sha256(data).hexdigest()


def encode(manifest: ReleaseManifest) -> bytes:
    """Return the bytes of a release.json."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"


def read_manifest(folder: Path) -> ReleaseManifest:
    """Return the manifest of a release's folder. Raise UsageError if the folder is not a release."""
    try:
        data = (folder / MANIFEST_PATH).read_bytes()
    except FileNotFoundError:
        raise UsageError(
            Text(
                f"{folder} is not a release: it has no {MANIFEST_PATH}.", f"{folder} 不是发布包：没有 {MANIFEST_PATH}。"
            ),
            fix=Text("Give the folder that holds course.toml.", "请给出 course.toml 所在的文件夹。"),
        ) from None
    return _decode(data, folder)


def open_release(path: Path) -> OpenedRelease:
    """Read a release from a folder or a zip. Raise UsageError if it is incomplete or changed."""
    try:
        gathered, problems = gather(path)
    except SubmissionError as error:
        raise UsageError(
            Text(f"{path} cannot be read as a release: ", f"无法把 {path} 当作发布包读取：") + error.sentence
        ) from None
    if problems:
        file = problems[0].file
        raise UsageError(
            Text(f"{path} is not a release: {file}: ", f"{path} 不是发布包：{file}：") + problems[0].sentence
        )
    top = _top_folder(gathered, path)
    manifest = _decode(gathered[top / MANIFEST_PATH], path)
    files = {}
    for name, digest in manifest.files.items():
        data = gathered.get(top / name)
        if data is None:
            missing = Text(f"{path} is damaged: {name} is missing.", f"{path} 已损坏：缺少 {name}。")
            raise UsageError(missing, fix=GET_AGAIN)
        if sha256(data) != digest:
            changed = Text(f"{path} is damaged: {name} is changed.", f"{path} 已损坏：{name} 被改动过。")
            raise UsageError(changed, fix=GET_AGAIN)
        files[name] = data
    return OpenedRelease(manifest=manifest, files=files)


def _top_folder(files: Files, path: Path) -> PurePosixPath:
    """Return the folder inside a zip that holds the release."""
    tops = [file.parent.parent for file in files if file.match(MANIFEST_PATH)]
    if len(tops) != 1:
        count = Text("more than one", "多个") if tops else Text("no", "0 个")
        sentence = Text("{path} is not a release: it has {count} {name}.", "{path} 不是发布包：其中有 {count} {name}。")
        raise UsageError(sentence.filled(path=path, count=count, name=MANIFEST_PATH))
    return tops[0]


def _decode(data: bytes, path: Path) -> ReleaseManifest:
    """Return the manifest in a release.json. Raise UsageError if it is not one, or if its release is unsafe."""
    try:
        manifest = msgspec.json.decode(data, type=ReleaseManifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        damaged = Text(
            f"{path}: {MANIFEST_PATH} cannot be read: {error}.", f"{path}：无法读取 {MANIFEST_PATH}：{error}。"
        )
        raise UsageError(damaged, fix=GET_AGAIN) from None
    if manifest.format != FORMAT:
        other = Text(
            f"{path} has the format {manifest.format}; this autograder reads {FORMAT}.",
            f"{path} 的格式是 {manifest.format}；这个版本的 autograder 只能读取 {FORMAT}。",
        )
        raise UsageError(other)
    _refuse_unsafe(manifest, path)
    return manifest


def _refuse_unsafe(manifest: ReleaseManifest, path: Path) -> None:
    """Raise UsageError if the manifest's version, paths or stubs are not those of a release."""
    if VERSION.fullmatch(manifest.version):
        problem = _problem_of_files(manifest)
    else:
        problem = Text(
            f"the version {manifest.version!r} has characters that are not allowed",
            f"版本号 {manifest.version!r} 含有不允许的字符",
        )
    if problem is not None:
        raise UsageError(
            Text("{path} is refused: {problem}.", "拒绝使用 {path}：{problem}。").filled(path=path, problem=problem)
        )


def _problem_of_files(manifest: ReleaseManifest) -> Text | None:
    """Return what is wrong with the manifest's paths and stubs, or None."""
    caseless_names = set()
    for name in manifest.files:
        caseless_names.add(name.casefold())
        if not may_be_released(name):
            return Text(f"a release may not write {name!r}", f"发布包不允许写入 {name!r}")
    if len(caseless_names) < len(manifest.files):
        return Text("two of its paths differ only in upper and lower case", "有两个路径只有大小写不同")
    if not manifest.stubs.keys() <= manifest.files.keys():
        return Text(
            "its manifest holds the text of a stub that is not among its files", "清单中有一个练习文件不在发布包里"
        )
    return None
