"""The banned names of an exercise as one pattern."""

import fnmatch
import functools
import re


class Bans:
    """The banned names as one regular expression: a source has many names, and an exercise many patterns.

    written: as the course's author wrote them. "Tensor.exp" and ".exp" ban the method of a tensor.
    """

    def __init__(self, written: tuple[str, ...]) -> None:
        self.methods: dict[str, str] = {}
        self.dotted: list[str] = []
        self.found: dict[str, str | None] = {}
        for name in written:
            if name.startswith((".", "Tensor.")):
                self.methods[name.rsplit(".", 1)[-1]] = name
            else:
                self.dotted.append(name)
        alternatives = []
        for position, name in enumerate(self.dotted):
            inside = fnmatch.translate(name)
            itself = fnmatch.translate(name.removesuffix(".*"))
            alternatives.append(f"(?P<banned{position}>{inside}|{itself})")
        never = r"(?!)"
        self.pattern = re.compile("|".join(alternatives) or never)

    def broken_by(self, used: str) -> str | None:
        """Return the ban that a use breaks, as the course's author wrote it."""
        if used not in self.found:
            self.found[used] = self._broken_by(used)
        return self.found[used]

    def _broken_by(self, used: str) -> str | None:
        if used.startswith("Tensor."):
            return self.methods.get(used.removeprefix("Tensor."))
        match = self.pattern.match(used)
        if match is None:
            return None
        group = match.lastgroup or ""
        return self.dotted[int(group.removeprefix("banned"))]


@functools.lru_cache(maxsize=1024)
def bans(written: tuple[str, ...]) -> Bans:
    """Return the pattern of the banned names."""
    return Bans(written)
