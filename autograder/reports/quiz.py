"""Quizzes: in a terminal, and the sentences that other formats use."""

from collections.abc import Callable, Sequence

from ..results.model import QuestionResult, QuizResult, Verdict
from ..text import Language, Text
from .folding import joined

QUIZ = Text("quiz", "测验")
QUIZ_OF = Text("quiz {topic}", "测验 {topic}")
NOT_ATTEMPTED = Text("Not attempted yet.", "尚未开始。")
STATE = Text(
    "{passed} right, {answered} of {questions} answered.", "共 {questions} 题，已答 {answered} 题，答对 {passed} 题。"
)
COUNTS = Text(
    "{passed} right, {answered} of {questions} answered", "共 {questions} 题，已答 {answered} 题，答对 {passed} 题"
)
PART = Text("{points} of {worth}", "{points} / {worth}")
QUIZZES_NOT_ATTEMPTED = Text("quizzes not attempted: {topics}", "尚未作答的测验：{topics}")


def show_quizzes(
    quizzes: Sequence[QuizResult], language: Language, say: Callable[[str], None], escape: Callable[[str], str]
) -> None:
    """Print a line for each quiz that was answered, and each wrong answer with its prompt and the reply."""
    untouched = []
    for quiz in quizzes:
        if not quiz.answered:
            untouched.append(quiz.topic.split("_")[0])
            continue
        symbol = "[green]✓[/]" if quiz.passed == len(quiz.questions) else "[red]✗[/]"
        name = QUIZ_OF.filled(topic=quiz.topic).label(language)
        counts = COUNTS.filled(passed=quiz.passed, answered=quiz.answered, questions=len(quiz.questions))
        say(
            f"{symbol} [bold]{escape(name)}[/]  {quiz.points:g}/{quiz.worth:g}"
            f"  [dim]{escape(counts.label(language))}[/]"
        )
        for question in wrong_questions(quiz):
            _show_question(question, language, say, escape)
    if untouched:
        names = QUIZZES_NOT_ATTEMPTED.filled(topics=joined(untouched)).label(language)
        say(f"[yellow]{Verdict.NOT_ATTEMPTED.symbol}[/] [dim]{escape(names)}[/]")


def _show_question(
    question: QuestionResult, language: Language, say: Callable[[str], None], escape: Callable[[str], str]
) -> None:
    prompts = question.prompt.lines(language)
    share = PART.filled(points=f"{question.points:.2f}", worth=f"{question.worth:.2f}").label(language)
    partly = f"  [dim]{share}[/]" if question.points else ""
    say(f"  [red]{question.verdict.symbol}[/] {question.id}  {escape(prompts[0])}{partly}")
    for line in prompts[1:]:
        say(f"           {escape(line)}")
    say(f"      [bold]{escape(_answer(question))}[/]")
    for line in reply(question, language):
        say(f"      [cyan]→ {escape(line)}[/]")


def state(quiz: QuizResult) -> Text:
    """Return how many questions are answered, and right."""
    if not quiz.answered:
        return NOT_ATTEMPTED
    return STATE.filled(passed=quiz.passed, answered=quiz.answered, questions=len(quiz.questions))


def wrong_questions(quiz: QuizResult) -> list[QuestionResult]:
    """Return the questions that were answered and are not right, and those that are broken."""
    return [q for q in quiz.questions if q.verdict not in (Verdict.PASSED, Verdict.NOT_ATTEMPTED)]


def messages(question: QuestionResult, language: Language) -> list[str]:
    """Return the question's prompt, the answer, and the reply to it, line by line."""
    return [*question.prompt.lines(language), _answer(question), *reply(question, language)]


def reply(question: QuestionResult, language: Language) -> list[str]:
    """Return what the student reads about the answer."""
    lines = question.reply.lines(language) if question.reply else []
    if question.explanation:
        lines = [*lines, *question.explanation.lines(language)]
    return lines


def _answer(question: QuestionResult) -> str:
    return question.answer.replace("\n", " ⏎ ")
