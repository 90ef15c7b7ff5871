"""Reads a submission once: which pieces of its modules an exercise uses, and what these use in their turn."""

import ast
import codecs
import tokenize
from collections import deque
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import NamedTuple

from ...source import ENCODINGS, Chunk, Unreadable, decode, parsed
from .pieces import A_TENSOR, Binding, CannotFollow, Imported, Mention, Module, Piece, Scope, Touch
from .torch_names import is_torch_module, prefixes, way_round
from .values import LAST, UNKNOWN, Kind, Library, Names, OwnModule, Value, Values
from .walk import Walker

EVERYTHING = "*"
MAX_SUFFIX = 8  # attributes of one chain that are taken from a module that was passed on
REBINDING = ("exec", "eval", "globals", "builtins", "sys.modules", "importlib")
HIDDEN_ATTRIBUTES = frozenset(("__globals__", "__builtins__", "__code__", "__closure__", "__subclasses__"))
SETTINGS = ("torch.backends.", "torch.cuda.", "torch.manual_seed")  # what honest code changes in torch
CONTAINERS = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
CHANGED_LIBRARIES = ("torch", "builtins")


class Need(NamedTuple):
    """A name of a module that a piece uses."""

    module: str
    name: str  # or EVERYTHING
    position: int


class Facts:
    """What a piece uses. Each use has the first line where it is seen."""

    def __init__(self) -> None:
        self.uses: dict[str, int] = {}  # "torch.exp", and "Tensor.exp" for a method of what may be a tensor
        self.chains: dict[tuple[str, ...], int] = {}  # attributes of unknown objects
        self.passed_on: dict[str, int] = {}  # modules of torch that are used as values
        self.needs: dict[Need, None] = {}
        self.ways_round: list[tuple[str, int]] = []
        self.rebinding: list[tuple[str, int]] = []  # those that can give names of a module new values


class Use(NamedTuple):
    """A use of a name."""

    name: str
    file: str
    line: int


