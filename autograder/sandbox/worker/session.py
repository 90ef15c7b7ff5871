"""A student's modules and what they made. Answers requests about them, in a worker or in process.

A request is a dict with "op" and what that op needs; a reply holds "value", or "error" with what was raised.
Results that are not plain data are kept here under a number and travel as a `wire.Handle`. The first request of each
check says so ("is_first"): what earlier checks kept is forgotten, and numbers start again.
"""

import contextlib
import itertools
import linecache
import math
import os
import random
import sys
import traceback
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import torch

from . import wire

SEED = 0
MAX_MESSAGE = 2000  # characters of an exception's text
MAX_FRAMES = 12  # of a traceback, innermost
MAX_ITEMS = 100_000  # taken from an iterator

# What an expression of a check may name, beside its own inputs.
VOCABULARY = {"torch": torch, "nn": torch.nn, "F": torch.nn.functional, "np": np, "math": math}

RequestFrame = tuple[int, bytes, bytearray]  # number, header, payload
Request = dict[str, Any]
Reply = dict[str, Any]


def reset_globals() -> None:
    """What one call may have left behind must not change the next: generators, default dtype, grad mode."""
    random.seed(SEED)
    np.random.seed(SEED)
    torch.default_generator.manual_seed(SEED)  # torch.manual_seed would look for a GPU at every call
    if torch.get_default_dtype() is not torch.float32:  # asking is much quicker than setting
        torch.set_default_dtype(torch.float32)
    if not torch.is_grad_enabled():
        torch.set_grad_enabled(True)


