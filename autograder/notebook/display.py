"""Shows text below a cell, as plain text and as simple HTML; the notebook chooses one."""

import contextlib
import io
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.table import Table

from ..course.model import Course
from ..errors import AutograderError
from ..quiz.session import QuizSitting
from ..reports.terminal import escape
from ..text import Language, Text
from .live import shell

WIDTH = 110
BLOCK = '<pre style="white-space: pre-wrap; line-height: 1.45">{code}</pre>'

Say = Callable[[str | Table], None]


STOPPED = Text("Stopped.", "已中断。")


class Stopped(KeyboardInterrupt):
    """The student interrupted the kernel. IPython shows this instead of a traceback through the checks."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def _render_traceback_(self) -> list[str]:
        return STOPPED.lines(self.language)


@contextlib.contextmanager
def shown(language: Language) -> Iterator[Say]:
    """Yield a function that prints, and show everything at the end. Errors of this package appear as a sentence."""
    console = Console(file=io.StringIO(), record=True, width=WIDTH, force_jupyter=False, force_terminal=True)
    try:
        yield lambda content: console.print(content, highlight=False, soft_wrap=isinstance(content, str))
    except AutograderError as error:
        for line in error.sentence.lines(language):
            console.print(f"[red]{escape(line)}[/]", highlight=False, soft_wrap=True)
    except KeyboardInterrupt:
        raise Stopped(language) from None
    html = console.export_html(inline_styles=True, code_format=BLOCK, clear=False)
    text = console.export_text().rstrip("\n")
    if text:
        _display({"text/plain": text, "text/html": html})


def show_markdown(text: str) -> None:
    """Show Markdown: rendered in a notebook, as plain text elsewhere."""
    _display({"text/plain": text, "text/markdown": text})


def show_form(session: QuizSitting, course: Course, language: Language) -> None:
    """Show the quiz as a form. Each answer is written to the file at once."""
    from IPython.display import display

    from ..quiz.widget import QuizWidget

    first = "zh" if language is Language.ZH else "en"
    form = QuizWidget(session.topic.name, student=session.student, course=course, language=first)
    display(form)  # type: ignore[no-untyped-call]  # IPython's function is untyped


def _display(data: dict[str, str]) -> None:
    if shell() is None:
        print(data["text/plain"])
        return
    from IPython.display import display

    display(data, raw=True)  # type: ignore[no-untyped-call]  # IPython's function is untyped
