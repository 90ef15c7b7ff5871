"""The quiz in a notebook: `QuizWidget("06", student="ada")` shows a topic's questions, and writes answers.yaml.

The page gets the questions as this student sees them, and the student's own answers. It gets no key, and it sends no
request to any server.
"""

from pathlib import Path
from typing import Any, TypeGuard

import anywidget
import traitlets

from ..course.model import Course, find_course, load_course
from .kinds import KINDS
from .session import QuizSitting, open_session
from .variant import Shown

HERE = Path(__file__).parent
MAX_ANSWER = 10_000  # characters that the page may send
MAX_ITEMS = 100


class QuizWidget(anywidget.AnyWidget):
    """The widget of one topic's quiz. It writes every answer to the file at once."""

    _esm = HERE / "widget.js"
    _css = HERE / "widget.css"

    title = traitlets.Dict().tag(sync=True)  # en, zh
    student = traitlets.Unicode().tag(sync=True)
    questions: traitlets.List[Any] = traitlets.List().tag(sync=True)
    answers = traitlets.Dict().tag(sync=True)  # question -> the answer as it is in the file
    complaints = traitlets.Dict().tag(sync=True)  # question -> what to write instead: en, zh
    language = traitlets.Enum(["en", "zh"], default_value="en").tag(sync=True)

    def __init__(
        self, topic: str, *, student: str | None = None, course: Course | None = None, language: str = "en"
    ) -> None:
        """Open the student's quiz. Raise UsageError if it cannot be opened.

        student: by default, the name in the course's answers files
        course: by default, the nearest course in the working directory or above it
        """
        if course is None:
            course = load_course(find_course(Path.cwd()))
        self.session: QuizSitting = open_session(course, topic, student=student)
        title = self.session.topic.title
        super().__init__(
            title={"en": title.en, "zh": title.zh},
            student=self.session.student,
            questions=[_plain(question) for question in self.session.questions],
            answers=self._written(),
            language=language,
        )
        self.session.save()
        self.on_msg(self._receive)

    def _receive(self, widget: Any, content: Any, buffers: Any) -> None:
        """Record {"question": id, "answer": text or list of texts} from the page, or show a complaint."""
        if not isinstance(content, dict):
            return
        question, answer = content.get("question"), content.get("answer")
        if not isinstance(question, str) or question not in self.session.variants:
            return
        if not _is_answer(answer):
            return
        complaint = self.session.record(question, answer)
        complaints = dict(self.complaints)  # a new object: traitlets sends only what is assigned
        complaints.pop(question, None)
        if complaint is not None:
            complaints[question] = {"en": complaint.en, "zh": complaint.zh}
        self.complaints = complaints
        self.answers = self._written()

    def _written(self) -> dict[str, str | list[str]]:
        answers: dict[str, str | list[str]] = {}
        for question in self.session.questions:
            answer = self.session.written(question.id)
            if answer is not None:
                answers[question.id] = list(answer) if isinstance(answer, tuple) else answer
        return answers


def _is_answer(answer: object) -> TypeGuard[str | list[str]]:
    if isinstance(answer, list):
        return len(answer) <= MAX_ITEMS and all(isinstance(item, str) and len(item) <= MAX_ITEMS for item in answer)
    return isinstance(answer, str) and len(answer) <= MAX_ANSWER


def _plain(question: Shown) -> dict[str, Any]:
    """Return the question in the form that the page gets."""
    return {
        "id": question.id,
        "input": KINDS[question.kind].input.value,
        "prompt": {"en": question.prompt.en, "zh": question.prompt.zh},
        "options": [[letter, {"en": text.en, "zh": text.zh}] for letter, text in question.options.items()],
        "code": question.code or "",
        "units": list(question.units),
    }
