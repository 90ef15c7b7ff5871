"""What nbgrader_config.py says so that `nbgrader autograde` grades by this engine."""

PREPROCESSORS = (
    "autograder.nbgrader.preprocessor.GradeInSandbox",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
)


def configuration(course: str) -> str:
    """The lines for nbgrader_config.py. course: the folder of course.toml."""
    listed = "".join(f"    {name!r},\n" for name in PREPROCESSORS).replace("'", '"')
    return f"c.Autograde.autograde_preprocessors = [\n{listed}]\nc.GradeInSandbox.course = {course!r}\n"
