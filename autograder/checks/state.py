"""State that a submission keeps between calls: a global variable, a default argument such as [], a class attribute.

A function that keeps state may give the right answer only to its first call. Then "returned 5 items, expected 2" puzzles
a student who tries the call alone and sees 2. So a failed check is run once more, each call in a fresh module; if it
passes there, its message says that state is kept. The verdict stays.
"""

import ast
from collections.abc import Callable
from typing import Any, NoReturn

import msgspec

from ..results.model import Verdict
from ..sandbox.channel import WorkerDied
from ..sandbox.worker.protocol import CallFunction, Raised, Reply, Request
from ..sandbox.worker.wire import Handle
from ..source import Source, parsed
from .collect import Check
from .failures import CheckFailure
from .run import Outcome, run_check
from .student import Student, Transport
from .templates import HINTS, Description, followed

MAX_RENEWALS = 12  # fresh modules for one check
CACHES = ("cache", "lru_cache", "cached_property")
FIXED = (ast.Constant, ast.Name, ast.Attribute, ast.UnaryOp, ast.Lambda)  # values that hold no state


class FreshTransport:
    """Sends each call of a function to a fresh module, as long as no object is kept in the present one."""

    def __init__(self, renew: Callable[[], Transport]) -> None:
        self.renew = renew
        self.renewals = 1
        self.transport = renew()
        self.is_used = False
        self.has_objects = False

    @property
    def names(self) -> frozenset[str]:
        return self.transport.names

    def why_missing(self, name: str) -> Raised | None:
        return self.transport.why_missing(name)

    def blame(self, failure: CheckFailure) -> NoReturn:
        raise failure

    def request(self, request: Request, seconds: float) -> Reply:
        is_call = isinstance(request, CallFunction) and request.on is None
        if is_call and self.is_used and not self.has_objects:
            self.renewals += 1
            if self.renewals > MAX_RENEWALS:
                raise WorkerDied("time", "too many fresh modules")
            self.transport = self.renew()
        self.is_used = self.is_used or is_call
        reply = self.transport.request(request, seconds)
        self.has_objects = self.has_objects or _holds_object(reply.value)
        return reply


def _holds_object(value: Any) -> bool:
    """Return True if a reply refers to an object that was kept where the student's code is."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return any(map(_holds_object, value))
    return isinstance(value, Handle)


def state_is_kept(check: Check, make_student: Callable[[Transport], Student], renew: Callable[[], Transport]) -> bool:
    """Return True if a check that failed passes when each of its calls runs in a fresh module.

    renew: returns such a module. Raises WorkerDied if it cannot be loaded.
    """
    try:
        outcome = run_check(check, make_student(FreshTransport(renew)), {})
    except WorkerDied:
        return False
    return outcome.verdict is Verdict.PASSED


def with_state_named(outcome: Outcome) -> Outcome:
    """Return the outcome of a failed check with the sentence that state is kept."""
    if outcome.description is None:
        return outcome
    full = followed(outcome.description.full, HINTS["state"])
    brief = followed(outcome.description.brief, HINTS["state"])
    return msgspec.structs.replace(outcome, description=Description(full, brief))


def may_keep_state(source: Source) -> bool:
    """Return True if the code has a place where state could be kept: only then is another run worth its time."""
    try:
        tree = parsed(source.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(map(_may_keep, ast.walk(tree))) or _assigns_state(tree.body)


def _may_keep(node: ast.AST) -> bool:
    """Return True for a global statement, a default argument that can change, a cache, and an attribute of a class."""
    match node:
        case ast.Global() | ast.Nonlocal():
            return True
        case ast.FunctionDef():
            defaults = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
            has_changing_default = any(not isinstance(default, (*FIXED, ast.Tuple)) for default in defaults)
            return has_changing_default or any(_is_cache(decorator) for decorator in node.decorator_list)
        case ast.ClassDef():
            return _assigns_state(node.body)
    return False


def _is_cache(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return name in CACHES


def _assigns_state(body: list[ast.stmt]) -> bool:
    """Return True if a module or a class assigns something that can change, or an attribute of a function."""
    for statement in body:
        if not isinstance(statement, ast.Assign | ast.AnnAssign) or statement.value is None:
            continue
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        if not isinstance(statement.value, FIXED) or any(isinstance(target, ast.Attribute) for target in targets):
            return True
    return False
