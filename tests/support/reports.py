"""Render reports in every format, and read them again with other parsers."""

import csv
import io
import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema
from lxml import etree
from markdown_it import MarkdownIt

from autograder.course.model import Course
from autograder.reports.format import Context, formats
from autograder.reports.inert import cleaned
from autograder.results.files import schema
from autograder.results.model import SubmissionResult, Verdict
from autograder.results.summary import ExerciseSummary, Summary
from autograder.text import Language

CONTRACTS = Path(__file__).parents[1] / "contracts"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
RUNNER = {"CLASSROOM": "deep", "ASSIGNMENT": "one", "SUBMISSION_TAG": "submit/1", "COMMIT_URL": "c", "RELEASE_URL": "r"}


def context(course: Course, language: Language = Language.BOTH, **environment: str) -> Context:
    topics = tuple(topic.name for topic in course.topics)
    return Context(course=course, topics=topics, language=language, now=NOW, environment={**RUNNER, **environment})


def rendered(name: str, results: Iterable[SubmissionResult], context: Context) -> str:
    """Return the content of the format's file."""
    return "".join(formats()[name].render([cleaned(result) for result in results], context))


def announced(name: str, results: Iterable[SubmissionResult], context: Context) -> str:
    """Return what the format prints."""
    announce = formats()[name].announce
    return "\n".join(announce([cleaned(result) for result in results], context)) if announce else ""


# One reader for each format: it compares the file with the contract of the format, and returns every text of it.


def read_junit(text: str) -> list[str]:
    return _read_xml(text, "junit.xsd")


def read_gitlab(text: str) -> list[str]:
    texts = _read_xml(text, "gitlab.xsd")
    cases = [(c.get("classname"), c.get("name")) for c in etree.fromstring(text.encode()).iter("testcase")]
    assert len(set(cases)) == len(cases)  # GitLab drops all but the first of a name
    return texts


def _read_xml(text: str, contract: str) -> list[str]:
    root = etree.fromstring(text.encode())
    etree.XMLSchema(etree.parse(CONTRACTS / contract)).assertValid(root)
    for suite in root:
        kinds = [child.tag for case in suite for child in case]
        counts = {"tests": len(suite), "failures": kinds.count("failure"), "errors": kinds.count("error")}
        assert {key: int(suite.get(key)) for key in counts} == counts
    return [value for element in root.iter() for value in (*element.attrib.values(), element.text or "")]


def read_gradescope(text: str) -> list[str]:
    return _read_json(text, json.loads((CONTRACTS / "gradescope.schema.json").read_text()))


def read_classroom50(text: str) -> list[str]:
    data = json.loads(text)
    for key in ("score", "max-score"):
        assert data[key] == sum(test[key] for test in data["tests"])
    return _read_json(text, json.loads((CONTRACTS / "classroom50.schema.json").read_text()))


def read_results(text: str) -> list[str]:
    definitions: dict[str, Any] = schema()
    return _read_json(text, {**definitions, "$ref": "#/$defs/List", "$defs": {**definitions["$defs"], "List": LIST}})


LIST = {"type": "array", "items": {"$ref": "#/$defs/SubmissionResult"}}


def _read_json(text: str, contract: dict[str, Any]) -> list[str]:
    data = json.loads(text)
    jsonschema.Draft202012Validator(contract).validate(data)
    return list(_strings(data))


def _strings(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)


def read_csv(text: str) -> list[str]:
    assert text.startswith("\ufeff")
    head, *rows = csv.reader(io.StringIO(text[1:], newline=""))
    assert all(len(row) == len(head) for row in rows)
    cells = [cell for row in rows for cell in row]
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in cells)
    return [cell.removeprefix("'") for cell in cells]


