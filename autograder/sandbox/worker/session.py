"""A student's modules and what they made. Answers requests about them, in a worker or in process.

Results that are not plain data are kept here under a number and travel as a `wire.Handle`. The first request of each
check is marked as such: the session forgets what earlier checks kept, and numbers start again.
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
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import torch

from . import protocol, wire
from .protocol import (
    AskIfChanged,
    CallFunction,
    Chunk,
    EnterModule,
    EvaluateExpression,
    Frame,
    LoadModule,
    Raised,
    Reply,
    Request,
    RunChunks,
    WriteFile,
)

if TYPE_CHECKING:
    from .operators import OperatorWatch

SEED = 0
MAX_MESSAGE = 2000  # characters of an exception's text
MAX_FRAMES = 12  # of a traceback, innermost
MAX_ITEMS = 100_000  # taken from an iterator

# What an expression of a check may name, beside its own inputs.
VOCABULARY = {"torch": torch, "nn": torch.nn, "F": torch.nn.functional, "np": np, "math": math}

RequestFrame = tuple[int, bytes, bytearray]  # number, header, payload


def reset_globals() -> None:
    """Reset what one call may have left behind for the next: generators, default dtype, grad mode."""
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
        self.decoded: dict[int, Request] = {}  # by number: requests that were decoded before their turn
        self.last_error: BaseException | None = None

    # What it does for a request

    def answer(self, request: Request) -> Reply:
        """Carry out one request. Anything that the student's code raises becomes the reply's error."""
        self.last_error = None
        if getattr(request, "is_first", False):
            self.objects.clear()
        try:
            return self._carry_out(request)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            self.last_error = error
            return Reply(error=self._describe(error))

    def _carry_out(self, request: Request) -> Reply:
        match request:
            case CallFunction():
                return self.call(request)
            case EvaluateExpression():
                return self.evaluate(request)
            case LoadModule():
                return self.load(request)
            case RunChunks():
                return self.extend(request)
            case EnterModule():
                return self.enter(request)
            case WriteFile():
                return Reply(value=str(self._write(request.name, request.content)))
            case AskIfChanged():
                from . import purity

                return Reply(value=purity.is_changed())

    def load(self, request: LoadModule) -> Reply:
        """Run a module's chunks (a file, or the cells of a notebook) in order, in one namespace.

        A chunk that raises ends there; the names that it defined stay, and later chunks still run. A chunk that missed
        a name runs once more at the end: cells may have changed places.
        """
        reset_globals()
        if request.folder:
            self._enter(request.folder)
        for name, content in request.files.items():
            self._write(name, content)
        self.module = sys.modules[request.module] = types.ModuleType(request.module)
        self.filenames = frozenset(name for name, _ in request.chunks)
        self.modules[request.folder] = self.module, self.filenames
        self.module.__file__ = request.chunks[0][0] if request.chunks else None
        return self._run(request.chunks)

    def extend(self, request: RunChunks) -> Reply:
        """Run more chunks in the module that was loaded last."""
        self.filenames |= {name for name, _ in request.chunks}
        return self._run(request.chunks)

    def enter(self, request: EnterModule) -> Reply:
        """Go back to the module that was loaded into a folder."""
        self.module, self.filenames = self.modules[request.folder]
        self._enter(request.folder)
        return Reply()

    def call(self, request: CallFunction) -> Reply:
        """Call a function of the module, or an object kept here, under fixed seeds."""
        function = self._target(request)
        if not callable(function):
            raise TypeError(f"{request.name} is a {type(function).__name__}, not a function")
        args, kwargs = list(request.args), dict(request.kwargs)
        reset_globals()
        output = _Output(sys.stdout)
        with self._watching(request.watch) as watch, contextlib.redirect_stdout(output):
            if request.wrt is not None:
                value = self._gradients(function, args, kwargs, request)
            else:
                value = function(*args, **kwargs)
                if isinstance(value, types.GeneratorType):
                    value = list(itertools.islice(value, MAX_ITEMS))
        return Reply(
            value=value,
            operators=list(watch.seen.items()) if watch else [],
            tricks=watch.tricks(value) if watch else [],
            inputs=[args, kwargs] if request.inputs_back else [],
            printed=output.is_used,
        )

    def evaluate(self, request: EvaluateExpression) -> Reply:
        """Evaluate a check author's expression over kept objects and plain values."""
        reset_globals()
        value = eval(request.source, {**VOCABULARY, **request.names})
        return Reply(value=self.keep(value) if request.keep else value)

    # How objects stay here

    def keep(self, value: object) -> wire.Handle:
        number = len(self.objects) + 1
        self.objects[number] = value
        return wire.Handle(number, type(value).__name__[:80])

    def kept(self, handle: wire.Handle) -> object:
        return self.objects[handle.id]

    # Parts of the above

    def _run(self, chunks: Sequence[Chunk]) -> Reply:
        """Run the chunks in order; then run those again that used a name which a later chunk defines."""
        problems: dict[str, BaseException] = {}
        for filename, source in chunks:
            self._execute(filename, source, problems)
        if len(chunks) > 1:
            self._retry_name_errors(chunks, problems)
        names = [name for name in self.module.__dict__ if type(name) is str and not name.startswith("__")]
        return Reply(value=names, problems=[self._describe(error) for error in problems.values()])

    def _retry_name_errors(self, chunks: Sequence[Chunk], problems: dict[str, BaseException]) -> None:
        """Run the chunks that raised a NameError again, now that all chunks have run."""
        too_early = {name for name, error in problems.items() if isinstance(error, NameError)}
        for filename, source in chunks:
            if filename in too_early:
                del problems[filename]
                self._execute(filename, source, problems)

    def _execute(self, filename: str, source: str, problems: dict[str, BaseException]) -> None:
        linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
        try:
            exec(compile(source, filename, "exec"), self.module.__dict__)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            problems[filename] = self.last_error = error

    def _target(self, request: CallFunction) -> Any:
        if request.on is None:
            return getattr(self.module, request.name or "")
        return getattr(request.on, request.name) if request.name else request.on

    def _gradients(
        self, function: Any, args: list[Any], kwargs: dict[str, Any], request: CallFunction
    ) -> list[torch.Tensor | str]:
        """Return d(sum of the result times cotangent)/d(input) for each input, or a word that says why there is none."""
        inputs = []
        for key in request.wrt or ():
            arguments: Any = args if isinstance(key, int) else kwargs
            arguments[key] = arguments[key].detach().requires_grad_()
            inputs.append(arguments[key])
        result = function(*args, **kwargs)
        outputs = result if isinstance(result, tuple) else (result,)
        sums = []
        for output in outputs:
            if not isinstance(output, torch.Tensor) or not output.requires_grad:
                continue
            if request.cotangent is not None:
                output = output * request.cotangent
            sums.append(output.sum())
        if not sums:
            return [_why_no_gradient(outputs)] * len(inputs)
        gradients = torch.autograd.grad(sum(sums[1:], sums[0]), inputs, allow_unused=True)
        return ["unused" if gradient is None else gradient for gradient in gradients]

    @contextlib.contextmanager
    def _watching(self, operators: Sequence[str]) -> Iterator["OperatorWatch | None"]:
        """Watch the operators that run within this block, if any are named."""
        if not operators:
            yield None
            return
        from .operators import OperatorWatch

        with OperatorWatch(operators, self.filenames) as watch:
            yield watch

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

    def _describe(self, error: BaseException) -> Raised:
        """Return the exception as plain data, with the frames of the student's own code."""
        frames = self._frames(error)
        bases = [base.__name__ for base in type(error).__mro__ if base.__module__ == "builtins"]
        try:
            text = str(error)
        except Exception:
            text = ""
        return Raised(type(error).__name__[:80], bases, text[:MAX_MESSAGE], frames[-MAX_FRAMES:])

    def _frames(self, error: BaseException) -> list[Frame]:
        """Return the frames of the student's own code; for a syntax error, the place in the source."""
        if isinstance(error, SyntaxError) and error.filename in self.filenames:
            source_line = (error.text or "").strip()
            return [(error.filename, error.lineno or 0, "", source_line)]
        frames = []
        for frame in traceback.extract_tb(error.__traceback__):
            if frame.filename in self.filenames:
                frames.append((frame.filename, frame.lineno or 0, frame.name, frame.line or ""))
        return frames


