"""The messages between the grader and a worker. Both ends import this file; no other file knows their form.

A request is one struct of `Request`, a reply is a `Reply`; a worker says `Hello` once, before any student code runs.
They travel as plain data (`plain`), since their fields hold tensors, which only `wire` can carry. The grader checks the
form of everything that a worker sends (`read_reply`, `read_hello`); a worker trusts the grader.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

Chunk = tuple[str, str]  # name, code: a file, or a cell of a notebook
Frame = tuple[str, int, str, str]  # file, line, function, the line's text


class LoadModule(msgspec.Struct, frozen=True, kw_only=True, tag="load"):
    """Run chunks in order, in one new module. The reply's value holds the names that they define."""

    module: str  # its name
    folder: str = ""  # of the scratch folder, to work in; "" for the scratch folder itself
    chunks: Sequence[Chunk] = ()
    files: Mapping[str, bytes] = {}  # helper files, written into the folder first


class RunChunks(msgspec.Struct, frozen=True, kw_only=True, tag="extend"):
    """Run more chunks in the module that was loaded last."""

    chunks: Sequence[Chunk]


class EnterModule(msgspec.Struct, frozen=True, kw_only=True, tag="enter"):
    """Go back to the module that was loaded into a folder."""

    folder: str


class AskIfChanged(msgspec.Struct, frozen=True, kw_only=True, tag="is_changed"):
    """Ask if code that ran in this worker has changed state that all modules share. The value is True or False."""


class CallFunction(msgspec.Struct, frozen=True, kw_only=True, tag="call"):
    """Call a function of the module, or a kept object, under fixed seeds."""

    on: Any = None  # handle of a kept object; None for the module
    name: str | None = None  # of a function or method; None calls the object itself
    args: Sequence[Any] = ()
    kwargs: Mapping[str, Any] = {}
    wrt: Sequence[int | str] | None = None  # return gradients with respect to these arguments, or why there is none
    cotangent: Any = None  # multiplies the result before it is summed
    inputs_back: bool = False  # also return the arguments after the call
    watch: Sequence[str] = ()  # operators that the reply must list if they run
    is_first: bool = False  # of a check: forget what earlier checks kept


class EvaluateExpression(msgspec.Struct, frozen=True, kw_only=True, tag="evaluate"):
    """Evaluate an expression of a check's author, over plain values and kept objects."""

    source: str
    names: Mapping[str, Any] = {}
    keep: bool = False  # keep the result and return a handle to it
    is_first: bool = False


class WriteFile(msgspec.Struct, frozen=True, kw_only=True, tag="write"):
    """Write a file into the module's folder. The value is its path."""

    name: str
    content: bytes
    is_first: bool = False


Request = LoadModule | RunChunks | EnterModule | AskIfChanged | CallFunction | EvaluateExpression | WriteFile

KINDS: dict[str, type[Any]] = {}
for _kind in (LoadModule, RunChunks, EnterModule, AskIfChanged, CallFunction, EvaluateExpression, WriteFile):
    KINDS[str(_kind.__struct_config__.tag)] = _kind


class Raised(msgspec.Struct, frozen=True):
    """An exception as plain data."""

    type: str  # the name of its class
    bases: list[str]  # the names of its builtin classes
    message: str
    frames: list[Frame]  # of the student's own code, innermost last


class Reply(msgspec.Struct, frozen=True):
    """The answer to one request."""

    value: Any = None
    error: Raised | None = None
    operators: list[tuple[str, int]] = []  # watched operators that ran, and the student's line
    tricks: list[str] = []  # "thread", "subclass": ways past the watch that a watched call took
    inputs: list[Any] = []  # [args, kwargs] after the call, if they were asked for
    problems: list[Raised] = []  # exceptions while loading
    printed: bool = False  # the call printed something; advisory


class Hello(msgspec.Struct, frozen=True):
    """A worker's first message."""

    layers: dict[str, str]  # layer of the sandbox -> "on", or why it is missing


def _defaults(kind: type[Any]) -> dict[str, Any]:
    """Return the default of each field that has one."""
    defaults = {}
    for field in msgspec.structs.fields(kind):
        if field.default is not msgspec.NODEFAULT:
            defaults[field.name] = field.default
        elif field.default_factory is not msgspec.NODEFAULT:
            defaults[field.name] = field.default_factory()
    return defaults


CONTAINERS = frozenset({tuple, list, dict})
DEFAULTS: dict[type[Any], dict[str, Any]] = {kind: _defaults(kind) for kind in KINDS.values()}
DEFAULTS |= {Reply: _defaults(Reply), Hello: _defaults(Hello)}


def plain(message: Request | Reply | Hello) -> dict[str, Any]:
    """Return the message as a dict for `wire.pack`. Fields that have their default are left out."""
    tag = message.__struct_config__.tag
    record: dict[str, Any] = {} if tag is None else {"op": tag}
    defaults = DEFAULTS[type(message)]
    for name in message.__struct_fields__:
        value = getattr(message, name)
        default = defaults.get(name, msgspec.NODEFAULT)
        is_empty = type(default) in CONTAINERS and type(value) in CONTAINERS and not value
        if value is not default and not is_empty:
            record[name] = value
    if "error" in record:
        record["error"] = msgspec.structs.asdict(record["error"])
    if "problems" in record:
        record["problems"] = [msgspec.structs.asdict(problem) for problem in record["problems"]]
    return record


def read_request(record: dict[str, Any]) -> Request:
    """Return the request in a dict of `plain`. Trusts the grader."""
    fields = dict(record)
    request: Request = KINDS[fields.pop("op")](**fields)
    return request


def read_reply(record: object) -> Reply:
    """Return the reply in what a worker sent. Raises msgspec.ValidationError for any other form."""
    return msgspec.convert(record, Reply)


def read_hello(record: object) -> Hello:
    """Return the first message of a worker. Raises msgspec.ValidationError for any other form."""
    return msgspec.convert(record, Hello)
