"""Texts that the author shows to students on purpose. A secret that is in them is no secret.

A stub says what its reference says outside the markers. A hint may quote a solution of its own exercise. A visible check
may have the title of a hidden one, or contain its code; but a copy of a hidden check shows nothing on purpose. An
explanation may repeat an option or a step of its question.
"""

import ast
from collections.abc import Iterator
from typing import NamedTuple

import yaml

from ...course.model import Topic
from ...course.stubs import stub_of
from .patterns import code_form, without_comments
from .secrets import Secret, SecretKind, body_of, segment, texts_in


class Published(NamedTuple):
    """A text for students, and which secrets it may show."""

    text: str
    kinds: frozenset[SecretKind]
    owner: str = ""  # the exercise or question whose secrets these must be; "" is any

    def may_show(self, secret: Secret) -> bool:
        """Return whether the author shows this secret on purpose, if it is in the text."""
        return secret.kind in self.kinds and self.owner in ("", secret.owner)


def published_texts(topic: Topic) -> Iterator[Published]:
    """Yield every text of a topic in which the author may show secrets."""
    if topic.exercises:
        yield Published(stub_of(topic), frozenset(SecretKind))
        yield from _hints(topic)
    if topic.visible_checks.is_file():
        yield from _visible_checks(topic)
    if topic.quiz.is_file():
        yield from _quiz_texts(topic)


def _hints(topic: Topic) -> Iterator[Published]:
    """Yield each hint; it may quote a solution of its own exercise."""
    kinds = frozenset({SecretKind.LINE, SecretKind.SOLUTION})
    for exercise in topic.exercises:
        for hint in exercise.hints:
            yield Published(f"{hint.en}\n{hint.zh}", kinds, exercise.name)


def _quiz_texts(topic: Topic) -> Iterator[Published]:
    """Yield each option and step; the explanation of its question may repeat it."""
    kinds = frozenset({SecretKind.REPLY})
    for question in yaml.safe_load(topic.quiz.read_text(encoding="utf-8")):
        shown = [question.get("options"), question.get("steps")]
        for text in texts_in(shown):
            yield Published(text, kinds, question["id"])


def _visible_checks(topic: Topic) -> Iterator[Published]:
    """Yield the visible checks that do not do the same as a hidden one."""
    kinds = frozenset({SecretKind.TITLE, SecretKind.CHECK})
    hidden = _hidden_bodies(topic)
    code = topic.visible_checks.read_text(encoding="utf-8")
    for function in _functions(code):
        if _body_form(code, function) not in hidden:
            yield Published(segment(code, function, function), kinds)


def _hidden_bodies(topic: Topic) -> set[str]:
    """Return the body of each hidden check, in the form in which code is compared."""
    if not topic.hidden_checks.is_file():
        return set()
    code = topic.hidden_checks.read_text(encoding="utf-8")
    return {_body_form(code, function) for function in _functions(code)}


def _functions(code: str) -> list[ast.FunctionDef]:
    return [node for node in ast.parse(code).body if isinstance(node, ast.FunctionDef)]


def _body_form(code: str, function: ast.FunctionDef) -> str:
    return code_form(without_comments(body_of(code, function)[0]))
