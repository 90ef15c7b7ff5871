"""Quizzes: in a terminal, and the sentences that other formats use."""

from collections.abc import Callable, Sequence

from ..results.model import QuestionResult, QuizResult, Verdict
from ..text import Language, Text

QUIZ = Text("quiz", "测验")
QUIZ_OF = Text("quiz {topic}", "测验 {topic}")
NOT_ATTEMPTED = Text("Not attempted yet.", "尚未开始。")
STATE = Text(
    "{passed} right, {answered} of {questions} answered.", "共 {questions} 题，已答 {answered} 题，答对 {passed} 题。"
)


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
        say(
            f"{symbol} [bold]quiz {escape(quiz.topic)}[/]  {quiz.points:g}/{quiz.worth:g}"
            f"  [dim]{quiz.passed} right, {quiz.answered} of {len(quiz.questions)} answered[/]"
        )
        for question in wrong_questions(quiz):
            _show_question(question, language, say, escape)
    if untouched:
        say(f"[yellow]{Verdict.NOT_ATTEMPTED.symbol}[/] [dim]quizzes not attempted: {', '.join(untouched)}[/]")


def _show_question(
    question: QuestionResult, language: Language, say: Callable[[str], None], escape: Callable[[str], str]
) -> None:
    prompts = question.prompt.lines(language)
    partly = f"  [dim]{question.points:.2f} of {question.worth:.2f}[/]" if question.points else ""
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
