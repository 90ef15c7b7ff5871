"""The functions that a student imports in a notebook: `check`, `hint`, `board` and `quiz`; `grade` is for nbgrader.

live       the notebook's functions and cells, as the checks see them
visible    runs the visible checks on them
questions  the quiz
display    shows text below a cell
"""

import functools
from importlib.util import find_spec
from pathlib import Path

from ..course.model import Course, find_course, load_course, unknown
from ..home.hints import next_hint
from ..quiz.session import known_student
from ..reports.board import board_table, leads_to, next_exercise
from ..reports.terminal import escape, show_exercise
from ..results.model import Verdict
from ..results.points import share_by_weight
from ..text import Language, Text
from .display import Say, show_form, show_markdown, shown
from .live import shell
from .questions import as_markdown, kept, open_quiz, quiz_topic, summary, written
from .visible import quiet, visible_result

FOLDER = Path.cwd()  # of the notebook: Jupyter starts a kernel there
PASSED = Text(
    "The visible checks pass. Grading adds hidden ones.",
    "公开检查全部通过。评分时还有隐藏检查。",
)
HINT = Text("{name}: hint {number} of {count}", "{name}：第 {number} 条提示，共 {count} 条")
KEPT = Text("{question}: {answer} is kept.", "{question}：{answer} 已保存。")
TAKEN_BACK = Text("{question} has no answer now.", "{question} 现在没有答案。")
NEXT = Text('Next: {name}. Stuck? hint("{name}")', '下一题：{name}。需要提示：hint("{name}")')

_language = Language.BOTH


def check(name: str) -> None:
    """Run the visible checks of one exercise on your code, and show what they found."""
    with shown(_language) as say:
        course = _course()
        result = visible_result(course, course.exercise(name))
        if result.verdict is Verdict.NOT_ATTEMPTED:
            say(f"[yellow]{result.verdict.symbol}[/] [bold]{name}[/]")
            _say_lines(say, result.checks[0].message)
            return
        show_exercise(result, _language, say)
        if result.verdict is Verdict.PASSED:
            _say_lines(say, PASSED)


def hint(name: str, *, from_start: bool = False) -> None:
    """Show the next hint for an exercise, one at a time. from_start: begin with the first one again."""
    with shown(_language) as say:
        course = _course()
        exercise = course.exercise(name)
        number, text = next_hint(course, exercise, from_start=from_start)
        heading = HINT.filled(name=name, number=number, count=len(exercise.hints))
        # A hint that reads the same in both languages has one line, below the first heading.
        for title, line in zip(heading.lines(_language), text.lines(_language), strict=False):
            say(f"[bold]{escape(title)}[/]\n  {escape(line)}")


def board() -> None:
    """Run all visible checks on your code and show how far you are."""
    with shown(_language) as say:
        course = _course()
        with quiet():
            results = [visible_result(course, exercise) for exercise in course.exercises]
        facts = []
        for result in results:
            for check in result.checks:
                facts.append({"exercise": result.name, "check": check.id.split("[")[0], "verdict": check.verdict})
        say(board_table(course, facts, _language))
        possible = leads_to(course, facts)
        if possible:
            _say_lines(say, possible)
        following = next_exercise(course, facts)
        _say_lines(say, NEXT.filled(name=following.name) if following else PASSED)


def grade(name: str) -> float:
    """Return the points of the visible checks, for a grade cell of nbgrader. Nothing is shown."""
    with quiet():
        course = _course()
        return visible_result(course, course.exercise(name)).points


def quiz(student: str | None = None, *, form: bool = True) -> None:
    """Show your variant of the topic's quiz with your answers so far; as a form if anywidget is installed.

    student: the name that you hand in under; needed once, unless JupyterHub knows it.
    form: False shows text instead; call `answer` to answer.
    """
    with shown(_language):
        session = open_quiz(_course(), student)
        session.save()  # the file records the student
        if form and shell() is not None and find_spec("anywidget") is not None:
            show_form(session, _course(), _language)
        else:
            show_markdown(as_markdown(session, _language))


def answer(question: str, value: object) -> None:
    """Record an answer to a question of the quiz: a number, a text, a letter, or a list of letters.

    An empty text removes the answer.
    """
    with shown(_language) as say:
        session = open_quiz(_course(), None)
        if question not in session.variants:
            raise unknown("question", question, list(session.variants))
        complaint = session.record(question, written(value))
        answered = kept(session, question)
        if complaint is not None:
            _say_lines(say, complaint)
        elif answered:
            _say_lines(say, KEPT.filled(question=question, answer=answered))
        else:
            _say_lines(say, TAKEN_BACK.filled(question=question))
        _say_lines(say, summary(session))


def grade_quiz() -> float:
    """Return the share of answered questions, in points. nbgrader's own grading has no key to judge them."""
    with quiet():
        course = _course()
        topic = quiz_topic(course)
        if known_student(course) is None:
            return 0.0
        session = open_quiz(course, None)
        return share_by_weight(topic.quiz_points, session.answered, len(session.questions))


def use_language(language: str) -> None:
    """Show messages in "en", "zh" or "both"."""
    global _language
    _language = Language(language)


@functools.cache
def _course() -> Course:
    """Return the course in the notebook's folder or above it."""
    return load_course(find_course(FOLDER))


def _say_lines(say: Say, text: Text) -> None:
    for line in text.lines(_language):
        say(f"  {escape(line)}")


__all__ = ["answer", "board", "check", "grade", "grade_quiz", "hint", "quiz", "use_language"]
