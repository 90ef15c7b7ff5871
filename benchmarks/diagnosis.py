"""Grade wrong answers of known faults: count those refused, those named, and the names that fit.

    python benchmarks/diagnosis.py [FILES] [--each]

FILES: TOML files of answers; by default all below benchmarks/wrong_answers. Each answer is graded as a submission of
its own, in the sandbox:

    [[answers]]
    exercise = "l1_loss"
    fault = "the root of a square: no gradient at 0"
    code = '''
    def l1_loss(pred, target, reduction="mean"): ...
    '''
    fits = ["root_of_square"]    # the misconceptions that describe the fault
    partly = []                  # those that describe a part of it

The imports of the topic's file are put before the code.
"""

import ast
import json
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

ROOT = Path(__file__).resolve().parents[1]
ANSWERS = ROOT / "benchmarks/wrong_answers"


class Answer(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One wrong answer to one exercise."""

    exercise: str
    fault: str
    code: str
    fits: list[str] = []
    partly: list[str] = []


def read_answers(paths: list[Path]) -> list[Answer]:
    """Return the answers of TOML files, in order."""
    answers: list[Answer] = []
    for path in paths:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        answers.extend(msgspec.convert(table["answers"], list[Answer]))
    return answers


def stub_files() -> dict[str, Path]:
    """Return exercise -> the stub file that defines it."""
    files: dict[str, Path] = {}
    for path in sorted(ROOT.glob("exercises/*/*.py")):
        if path.name.startswith("test_"):
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                files[node.name] = path
    return files


def imports_of(path: Path) -> str:
    """Return the import statements of a stub file."""
    code = path.read_text(encoding="utf-8")
    statements = []
    for node in ast.parse(code).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            statements.append(ast.get_source_segment(code, node) or "")
    return "\n".join(statements)


def write_class(folder: Path, answers: list[Answer]) -> None:
    """Write each answer as a submission: folder/NUMBER/TOPIC/FILE."""
    files = stub_files()
    for number, answer in enumerate(answers):
        stub = files[answer.exercise]
        path = folder / f"a{number:04}" / stub.parent.name / stub.name
        path.parent.mkdir(parents=True)
        path.write_text(f"{imports_of(stub)}\n\n\n{answer.code.strip()}\n", encoding="utf-8")


def grade(answers: list[Answer]) -> list[dict[str, Any]]:
    """Return each answer's exercise result, as it stands in the result files."""
    with tempfile.TemporaryDirectory() as scratch:
        submissions, results = Path(scratch, "class"), Path(scratch, "results")
        write_class(submissions, answers)
        command = [sys.executable, "-m", "autograder", "grade", str(submissions), "--out", str(results)]
        subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.DEVNULL)
        graded = []
        for number, answer in enumerate(answers):
            result = json.loads((results / f"a{number:04}.json").read_text(encoding="utf-8"))
            exercises = {exercise["name"]: exercise for exercise in result["exercises"]}
            graded.append(exercises[answer.exercise])
        return graded


def fit(answer: Answer, names: list[str]) -> str:
    """Return how well the names describe the answer's fault: none, right, partly or wrong."""
    if not names:
        return "none"
    if any(name in answer.fits for name in names):
        return "right"
    if any(name in answer.partly for name in names):
        return "partly"
    return "wrong"


def print_each(answer: Answer, result: dict[str, Any], names: list[str]) -> None:
    """Print one answer: its fault, points, names and the messages of its first failed checks."""
    judged = "PASSED" if result["verdict"] == "passed" else result["verdict"]
    print(f"{answer.exercise}: {answer.fault}\n    {judged} {result['points']}/{result['worth']}  {', '.join(names)}")
    failed = [check for check in result["checks"] if check["verdict"] not in ("passed", "broken")]
    for check in failed[:3]:
        print(f"      {check['id']}: {check['message']['en']}")
    for diagnosis in result["misconceptions"]:
        print(f"      → {diagnosis['sentence']['en']}")


def main(
    files: Annotated[list[Path] | None, typer.Argument(help="TOML files of wrong answers.")] = None,
    each: Annotated[bool, typer.Option(help="Print each answer with its verdict, names and messages.")] = False,
) -> None:
    """Grade wrong answers of known faults."""
    answers = read_answers(files or sorted(ANSWERS.glob("*/*.toml")))
    counts: Counter[str] = Counter()
    for answer, result in zip(answers, grade(answers), strict=True):
        names = [diagnosis["name"] for diagnosis in result["misconceptions"]]
        if each:
            print_each(answer, result, names)
        if result["verdict"] == "passed":
            counts["passed"] += 1
            continue
        counts["refused"] += 1
        counts[fit(answer, names)] += 1
    named = counts["right"] + counts["partly"] + counts["wrong"]
    print(f"{len(answers)} wrong answers: {counts['refused']} refused, {counts['passed']} passed")
    print(
        f"{named} of the refused get a name: {counts['right']} right, {counts['partly']} partly, {counts['wrong']} wrong"
    )


if __name__ == "__main__":
    typer.run(main)
