"""The board at the end of `pytest exercises/`: points by topic, what is done, what to do next."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from ..course.model import Course, Exercise, Topic
from ..results.model import GRAVITY, Verdict
from ..text import NOTHING, Language, Text

STYLES = {
    Verdict.PASSED: "green",
    Verdict.NOT_ATTEMPTED: "yellow",
    Verdict.BROKEN: "magenta",
}
NAMES_A_LINE = 2
HEADINGS = {
    Language.EN: ("Topic", "Points", "Exercises"),
    Language.ZH: ("主题", "分数", "练习"),
}

SECTION = Text("exercises", "练习")
NEXT = {
    Language.EN: "Next: [bold]{name}[/] in {path}\nHint: autograder hint {name}",
    Language.ZH: "下一题：[bold]{name}[/]，在 {path} 中\n提示：autograder hint {name}",
    Language.BOTH: "Next 下一题: [bold]{name}[/] in {path}\nHint 提示:   autograder hint {name}",
}
ALL_PASS = Text("All checks that ran pass; grading adds hidden ones.", "运行的检查全部通过；评分时还有隐藏检查。")


def show_board(course: Course, facts: Sequence[Mapping[str, str]], reporter: Any) -> None:
    """Write the board to pytest's terminal.

    facts: exercise and verdict of each check that ran.
    """
    language = Language(reporter.config.getoption("--lang"))
    table = board_table(course, facts, language)
    reporter.section(SECTION.label(language))
    stream = reporter._tw._file
    console = Console(file=stream, width=max(80, reporter._tw.fullwidth), no_color=not reporter._tw.hasmarkup)
    console.print(table)
    console.print()
    possible = leads_to(course, facts)
    if possible:
        for line in possible.lines(language):
            console.print(line, highlight=False)
    following = next_exercise(course, facts)
    if following is not None:
        path = f"exercises/{following.topic}/{course.topic(following.topic).filename}"
        console.print(NEXT[language].format(name=following.name, path=path))
    else:
        for line in ALL_PASS.lines(language):
            console.print(line)


def leads_to(course: Course, facts: Sequence[Mapping[str, str]]) -> Text:
    """Return what the last finished topic makes possible; NOTHING if no topic is finished, or it says nothing."""
    verdicts = exercise_verdicts(facts)
    sentence = NOTHING
    for topic in course.topics:
        required = [exercise for exercise in topic.exercises if not exercise.optional]
        if required and all(verdicts.get(exercise.name) is Verdict.PASSED for exercise in required):
            sentence = topic.leads_to
    return sentence


def board_table(course: Course, facts: Sequence[Mapping[str, str]], language: Language) -> Table:
    """Return a row for each topic of which a check ran: points, and each exercise with its verdict."""
    verdicts = exercise_verdicts(facts)
    table = Table(box=None, pad_edge=False)
    topic_heading, points_heading, names_heading = HEADINGS.get(language, HEADINGS[Language.EN])
    table.add_column(topic_heading)
    table.add_column(points_heading, justify="right", no_wrap=True)
    table.add_column(names_heading, no_wrap=True)
    for topic in course.topics:
        exercises = [exercise for exercise in topic.exercises if exercise.name in verdicts]
        if not exercises:
            continue
        passed = [exercise for exercise in exercises if verdicts[exercise.name] is Verdict.PASSED]
        earned = _earned_points(topic, passed, facts)
        worth = sum(exercise.worth for exercise in exercises)
        title = " ".join([topic.name.split("_")[0], *topic.title.lines(language)])
        table.add_row(title, f"{earned}/{worth}", _names(exercises, verdicts))
    return table


def _earned_points(topic: Topic, passed: Sequence[Exercise], facts: Sequence[Mapping[str, str]]) -> int:
    """Return the points of the passed exercises. An exercise of which only some checks ran earns none."""
    earned = 0
    for exercise in passed:
        if _is_whole(topic, exercise, facts):
            earned += exercise.points
    return earned


def _names(exercises: Sequence[Exercise], verdicts: Mapping[str, Verdict]) -> str:
    """Return the exercises with their symbols, a few a line."""
    marked = [_marked(verdicts[exercise.name], exercise.name) for exercise in exercises]
    lines = []
    for start in range(0, len(marked), NAMES_A_LINE):
        lines.append("  ".join(marked[start : start + NAMES_A_LINE]))
    return "\n".join(lines)


def exercise_verdicts(facts: Sequence[Mapping[str, str]]) -> dict[str, Verdict]:
    """Return each exercise's gravest verdict among its checks."""
    gravest: dict[str, Verdict] = {}
    for fact in facts:
        name, verdict = fact["exercise"], Verdict(fact["verdict"])
        before = gravest.get(name, verdict)
        gravest[name] = min(before, verdict, key=GRAVITY.index)
    return gravest


def _is_whole(topic: Topic, exercise: Exercise, facts: Sequence[Mapping[str, str]]) -> bool:
    """Return True if all of the exercise's visible checks ran: some of them earn no points."""
    written = topic.visible_checks.read_text(encoding="utf-8").count(f'@check("{exercise.name}"')
    ran = {fact["check"] for fact in facts if fact["exercise"] == exercise.name}
    return len(ran) >= written


def _marked(verdict: Verdict, name: str) -> str:
    return f"[{STYLES.get(verdict, 'red')}]{verdict.symbol} {name}[/]"


def next_exercise(course: Course, facts: Sequence[Mapping[str, str]]) -> Exercise | None:
    """Return the first exercise in the course's order that does not pass: started ones before untouched ones."""
    verdicts = exercise_verdicts(facts)
    untouched = None
    for exercise in course.exercises:
        verdict = verdicts.get(exercise.name, Verdict.PASSED)  # a check that did not run shows no fault
        if verdict is Verdict.PASSED:
            continue
        if verdict is not Verdict.NOT_ATTEMPTED:
            return exercise
        if untouched is None:
            untouched = exercise
    return untouched
