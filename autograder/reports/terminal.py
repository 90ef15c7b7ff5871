"""Results in a terminal: a class as a table, a large class in numbers, a single submission in full."""

from collections import Counter
from collections.abc import Callable, Sequence

from rich import markup
from rich.console import Console
from rich.table import Table

from ..results.model import GRAVITY, SYMBOLS, CheckResult, ExerciseResult, Problem, SubmissionResult, Verdict
from ..results.points import EARNS_NOTHING
from ..results.summary import ClassTally, ExerciseSummary, Summary
from ..text import Language, Text, printable
from .folding import and_more, fault_of, joined, short_name
from .quiz import show_quizzes

MIN_NOTES = 40  # characters
FAULTLESS = (Verdict.PASSED, Verdict.NOT_ATTEMPTED)
FREQUENT = 20  # misconceptions that the summary of a large class lists


def escape(text: str) -> str:
    """Return text that is safe for a terminal and free of rich's markup."""
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
    """Return a table with one row per submission: points, exercises passed by topic, misconceptions.

    A topic that nobody attempted has no column. The quizzes share one column, if anybody answered one.
    """
    attempted = _attempted_topics(rows)
    shown = [topic for topic in topics if topic in attempted]
    has_quizzes = any(_has_answers(row) for row in rows)
    table = _empty_class_table(rows[0], shown, has_quizzes=has_quizzes)
    for row in sorted(rows, key=lambda row: row.submission):
        cells = [escape(row.submission), f"{row.points:.2f}/{row.worth:g}"]
        cells += [_topic_cell(row, topic) for topic in shown]
        if has_quizzes:
            cells.append(_quiz_cell(row))
        cells.append(escape(_notes(row)))
        table.add_row(*cells)
    return table


def _empty_class_table(row: Summary, topics: Sequence[str], *, has_quizzes: bool) -> Table:
    """Return the table with its columns. Any row shows what each of them is out of."""
    table = Table(box=None, pad_edge=False)
    table.add_column("Submission", overflow="fold")
    table.add_column("Points", justify="right", no_wrap=True)
    for topic in topics:
        topic_number = topic.split("_")[0]
        count = sum(exercise.topic == topic for exercise in row.exercises)
        table.add_column(f"{topic_number}\n/{count}", justify="right", no_wrap=True)
    if has_quizzes:
        worth = sum(quiz.worth for quiz in row.quizzes)
        table.add_column(f"Quiz\n/{worth:g}", justify="right", no_wrap=True)
    table.add_column("Notes", overflow="fold", min_width=MIN_NOTES)
    return table


def _attempted_topics(rows: Sequence[Summary]) -> set[str]:
    topics = set()
    for row in rows:
        for exercise in row.exercises:
            if exercise.verdict is not Verdict.NOT_ATTEMPTED:
                topics.add(exercise.topic)
    return topics


def _has_answers(row: Summary) -> bool:
    return any(quiz.answered for quiz in row.quizzes)


def _topic_cell(row: Summary, topic: str) -> str:
    """Return how many exercises passed, with the symbol of the gravest fault; a dot if none was attempted."""
    verdicts = [exercise.verdict for exercise in row.exercises if exercise.topic == topic]
    if set(verdicts) == {Verdict.NOT_ATTEMPTED}:
        return "[dim]·[/]"
    passed = verdicts.count(Verdict.PASSED)
    gravest = _gravest_fault(verdicts)
    return f"[{STYLES[gravest]}]{passed or ''}{gravest.symbol}[/]"


