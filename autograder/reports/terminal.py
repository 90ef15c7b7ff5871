"""Results in a terminal: a table of a class, a large class in numbers, and one submission in full."""

from collections import Counter
from collections.abc import Callable, Sequence

from rich import markup
from rich.console import Console
from rich.table import Table

from ..results.model import GRAVITY, SYMBOLS, CheckResult, ExerciseResult, SubmissionResult, Verdict
from ..results.summary import ClassTally, ExerciseSummary, Summary
from ..text import Language, printable
from .quiz import show_quizzes

MIN_NOTES = 40  # characters
FAULTLESS = (Verdict.PASSED, Verdict.NOT_ATTEMPTED)
FREQUENT = 20  # misconceptions that the summary of a large class lists


def escape(text: str) -> str:
    """Safe for a terminal, and free of rich's markup."""
    return markup.escape(printable(text))


STYLES = {
    Verdict.PASSED: "green",
    Verdict.FAILED: "red",
    Verdict.CRASHED: "red",
    Verdict.TIMED_OUT: "red",
    Verdict.REFUSED: "red",
    Verdict.NOT_ATTEMPTED: "yellow",
    Verdict.BROKEN: "magenta",
}


def class_table(rows: Sequence[Summary], topics: Sequence[str]) -> Table:
    """One row for each submission: points, how many exercises of each topic passed, and what it misunderstands.

    A topic that nobody has attempted has no column; the points of all quizzes have one where somebody answered.
    """
    attempted = {e.topic for row in rows for e in row.exercises if e.verdict is not Verdict.NOT_ATTEMPTED}
    shown = [topic for topic in topics if topic in attempted]
    table = Table(box=None, pad_edge=False)
    table.add_column("Submission", overflow="fold")
    table.add_column("Points", justify="right", no_wrap=True)
    for topic in shown:
        count = sum(exercise.topic == topic for exercise in rows[0].exercises)
        table.add_column(f"{topic.split('_')[0]}\n/{count}", justify="right", no_wrap=True)
    has_quizzes = any(quiz.answered for row in rows for quiz in row.quizzes)
    if has_quizzes:
        worth = sum(quiz.worth for quiz in rows[0].quizzes)
        table.add_column(f"Quiz\n/{worth:g}", justify="right", no_wrap=True)
    table.add_column("Notes", overflow="fold", min_width=MIN_NOTES)
    for row in sorted(rows, key=lambda row: row.submission):
        cells = [_topic_cell([e for e in row.exercises if e.topic == topic]) for topic in shown]
        cells += [_quiz_cell(row)] if has_quizzes else []
        table.add_row(escape(row.submission), f"{row.points:.2f}/{row.worth:g}", *cells, escape(_notes(row)))
    return table


def _topic_cell(exercises: Sequence[ExerciseSummary]) -> str:
    """How many passed, with the symbol of the gravest fault; a dot where nothing was attempted."""
    verdicts = {exercise.verdict for exercise in exercises}
    if verdicts == {Verdict.NOT_ATTEMPTED}:
        return "[dim]·[/]"
    passed = sum(exercise.verdict is Verdict.PASSED for exercise in exercises)
    gravest = next((v for v in (*GRAVITY, Verdict.BROKEN) if v in verdicts and v not in FAULTLESS), Verdict.PASSED)
    return f"[{STYLES[gravest]}]{passed or ''}{gravest.symbol}[/]"


def _quiz_cell(row: Summary) -> str:
    """The points of all quizzes; a dot where no question was answered."""
    if not any(quiz.answered for quiz in row.quizzes):
        return "[dim]·[/]"
    return f"{sum(quiz.points for quiz in row.quizzes):.2f}"


def quiz_table(tally: ClassTally) -> Table:
    """One row for each quiz of a large class: who answered, how much of that was right, and the mean points."""
    table = Table(box=None, pad_edge=False)
    table.add_column("Quiz", no_wrap=True)
    for heading in ("Submissions", "Right of the answered", "Mean points"):
        table.add_column(heading, justify="right", no_wrap=True)
    for topic, quiz in sorted(tally.quizzes.items()):
        right, mean = quiz.passed / quiz.answered, quiz.points / quiz.submissions
        table.add_row(escape(topic), f"{quiz.submissions:,}", f"{right:.0%}", f"{mean:.2f}/{quiz.worth:g}")
    return table


def exercise_table(tally: ClassTally) -> Table:
    """One row for each exercise of a large class: how many passed, failed and so on."""
    shown = [verdict for verdict in SYMBOLS if any(counts[verdict] for counts in tally.verdicts.values())]
    table = Table(box=None, pad_edge=False)
    table.add_column("Exercise", no_wrap=True)
    for verdict in shown:
        heading = f"[{STYLES[verdict]}]{verdict.symbol}[/] {verdict.replace('_', ' ')}"
        table.add_column(heading, justify="right", no_wrap=True)
    for (topic, exercise), counts in tally.verdicts.items():
        table.add_row(f"{topic.split('_')[0]} {escape(exercise)}", *(f"{counts[verdict]:,}" for verdict in shown))
    return table


