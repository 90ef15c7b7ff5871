"""Outcomes by check and replies: an answer that many students give is judged once."""

from ...checks.run import Outcome
from ...results.model import Verdict

MAX_FAILED = 1024  # outcomes of failed checks; each keeps the calls that the check made
MAX_PASSED = 64 * MAX_FAILED


class OutcomeCache:
    """The outcomes of earlier checks."""

    def __init__(self) -> None:
        self.passed: set[bytes] = set()
        self.failed: dict[bytes, Outcome] = {}

    def get(self, key: bytes) -> Outcome | None:
        """Return the outcome of an earlier check with these replies."""
        if key in self.passed:
            return Outcome(verdict=Verdict.PASSED)
        return self.failed.get(key)

    def put(self, key: bytes, outcome: Outcome) -> None:
        """Keep an outcome. The oldest failed ones make room for new ones."""
        if outcome.verdict is Verdict.PASSED:
            if len(self.passed) < MAX_PASSED:
                self.passed.add(key)
            return
        while len(self.failed) >= MAX_FAILED:
            oldest = next(iter(self.failed))
            del self.failed[oldest]
        self.failed[key] = outcome
