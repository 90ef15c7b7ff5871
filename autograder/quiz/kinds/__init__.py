"""The kinds of questions. Each kind is one module: its question, its key, and all that the engine does with them.

How to add a kind:

1. Write `kinds/NAME.py` with three classes: a `Question` with the tag NAME, its `Key`, and a `Kind` of the two.
   `kind.py` describes what a `Kind` does; `true_false.py` is the shortest example.
2. Add the `Kind` to the list `_ALL` below, and the module to this map.
3. Describe the kind in docs/quiz.md.

Nothing else names a kind: loading, answering, grading, verification and exchange ask the `Kind`.

kind             what every kind does; the results of reading and judging an answer
written          reads what a student wrote: letters and numbers
lettered         options and steps with the letters A, B, C …
typed_text       answers that are typed in as a text
items            writes and reads the items of exchange/
single_choice    one option is right
multiple_choice  one or more options are right
true_false       a statement
numeric          a number
short_text       a word or two
order            steps to put in order
predict_output   the text that a program prints
"""

from typing import Any, Union

from ..question import Question
from .kind import Kind
from .multiple_choice import MultipleChoiceKind
from .numeric import NumericKind
from .order import OrderKind
from .predict_output import PredictOutputKind
from .short_text import ShortTextKind
from .single_choice import SingleChoiceKind
from .true_false import TrueFalseKind

AnyKind = Kind[Any, Any, Any]

# An imported item becomes a question of the first kind here that takes it.
_ALL: tuple[AnyKind, ...] = (
    SingleChoiceKind(),
    MultipleChoiceKind(),
    TrueFalseKind(),
    NumericKind(),
    PredictOutputKind(),
    ShortTextKind(),
    OrderKind(),
)
KINDS: dict[str, AnyKind] = {kind.name: kind for kind in _ALL}


def kind_of(question: Question) -> AnyKind:
    """Return the question's kind."""
    return KINDS[question.kind]


def question_type() -> Any:
    """Return the type that msgspec converts a question to: the union of the questions of all kinds."""
    return Union[tuple(kind.question_type for kind in KINDS.values())]  # noqa: UP007 (built at run time)