class Reading:
    """The modules of one submission.

    helpers: the Python files beside the topic's own, by the names of their modules.
    """

    def __init__(self, filename: str, chunks: tuple[Chunk, ...], helpers: dict[str, tuple[str, bytes]]) -> None:
        self.main = Module(filename.removesuffix(".py"))
        self.modules = {self.main.name: self.main}
        self.attributes: set[str] = set()
        self.patches: list[Piece] = []
        self.problem: CannotFollow | None = None
        self._facts: dict[Piece, Facts] = {}
        self._walker = Walker()
        try:
            self._read_modules(chunks, helpers)
        except CannotFollow as problem:
            self.problem = problem
        self.names = Names(self.modules)
        if self.problem is None:
            self._note_changes()

    # Modules

    def _read_modules(self, chunks: tuple[Chunk, ...], helpers: dict[str, tuple[str, bytes]]) -> None:
        for file, code in chunks:
            self._read_code(self.main, file, code)
        waiting = [self.main]
        while waiting:
            module = waiting.pop()
            self.attributes |= module.attributes
            for name in sorted(_with_packages(module.imported)):
                if name in helpers and name not in self.modules:
                    waiting.append(self._read_helper(name, *helpers[name]))

    def _read_helper(self, name: str, file: str, content: bytes) -> Module:
        module = self.modules[name] = Module(name)
        code = _helper_code(file, content)
        if code is not None:
            self._read_code(module, file, code)
        return module

    def _read_code(self, module: Module, file: str, code: str) -> None:
        """Add the pieces of a file or cell. Code that Python cannot parse does not run and has none."""
        try:
            tree = parsed(code)
        except (SyntaxError, ValueError):
            return
        except (RecursionError, MemoryError):
            raise CannotFollow(file) from None
        self._walker.walk(module, file, tree)

    def _pieces(self) -> Iterator[Piece]:
        for module in self.modules.values():
            yield from module.pieces

    def _note_changes(self) -> None:
        try:
            self._note_tensors()
            self._note_touches()
            self._note_arguments()
        except CannotFollow as problem:
            self.problem = problem

    def _note_tensors(self) -> None:
        for piece in self._pieces():
            for name, scope in piece.tensors:
                owner = scope.owner(name)
                owner.bindings.setdefault(name, []).append(Binding(piece, A_TENSOR, scope))

    def _note_touches(self) -> None:
        """Let a piece that changes an object of the module be one of those that give its name a value."""
        foreign = {module.name: _foreign_names(module) for module in self.modules.values()}
        for piece in self._pieces():
            for touch in piece.touches:
                scope = piece.module.scope
                if touch.scope.owner(touch.name) is not scope:
                    continue
                is_foreign = touch.name in foreign[piece.module.name] or touch.name not in scope.bindings
                if not is_foreign:
                    callers = piece.module.callers.get(piece.defines, []) if touch.scope.runs_later else []
                    self.names.step(piece, len(callers))
                    scope.bindings[touch.name] += [Binding(changing, None, scope) for changing in (piece, *callers)]
                elif touch.is_store and touch.scope.runs_later:
                    self._note_later_patch(piece, touch)
                elif touch.is_store:
                    self.patches.append(piece)

    def _note_arguments(self) -> None:
        """Let a call of the module level be one of those that give a value to a list or dict that it gets."""
        for piece in self._pieces():
            scope = piece.module.scope
            for name in piece.passed:
                bindings = scope.bindings.get(name, [])
                if bindings and isinstance(bindings[0].value, CONTAINERS):
                    bindings.append(Binding(piece, None, scope))

    def _note_later_patch(self, piece: Piece, touch: Touch) -> None:
        """Note that a function changes an imported object."""
        for value in self.names.of_name(touch.name, touch.scope, piece):
            if isinstance(value, OwnModule):
                self.facts(piece).rebinding.append((touch.what, touch.line))
            if isinstance(value, Library) and value.dotted.split(".")[0] in CHANGED_LIBRARIES:
                _, _, attributes = touch.what.partition(".")
                dotted = f"{value.dotted}.{attributes}"
                if not dotted.startswith(SETTINGS):
                    self.facts(piece).rebinding.append((dotted, touch.line))

    # Pieces

    def reached(self, exercise: str) -> list[Piece]:
        """Return the pieces that define the exercise, and those that they use, directly or not."""
        wanted = [Need(self.main.name, exercise, LAST), Need(self.main.name, "__getattr__", LAST)]
        return self._reached_from(wanted, self.patches)

    def imported_as(self, exercise: str) -> Iterator[Use]:
        """Yield what the exercise's own name is imported as from a library, also by a star import."""
        for piece, value, _ in self.names.bindings(self.main, exercise, LAST):
            if isinstance(value, Imported):
                for found in self.names.of_import(value):
                    if isinstance(found, Library):
                        yield Use(found.dotted, piece.file, piece.line)

    def reached_on_loading(self) -> list[Piece]:
        """Return the pieces that run when the modules are loaded, and those that they use."""
        return self._reached_from([], [piece for piece in self._pieces() if piece.is_loose])

    def _reached_from(self, wanted: Iterable[Need], pieces: Iterable[Piece]) -> list[Piece]:
        found: dict[Piece, None] = {}
        seen: set[Need] = set()
        needs = deque(wanted)
        waiting = deque(pieces)
        while needs or waiting:
            if needs:
                need = needs.popleft()
                if need not in seen:
                    seen.add(need)
                    waiting.extend(self._pieces_for(need))
                    needs.extend(self._needs_of_stars(need))
                continue
            piece = waiting.popleft()
            if piece not in found:
                found[piece] = None
                needs.extend(self.facts(piece).needs)
        return list(found)

    def _pieces_for(self, need: Need) -> list[Piece]:
        module = self.modules[need.module]
        if need.name == EVERYTHING:
            return module.pieces
        return [binding.piece for binding in self.names.bindings(module, need.name, need.position)]

    def _needs_of_stars(self, need: Need) -> Iterator[Need]:
        """Yield the names of helper modules that a name may come from by a star import."""
        if need.name != EVERYTHING:
            for _, value, _ in self.names.bindings(self.modules[need.module], need.name, need.position):
                if isinstance(value, Imported) and value.module in self.modules and value.name:
                    yield Need(value.module, value.name, LAST)

    def facts(self, piece: Piece) -> Facts:
        """Return what a piece uses. It is found out once."""
        if piece not in self._facts:
            self._facts[piece] = _PieceReader(self, piece).facts
        return self._facts[piece]


