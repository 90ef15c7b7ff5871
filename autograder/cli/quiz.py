"""The command `quiz`: answer a topic's questions in the terminal, or in a file that it writes."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from ..course.model import Course
from ..errors import UsageError
from ..text import Language, Text
from .shared import CourseOption, LanguageOption, course_at, errors_as_sentences

if TYPE_CHECKING:
    from ..quiz.session import QuizSitting

NO_TERMINAL = Text(
    "The quiz asks its questions in a terminal, and this is none.", "测验要在终端里作答，而这里不是终端。"
)
WRITE_FILE = Text(
    "`autograder quiz TOPIC --student NAME --print` writes a file to fill in.",
    "`autograder quiz TOPIC --student NAME --print` 会写出一个供填写的文件。",
)
NO_QUESTIONARY = Text(
    "The quiz in the terminal needs questionary: {error}.", "在终端里作答需要安装 questionary：{error}。"
)
YOUR_NAME = Text("The name that you hand in under", "提交时使用的名字")
ANSWERED = Text("{path}: {answered} of {count} answered", "{path}：共 {count} 题，已答 {answered} 题")

TopicArgument = Annotated[
    str | None, typer.Argument(help="The topic's folder, name or number. Default: the command asks.")
]
StudentOption = Annotated[
    str | None, typer.Option("--student", help="Your name, as you hand in. The answers file remembers it.")
]
AttemptOption = Annotated[
    int | None,
    typer.Option("--attempt", min=1, help="The number of the attempt. Default: the one in the answers file."),
]
PracticeOption = Annotated[
    bool,
    typer.Option("--practice", help="Reply to each answer at once and save nothing. Needs the key on this machine."),
]
PrintOption = Annotated[
    bool, typer.Option("--print", help="Write answers.yaml with the questions, to fill in by hand.")
]


def quiz(
    topic: TopicArgument = None,
    student: StudentOption = None,
    attempt: AttemptOption = None,
    practice: PracticeOption = False,
    print_: PrintOption = False,
    course: CourseOption = None,
    lang: LanguageOption = Language.BOTH,
) -> None:
    """Answer a topic's quiz. Each answer is saved at once, in answers.yaml in the topic's folder.

    Each student gets numbers and an order of options of their own, so give the name that you hand in with.
    """
    with errors_as_sentences(lang):
        loaded = course_at(course)
        if print_:
            _print(loaded, topic, student, attempt, lang)
        else:
            _ask(loaded, topic, student, attempt, practice, lang)


def _print(course: Course, topic: str | None, student: str | None, attempt: int | None, language: Language) -> None:
    """Write the answers file of one topic, or of all."""
    from ..quiz.session import open_session

    names = [topic] if topic else [one.name for one in course.topics if one.quiz_points]
    for name in names:
        session = open_session(course, name, student=student, attempt=attempt)
        session.language = language
        session.save()
        _show_progress(session, language)


def _ask(
    course: Course, topic: str | None, student: str | None, attempt: int | None, practice: bool, language: Language
) -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(NO_TERMINAL, fix=WRITE_FILE)
    try:
        import questionary
        from rich.console import Console

        from ..quiz.terminal import answer_in_terminal, choose_topic
    except ImportError as error:
        raise UsageError(NO_QUESTIONARY.filled(error=error), fix="pip install 'torchstone[quiz]'") from None
    from ..quiz.session import known_student, open_session, progress

    console = Console()
    if topic is None:
        rows = [(t.name, " ".join(t.title.lines(language)), done, count) for t, done, count in progress(course)]
        if not rows:
            raise UsageError(Text("The course has no quiz.", "这门课程没有测验。"))
        topic = choose_topic(rows, console, language)
    if not practice and student is None and known_student(course) is None:
        student = questionary.text(f"{' '.join(YOUR_NAME.lines(language))}:").unsafe_ask()
    session = open_session(course, topic, student=student, attempt=attempt, is_practice=practice)
    session.language = language
    answer_in_terminal(session, language, console)
    if not practice:
        _show_progress(session, language)


def _show_progress(session: "QuizSitting", language: Language) -> None:
    """Print where the answers are, and how many there are."""
    counts = ANSWERED.filled(path=session.path, answered=session.answered, count=len(session.questions))
    print(counts.label(language))
