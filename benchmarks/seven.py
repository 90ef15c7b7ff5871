"""A course of seven exercises cut out of the whole one, and classes that hand it in: what the benchmarks measure on."""

import ast
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from autograder.course.model import Course, Exercise, load_course
from autograder.grading.misconceptions import load_misconceptions, variant

ROOT = Path(__file__).resolve().parents[1]
SEVEN = (
    "sigmoid_grad",
    "xavier_uniform_limit",
    "conv_output_size",
    "softmax_cross_entropy",
    "adam_step",
    "bn_running_stats",
    "build_vocab",
)
RIGHT, KNOWN_MISTAKE = 0.6, 0.25  # shares of the files; the rest holds a mistake that nobody else makes
KNOWN = "85 % of the files give answers that the grader has seen, bit by bit"
NONE_KNOWN = "no answer is equal to another student's"

SPOILED = """

import torch

def _spoiled(value, by):
    if isinstance(value, (float, torch.Tensor)):
        return value * (1 + 1e-3 * by)
    if isinstance(value, (tuple, list)):
        return type(value)(_spoiled(item, by) for item in value)
    return value + by if isinstance(value, int) else value
"""
OWN_MISTAKE = """

_right_{name} = {name}


def {name}(*args, **kwargs):
    return _spoiled(_right_{name}(*args, **kwargs), {number})
"""


def write_course(folder: Path) -> Course:
    """The seven exercises with all their checks, in the topics that they come from."""
    course = load_course(ROOT)
    (folder / "course.toml").write_bytes((ROOT / "course.toml").read_bytes())
    for name in dict.fromkeys(course.exercise(name).topic for name in SEVEN):
        topic = course.topic(name)
        for source in (topic.visible_checks, topic.hidden_checks):
            _write(folder, source, _without_other_checks(source.read_text(encoding="utf-8")))
        manifest = topic.exercises_folder / "topic.toml"
        _write(folder, manifest, _without_other_exercises(manifest.read_text(encoding="utf-8")))
        for source in (topic.stub, topic.reference):
            _write(folder, source, source.read_text(encoding="utf-8"))
        kept = _without_other_misconceptions((topic.solutions_folder / "misconceptions.toml").read_text("utf-8"))
        _write(folder, topic.solutions_folder / "misconceptions.toml", kept)
    return load_course(folder)


def _write(folder: Path, source: Path, text: str) -> None:
    target = folder / source.relative_to(ROOT)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


def _without_other_checks(code: str) -> str:
    lines = code.splitlines(keepends=True)
    for node in reversed(ast.parse(code).body):
        exercises = [
            ast.literal_eval(decorator.args[0])
            for decorator in getattr(node, "decorator_list", [])
            if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") == "check"
        ]
        if exercises and exercises[0] not in SEVEN:
            assert isinstance(node, ast.FunctionDef) and node.end_lineno
            del lines[node.decorator_list[0].lineno - 1 : node.end_lineno]
    return "".join(lines)


def _without_other_exercises(manifest: str) -> str:
    parts = re.split(r"(?m)^(?=\[exercises\.)", re.sub(r"(?m)^quiz_points = .*\n", "", manifest))
    return "".join(part for part in parts if not part.startswith("[exercises.") or _name(part) in SEVEN)


def _without_other_misconceptions(text: str) -> str:
    parts = re.split(r"(?m)^(?=\[\[)", text)
    return "".join(part for part in parts if not part.startswith("[[") or _name(part) in SEVEN)


def _name(part: str) -> str:
    return re.split(r"[.\[\]]+", part.split("\n")[0].removeprefix("[exercises"))[1]


def generate(course: Course, folder: Path, count: int, *, none_known: bool = False) -> None:
    """Write submissions of which no two are the same file.

    In a usual class most answers are right or a known mistake, so they equal each other bit by bit, and the grader
    judges them once.
    none_known: every exercise of every submission holds a mistake of its own, so no answer equals another one.
    """
    draw = random.Random(0)
    topics = [topic for topic in course.topics if topic.exercises]  # the others are quizzes
    variants = {topic.name: list(_variants(course, topic.name)) for topic in topics}
    for number in range(count):
        for topic in topics:
            reference = topic.reference.read_text(encoding="utf-8")
            chance = draw.random()
            if none_known:
                code = _with_own_mistakes(reference, topic.exercises, number)
            elif chance > RIGHT + KNOWN_MISTAKE:
                code = _with_own_mistakes(reference, topic.exercises[:1], number)
            elif chance > RIGHT:
                code = draw.choice(variants[topic.name])
            else:
                code = reference
            path = folder / f"student{number:05}" / topic.name / topic.filename
            path.parent.mkdir(parents=True)
            path.write_text(code + f"\n# {number}\n", encoding="utf-8")


def _with_own_mistakes(code: str, exercises: Sequence[Exercise], number: int) -> str:
    mistakes = [OWN_MISTAKE.format(name=exercise.name, number=number + 1) for exercise in exercises]
    return "".join([code, SPOILED, *mistakes])


def _variants(course: Course, name: str) -> Iterator[str]:
    topic = course.topic(name)
    for exercise, misconceptions in load_misconceptions(topic).items():
        for misconception in misconceptions:
            yield variant(topic.reference, exercise, misconception).text
