"""A student's file, the stub that it began as, and a later release's stub: merged, definition by definition.

A part is a definition, an assignment or another statement with the comments above it; what stands before the first
definition is one part of its own. Of each part the student's version is taken where they changed it, else the later one.
"""

import ast
from collections.abc import Sequence

import msgspec

HEAD = "(head)"  # docstring, imports, constants
TAIL = "(tail)"  # comments below the last statement


class Part(msgspec.Struct, frozen=True):
    """One piece of a file; all of them in order are the file."""

    name: str
    text: str

    @property
    def plain(self) -> str:
        """The text without what editors change by themselves."""
        return "\n".join(line.rstrip() for line in self.text.strip().splitlines())


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a merge."""

    text: str
    updated: tuple[str, ...] = ()  # not touched by the student, and replaced
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()  # touched by the student, and changed in the release


def merge(base: str, mine: str, theirs: str) -> Merged | None:
    """The student's file brought up to date; None where one of the three cannot be taken apart."""
    try:
        old, own, new = (_by_name(parts_of(text)) for text in (base, mine, theirs))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    taken: dict[str, str] = {}
    told: dict[str, list[str]] = {"updated": [], "added": [], "removed": [], "kept": []}
    for name, part in own.items():
        before, after = old.get(name), new.get(name)
        is_touched = before is None or part.plain != before.plain
        if after is not None and part.plain == after.plain:
            taken[name] = part.text
        elif not is_touched and after is None:
            told["removed"].append(name)
        elif not is_touched and after is not None:
            taken[name] = after.text
            told["updated"].append(name)
        else:
            taken[name] = part.text
            if after is not None and (before is None or before.plain != after.plain):
                told["kept"].append(name)
                if name == HEAD:
                    taken[name] = _with_imports(part.text, before.text if before else "", after.text)
    for name, part in new.items():
        if name not in own and name not in old:
            told["added"].append(name)
            taken = _inserted(taken, name, part.text, list(new))
    text = "".join(piece if piece.endswith("\n") or not piece else f"{piece}\n" for piece in taken.values())
    return Merged(text=text, **{key: tuple(names) for key, names in told.items()}) if _parses(text) else None


def parts_of(text: str) -> list[Part]:
    """The file in parts. Raises SyntaxError, among others, where it is not Python."""
    lines = text.splitlines(keepends=True)
    parts: list[Part] = []
    begins = 0
    for node in ast.parse(text).body:
        name = _name(node)
        end = node.end_lineno or node.lineno
        if not parts and not isinstance(node, DEFINITIONS):
            name = ""
        if name or parts:
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))]) - 1
            if not parts:
                above = _comments_above(lines, begins, first)
                parts.append(Part(HEAD, "".join(lines[:above])))
                begins = above
            parts.append(Part(name or ast.unparse(node), "".join(lines[begins:end])))
        begins = end
    if not parts:
        return [Part(HEAD, text)]
    return [*parts, Part(TAIL, "".join(lines[begins:]))]


DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _name(node: ast.stmt) -> str:
    if isinstance(node, DEFINITIONS):
        return node.name
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return targets[0].id if len(targets) == 1 and isinstance(targets[0], ast.Name) else ""


def _comments_above(lines: Sequence[str], least: int, first: int) -> int:
    while first > least and (not lines[first - 1].strip() or lines[first - 1].lstrip().startswith("#")):
        first -= 1
    return first


def _by_name(parts: Sequence[Part]) -> dict[str, Part]:
    """Raises ValueError where a name is written twice: which of the two is meant is not ours to say."""
    found = {part.name: part for part in parts}
    if len(found) < len(parts):
        raise ValueError("a name is defined twice")
    return found


def _with_imports(mine: str, base: str, theirs: str) -> str:
    """The student's head, with the imports that the later stub has and the older one had not."""
    known = set(_imports(base)) | set(_imports(mine))
    missing = [line for line in _imports(theirs) if line not in known]
    if not missing:
        return mine
    lines = mine.splitlines(keepends=True)
    nodes = [node for node in ast.parse(mine).body if _is_import(node) or _is_docstring(node)]
    at = nodes[-1].end_lineno or 0 if nodes else 0
    return "".join([*lines[:at], *(f"{line}\n" for line in missing), *lines[at:]])


def _imports(text: str) -> list[str]:
    return [ast.unparse(node) for node in ast.parse(text).body if _is_import(node)]


def _is_import(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _inserted(taken: dict[str, str], name: str, text: str, order: list[str]) -> dict[str, str]:
    """`taken` with a new part after the one that it follows in the later stub."""
    before = next((other for other in reversed(order[: order.index(name)]) if other in taken), HEAD)
    result: dict[str, str] = {}
    for key, value in taken.items():
        result[key] = value
        if key == before:
            result[name] = text
    return result if name in result else {**result, name: text}


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True
