"""Records the watched aten operators that a call ran, and the line of the student's file that ran them.

It finds shortcuts; it does not prove their absence. It runs beside the student's code, which may tamper with it, and it
sees nothing of other threads. It catches what reading the source cannot see, such as a name that is put together at
run time. Two ways past it are reported: threads, and an answer that computes only when it is looked at.
"""

import _thread
import fnmatch
import sys
import threading
import types
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

THREAD, SUBCLASS = "thread", "subclass"  # what Reply.tricks may hold


class _Threads:
    """Counts the threads that Python code starts."""

    def __init__(self) -> None:
        self.started = 0
        self.start = _thread.start_new_thread

    def install(self) -> None:
        """Count from now on. Python 3.11 has no audit event for it."""
        _thread.start_new_thread = self._counted
        threading._start_new_thread = self._counted  # type: ignore[attr-defined]  # threading took its own reference

    def _counted(self, *arguments: Any) -> int:
        self.started += 1
        return self.start(*arguments)


_threads = _Threads()
_threads.install()


class OperatorWatch(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch's own class is untyped
    """Notes the first use of each watched operator as pattern -> line.

    watched: operator names such as "aten::_log_softmax", with * allowed.
    """

    def __init__(self, watched: Sequence[str], filenames: frozenset[str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # torch's own class is untyped
        self.watched = tuple(watched)
        self.pattern_of: dict[str, str | None] = {}
        self.filenames = filenames
        self.seen: dict[str, int] = {}
        self.threads_before = _threads.started

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """torch's own switch. Nothing is compiled here, and skipping would import torch._dynamo: a second."""
        return False

    def __torch_dispatch__(
        self, func: Any, classes: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        name = func._schema.name
        if name not in self.pattern_of:
            self.pattern_of[name] = next((p for p in self.watched if fnmatch.fnmatchcase(name, p)), None)
        pattern = self.pattern_of[name]
        if pattern is not None and pattern not in self.seen:
            self.seen[pattern] = self._line()
        return func(*args, **(kwargs or {}))

    def _line(self) -> int:
        """Return the innermost line of the student's own files on the stack; 0 if there is none."""
        frame: types.FrameType | None = sys._getframe(2)
        while frame is not None and frame.f_code.co_filename not in self.filenames:
            frame = frame.f_back
        return frame.f_lineno if frame else 0

    def tricks(self, answer: object) -> list[str]:
        """Return the ways past the watch that the call took, or might have: threads, and tensors of a class of their own."""
        tricks = []
        if _threads.started > self.threads_before or len(sys._current_frames()) > 1:
            tricks.append(THREAD)
        if any(_has_own_dispatch(item) for item in _items(answer)):
            tricks.append(SUBCLASS)
        return tricks


def _items(answer: object) -> Iterator[object]:
    """Yield an answer; the items of a tuple, list or dict."""
    if type(answer) in (tuple, list):
        yield from answer  # type: ignore[misc]
    elif type(answer) is dict:
        yield from answer.values()
    else:
        yield answer


def _has_own_dispatch(value: object) -> bool:
    """Return True for a tensor of a class that may compute something when it is looked at."""
    return isinstance(value, torch.Tensor) and type(value) not in (torch.Tensor, torch.nn.Parameter)
