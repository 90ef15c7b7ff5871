"""Which watched aten operators a call ran, and from which line of the student's file.

Advisory: it runs beside the student's code. It catches what reading the source cannot see, such as
`getattr(F, "cross_" + "entropy")`.
"""

import sys
import types
from collections.abc import Mapping, Sequence
from typing import Any

from torch.utils._python_dispatch import TorchDispatchMode


class OperatorWatch(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch's own class is untyped
    """Notes the first use of each watched operator, such as "aten::_log_softmax", as operator -> line."""

    def __init__(self, watched: Sequence[str], filenames: frozenset[str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.watched = frozenset(watched)
        self.filenames = filenames
        self.seen: dict[str, int] = {}

    def __torch_dispatch__(
        self, func: Any, classes: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        name = func._schema.name
        if name in self.watched and name not in self.seen:
            self.seen[name] = self._line()
        return func(*args, **(kwargs or {}))

    def _line(self) -> int:
        """The innermost line of the student's own files on the stack; 0 where there is none."""
        frame: types.FrameType | None = sys._getframe(2)
        while frame is not None and frame.f_code.co_filename not in self.filenames:
            frame = frame.f_back
        return frame.f_lineno if frame else 0
