"""The command `autograder update`: bring a later release into a student's folder and keep the student's work.

For each file the hashes of three versions are compared: the old release's, the student's, the new release's. The whole
plan is made before anything is written. Each file is replaced in one step and the manifest is written last, so an
interrupted update can be run again.
"""

from enum import Enum
from pathlib import Path

import msgspec

from ..errors import UsageError
from ..source import Unreadable, decode
from ..text import Text
from .folder import write_atomically
from .manifest import MANIFEST_PATH, OpenedRelease, ReleaseManifest, encode, read_manifest, sha256
from .stub_merge import MergedFile, merge

MOVE = Text("Move it away and run this again.", "请把它移走，再运行一次。")


class Action(Enum):
    """One of the things that an update can do with a file."""

    ADDED = Text("new", "新增")
    RESTORED = Text("restored: it was missing", "已恢复：文件原来缺失")
    REPLACED = Text("replaced", "已更新")
    REMOVED = Text("removed: the course no longer has it", "已删除：课程不再包含它")
    LEFT = Text("the course no longer has it; your file stays", "课程不再包含它；你的文件保留")
    SET_ASIDE = Text("replaced; your changed file is kept as {backup}", "已更新；你改过的文件保留为 {backup}")
    MERGED = Text(
        "updated, with your work kept; the file as it was: {backup}", "已更新，你写的内容不变；更新前的文件：{backup}"
    )
    UNCHANGED = Text("not changed", "未改动")
    KEPT = Text(
        "not changed, because it cannot be merged; the new file is beside it: {backup}",
        "未改动：无法合并。新文件放在旁边：{backup}",
    )


class FileChange(msgspec.Struct, frozen=True, kw_only=True):
    """The change that an update makes to one file."""

    path: str
    action: Action
    data: bytes | None = None  # the new content; None: the file stays or is removed
    backup: str = ""  # path of a file that is written beside it
    backup_data: bytes = b""
    details: tuple[Text, ...] = ()

    @property
    def sentences(self) -> list[Text]:
        backup_name = self.backup.rsplit("/", 1)[-1]
        return [self.action.value.filled(backup=backup_name), *self.details]


class UpdatePlan(msgspec.Struct, frozen=True, kw_only=True):
    """All changes of an update, and the manifests before and after it."""

    old: ReleaseManifest
    new: ReleaseManifest
    changes: tuple[FileChange, ...]

    def conclusion(self, *, is_dry_run: bool) -> Text:
        """Return the last line of the output: which release is here now, and what the student still has to do."""
        if not self.changes and self.old == self.new:
            return Text("{version} is already here.", "已经是 {version}。").filled(version=self.new.version)
        versions = {"old": self.old.version, "new": self.new.version}
        if is_dry_run:
            dry = Text("Nothing was written: {old} would become {new}.", "没有写入任何内容：{old} 将更新到 {new}。")
            return dry.filled(**versions)
        updated = Text("Updated from {old} to {new}.", "已从 {old} 更新到 {new}。").filled(**versions)
        wheel = self._new_wheel()
        if wheel is None:
            return updated
        install = Text(" The checks have changed, too. Install them: {command}", "检查工具也更新了，请运行：{command}")
        return updated + install.filled(command=f"pip install --force-reinstall --no-deps ./{wheel}")

    def _new_wheel(self) -> str | None:
        """Return the path of the wheel that the update writes, or None."""
        for change in self.changes:
            if change.path.startswith("wheels/") and change.data is not None:
                return change.path
        return None


def plan_update(folder: Path, release: OpenedRelease) -> UpdatePlan:
    """Return what an update would do. Raise UsageError if folder and release are of different courses."""
    old, new = read_manifest(folder), release.manifest
    if old.title != new.title:
        raise UsageError(
            Text(
                f"This folder belongs to the course “{old.title.en}”, the release to “{new.title.en}”.",
                f"这个文件夹属于课程“{old.title.zh}”，而发布包属于“{new.title.zh}”。",
            )
        )
    changes = []
    for path in sorted(old.files.keys() | new.files.keys()):
        change = _change(folder, path, old, release)
        if change is not None:
            changes.append(change)
    return UpdatePlan(old=old, new=new, changes=tuple(changes))


def apply_update(folder: Path, plan: UpdatePlan) -> None:
    """Carry out the plan: each backup before its file, the manifest last."""
    for change in plan.changes:
        _write(folder, change)
    for change in plan.changes:
        if change.action is Action.REMOVED:
            _remove(folder, folder / change.path)
    if plan.old != plan.new:
        write_atomically(folder / MANIFEST_PATH, encode(plan.new))