class _PieceReader:
    """Finds out what the mentions of one piece stand for."""

    def __init__(self, reading: Reading, piece: Piece) -> None:
        self.reading = reading
        self.names = reading.names
        self.piece = piece
        self.facts = Facts()
        for imported, _, line in piece.imports:
            self._add_import(imported, line)
        for mention in piece.mentions:
            self._add_mention(mention)
        for name, scope, line in piece.called:
            self._add_name(name, scope, line)
        for mention in piece.namespaces:
            if any(_is_module(value) for value in self._values(mention)):
                self._add_way_round("vars", mention.line)
        for what, line, rebinds in piece.ways_round:
            self.facts.ways_round.append((what, line))
            if rebinds:
                self.facts.rebinding.append((what, line))

    def _values(self, mention: Mention) -> Values:
        if mention.base is None:
            return UNKNOWN
        return self.names.of(mention.base, mention.scope, self.piece)

    def _add_import(self, imported: Imported, line: int) -> None:
        if imported.module in self.reading.modules and imported.name:
            self._add_need(imported.module, imported.name, LAST)
            return
        for value in self.names.of_import(imported):
            if isinstance(value, Library):
                self.facts.uses.setdefault(value.dotted, line)
                self._add_library_way_round(value.dotted, line)

    def _add_need(self, module: str, name: str, position: int) -> None:
        replaced = self.reading.modules[module].last_definition(name, position)
        self.facts.needs[Need(module, name, replaced + 1)] = None

    def _add_mention(self, mention: Mention) -> None:
        """Add what `base.a.b` uses: the base, base.a and base.a.b, and the methods a and b of what may be tensors."""
        base, attributes, scope, line, is_followed = mention
        if isinstance(base, ast.Name):
            self._add_name(base.id, scope, line)
        values = self._values(mention)
        self._add_uses(values, line)
        for position, attribute in enumerate(attributes):
            if self._may_be_tensors_method(values, attribute):
                self.facts.uses.setdefault(f"Tensor.{attribute}", line)
            self._add_hidden_attribute(base, position, attribute, line)
            for value in values:
                if isinstance(value, OwnModule):
                    self._add_need(value.name, attribute, LAST)
            values = self.names.of_attribute(values, attribute)
            self._add_uses(values, line)
        for value in values:
            if isinstance(value, Library):
                self._add_library_way_round(value.dotted, line)
            elif attributes:
                self.facts.chains.setdefault(attributes[-MAX_SUFFIX:], line)
            if not is_followed:
                self._add_passed_on(value, line)

    def _add_name(self, name: str, scope: Scope, line: int) -> None:
        """Add a name as something to be read, if it is one of the module level."""
        if any(owner.kind == "module" for owner in scope.owners(name)):
            self._add_need(self.piece.module.name, name, self.piece.index + (1 if scope.runs_later else 0))
        if name in HIDDEN_ATTRIBUTES:
            self._add_way_round(name, line, rebinds=True)

    def _add_uses(self, values: Values, line: int) -> None:
        self.names.step(self.piece, len(values))
        for value in values:
            if isinstance(value, Library):
                self.facts.uses.setdefault(value.dotted, line)

    def _may_be_tensors_method(self, values: Values, attribute: str) -> bool:
        """Return whether an object may be a tensor whose method this is."""
        if Kind.TENSOR in values or any(self.names.makes_tensors(value) for value in values):
            return True
        return Kind.UNKNOWN in values and attribute not in self.reading.attributes

    def _add_passed_on(self, value: Value, line: int) -> None:
        """Note a module that is used as a value, so that its names can be taken from it elsewhere."""
        if isinstance(value, OwnModule):
            self.facts.needs[Need(value.name, EVERYTHING, LAST)] = None
        elif isinstance(value, Library) and is_torch_module(value.dotted):
            self.facts.passed_on.setdefault(value.dotted, line)
            self._add_way_round(value.dotted, line)

    def _add_library_way_round(self, dotted: str, line: int) -> None:
        is_own = dotted.split(".")[0] in self.reading.modules
        way = None if is_own else way_round(dotted)
        if way is not None:
            self._add_way_round(way, line, rebinds=way.startswith(REBINDING))

    def _add_hidden_attribute(self, base: ast.expr | None, position: int, attribute: str, line: int) -> None:
        """Note an attribute behind which names are hidden. `self.__dict__` only holds the student's own."""
        is_own = isinstance(base, ast.Name) and base.id == "self" and position == 0
        if attribute in HIDDEN_ATTRIBUTES or (attribute == "__dict__" and not is_own):
            self._add_way_round(attribute, line, rebinds=True)

    def _add_way_round(self, what: str, line: int, *, rebinds: bool = False) -> None:
        self.facts.ways_round.append((what, line))
        if rebinds:
            self.facts.rebinding.append((what, line))


def _foreign_names(module: Module) -> set[str]:
    """Return the module-level names that are imported."""
    foreign = set()
    for name, bindings in module.scope.bindings.items():
        if any(isinstance(binding.value, Imported) for binding in bindings):
            foreign.add(name)
    return foreign


def _is_module(value: Value) -> bool:
    return isinstance(value, OwnModule) or (isinstance(value, Library) and is_torch_module(value.dotted))


def _with_packages(modules: Iterable[str]) -> set[str]:
    """Return the modules and the packages that they are in: importing a.b loads a, too."""
    return {package for module in modules for package in prefixes(module)}


def _helper_code(file: str, content: bytes) -> str | None:
    """Return the code of a helper file; None if Python cannot read it either. Raise CannotFollow if only Python can."""
    code = decode(content)
    if not isinstance(code, Unreadable):
        return code
    try:
        encoding, _ = tokenize.detect_encoding(BytesIO(content).readline)
        if codecs.lookup(encoding).name in ENCODINGS:  # others can take hours
            content.decode(encoding)
    except (SyntaxError, UnicodeError):
        return None
    raise CannotFollow(file)
