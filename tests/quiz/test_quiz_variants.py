"""What is drawn for a student, and what formulas may do."""

from typing import Any

import pytest

from autograder.errors import CourseError
from autograder.quiz.formula import FormulaError, number
from autograder.quiz.kinds.numeric import Numeric
from autograder.quiz.kinds.single_choice import SingleChoice
from autograder.quiz.question import Parameter
from autograder.quiz.variant import draw, show
from autograder.text import Text

PROMPT = Text("{n} of {p} in $x^{{n}}$, {other}", "{n}：{p}")
DRAWN = Numeric(
    id="q1",
    prompt=PROMPT,
    difficulty=1,
    parameters={
        "n": Parameter(integer=(2, 8)),
        "p": Parameter(uniform=(0.05, 0.95), digits=2),
        "c": Parameter(choice=(0.1, "same")),
    },
)
OPTIONS = SingleChoice(id="q2", prompt=PROMPT, difficulty=1, options={"A": "a", "B": "b", "C": "c", "D": "d", "E": "e"})


def test_the_same_student_is_asked_the_same_for_ever() -> None:
    """Golden: a change here would hand every student of every running course another question."""
    drawn = {name: draw(DRAWN, key="spring", student=name).values for name in ("ada", "李雷")}
    assert drawn == {"ada": {"n": 5, "p": 0.18, "c": "same"}, "李雷": {"n": 6, "p": 0.88, "c": "same"}}
    assert "".join(draw(OPTIONS, key="spring", student="ada").letters.values()) == "EADCB"


def test_student_course_question_and_attempt_each_change_what_is_drawn() -> None:
    def order(question: str = "q2", **changed: object) -> str:
        asked: dict[str, Any] = {"key": "spring", "student": "ada", "attempt": 1, **changed}
        one = SingleChoice(id=question, prompt=PROMPT, difficulty=1, options={c: c for c in "ABCDEFGHIJKLMNOP"})
        return "".join(draw(one, **asked).letters.values())

    orders = [order(), order(student="bob"), order(key="autumn"), order(question="q3"), order(attempt=2)]
    assert len(set(orders)) == 5 and order() == orders[0]


def test_a_name_is_the_same_in_every_unicode_form() -> None:
    composed, decomposed = draw(DRAWN, key="", student="Zoë"), draw(DRAWN, key="", student=" Zoe\u0308\n")
    assert composed.values == decomposed.values


def test_every_value_is_drawn_both_ends_and_nothing_beyond() -> None:
    values = [draw(DRAWN, key="", student=str(turn)).values for turn in range(3000)]
    assert {v["n"] for v in values} == set(range(2, 9))
    assert {v["p"] for v in values} == {step / 100 for step in range(5, 96)}
    assert {v["c"] for v in values} == {0.1, "same"}


def test_every_order_of_options_is_drawn_about_as_often() -> None:
    three = SingleChoice(id="q", prompt=PROMPT, difficulty=1, options={"A": "a", "B": "b", "C": "c"})
    orders = ["".join(draw(three, key="", student=str(turn)).letters.values()) for turn in range(1200)]
    assert {orders.count(order) > 120 for order in {*orders}} == {True} and len({*orders}) == 6


def test_a_draw_that_breaks_a_requirement_is_drawn_again() -> None:
    even = Numeric(
        id="q", prompt=PROMPT, difficulty=1, parameters={"n": Parameter(integer=(1, 40))}, require=("n % 8 == 0",)
    )
    assert {draw(even, key="", student=str(turn)).values["n"] for turn in range(100)} == {8, 16, 24, 32, 40}
    never = Numeric(
        id="q", prompt=PROMPT, difficulty=1, parameters={"n": Parameter(integer=(1, 4))}, require=("n > 4",)
    )
    with pytest.raises(CourseError, match="q: none of 1000 draws"):
        draw(never, key="", student="ada")


def test_drawn_values_stand_in_the_text_and_other_braces_stay() -> None:
    variant = draw(DRAWN, key="spring", student="ada")
    assert show(variant).prompt == Text("5 of 0.18 in $x^{5}$, {other}", "5：0.18")


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("2*n + 1", 7.0),
        ("sqrt(n + 1) if n > 2 else 0", 2.0),
        ("max(n, 5) - floor(2.7)", 3.0),
        ("(n - 1) // 2", 1.0),
        ("log(exp(n))", 3.0),
        ("cos", None),
        (7, 7.0),
    ],
)
def test_a_formula_is_computed(formula: str, value: float | None) -> None:
    if value is None:
        with pytest.raises(FormulaError, match="cos"):
            number(formula, {"n": 3})
    else:
        assert number(formula, {"n": 3}) == pytest.approx(value)


@pytest.mark.parametrize(
    "formula",
    [
        *("__import__('os')", "().__class__", "[1, 2]", "n < 3", "1 / 0", "9 ** 9 ** 9", "1e308 * 10", "'a' * 10**9"),
        *("n.real.__class__", "(lambda: 1)()", "x", "exp(1000)", "sqrt(-1)", "(-8) ** 0.5", "1 +", "1+" * 400 + "1"),
    ],
)
def test_a_formula_that_gives_no_number_is_the_authors_fault(formula: str) -> None:
    with pytest.raises(FormulaError):
        number(formula, {"n": 3})
