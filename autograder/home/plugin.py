"""The pytest plugin: gives checks their `student`, and shows what became of them as a student wants to read it.

Light to import: every pytest run of an environment with torchstone loads it. The rest waits until a check is met.
"""

import atexit
import gc
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest

from .. import CHECK_ATTRIBUTE

if TYPE_CHECKING:
    from .session import Home

HOME = pytest.StashKey["Home"]()
NOT_ATTEMPTED = "not attempted"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--against` and `--lang`."""
    group = parser.getgroup("autograder", "exercises that grade themselves")
    group.addoption(
        "--against",
        metavar="DIR",
        help="check the code in DIR instead of exercises/, for example `--against solutions`",
    )
    group.addoption("--lang", choices=["en", "zh", "both"], default="both", help="language of messages (default: both)")


def pytest_itemcollected(item: pytest.Item) -> None:
    """`-k NAME` finds the checks of the exercise NAME."""
    spec = _spec(item)
    if spec is not None:
        item.extra_keyword_matches.add(spec.exercise)


@pytest.fixture
def student(request: pytest.FixtureRequest) -> Any:
    """The student's code beside the check, as the proxy that checks ask."""
    return _home(request.config).student(request.node)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """A rule broken in the source fails the check before it runs."""
    if _spec(item) is not None:
        _home(item.config).enforce_rules(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Our message instead of a traceback; an untouched stub is no failure."""
    report = yield
    if _spec(item) is not None and (report.when == "call" or report.failed):
        _home(item.config).present(item, call, report)
    return report


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
    """A letter of its own for what is not attempted."""
    if _facts(report).get("verdict") == "not_attempted":
        return NOT_ATTEMPTED, "○", (NOT_ATTEMPTED.upper(), {"yellow": True})
    return None


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """0 only when everything that was asked for passed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if exitstatus == pytest.ExitCode.OK and reporter is not None and reporter.stats.get(NOT_ATTEMPTED):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """The board, after pytest's own failures."""
    facts = [_facts(report) for reports in terminalreporter.stats.values() for report in reports if _facts(report)]
    if facts and HOME in config.stash:
        from ..reports.board import show_board

        show_board(config.stash[HOME].course, facts, terminalreporter)


def _spec(item: pytest.Item) -> Any:
    return getattr(getattr(item, "function", None), CHECK_ATTRIBUTE, None)


def _facts(report: object) -> dict[str, str]:
    """exercise and verdict, on the report of a check."""
    return getattr(report, "autograder", {})


def _home(config: pytest.Config) -> "Home":
    if HOME not in config.stash:
        from .session import Home

        config.stash[HOME] = Home(config)
        atexit.register(gc.freeze)  # Python's last collections would look through all of torch, for half a second
    return config.stash[HOME]
