"""The command `autograder update`: a later release comes into a student's folder, and what they wrote stays.

For each file three are compared by their hashes: the old release's, the student's, the new one's. All is decided before
anything is written; each file is replaced in one step and the manifest last, so that an update that was stopped can be
run again.
"""

from collections.abc import Iterator
from enum import Enum
from pathlib import Path

import msgspec

from ..errors import UsageError
from ..source import Unreadable, decode
from ..text import Text
from .folder import write_atomically
from .manifest import MANIFEST_PATH, Release, ReleaseManifest, encode, read_manifest, sha256
from .stub_merge import Merged, merge


class Did(Enum):
    """What an update does with a file."""

    ADDED = Text("new", "新增")
    RESTORED = Text("restored: it was missing", "已恢复：文件原来缺失")
    REPLACED = Text("replaced", "已更新")
    REMOVED = Text("removed: no longer part of the course", "已删除：课程不再包含它")
    LEFT = Text("no longer part of the course; yours stays", "课程不再包含它；你的文件保留")
    SET_ASIDE = Text("replaced; yours was changed and is kept as {backup}", "已更新；你改过的文件保留为 {backup}")
    MERGED = Text(
        "brought up to date around your work; as it was: {backup}", "已更新，你写的内容不变；更新前的文件：{backup}"
    )
    KEPT = Text(
        "kept: it cannot be merged. The new one is beside it: {backup}", "未改动：无法合并。新文件放在旁边：{backup}"
    )


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What happens to one file."""

    path: str
    did: Did
    data: bytes | None = None  # its new content; None where it stays or goes
    backup: str = ""  # path of what is written beside it
    backup_data: bytes = b""
    details: tuple[Text, ...] = ()

    @property
    def sentences(self) -> list[Text]:
        name = self.backup.rsplit("/", 1)[-1]
        return [self.did.value.filled(backup=name) if self.backup else self.did.value, *self.details]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """All changes, and what stands in the manifest afterwards."""

    old: ReleaseManifest
    new: ReleaseManifest
    changes: tuple[Change, ...]

    def conclusion(self, *, is_dry_run: bool) -> Text:
        """The last line, with what is left to do."""
        if not self.changes and self.old == self.new:
            return Text("{version} is here already.", "已经是 {version}。").filled(version=self.new.version)
        said = Text("From {old} to {new}.", "已从 {old} 更新到 {new}。")
        if is_dry_run:
            said = Text("Nothing was written: {old} would become {new}.", "没有写入任何内容：{old} 将更新到 {new}。")
        said = said.filled(old=self.old.version, new=self.new.version)
        wheel = next(
            (one.path for one in self.changes if one.path.startswith("wheels/") and one.data is not None), None
        )
        if wheel is None or is_dry_run:
            return said
        command = f"pip install --force-reinstall --no-deps ./{wheel}"
        return said + Text(" The checks are new, too. Run: {command}", "检查工具也更新了，请运行：{command}").filled(
            command=command
        )


def plan_update(folder: Path, release: Release) -> Plan:
    """What an update would do. Raises UsageError where the two do not belong together."""
    old, new = read_manifest(folder), release.manifest
    if old.title != new.title:
        raise UsageError(f"This folder is of the course “{old.title.en}”, the release of “{new.title.en}”.")
    changes: list[Change] = []
    for path in sorted(old.files.keys() | new.files.keys()):
        changes += _change(folder, path, old, release)
    return Plan(old=old, new=new, changes=tuple(changes))


def apply_update(folder: Path, plan: Plan) -> None:
    """Write what was planned: what is kept beside first, the manifest last."""
    for change in plan.changes:
        if change.backup and not (folder / change.backup).exists():
            write_atomically(folder / change.backup, change.backup_data)
        if change.data is not None:
            write_atomically(folder / change.path, change.data)
    for change in plan.changes:
        if change.did is Did.REMOVED:
            (folder / change.path).unlink(missing_ok=True)
            _remove_empty(folder, (folder / change.path).parent)
    if plan.old != plan.new:
        write_atomically(folder / MANIFEST_PATH, encode(plan.new))


def _change(folder: Path, path: str, old: ReleaseManifest, release: Release) -> Iterator[Change]:
    """Nothing, or the one thing that happens to a file."""
    target = folder / path
    _refuse_odd(folder, target)
    mine = target.read_bytes() if target.exists() else None
    after = release.files.get(path)
    before = old.files.get(path)
    if mine == after:
        return
    if after is None:
        is_untouched = mine is not None and sha256(mine) == before
        yield Change(path=path, did=Did.REMOVED if is_untouched else Did.LEFT)
    elif mine is None:
        yield Change(path=path, did=Did.ADDED if before is None else Did.RESTORED, data=after)
    elif sha256(mine) == before:
        yield Change(path=path, did=Did.REPLACED, data=after)
    elif sha256(after) == before:
        return  # the student changed it, the release did not
    elif path in release.manifest.stubs:
        change = _merged(folder, path, mine, old.stubs.get(path, ""), release.manifest)
        if change is not None:
            yield change
    else:
        backup = _free_name(folder, f"{path}.before-{release.manifest.version}", mine)
        yield Change(path=path, did=Did.SET_ASIDE, data=after, backup=backup, backup_data=mine)


def _merged(folder: Path, path: str, mine: bytes, base: str, new: ReleaseManifest) -> Change | None:
    """A student's exercises and a changed stub; None where they have all that is new already."""
    text, theirs = decode(mine), new.stubs[path]
    merged = None if isinstance(text, Unreadable) else merge(base, text, theirs)
    if merged is None:
        stub = theirs.encode()
        beside = _free_name(folder, f"{path}.new-{new.version}", stub)
        return Change(path=path, did=Did.KEPT, backup=beside, backup_data=stub)
    data = merged.text.encode()
    if b"\r\n" in mine:
        data = data.replace(b"\n", b"\r\n")
    if merged.text == text:
        return Change(path=path, did=Did.MERGED, details=_details(merged)) if merged.kept else None
    backup = _free_name(folder, f"{path}.before-{new.version}", mine)
    return Change(path=path, did=Did.MERGED, data=data, backup=backup, backup_data=mine, details=_details(merged))


def _details(merged: Merged) -> tuple[Text, ...]:
    sentences = (
        (merged.updated, Text("updated: {names}", "已更新：{names}")),
        (merged.added, Text("new: {names}", "新增：{names}")),
        (merged.removed, Text("removed: {names}", "已删除：{names}")),
        (
            merged.kept,
            Text(
                "yours is kept, though its task has changed; read it again: {names}",
                "保留你写的代码，但题目有改动，请重新阅读说明：{names}",
            ),
        ),
    )
    return tuple(sentence.filled(names=", ".join(names)) for names, sentence in sentences if names)


def _free_name(folder: Path, name: str, data: bytes) -> str:
    """The name, or the next free one: nothing that was set aside is ever overwritten."""
    candidates = (name if number == 1 else f"{name}-{number}" for number in range(1, 1000))
    return next(one for one in candidates if not (folder / one).exists() or (folder / one).read_bytes() == data)


def _refuse_odd(folder: Path, target: Path) -> None:
    """What a release would write through a link lands elsewhere; what is a folder here cannot be a file."""
    for place in (target, *target.parents):
        if place == folder:
            return
        if place.is_symlink() or (place == target and place.is_dir()) or (place != target and place.is_file()):
            raise UsageError(f"{place} is in the way: a plain {'file' if place == target else 'folder'} belongs there.")


def _remove_empty(root: Path, folder: Path) -> None:
    while folder != root and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
