"""nbgrader's course folder: finds submissions, autograded notebooks and the database by its configuration."""

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
    """One nbgrader course."""

    root: Path
    db_url: str
    course_id: str
    structure: str  # template of a path: {nbgrader_step}/{student_id}/{assignment_id}
    steps: dict[str, str]  # submitted, autograded, source, release -> name of the folder
    config: Any  # traitlets' Config, for nbgrader's own classes

    def path(self, step: str, student: str, assignment: str) -> Path:
        """Return the folder of a student's work at a step."""
        relative = self.structure.format(nbgrader_step=self.steps[step], student_id=student, assignment_id=assignment)
        return self.root / relative

    def results(self, assignment: str) -> Path:
        """Return the folder of our result files."""
        return self.root / RESULTS / assignment

    def submissions(self, assignment: str) -> Iterator[tuple[str, Path]]:
        """Yield (student, folder) for everyone who handed the assignment in."""
        pattern = self.structure.format(
            nbgrader_step=self.steps["submitted"], student_id="\0", assignment_id=assignment
        )
        student_path = re.compile(re.escape(str(self.root / pattern)).replace(re.escape("\0"), "([^/]+)"))
        for path in sorted(self.root.glob(_escaped(pattern))):
            match = student_path.fullmatch(str(path))
            if match is None or not path.is_dir():
                continue
            student = match[1]
            if not student.startswith("."):
                yield student, path


def _escaped(pattern: str) -> str:
    """Return a glob pattern: "\\0" matches any student, every other character itself."""
    return re.sub(r"([*?\[])", r"[\1]", pattern).replace("\0", "*")


def open_course_folder(root: Path, db_url: str | None = None) -> CourseFolder:
    """Open the course in `root`, configured by nbgrader_config.py there and in Jupyter's folders.

    Raise UsageError if the folder or its configuration cannot be used.
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
    """Return the course that a traitlets configuration describes, with nbgrader's defaults."""
    options = config.CourseDirectory
    root = Path(options.get("root") or root)
    steps = {}
    for step in ("submitted", "autograded", "source", "release"):
        steps[step] = str(options.get(f"{step}_directory", step))
    return CourseFolder(
        root=root,
        db_url=options.get("db_url") or f"sqlite:///{root / 'gradebook.db'}",
        course_id=options.get("course_id") or "default_course",
        structure=options.get("directory_structure", STRUCTURE),
        steps=steps,
        config=config,
    )
