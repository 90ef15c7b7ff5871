"""The rooms of the engine: the imports between them, their maps, and what no file may do."""

import ast
import graphlib
import re
import sys
import tomllib
from pathlib import Path

import pytest
from small_course import ROOT

ENGINE = ROOT / "autograder"

# Room -> the rooms that it imports. Every room may import errors, open_file, text and the package's version.
ARROWS = {
    "source": set(),
    "course": set(),
    "results": {"course"},
    "quiz": {"course", "results", "source"},
    "submission": {"course", "quiz", "results", "source"},
    "sandbox": {"course"},
    "checks": {"course", "results", "sandbox", "source"},
    "grading": {"checks", "course", "quiz", "results", "sandbox", "source", "submission"},
    "reports": {"course", "quiz", "results"},
    "classroom": {"course", "grading", "results", "sandbox", "submission"},
    "home": {"checks", "course", "reports", "results", "sandbox", "source"},
    "notebook": {"checks", "course", "home", "quiz", "reports", "results", "sandbox", "source"},
    "release": {"checks", "course", "quiz", "source", "submission"},
    "authoring": {"checks", "course", "grading", "quiz", "results", "sandbox", "source"},
    "integrations": {
        "classroom",
        "course",
        "grading",
        "quiz",
        "reports",
        "results",
        "sandbox",
        "source",
        "submission",
    },
    "cli": {
        "authoring",
        "classroom",
        "course",
        "grading",
        "home",
        "integrations",
        "quiz",
        "release",
        "reports",
        "results",
        "sandbox",
        "submission",
    },
    "__main__": {"cli"},
    "errors": set(),
    "text": set(),
    "open_file": set(),
    "__init__": set(),
}
EVERYONE = {"errors", "open_file", "text", "__init__"}
WORKER = "autograder.sandbox.worker"

# The only files that may run code from a string.
MAY_EXECUTE = {
    "sandbox/worker/session.py",  # the student's code, in the confined process
    "authoring/verify.py",  # the doctests of the course's own references
}


def engine_files() -> list[Path]:
    return sorted(ENGINE.rglob("*.py"))


def module_name(path: Path) -> str:
    place = path.relative_to(ROOT)
    parts = place.parent.parts if path.name == "__init__.py" else place.with_suffix("").parts
    return ".".join(parts)


MODULES = {module_name(path): path for path in engine_files()}


def imported_modules(path: Path) -> set[str]:
    """Return the modules of the engine that a file imports, anywhere in the file."""
    package = path.relative_to(ROOT).parent.parts
    named = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            stem = ".".join([*base, *filter(None, [node.module])])
            for alias in node.names:
                submodule = f"{stem}.{alias.name}"
                named.add(submodule if submodule in MODULES else stem)
    # __main__ of the worker imports its package under the name that it has in that process.
    named = {re.sub(r"^worker\b", WORKER, name) for name in named}
    return {name for name in named if name in MODULES}


IMPORTS = {name: imported_modules(path) - {name} for name, path in MODULES.items()}


def room_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def test_the_arrows_between_rooms_equal_the_table() -> None:
    found: dict[str, set[str]] = {room_of(module): set() for module in MODULES}
    for module, targets in IMPORTS.items():
        room = room_of(module)
        found[room] |= {room_of(target) for target in targets} - EVERYONE - {room}
    assert found == ARROWS


def test_no_files_import_each_other_in_a_circle() -> None:
    graphlib.TopologicalSorter(IMPORTS).prepare()


def test_the_table_has_no_circle() -> None:
    graphlib.TopologicalSorter(ARROWS).prepare()


def test_the_root_holds_few_modules() -> None:
    assert {path.name for path in ENGINE.glob("*.py")} == {
        "__init__.py",
        "__main__.py",
        "errors.py",
        "open_file.py",
        "source.py",
        "text.py",
    }
    folders = [path for path in ENGINE.iterdir() if path.is_dir() and path.name != "__pycache__"]
    assert len(folders) <= 15


def test_the_worker_imports_nothing_of_the_grader() -> None:
    of_worker = [module for module in MODULES if module.startswith(WORKER)]
    assert len(of_worker) > 10
    for module in of_worker:
        outside = {target for target in IMPORTS[module] if not target.startswith(WORKER)}
        assert not outside, module


def packages() -> list[Path]:
    return [path for path in engine_files() if path.name == "__init__.py"]


@pytest.mark.parametrize("path", packages(), ids=module_name)
def test_the_map_of_a_package_names_all_that_it_holds(path: Path) -> None:
    """The package's docstring has one line "name  purpose" for each module and folder, and no other line."""
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    mapped = set(re.findall(r"^ *([a-z_0-9]+)/?  +\S", docstring, re.MULTILINE))
    folder = path.parent
    modules = {file.stem for file in folder.glob("*.py")} - {"__init__", "__main__"}
    folders = {file.parent.name for file in folder.glob("*/__init__.py")}
    assert mapped == modules | folders


def test_the_engine_names_no_topic_and_no_exercise() -> None:
    """Docstrings may name them as examples. Names after a dot are allowed: torch.optim.SGD is torch's name, too.

    Left out are names that Python has, too: encode, decode, tokenize.
    """
    names = set()
    for manifest in (ROOT / "exercises").glob("*/topic.toml"):
        exercises = tomllib.loads(manifest.read_text(encoding="utf-8")).get("exercises", {})
        names |= {manifest.parent.name, *exercises}
    names -= {*dir(str), *dir(bytes), *sys.stdlib_module_names}
    assert len(names) > 10
    pattern = re.compile(rf"(?<!\.)\b({'|'.join(map(re.escape, names))})\b")
    for path in engine_files():
        code = ast.unparse(without_docstrings(ast.parse(path.read_text(encoding="utf-8"))))
        assert not pattern.search(code), f"{path.name} names {pattern.search(code)}"


def without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body[0] = ast.Pass()
    return tree


def test_no_file_of_the_engine_is_long() -> None:
    for path in engine_files():
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 400, path.name


def test_the_engine_never_runs_or_unpickles_foreign_code() -> None:
    for path in engine_files():
        text = path.read_text(encoding="utf-8")
        names = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
        if path.relative_to(ENGINE).as_posix() not in MAY_EXECUTE:
            assert not names & {"exec", "eval", "__import__"}, path.name
        assert "pickle" not in text, path.name
