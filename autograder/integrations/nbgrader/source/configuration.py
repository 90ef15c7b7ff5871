"""The lines of nbgrader_config.py that make `nbgrader autograde` and formgrader's button grade with this engine."""

SANITIZER = "autograder.integrations.nbgrader.preprocessor.RestoreCells"
PREPROCESSORS = (
    "autograder.integrations.nbgrader.preprocessor.GradeInSandbox",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
)


def configuration(course: str) -> str:
    """Return the lines for nbgrader_config.py. course: the folder of course.toml."""
    listed = "".join(f'    "{name}",\n' for name in PREPROCESSORS)
    return f"""\
# Autograde by Torchstone's hidden checks, in a sandbox. Without these lines: by the visible checks, in a kernel.
c.Autograde.sanitize_preprocessors = ["{SANITIZER}"]
c.Autograde.autograde_preprocessors = [
{listed}]
c.GradeInSandbox.course = {course!r}
"""
