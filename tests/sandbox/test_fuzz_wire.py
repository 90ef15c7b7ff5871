"""The decoder under 20,000 hostile messages; `make fuzz` sends it a million."""

import subprocess
import sys
from pathlib import Path

import pytest
from fuzz_wire import SECONDS, run

from autograder.sandbox.worker import wire

FUZZ = Path(__file__).parents[1] / "support" / "fuzz_wire.py"


def test_twenty_thousand_messages_break_no_promise() -> None:
    report = run(20_000, seed=1)
    assert 5_000 < report.accepted < 12_000  # it sends malformed and valid messages
    assert report.slowest < SECONDS


def test_a_broken_promise_is_reported_with_its_message(monkeypatch) -> None:
    monkeypatch.setattr(wire, "unpack", lambda *args, **options: object())
    with pytest.raises(AssertionError, match="message 1 of seed 1: Message"):
        run(1, seed=1)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_worst_messages_stay_within_a_second_and_128_mib() -> None:
    done = subprocess.run([sys.executable, FUZZ, "--worst"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(done.stdout.splitlines()) > 30
