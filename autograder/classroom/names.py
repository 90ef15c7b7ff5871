"""Gives each submission of a class a name of its own, so that no student's marks go to another student."""

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from ..errors import SubmissionError
from ..results.model import Problem
from ..submission.filenames import is_answers_file
from ..submission.layouts import submission_id
from ..submission.model import Submission
from ..text import Text

SHARED_NAME = Text(
    "Another submission is also named {name}. This one is listed as {listed}.",
    "另一份提交也叫 {name}。这一份列为 {listed}。",
)
TAKEN_NAME = Text(
    "{file} was written for {name}, and {name} has handed in another submission.",
    "{file} 是为 {name} 生成的，而 {name} 另有一份提交。",
)
PUT_TOGETHER = Text("Put it into the folder of {name}.", "请把它放进 {name} 的文件夹。")


class Names:
    """The names of a class's submissions. A name may be a student's only once.

    students: path -> student, for submissions that are not named after their student.
    """

    def __init__(self, paths: Sequence[Path], students: Mapping[Path, str]) -> None:
        self.plain = {path: students.get(path) or submission_id(path) for path in paths}
        # A loose answers.yaml holds its student's name.
        self.unnamed = {path for path in paths if path not in students and path.is_file() and is_answers_file(path)}
        counts = Counter(_key(name) for path, name in self.plain.items() if path not in self.unnamed)
        self.taken = set(counts)
        self.shared = {name for name, count in counts.items() if count > 1}
        self.listed = {path: self._listed(path) for path in self.plain}
        self.is_one = len(paths) == 1 and not students

    def _listed(self, path: Path) -> str:
        """Return the path's name, with a mark if others have the same name. The new name is nobody else's."""
        name = self.plain[path]
        if path in self.unnamed or _key(name) not in self.shared:
            return name
        text = str(path)
        marked = f"{name}-{mark(text)}"
        while _key(marked) in self.taken:
            text += "+"
            marked = f"{name}-{mark(text)}"
        self.taken.add(_key(marked))
        return marked

    def student(self, path: Path) -> str | None:
        """Return the name to grade a submission under; None if it is inside the file."""
        return None if path in self.unnamed else self.listed[path]

    def checked(self, path: Path, submission: Submission) -> Submission:
        """Return the submission, with a problem if it shares its name.

        Raise SubmissionError for a loose answers.yaml whose student has another submission.
        """
        if path in self.unnamed:
            self._claim(submission.id, path)
            return submission
        if self.is_one:  # often in a folder that is not named after its student; nobody else's marks are at stake
            return msgspec.structs.replace(submission, variant=submission.student_in_answers)
        if self.listed[path] == self.plain[path]:
            return submission
        sentence = SHARED_NAME.filled(name=self.plain[path], listed=self.listed[path])
        problems = (Problem(file="", sentence=sentence), *submission.problems)
        return msgspec.structs.replace(submission, problems=problems)

    def _claim(self, name: str, path: Path) -> None:
        if _key(name) in self.taken:
            raise SubmissionError(TAKEN_NAME.filled(file=path.name, name=name), fix=PUT_TOGETHER.filled(name=name))
        self.taken.add(_key(name))


def mark(text: str) -> str:
    """Return eight characters that differ for different texts."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]


def _key(name: str) -> str:
    """Return the same text for names that a gradebook or a file system may take for one."""
    return unicodedata.normalize("NFC", name).strip().casefold()
