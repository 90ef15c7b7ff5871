"""A student's module in pieces, one for each statement of the module level, also inside `if`, `try` and loops.

A piece lists what its code mentions. What the mentioned names stand for is found out later, where it is needed.
"""

import ast
import bisect
from typing import Literal, NamedTuple

A_TENSOR = ast.Constant(value="a tensor")  # the value of a name that can only be a tensor
ScopeKind = Literal["module", "class", "function", "comprehension"]


class CannotFollow(Exception):
    """The code is too long, nested too deeply, or in an encoding that is not accepted."""

    def __init__(self, file: str, line: int = 1) -> None:
        super().__init__(file)
        self.file = file
        self.line = line


class Imported(NamedTuple):
    """What an import binds to a name."""

    module: str
    name: str  # empty for the module itself


class Binding(NamedTuple):
    """One of the statements that give a name its value."""

    piece: "Piece"
    value: ast.AST | Imported | None  # an expression, a definition or a parameter; None if the value is unknown
    scope: "Scope"  # the scope of the value


class Scope:
    """The names that a module, class, function or comprehension binds."""

    def __init__(self, kind: ScopeKind, parent: "Scope | None" = None) -> None:
        self.kind = kind
        self.parent = parent
        self.depth: int = parent.depth + 1 if parent else 0
        self.module_scope: Scope = parent.module_scope if parent else self
        self.runs_later: bool = kind == "function" or (parent is not None and parent.runs_later)
        self.bindings: dict[str, list[Binding]] = {}
        self.global_names: set[str] = set()
        self.outer_names: set[str] = set()  # declared nonlocal
        self._owners: dict[str, Scope] = {}  # filled when all names are bound

    def bind(self, name: str, binding: Binding) -> None:
        scope = self
        if name in self.global_names:
            scope = self.module_scope
        elif name in self.outer_names and self.parent is not None:
            scope = self.parent._find_owner(name)
        scope.bindings.setdefault(name, []).append(binding)

    def owner(self, name: str) -> "Scope":
        """Return the scope that the name belongs to when code of this scope uses it."""
        if name not in self._owners:
            self._owners[name] = self._find_owner(name)
        return self._owners[name]

    def owners(self, name: str) -> list["Scope"]:
        """Return the scopes that may give the name its value: for a name of a class, also the scope around it."""
        owner = self.owner(name)
        if owner.kind == "class" and owner.parent is not None:
            return [owner, *owner.parent.owners(name)]
        return [owner]

    def _find_owner(self, name: str) -> "Scope":
        scope: Scope = self
        while scope.parent is not None:
            if name in scope.global_names:
                return self.module_scope
            is_visible = scope is self or scope.kind != "class"
            if is_visible and name in scope.bindings:
                return scope
            scope = scope.parent
        return scope


class Mention(NamedTuple):
    """A name or an expression with the attributes that are taken from it: `F` and (relu,) for `F.relu`."""

    base: ast.expr | None  # None for an object that is given later, as to `attrgetter("relu")`
    attributes: tuple[str, ...]
    scope: Scope
    line: int
    is_followed: bool  # whether the value goes no further than to a name that is followed


class WayRound(NamedTuple):
    """A construct that reading cannot follow."""

    what: str
    line: int
    rebinds: bool  # whether it can give names of the module new values


class Touch(NamedTuple):
    """A change to the object that a name stands for: `table["a"] = f`, `Net.forward = f`, `table.append(f)`."""

    name: str
    scope: Scope
    what: str  # "torch.Tensor.relu"; only as much as is known without the values of names
    line: int
    is_store: bool


class Piece:
    """One statement of the module level."""

    def __init__(self, module: "Module", file: str, index: int, node: ast.stmt) -> None:
        self.module = module
        self.file = file
        self.index = index
        self.line = node.lineno
        self.defines: str = getattr(node, "name", "")
        self.is_loose = isinstance(node, ast.Expr | ast.If | ast.For | ast.While | ast.With | ast.Try | ast.Match)
        self.mentions: list[Mention] = []
        self.imports: list[tuple[Imported, Scope, int]] = []
        self.namespaces: list[Mention] = []  # x of `vars(x)`
        self.ways_round: list[WayRound] = []
        self.touches: list[Touch] = []
        self.passed: list[str] = []  # names that a call of the module level gets as arguments
        self.called: list[tuple[str, Scope, int]] = []  # functions of Python that are read, if they are not replaced
        self.tensors: list[tuple[str, Scope]] = []  # names that gradients are asked of


class Module:
    """The pieces of the topic's file or of a helper file.

    name: as it is imported.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.scope = Scope("module")
        self.pieces: list[Piece] = []
        self.stars: list[tuple[Piece, str]] = []  # star imports, with the module
        self.callers: dict[str, list[Piece]] = {}  # name -> the pieces that call it when the module is loaded
        self.definitions: dict[str, list[int]] = {}  # name -> the pieces that certainly define it
        self.classes: dict[ast.ClassDef, Scope] = {}
        self.imported: set[str] = set()  # modules that are imported anywhere
        self.attributes: set[str] = set()  # names of attributes that the student's objects have

    def last_definition(self, name: str, position: int) -> int:
        """Return the index of the last piece before a position that certainly defines the name; -1 if there is none."""
        places = self.definitions.get(name, [])
        count = bisect.bisect_left(places, position)
        return places[count - 1] if count else -1
