"""The quiz in a notebook: every question as Markdown, which notebooks render with its maths; answers go into the file."""

import os
from collections.abc import Iterator

from ..course.model import Course, Topic
from ..errors import UsageError
from ..quiz.kinds import KINDS
from ..quiz.session import Session, known_student, open_session
from ..quiz.variant import Shown
from ..text import Language, Text

ANSWERED = Text("{answered} of {count} questions have an answer.", "{count} 题中已答 {answered} 题。")
YOUR_ANSWER = Text("Your answer: `{answer}`", "你的答案：`{answer}`")
BY_HAND = Text('To answer: `answer("{question}", {sample})`', '作答：`answer("{question}", {sample})`')


def open_quiz(course: Course, student: str | None) -> Session:
    """The quiz of the notebook's topic. Raises UsageError where there is none, or it is not known whose it is.

    student: the name; by default that of the answers given so far, or the one that JupyterHub knows.
    """
    name = student or known_student(course) or os.environ.get("JUPYTERHUB_USER")
    if not name:
        raise UsageError(
            "Whose quiz is this? 这是谁的测验？",
            fix='Run quiz("…") with the name that you hand in under. 请运行 quiz("…")，填写提交作业时用的名字。',
        )
    return open_session(course, quiz_topic(course).name, student=name)


def quiz_topic(course: Course) -> Topic:
    """The one topic here that has a quiz."""
    topics = [topic for topic in course.topics if topic.quiz_points]
    if len(topics) == 1:
        return topics[0]
    what = f"{len(topics)} quizzes" if topics else "no quiz"
    raise UsageError(f"There is {what} here: {course.root}.", fix="A notebook of the course has one in its folder.")


def as_markdown(session: Session, language: Language) -> str:
    """All questions, each with the answer that is kept."""
    parts: list[str] = []
    for number, question in enumerate(session.questions, 1):
        parts += _question(f"{number}/{len(session.questions)}", question, kept(session, question.id), language)
    return "\n\n".join([*parts, *summary(session).lines(language)])


def summary(session: Session) -> Text:
    """How far the student is."""
    return ANSWERED.filled(answered=session.answered, count=len(session.questions))


def kept(session: Session, question: str) -> str | None:
    """The answer in the file, on a line; None where there is none."""
    answer = session.written(question)
    return answer if answer is None or isinstance(answer, str) else ", ".join(answer)


def written(value: object) -> str | list[str]:
    """A Python value as one writes it in answers.yaml."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return [str(item) for item in value]
    return str(value)


def _question(number: str, question: Shown, answer: str | None, language: Language) -> Iterator[str]:
    kind = KINDS[question.kind]
    yield f"**{number} · {question.id}** · " + " ".join(kind.notebook_instruction.lines(language))
    yield from question.prompt.lines(language)
    if question.code:
        yield f"```python\n{question.code.rstrip()}\n```"
    if question.options:
        options = question.options.items()
        yield "\n".join(f"- **{letter}**  {' / '.join(option.lines(language))}" for letter, option in options)
    if answer is None:
        lines = BY_HAND.filled(question=question.id, sample=kind.notebook_example).lines(language)
    else:
        lines = YOUR_ANSWER.filled(answer=" ".join(answer.replace("`", "'").split())).lines(language)
    yield "  \n".join(lines)
    yield "---"
