"""Names of mistakes: misconceptions that overlap enough, and general slips that hold in most failed checks."""

import pytest
import torch

from autograder.checks.student import RecordedCall
from autograder.grading.diagnosis.relations import Pair
from autograder.grading.diagnosis.replies import is_same_reply
from autograder.grading.diagnosis.slips import SLIPS, find_slip
from autograder.sandbox.worker.protocol import CallFunction, Raised, Reply


def names(hand_in, answer: str) -> list[str]:
    double = hand_in(f"import torch\ndef double(x):\n    {answer}\n").exercises[0]
    return [diagnosis.name for diagnosis in double.misconceptions]


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ("return x**2", "squares"),
        ("return 3 * x", "triples"),
        ("print(2 * x)", "returns_none"),
        ("return -2 * x", "opposite_sign"),
        ("return 5 * x", "constant_factor"),
        ("x += x; return x", "changes_its_input"),
        ("return (2 * x).detach()", "cuts_the_gradient"),
        ("return (2 * x).tolist()", "other_type"),
        ("return (2 * x).unsqueeze(0)", "other_shape"),
        ("return (2 * x).double()", "other_dtype"),
        ("return (2 * x).float().to(x.dtype)", "computed_in_float32"),
    ],
)
def test_the_mistake_is_named(hand_in, answer: str, name: str) -> None:
    assert names(hand_in, answer) == [name]


def test_a_misconception_that_fails_other_checks_is_not_named(hand_in) -> None:
    """It squares one number only; who squares everything fails most checks."""
    assert "squares" not in names(hand_in, "return x**2 if x.dim() == 0 else 2 * x")


def test_an_answer_without_a_pattern_gets_no_name(hand_in) -> None:
    assert names(hand_in, "return 2 * x + 1") == []


def raised(message: str, line: str, kind: str = "IndexError") -> Reply:
    return Reply(error=Raised(kind, [kind], message, [("demo.py", 3, "double", line)]))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (raised("list index out of range", "y[0]"), raised("list index out of range", "z[5]"), True),
        (raised("list index out of range", "y[0]"), raised("too many indices", "x[:, 0]"), False),
        (raised("a", "raise ValueError(a)", "ValueError"), raised("b", "raise ValueError(b)", "ValueError"), True),
        (raised("a", "raise ValueError(a)", "ValueError"), raised("b", "int(text)", "ValueError"), False),
        (raised("a", "x[0]"), raised("a", "x[0]", "KeyError"), False),
        (raised("a", "x[0]"), Reply(value=1), False),
        (Reply(value=(1, 2)), Reply(value=[1, 2]), True),
        (Reply(value=1), Reply(value=True), False),
        (Reply(value=1), None, False),
    ],
)
def test_two_crashes_are_the_same_only_for_one_cause(one: Reply, other: Reply | None, expected: bool) -> None:
    assert is_same_reply(one, other) is expected


def slip(*values: tuple[object, object]) -> str | None:
    """Return the slip that explains (answer, right) in each of some failed checks."""
    pairs = []
    for number, (answer, right) in enumerate(values):
        call = RecordedCall(label="f", request=CallFunction(name="f"), args=(torch.ones(4, 3),))
        pairs.append(Pair(check=str(number), call=call, right=Reply(value=right), answer=Reply(value=answer)))
    found = find_slip(pairs, failed={pair.check for pair in pairs})
    return None if found is None else found.name


RANDOM = torch.randn(5, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
MATRIX = RANDOM.outer(RANDOM[:3])


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ([(RANDOM.round(decimals=3), RANDOM), (-RANDOM.round(decimals=2), -RANDOM)], "rounded"),
        ([(RANDOM * 4, RANDOM), (RANDOM.sum() * 4, RANDOM.sum())], "sum_for_mean"),
        ([(RANDOM / 12, RANDOM), (RANDOM.sum() / 12, RANDOM.sum())], "mean_for_sum"),
        ([(MATRIX.T, MATRIX), (MATRIX.T + 1, MATRIX + 1)], "transposed"),
        ([(RANDOM.flip(0), RANDOM), ([3, 2, 1], [1, 2, 3])], "reversed"),
        ([(3, 2), (8, 7)], "one_too_large"),
        ([(1, 2), (6, 7)], "one_too_small"),
        ([([1, 2], [1, 2, 3]), (["a"], ["a", "b"])], "last_is_missing"),
        ([([2, 3], [1, 2, 3]), (["b"], ["a", "b"])], "first_is_missing"),
        ([([1, 2, 3], [1, 2]), (["a", "b"], ["a"])], "one_item_too_many"),
        ([((1.0, 2.0), (2.0, 1.0))], "other_order_of_results"),
        ([(RANDOM.log(), RANDOM.abs().log())], "not_finite"),
        ([(RANDOM * (1 + 1e-8), RANDOM), (MATRIX * (1 - 2e-8), MATRIX)], "seven_digits"),
        ([(3, 2)], None),  # one check: it may be by chance
        ([(0.5, 0.48), (0.5, 0.51)], None),  # too few digits to call it rounded
        ([(RANDOM * 2, RANDOM), (RANDOM * 3, RANDOM)], None),
        ([([RANDOM * (1 + 1e-8)], [RANDOM])] * 2, None),  # a list of one item has no other order
    ],
)
def test_relations_between_answers(values: list[tuple[object, object]], name: str | None) -> None:
    assert slip(*values) == name


def test_slips_have_names_of_their_own() -> None:
    assert len({slip.name for slip in SLIPS}) == len(SLIPS)
