"""Write docs/messages.md: what a student reads when a check fails, each sentence once, in both languages.

    python docs/messages.py           # write it
    python docs/messages.py --check   # write nothing; exit 1 if it is out of date, or if it lacks a sentence

Each row of the page is a real wrong answer to a small check, or a failure that only a worker can have.
"""

import contextlib
import difflib
import io
import re
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import torch
import typer

from autograder.checks import (
    EXACT,
    Student,
    assert_close,
    assert_equal,
    assert_inputs_unchanged,
    assert_raises,
    expect,
    gradient,
    templates,
)
from autograder.checks.collect import Check
from autograder.checks.describe import Description, describe
from autograder.checks.failures import CheckFailure, Crashed, NotAttempted, RuleBroken, TimedOut
from autograder.checks.local import LocalTransport
from autograder.checks.run import run_check
from autograder.checks.state import state_is_kept, with_state_named
from autograder.sandbox.worker.protocol import Raised
from autograder.source import Source
from autograder.text import Text

PAGE = Path(__file__).with_name("messages.md")
PARAMETERS = {"scale": ("x", "factor"), "grow": ("layer",)}
TITLE = Text("Scales a tensor.", "张量乘以一个数。")
PAIR = torch.tensor([1.0, 2.0])
PRECISE = torch.linspace(0.1, 1, 10, dtype=torch.float64)

HEAD = """# What students read when a check fails

Written by `docs/messages.py`; do not edit. The sentences are in `autograder/checks/templates.py`.

A message names the call, the place and both values, and then a common cause where there is one. The rows below are wrong
answers to small checks of a function `scale(x, factor)`, of a layer `Layer` and of a function `grow(layer)`.
"""
BRIEF_HEAD = """## Hidden checks

Of a hidden check, students read the kind of fault only, unless the course reveals more ([ci.md](ci.md)). No input and
no expected value is in it.

| English | 中文 |
|---|---|
"""


class Example(NamedTuple):
    """One wrong answer, and the check that refuses it."""

    code: str
    check: Callable[[Any], object]


class Row(NamedTuple):
    """One row of the page."""

    code: str
    message: Text


def close(expected: object, x: object = PAIR) -> Callable[[Any], object]:
    """Return a check that compares scale(x) with the expected value."""
    return lambda student: assert_close(student.scale(x), expected, EXACT)


def returning(answer: str) -> str:
    """Return the code of a scale that returns an expression."""
    return f"def scale(x, factor=2):\n    return {answer}"


def unpacks(student: Any) -> None:
    """Unpack two results."""
    y, slope = student.scale(PAIR)
    assert_close(y, slope, EXACT)


def uses(use: Callable[[Any], object]) -> Callable[[Any], object]:
    """Return a check that does something with the answer."""
    return lambda student: use(student.scale(PAIR))


LAYER = """class Layer:
    def __init__(self):
        self.weight = {weight}"""
GROW = """def grow(layer):
    layer.weight.data.{change}"""
PLAIN_LAYER = LAYER.format(weight="[1.0, 2.0]")


def found(expected: object, expression: str = "layer.weight.detach()") -> Callable[[Any], object]:
    """Return a check that calls grow(layer) and compares what the expression gives afterwards."""

    def check(student: Any) -> None:
        layer = student.build("nn.Linear(2, 1)")
        student.grow(layer)
        assert_close(student.evaluate(expression, layer=layer), expected, EXACT)

    return check


def weight(expected: object) -> Callable[[Any], object]:
    """Return a check that compares the attribute `weight` of a new Layer."""
    return lambda student: assert_equal(student.Layer().weight, expected)


def weight_used(use: Callable[[Any], object]) -> Callable[[Any], object]:
    """Return a check that does something with the attribute `weight` of a new Layer."""
    return lambda student: use(student.Layer().weight)


def found_used(student: Any) -> None:
    """Compute with what an expression of the check gives after a call."""
    layer = student.build("nn.Linear(2, 1)")
    student.grow(layer)
    student.evaluate("layer.weight.detach()", layer=layer) + torch.ones(7)


def law(student: Any) -> None:
    """Fail for a value that is too large."""
    answer = student.scale(PAIR)
    expect(bool(answer.max() < 1), "the largest value is not below 1.", "最大值不小于 1。", answer=answer)


