"""Merge three files definition by definition: the student's file, the stub it began as, and a later release's stub.

A file is cut into sections. A section is a definition, an assignment or another statement, with the comments above it;
everything before the first definition is one section, too. If the student changed a section, their version stays;
otherwise the later stub's version is taken.
"""

import ast
from collections import defaultdict
from collections.abc import Sequence
from enum import Enum

import msgspec

HEAD = "(head)"  # docstring, imports, constants
TAIL = "(tail)"  # comments below the last statement
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Section(msgspec.Struct, frozen=True):
    """One piece of a file. All sections in order are the file."""

    name: str
    text: str

    def is_like(self, other: "Section | None") -> bool:
        """Return whether both have the same text, apart from the white space that editors change."""
        return other is not None and _trimmed(self.text) == _trimmed(other.text)


class Outcome(Enum):
    """One of the things that a merge can do with a section of the student's file."""

    UNCHANGED = "unchanged"
    UPDATED = "updated"  # the student did not change it; the later stub's version replaces it
    REMOVED = "removed"  # the student did not change it; the later stub no longer has it
    KEPT = "kept"  # the student and the release both changed it; the student's version stays


class MergedFile(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a merge: the text, and the names of the sections by what happened to them."""

    text: str
    updated: tuple[str, ...] = ()  # unchanged by the student, and replaced
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()  # changed by the student and by the release


def merge(base: str, mine: str, theirs: str) -> MergedFile | None:
    """Return the student's file brought up to date. Return None if one of the files cannot be parsed.

    base: the stub that the student's file began as; mine: the student's file; theirs: the later stub.
    """
    try:
        old = _by_name(sections_of(base))
        own = _by_name(sections_of(mine))
        new = _by_name(sections_of(theirs))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    texts: dict[str, str] = {}
    names: dict[Outcome, list[str]] = defaultdict(list)
    for name, section in own.items():
        before = old.get(name)
        after = new.get(name)
        outcome = _outcome(section, before, after)
        names[outcome].append(name)
        if outcome is not Outcome.REMOVED:
            texts[name] = _merged_section(section, before, after, outcome)
    added = [name for name in new if name not in own.keys() | old.keys()]
    for name in added:
        texts = _inserted(texts, new[name], order=list(new))
    text = "".join(_with_line_end(section) for section in texts.values())
    if not _is_python(text):
        return None
    return MergedFile(
        text=text,
        updated=tuple(names[Outcome.UPDATED]),
        added=tuple(added),
        removed=tuple(names[Outcome.REMOVED]),
        kept=tuple(names[Outcome.KEPT]),
    )


def _outcome(mine: Section, before: Section | None, after: Section | None) -> Outcome:
    """Return what the merge does with a section of the student's file.

    before: the section in the stub that the file began as; after: the section in the later stub.
    """
    if mine.is_like(after):
        return Outcome.UNCHANGED
    if mine.is_like(before):  # the student did not change it
        return Outcome.REMOVED if after is None else Outcome.UPDATED
    if after is None or after.is_like(before):  # only the student changed it
        return Outcome.UNCHANGED
    return Outcome.KEPT


def _merged_section(mine: Section, before: Section | None, after: Section | None, outcome: Outcome) -> str:
    """Return the text of a section that stays in the student's file."""
    if after is None:
        return mine.text
    if outcome is Outcome.UPDATED:
        return after.text
    if outcome is Outcome.KEPT and mine.name == HEAD:
        return _with_new_imports(mine.text, before, after)
    return mine.text


def sections_of(text: str) -> list[Section]:
    """Cut a file into sections. Raise SyntaxError, or another error of ast.parse, if it is not Python."""
    lines = text.splitlines(keepends=True)
    body = ast.parse(text).body
    head_size = _count_before_definitions(body)
    if head_size == len(body):
        return [Section(HEAD, text)]
    end_of_head = _end_line(body[head_size - 1]) if head_size else 0
    start = _start_of_comments(lines, end_of_head, _first_line(body[head_size]))
    sections = [Section(HEAD, "".join(lines[:start]))]
    for node in body[head_size:]:
        end = _end_line(node)
        sections.append(Section(_name(node) or ast.unparse(node), "".join(lines[start:end])))
        start = end
    return [*sections, Section(TAIL, "".join(lines[start:]))]


def _count_before_definitions(body: Sequence[ast.stmt]) -> int:
    for number, node in enumerate(body):
        if isinstance(node, DEFINITIONS):
            return number
    return len(body)


def _first_line(node: ast.stmt) -> int:
    """Return the index of the statement's first line, decorators included."""
    decorators = node.decorator_list if isinstance(node, DEFINITIONS) else []
    return min([node.lineno, *(decorator.lineno for decorator in decorators)]) - 1


def _end_line(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno


def _start_of_comments(lines: Sequence[str], least: int, first: int) -> int:
    """Return the index of the first of the comments and empty lines directly above a line."""
    while first > least:
        above = lines[first - 1].strip()
        if above and not above.startswith("#"):
            break
        first -= 1
    return first


def _name(node: ast.stmt) -> str:
    """Return the name that a definition or a simple assignment binds; "" for other statements."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return node.name
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name
        case ast.AnnAssign(target=ast.Name(id=name)):
            return name
    return ""


def _by_name(sections: Sequence[Section]) -> dict[str, Section]:
    """Return the sections by name. Raise ValueError if two have the same name: we cannot know which one counts."""
    by_name = {section.name: section for section in sections}
    if len(by_name) < len(sections):
        raise ValueError("a name is defined twice")
    return by_name


def _with_new_imports(mine: str, before: Section | None, after: Section) -> str:
    """Return the student's head with the imports that only the later stub has."""
    known = _imports(mine)
    if before is not None:
        known += _imports(before.text)
    missing = []
    for line in _imports(after.text):
        if line not in known:
            missing.append(f"{line}\n")
    position = _end_of_imports(mine)
    lines = mine.splitlines(keepends=True)
    return "".join(lines[:position] + missing + lines[position:])


def _end_of_imports(text: str) -> int:
    """Return how many lines there are up to the end of the last import or docstring."""
    end = 0
    for node in ast.parse(text).body:
        if _is_import(node) or _is_docstring(node):
            end = _end_line(node)
    return end


def _imports(text: str) -> list[str]:
    return [ast.unparse(node) for node in ast.parse(text).body if _is_import(node)]


def _is_import(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _inserted(texts: dict[str, str], section: Section, order: list[str]) -> dict[str, str]:
    """Return `texts` with a new section behind the one that it follows in the later stub."""
    position = 1  # behind the head, if none of its predecessors is left
    names = list(texts)
    for predecessor in order[: order.index(section.name)]:
        if predecessor in texts:
            position = names.index(predecessor) + 1
    items = list(texts.items())
    items.insert(position, (section.name, section.text))
    return dict(items)


def _with_line_end(text: str) -> str:
    return text if text.endswith("\n") or not text else f"{text}\n"


def _trimmed(text: str) -> str:
    """Return the text without white space at line ends and around the whole."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True
