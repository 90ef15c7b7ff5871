"""Mutants: the important changes are made, weak checks miss them, and the list of equivalent mutants is checked."""

from pathlib import Path

import pytest
from small_course import QUICK

from autograder.authoring.mutation import mutate_exercise
from autograder.authoring.mutation.mutants import mutants
from autograder.course.model import load_course
from autograder.grading.grader import Grader
from autograder.grading.settings import Settings
from autograder.sandbox.fork_server import ForkServer

CODE = '''
import torch

def f(x, dim=1, eps=1e-5):
    """Docstring with 1 and 2."""
    ### BEGIN SOLUTION
    mean = x.mean(dim=1, keepdim=True)
    z = x - x.max(dim=dim).values
    if x.numel() < 2:
        raise ValueError("too few")
    var = x.var(dim=dim, unbiased=False)
    y = torch.where(x > 0, z.exp(), -z)
    words = [w for w in y if w > 1 and w < 5]
    return (x - mean) / torch.sqrt(var + eps)
    ### END SOLUTION
'''


def changes(code: str = CODE) -> set[tuple[str, str]]:
    return {(mutant.before, mutant.after) for mutant in mutants(code, "f")}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("mean = x.mean(dim=1, keepdim=True)", "mean = x.mean(dim=0, keepdim=True)"),
        ("mean = x.mean(dim=1, keepdim=True)", "mean = x.mean(dim=2, keepdim=True)"),
        ("mean = x.mean(dim=1, keepdim=True)", "mean = x.mean(dim=1, keepdim=False)"),
        ("mean = x.mean(dim=1, keepdim=True)", "mean = x.mean(dim=1)"),
        ("mean = x.mean(dim=1, keepdim=True)", "mean = x.sum(dim=1, keepdim=True)"),
        ("mean = x.mean(dim=1, keepdim=True)", "pass"),
        ("z = x - x.max(dim=dim).values", "z = x"),
        ("z = x - x.max(dim=dim).values", "z = x + x.max(dim=dim).values"),
        ("z = x - x.max(dim=dim).values", "z = x - x.min(dim=dim).values"),
        ("z = x - x.max(dim=dim).values", "z = x.max(dim=dim).values - x"),
        ("if x.numel() < 2:", "if x.numel() <= 2:"),
        ("if x.numel() < 2:", "if not x.numel() < 2:"),
        ("var = x.var(dim=dim, unbiased=False)", "var = x.var(dim=dim, unbiased=True)"),
        ("var = x.var(dim=dim, unbiased=False)", "var = x.std(dim=dim, unbiased=False)"),
        ("y = torch.where(x > 0, z.exp(), -z)", "y = torch.where(x >= 0, z.exp(), -z)"),
        ("y = torch.where(x > 0, z.exp(), -z)", "y = torch.where(x > 0, -z, z.exp())"),
        ("y = torch.where(x > 0, z.exp(), -z)", "y = torch.where(x > 0, z.exp(), z)"),
        ("y = torch.where(x > 0, z.exp(), -z)", "y = torch.where(x > 0, z, -z)"),
        ("words = [w for w in y if w > 1 and w < 5]", "words = [w for w in y]"),
        ("words = [w for w in y if w > 1 and w < 5]", "words = [w for w in y if w > 1 or w < 5]"),
        ("return (x - mean) / torch.sqrt(var + eps)", "return (x - mean) * torch.sqrt(var + eps)"),
        ("return (x - mean) / torch.sqrt(var + eps)", "return (x - mean) / torch.sqrt(var)"),
        ("return (x - mean) / torch.sqrt(var + eps)", "return (x - mean) / (var + eps)"),
        ("return (x - mean) / torch.sqrt(var + eps)", "return ((x - mean) / torch.sqrt(var + eps)).detach()"),
    ],
)
def test_the_important_changes_are_made(before: str, after: str) -> None:
    assert (before, after) in changes()


def test_only_the_solution_is_changed() -> None:
    for mutant in mutants(CODE, "f"):
        assert "def f(x, dim=1, eps=1e-05):" in mutant.code or "def f(x, dim=1, eps=1e-5):" in mutant.code
        assert "Docstring with 1 and 2." in mutant.code
        compile(mutant.code, "mutant.py", "exec")


def test_each_mutant_is_made_once_and_always_in_the_same_order() -> None:
    codes = [mutant.code for mutant in mutants(CODE, "f")]
    assert len(codes) == len(set(codes)) > 50
    assert codes == [mutant.code for mutant in mutants(CODE, "f")]
    assert CODE not in codes


def run(root: Path, server: ForkServer, exercise: str):
    course = load_course(root)
    course.limits = QUICK
    grader = Grader(course, server, Settings(topics=("01_demo",)))
    return mutate_exercise(grader, course.topics[0], course.exercise(exercise))


def test_strong_checks_kill_mutants_and_weak_ones_do_not(own_course: Path, server: ForkServer) -> None:
    strong = run(own_course, server, "double")
    assert strong.kill_rate == 1
    assert strong.tried == strong.killed > 3
    weak = '@check("double")\ndef test_weak(student):\n    """Weak. 弱。"""\n    student.double(torch.ones(2))\n'
    file = own_course / "solutions/01_demo/test_demo.py"
    imports = file.read_text().split("@check")[0]
    tally = file.read_text()[file.read_text().index('@check("Tally")') :]
    file.write_text(imports + weak + "\n\n" + tally)
    report = run(own_course, server, "double")
    assert report.kill_rate < 0.5
    assert "return 3 * x" in {mutant.after for mutant in report.survivors}
    assert "- return 2 * x\n+ return 3 * x" in {mutant.diff for mutant in report.survivors}


ADD = "self.counts[word] = self.counts.get(word, 0) + 1"


def test_a_listed_mutant_that_is_not_equivalent_is_reported(own_course: Path, server: ForkServer) -> None:
    file = own_course / "solutions/01_demo/equivalent_mutants.toml"
    entry = '[[Tally]]\nbefore = "{}"\nafter = "{}"\nreason = "for a test"\n'
    file.write_text(entry.format(ADD, ADD.replace("+", "-")) + entry.format("no such line", "at all"))
    report = run(own_course, server, "Tally")
    assert {stale.after for stale in report.stale} == {ADD.replace("+", "-"), "at all"}
    assert report.equivalent == 0


def test_a_listed_equivalent_mutant_does_not_count_as_a_survivor(own_course: Path, server: ForkServer) -> None:
    reference = own_course / "solutions/01_demo/demo.py"
    text = reference.read_text(encoding="utf-8")
    reference.write_text(text.replace("return 2 * x", "return x.clone() * 2.0 if x is x else x"), encoding="utf-8")
    (survivor, *others) = run(own_course, server, "double").survivors
    file = own_course / "solutions/01_demo/equivalent_mutants.toml"
    file.write_text(f'[[double]]\nbefore = "{survivor.before}"\nafter = "{survivor.after}"\nreason = "for a test"\n')
    report = run(own_course, server, "double")
    assert report.equivalent == 1
    assert report.survivors == tuple(others)
    assert report.stale == ()