ZERO = GROW.format(change="zero_()")
GROUPS: dict[str, list[Example]] = {
    "Wrong values": [
        Example(returning("factor * x + torch.tensor([0.0, 1.0])"), close(2 * PAIR)),
        Example(returning("float(x.sum())"), close(6.0)),
        Example(returning("x.sum()"), close(torch.tensor(6.0))),
        Example(returning("factor * x * (1 + 1e-8)"), close(2 * PRECISE, PRECISE)),
        Example(returning("(factor * x).float().double()"), close(2 * PRECISE, PRECISE)),
        Example(returning("'a' * 150 + 'b' * 50"), close("a" * 150 + "c" * 50)),
        Example(returning("{'b': 1, 'a': 2}"), close({"a": 2, "b": 1})),
        Example(returning("x"), law),
    ],
    "Wrong type, number, shape or dtype": [
        Example(returning("'six'"), close(6.0)),
        Example(returning("x.tolist()"), close(2 * PAIR)),
        Example(returning("x.numpy()"), close(2 * PAIR)),
        Example(returning("x.sum()"), close(3.0)),
        Example(returning("x"), close([1.0, 2.0])),
        Example(returning("(1.0, 2.0)"), close([1.0, 2.0])),
        Example(returning("6 / 2"), close(3)),
        Example(returning("map(abs, x.tolist())"), close([1.0, 2.0])),
        Example(returning("x.sum"), close(torch.tensor(3.0))),
        Example(returning("torch.nn.Linear(2, 2)"), close(2 * PAIR)),
        Example(returning("[1.0]"), close([1.0, 2.0])),
        Example(returning("x"), unpacks),
        Example(returning("(x, x, x)"), unpacks),
        Example(returning("x.sum()"), close(torch.tensor([3.0]))),
        Example(returning("x.double()"), close(PAIR)),
    ],
    "None": [
        Example("def scale(x, factor=2):\n    factor * x", close(2 * PAIR)),
        Example("def scale(x, factor=2):\n    print(factor * x)", close(2 * PAIR)),
        Example("def scale(x, factor=2):\n    return x, [3, 1].sort()", close((PAIR, [1, 3]))),
    ],
    "Inputs": [
        Example(
            "def scale(x, factor=2):\n    x *= factor\n    return x",
            lambda student: assert_inputs_unchanged(student.scale, PAIR),
        ),
        Example(
            "def scale(x, factor=2):\n    x[3] = 0\n    return x",
            lambda student: assert_inputs_unchanged(student.scale, torch.ones(9)),
        ),
        Example(
            "def scale(x, factor=2):\n    x.append(factor)",
            lambda student: assert_inputs_unchanged(student.scale, [1, 2]),
        ),
    ],
    "Exceptions": [
        Example(returning("x / factor.ratio"), close(PAIR)),
        Example("def scale(x, factor=2):\n    raise ValueError", close(PAIR)),
        Example(returning("abs(x)"), lambda student: assert_raises(ValueError, student.scale, -1)),
        Example(returning("x.sqrt()"), lambda student: assert_raises(ValueError, student.scale, -1)),
        Example("def scale(x, factor=2):\n    exit()", close(PAIR)),
        Example("def scale(x, factor=2):\n    raise RuntimeError('Found no NVIDIA driver')", close(PAIR)),
    ],
    "Autograd": [
        Example("def scale(x, factor=2):\n    factor * x", lambda student: gradient(student.scale, PAIR)),
        Example(returning("factor * x.sum().item()"), lambda student: gradient(student.scale, PAIR)),
        Example(returning("factor * x.detach()"), lambda student: gradient(student.scale, PAIR)),
        Example(
            returning("torch.ones(2, requires_grad=True) * x.detach()"), lambda student: gradient(student.scale, PAIR)
        ),
        Example(
            "def scale(x, factor=2):\n    x *= factor\n    return x", lambda student: gradient(student.scale, PAIR)
        ),
    ],
    "What a check reads after a call": [
        Example(ZERO, found(torch.ones(1, 2))),
        Example(ZERO, found(torch.ones(2))),
        Example(ZERO, found(torch.zeros(1, 2, dtype=torch.float64))),
        Example(ZERO, found("Linear", "layer.weight.sum().item()")),
        Example(ZERO, found(1.0, "layer.weight.sum().item()")),
        Example(ZERO, found({"w": 1}, "{'v': 1}")),
        Example(ZERO, found([1, 2], "[1]")),
        Example(ZERO, found("b" * 200, "'b' * 150 + 'c' * 50")),
        Example(PLAIN_LAYER, weight([1.0])),
        Example(LAYER.format(weight="1.5"), weight(2.5)),
        Example("class Layer:\n    pass", weight([1.0])),
        Example(ZERO, found(1, "layer + 1")),
        Example(ZERO, found(1, "layer.weight.grad.sum()")),
    ],
    "Answers at which the check's own code fails": [
        Example("def scale(x, factor=2):\n    factor * x", uses(lambda answer: answer.sum())),
        Example(returning("'two'"), uses(lambda answer: answer.sum())),
        Example(returning("2"), uses(lambda answer: answer.turned())),
        Example(returning("2"), uses(len)),
        Example(returning("[2]"), uses(lambda answer: answer[1])),
        Example(returning("{'a': 2}"), uses(lambda answer: answer["b"])),
        Example(returning("x"), uses(lambda answer: answer + torch.ones(3))),
        Example(returning("{'a': 2}"), uses(lambda answer: answer + 1)),
        Example(LAYER.format(weight="None"), weight_used(lambda value: value.sum())),
        Example(ZERO, found_used),
        Example(returning("x"), lambda student: len(2)),  # type: ignore[arg-type]  # this check is at fault
    ],
}


