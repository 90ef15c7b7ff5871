"""Cuts a module into pieces, in one pass over its syntax tree and without recursion."""

import ast
from collections.abc import Callable, Sequence
from typing import Any

from .access import NAMESPACES, READ, chain, constant_text, last_name, root
from .pieces import Binding, CannotFollow, Imported, Mention, Module, Piece, Scope, Touch, WayRound
from .syntax import BLOCK_FIELDS, absolute, children, is_split, named_attributes, statements

MAX_NODES = 20_000  # of a submission's syntax trees; a file of 300 lines has about 1,000
MAX_DEPTH = 150  # of a syntax tree
MAX_SCOPES = 40  # functions and classes inside each other

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
FLAT = (ast.BinOp, ast.BoolOp, ast.If)  # long sums and `elif` chains are nested in the tree, but not for a reader

NAMING = frozenset(  # calls whose strings become names of attributes
    ("OrderedDict", "ModuleDict", "add_module", "register_module", "setattr", "namedtuple", "SimpleNamespace")
)
CHANGING = frozenset(("append", "extend", "insert", "update", "setdefault", "add", "appendleft", "__setitem__"))
GIVEN_LATER = frozenset(("attrgetter", "methodcaller"))
MODULE_CALLS = frozenset(("import_module", "__import__"))
LOOKING = frozenset(("getattr", "hasattr", "vars", "setattr"))  # they pass their first argument on to nothing
HOOKS = frozenset(("__torch_dispatch__", "__torch_function__", "__init_subclass__", "__set_name__"))


Todo = tuple[ast.AST, Scope, int, bool]  # a node that is still to be visited, its depth, and whether it is followed