class Session:
    """Modules, one of them entered, and the objects that requests made it return.

    scratch: the folder that requests may write files into.
    """

    def __init__(self, scratch: Path) -> None:
        self.module = types.ModuleType("")
        self.modules: dict[str, tuple[types.ModuleType, frozenset[str]]] = {}  # by folder, with the files of each
        self.scratch = self.folder = scratch
        self._known = next(reversed(sys.modules))  # the youngest module that is not a helper of the student's
        self.filenames: frozenset[str] = frozenset()
        self.objects: dict[int, object] = {}
        self.ahead: dict[int, Request] = {}  # by number: requests that were decoded before their turn
        self.last_error: BaseException | None = None

    # What it does for a request

    def answer(self, request: Request) -> Reply:
        """Carry out one request. Whatever the student's code raises becomes the reply's "error"."""
        self.last_error = None
        if request.get("is_first"):
            self.objects.clear()
        operation = OPERATIONS[request["op"]]
        try:
            return operation(self, request)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            self.last_error = error
            return {"error": self._describe(error)}

    def load(self, request: Request) -> Reply:
        """Run a module's chunks (a file, or the cells of a notebook) in order, in one namespace.

        A chunk that raises ends there; names it had defined stay, and later chunks still run. One that missed a name
        runs once more at the end: cells may have changed places.
        """
        reset_globals()
        if request["folder"]:
            self._enter(request["folder"])
        for name, content in request["files"].items():
            self._write(name, content)
        self.module = sys.modules[request["module"]] = types.ModuleType(request["module"])
        self.filenames = frozenset(name for name, _ in request["chunks"])
        self.modules[request["folder"]] = self.module, self.filenames
        self.module.__file__ = request["chunks"][0][0] if request["chunks"] else None
        return self._run(request["chunks"])

    def extend(self, request: Request) -> Reply:
        """Run one more chunk of the module that was loaded last."""
        self.filenames |= {name for name, _ in request["chunks"]}
        return self._run(request["chunks"])

    def enter(self, request: Request) -> Reply:
        """Go back to a module that was loaded into `folder`."""
        self.module, self.filenames = self.modules[request["folder"]]
        self._enter(request["folder"])
        return {"value": None}

    def is_changed(self, request: Request) -> Reply:
        """Whether code that ran in this worker has changed what others stand on."""
        from . import purity

        return {"value": purity.is_changed()}

    def call(self, request: Request) -> Reply:
        """Call a function of the module, or an object kept here, under fixed seeds."""
        function = self._target(request)
        if not callable(function):
            raise TypeError(f"{request['name']} is a {type(function).__name__}, not a function")
        args, kwargs = list(request["args"]), dict(request["kwargs"])
        reply: Reply = {}
        reset_globals()
        with self._watching(request.get("watch", ())) as seen:
            if request.get("wrt") is not None:
                value = self._gradients(function, args, kwargs, request["wrt"], request.get("cotangent"))
            else:
                value = function(*args, **kwargs)
                value = list(itertools.islice(value, MAX_ITEMS)) if isinstance(value, types.GeneratorType) else value
        reply["value"] = value
        if seen:
            reply["operators"] = list(seen.items())
        if request.get("inputs_back"):
            reply["inputs"] = [args, kwargs]
        return reply

    def evaluate(self, request: Request) -> Reply:
        """Evaluate a check author's expression over kept objects and plain values."""
        reset_globals()
        value = eval(request["source"], {**VOCABULARY, **request["names"]})
        return {"value": self.keep(value) if request["keep"] else value}

    def write(self, request: Request) -> Reply:
        """Write a file into the scratch folder; the value is its path."""
        return {"value": str(self._write(request["name"], request["content"]))}

    # How objects stay here

    def keep(self, value: object) -> wire.Handle:
        number = len(self.objects) + 1
        self.objects[number] = value
        return wire.Handle(number, type(value).__name__[:80])

    def kept(self, handle: wire.Handle) -> object:
        return self.objects[handle.id]

    # Parts of the above

    def _run(self, chunks: Sequence[tuple[str, str]]) -> Reply:
        problems: dict[str, BaseException] = {}
        for filename, source in chunks:
            self._execute(filename, source, problems)
        if len(chunks) > 1:
            early = {name for name, error in problems.items() if isinstance(error, NameError)}
            for filename, source in chunks:
                if filename in early:
                    del problems[filename]
                    self._execute(filename, source, problems)
        names = [name for name in self.module.__dict__ if type(name) is str and not name.startswith("__")]
        return {"value": names, "problems": [self._describe(error) for error in problems.values()]}

    def _execute(self, filename: str, source: str, problems: dict[str, BaseException]) -> None:
        linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
        try:
            exec(compile(source, filename, "exec"), self.module.__dict__)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            problems[filename] = self.last_error = error

    def _target(self, request: Request) -> Any:
        on = request.get("on")
        if on is None:
            return getattr(self.module, request["name"])
        return getattr(on, request["name"]) if request.get("name") else on

    def _gradients(
        self, function: Any, args: list[Any], kwargs: dict[str, Any], wrt: list[int | str], cotangent: Any
    ) -> list[torch.Tensor | None]:
        """d(sum of the result times cotangent)/d(input) for each input in `wrt`; None where it does not depend on it."""
        inputs = []
        for key in wrt:
            place: Any = args if isinstance(key, int) else kwargs
            place[key] = place[key].detach().requires_grad_()
            inputs.append(place[key])
        result = function(*args, **kwargs)
        outputs = result if isinstance(result, tuple) else (result,)
        floating = [out for out in outputs if isinstance(out, torch.Tensor) and out.requires_grad]
        if not floating:
            return [None] * len(inputs)
        total = sum((out if cotangent is None else out * cotangent).sum() for out in floating)
        return list(torch.autograd.grad(total, inputs, allow_unused=True))  # type: ignore[arg-type]  # sum() may give 0, for no summands; there are some

    @contextlib.contextmanager
    def _watching(self, operators: list[str] | tuple[()]) -> Iterator[Mapping[str, int]]:
        if not operators:
            yield {}
            return
        from .operators import OperatorWatch

        with OperatorWatch(operators, self.filenames) as watch:
            yield watch.seen

    def _enter(self, folder: str) -> None:
        """Work in a folder of the module's own; modules found in another one are not its helpers."""
        if sys.path[:1] == [str(self.folder)]:
            del sys.path[0]
        self.folder = self.scratch / folder
        self.folder.mkdir(exist_ok=True)
        for name in list(itertools.takewhile(lambda name: name != self._known, reversed(sys.modules))):
            if str(getattr(sys.modules[name], "__file__", None) or "").startswith(f"{self.scratch}/"):
                del sys.modules[name]
        sys.path.insert(0, str(self.folder))
        os.chdir(self.folder)

    def _write(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        if not path.resolve().is_relative_to(self.folder.resolve()):
            raise ValueError(f"{name} lies outside the scratch folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path.absolute()

    def _describe(self, error: BaseException) -> dict[str, Any]:
        """What was raised, as plain data: type, builtin bases, text, and the frames that are the student's own."""
        frames = [
            [frame.filename, frame.lineno or 0, frame.name, frame.line or ""]
            for frame in traceback.extract_tb(error.__traceback__)
            if frame.filename in self.filenames
        ]
        if isinstance(error, SyntaxError) and error.filename in self.filenames:
            frames = [[error.filename, error.lineno or 0, "", (error.text or "").strip()]]
        bases = [base.__name__ for base in type(error).__mro__ if base.__module__ == "builtins"]
        try:
            text = str(error)
        except Exception:
            text = ""
        return {
            "type": type(error).__name__[:80],
            "bases": bases,
            "message": text[:MAX_MESSAGE],
            "frames": frames[-MAX_FRAMES:],
        }


OPERATIONS: dict[str, Callable[[Session, Request], Reply]] = {
    "load": Session.load,
    "extend": Session.extend,
    "enter": Session.enter,
    "is_changed": Session.is_changed,
    "call": Session.call,
    "evaluate": Session.evaluate,
    "write": Session.write,
}


def decode_ahead(session: Session, frames: Sequence[RequestFrame]) -> None:
    """Requests that came together are decoded together: then the code for it is in the processor's caches."""
    if len(frames) > 1:
        for number, header, payload in frames:
            with contextlib.suppress(KeyError):
                session.ahead[number] = wire.unpack(header, payload, _not_yet, strides=True)


def _not_yet(handle: wire.Handle) -> NoReturn:
    """An object that an earlier request may still have to make: its request is decoded in its turn."""
    raise KeyError(handle.id)


def answer_frame(
    session: Session, number: int, header: bytes | bytearray, payload: bytearray
) -> list[memoryview | bytes]:
    """One request frame in, one reply frame out. A reply that cannot travel becomes an error of its own."""
    try:
        request = session.ahead.pop(number, None) or wire.unpack(header, payload, session.kept, strides=True)
    except KeyError:  # sent ahead for an object that this submission did not make
        return wire.pack(_no_reply("an object that is not there"), number=number)
    reply = session.answer(request)
    try:
        return wire.pack(reply, number=number, keep=session.keep)
    except wire.WireError as error:
        return wire.pack(_no_reply(str(error)), number=number)


def _no_reply(why: str) -> Reply:
    return {"error": {"type": "WireError", "bases": [], "message": why, "frames": []}}


__all__ = ["Reply", "Request", "RequestFrame", "Session", "answer_frame", "decode_ahead"]