def _write(folder: Path, change: FileChange) -> None:
    """Write the backup of one file, then its new content."""
    if change.backup:
        backup = folder / change.backup
        if not backup.exists():
            write_atomically(backup, change.backup_data)
    if change.data is not None:
        write_atomically(folder / change.path, change.data)


def _change(folder: Path, path: str, old: ReleaseManifest, release: OpenedRelease) -> FileChange | None:
    """Return the change that the update makes to one file; None if it makes none."""
    target = folder / path
    _refuse_blocked(folder, target)
    old_hash = old.files.get(path)
    new = release.files.get(path)
    if not target.exists():
        if new is None:
            return None
        action = Action.RESTORED if path in old.files else Action.ADDED
        return FileChange(path=path, action=action, data=new)
    mine = target.read_bytes()
    if mine == new:
        return None
    if sha256(mine) == old_hash:  # the student did not change it
        action = Action.REMOVED if new is None else Action.REPLACED
        return FileChange(path=path, action=action, data=new)
    if new is None:
        return FileChange(path=path, action=Action.LEFT)
    if sha256(new) == old_hash:  # only the student changed it
        return None
    if path in release.manifest.stubs:
        return _merged(
            folder,
            path,
            mine=mine,
            base=old.stubs.get(path, ""),
            new=release.manifest,
        )
    backup = _free_name(folder, f"{path}.before-{release.manifest.version}", mine)
    return FileChange(
        path=path,
        action=Action.SET_ASIDE,
        data=new,
        backup=backup,
        backup_data=mine,
    )


def _merged(folder: Path, path: str, mine: bytes, base: str, new: ReleaseManifest) -> FileChange | None:
    """Return the merge of a student's exercises with a changed stub; None if they already have all that is new."""
    stub = new.stubs[path]
    text = decode(mine)
    merged = None if isinstance(text, Unreadable) else merge(base, text, stub)
    if merged is None:
        beside = _free_name(folder, f"{path}.new-{new.version}", stub.encode())
        return FileChange(path=path, action=Action.KEPT, backup=beside, backup_data=stub.encode())
    details = _details(merged)
    if merged.text == text:
        return FileChange(path=path, action=Action.UNCHANGED, details=details) if merged.kept else None
    data = merged.text.encode()
    if b"\r\n" in mine:
        data = data.replace(b"\n", b"\r\n")
    backup = _free_name(folder, f"{path}.before-{new.version}", mine)
    return FileChange(
        path=path,
        action=Action.MERGED,
        data=data,
        backup=backup,
        backup_data=mine,
        details=details,
    )


def _details(merged: MergedFile) -> tuple[Text, ...]:
    """Return a sentence for each kind of change that the merge made or left out."""
    kept = Text(
        "your code is kept, but the task has changed; read it again: {names}",
        "保留你写的代码，但题目有改动，请重新阅读说明：{names}",
    )
    sentences = [
        (merged.updated, Text("updated: {names}", "已更新：{names}")),
        (merged.added, Text("new: {names}", "新增：{names}")),
        (merged.removed, Text("removed: {names}", "已删除：{names}")),
        (merged.kept, kept),
    ]
    details = []
    for names, sentence in sentences:
        if names:
            details.append(sentence.filled(names=", ".join(names)))
    return tuple(details)


def _free_name(folder: Path, name: str, data: bytes) -> str:
    """Return the first of NAME, NAME-2, NAME-3 … that is free or already holds the data: no backup is overwritten."""
    candidate, number = name, 1
    while (folder / candidate).exists() and (folder / candidate).read_bytes() != data:
        number += 1
        candidate = f"{name}-{number}"
    return candidate


def _refuse_blocked(folder: Path, target: Path) -> None:
    """Raise UsageError if a link, or a folder in place of a file or the reverse, is on the way to the target.

    Through a link, the update would write outside the student's folder.
    """
    if target.is_symlink() or target.is_dir():
        raise UsageError(
            Text(f"{target} is in the way: a plain file belongs there.", f"{target} 应当是普通文件。"), fix=MOVE
        )
    parent = target.parent
    while parent != folder:
        if parent.is_symlink() or parent.is_file():
            raise UsageError(
                Text(f"{parent} is in the way: a plain folder belongs there.", f"{parent} 应当是普通文件夹。"), fix=MOVE
            )
        parent = parent.parent


def _remove(root: Path, path: Path) -> None:
    """Remove a file, and the folders above it that are then empty."""
    path.unlink(missing_ok=True)
    folder = path.parent
    while folder != root and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