class _Output:
    """Standard output during one call; notes if anything is printed."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.is_used = False

    def write(self, text: str) -> Any:
        self.is_used = True
        return None if self.stream is None else self.stream.write(text)

    def flush(self) -> None:
        if self.stream is not None:
            self.stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def _why_no_gradient(outputs: Sequence[Any]) -> str:
    """Return why no output has a gradient."""
    if all(output is None for output in outputs):
        return "none"
    if any(isinstance(output, torch.Tensor) for output in outputs):
        return "detached"
    return "no_tensor"


def decode_ahead(session: Session, frames: Sequence[RequestFrame]) -> None:
    """Decode requests that came together in one go, while the code for it is in the processor's caches."""
    if len(frames) > 1:
        for number, header, payload in frames:
            with contextlib.suppress(KeyError):
                record = wire.unpack(header, payload, _not_yet, strides=True)
                session.decoded[number] = protocol.read_request(record)


def _not_yet(handle: wire.Handle) -> NoReturn:
    """Raise KeyError: an earlier request may still have to make the object, so this request is decoded in its turn."""
    raise KeyError(handle.id)


def answer_frame(
    session: Session, number: int, header: bytes | bytearray, payload: bytearray
) -> list[memoryview | bytes]:
    """Return the reply frame for a request frame. A reply that cannot travel becomes an error."""
    request = session.decoded.pop(number, None)
    if request is None:
        try:
            request = protocol.read_request(wire.unpack(header, payload, session.kept, strides=True))
        except KeyError:  # sent ahead for an object that this submission did not make
            return wire.pack(_no_reply("an object that is not there"), number=number)
    reply = protocol.plain(session.answer(request))
    try:
        return wire.pack(reply, number=number, keep=session.keep)
    except wire.WireError as error:
        return wire.pack(_no_reply(str(error)), number=number)


def _no_reply(why: str) -> dict[str, Any]:
    error = {"type": "WireError", "bases": [], "message": why, "frames": []}
    return {"error": error}


__all__ = ["RequestFrame", "Session", "answer_frame", "decode_ahead"]
