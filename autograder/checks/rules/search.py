"""Finds the first use of a banned name, and what an instructor should look at."""

import functools
from collections.abc import Iterable, Sequence

from ...results.model import Suspicion
from ...source import Chunk, Source
from ...text import Text
from ..failures import RuleBroken
from .bans import Bans, bans
from .pieces import CannotFollow, Imported, Piece
from .reading import Reading, Use
from .torch_names import canonical, is_installed
from .values import LAST

TOO_LONG = Text(
    "{file} cannot be checked for functions that are not allowed: it is too long or too deeply nested near line {line}.",
    "无法检查 {file} 是否使用了不允许的函数：第 {line} 行附近的代码过长或嵌套过深。",
)
Helpers = tuple[tuple[str, bytes], ...]


def find_banned(source: Source, exercise: str, banned: Sequence[str]) -> RuleBroken | None:
    """Return the first use of a banned name in the code that the exercise uses: its definitions, other definitions of
    the file, and those of helper modules beside it. Code that cannot be followed breaks the rule, too.

    banned: dotted names with * allowed ("torch.nn.init.*"). "Tensor.log_softmax" or ".backward" means the method of
    what may be a tensor.
    """
    if not banned:
        return None
    try:
        use = _first_banned(_reading_of(source), exercise, bans(tuple(banned)))
    except CannotFollow as problem:
        return _not_followed(exercise, problem)
    except (RecursionError, MemoryError):
        return _not_followed(exercise, CannotFollow(source.filename))
    if use is None or exercise in source.borrowed():  # a name that is only imported counts as not written
        return None
    return RuleBroken(exercise, use.name, use.file, use.line)


def find_suspicious(source: Source, exercise: str) -> list[Suspicion]:
    """Return the ways round its bans in the code that an exercise uses. Ask for exercises with bans only."""
    try:
        return _suspicions(_reading_of(source), exercise)
    except (CannotFollow, RecursionError, MemoryError):
        return []  # such code is refused


def _not_followed(exercise: str, problem: CannotFollow) -> RuleBroken:
    why = TOO_LONG.filled(file=problem.file, line=problem.line)
    return RuleBroken(exercise, "", problem.file, problem.line, why=why)


def _reading_of(source: Source) -> Reading:
    helpers = [(name, content) for name, content in sorted(source.files.items()) if name.endswith(".py")]
    reading = _reading(source.filename, source.chunks, tuple(helpers))
    if reading.problem is not None:
        raise reading.problem
    return reading


@functools.lru_cache(maxsize=4)  # every exercise of a topic asks about the same file
def _reading(filename: str, chunks: tuple[Chunk, ...], helpers: Helpers) -> Reading:
    modules = {}
    for file, content in helpers:
        name = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        modules[name] = file, content
    return Reading(filename, chunks, modules)


def _first_banned(reading: Reading, exercise: str, banned: Bans) -> Use | None:
    """Return the first use of a banned name in the pieces that the exercise reaches."""
    for use in reading.imported_as(exercise):
        ban = banned.broken_by(use.name)
        if ban is not None:
            return Use(ban, use.file, use.line)
    pieces = reading.reached(exercise)
    for piece in pieces:
        for name, line in reading.facts(piece).uses.items():
            ban = banned.broken_by(name)
            if ban is not None:
                return Use(ban, piece.file, line)
    passed_on = {module for piece in pieces for module in reading.facts(piece).passed_on}
    return _first_banned_of_modules(reading, pieces, passed_on, banned) if passed_on else None


def _first_banned_of_modules(
    reading: Reading, pieces: Iterable[Piece], modules: Iterable[str], banned: Bans
) -> Use | None:
    """Return the first banned name that an unknown object has if it is one of these modules, which are passed on."""
    for piece in pieces:
        for attributes, line in reading.facts(piece).chains.items():
            for start in range(len(attributes)):
                for module in sorted(modules):
                    reading.names.step(piece)
                    ban = banned.broken_by(canonical(".".join([module, *attributes[start:]])))
                    if ban is not None:
                        return Use(ban, piece.file, line)
    return None


def _suspicions(reading: Reading, exercise: str) -> list[Suspicion]:
    """Return the ways round in what the exercise uses, and those by which loading the file may change its names.

    Each is returned once for each file.
    """
    found = _replaced_imports(reading, exercise)
    pieces = reading.reached(exercise)
    on_loading = reading.reached_on_loading()
    for piece in pieces:
        found += [Suspicion(what, piece.file, line) for what, line in reading.facts(piece).ways_round]
    for piece in on_loading:
        found += [Suspicion(what, piece.file, line) for what, line in reading.facts(piece).rebinding]
    if any("sys.path" in reading.facts(piece).uses for piece in (*pieces, *on_loading)):
        found += _libraries_not_found(reading, pieces)
    first = {(suspicion.what, suspicion.file): suspicion for suspicion in reversed(found)}
    return [suspicion for suspicion in found if first[suspicion.what, suspicion.file] is suspicion]


def _libraries_not_found(reading: Reading, pieces: Iterable[Piece]) -> list[Suspicion]:
    """Return the uses of libraries that are not installed: a file of the submission may hide one in an archive."""
    found = []
    for piece in pieces:
        for name, line in reading.facts(piece).uses.items():
            library = name.split(".")[0]
            if library not in reading.modules and library != "Tensor" and not is_installed(library):
                found.append(Suspicion(name, piece.file, line))
    return found


def _replaced_imports(reading: Reading, exercise: str) -> list[Suspicion]:
    """Return the imports from torch under the exercise's own name.

    A definition below replaces them, but only if the file runs that far.
    """
    definition = reading.main.last_definition(exercise, LAST)
    found = []
    for piece, imported, _ in reading.main.scope.bindings.get(exercise, []):
        if not isinstance(imported, Imported) or piece.index > definition:
            continue
        if imported.module.split(".")[0] == "torch":
            found.append(Suspicion(f"{imported.module}.{imported.name}", piece.file, piece.line))
    return found
