"""The reveal policy: how much the feedback says about hidden checks, and from when.

The grader applies it when it makes a result. Therefore a report may show all that a result file contains.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec


class Reveal(StrEnum):
    """How much a student sees of a hidden check. Each level includes the levels before it."""

    NOTHING = "nothing"  # that the check exists, and whether it passed
    TITLE = "title"  # its title and the kind of failure
    MISCONCEPTION = "misconception"  # the misconception that the answers match
    CALL = "call"  # the call, its result and the expected result

    def covers(self, other: "Reveal") -> bool:
        """Return whether this level shows at least as much as `other`."""
        order = list(Reveal)
        return order.index(self) >= order.index(other)


class Later(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A level that applies from a date on."""

    date: Annotated[datetime, msgspec.Meta(tz=True)]
    hidden: Reveal


class RevealPolicy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table [reveal] of course.toml."""

    hidden: Reveal = Reveal.MISCONCEPTION
    after: Later | None = None

    def at(self, now: datetime) -> Reveal:
        """Return the level that applies at that time."""
        if self.after is not None and now >= self.after.date:
            return self.after.hidden
        return self.hidden
