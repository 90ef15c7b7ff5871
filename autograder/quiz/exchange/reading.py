"""Functions that the readers share: they limit a file's size and decode what both formats take from Moodle."""

from ...errors import UsageError
from .item import Losses, NotCarriedError
from .markup import from_format, has_images

MAX_BYTES = 32 << 20
MAX_QUESTIONS = 5000  # of a file
MAX_ANSWERS = 200  # of a question
MAX_TEXTS = 2 << 20  # characters of all texts of a file


def refuse_large(data: bytes, file: str) -> None:
    """Raise UsageError if the file is too large."""
    if len(data) > MAX_BYTES:
        raise UsageError(f"{file} is larger than {MAX_BYTES >> 20} MiB.", fix="Export the questions in parts.")


def too_many_questions(file: str) -> UsageError:
    """Return the error for a file with too many questions."""
    return UsageError(f"{file} has more than {MAX_QUESTIONS} questions.", fix="Export the questions in parts.")


def refuse_many(answers: int) -> None:
    """Raise NotCarriedError if a question has too many answers."""
    if answers > MAX_ANSWERS:
        raise NotCarriedError(f"it has more than {MAX_ANSWERS} answers")


def as_markdown(text: str, kind: str, name: str, losses: Losses) -> str:
    """Return a text of the question `name` as Markdown. Its format is one of Moodle's.

    Raise NotCarriedError if the file's texts are too long together.
    """
    losses.characters += len(text)
    if losses.characters > MAX_TEXTS:
        raise NotCarriedError(f"the texts before it have {MAX_TEXTS >> 20} million characters: export in parts")
    if has_images(text):
        losses.add("Pictures were replaced by their descriptions", name)
    return from_format(text, kind)


def typed_answer(text: str, name: str, losses: Losses) -> str | None:
    r"""Return an answer as students type it: Moodle writes \* for a *. Return None for an answer with a wildcard."""
    parts = text.split(r"\*")
    if any("*" in part for part in parts):
        losses.add("An answer with the wildcard * was left out", name)
        return None
    return "*".join(parts)


def steps_in_order(pairs: list[tuple[str, str]]) -> tuple[str, ...]:
    """Return the steps of a matching question whose pairs are steps and the numbers 1, 2, 3 …

    Raise NotCarriedError if it has other pairs.
    """
    numbers = [str(number) for number in range(1, len(pairs) + 1)]
    swapped = [(right, left) for left, right in pairs]
    for numbered in (swapped, pairs):
        steps = dict(numbered)
        if sorted(steps) == sorted(numbers):
            return tuple(steps[number] for number in numbers)
    raise NotCarriedError("it matches pairs; only steps matched with 1, 2, 3 … can be read")


def not_a_number(text: str) -> NotCarriedError:
    """Return the error for a text where a number is expected."""
    return NotCarriedError(f"{text[:50]!r} is not a number")
