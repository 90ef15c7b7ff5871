"""Equivalent functions: torch's shortcuts are found, bans are named, and what hangs or crashes is skipped."""

from pathlib import Path

import pytest
from small_course import QUICK, autograder

from autograder.authoring.equivalents import EquivalentsReport, find_equivalents, search
from autograder.authoring.equivalents.candidates import list_candidates
from autograder.course.model import load_course
from autograder.grading.grader import Grader
from autograder.grading.settings import Settings
from autograder.sandbox.fork_server import ForkServer

PAIR = '''
@check("double")
@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_answer(student, seed):
    """Something. 某个结果。"""
    student.double({arguments})
'''


def search_course(root: Path, server: ForkServer, candidates: list[str]) -> EquivalentsReport:
    course = load_course(root)
    course.limits = QUICK
    grader = Grader(course, server, Settings(topics=("01_demo",)))
    return find_equivalents(grader, course.topics[0], course.exercise("double"), candidates)


def rewrite(root: Path, signature: str, answer: str, arguments: str) -> None:
    """Make the first exercise another function, with checks that call it with these arguments."""
    reference = root / "solutions/01_demo/demo.py"
    text = reference.read_text(encoding="utf-8")
    text = text.replace("def double(x)", f"def double({signature})").replace("return 2 * x", f"return {answer}")
    reference.write_text(text, encoding="utf-8")
    hidden = root / "solutions/01_demo/test_demo.py"
    text = hidden.read_text(encoding="utf-8")
    first = text.index('@check("double"')
    last = text.index('@check("Tally"')
    hidden.write_text(text[:first] + PAIR.format(arguments=arguments) + "\n\n" + text[last:], encoding="utf-8")


def found(report: EquivalentsReport) -> dict[str, str | None]:
    """Return the spelling of each equivalent -> its ban."""
    return {equivalent.spelling: equivalent.banned_by for equivalent in report.equivalents}


def test_functions_that_give_the_answer_are_found_with_their_bans(own_course: Path, server: ForkServer) -> None:
    report = search_course(own_course, server, ["torch.add", "torch.sub", "Tensor.add", "Tensor.exp", "torch.nn.ReLU"])
    assert found(report) == {"torch.add(a, a)": "torch.add", "a.add(a)": None}
    assert [equivalent.name for equivalent in report.not_banned] == ["Tensor.add"]
    assert report.candidates == 5
    assert report.skipped == []


def test_a_banned_operator_counts_as_a_ban(own_course: Path, server: ForkServer) -> None:
    manifest = own_course / "exercises/01_demo/topic.toml"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace("aten::cosh", "aten::add"), encoding="utf-8")
    assert found(search_course(own_course, server, ["Tensor.add"])) == {"a.add(a)": "aten::add"}


def test_tensors_are_tried_in_other_orders(own_course: Path, server: ForkServer) -> None:
    rewrite(
        own_course,
        signature="x, y",
        answer="y - x",
        arguments="randn(2, 3, seed=seed), randn(2, 3, seed=seed + 9)",
    )
    assert found(search_course(own_course, server, ["torch.sub", "torch.add"])) == {"torch.sub(b, a)": None}


def test_options_are_passed_and_items_of_tuples_are_named(own_course: Path, server: ForkServer) -> None:
    rewrite(
        own_course,
        signature="x, dim",
        answer="x.sum(), x.sort(dim=dim).values",
        arguments="randn(3, 4, seed=seed), 0",
    )
    (equivalent,) = search_course(own_course, server, ["torch.sort", "torch.argsort"]).equivalents
    assert equivalent.spelling == "torch.sort(a, dim)[0]"
    assert equivalent.part == "item 1"
    assert equivalent.calls == 4


@pytest.mark.parametrize("answer", ["torch.zeros_like(x)", "x.clone()"])
def test_trivial_answers_show_nothing(own_course: Path, server: ForkServer, answer: str) -> None:
    rewrite(own_course, signature="x", answer=answer, arguments="randn(3, 4, seed=seed)")
    report = search_course(own_course, server, ["torch.zeros_like", "torch.clone"])
    assert report.calls == 0
    assert report.equivalents == []


def test_a_function_that_answers_two_calls_only_is_not_equivalent(own_course: Path, server: ForkServer) -> None:
    rewrite(
        own_course, signature="x", answer="x.exp() if len(x) == 2 else x.sin()", arguments="randn(seed // 2, seed=seed)"
    )
    assert found(search_course(own_course, server, ["torch.exp", "torch.sin"])) == {}


def test_what_hangs_or_crashes_is_skipped(
    own_course: Path, server: ForkServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = search.CALLER.read_text(encoding="utf-8")
    code += "\n\ndef _hang(*args):\n    while True:\n        pass\n"
    code += "\n\ndef _crash(*args):\n    import os\n    os._exit(3)\n"
    code += "\n\ntorch.hang = _hang\ntorch.crash = _crash\n"
    caller = tmp_path / "caller.py"
    caller.write_text(code, encoding="utf-8")
    monkeypatch.setattr(search, "CALLER", caller)
    monkeypatch.setattr(search, "BATCH_SECONDS", 1.0)
    monkeypatch.setattr(search, "ALONE_SECONDS", 1.0)
    report = search_course(own_course, server, ["torch.sub", "torch.hang", "torch.crash", "torch.add"])
    assert report.skipped == ["torch.hang", "torch.crash"]
    assert found(report) == {"torch.add(a, a)": "torch.add"}


def test_the_candidates_are_functions_methods_and_layers() -> None:
    names = list_candidates()
    assert {"torch.add", "torch.nn.functional.relu", "torch.special.expit", "torch.linalg.norm"} <= set(names)
    assert {"Tensor.add_", "Tensor.mT", "torch.nn.ReLU"} <= set(names)
    assert len(names) == len(set(names)) > 1000
    assert not {"torch.save", "torch.set_default_dtype", "torch.Tensor", "Tensor.backward", "Tensor.__add__"} & set(
        names
    )


def test_the_command_prints_a_table_and_a_count(own_course: Path) -> None:
    run = autograder("find-equivalents", "double", cwd=own_course)
    assert run.returncode == 0, run.stderr
    assert "banned by torch.add" in run.stdout
    assert "functions are equivalent on" in run.stdout
    assert run.stdout.index("not banned") < run.stdout.index("banned by")
    assert autograder("find-equivalents", "nothing", cwd=own_course).returncode == 2
    assert autograder("find-equivalents", cwd=own_course).returncode == 2
