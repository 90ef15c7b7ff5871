"""Quizzes, shown: those of one submission in a terminal, and what other formats tell of a quiz and its questions."""

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
    """A line for each quiz that was answered; what is not right with its prompt, the answer and the reply."""
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
    """How much of the quiz is answered, and right."""
    if not quiz.answered:
        return NOT_ATTEMPTED
    return STATE.filled(passed=quiz.passed, answered=quiz.answered, questions=len(quiz.questions))


def wrong_questions(quiz: QuizResult) -> list[QuestionResult]:
    """What was answered, and is not right; or is broken."""
    return [q for q in quiz.questions if q.verdict not in (Verdict.PASSED, Verdict.NOT_ATTEMPTED)]


def told(question: QuestionResult, language: Language) -> list[str]:
    """The question's prompt, the answer, and what is replied to it, line by line."""
    return [*question.prompt.lines(language), _answer(question), *reply(question, language)]


def reply(question: QuestionResult, language: Language) -> list[str]:
    """What the student is told about the answer."""
    return [line for text in (question.reply, question.explanation) if text for line in text.lines(language)]


def _answer(question: QuestionResult) -> str:
    return question.answer.replace("\n", " ⏎ ")
