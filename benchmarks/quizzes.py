"""Grade the quizzes of a class with `autograder grade`, twice, and compare the bytes: `python benchmarks/quizzes.py`.

The answers are made with the keys of the course, seeded: right, wrong, right for somebody else, unreadable, left out.
"""

import argparse
import filecmp
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from autograder.course.model import Course, load_course
from autograder.quiz.copies import FLAGS_FILE
from autograder.quiz.formula import FormulaError
from autograder.quiz.key import Key
from autograder.quiz.kinds.multiple_choice import MultipleChoiceKey
from autograder.quiz.kinds.numeric import NumericKey, right_number
from autograder.quiz.kinds.order import OrderKey
from autograder.quiz.kinds.single_choice import SingleChoiceKey
from autograder.quiz.kinds.true_false import TrueFalseKey
from autograder.quiz.kinds.typed_text import TextKey
from autograder.quiz.load import load_keys, load_quizzes
from autograder.quiz.question import Question
from autograder.quiz.variant import Variant, draw
from autograder.sandbox.environment import HASH_SEED, ONE_THREAD

ROOT = Path(__file__).resolve().parents[1]
MIX = {"right": 60, "wrong": 15, "somebody else's": 5, "unreadable": 5, "left out": 15}  # per cent
UNREADABLE = ("*x", "1,234", "[A, [B]]", "!!int 3", "'?'", "maybe")


def right_answer(variant: Variant, key: Key) -> str:
    """The right answer, as this variant's student would write it."""
    shown = {own: letter for letter, own in variant.letters.items()}
    if isinstance(key, SingleChoiceKey):
        return shown[key.answer]
    if isinstance(key, MultipleChoiceKey):
        return f"[{', '.join(shown[own] for own in key.answer)}]"
    if isinstance(key, OrderKey):
        return f"[{', '.join(shown[own] for own in key.accepted[0])}]"
    if isinstance(key, TrueFalseKey):
        return str(key.answer).lower()
    if isinstance(key, NumericKey):
        unit = next(iter(getattr(variant.question, "units", {})), "")
        return f"{right_number(variant, key)!r} {unit}".strip()
    assert isinstance(key, TextKey)
    return "|\n" + "\n".join(f"    {line}" for line in key.right_texts[0].splitlines())


def wrong_answer(variant: Variant, key: Key, chance: random.Random) -> str:
    if variant.letters:
        return f"[{', '.join(chance.sample(list(variant.letters), chance.randint(1, len(variant.letters))))}]"
    return "'-987.25'" if isinstance(key, NumericKey) else chance.choice(("true", "false"))


def write_class(course: Course, folder: Path, students: int, seed: int) -> int:
    """A folder with an answers.yaml in each topic's folder for each student; how many answers there are."""
    chance = random.Random(seed)
    quizzes = load_quizzes(course)
    keys = {topic: load_keys(course.topic(topic), quiz) for topic, quiz in quizzes.items()}
    answers = 0
    for number in range(students):
        student = f"student{number:04d}"
        for topic, quiz in quizzes.items():
            lines = [f"student: {student}", "answers:"]
            for question in quiz.questions:
                answer = _answer(course, question, keys[topic][question.id], number, students, chance)
                lines.append(f"  {question.id}: {answer}")
                answers += bool(answer)
            target = folder / student / topic / "answers.yaml"
            target.parent.mkdir(parents=True)
            target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return answers


def _answer(course: Course, question: Question, key: Key, number: int, students: int, chance: random.Random) -> str:
    (what,) = chance.choices(list(MIX), list(MIX.values()))
    if what == "left out":
        return ""
    if what == "unreadable":
        return chance.choice(UNREADABLE)
    whose = (number + 1) % students if what == "somebody else's" else number
    variant = draw(question, key=course.quiz.key, student=f"student{whose:04d}")
    try:
        return wrong_answer(variant, key, chance) if what == "wrong" else right_answer(variant, key)
    except FormulaError:
        return ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--course", type=Path, default=ROOT)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="torchstone-") as name:
        folder = Path(name)
        answers = write_class(load_course(options.course), folder / "class", options.students, options.seed)
        print(
            f"{options.students:,} students, {answers:,} answers: {', '.join(f'{n} % {what}' for what, n in MIX.items())}"
        )
        for turn in ("first", "second"):
            command = [sys.executable, "-m", "autograder", "grade", folder / "class", "--out", folder / turn]
            command += ["--course", options.course, "--jobs", str(options.jobs)]
            started = time.perf_counter()
            done = subprocess.run(
                [*map(str, command)], capture_output=True, text=True, env={**os.environ, **ONE_THREAD, **HASH_SEED}
            )
            seconds = time.perf_counter() - started
            if done.returncode != 0:
                sys.exit(done.stderr)
            print(f"{turn} run: {seconds:.1f} s, {answers / seconds:,.0f} answers per second, start-up included")
        names = sorted(path.name for path in (folder / "first").iterdir())
        same, different, odd = filecmp.cmpfiles(folder / "first", folder / "second", names, shallow=False)
        size = sum((folder / "first" / name).stat().st_size for name in names)
        print(f"{len(same):,} files of {size / 2**20:.0f} MiB the same in both runs, {len(different) + len(odd)} not")
        print(_flags(folder / "second", options.students))


def _flags(results: Path, students: int) -> str:
    """Return the number of flagged answers, and how many of those were copied."""
    path = results / FLAGS_FILE
    flags = json.loads(path.read_text(encoding="utf-8"))["flags"] if path.is_file() else []
    following = {f"student{number:04d}": f"student{(number + 1) % students:04d}" for number in range(students)}
    copied = sum(following[flag["submission"]] in flag["fits"] for flag in flags)
    return f"{len(flags)} numbers flagged as somebody else's, {copied} of them from whom they were taken"


if __name__ == "__main__":
    main()