def _gravest_fault(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the gravest verdict that is a fault; PASSED if there is none."""
    for verdict in (*GRAVITY, Verdict.BROKEN):
        if verdict in verdicts and verdict not in FAULTLESS:
            return verdict
    return Verdict.PASSED


def _quiz_cell(row: Summary) -> str:
    """Return the points of all quizzes; a dot if no question was answered."""
    if not _has_answers(row):
        return "[dim]·[/]"
    return f"{sum(quiz.points for quiz in row.quizzes):.2f}"


def quiz_table(tally: ClassTally) -> Table:
    """Return a row for each quiz of a large class: who answered, how much of that was right, the mean points."""
    table = Table(box=None, pad_edge=False)
    table.add_column("Quiz", no_wrap=True)
    for heading in ("Submissions", "Right of the answered", "Mean points"):
        table.add_column(heading, justify="right", no_wrap=True)
    for topic, quiz in sorted(tally.quizzes.items()):
        right, mean = quiz.passed / quiz.answered, quiz.points / quiz.submissions
        table.add_row(escape(topic), f"{quiz.submissions:,}", f"{right:.0%}", f"{mean:.2f}/{quiz.worth:g}")
    return table


def exercise_table(tally: ClassTally) -> Table:
    """Return a row for each exercise of a large class: how many passed, failed and so on."""
    shown = _verdicts_that_occur(tally)
    table = Table(box=None, pad_edge=False)
    table.add_column("Exercise", no_wrap=True)
    for verdict in shown:
        heading = f"[{STYLES[verdict]}]{verdict.symbol}[/] {verdict.replace('_', ' ')}"
        table.add_column(heading, justify="right", no_wrap=True)
    for (topic, exercise), counts in tally.verdicts.items():
        topic_number = topic.split("_")[0]
        cells = [f"{counts[verdict]:,}" for verdict in shown]
        table.add_row(f"{topic_number} {escape(exercise)}", *cells)
    return table


def _verdicts_that_occur(tally: ClassTally) -> list[Verdict]:
    """Return the verdicts that any exercise of the class got, in the order of the legend."""
    total: Counter[Verdict] = Counter()
    for counts in tally.verdicts.values():
        total.update(counts)
    return [verdict for verdict in SYMBOLS if total[verdict]]


def misconception_table(tally: ClassTally) -> Table:
    """Return the most frequent misconceptions of a large class."""
    table = Table(box=None, pad_edge=False)
    table.add_column("Submissions", justify="right", no_wrap=True)
    table.add_column("Misconception", overflow="fold")
    by_frequency = sorted(tally.misconceptions.items(), key=lambda item: (-item[1], item[0]))
    for (exercise, name), count in by_frequency[:FREQUENT]:
        table.add_row(f"{count:,}", escape(f"{exercise}: {name}"))
    return table


def points_line(tally: ClassTally) -> str:
    """Return the points of a large class in a line."""
    low, high = min(tally.points), max(tally.points)
    return (
        f"Points out of {tally.worth:g}: mean {tally.mean:.2f}, median {tally.median:.2f}, from {low:g} to {high:g}. "
        f"{tally.with_problems:,} with a remark on their files."
    )


def legend() -> str:
    """Return what the table's symbols mean."""
    symbols = [f"{v.symbol} {v.replace('_', ' ')}" for v in SYMBOLS if v is not Verdict.NOT_ATTEMPTED]
    return "2✗: two exercises passed, and at least one failed  " + "  ".join(symbols) + "  · nothing attempted"


def _symbol(exercise: ExerciseResult | ExerciseSummary) -> str:
    return f"[{STYLES[exercise.verdict]}]{exercise.verdict.symbol}[/]"


def _notes(row: Summary) -> str:
    notes = []
    for exercise in row.exercises:
        if exercise.misconceptions:
            notes.append(f"{exercise.name}: {' or '.join(exercise.misconceptions)}")
    return "; ".join([*notes, *row.problems])


Say = Callable[[str], None]  # prints a line
SHORT = 50  # characters of a message that fits on its check's line

POINTS = Text("{points} of {worth} points", "得分 {points} / {worth}")
KEPT_MARK = Text(
    "an earlier, better mark was kept; this grading gave {points}", "保留了之前较高的分数；这次评分得 {points} 分"
)
BONUS = Text("+{points} (bonus, at most {bonus})", "+{points}（附加分，最多 {bonus}）")
CHECKS_PASSED = Text("{passed} of {count} checks passed", "{count} 项检查中通过了 {passed} 项")
IN_ALL_CHECKS = Text("in all {count} checks", "全部 {count} 项检查都是如此")
NOT_ATTEMPTED = Text("not attempted, {topic}: {names}", "尚未作答，{topic}：{names}")
NO_POINTS = Text("Because of this, 0 of {worth} points: {names}", "因此以下练习得 0 分（共 {worth} 分）：{names}")


def show_submission(result: SubmissionResult, language: Language, console: Console) -> None:
    """Print one submission in full: a line for what is right; messages and misconceptions for what is wrong."""

    def say(text: str) -> None:
        console.print(text, highlight=False, soft_wrap=True)

    points = POINTS.filled(points=f"{result.points:g}", worth=f"{result.worth:g}")
    say(f"[bold]{escape(result.submission)}[/]  {points.label(language)}")
    shown = _show_problems(result, language, say)
    untouched = []
    for exercise in result.exercises:
        if exercise.name in shown:
            continue
        if exercise.verdict is Verdict.NOT_ATTEMPTED:
            untouched.append(exercise)
        else:
            show_exercise(exercise, language, say)
    _show_untouched(untouched, language, say)
    show_quizzes(result.quizzes, language, say, escape)


def _show_problems(result: SubmissionResult, language: Language, say: Say) -> set[str]:
    """Print what is wrong with the files. Below an unreadable file, print its exercises; return their names."""
    shown: set[str] = set()
    for problem in result.problems:
        _show_problem(problem, language, say)
        lost = [exercise for exercise in result.exercises if _is_lost_to(problem, exercise)]
        if lost:
            names = joined([exercise.name for exercise in lost])
            worth = sum(exercise.worth for exercise in lost)
            for line in NO_POINTS.filled(worth=f"{worth:g}", names=names).lines(language):
                say(f"    {escape(line)}")
        shown.update(exercise.name for exercise in lost)
    return shown


def _is_lost_to(problem: Problem, exercise: ExerciseResult) -> bool:
    """Return True if every check of the exercise has this problem for its message: the file cannot be read."""
    if not problem.file or not exercise.file.endswith(problem.file):
        return False
    return all(check.message == problem.sentence for check in exercise.checks)


def _show_problem(problem: Problem, language: Language, say: Say) -> None:
    """Print what is wrong with a file, or with the whole submission."""
    for line in problem.sentence.lines(language):
        if problem.file:
            say(f"  [red]{escape(problem.file)}[/]: {escape(line)}")
        else:
            say(f"  [red]{escape(line)}[/]")


def show_exercise(exercise: ExerciseResult, language: Language, say: Say) -> None:
    """Print points, misconceptions, and every check that did not pass."""
    say(f"{_symbol(exercise)} [bold]{exercise.name}[/]  {_marks(exercise, language)}")
    if exercise.raised_from is not None:
        kept = KEPT_MARK.filled(points=f"{exercise.raised_from:g}")
        say(f"  [dim]{kept.label(language)}[/]")
    _show_misconceptions(exercise, language, say)
    not_passed = [check for check in exercise.checks if check.verdict is not Verdict.PASSED]
    for checks in _by_fault(exercise, not_passed):
        _show_fault(exercise, checks, language, say)
    passed = len(exercise.checks) - len(not_passed)
    if passed and not_passed:
        counts = CHECKS_PASSED.filled(passed=passed, count=len(exercise.checks))
        say(f"  [green]{Verdict.PASSED.symbol}[/] {counts.label(language)}")
    if any(not check.earns for check in exercise.checks):
        for line in EARNS_NOTHING.lines(language):
            say(f"    [dim]{escape(line)}[/]")


def _marks(exercise: ExerciseResult, language: Language) -> str:
    """Return 1.5/2, or +1.5 (bonus, at most 2) for an optional exercise."""
    if exercise.bonus:
        return BONUS.filled(points=f"{exercise.points:g}", bonus=f"{exercise.bonus:g}").label(language)
    return f"{exercise.points:g}/{exercise.worth:g}"


def _by_fault(exercise: ExerciseResult, checks: Sequence[CheckResult]) -> list[list[CheckResult]]:
    """Return the checks in groups of one fault each. All wrong answers are one fault if a misconception explains them."""
    groups: dict[tuple[Verdict, str], list[CheckResult]] = {}
    for check in checks:
        is_explained = bool(exercise.misconceptions) and check.verdict is Verdict.FAILED
        fault = "" if is_explained else fault_of(check.message)
        groups.setdefault((check.verdict, fault), []).append(check)
    return list(groups.values())


def _show_fault(exercise: ExerciseResult, checks: Sequence[CheckResult], language: Language, say: Say) -> None:
    """Print a fault as the first check shows it, then the other checks that fail for the same reason."""
    first, *others = checks
    if not others:
        _show_check(first, language, say)
        return
    if first.message and len(checks) == len(exercise.checks):
        _show_message(first, language, say)
        rest = IN_ALL_CHECKS.filled(count=len(checks))
    else:
        _show_check(first, language, say)
        rest = and_more([short_name(check.id, exercise.name) for check in others])
    for line in rest.lines(language):
        say(f"    [dim]{escape(line)}[/]")


def _show_message(check: CheckResult, language: Language, say: Say) -> None:
    """Print a check's message without its title."""
    symbol = _check_symbol(check)
    for line in check.message.lines(language):
        say(f"  {symbol} {escape(line)}")
        symbol = " "  # the lines in other languages follow without it


def _show_misconceptions(exercise: ExerciseResult, language: Language, say: Say) -> None:
    """Print the advice about each misconception that the answers show."""
    for diagnosis in exercise.misconceptions:
        for line in diagnosis.sentence.lines(language):
            say(f"  [cyan]→ {escape(line)}[/]")


def _show_untouched(exercises: Sequence[ExerciseResult], language: Language, say: Say) -> None:
    """Print a line for each topic: there is nothing to say but names."""
    for topic in dict.fromkeys(exercise.topic for exercise in exercises):
        names = [exercise.name for exercise in exercises if exercise.topic == topic]
        sentence = NOT_ATTEMPTED.filled(topic=topic.split("_")[0], names=joined(names))
        say(f"{_symbol(exercises[0])} [dim]{sentence.label(language)}[/]")


def _show_check(check: CheckResult, language: Language, say: Say) -> None:
    """Print a check's title, and its message: short lines beside the title, long ones below it."""
    titles = [escape(title) for title in check.title.lines(language)]
    messages = check.message.lines(language) if check.message else []
    if len(titles) == len(messages) and max(map(len, messages)) <= SHORT:
        pairs = zip(titles, messages, strict=True)
        titles = [f"{title}  [dim]{escape(message)}[/]" for title, message in pairs]
        messages = []
    symbol = _check_symbol(check)
    for title in titles:
        say(f"  {symbol} {title}")
        symbol = " "  # the lines in other languages follow without it
    for message in messages:
        say(f"      {escape(message)}")


def _check_symbol(check: CheckResult) -> str:
    return f"[{STYLES[check.verdict]}]{check.verdict.symbol}[/]"
