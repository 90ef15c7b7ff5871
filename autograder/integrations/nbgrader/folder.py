"""nbgrader's course folder: where its configuration says that submissions, autograded notebooks and the database are."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from ...errors import UsageError

CONFIG = "nbgrader_config.py"
RESULTS = "torchstone"  # our results: <course folder>/torchstone/<assignment>/<student>.json
STRUCTURE = "{nbgrader_step}/{student_id}/{assignment_id}"


class CourseFolder(msgspec.Struct, frozen=True, kw_only=True):
    """One course of nbgrader's."""

    root: Path
    db_url: str
    course_id: str
    structure: str  # of a path: {nbgrader_step}/{student_id}/{assignment_id}
    steps: dict[str, str]  # submitted, autograded, source, release -> what the folder is called
    config: Any  # traitlets' Config, for nbgrader's own classes

    def path(self, step: str, student: str, assignment: str) -> Path:
        """Where a student's work is at a step."""
        named = self.structure.format(nbgrader_step=self.steps[step], student_id=student, assignment_id=assignment)
        return self.root / named

    def results(self, assignment: str) -> Path:
        return self.root / RESULTS / assignment

    def submissions(self, assignment: str) -> Iterator[tuple[str, Path]]:
        """Every student who handed the assignment in, and where."""
        pattern = self.structure.format(
            nbgrader_step=self.steps["submitted"], student_id="\0", assignment_id=assignment
        )
        known = re.compile(re.escape(str(self.root / pattern)).replace(re.escape("\0"), "([^/]+)"))
        for path in sorted(self.root.glob(_escaped(pattern))):
            match = known.fullmatch(str(path))
            if match is not None and path.is_dir() and not match[1].startswith("."):
                yield match[1], path


def _escaped(pattern: str) -> str:
    return re.sub(r"([*?\[])", r"[\1]", pattern).replace("\0", "*")


def open_course_folder(root: Path, db_url: str | None = None) -> CourseFolder:
    """The course in `root`, with what nbgrader_config.py says there and where Jupyter keeps it.

    Raises UsageError where the folder or its configuration is no good.
    """
    if not root.is_dir():
        raise UsageError(f"{root} is not a folder.", fix="Give nbgrader's course folder with --course-dir.")
    try:
        from jupyter_core.paths import jupyter_config_path
        from traitlets.config import Config
        from traitlets.config.loader import PyFileConfigLoader
    except ImportError as error:
        raise UsageError(f"nbgrader is not installed: {error}.", fix="pip install 'torchstone[nbgrader]'") from None
    config = Config()
    for folder in (*reversed(jupyter_config_path()), str(root)):
        if (Path(folder) / CONFIG).is_file():
            try:
                config.merge(PyFileConfigLoader(CONFIG, path=folder).load_config())
            except Exception as error:  # the instructor's own Python
                raise UsageError(f"{Path(folder) / CONFIG}: {type(error).__name__}: {error}.") from None
    if db_url is not None:
        config.CourseDirectory.db_url = db_url
    return configured_folder(config, root.resolve())


def configured_folder(config: Any, root: Path) -> CourseFolder:
    """The course that a configuration of traitlets' describes, with nbgrader's defaults."""
    said = config.CourseDirectory
    root = Path(said.get("root") or root)
    steps = {
        step: str(said.get(f"{step}_directory", step)) for step in ("submitted", "autograded", "source", "release")
    }
    return CourseFolder(
        root=root,
        db_url=said.get("db_url") or f"sqlite:///{root / 'gradebook.db'}",
        course_id=said.get("course_id") or "default_course",
        structure=said.get("directory_structure", STRUCTURE),
        steps=steps,
        config=config,
    )
