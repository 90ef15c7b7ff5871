"""Each reader of what others wrote takes its worst input, at the largest size that it accepts, within bounds.

A child process reads it. The kernel ends a child that uses more processor time or memory: several times what it needs (2 seconds; 260 MiB beside the imports).
"""

import io
import json
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from small_course import ROOT

CPU_SECONDS = 15
MEMORY = 400 << 20  # bytes of address space, beside what the imports have taken

READ = """
import resource, sys
from pathlib import Path
from autograder.course.model import load_course
from autograder.errors import AutograderError
from autograder.quiz.answers import read_answers
from autograder.quiz.exchange.gift_reading import read_gift
from autograder.quiz.exchange.item import Losses
from autograder.quiz.exchange.moodle_reading import read_moodle
from autograder.submission.read import open_submission

kind, path, root, memory = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
course = load_course(root)
taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (taken + memory, taken + memory))
try:
    if kind == "submission":
        open_submission(path, course)
    elif kind == "gift":
        list(read_gift(path.read_bytes(), path.name, Losses()))
    elif kind == "moodle":
        list(read_moodle(path.read_bytes(), path.name, Losses()))
except AutograderError as error:
    print(error)
print("done")
"""


def zipped(files: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def notebook(cells: bytes) -> bytes:
    return b'{"cells":[' + cells + b"]}"


def many_trees() -> bytes:
    return zipped({"activations.py": b"a;" * 29_000} | {f"notes{n}.py": b"a;" * 29_000 + b"b" for n in range(60)})


def too_many_tokens() -> bytes:
    return zipped({f"notes{n}.py": b"a;" * 262_000 for n in range(60)})


def imports_beside_a_broken_cell() -> bytes:
    names = ", ".join(f"n{number}" for number in range(25_000))
    cells = [f"from math import {names}", "def f(:\n" + "n = 1\n" * 30_000]
    return json.dumps({"cells": [{"cell_type": "code", "source": source} for source in cells]}).encode()


def f_strings() -> bytes:
    code = b'x = f"' + b" " * 440_000 + b"{a}" * 19_000 + b'"'
    return zipped({f"notes{n}.py": code + b"  # %d" % n for n in range(5)})


def names_of_copies() -> bytes:
    return zipped({" " * 100 + f"(1)x{n}" + "-1" * 60: b"" for n in range(1900)})


def moodle_question(text: bytes) -> bytes:
    return (
        b'<question type="shortanswer"><questiontext format="html"><text><![CDATA['
        + text
        + b']]></text></questiontext><answer fraction="100"><text>a</text></answer></question>'
    )


def moodle(*texts: bytes) -> bytes:
    questions = [moodle_question(text + b"%d" % number) for number, text in enumerate(texts)]  # no two are alike
    return b"<quiz>" + b"".join(questions) + b"</quiz>"


WORST: dict[str, tuple[str, str, Callable[[], bytes]]] = {
    "python: many files of the most tokens": ("submission", "mallory.zip", many_trees),
    "python: files of too many tokens": ("submission", "mallory.zip", too_many_tokens),
    "python: brackets": ("submission", "activations.py", lambda: b"x = " + b"(" * 59_000),
    "python: signs": ("submission", "activations.py", lambda: b"x = " + b"-" * 59_000 + b"1"),
    "python: one long line": ("submission", "activations.py", lambda: b"x = '" + b" " * 500_000 + b"'"),
    "python: f-strings": ("submission", "mallory.zip", f_strings),
    "names: marks of copies": ("submission", "mallory.zip", names_of_copies),
    "notebook: short lines of Chinese": (
        "submission",
        "activations.ipynb",
        lambda: notebook(b'{"cell_type":"code","source":[' + '"中",'.encode() * 5_000_000 + b'""]}'),
    ),
    "notebook: metadata of every cell": (
        "submission",
        "activations.ipynb",
        lambda: notebook(
            b",".join([b'{"cell_type":"code","metadata":[' + b"[]," * 21_000 + b"[]]}"] * 490),
        ),
    ),
    "notebook: metadata": (
        "submission",
        "activations.ipynb",
        lambda: notebook(b'{"cell_type":"code","metadata":[' + b"[]," * 10_000_000 + b"[]]}"),
    ),
    "notebook: cells": (
        "submission",
        "activations.ipynb",
        lambda: notebook(b'{"cell_type":"c"},' * 1_700_000 + b'{"cell_type":"c"}'),
    ),
    "notebook: lines": (
        "submission",
        "activations.ipynb",
        lambda: notebook(b'{"cell_type":"code","source":[' + b'"",' * 10_000_000 + b'""]}'),
    ),
    "notebook: nesting": ("submission", "activations.ipynb", lambda: b'{"cells":' + b"[" * 30_000_000),
    "notebook: imports beside a broken cell": ("submission", "activations.ipynb", imports_beside_a_broken_cell),
    "answers: unknown questions": (
        "submission",
        "answers.yaml",
        lambda: b"answers:\n" + b"".join(b" q%d: x\n" % number for number in range(5_000)),
    ),
    "answers: nesting": ("submission", "answers.yaml", lambda: b"answers: " + b"[" * 64_000),
    "answers: a number of digits": (
        "submission",
        "answers.yaml",
        lambda: b"answers:\n q01_04: '" + b"1 " * 32_000 + b"'",
    ),
    "zip: a bomb": ("submission", "mallory.zip", lambda: zipped({"activations.py": bytes(300 << 20)})),
    "zip: many entries": ("submission", "mallory.zip", lambda: zipped({f"{n}.txt": b"" for n in range(60_000)})),
    "gift: formulas without an end": ("gift", "x.gift", lambda: b"a [html]" + rb"\\(" * 49_000 + b"{T}"),
    "gift: tags without an end": ("gift", "x.gift", lambda: b"// " + b"[tag:" * 400_000),
    "gift: brackets": ("gift", "x.gift", lambda: b"a " + b"{=" * 99_000),
    "gift: a number of digits": ("gift", "x.gift", lambda: b"a {#" + b"1" * 190_000 + b"x}"),
    "gift: questions": ("gift", "x.gift", lambda: b"a\n\n" * 5_000_000),
    "moodle: comments without an end": ("moodle", "x.xml", lambda: moodle(*[b"<!--" * 990] * 80)),
    "moodle: sections without an end": ("moodle", "x.xml", lambda: moodle(b"<![" * 900)),
    "moodle: formulas in nested tags": ("moodle", "x.xml", lambda: moodle(*[rb"<b>\(a\)" * 990] * 9)),
    "moodle: twenty texts of brackets": ("moodle", "x.xml", lambda: moodle(*[b"[" * 9_900] * 20)),
    "moodle: nesting": ("moodle", "x.xml", lambda: b"<quiz>" + b"<a>" * 390_000),
    "moodle: questions": ("moodle", "x.xml", lambda: b"<quiz>" + b"<question/>" * 390_000 + b"</quiz>"),
    "moodle: formulas without an end": ("moodle", "x.xml", lambda: moodle(*[rb"\(" * 4_900] * 15)),
}


def bound_time() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))


@pytest.mark.parametrize("name", WORST)
def test_the_worst_input_is_read_within_bounds(name: str, tmp_path: Path) -> None:
    kind, filename, make = WORST[name]
    path = tmp_path / filename
    path.write_bytes(make())
    command = [sys.executable, "-c", READ, kind, str(path), str(ROOT), str(MEMORY)]
    run = subprocess.run(command, capture_output=True, text=True, preexec_fn=bound_time, check=False)
    assert run.returncode == 0, run.stderr[-1000:]
    assert run.stdout.endswith("done\n")