def misconception_table(tally: ClassTally) -> Table:
    """The misconceptions that most of a large class hold."""
    table = Table(box=None, pad_edge=False)
    table.add_column("Submissions", justify="right", no_wrap=True)
    table.add_column("Misconception", overflow="fold")
    for (exercise, name), count in sorted(tally.misconceptions.items(), key=lambda item: (-item[1], item[0]))[
        :FREQUENT
    ]:
        table.add_row(f"{count:,}", escape(f"{exercise}: {name}"))
    return table


def points_line(tally: ClassTally) -> str:
    """The points of a large class in a line."""
    low, high = min(tally.points), max(tally.points)
    return (
        f"Points out of {tally.worth:g}: mean {tally.mean:.2f}, median {tally.median:.2f}, from {low:g} to {high:g}. "
        f"{tally.with_problems:,} with a remark on their files."
    )


def legend() -> str:
    """What the table's symbols mean."""
    symbols = [f"{v.symbol} {v.replace('_', ' ')}" for v in SYMBOLS if v is not Verdict.NOT_ATTEMPTED]
    return "2✗: two exercises passed, and at least one failed  " + "  ".join(symbols) + "  · nothing attempted"


def _symbol(exercise: ExerciseResult | ExerciseSummary) -> str:
    return f"[{STYLES[exercise.verdict]}]{exercise.verdict.symbol}[/]"


def _notes(row: Summary) -> str:
    notes = [f"{e.name}: {' or '.join(e.misconceptions)}" for e in row.exercises if e.misconceptions]
    return "; ".join([*notes, *row.problems])


SHORT = 50  # a message of up to this many characters stands on its check's own line


def show_submission(result: SubmissionResult, language: Language, console: Console) -> None:
    """One submission in full: what is right in a line, what is wrong with its misconceptions and messages."""

    def say(text: str) -> None:
        console.print(text, highlight=False, soft_wrap=True)

    say(f"[bold]{escape(result.submission)}[/]  {result.points:g} of {result.worth:g} points")
    for problem in result.problems:
        for line in problem.sentence.lines(language):
            say(f"  [red]{escape(problem.file)}[/]: {escape(line)}" if problem.file else f"  [red]{escape(line)}[/]")
    for exercise in result.exercises:
        if exercise.verdict is not Verdict.NOT_ATTEMPTED:
            show_exercise(exercise, language, say)
    _show_untouched([e for e in result.exercises if e.verdict is Verdict.NOT_ATTEMPTED], say)
    show_quizzes(result.quizzes, language, say, escape)


def show_exercise(exercise: ExerciseResult, language: Language, say: Callable[[str], None]) -> None:
    """Points, misconceptions, and every check that did not pass."""
    say(f"{_symbol(exercise)} [bold]{exercise.name}[/]  {exercise.points:g}/{exercise.worth:g}")
    if exercise.raised_from is not None:
        say(f"  [dim]an earlier, better mark was kept; this grading gave {exercise.raised_from:g}[/]")
    for diagnosis in exercise.misconceptions:
        for line in diagnosis.sentence.lines(language):
            say(f"  [cyan]→ {escape(line)}[/]")
    _show_checks([c for c in exercise.checks if c.verdict is not Verdict.PASSED], language, say)
    passed = sum(check.verdict is Verdict.PASSED for check in exercise.checks)
    if 0 < passed < len(exercise.checks):
        say(f"  [green]{Verdict.PASSED.symbol}[/] {passed} of {len(exercise.checks)} checks passed")


def _show_untouched(exercises: Sequence[ExerciseResult], say: Callable[[str], None]) -> None:
    """A line for each topic: names are all that there is to tell."""
    for topic in dict.fromkeys(exercise.topic for exercise in exercises):
        names = ", ".join(exercise.name for exercise in exercises if exercise.topic == topic)
        say(f"{_symbol(exercises[0])} [dim]not attempted, {topic.split('_')[0]}: {names}[/]")


def _show_checks(checks: Sequence[CheckResult], language: Language, say: Callable[[str], None]) -> None:
    """Each with its title and message; a long message that several have in common is shown once."""
    counts = Counter(check.message for check in checks)
    shared = [message for message, count in counts.items() if count > 2 and len(message.en) > SHORT]
    for check in checks:
        if check.message not in shared:
            _show_check(check, language, say)
    for message in shared:
        verdict = next(check.verdict for check in checks if check.message == message)
        for position, line in enumerate(message.lines(language)):
            symbol = f"[{STYLES[verdict]}]{verdict.symbol}[/]" if position == 0 else " "
            say(f"  {symbol} {escape(line)}  [dim]({counts[message]} ×)[/]")


def _show_check(check: CheckResult, language: Language, say: Callable[[str], None]) -> None:
    titles, messages = check.title.lines(language), check.message.lines(language) if check.message else []
    is_short = len(titles) == len(messages) and all(len(message) <= SHORT for message in messages)
    symbol = f"[{STYLES[check.verdict]}]{check.verdict.symbol}[/]"
    for position, title in enumerate(titles):
        message = f"  [dim]{escape(messages[position])}[/]" if is_short else ""
        say(f"  {symbol if position == 0 else ' '} {escape(title)}{message}")
    for message in [] if is_short else messages:
        say(f"      {escape(message)}")
