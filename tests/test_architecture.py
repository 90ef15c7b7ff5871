"""The arrows between modules, and what the engine must not know."""

import ast
import re
import tomllib
from pathlib import Path

import pytest
from small_course import ROOT

ENGINE = ROOT / "autograder"

# A part of the engine -> the parts that it may import. Everything may import errors, text and the package's version.
MAY_IMPORT = {
    "errors": set(),
    "text": set(),
    "limits": set(),
    "source": set(),
    "reveal": set(),
    "results": {"reveal"},
    "course": {"limits", "reveal"},
    "worker": set(),
    "sandbox": {"limits", "worker"},
    "submission": {"course", "quiz", "results", "source"},
    "checks": {"course", "limits", "results", "sandbox", "source", "worker"},
    "diagnosis": {"checks", "course", "results", "sandbox", "source", "worker"},
    "attempt": {"checks", "course", "limits", "results", "sandbox", "worker"},
    "exercise_keys": {"checks", "course", "limits", "source"},
    "stateless": {"source"},
    "regrade": {"checks", "course", "results", "source", "stateless"},
    "settings": {"course", "reveal", "sandbox", "submission", "worker"},
    "grade": {
        *("attempt", "checks", "course", "diagnosis", "exercise_keys", "limits", "quiz", "regrade", "results"),
        *("reveal", "sandbox", "settings", "source", "submission", "submission_run"),
    },
    "submission_run": {
        *("attempt", "checks", "course", "diagnosis", "grade", "results", "reveal", "sandbox", "source"),
    },
    "changes": {"results"},
    "summary": {"results"},
    "graders": {"course", "grade", "results", "sandbox", "settings", "submission", "summary", "worker"},
    "result_folder": {"results"},
    "classroom": {"course", "graders", "result_folder", "results", "settings", "submission", "summary"},
    "progress": set(),
    "environment": set(),
    "cluster": {"bundle", "course", "environment", "grade", "graders", "results", "sandbox", "settings", "submission"},
    "quiz": {"course", "results", "reveal", "source", "summary"},
    "bundle": {"course", "submission"},
    "gradescope": {"bundle", "course"},
    "ci": set(),
    "stubs": {"course"},
    "release": {"checks", "course", "quiz", "source", "stubs", "submission"},
    "notebooks": {"course", "quiz", "results", "source", "stubs"},
    "notebook": {"attempt", "checks", "course", "hints", "quiz", "reports", "results", "sandbox", "source"},
    "mutation": {"course", "diagnosis", "grade", "source", "stubs"},
    "doctor": {"limits", "sandbox"},
    "verify": {"course", "diagnosis", "grade", "mutation", "quiz", "results", "source", "stubs"},
    "reports": {"changes", "course", "results", "summary"},
    "hints": {"course"},
    "watch": {"course"},
    "home": {"checks", "course", "results", "source"},
    "plugin": {"home", "reports"},
    "self_grading": {"course", "grade", "mutation", "sandbox", "settings", "verify"},
    "grading_run": {
        *("classroom", "cluster", "course", "graders", "progress", "quiz", "reports", "results", "reveal"),
        *("sandbox", "settings", "submission", "summary"),
    },
    "nbgrader": {
        *("classroom", "course", "grade", "graders", "grading_run", "notebooks", "progress", "quiz"),
        *("reports", "result_folder", "results", "reveal", "sandbox", "settings", "source", "submission"),
    },
    "cli": {
        *("changes", "ci", "course", "doctor", "environment", "gradescope", "grading_run", "hints"),
        *("nbgrader", "notebooks", "quiz", "release", "reports", "results", "reveal", "sandbox", "self_grading"),
        *("settings", "stubs", "watch"),
    },
    "__main__": {"cli"},
    "__init__": set(),
}
EVERYONE = {"errors", "text", "__init__"}


def engine_files() -> list[Path]:
    return sorted(ENGINE.rglob("*.py"))


def part_of(path: Path) -> str:
    first = path.relative_to(ENGINE).parts[0]
    return first.removesuffix(".py")


def imported_parts(path: Path) -> set[str]:
    """The engine's parts that a file imports, wherever in the file it does."""
    package = ["autograder", *path.relative_to(ENGINE).parts[:-1]]
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        modules = []
        if isinstance(node, ast.Import):
            modules = [alias.name.split(".") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            stem = base + (node.module.split(".") if node.module else [])
            modules = [[*stem, alias.name] for alias in node.names]
        for module in modules:
            if module[0] == "autograder":
                name = module[1] if len(module) > 1 else "__init__"
                found.add(name if (ENGINE / name).is_dir() or (ENGINE / f"{name}.py").is_file() else "__init__")
    return found


@pytest.mark.parametrize("path", engine_files(), ids=lambda path: str(path.relative_to(ENGINE)))
def test_imports_follow_the_table(path: Path) -> None:
    part = part_of(path)
    assert imported_parts(path) <= MAY_IMPORT[part] | EVERYONE | {part}


def test_every_part_is_in_the_table() -> None:
    assert {part_of(path) for path in engine_files()} == set(MAY_IMPORT)


def test_the_worker_imports_nothing_of_the_grader() -> None:
    for path in (ENGINE / "worker").glob("*.py"):
        assert imported_parts(path) <= {"worker"}, path.name


def test_the_engine_names_no_topic_and_no_exercise() -> None:
    """Docstrings may, as examples; code may not. torch.optim.SGD is torch's name, too."""
    names = set()
    for manifest in (ROOT / "exercises").glob("*/topic.toml"):
        names |= {manifest.parent.name, *tomllib.loads(manifest.read_text(encoding="utf-8")).get("exercises", {})}
    assert len(names) > 10
    pattern = re.compile(rf"(?<!\.)\b({'|'.join(map(re.escape, names))})\b")
    for path in engine_files():
        text = ast.unparse(_without_docstrings(ast.parse(path.read_text(encoding="utf-8"))))
        assert not pattern.search(text), f"{path.name} names {pattern.search(text)}"


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body[0] = ast.Pass()
    return tree


def test_no_file_of_the_engine_is_long() -> None:
    for path in engine_files():
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 400, path.name


def test_the_engine_never_runs_or_unpickles_what_is_not_its_own() -> None:
    """exec and eval stand in the worker's session, and in verify for the course's own doctests; pickle nowhere."""
    allowed = {"session.py", "verify.py"}
    for path in engine_files():
        names = {n.id for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.Name)}
        assert path.name in allowed or not names & {"exec", "eval", "__import__"}, path.name
        assert "pickle" not in path.read_text(encoding="utf-8"), path.name
