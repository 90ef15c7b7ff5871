"""Records the watched aten operators that a call ran, and the line of the student's file that ran them.

Advisory: it runs beside the student's code. It catches what reading the source cannot see, such as
`getattr(F, "cross_" + "entropy")`.
"""

import fnmatch
import sys
import types
from collections.abc import Mapping, Sequence
from typing import Any

from torch.utils._python_dispatch import TorchDispatchMode


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
