"""Options and steps with the letters A, B, C …, each student seeing them in another order."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..exchange.item import NotCarriedError
from ..question import Label, Question

MAX_LETTERS = 26


class WithOptions(Question, frozen=True, kw_only=True):
    """A question with options. The letters here are the author's; each student sees another order."""

    options: dict[str, Label]

    def __post_init__(self) -> None:
        super().__post_init__()
        check_letters(self.id, self.options)

    @property
    def entries(self) -> dict[str, Label]:
        """Return the options."""
        return self.options


def check_letters(question: str, entries: Mapping[str, Label]) -> None:
    """Raise ValueError unless there are two or more entries with the letters A, B, C … in order."""
    if len(entries) < 2 or list(entries) != _letters(len(entries)):
        raise ValueError(f"{question}: two or more entries with the letters A, B, C … in order")


def unknown_letters(letters: Iterable[str], question: Question) -> Iterator[str]:
    """Yield a sentence for each letter of a key that the question does not have."""
    for letter in sorted(set(letters) - question.entries.keys()):
        yield f"there is no {letter} among its options."


def with_letters(texts: Sequence[str]) -> dict[str, Label]:
    """Return an item's texts with the letters A, B, C … Raise NotCarriedError if they cannot be options."""
    if not 2 <= len(texts) <= MAX_LETTERS:
        raise NotCarriedError(f"there are 2 to {MAX_LETTERS} options; here {len(texts)}")
    if not all(texts):
        raise NotCarriedError("one of its options is empty")
    return dict(zip(_letters(len(texts)), texts, strict=True))


def _letters(count: int) -> list[str]:
    return [chr(ord("A") + place) for place in range(count)]