def examples() -> Iterator[tuple[str, list[Row]]]:
    """Yield each part of the page: its heading and its rows."""
    for heading, group in GROUPS.items():
        rows = []
        for example in group:
            rows.append(Row(example.code, judged(example).full))
        yield heading, rows
    yield "State", [Row(KEEPS_STATE.code, kept_state().full)]
    yield "Limits, rules and processes that ended", list(failures())


def judged(example: Example) -> Description:
    """Run the check on the answer. Return the description of the failure."""
    with contextlib.redirect_stdout(io.StringIO()):
        outcome = run_check(as_check(example), student_of(transport(example.code)), PARAMETERS)
    assert outcome.description is not None, example.code
    return outcome.description


def transport(code: str) -> LocalTransport:
    """Load the code as a student's file scaling.py."""
    chunk = ("scaling.py", f"{code}\nimport torch, itertools\n")  # at the end, so that lines are counted as shown
    return LocalTransport(Source(filename="scaling.py", chunks=(chunk,)))


def student_of(loaded: Any) -> Student:
    """Return the proxy that a check asks."""
    return Student(loaded, "scale", filename="scaling.py", seconds=5.0)


def as_check(example: Example) -> Check:
    """Return the example's check as grading knows it."""
    return Check(id="c", exercise="scale", title=TITLE, weight=1, visible=True, function=example.check, arguments={})


KEEPS_STATE = Example("def scale(x, factor=2, seen=[]):\n    seen.append(x)\n    return len(seen)", close(1))


def kept_state() -> Description:
    """Return the description of an answer that is right only when it is called alone."""
    loaded = transport(KEEPS_STATE.code)
    check = as_check(KEEPS_STATE)
    run_check(check, student_of(loaded), PARAMETERS)
    outcome = run_check(check, student_of(loaded), PARAMETERS)
    assert state_is_kept(check, student_of, lambda: transport(KEEPS_STATE.code))
    description = with_state_named(outcome).description
    assert description is not None
    return description


def failures() -> Iterator[Row]:
    """Yield the rows for failures that need a worker, or no answer at all."""
    wire_error = Raised("WireError", [], "more than 64 MiB of tensors in one message", [])
    shown: list[tuple[str, CheckFailure]] = [
        ("def scale(x, factor=2):\n    raise NotImplementedError", NotAttempted("scale")),
        ("def scale(x, factor=2):\n    while True: pass", TimedOut("scale", 5)),
        (returning("torch.mul(x, factor)"), RuleBroken("scale", "torch.mul", "scaling.py", 2)),
        (
            returning("getattr(torch, 'm' + 'ul')(x, 2)"),
            RuleBroken("scale", "torch.mul", "scaling.py", 2, was_run=True),
        ),
        (returning("torch.ones(10**8)"), Crashed("scale", wire_error)),
    ]
    for death in templates.DEATHS:
        shown.append((DEATH_CODE[death], Crashed("scale", None, death or "malformed reply")))
    for code, failure in shown:
        yield Row(code, describe(failure, [], PARAMETERS).full)
    code = returning("itertools.count()")
    student = student_of(transport(code))
    student.scale(PAIR)
    student.evaluate("1")  # as if it read the answer
    yield Row(code, describe(TimedOut("1", 5), student.calls, PARAMETERS).full)


