"""One topic's notebook as cells, and as JSON of nbformat 4.5 with nbgrader's metadata of schema 3."""

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from ....course.model import Course, Exercise, Topic
from ....errors import CourseError
from ....quiz.load import load_quiz
from ....quiz.session import ANSWERS
from ....text import Language, Text
from .reference import Reference, read_reference
from .statement import guide, statement

FORMAT = 1  # of our own metadata
TOOLS = ("board", "check", "grade", "hint", "quiz")  # what every notebook imports from autograder.notebook
QUIZ_TOOLS = ("answer", "grade_quiz")
MAX_ID = 64  # characters of a cell's id
RESERVED = ("title", "setup", "quiz")  # ids that no exercise may take

POINTS = Text("{points} points · difficulty {stars}", "{points} 分 · 难度 {stars}")
POINT = Text("1 point · difficulty {stars}", "1 分 · 难度 {stars}")
QUIZ = Text("Quiz", "测验")
QUIZ_POINTS = Text(
    "{points} points. Your answers are kept in `{file}` and handed in with this notebook.",
    "{points} 分。答案保存在 `{file}` 中，与此 notebook 一并提交。",
)
QUIZ_TEXT = Text(
    'Where no form appears, answer like this: `answer("{question}", "B")`',
    '如果没有出现表单，请这样作答：`answer("{question}", "B")`',
)
HINTS = Text('Hints, one at a time: `hint("{name}")`', '逐条提示：`hint("{name}")`')


class AssignmentCell(msgspec.Struct, frozen=True, kw_only=True):
    """One cell of the notebook of an assignment, with its solution."""

    id: str
    kind: Literal["markdown", "code"]
    source: str
    role: str
    exercise: str | None = None
    points: float | None = None  # of a grade cell
    is_solution: bool = False
    is_locked: bool = False


def notebook_cells(topic: Topic, language: Language) -> list[AssignmentCell]:
    """Return the cells of a topic, in order. Raise CourseError if the reference cannot be cut into cells."""
    reference = read_reference(topic)
    title = AssignmentCell(id="title", kind="markdown", source=guide(topic, language), role="title")
    setup = AssignmentCell(
        id="setup", kind="code", source=_setup(topic, reference, language), role="setup", is_locked=True
    )
    cells = [title, setup]
    for number, exercise in enumerate(topic.exercises, 1):
        cells += _exercise_cells(number, exercise, reference, language)
    if topic.quiz_points:
        cells += _quiz_cells(topic, language)
    return cells


def _setup(topic: Topic, reference: Reference, language: Language) -> str:
    tools = [*TOOLS, *(QUIZ_TOOLS if topic.quiz_points else ())]
    lines = f"from autograder.notebook import {', '.join(sorted(tools))}"
    if language is not Language.BOTH:
        lines += f', use_language\n\nuse_language("{language.value}")'
    return f"{reference.setup}\n\n{lines}".strip("\n")


def _quiz_cells(topic: Topic, language: Language) -> Iterator[AssignmentCell]:
    heading = "## " + " · ".join(QUIZ.lines(language))
    facts = "  \n".join(
        QUIZ_POINTS.filled(points=topic.quiz_points, file=f"exercises/{topic.name}/{ANSWERS}").lines(language)
    )
    first = load_quiz(topic).questions[0].id
    by_hand = "  \n".join(QUIZ_TEXT.filled(question=first).lines(language))
    yield AssignmentCell(id="quiz-task", kind="markdown", source=f"{heading}\n\n{facts}\n\n{by_hand}", role="quiz-task")
    yield AssignmentCell(id="quiz", kind="code", source="quiz()", role="quiz")
    yield AssignmentCell(
        id="grade-quiz",
        kind="code",
        source="grade_quiz()",
        role="quiz-grade",
        points=topic.quiz_points,
        is_locked=True,
    )


def _exercise_cells(
    number: int, exercise: Exercise, reference: Reference, language: Language
) -> Iterator[AssignmentCell]:
    name = exercise.name
    if name in (*TOOLS, *QUIZ_TOOLS):
        raise CourseError(f"{exercise.topic}: no exercise can be called {name}: notebooks use the name themselves.")
    heading = " · ".join([f"## {number}. `{name}`", *exercise.title.lines(language)])
    facts = (POINT if exercise.points == 1 else POINTS).filled(points=exercise.points, stars=_stars(exercise))
    facts_line = "  \n".join(f"**{line}**" for line in facts.lines(language))
    hints = "  \n".join(HINTS.filled(name=name).lines(language))
    task = "\n\n".join([heading, facts_line, statement(reference.docstrings[name], language), hints])
    code = reference.solutions[name]
    yield AssignmentCell(
        id=cell_id("task", name), kind="markdown", source=task, role="task", exercise=name, is_locked=True
    )
    yield AssignmentCell(
        id=cell_id("", name), kind="code", source=code, role="solution", exercise=name, is_solution=True
    )
    yield AssignmentCell(id=cell_id("check", name), kind="code", source=f'check("{name}")', role="check", exercise=name)
    yield AssignmentCell(
        id=cell_id("grade", name),
        kind="code",
        source=f'grade("{name}")',
        role="grade",
        exercise=name,
        points=exercise.points,
        is_locked=True,
    )


def _stars(exercise: Exercise) -> str:
    return "★" * exercise.difficulty + "☆" * (5 - exercise.difficulty)


def cell_id(role: str, exercise: str) -> str:
    """Return a cell's id, also its grade_id: grade-softmax, or softmax for the solution.

    A name that nbgrader does not allow gets a hash.
    """
    wanted = f"{role}-{exercise}" if role else exercise
    allowed = re.sub(r"[^A-Za-z0-9_-]", "", wanted)
    if allowed == wanted and len(wanted) <= MAX_ID and wanted not in RESERVED:
        return wanted
    digest = hashlib.sha256(wanted.encode()).hexdigest()[:8]
    return f"{allowed[: MAX_ID - 9]}-{digest}"


def notebook_json(course: Course, topic: Topic, cells: list[AssignmentCell]) -> str:
    """Return the notebook's file as nbformat would write it."""
    notebook = {
        "cells": [_cell_json(cell) for cell in cells],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "torchstone": {"format": FORMAT, "topic": topic.name, "version": course.version},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False, separators=(",", ": ")) + "\n"


def _cell_json(cell: AssignmentCell) -> dict[str, Any]:
    ours = {"role": cell.role}
    if cell.exercise:
        ours["exercise"] = cell.exercise
    metadata: dict[str, Any] = {"torchstone": ours}
    if cell.is_solution or cell.is_locked:
        metadata["nbgrader"] = _nbgrader(cell)
    fields: dict[str, Any] = {
        "cell_type": cell.kind,
        "id": cell.id,
        "metadata": metadata,
        "source": cell.source.splitlines(keepends=True),
    }
    if cell.kind == "code":
        fields["execution_count"] = None
        fields["outputs"] = []
    return fields


def _nbgrader(cell: AssignmentCell) -> dict[str, Any]:
    """Return nbgrader's metadata. It allows only these fields."""
    fields: dict[str, Any] = {
        "schema_version": 3,
        "grade_id": cell.id,
        "grade": cell.points is not None,
        "solution": cell.is_solution,
        "locked": cell.is_locked,
        "task": False,
    }
    if cell.points is not None:
        fields["points"] = cell.points
    return fields
