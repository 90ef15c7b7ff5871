"""The quizzes of one submission in a terminal."""

from collections.abc import Callable, Sequence

from ..results import QuestionResult, QuizResult, Verdict
from ..text import Language


def show_quizzes(
    quizzes: Sequence[QuizResult], language: Language, say: Callable[[str], None], escape: Callable[[str], str]
) -> None:
    """A line for each quiz that was answered; what is not right with its prompt, the answer and the reply."""
    untouched = []
    for quiz in quizzes:
        verdicts = [question.verdict for question in quiz.questions]
        answered = len(verdicts) - verdicts.count(Verdict.NOT_ATTEMPTED)
        if not answered:
            untouched.append(quiz.topic.split("_")[0])
            continue
        passed = verdicts.count(Verdict.PASSED)
        symbol = "[green]✓[/]" if passed == len(verdicts) else "[red]✗[/]"
        say(
            f"{symbol} [bold]quiz {escape(quiz.topic)}[/]  {quiz.points:g}/{quiz.worth:g}"
            f"  [dim]{passed} right, {answered} of {len(verdicts)} answered[/]"
        )
        for question in quiz.questions:
            if question.verdict not in (Verdict.PASSED, Verdict.NOT_ATTEMPTED):
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
    answer = question.answer.replace("\n", " ⏎ ")
    say(f"      [bold]{escape(answer)}[/]")
    for text in (question.reply, question.explanation):
        for line in text.lines(language) if text else []:
            say(f"      [cyan]→ {escape(line)}[/]")
