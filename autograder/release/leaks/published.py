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
    for exercise in topic.exercises:
        for hint in exercise.hints:
            kinds = frozenset({SecretKind.LINE, SecretKind.SOLUTION})
            yield Published(f"{hint.en}\n{hint.zh}", kinds, exercise.name)
    if topic.visible_checks.is_file():
        yield from _visible_checks(topic)
    if topic.quiz.is_file():
        for question in yaml.safe_load(topic.quiz.read_text(encoding="utf-8")):
            for text in texts_in([question.get("options"), question.get("steps")]):
                yield Published(text, frozenset({SecretKind.REPLY}), question["id"])


def _visible_checks(topic: Topic) -> Iterator[Published]:
    """Yield the visible checks that do not do the same as a hidden one."""
    hidden = set()
    if topic.hidden_checks.is_file():
        code = topic.hidden_checks.read_text(encoding="utf-8")
        hidden = {_body_form(code, function) for function in _functions(code)}
    code = topic.visible_checks.read_text(encoding="utf-8")
    for function in _functions(code):
        if _body_form(code, function) not in hidden:
            kinds = frozenset({SecretKind.TITLE, SecretKind.CHECK})
            yield Published(segment(code, function, function), kinds)


def _functions(code: str) -> list[ast.FunctionDef]:
    return [node for node in ast.parse(code).body if isinstance(node, ast.FunctionDef)]


def _body_form(code: str, function: ast.FunctionDef) -> str:
    return code_form(without_comments(body_of(code, function)[0]))
