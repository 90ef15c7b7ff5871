"""The progress of a class run: a bar in a terminal; elsewhere, for a large class, a line every few seconds.

Nothing here runs in a thread: a process with a second one could not fork its graders.
"""

import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from ..results.outcome import LARGE

LINE_SECONDS = 10.0
BAR_SECONDS = 0.1
WINDOW = 8  # lines that the rate is taken over: what an earlier run had done passes in no time


@contextlib.contextmanager
def progress(total: int, console: Console) -> Iterator[Callable[[], None]]:
    """Yield the function to call after each submission."""
    if console.is_terminal:
        with _bar(total, console) as advance:
            yield advance
    elif total > LARGE:
        yield Lines(total, console).advance
    else:
        yield lambda: None


@contextlib.contextmanager
def _bar(total: int, console: Console) -> Iterator[Callable[[], None]]:
    columns = (TextColumn("grading"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, auto_refresh=False) as bar:
        task = bar.add_task("grading", total=total)
        shown = -BAR_SECONDS

        def advance() -> None:
            nonlocal shown
            bar.advance(task)
            if time.monotonic() - shown > BAR_SECONDS:
                bar.refresh()
                shown = time.monotonic()

        bar.refresh()
        yield advance


class _Rate(ProgressColumn):
    """Submissions per second, lately."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f}/s" if task.speed else "")


class Lines:
    """A line now and then: done, of how many, how fast, how long still."""

    def __init__(self, total: int, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self.total = total
        self.console = console
        self.clock = clock
        self.done = 0
        self.marks = deque([(clock(), 0)], maxlen=WINDOW)  # (when, done) of the latest lines

    def advance(self) -> None:
        self.done += 1
        now = self.clock()
        if now - self.marks[-1][0] < LINE_SECONDS:
            return
        then, done = self.marks[0]
        rate = (self.done - done) / (now - then)
        self.marks.append((now, self.done))
        left = _duration((self.total - self.done) / rate)
        self.console.print(
            f"{self.done:,} of {self.total:,} graded, {rate:.1f} per second, about {left} left", highlight=False
        )


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
