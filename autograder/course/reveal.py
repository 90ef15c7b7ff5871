"""How much a student is told about hidden checks: the words for it, and when which of them holds.

The policy is applied where results are made (grade), so that whatever reads a result file can show all of it.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec


class Reveal(StrEnum):
    """What a hidden check tells its student; each tells what the one before it tells, too."""

    NOTHING = "nothing"  # that it is there, and whether it passed
    TITLE = "title"  # its title and the kind of fault
    MISCONCEPTION = "misconception"  # the misconception that its answers show
    CALL = "call"  # the call, what came back and what was expected

    def covers(self, other: "Reveal") -> bool:
        """Whether this tells at least as much as `other`."""
        order = list(Reveal)
        return order.index(self) >= order.index(other)


class Later(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What holds from a date on."""

    date: Annotated[datetime, msgspec.Meta(tz=True)]
    hidden: Reveal


class RevealPolicy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table [reveal] of course.toml."""

    hidden: Reveal = Reveal.MISCONCEPTION
    after: Later | None = None

    def at(self, now: datetime) -> Reveal:
        """What holds at that time."""
        return self.after.hidden if self.after is not None and now >= self.after.date else self.hidden
