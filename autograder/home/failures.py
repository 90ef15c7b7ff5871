"""The FAILURES section of pytest at home: one fault is shown once, with the checks that have it.

Every check counts as before. A report is left out of the section if an earlier one shows the same fault.
"""

import unicodedata
from collections.abc import Mapping, Sequence

import pytest

from ..reports.folding import and_more, joined, listed
from ..source import SyntaxFault, Unreadable
from ..text import Language, Text

NOT_RUN_FAULT = "not run"
MAX_CODE = 100  # characters of a line of code that are shown before and after the fault

SYNTAX = Text("Python cannot read {file}, line {line}:", "Python 无法解析 {file} 第 {line} 行：")
UNREADABLE = Text("{file}: {reason}", "{file}：{reason}")
EXERCISES_LOST = Text(
    "Because of this, no check of these exercises can run: {names}", "因此以下练习的检查都无法运行：{names}"
)
CHECKS_NOT_RUN = Text(
    "not run, because this check ran into the time limit: {names}", "因为这项检查超时，以下检查没有运行：{names}"
)


def fold(reports: Sequence[pytest.TestReport], not_run: Sequence[pytest.TestReport], language: Language) -> None:
    """Let the first report of each fault name the other checks that have it; leave those out of the section.

    not_run: reports of checks that were not run because an earlier one timed out.
    """
    groups: dict[str, list[pytest.TestReport]] = {}
    for report in reports:
        groups.setdefault(_facts(report)["fault"], []).append(report)
    skipped = _names_by_exercise(not_run)
    for first, *others in groups.values():
        facts = _facts(first)
        if facts["file"]:
            _head_with_file(first)
            names = dict.fromkeys(_facts(report)["exercise"] for report in (first, *others))
            _append(first, EXERCISES_LOST.filled(names=joined(list(names))), language)
        elif others:
            _append(first, and_more([_facts(report)["name"] for report in others]), language)
        if facts["verdict"] == "timed_out" and facts["exercise"] in skipped:
            names_not_run = listed(skipped.pop(facts["exercise"]))
            _append(first, CHECKS_NOT_RUN.filled(names=names_not_run), language)
        for report in others:
            report._pdbshown = True  # type: ignore[attr-defined]  # pytest's own mark of what it has shown already


def _facts(report: pytest.TestReport) -> Mapping[str, str]:
    facts: Mapping[str, str] = report.autograder  # a field of ours on pytest's report
    return facts


def _names_by_exercise(reports: Sequence[pytest.TestReport]) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for report in reports:
        facts = _facts(report)
        names.setdefault(facts["exercise"], []).append(facts["name"])
    return names


def _head_with_file(report: pytest.TestReport) -> None:
    """Let the heading above the message name the file in place of a check."""
    path, line, _ = report.location
    report.location = (path, line, _facts(report)["file"])


def _append(report: pytest.TestReport, sentence: Text, language: Language) -> None:
    lines = [str(report.longrepr)]
    lines += [f"  {line}" for line in sentence.lines(language)]
    report.longrepr = "\n".join(lines)


def describe_file(file: str, problem: Unreadable, language: Language) -> list[str]:
    """Return the lines about a file that Python cannot read: the place, the code with a caret, the advice."""
    fault = problem.fault
    if fault is None:
        return UNREADABLE.filled(file=file, reason=problem.sentence).lines(language)
    lines = SYNTAX.filled(file=file, line=problem.line).lines(language)
    lines += with_caret(fault)
    if fault.message:
        lines.append(f"  {fault.message}")
    lines += [f"  {line}" for line in fault.advice.lines(language)]
    return lines


def with_caret(fault: SyntaxFault) -> list[str]:
    """Return the line of code, and a caret below the place of the fault."""
    indent = len(fault.code) - len(fault.code.lstrip())
    column = max(fault.column - indent, 0)
    code = fault.code.strip().replace("\t", " ")
    start = max(column - MAX_CODE, 0)
    width = sum(_width(character) for character in code[start:column])
    return [f"    {code[start : column + MAX_CODE]}", f"    {' ' * width}^"]


def _width(character: str) -> int:
    """Return how many columns of a terminal a character takes."""
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
