"""The board at the end of `pytest exercises/`: points by topic, what is done, what to do next."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from ..course.model import Course, Exercise, Topic
from ..results.model import GRAVITY, Verdict
from ..text import Language

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


def show_board(course: Course, facts: Sequence[Mapping[str, str]], reporter: Any) -> None:
    """Write the board to pytest's terminal.

    facts: exercise and verdict of each check that ran.
    """
    table = board_table(course, facts, Language(reporter.config.getoption("--lang")))
    reporter.section("exercises")
    stream = reporter._tw._file
    console = Console(file=stream, width=max(80, reporter._tw.fullwidth), no_color=not reporter._tw.hasmarkup)
    console.print(table)
    following = next_exercise(course, facts)
    if following is not None:
        path = f"exercises/{following.topic}/{course.topic(following.topic).filename}"
        console.print(
            f"\nNext 下一题: [bold]{following.name}[/] in {path}\nHint 提示:   autograder hint {following.name}"
        )
    else:
        console.print("\nAll checks that ran pass; grading adds hidden ones.\n运行的检查全部通过；评分时还有隐藏检查。")


def board_table(course: Course, facts: Sequence[Mapping[str, str]], language: Language) -> Table:
    """One row for each topic of which a check ran: points, and each exercise with its verdict."""
    verdicts = exercise_verdicts(facts)
    table = Table(box=None, pad_edge=False)
    topic_heading, points_heading, names_heading = HEADINGS[Language.ZH if language is Language.ZH else Language.EN]
    table.add_column(topic_heading)
    table.add_column(points_heading, justify="right", no_wrap=True)
    table.add_column(names_heading, no_wrap=True)
    for topic in course.topics:
        exercises = [e for e in topic.exercises if e.name in verdicts]
        if not exercises:
            continue
        earned = sum(e.points for e in exercises if verdicts[e.name] is Verdict.PASSED and _is_whole(topic, e, facts))
        worth = sum(e.points for e in exercises)
        marked = [_marked(verdicts[e.name], e.name) for e in exercises]
        names = "\n".join("  ".join(marked[i : i + NAMES_A_LINE]) for i in range(0, len(marked), NAMES_A_LINE))
        title = " ".join([topic.name.split("_")[0], *topic.title.lines(language)])
        table.add_row(title, f"{earned}/{worth}", names)
    return table


def exercise_verdicts(facts: Sequence[Mapping[str, str]]) -> dict[str, Verdict]:
    """Exercise -> the gravest verdict among its checks."""
    found: dict[str, set[Verdict]] = defaultdict(set)
    for fact in facts:
        found[fact["exercise"]].add(Verdict(fact["verdict"]))
    return {name: next(grave for grave in GRAVITY if grave in verdicts) for name, verdicts in found.items()}


def _is_whole(topic: Topic, exercise: Exercise, facts: Sequence[Mapping[str, str]]) -> bool:
    """Whether all of the exercise's visible checks ran: a part of them earns no points."""
    written = topic.visible_checks.read_text(encoding="utf-8").count(f'@check("{exercise.name}"')
    return len({fact["check"] for fact in facts if fact["exercise"] == exercise.name}) >= written


def _marked(verdict: Verdict, name: str) -> str:
    return f"[{STYLES.get(verdict, 'red')}]{verdict.symbol} {name}[/]"


def next_exercise(course: Course, facts: Sequence[Mapping[str, str]]) -> Exercise | None:
    """The first exercise, in the course's order, that does not pass yet: started ones before untouched ones."""
    verdicts = exercise_verdicts(facts)
    open_ = [e for e in course.exercises if e.name in verdicts and verdicts[e.name] is not Verdict.PASSED]
    started = [e for e in open_ if verdicts[e.name] is not Verdict.NOT_ATTEMPTED]
    return next(iter(started or open_), None)
