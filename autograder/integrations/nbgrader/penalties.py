"""Late penalties, computed by the plugin that the course configures for nbgrader's AssignLatePenalties."""

from typing import Any

from .gradebook import Book


def assign_penalties(book: Book, config: Any, assignment: str, notebook: str) -> None:
    """Set the penalty of every late notebook: at least 0, at most its score."""
    late_notebooks = book.late(assignment, notebook)
    if not late_notebooks:
        return
    from nbgrader.preprocessors import AssignLatePenalties

    step = AssignLatePenalties(config=config)
    step.init_plugin()
    penalties = {}
    for late in late_notebooks:
        penalty = step.plugin_inst.late_submission_penalty(late.student, late.score, late.seconds)
        penalties[late.id] = None if penalty is None else min(max(penalty, 0.0), late.score)
    book.set_penalties(penalties)
