"""A course to release: the small course with a quiz, its key, a guide and a second solution."""

import zipfile
from pathlib import Path
from typing import Any

import msgspec
from small_course import write_course

from autograder.course.model import load_course
from autograder.release.build import ReleaseOptions, build_release

QUIZ = """\
- id: q1_factor
  kind: numeric
  difficulty: 1
  prompt: {en: "What is double(x) for x = {n}, less one?", zh: "double({n}) 减一是多少？"}
  parameters:
    n: {integer: [2, 9]}

- id: q1_kind
  kind: single_choice
  difficulty: 1
  prompt: {en: "Which structure counts words?", zh: "统计词频用哪种结构？"}
  options:
    A: {en: "A stack", zh: "栈"}
    B: {en: "A table of words", zh: "词到次数的字典表"}
"""

KEY = """\
q1_factor:
  answer: 2*n - 1
  explanation:
    en: Multiply the number by two before you take one away.
    zh: 先把这个数乘以二，再减去一。
  replies:
  - wrong: 2*(n - 1)
    en: You took one away before multiplying, so two were taken.
    zh: 你先减一再乘二，多减了一个一。
q1_kind:
  answer: B
  explanation: {en: TODO, zh: 词到次数的字典表}
  replies:
    A: {en: "A stack only knows what came last, and forgets how often.", zh: TODO}
"""

GUIDE = "# Demo · 示例\n\nDouble and count.\n\n---\n\n加倍与计数。\n"

ALTERNATIVES = '''
def double(x):
    """By adding. 用加法。"""
    columns = [column + column for column in x.reshape(-1)]
    return columns
'''

HIDDEN_SHARED = """
@check("Tally")
def test_tally_of_a_stranger(student):
    \"\"\"A stranger counts nothing. 一个还没有出现过的词，次数必须是零。\"\"\"
    assert_equal(student.Tally().count("stranger"), 0)


TABLE = {"a": [1, 2, 3, 4, 5], "b": [6, 7, 8, 9, 10], "c": [11, 12, 13]}
"""


def write_release_course(root: Path) -> Path:
    write_course(root)
    files = {
        "exercises/01_demo/quiz.yaml": QUIZ,
        "exercises/01_demo/README.md": GUIDE,
        "solutions/01_demo/quiz_key.yaml": KEY,
        "solutions/01_demo/alternatives.py": ALTERNATIVES,
    }
    for name, text in files.items():
        (root / name).write_text(text, encoding="utf-8")
    hidden = root / "solutions/01_demo/test_demo.py"
    hidden.write_text(hidden.read_text(encoding="utf-8") + HIDDEN_SHARED, encoding="utf-8")
    return root


def write_small_wheel(folder: Path, content: str = "") -> Path:
    """Write a wheel with the engine's name that is quick to search."""
    path = folder / "torchstone-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("autograder/__init__.py", content)
    return path


def release(course: Path, out: Path, wheel: Path, **options: Any) -> Path:
    build_release(load_course(course), ReleaseOptions(out=out, wheel=wheel, **options))
    return out


def set_version(course: Path, version: str) -> None:
    path = course / "course.toml"
    path.write_text(path.read_text().replace('version = "1"', f'version = "{version}"'), encoding="utf-8")


def snapshot(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def with_manifest(folder: Path, **changes: Any) -> None:
    """Change fields of a release's manifest, as a forger would."""
    from autograder.release.manifest import MANIFEST_PATH, encode, read_manifest

    (folder / MANIFEST_PATH).write_bytes(encode(msgspec.structs.replace(read_manifest(folder), **changes)))
