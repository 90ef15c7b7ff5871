"""The pytest plugin: gives checks their `student`, and shows their outcomes in words for students.

Every pytest run in an environment with torchstone imports this module, so it must be fast to import. Everything else
is imported when pytest meets the first check.
"""

import atexit
import gc
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest

from .. import CHECK_ATTRIBUTE

if TYPE_CHECKING:
    from .check_run import CheckRun

CHECK_RUN = pytest.StashKey["CheckRun"]()
# Categories of pytest's own counts, by the option --lang.
NOT_ATTEMPTED = {"en": "not attempted", "zh": "尚未作答", "both": "not attempted"}
NOT_RUN = {"en": "not run", "zh": "未运行", "both": "not run"}
DEFAULT_SUMMARY = "fE"  # pytest's option -r, if a student does not give it


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
    """Let `-k NAME` select the checks of the exercise NAME."""
    spec = _spec(item)
    if spec is not None:
        item.extra_keyword_matches.add(spec.exercise)


@pytest.fixture
def student(request: pytest.FixtureRequest) -> Any:
    """Return the proxy that checks use to call the student's code."""
    return _check_run(request.config).student(request.node)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """Fail the check before it runs if the source breaks a rule of the exercise."""
    if _spec(item) is not None:
        _check_run(item.config).enforce_rules(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Replace the traceback by our message; count an untouched stub as not attempted."""
    report = yield
    if _spec(item) is not None and (report.when == "call" or report.failed):
        _check_run(item.config).present(item, call, report)
    return report


def pytest_report_teststatus(
    report: pytest.TestReport, config: pytest.Config
) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
    """Give checks that were not attempted, or not run, their own letter and count."""
    facts = _facts(report)
    if facts.get("verdict") == "not_attempted":
        word = NOT_ATTEMPTED[config.getoption("--lang")]
        return word, "○", (word.upper(), {"yellow": True})
    if facts.get("fault") == "not run":
        word = NOT_RUN[config.getoption("--lang")]
        return word, "·", (word.upper(), {"yellow": True})
    return None


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Exit with 0 only if every selected check passed. Fold the failures before pytest shows them."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return
    language = session.config.getoption("--lang")
    if exitstatus == pytest.ExitCode.OK and reporter.stats.get(NOT_ATTEMPTED[language]):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    failed = reporter.stats.get("failed", [])
    ours = [report for report in failed if _facts(report)]
    if not ours:
        return
    from ..text import Language
    from .failures import fold

    fold(ours, reporter.stats.get(NOT_RUN[language], []), Language(language))
    option = session.config.option
    if len(ours) == len(failed) and option.reportchars == DEFAULT_SUMMARY and option.tbstyle != "no":
        reporter.reportchars = reporter.reportchars.replace("f", "")  # the list of failed checks says nothing new


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Show the board after pytest's own summary."""
    facts = []
    for reports in terminalreporter.stats.values():
        facts += [_facts(report) for report in reports if _facts(report)]
    if facts and CHECK_RUN in config.stash:
        from ..reports.board import show_board

        show_board(config.stash[CHECK_RUN].course, facts, terminalreporter)


def _spec(item: pytest.Item) -> Any:
    return getattr(getattr(item, "function", None), CHECK_ATTRIBUTE, None)


def _facts(report: object) -> dict[str, str]:
    """Return the exercise, check and verdict of a check's report; empty for other reports."""
    return getattr(report, "autograder", {})


def _check_run(config: pytest.Config) -> "CheckRun":
    if CHECK_RUN not in config.stash:
        from .check_run import CheckRun

        config.stash[CHECK_RUN] = CheckRun(config)
        atexit.register(gc.freeze)  # otherwise Python's last collections search all of torch, for half a second
    return config.stash[CHECK_RUN]
