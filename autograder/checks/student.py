"""The proxy that a check asks. Where the student's code runs, in process or in a worker, is the transport's business.

Arguments and results are plain data, copied both ways. What is not plain data stays where the student's code is
and shows here as a `RemoteObject`.
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn, Protocol

import msgspec

from ..sandbox.channel import WorkerDied
from ..sandbox.worker.collector import paused_collector
from ..sandbox.worker.protocol import CallFunction, EvaluateExpression, Raised, Reply, Request, WriteFile
from ..sandbox.worker.wire import Handle
from ..source import Source
from ..text import Text
from .failures import CheckFailure, Crashed, NotAttempted, RuleBroken, TimedOut, Unloaded

MAX_ITEMS = 100_000


class Transport(Protocol):
    """Carries a request to the student's code and brings the reply back."""

    @property
    def names(self) -> frozenset[str]:
        """Return the names that the student's module defines."""
        ...

    def why_missing(self, name: str) -> Raised | None:
        """Return what kept a name that the student wrote from being defined."""
        ...

    def request(self, request: Request, seconds: float) -> Reply:
        """Return the reply. Raises WorkerDied if no proper one comes."""
        ...

    def blame(self, failure: CheckFailure) -> NoReturn:
        """Raise `failure`, from where the student's own exception was raised if it is still at hand."""
        ...


class RecordedCall(msgspec.Struct):
    """One request of a check and its reply: for messages, and for replaying misconceptions on the same inputs."""

    label: str  # sigmoid_grad, or BatchNorm2d(…).forward
    request: Request
    reply: Reply | None = None  # None if the worker died
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = {}
    value: Any = None


class Student:
    """The `student` of a check: `student.softmax(x, dim=1)` calls the student's function.

    exercise: whose check is running; its banned operators are watched.
    seconds: the deadline of each call.
    """

    def __init__(
        self,
        transport: Transport,
        exercise: str,
        *,
        filename: str,
        seconds: float,
        banned_operators: Mapping[str, str] | None = None,
    ) -> None:
        self._transport = transport
        self._exercise = exercise
        self._filename = filename
        self._seconds = seconds
        self._banned_operators = banned_operators or {}
        self.calls: list[RecordedCall] = []

    def __getattr__(self, name: str) -> "Function":
        if name.startswith("__"):
            raise AttributeError(name)
        return Function(self, None, name, name)

    # What a check may ask beside calling functions

    def put(self, value: Any) -> "RemoteObject":
        """Keep a plain value in the student's process: `w = student.put(torch.zeros(3))`. `read` brings it back."""
        return self.build("value", value=value)

    def read(self, remote: "RemoteObject") -> Any:
        """Return the present value of a kept object as plain data."""
        return self.evaluate("value", value=remote)

    def build(self, expression: str, **names: Any) -> "RemoteObject":
        """Evaluate a check author's expression there and keep the result: a function, a module, a data set.

        The expression may use torch, nn, F, np, math and `names`.
        """
        request = EvaluateExpression(source=expression, names=names, keep=True)
        result = self._ask(expression, request)
        assert isinstance(result, RemoteObject)
        return result

    def evaluate(self, expression: str, **names: Any) -> Any:
        """Evaluate a check author's expression there and return the result, as plain data if it is that."""
        return self._ask(expression, EvaluateExpression(source=expression, names=names))

    def write_file(self, name: str, content: bytes) -> str:
        """Write a file into the scratch folder. Return its path as the student's code would open it."""
        return str(self._ask(f"write {name}", WriteFile(name=name, content=content)))

    @contextlib.contextmanager
    def deadline(self, seconds: float) -> Iterator[None]:
        """Give each call within this block so many seconds."""
        before, self._seconds = self._seconds, seconds
        try:
            yield
        finally:
            self._seconds = before

    # How it asks

    def _call(
        self,
        function: "Function",
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        *,
        inputs_back: bool = False,
        wrt: Sequence[int | str] | None = None,
        cotangent: Any = None,
    ) -> Any:
        """Return the result of a call, its gradients if `wrt` is given, or the whole reply if `inputs_back`."""
        if function.on is None and function.name is not None and function.name not in self._transport.names:
            self._missing(function.name)
        request = CallFunction(
            on=function.on,
            name=function.name,
            args=args,
            kwargs=dict(kwargs),
            wrt=wrt,
            cotangent=cotangent,
            inputs_back=inputs_back,
            watch=list(self._banned_operators),
        )
        call = RecordedCall(label=function.label, request=request, args=args, kwargs=kwargs)
        reply = self._send(call)
        return reply if inputs_back else call.value

    def _ask(self, label: str, request: Request) -> Any:
        call = RecordedCall(label=label, request=request)
        self._send(call)
        return call.value

    def _send(self, call: RecordedCall) -> Reply:
        """Send the call's request and note its reply. Raises the CheckFailure that the reply amounts to."""
        call.request = _without_remote_objects(call.request, is_first=not self.calls)
        self.calls.append(call)
        try:
            reply = self._transport.request(call.request, self._seconds)
        except WorkerDied as died:
            if died.cause == "time":
                raise TimedOut(call.label, self._seconds) from None
            raise Crashed(call.label, None, died.detail or died.cause) from None
        call.reply = reply
        if reply.error is not None:
            if "NotImplementedError" in reply.error.bases:
                self._transport.blame(NotAttempted(self._exercise))
            self._transport.blame(Crashed(call.label, reply.error))
        if reply.operators:
            operator, line = reply.operators[0]
            shortcut = self._banned_operators.get(operator, "that")
            raise RuleBroken(self._exercise, shortcut, self._filename, line, was_run=True)
        with paused_collector():
            call.value = _wrapped(reply.value, self, call.label)
        return reply

    def _missing(self, name: str) -> NoReturn:
        problem = self._transport.why_missing(name)
        if problem is not None:
            raise Unloaded(self._filename, problem)
        why = Text("{file} defines no {name}.", "{file} 中没有定义 {name}。")
        raise NotAttempted(name, why.filled(file=self._filename, name=name))