DEATH_CODE = {
    "SIGKILL": returning("[x.clone() for _ in range(10**9)]"),
    "SIGXCPU": returning("x + sum(range(10**12))"),
    "SIGXFSZ": returning("open('log', 'w').write('x' * 10**10)"),
    "SIG": returning("ctypes.string_at(0)"),
    "exit status 70": "torch.set_default_device('cuda')\n" + returning("factor * x"),
    "exit": returning("os._exit(1)"),
    "scratch": "def scale(x, factor=2):\n    for n in range(10**6):\n        torch.save(x, str(n))",
    "again": "os._exit(1)\n" + returning("factor * x"),
    "": returning("os.write(3, b'20 points')"),
}


# The page


def page(parts: list[tuple[str, list[Row]]]) -> str:
    """Return the page's text."""
    written = [HEAD]
    for heading, rows in parts:
        written.append(f"\n## {heading}\n\n| The answer | English | 中文 |\n|---|---|---|\n")
        written += [table_row(in_cell(row.code), row.message) for row in rows]
    written.append("\n" + BRIEF_HEAD)
    for message in brief_messages():
        written.append(f"| {escaped(message.en)} | {escaped(message.zh)} |\n")
    return "".join(written)


def brief_messages() -> list[Text]:
    """Return what students read of hidden checks."""
    briefs = dict(templates.BRIEF)
    place = briefs.pop("raised_at")
    briefs["raised"] += place
    return [brief.filled(type="ValueError", file="scaling.py", line=3) for brief in briefs.values()]


def table_row(code: str, message: Text) -> str:
    """Return one row of a table."""
    return f"| {code} | {escaped(message.en)} | {escaped(message.zh)} |\n"


def in_cell(code: str) -> str:
    """Return code for a table's cell: one line for each line of code."""
    lines = []
    for line in textwrap.dedent(code).splitlines():
        indent = "&nbsp;" * (len(line) - len(line.lstrip()))
        lines.append(f"{indent}`{line.strip().replace('|', chr(92) + '|')}`")
    return "<br>".join(lines)


def escaped(text: str) -> str:
    """Return text without characters that Markdown would read as its own."""
    return re.sub(r"([|*_<>\[\]])", r"\\\1", text)


def missing(parts: list[tuple[str, list[Row]]]) -> list[str]:
    """Return the names of the sentences that no row of the page shows, in either language."""
    shown = [row.message for _, rows in parts for row in rows] + brief_messages()
    absent = []
    for name, text in named_templates().items():
        for language in ("en", "zh"):
            pattern = as_pattern(getattr(text, language))
            if not any(pattern.search(getattr(message, language)) for message in shown):
                absent.append(f"{name} ({language})")
    return absent


def named_templates() -> dict[str, Text]:
    """Return every sentence of templates.py by its name: RAISED, or RETURNED.shape."""
    found: dict[str, Text] = {}
    for name, value in vars(templates).items():
        if isinstance(value, Text) and value:
            found[name] = value
        elif isinstance(value, dict) and name.isupper():
            for key, text in value.items():
                found[f"{name}.{key}"] = text
    return found


def as_pattern(template: str) -> re.Pattern[str]:
    """Return a pattern for the filled template."""
    parts = re.split(r"\{\w+\}", template)
    return re.compile(".*?".join(map(re.escape, parts)), re.DOTALL)


def main(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 if the page is out of date.")] = False,
) -> None:
    """Write docs/messages.md."""
    torch.manual_seed(0)
    parts = list(examples())
    text = page(parts)
    before = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    absent = missing(parts)
    for name in absent:
        print(f"not shown: {name}")
    if not check and text != before:
        PAGE.write_text(text, encoding="utf-8")
        print(f"{PAGE.name} written")
    stale = check and text != before
    if stale:
        print("\n".join(difflib.unified_diff(before.splitlines(), text.splitlines(), PAGE.name, "now", lineterm="")))
    raise typer.Exit(1 if stale or absent else 0)


if __name__ == "__main__":
    typer.run(main)
