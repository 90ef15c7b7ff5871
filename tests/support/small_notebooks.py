"""The small course with a quiz, as an nbgrader course folder."""

from collections.abc import Mapping
from pathlib import Path

import nbformat
from small_course import write_course

from autograder.course.model import load_course
from autograder.integrations.nbgrader.source import build

QUIZ = """
- id: q1
  kind: numeric
  difficulty: 1
  prompt: { en: "Two times {n}?", zh: "{n} 的两倍是多少？" }
  parameters: { n: { integer: [2, 90] } }
- id: q2
  kind: true_false
  difficulty: 1
  prompt: { en: "$2x$ is even.", zh: "$2x$ 是偶数。" }
"""
ANSWERS = "student: {student}\nattempt: 1\nanswers:\n  q1: 4\n  q2: true\n"


def write_notebooks(root: Path) -> Path:
    """Write the course to root/ours and its notebooks to root/nbgrader; return the latter."""
    ours = write_course(root / "ours")
    (ours / "exercises/01_demo/quiz.yaml").write_text(QUIZ, encoding="utf-8")
    course = load_course(ours)
    list(build(course, course.topics, root / "nbgrader"))
    return root / "nbgrader"


def fill_in(notebook: Path, code: Mapping[str, str]) -> None:
    """Write a student's code into the solution cells of the exercises."""
    content = nbformat.read(notebook, as_version=4)
    for cell in content.cells:
        cell.source = code.get(cell.id, cell.source)
    nbformat.write(content, notebook)
