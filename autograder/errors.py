"""Errors that a person must fix. The class says who must act, and sets the exit code."""

from collections.abc import Iterable

from .text import NOTHING, Text

MAX_NAME = 100  # characters of a name that similar ones are looked for


class AutograderError(Exception):
    """Something that a person must fix: what is wrong, and what to do about it.

    Sentences for students are Texts, in both languages. Plain strings are for instructors and authors, in English.
    """

    exit_code = 2

    def __init__(self, problem: str | Text, *, fix: str | Text = "") -> None:
        problems, fixes = _text(problem), _text(fix)
        self.problem = problems.en
        self.fix = fixes.en
        self.sentence = Text(_joined(problems.en, fixes.en), _joined(problems.zh, fixes.zh))
        super().__init__(self.sentence.en)


class UsageError(AutograderError):
    """A request that the command cannot carry out: the person who gave the command must act."""


class CourseError(AutograderError):
    """A fault in the course's own files: its author must act."""


class SubmissionError(AutograderError):
    """A submission that cannot be read at all: its student must act."""

    exit_code = 1


class SandboxError(AutograderError):
    """A machine that cannot run student code as asked."""


class ClusterError(AutograderError):
    """A cluster that cannot grade as asked, or is lost."""


def _text(sentence: str | Text) -> Text:
    return sentence if isinstance(sentence, Text) else Text(sentence, sentence)


def _joined(problem: str, fix: str) -> str:
    """Return the two sentences as one text: no space follows a Chinese full stop."""
    space = "" if problem.endswith("。") else " "
    return f"{problem}{space}{fix}".strip()


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return "Did you mean …?" with the known names that are close to `name`; "" if there are none."""
    return suggest(name, known).en


def suggest(name: str, known: Iterable[str]) -> Text:
    """Return the same question in both languages."""
    import difflib  # here, because it is needed only for an error

    near = difflib.get_close_matches(name, list(known), n=3) if len(name) <= MAX_NAME else []
    if not near:
        return NOTHING
    return Text(f"Did you mean {' or '.join(near)}?", f"是不是 {' 或 '.join(near)}？")
