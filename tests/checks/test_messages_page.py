"""docs/messages.md is up to date and shows every sentence."""

import subprocess
import sys

from small_course import ROOT


def test_the_page_of_messages_is_up_to_date_and_shows_every_sentence() -> None:
    command = [sys.executable, "docs/messages.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
