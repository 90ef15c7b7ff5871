"""Writes a graded assignment: every student's autograded folder, and the matching entry for the gradebook."""

import datetime
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from ...course.model import Topic
from ...errors import UsageError
from ...results.files import read_result
from ...results.outcome import Graded
from ...source import Unreadable, decode
from ...submission.gather import gather
from ...submission.ipynb import Cell, read_notebook
from ...submission.topic_file import work_file
from ...text import Language
from .autograded import ReleasedNotebook, graded_notebook
from .entries import GradebookEntry, gradebook_entry
from .folder import CourseFolder
from .gradebook import nbgrader_api
from .scores import scores_of

TIMESTAMP = PurePosixPath("timestamp.txt")
READ_ONLY = 0o444  # nbgrader gives autograded files this mode, too


class AssignmentWriter:
    """Writes the autograded folders of one assignment.

    remarks: sentences for the person who runs the command
    """

    def __init__(self, folder: CourseFolder, topic: Topic, notebook: ReleasedNotebook, language: Language) -> None:
        self.folder = folder
        self.topic = topic
        self.notebook = notebook
        self.language = language
        self.remarks: list[str] = []

    def write(self, outcomes: Sequence[Graded], students: Mapping[Path, str]) -> Iterator[GradebookEntry]:
        """Write each graded student's folder, then yield the student's gradebook entry."""
        for graded in outcomes:
            if graded.summary is not None:
                yield self._write_student(students[graded.path], graded)

    def _write_student(self, student: str, graded: Graded) -> GradebookEntry:
        scores = scores_of(read_result(graded.target), self.topic.name, self.language)
        submitted, _ = gather(graded.path)
        autograded = {name: data for name, data in submitted.items() if name.suffix.lower() != ".ipynb"}
        cells = _submitted_cells(self.topic, submitted)
        autograded[PurePosixPath(f"{self.topic.module}.ipynb")] = graded_notebook(cells, self.notebook, scores)
        _replace_folder(self.folder.path("autograded", student, self.topic.name), autograded)
        timestamp = self._timestamp(student, submitted.get(TIMESTAMP, b""))
        return gradebook_entry(student, scores, self.notebook.maximums, timestamp=timestamp)

    def _timestamp(self, student: str, data: bytes) -> datetime.datetime | None:
        if not data.strip():
            return None
        try:
            parsed: datetime.datetime = nbgrader_api().utils.parse_utc(data.decode().strip())
        except (ValueError, OverflowError):
            self.remarks.append(f"{student}: nbgrader cannot read the date in timestamp.txt, so it was not used.")
            return None
        return parsed


def _submitted_cells(topic: Topic, files: dict[PurePosixPath, bytes]) -> list[Cell]:
    """Return the submitted work as cells. A Python module counts as one cell."""
    path = work_file(topic, files)
    if path is None:
        return []
    if path.suffix.lower() == ".ipynb":
        notebook = read_notebook(files[path])
        return [] if isinstance(notebook, Unreadable) else notebook.cells
    text = decode(files[path])
    return [] if isinstance(text, Unreadable) else [Cell(cell_type="code", source=text)]


def _replace_folder(folder: Path, files: dict[PurePosixPath, bytes]) -> None:
    """Replace the folder's contents by these files. A run that is killed leaves the old folder or none."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=".torchstone-", dir=folder.parent))
    try:
        for name, data in files.items():
            path = temporary / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            path.chmod(READ_ONLY)
        temporary.chmod(0o755)
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(temporary, folder)
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror or error}.") from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
