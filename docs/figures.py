"""Write the figures of the README and the docs that come from files: counts, tables, and what commands print.

    python docs/figures.py           # write them
    python docs/figures.py --check   # write nothing; exit 1 where one is out of date

A figure stands between `<!-- figure: NAME -->` and `<!-- end -->`. Measured figures (times, memory) are not among them:
benchmarks/ prints those.
"""

import difflib
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from autograder.course.model import Course, load_course
from autograder.quiz.load import load_quizzes
from autograder.results.files import read_result
from autograder.results.model import ExerciseResult, SubmissionResult, Verdict

ROOT = Path(__file__).resolve().parents[1]
CLASS = ROOT / "examples" / "class"
FIGURE = re.compile(r"(<!-- figure: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
PAGES = (ROOT / "README.md", ROOT / "examples" / "README.md")
SHOWN_LINES = 13  # of a submission that is shown in full
MANY = 3  # exercises that are named; more are counted


class Figures:
    """Every figure by its name. The sample class is graded once, when the first figure needs it."""

    def __init__(self, course: Course, scratch: Path) -> None:
        self.course = course
        self.scratch = scratch
        self.results = scratch / "results"
        self.class_output = self._autograder("grade", CLASS, "--out", self.results, accepted=(1,))
        self.known: dict[str, Callable[[], str]] = {
            "counts": self.counts,
            "student": self.student,
            "class": self.class_table,
            "submission": self.submission,
            "students": self.students,
        }

    def counts(self) -> str:
        """Return the size of the course in one paragraph."""
        topics = [topic for topic in self.course.topics if topic.exercises]
        exercises = sum(len(topic.exercises) for topic in topics)
        questions = [question for quiz in load_quizzes(self.course).values() for question in quiz.questions]
        drawn = [question for question in questions if getattr(question, "parameters", None)]
        return (
            f"The course so far: {exercises} exercises in {len(topics)} topics, and quizzes for all "
            f"{len(self.course.topics)} topics: {len(questions)} questions, {len(drawn)} of them with numbers drawn for "
            "each student.\n"
        )

    def student(self) -> str:
        """Return what pytest prints for carla's files."""
        folder = self.scratch / "student"
        shutil.copytree(ROOT / "exercises", folder / "exercises")
        shutil.copy(ROOT / "course.toml", folder)
        for topic in ("01_activations", "06_optimisers"):
            shutil.copytree(CLASS / "carla" / topic, folder / "exercises" / topic, dirs_exist_ok=True)
        topics = ["exercises/01_activations", "exercises/06_optimisers"]
        options = ["-k", "sigmoid_grad or adam_step", "--lang", "en", "-ra"]
        command = [sys.executable, "-m", "pytest", *topics, *options, "-p", "no:cacheprovider"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        lines = done.stdout.splitlines()
        start = next(number for number, line in enumerate(lines) if line.startswith("collected"))
        end = next(number for number, line in enumerate(lines) if "short test summary info" in line)
        shown = "\n".join(line.rstrip() for line in lines[start:end])
        return console(f'pytest {" ".join(topics)} -k "sigmoid_grad or adam_step" --lang en', shown)

    def class_table(self) -> str:
        """Return what `autograder grade` prints for the sample class."""
        return console("autograder grade examples/class --out build/demo", self._as_in_build(self.class_output))

    def submission(self) -> str:
        """Return the beginning and the end of what it prints for carla alone."""
        folder = self.scratch / "single"
        output = self._autograder("grade", CLASS / "carla", "--out", folder, accepted=(0,))
        lines = output.replace(str(folder), "build/demo").splitlines()
        shown = [*lines[:SHOWN_LINES], "…", *lines[-2:]]
        return console("autograder grade examples/class/carla --out build/demo", "\n".join(shown))

    def students(self) -> str:
        """Return points and verdicts of the sample class as a table."""
        rows = ["| Student | Points | Verdicts |", "|---|---:|---|"]
        for path in sorted(self.results.glob("*.json")):
            result = read_result(path)
            rows.append(f"| {result.submission} | {result.points:g} of {result.worth:g} | {verdicts(result)} |")
        return "\n".join(rows) + "\n"

    def _as_in_build(self, output: str) -> str:
        return output.replace(str(self.results), "build/demo")

    def _autograder(self, *arguments: object, accepted: tuple[int, ...]) -> str:
        command = [sys.executable, "-m", "autograder", *map(str, arguments)]
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        done = subprocess.run(command, cwd=ROOT, text=True, check=False, **streams)
        if done.returncode not in accepted:
            raise SystemExit(f"{' '.join(command)} exited with {done.returncode}:\n{done.stdout}")
        return "\n".join(line.rstrip() for line in done.stdout.splitlines())


def console(command: str, output: str) -> str:
    """Return a Markdown block of a command and its output."""
    return f"```console\n$ {command}\n{output.strip()}\n```\n"


def verdicts(result: SubmissionResult) -> str:
    """Return a sentence on the exercises of a result."""
    passed = sum(exercise.verdict is Verdict.PASSED for exercise in result.exercises)
    parts = [f"{passed} passed"]
    for verdict in (Verdict.FAILED, Verdict.CRASHED, Verdict.TIMED_OUT, Verdict.REFUSED):
        exercises = [exercise for exercise in result.exercises if exercise.verdict is verdict]
        word = verdict.value.replace("_", " ")
        if len(exercises) > MANY:
            parts.append(f"{len(exercises)} {word}")
        elif exercises:
            parts.append(f"{', '.join(named(exercise) for exercise in exercises)} {word}")
    return "; ".join(parts)


def named(exercise: ExerciseResult) -> str:
    """Return an exercise's name, with the misconceptions that were found."""
    misconceptions = [diagnosis.name for diagnosis in exercise.misconceptions]
    if not misconceptions:
        return f"`{exercise.name}`"
    return f"`{exercise.name}` ({', '.join(misconceptions)})"


def main(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 where a figure is out of date.")
    ] = False,
) -> None:
    """Write the figures into the pages."""
    stale = False
    with tempfile.TemporaryDirectory() as scratch:
        figures = Figures(load_course(ROOT), Path(scratch))
        for page in PAGES:
            before = page.read_text(encoding="utf-8")
            after = FIGURE.sub(lambda found: found[1] + figures.known[found[2]]() + found[3], before)
            if check and after != before:
                stale = True
                difference = difflib.unified_diff(
                    before.splitlines(), after.splitlines(), str(page), "now", lineterm=""
                )
                print("\n".join(difference))
            elif after != before:
                page.write_text(after, encoding="utf-8")
                print(f"{page.relative_to(ROOT)} written")
    raise typer.Exit(1 if stale else 0)


if __name__ == "__main__":
    typer.run(main)