class _Html(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.texts: list[str] = [""]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.texts.append("")

    def handle_data(self, data: str) -> None:
        self.texts[-1] += data


def read_github(text: str) -> list[str]:
    assert len(text.encode()) <= 1 << 20
    html = _Html()
    html.feed(MarkdownIt("commonmark").enable("table").enable("strikethrough").render(text))
    assert html.tags <= {"h2", "h3", "table", "thead", "tbody", "tr", "th", "td", "ul", "li", "code"}
    assert not re.search(r"(https?:|www\.)", text)  # GitHub makes links of these by itself
    return [text.strip() for text in html.texts]


def read_annotations(text: str) -> list[str]:
    """Return the messages of workflow commands, read as GitHub's runner reads them."""
    messages = []
    for line in text.split("\n") if text else []:
        match = re.fullmatch(r"::(error|warning) ((?:\w+=[^,:]*,?)*)::(.*)", line)
        assert match, line
        messages += [_unescaped(match[3]), *(_unescaped(value) for value in re.split(r",?\w+=", match[2]))]
    for kind in ("error", "warning"):
        assert text.count(f"::{kind} ") <= 10
    return messages


def _unescaped(text: str) -> str:
    for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, char)
    return text


READERS = {
    "junit": read_junit,
    "gitlab": read_gitlab,
    "gradescope": read_gradescope,
    "classroom50": read_classroom50,
    "json": read_results,
    "csv": read_csv,
    "github": read_github,
}


def commands_run(log: str) -> list[str]:
    """Return the lines of a log that GitHub's runner executes. It stops and resumes as the log demands."""
    found: list[str] = []
    word = None
    for line in log.splitlines():
        line = line.lstrip()
        if word is not None:
            word = None if line == f"::{word}::" else word
        elif line.startswith("::stop-commands::"):
            word = line.removeprefix("::stop-commands::")
        elif re.match(r"::[\w-]+.*::", line) or "##[" in line:
            found.append(line)
    return found


def summary(number: int) -> Summary:
    """Return a summary. Every third is wrong, in two ways by turns."""
    is_wrong = number % 3 == 0
    names = (("squares",) if number % 2 else ("triples", "squares")) if is_wrong else ()
    verdict = Verdict.FAILED if is_wrong else Verdict.PASSED
    return Summary(
        submission=f"s{number}",
        points=0.5 if is_wrong else 4.0,
        worth=4.0,
        exercises=(ExerciseSummary(name="double", topic="01_demo", verdict=verdict, misconceptions=names),),
        problems=(),
        broken=(),
    )


HOSTILE = {
    "markdown": "[click](javascript:alert(1)) ![i](x.png) **b** `c` ~~d~~ <!-- e --> a | b \\| # h",
    "links": "https://evil.example www.evil.example me@evil.example @everyone #1",
    "block": "\n\n# heading\n\n- item\n\n```\nfence\n\n    code\n\n1. one\n---\n",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>&amp;&lt;",
    "xml": "]]><testcase name='x'/><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>&b;",
    "ansi": "\x1b[31mred\x1b]0;title\x07\x1b[2J\x9b31m",
    "command": "::set-output name=a::b",
    "lines": "a\n::error file=x,line=1::owned\n::add-mask::e\r::warning::owned\r\n  ::debug::x",
    "old_command": "##[add-mask]e ##[error]owned",
    "escaped": "%0A::error::owned%0D%25,title=x:y,",
    "bidi": "\u202eevil\u2066\u2069\u200f\u061c",
    "separators": "a\u2028::error::owned\u2029b\x85c\x0bd\x0ce\x1cf",
    "formula": "=cmd|' /C calc'!A0",
    "plus": "+1+cmd|' /C calc'!A0",
    "minus": "-2+3+cmd|' /C calc'!A0",
    "at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "tab": "\t=1+1",
    "newline_formula": "\r\n=1+1",
    "quotes": 'a","=1+1\n"=2',
    "nul": "a\0b\x01\x1f",
    "surrogate": "a\ud800b\udfffc",
    "noncharacters": "a\ufffe\uffff\ufeffb",
    "long": "x" * 300_000,
    "empty": "",
    "spaces": " \n ",
}