class Walker:
    """Fills modules with their pieces. The limit on nodes is for all of them together."""

    def __init__(self) -> None:
        self.nodes = 0
        self.module = Module("")
        self.piece = Piece(self.module, "", 0, ast.Pass(lineno=1, col_offset=0))
        self.todo: list[Todo] = []
        self.depth = 0
        self.is_followed = False
        self.visitors: dict[type[ast.AST], Callable[[Any, Scope], None]] = {}

    def walk(self, module: Module, file: str, tree: ast.Module) -> None:
        """Add the pieces of a file or cell to its module."""
        self.module = module
        for node, is_certain in statements(tree.body):
            self.piece = Piece(module, file, len(module.pieces), node)
            module.pieces.append(self.piece)
            self.depth = 0
            if is_split(node):
                self._push_header(node)
            else:
                self._push([node], module.scope)
            if is_certain and isinstance(node, DEFINITIONS):
                module.definitions.setdefault(node.name, []).append(self.piece.index)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
                self._note_call(node.value)
            for decorator in getattr(node, "decorator_list", []):
                self._note_caller(decorator)
            self._visit_all()

    def _push_header(self, node: ast.stmt) -> None:
        """Push what a block evaluates outside its statements: these are pieces of their own."""
        scope = self.module.scope
        if isinstance(node, ast.For):
            self._assign(node.target, node.iter, scope)
            self._push([node.iter], scope)
        elif isinstance(node, ast.Match):
            for case in node.cases:
                self._push([part for part in (case.guard, case.pattern) if part], scope)
            self._push([node.subject], scope)
        elif isinstance(node, ast.Try | ast.TryStar):
            for handler in node.handlers:
                self._push([handler.type] if handler.type else [], scope)
        else:
            self._push(children(node, skip=BLOCK_FIELDS), scope)

    def _visit_all(self) -> None:
        """Visit the waiting nodes and all that they push."""
        while self.todo:
            node, scope, self.depth, self.is_followed = self.todo.pop()
            self.nodes += 1
            if self.nodes > MAX_NODES or self.depth > MAX_DEPTH or scope.depth > MAX_SCOPES:
                raise CannotFollow(self.piece.file, getattr(node, "lineno", self.piece.line))
            kind = type(node)
            if kind not in self.visitors:
                self.visitors[kind] = getattr(self, f"_visit_{kind.__name__}", self._visit_other)
            self.visitors[kind](node, scope)

    def _push(self, nodes: Sequence[ast.AST], scope: Scope, *, is_followed: bool = False) -> None:
        """Let the nodes be visited before all that wait. What is pushed last is visited first."""
        depth = self.depth + 1
        for node in reversed(nodes):
            self.todo.append((node, scope, depth, is_followed))

    def _visit_other(self, node: ast.AST, scope: Scope) -> None:
        inner = children(node)
        if isinstance(node, FLAT):
            for child in inner:
                if type(child) is type(node):
                    self.todo.append((child, scope, self.depth, False))
                else:
                    self._push([child], scope)
        else:
            self._push(inner, scope)

    # Expressions

    def _visit_Name(self, node: ast.Name, scope: Scope) -> None:
        if isinstance(node.ctx, ast.Load):
            self.piece.mentions.append(Mention(node, (), scope, node.lineno, self.is_followed))
        elif isinstance(node.ctx, ast.Store):
            self._bind(node.id, None, scope)

    def _visit_Attribute(self, node: ast.Attribute | ast.Subscript | ast.Call, scope: Scope) -> None:
        if isinstance(getattr(node, "ctx", None), ast.Store):
            self._store(node, None, scope)
            return
        base, attributes, others, called = chain(node)
        if base is node:
            self._visit_no_access(node, scope)
            return
        self.piece.called += [(name, scope, node.lineno) for name in called]
        self.piece.mentions.append(Mention(base, attributes, scope, node.lineno, self.is_followed))
        if not isinstance(base, ast.Name):
            self._push([base], scope, is_followed=True)
        self._push(others, scope)
        if attributes == ("requires_grad_",):
            self._bind_tensor(base, scope)

    _visit_Subscript = _visit_Attribute

    def _visit_no_access(self, node: ast.Attribute | ast.Subscript | ast.Call, scope: Scope) -> None:
        if isinstance(node, ast.Subscript) and last_name(node.value) == "modules":
            self.piece.mentions.append(Mention(node, (), scope, node.lineno, self.is_followed))
        self._push(children(node), scope)

    def _visit_Call(self, node: ast.Call, scope: Scope) -> None:
        called = last_name(node.func)
        if called in NAMING:
            self.module.attributes.update(named_attributes(node))
        if called in CHANGING:
            self._touch(node.func, scope)
        if chain(node).base is not node:
            self._visit_Attribute(node, scope)
            return
        if called in GIVEN_LATER:
            self._visit_getter(node, scope)
        elif called in MODULE_CALLS:
            self.module.imported.update(constant_text(argument) for argument in node.args[:1])
            self.piece.mentions.append(Mention(node, (), scope, node.lineno, self.is_followed))
        elif called in ("getattr", "__getattribute__"):
            self._add_way_round(called, node)
        elif called == "vars" and node.args:
            self.piece.namespaces.append(Mention(node.args[0], (), scope, node.lineno, True))
        elif called == "setattr" and node.args:
            self._touch(node.args[0], scope, is_store=True)
        self._push([*node.args[1:], *node.keywords], scope)
        self._push(node.args[:1], scope, is_followed=called in LOOKING)
        if isinstance(node.func, ast.Name) and called in READ:
            self.piece.called.append((called, scope, node.lineno))
            if called in NAMESPACES and not node.args:
                self._add_way_round(called, node, rebinds=True)
        else:
            self._push([node.func], scope, is_followed=True)

    def _visit_getter(self, node: ast.Call, scope: Scope) -> None:
        """Note the names that `attrgetter("a.b")` or `methodcaller("a")` takes from an object given later."""
        for argument in node.args[:1] if last_name(node.func) == "methodcaller" else node.args:
            name = constant_text(argument)
            if name:
                mention = Mention(None, tuple(name.split(".")), scope, node.lineno, True)
                self.piece.mentions.append(mention)
            else:
                self._add_way_round(last_name(node.func), node)

    def _add_way_round(self, what: str, node: ast.expr | ast.stmt, *, rebinds: bool = False) -> None:
        self.piece.ways_round.append(WayRound(what, node.lineno, rebinds))

    # Values for names

    def _bind(self, name: str, value: ast.AST | Imported | None, scope: Scope, of: Scope | None = None) -> None:
        """Note a value of a name. `of` is the scope of the value, if that is another one."""
        if scope.kind == "class":
            self.module.attributes.add(name)
        if name in READ:
            self.piece.ways_round.append(WayRound(name, self.piece.line, True))
        scope.bind(name, Binding(self.piece, value, of or scope))

    def _assign(self, target: ast.expr, value: ast.expr | None, scope: Scope) -> None:
        """Note the values that `target = value` gives to names, and push what else the target mentions.

        An element of the value is taken for the value: what counts is whether it may be a tensor.
        """
        pairs = [(target, value)]
        while pairs:
            target, value = pairs.pop()
            if isinstance(target, ast.Name):
                self._bind(target.id, value, scope)
            elif isinstance(target, ast.Starred):
                pairs.append((target.value, value))
            elif not isinstance(target, ast.Tuple | ast.List):
                self._store(target, value, scope)
            elif isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts):
                pairs += zip(target.elts, value.elts, strict=True)
            else:
                pairs += [(element, value) for element in target.elts]

    def _store(self, target: ast.expr, value: ast.expr | None, scope: Scope) -> None:
        """Note an assignment to an attribute or item."""
        base, attributes, others, called = chain(target)
        self.piece.called += [(name, scope, target.lineno) for name in called]
        if attributes:
            self.module.attributes.add(attributes[-1])
            self.piece.mentions.append(Mention(base, attributes[:-1], scope, target.lineno, True))
            if attributes == ("requires_grad",):
                self._bind_tensor(base, scope)
        elif isinstance(base, ast.Name):  # globals()["name"] = value
            self._bind(base.id, value, scope.module_scope, of=scope)
        self._touch(target, scope, is_store=True)
        if not isinstance(base, ast.Name):
            self._push(children(base) if base is target else [base], scope, is_followed=True)
        self._push(others, scope)

    def _bind_tensor(self, base: ast.expr, scope: Scope) -> None:
        """Note that a name stands for a tensor, since gradients are asked of it."""
        if isinstance(base, ast.Name) and base.id != "self":
            self.piece.tensors.append((base.id, scope))

    def _touch(self, node: ast.expr, scope: Scope, *, is_store: bool = False) -> None:
        """Note that the object behind an expression changes: `table` of `table["a"].append(f)`."""
        changed = root(node)
        if isinstance(changed, ast.Name):
            what = ".".join([changed.id, *chain(node).attributes])
            self.piece.touches.append(Touch(changed.id, scope, what, node.lineno, is_store))

    def _note_call(self, call: ast.Call) -> None:
        """Note what a call of the module level may change: the object whose method it is, and its arguments."""
        self._note_caller(call.func)
        self.piece.passed += [argument.id for argument in call.args if isinstance(argument, ast.Name)]
        if isinstance(call.func, ast.Attribute):
            self._touch(call.func, self.module.scope)

    def _note_caller(self, function: ast.expr) -> None:
        called = root(function)
        if isinstance(called, ast.Name):
            self.module.callers.setdefault(called.id, []).append(self.piece)

    def _visit_Assign(self, node: ast.Assign, scope: Scope) -> None:
        for target in node.targets:
            self._assign(target, node.value, scope)
        values = [node.value]
        has_only_names = all(isinstance(target, ast.Name) for target in node.targets)
        if isinstance(node.value, ast.Tuple) and len(node.targets) == 1:
            target = node.targets[0]
            if isinstance(target, ast.Tuple) and len(target.elts) == len(node.value.elts):
                values = node.value.elts
                has_only_names = all(isinstance(element, ast.Name) for element in target.elts)
        self._push(values, scope, is_followed=has_only_names and scope.kind != "class")

    def _visit_AnnAssign(self, node: ast.AnnAssign, scope: Scope) -> None:
        if node.value is not None:
            self._assign(node.target, node.value, scope)
            is_name = isinstance(node.target, ast.Name)
            self._push([node.value], scope, is_followed=is_name and scope.kind != "class")
        elif isinstance(node.target, ast.Name) and scope.kind == "class":
            self.module.attributes.add(node.target.id)
        self._push([node.annotation], scope)

    def _visit_AugAssign(self, node: ast.AugAssign, scope: Scope) -> None:
        self._assign(node.target, node.value, scope)
        if isinstance(node.target, ast.Name):
            mention = Mention(node.target, (), scope, node.lineno, True)
            self.piece.mentions.append(mention)
        self._push([node.value], scope)

    def _visit_NamedExpr(self, node: ast.NamedExpr, scope: Scope) -> None:
        around = scope
        while around.kind == "comprehension" and around.parent is not None:
            around = around.parent
        self._bind(node.target.id, node.value, around, of=scope)
        self._push([node.value], scope, is_followed=self.is_followed)

    def _visit_For(self, node: ast.For | ast.AsyncFor | ast.comprehension, scope: Scope) -> None:
        self._assign(node.target, node.iter, scope)
        self._push(children(node, skip=("target",)), scope)

    _visit_AsyncFor = _visit_For
    _visit_comprehension = _visit_For

    def _visit_ExceptHandler(self, node: ast.ExceptHandler | ast.MatchAs | ast.MatchStar, scope: Scope) -> None:
        if node.name:
            self._bind(node.name, None, scope)
        self._push(children(node), scope)

    _visit_MatchAs = _visit_ExceptHandler
    _visit_MatchStar = _visit_ExceptHandler

    # Definitions and imports

    def _visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> None:
        self._bind(node.name, node, scope)
        if node.name in HOOKS:
            self._add_way_round(node.name, node)
        inner = self._function_scope(node, scope)
        self._push(node.body, inner)
        self._push([node.returns] if node.returns else [], scope)
        self._push(children(node.args), scope)
        self._push_decorators(node, scope)

    _visit_AsyncFunctionDef = _visit_FunctionDef

    def _visit_Lambda(self, node: ast.Lambda, scope: Scope) -> None:
        self._push([node.body], self._function_scope(node, scope))
        self._push(children(node.args), scope)

    def _function_scope(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: Scope) -> Scope:
        """Return the new scope of a function, which holds its parameters."""
        inner = Scope("function", scope)
        arguments = node.args
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            inner.bind(argument.arg, Binding(self.piece, argument, scope))
        for rest in (arguments.vararg, arguments.kwarg):
            if rest is not None:
                inner.bind(rest.arg, Binding(self.piece, rest, scope))
        return inner

    def _push_decorators(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, scope: Scope) -> None:
        for decorator in node.decorator_list:
            self._touch(decorator, scope)
        self._push(node.decorator_list, scope)

    def _visit_ClassDef(self, node: ast.ClassDef, scope: Scope) -> None:
        self._bind(node.name, node, scope)
        inner = Scope("class", scope)
        self.module.classes[node] = inner
        self._push(node.body, inner)
        self._push([*node.bases, *node.keywords], scope)
        self._push_decorators(node, scope)

    def _visit_ListComp(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, scope: Scope) -> None:
        inner = Scope("comprehension", scope)
        self._push(children(node, skip=("generators",)), inner)
        self._push(node.generators, inner)

    _visit_SetComp = _visit_ListComp
    _visit_DictComp = _visit_ListComp
    _visit_GeneratorExp = _visit_ListComp

    def _visit_Global(self, node: ast.Global, scope: Scope) -> None:
        scope.global_names.update(node.names)

    def _visit_Nonlocal(self, node: ast.Nonlocal, scope: Scope) -> None:
        scope.outer_names.update(node.names)

    def _visit_Import(self, node: ast.Import, scope: Scope) -> None:
        for alias in node.names:
            self.module.imported.add(alias.name)
            package = alias.name.split(".")[0]
            name = alias.asname or package
            self._bind(name, Imported(alias.name if alias.asname else package, ""), scope)
            self._mention_class_import(name, node, scope)

    def _visit_ImportFrom(self, node: ast.ImportFrom, scope: Scope) -> None:
        module = absolute(self.module.name, node)
        self.module.imported.add(module)
        for alias in node.names:
            if alias.name == "*":
                self.module.stars.append((self.piece, module))
                continue
            imported = Imported(module, alias.name) if module else Imported(alias.name, "")
            self.module.imported.add(".".join(filter(None, [module, alias.name])))
            self.piece.imports.append((imported, scope, node.lineno))
            name = alias.asname or alias.name
            self._bind(name, imported, scope)
            self._mention_class_import(name, node, scope)

    def _mention_class_import(self, name: str, node: ast.stmt, scope: Scope) -> None:
        """Note that what a class imports may be taken from any of its objects."""
        if scope.kind == "class":
            base = ast.Name(id=name, ctx=ast.Load(), lineno=node.lineno, col_offset=0)
            self.piece.mentions.append(Mention(base, (), scope, node.lineno, False))
