"""What lateness costs, by the plugin that the course's configuration names for nbgrader's AssignLatePenalties."""

from typing import Any

from .gradebook import Book


def assign_penalties(book: Book, config: Any, assignment: str, notebook: str) -> None:
    """Take the penalty off every late notebook, never more than it earned."""
    late = book.late(assignment, notebook)
    if not late:
        return
    from nbgrader.preprocessors import AssignLatePenalties

    step = AssignLatePenalties(config=config)
    step.init_plugin()
    penalties = {}
    for one in late:
        penalty = step.plugin_inst.late_submission_penalty(one.student, one.score, one.seconds)
        penalties[one.id] = None if penalty is None else min(max(penalty, 0.0), one.score)
    book.set_penalties(penalties)
