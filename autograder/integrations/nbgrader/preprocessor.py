"""The classes that `nbgrader autograde` and formgrader's button run instead of a kernel; nbgrader_config.py names them.

RestoreCells replaces nbgrader's own sanitizer, which stops the whole run at a copied cell.
GradeInSandbox reuses results of `autograder nbgrader grade` if nothing changed, and grades the rest. It keeps one grader
and one fork server for the life of the process. No notebook is executed.
"""

import atexit
import functools
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbformat import from_dict
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode

from ...classroom.result_folder import result_names
from ...course.model import Course, find_course, load_course
from ...course.reveal import Reveal
from ...errors import AutograderError, UsageError
from ...grading.settings import Settings, grading_key, slow_libraries
from ...results.files import read_result, write_result
from ...results.model import SubmissionResult
from ...sandbox.fork_server import ForkServer
from ...sandbox.level import Level
from ...sandbox.private_temp import use_private_temporary_folder
from ...submission.ipynb import Cell
from ...submission.model import Submission
from ...submission.read import open_submission
from ...text import Language
from .autograded import graded_cells
from .folder import configured_folder
from .gradebook import opened_book
from .scores import Score, scores_of

if TYPE_CHECKING:
    from ...grading.grader import Grader


class RestoreCells(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Restores locked cells and removes outputs. The last copy of a cell counts."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Return the restored notebook. nbgrader passes it as it was submitted."""
        return _rebuilt(nb, resources["nbgrader"], {}), resources


class GradeInSandbox(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Writes the engine's scores into the grade cells of a submitted notebook."""

    course = Unicode("", help="Folder of course.toml; empty: the course folder or the nearest folder above it.").tag(
        config=True
    )
    reveal = Unicode("", help="What a hidden check tells its student; empty: what the course says.").tag(config=True)
    isolation = Unicode(Level.STRICT.value, help="Refuse to grade if the machine cannot isolate this well.").tag(
        config=True
    )
    lang = Unicode(Language.BOTH.value, help="Language of the feedback: en, zh or both.").tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Return the notebook with its scores. nbgrader passes it with restored cells."""
        about = resources["nbgrader"]
        result = self._result(about["student"], about["assignment"])
        for exercise, check in result.broken:
            self.log.error("broken check, nobody lost points over it: %s: %s", exercise.topic, check.id)
        for problem in result.problems:
            self.log.warning("%s: %s", problem.file, problem.sentence.en)
        return _rebuilt(nb, about, scores_of(result, about["assignment"], Language(self.lang))), resources

    def _result(self, student: str, assignment: str) -> SubmissionResult:
        """Return the student's result. SandboxError, CourseError or SubmissionError end in no score at all."""
        folder = configured_folder(self.config, Path.cwd())  # nbgrader works in the course folder
        path = folder.path("submitted", student, assignment)
        course = _course(find_course(Path(self.course) if self.course else folder.root))
        submission = open_submission(path, course, student)
        target = folder.results(assignment) / result_names({path: student})[path]
        earlier = _earlier_result(target, submission, course, assignment)
        if earlier is not None:
            return earlier
        reveal = Reveal(self.reveal) if self.reveal else course.reveal.at(datetime.now(UTC))
        settings = Settings(topics=(assignment,), reveal=reveal, isolation=Level(self.isolation))
        result = _grader(course, settings).grade(submission)
        target.parent.mkdir(parents=True, exist_ok=True)
        write_result(result, target)
        return result


def _rebuilt(nb: Any, about: Mapping[str, str], scores: Mapping[str, Score]) -> Any:
    with opened_book(about["db_url"], "default_course") as book:
        release = book.release(about["assignment"], about["notebook"])
    assert release is not None  # nbgrader skips notebooks that it does not know
    cells = [Cell(cell.cell_type, cell.source, cell.metadata, cell.get("id")) for cell in nb.cells]
    nb.cells = [from_dict(cell) for cell in graded_cells(cells, release, scores)]
    nb.metadata = from_dict({"kernelspec": release.kernelspec, "language_info": {"name": "python"}})
    nb.nbformat, nb.nbformat_minor = 4, 5
    return nb


def _earlier_result(target: Path, submission: Submission, course: Course, assignment: str) -> SubmissionResult | None:
    """Return an earlier result of the same files, course and engine, with any reveal policy and isolation level."""
    try:
        result = read_result(target)
    except UsageError:
        return None
    for reveal in Reveal:
        for level in Level:
            settings = Settings(topics=(assignment,), reveal=reveal, isolation=level)
            if result.grading_key == grading_key(submission, course, settings):
                return result
    return None


@functools.lru_cache(maxsize=1)
def _course(root: Path) -> Course:
    course = load_course(root)
    if not (root / "solutions").is_dir():
        raise AutograderError(f"{root} has no solutions/.", fix="Grading needs the instructor's copy of the course.")
    return course


@functools.lru_cache(maxsize=1)
def _grader(course: Course, settings: Settings) -> "Grader":
    use_private_temporary_folder()
    preload = slow_libraries(course, settings.topics)
    server = ForkServer(course.limits, minimum=settings.isolation, preload=preload)
    atexit.register(server.close)
    from ...grading.grader import Grader  # imports torch, beside the server

    return Grader(course, server, settings)
