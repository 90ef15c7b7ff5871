"""What the names and expressions of a submission may stand for: a library's function, an own class, a tensor.

This is an estimate. It keeps two promises: a name that may be a library's is not lost because it is bound again, and
nothing is certainly a tensor without a reason in the source.
"""

import ast
import builtins
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from .access import chain, constant_text, last_name
from .pieces import A_TENSOR, Binding, CannotFollow, Imported, Module, Piece, Scope
from .torch_names import MAX_PARTS, canonical, exports, is_tensor_class

MAX_STEPS = 100_000  # values that are looked at for one submission
LAST = sys.maxsize  # the position after a whole module


@dataclass(frozen=True)
class Library:
    """A library, or something in it."""

    dotted: str


@dataclass(frozen=True)
class OwnModule:
    """A module of the submission."""

    name: str


@dataclass(frozen=True)
class OwnDefinition:
    """A function or class of the submission."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    scope: Scope  # that it is defined in
    piece: Piece


class Kind(Enum):
    """An object of which only the kind is known."""

    TENSOR = "a tensor"
    LAYER = "a layer of torch: it makes tensors"
    OBJECT = "no tensor"
    UNKNOWN = "unknown"


Value = Library | OwnModule | OwnDefinition | Kind
Values = frozenset[Value]
NOTHING_KNOWN: Values = frozenset()
UNKNOWN: Values = frozenset({Kind.UNKNOWN})
TENSOR: Values = frozenset({Kind.TENSOR})
OBJECT: Values = frozenset({Kind.OBJECT})

TENSOR_ATTRIBUTES = frozenset(("T", "mT", "H", "grad", "data", "real", "imag"))
NUMBER_METHODS = frozenset(("item", "tolist", "numpy", "size", "dim", "numel", "stride"))  # of a tensor
TENSOR_METHODS = frozenset(("requires_grad_", "detach", "unsqueeze", "squeeze"))  # no other object has them
ARRAYS = frozenset(("numpy.array", "numpy.asarray", "numpy.zeros", "numpy.ones", "numpy.arange", "numpy.linspace"))
IMPORTERS = frozenset(("importlib.import_module", "builtins.__import__", "importlib.__import__"))


class Names:
    """The names of all modules of a submission."""

    def __init__(self, modules: Mapping[str, Module]) -> None:
        self.modules = modules
        self.steps = 0
        self._bindings: dict[tuple[str, str, int], tuple[Binding, ...]] = {}
        self._of_names: dict[tuple[Scope, str, int], Values] = {}
        self._in_progress: dict[tuple[Scope, str, int], set[Value]] = {}
        self._of_nodes: dict[tuple[ast.AST, int], Values] = {}
        self._met_circle = False

    def step(self, piece: Piece, count: int = 1) -> None:
        """Count values that are looked at. Raise CannotFollow if they are too many."""
        self.steps += count
        if self.steps > MAX_STEPS:
            raise CannotFollow(piece.file, piece.line)

    # Bindings

    def bindings(self, module: Module, name: str, position: int) -> tuple[Binding, ...]:
        """Return the bindings of a module-level name that may hold for code at a position.

        An import does not hold behind a definition that certainly replaces it. Other values are never dropped: which
        of them is the last one to hold is not always known.
        """
        replaced = module.last_definition(name, position)
        key = module.name, name, replaced
        found = self._bindings.get(key)
        if found is None:
            found = self._bindings[key] = tuple(self._find_bindings(module, name, replaced))
        return found

    def _find_bindings(self, module: Module, name: str, replaced: int) -> list[Binding]:
        found = []
        for binding in module.scope.bindings.get(name, []):
            is_replaced = isinstance(binding.value, Imported) and binding.piece.index < replaced
            self.step(binding.piece)
            if not is_replaced:
                found.append(binding)
        for piece, library in module.stars:
            self.step(piece)
            if piece.index > replaced and self._star_binds(library, name, set()):
                found.append(Binding(piece, Imported(library, name), module.scope))
        return found

    def _star_binds(self, library: str, name: str, seen: set[str]) -> bool:
        """Return whether `from library import *` may bind the name."""
        module = self.modules.get(library)
        if module is None:
            return exports(library, name)
        if library in seen:
            return False
        seen.add(library)
        return name in module.scope.bindings or any(self._star_binds(star, name, seen) for _, star in module.stars)

    # Values

    def of_name(self, name: str, scope: Scope, piece: Piece) -> Values:
        """Return what a name may stand for in a scope of a piece."""
        values = NOTHING_KNOWN
        for owner in scope.owners(name):
            if owner.kind == "module":
                values |= self._of_module_name(piece.module, name, piece.index + (1 if scope.runs_later else 0))
            else:
                values |= self._of_bindings((owner, name, 0), owner.bindings.get(name, ()))
        return values

    def _of_module_name(self, module: Module, name: str, position: int) -> Values:
        bindings = self.bindings(module, name, position)
        if not bindings and hasattr(builtins, name):
            return frozenset({Library(f"builtins.{name}")})
        return self._of_bindings((module.scope, name, module.last_definition(name, position)), bindings)

    def _of_bindings(self, key: tuple[Scope, str, int], bindings: Sequence[Binding]) -> Values:
        """Return the values of all bindings of a name. A circle of names adds nothing to them."""
        if key in self._of_names:
            return self._of_names[key]
        if key in self._in_progress:
            self._met_circle = True
            return frozenset(self._in_progress[key])
        found: set[Value] = set()
        self._in_progress[key] = found
        for binding in bindings:
            self.step(binding.piece)
            found |= self._of_binding(binding) or UNKNOWN
        del self._in_progress[key]
        values = frozenset(found)
        if not self._met_circle or not self._in_progress:
            self._of_names[key] = values
        if not self._in_progress:
            self._met_circle = False
        return values

    def _of_binding(self, binding: Binding) -> Values:
        piece, value, scope = binding
        if value is A_TENSOR:
            return TENSOR
        if isinstance(value, Imported):
            return self.of_import(value)
        if isinstance(value, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return frozenset({OwnDefinition(value, scope, piece)})
        if isinstance(value, ast.arg):
            return TENSOR if self._is_tensor_annotation(value.annotation, scope, piece) else UNKNOWN
        if isinstance(value, ast.expr):
            return self.of(value, scope, piece)
        return UNKNOWN

    def of_import(self, imported: Imported) -> Values:
        """Return what an imported name may stand for."""
        module, name = imported
        dotted = f"{module}.{name}" if name else module
        library: Values = frozenset({Library(canonical(dotted))})
        if dotted in self.modules:
            return library | {OwnModule(dotted)}  # a helper called torch.py does not replace torch
        if module in self.modules:
            return library | self.of_attribute(frozenset({OwnModule(module)}), name)
        return library

    def _is_tensor_annotation(self, annotation: ast.expr | None, scope: Scope, piece: Piece) -> bool:
        """Return whether an annotation names torch's tensors, as in `Tensor | None` and "Tensor"."""
        if annotation is None:
            return False
        has_tensor = False
        for part in ast.walk(annotation):
            self.step(piece)
            if isinstance(part, ast.Constant) and re.search(r"\bTensor\b", str(part.value)):
                own = self.of_name("Tensor", scope, piece)
                has_tensor = has_tensor or not any(isinstance(value, OwnDefinition) for value in own)
            if not isinstance(part, ast.Name | ast.Attribute):
                continue
            if last_name(part) == "Callable":
                return False
            values = self.of(part, scope, piece)
            has_tensor = has_tensor or any(self.makes_tensors(value) for value in values)
        return has_tensor

    def of(self, node: ast.expr, scope: Scope, piece: Piece) -> Values:
        """Return what an expression may stand for."""
        if isinstance(node, ast.Name):
            return self.of_name(node.id, scope, piece)
        key = node, piece.index
        if key not in self._of_nodes:
            self.step(piece)
            values = self._of_expression(node, scope, piece)
            if self._met_circle:
                return values
            self._of_nodes[key] = values
        return self._of_nodes[key]

    def _of_expression(self, node: ast.expr, scope: Scope, piece: Piece) -> Values:
        base, attributes, _, _ = chain(node)
        if base is not node:
            values = self.of(base, scope, piece)
            for attribute in attributes:
                values = self.of_attribute(values, attribute)
            return values
        match node:
            case ast.Call():
                return self._of_call(node, scope, piece)
            case ast.IfExp(body=first, orelse=second):
                return self.of(first, scope, piece) | self.of(second, scope, piece)
            case ast.BoolOp(values=operands):
                found = NOTHING_KNOWN
                for operand in operands:
                    found |= self.of(operand, scope, piece)
                return found
            case ast.NamedExpr(value=value):
                return self.of(value, scope, piece)
            case ast.BinOp() | ast.UnaryOp() | ast.Compare():
                return self._of_operation(node, scope, piece)
            case ast.Subscript(value=value, slice=key):
                return self._of_item(self.of(value, scope, piece), key)
            case ast.Constant():
                return OBJECT
        return UNKNOWN

    def _of_operation(self, node: ast.expr, scope: Scope, piece: Piece) -> Values:
        """Return that it is a tensor if an operand is one. A long sum is read without recursion."""
        waiting = [node]
        while waiting:
            part = waiting.pop()
            self.step(piece)
            if isinstance(part, ast.BinOp):
                waiting += [part.left, part.right]
            elif isinstance(part, ast.UnaryOp):
                waiting.append(part.operand)
            elif isinstance(part, ast.Compare):
                waiting += [part.left, *part.comparators]
            elif Kind.TENSOR in self.of(part, scope, piece):
                return TENSOR
        return UNKNOWN

    def _of_item(self, values: Values, key: ast.expr) -> Values:
        if Library("sys.modules") in values:
            return self._module_named(constant_text(key))
        return TENSOR if Kind.TENSOR in values else UNKNOWN

    def _module_named(self, name: str) -> Values:
        """Return the module of a name. `__import__("a.b")` gives `a`, and both are possible."""
        if not name:
            return UNKNOWN
        found = NOTHING_KNOWN
        for possible in (name, name.split(".")[0]):
            found |= self.of_import(Imported(possible, ""))
        return found

    def _of_call(self, node: ast.Call, scope: Scope, piece: Piece) -> Values:
        found = NOTHING_KNOWN
        for called in self.of(node.func, scope, piece):
            if isinstance(called, Library) and called.dotted in IMPORTERS and node.args:
                found |= self._module_named(constant_text(node.args[0]))
            else:
                found |= self._result_of(called)
        _, attributes, _, _ = chain(node.func)
        method = attributes[-1] if attributes else ""
        if method in TENSOR_METHODS:
            found |= TENSOR
        if isinstance(node.func, ast.Attribute) and Kind.TENSOR in self.of(node.func.value, scope, piece):
            found |= UNKNOWN if method in NUMBER_METHODS else TENSOR
        return found or UNKNOWN

    def _result_of(self, called: Value) -> Values:
        """Return what a call gives."""
        if isinstance(called, Library):
            return _result_of_library(called.dotted)
        if isinstance(called, OwnDefinition):
            return self._result_of_own(called)
        return TENSOR if called is Kind.LAYER else UNKNOWN

    def _result_of_own(self, called: OwnDefinition) -> Values:
        node, scope, piece = called.node, called.scope, called.piece
        if not isinstance(node, ast.ClassDef):
            return TENSOR if self._is_tensor_annotation(node.returns, scope, piece) else UNKNOWN
        if self.makes_tensors(called):
            return TENSOR
        is_plain = all(last_name(decorator) == "dataclass" for decorator in node.decorator_list)
        if node.keywords or not is_plain or any("__new__" in module.attributes for module in self.modules.values()):
            return UNKNOWN  # the call may give anything
        return OBJECT

    def makes_tensors(self, value: Value) -> bool:
        """Return whether a value is a class of tensors."""
        if isinstance(value, Library):
            return is_tensor_class(value.dotted)
        if not isinstance(value, OwnDefinition) or not isinstance(value.node, ast.ClassDef):
            return False
        for base in value.node.bases:
            self.step(value.piece)
            if any(self.makes_tensors(parent) for parent in self.of(base, value.scope, value.piece) - {value}):
                return True
        return False

    def of_attribute(self, values: Values, attribute: str) -> Values:
        """Return what an attribute of such values may stand for."""
        found = NOTHING_KNOWN
        for value in values:
            if isinstance(value, Library):
                if value.dotted.count(".") < MAX_PARTS:
                    found |= {Library(canonical(f"{value.dotted}.{attribute}"))}
            elif isinstance(value, OwnModule):
                found |= self._of_own_attribute(value.name, attribute)
            elif isinstance(value, OwnDefinition) and isinstance(value.node, ast.ClassDef):
                scope = value.piece.module.classes[value.node]
                found |= self._of_bindings((scope, attribute, 0), scope.bindings.get(attribute, ()))
            elif value is Kind.TENSOR and attribute in TENSOR_ATTRIBUTES:
                found |= TENSOR
        return found or UNKNOWN

    def _of_own_attribute(self, name: str, attribute: str) -> Values:
        """Return what an attribute of an own module may stand for: a name in it, or a module of its package."""
        inner = f"{name}.{attribute}"
        if inner in self.modules:
            return frozenset({OwnModule(inner)})
        module = self.modules[name]
        bindings = self.bindings(module, attribute, LAST)
        return self._of_bindings((module.scope, attribute, module.last_definition(attribute, LAST)), bindings)


def _result_of_library(dotted: str) -> Values:
    """Return what a call of a library's function or class gives."""
    if is_tensor_class(dotted):
        return TENSOR
    if dotted.startswith("torch."):
        is_class = dotted.rsplit(".", 1)[-1][0].isupper()
        return frozenset({Kind.LAYER}) if is_class else TENSOR
    return OBJECT if dotted in ARRAYS else UNKNOWN
