"""The quiz in a notebook: questions as Markdown, which notebooks render with formulas; answers go into the file."""

import os
from collections.abc import Iterator

from ..course.model import Course, Topic
from ..errors import UsageError
from ..quiz.kinds import KINDS
from ..quiz.session import QuizSitting, known_student, open_session
from ..quiz.variant import Shown
from ..text import Language, Text

ANSWERED = Text("{answered} of {count} questions have an answer.", "{count} 题中已答 {answered} 题。")
YOUR_ANSWER = Text("Your answer: `{answer}`", "你的答案：`{answer}`")
WHOSE = Text("Whose quiz is this?", "这是谁的测验？")
GIVE_NAME = Text('Run quiz("…") with the name that you hand in under.', '请运行 quiz("…")，填写提交作业时用的名字。')
ONE_QUIZ = Text("{folder} has {count} quizzes.", "{folder} 中有 {count} 个测验。")
COURSE_NOTEBOOK = Text(
    "Use a notebook of the course: its folder has exactly one quiz.",
    "请使用课程的 notebook：它的文件夹里只有一个测验。",
)
BY_HAND = Text('To answer: `answer("{question}", {sample})`', '作答：`answer("{question}", {sample})`')


def open_quiz(course: Course, student: str | None) -> QuizSitting:
    """Open the quiz of the notebook's topic. Raise UsageError if there is none, or if the student is unknown.

    student: the name; by default the name in the answers file, or the one that JupyterHub knows.
    """
    name = student or known_student(course) or os.environ.get("JUPYTERHUB_USER")
    if not name:
        raise UsageError(WHOSE, fix=GIVE_NAME)
    return open_session(course, quiz_topic(course).name, student=name)


def quiz_topic(course: Course) -> Topic:
    """Return the only topic here that has a quiz. Raise UsageError if there is none, or more than one."""
    topics = [topic for topic in course.topics if topic.quiz_points]
    if len(topics) == 1:
        return topics[0]
    raise UsageError(ONE_QUIZ.filled(folder=course.root, count=len(topics)), fix=COURSE_NOTEBOOK)


def as_markdown(session: QuizSitting, language: Language) -> str:
    """Return all questions, each with the answer in the file."""
    parts: list[str] = []
    for number, question in enumerate(session.questions, 1):
        parts += _question(f"{number}/{len(session.questions)}", question, kept(session, question.id), language)
    return "\n\n".join([*parts, *summary(session).lines(language)])


def summary(session: QuizSitting) -> Text:
    """Return a sentence that says how many questions have an answer."""
    return ANSWERED.filled(answered=session.answered, count=len(session.questions))


def kept(session: QuizSitting, question: str) -> str | None:
    """Return the answer in the file as one line; None if there is none."""
    answer = session.written(question)
    if answer is None or isinstance(answer, str):
        return answer
    return ", ".join(answer)


def written(value: object) -> str | list[str]:
    """Return a Python value as it is written in answers.yaml."""
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
        options = []
        for letter, option in question.options.items():
            options.append(f"- **{letter}**  {' / '.join(option.lines(language))}")
        yield "\n".join(options)
    if answer is None:
        last = BY_HAND.filled(question=question.id, sample=kind.notebook_example)
    else:
        one_line = " ".join(answer.replace("`", "'").split())
        last = YOUR_ANSWER.filled(answer=one_line)
    yield "  \n".join(last.lines(language))
    yield "---"