def why_missing(source: Source, problems: Sequence[Raised], name: str) -> Raised | None:
    """Return the problem of the chunk that `name` is written in."""
    chunk = source.chunk_defining(name)
    if chunk is None:
        return None
    for left_out, code, line in source.left_out:
        if left_out == chunk:
            text = code.split("\n")[line - 1].strip()
            frame = (left_out, line, "", text)
            return Raised("SyntaxError", ["SyntaxError"], "this cell was left out", [frame])
    for problem in problems:
        if not problem.frames or problem.frames[0][0] == chunk:
            return problem
    return None


class Function:
    """Something of the student's that can be called: a function, a class, or a bound method."""

    def __init__(self, student: Student, on: Handle | None, name: str | None, label: str) -> None:
        self.student = student
        self.on = on
        self.name = name
        self.label = label

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.student._call(self, args, kwargs)

    def __repr__(self) -> str:
        return self.label


class RemoteObject:
    """An object that stays where the student's code is. Attributes, calls, len, indexing and iteration go there."""

    __slots__ = ("_handle", "_label", "_student")

    def __init__(self, student: Student, handle: Handle, label: str) -> None:
        object.__setattr__(self, "_student", student)
        object.__setattr__(self, "_handle", handle)
        object.__setattr__(self, "_label", label)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        request = EvaluateExpression(source=f"it.{name}", names={"it": self})
        return self._student._ask(f"{self._label}.{name}", request)

    def __setattr__(self, name: str, value: Any) -> None:
        names = {"it": self, "value": value}
        request = EvaluateExpression(source=f"setattr(it, {name!r}, value)", names=names)
        self._student._ask(f"{self._label}.{name} = …", request)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._student._call(function_of(self), args, kwargs)

    def __len__(self) -> int:
        return int(self._student.evaluate("len(it)", it=self))

    def __getitem__(self, key: Any) -> Any:
        return self._student.evaluate("it[key]", it=self, key=key)

    def __iter__(self) -> Iterator[Any]:
        source = f"list(__import__('itertools').islice(it, {MAX_ITEMS}))"
        return iter(self._student.evaluate(source, it=self))

    def __repr__(self) -> str:
        return f"<a {self._handle.type_name} of the student's>"


def function_of(callable_: Function | RemoteObject) -> Function:
    """Return the callable as a Function, whichever of the two a check holds."""
    if isinstance(callable_, Function):
        return callable_
    return Function(callable_._student, callable_._handle, None, f"{callable_._label}(…)")


def _without_remote_objects(request: Request, *, is_first: bool) -> Request:
    """Return the request with handles in the place of RemoteObjects, marked if it is the first of its check."""
    changes: dict[str, Any] = {"is_first": True} if is_first else {}
    for name in ("on", "args", "kwargs", "names", "cotangent"):
        if hasattr(request, name):
            changes[name] = _unwrapped(getattr(request, name))
    return msgspec.structs.replace(request, **changes)


def _unwrapped(value: Any) -> Any:
    if isinstance(value, RemoteObject):
        return value._handle
    if isinstance(value, dict):
        return {key: _unwrapped(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_unwrapped(item) for item in value)
    return value


def _wrapped(value: Any, student: Student, label: str) -> Any:
    if isinstance(value, Handle):
        return RemoteObject(student, value, label)
    if isinstance(value, dict):
        return {key: _wrapped(item, student, label) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_wrapped(item, student, label) for item in value)
    return value
