"""`autograder notebooks build`, for the real course and for the small one."""

import ast
import json
from pathlib import Path

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.preprocessors import ClearSolutions
from small_course import ROOT, autograder
from small_notebooks import QUIZ

from autograder.course.model import Course, Topic, load_course
from autograder.course.stubs import BEGIN, END
from autograder.errors import CourseError
from autograder.integrations.nbgrader.source import build
from autograder.integrations.nbgrader.source.cells import cell_id, notebook_cells
from autograder.integrations.nbgrader.source.formula import latex
from autograder.integrations.nbgrader.source.reference import read_reference
from autograder.integrations.nbgrader.source.statement import statement
from autograder.text import Language

REAL = load_course(ROOT)
topics = pytest.mark.parametrize("topic", REAL.topics, ids=lambda topic: topic.name)
topics_with_exercises = pytest.mark.parametrize(
    "topic", [topic for topic in REAL.topics if topic.exercises], ids=lambda topic: topic.name
)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the nbgrader course folder of the real course."""
    out = tmp_path_factory.mktemp("nbgrader")
    list(build(REAL, REAL.topics, out))
    return out


def notebook_path(built: Path, topic: Topic) -> Path:
    return built / "source" / topic.name / f"{topic.module}.ipynb"


def read(built: Path, topic: Topic) -> nbformat.NotebookNode:
    return nbformat.read(notebook_path(built, topic), as_version=nbformat.NO_CONVERT)


def roles(notebook: nbformat.NotebookNode) -> list[tuple[str, str | None]]:
    return [(cell.metadata.torchstone.role, cell.metadata.torchstone.get("exercise")) for cell in notebook.cells]


@topics
def test_a_notebook_is_valid_for_nbformat_and_nbgrader(built: Path, topic: Topic) -> None:
    notebook = read(built, topic)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    nbformat.validate(notebook)
    MetadataValidator().validate_nb(notebook)
    assert nbformat.writes(notebook) + "\n" == notebook_path(built, topic).read_text(encoding="utf-8")
    ids = [cell.id for cell in notebook.cells]
    assert len(ids) == len(set(ids))


@topics
def test_its_cells_come_in_order_with_the_courses_points(built: Path, topic: Topic) -> None:
    notebook = read(built, topic)
    expected: list[tuple[str, str | None]] = [("title", None), ("setup", None)]
    for exercise in topic.exercises:
        expected += [(role, exercise.name) for role in ("task", "solution", "check", "grade")]
    expected += [(role, None) for role in ("quiz-task", "quiz", "quiz-grade")] if topic.quiz_points else []
    assert roles(notebook) == expected
    points = {c.metadata.nbgrader.grade_id: c.metadata.nbgrader.points for c in notebook.cells if _is_grade(c)}
    assert points == {f"grade-{e.name}": e.points for e in topic.exercises} | (
        {"grade-quiz": topic.quiz_points} if topic.quiz_points else {}
    )


def _is_grade(cell: nbformat.NotebookNode) -> bool:
    return "nbgrader" in cell.metadata and cell.metadata.nbgrader.grade


@topics_with_exercises
def test_its_code_is_the_whole_reference_and_nothing_else(built: Path, topic: Topic) -> None:
    code = [c.source for c in read(built, topic).cells if c.metadata.torchstone.role in ("setup", "solution")]
    written = [ast.dump(node) for node in ast.parse("\n".join(code)).body]
    reference = [ast.dump(node) for node in ast.parse(topic.reference.read_text(encoding="utf-8")).body[1:]]
    ours = [node for node in written if node not in reference]
    assert sorted(set(written) - set(ours)) == sorted(reference)
    assert len(ours) == 1
    assert "autograder.notebook" in ours[0]


@topics_with_exercises
def test_no_line_of_a_solution_is_released(built: Path, topic: Topic) -> None:
    secret = _solution_lines(topic)
    assert secret
    notebook = read(built, topic)
    assert secret <= _lines(notebook)  # they are in the source, so that it would be seen if they stayed
    released, _ = ClearSolutions().preprocess(notebook, {})
    assert not secret & _lines(released)
    assert BEGIN not in nbformat.writes(released)
    assert END not in nbformat.writes(released)


def _solution_lines(topic: Topic) -> set[str]:
    """Return the lines between the markers, except those that the stub has as well."""
    inside, lines = False, set()
    for line in topic.reference.read_text(encoding="utf-8").splitlines():
        if line.strip() == BEGIN:
            inside = True
        elif line.strip() == END:
            inside = False
        elif inside and line.strip():
            lines.add(line.strip())
    return lines - {line.strip() for line in topic.stub.read_text(encoding="utf-8").splitlines()}


def _lines(notebook: nbformat.NotebookNode) -> set[str]:
    return {line.strip() for cell in notebook.cells for line in cell.source.splitlines()}


def test_nothing_secret_but_the_solutions_is_in_the_folder(built: Path) -> None:
    """The folder holds no hidden check, no misconception and no key of a quiz."""
    written = "\n".join(path.read_text(encoding="utf-8") for path in built.rglob("*") if path.is_file())
    for topic in REAL.topics:
        if topic.exercises:
            hidden = _functions(topic.hidden_checks) - _functions(topic.visible_checks)
            assert hidden
            assert not [name for name in hidden if name in written]
    names = {path.name for path in built.rglob("*")}
    assert not names & {"quiz_key.yaml", "misconceptions.toml", "alternatives.py", "equivalent_mutants.toml"}
    for key in ("explanation:", "replies:", "accepted:"):
        assert key not in written


def _functions(path: Path) -> set[str]:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    names = [node.name for node in body if isinstance(node, ast.FunctionDef)]
    return {f"def {name}(" for name in names if name.startswith("test_")}


def test_every_build_writes_the_same_bytes(course: Course, tmp_path: Path) -> None:
    for name in ("one", "two"):
        list(build(course, course.topics, tmp_path / name))
    one, two = (
        {
            path.relative_to(tmp_path / name): path.read_bytes()
            for path in (tmp_path / name).rglob("*")
            if path.is_file()
        }
        for name in ("one", "two")
    )
    assert one == two
    assert [built.changed for built in build(course, course.topics, tmp_path / "one")] == [0]


def test_a_rebuild_keeps_the_files_of_the_instructor(course: Course, tmp_path: Path) -> None:
    list(build(course, course.topics, tmp_path))
    config, picture = tmp_path / "nbgrader_config.py", tmp_path / "source/01_demo/picture.png"
    config.write_text("c = get_config()\n")
    picture.write_bytes(b"png")
    notebook = tmp_path / "source/01_demo/demo.ipynb"
    notebook.write_text("{}")
    assert [built.changed for built in build(course, course.topics, tmp_path)] == [1]
    assert config.read_text() == "c = get_config()\n"
    assert picture.read_bytes() == b"png"
    assert json.loads(notebook.read_text())["nbformat"] == 4


def test_constants_and_helpers_are_in_the_setup_cell(own_course: Path) -> None:
    path = own_course / "solutions/01_demo/demo.py"
    code = path.read_text(encoding="utf-8")
    helper = "\n\n# Shared.\nLIMIT = 3\n\n\ndef helper(x):\n    return x  # as it is\n    # really\n\n\n@helper\nclass Tally:"
    path.write_text(code.replace("\n\nclass Tally:", helper), encoding="utf-8")
    reference = read_reference(load_course(own_course).topics[0])
    assert reference.setup == (
        "import torch\n\n\n# Shared.\nLIMIT = 3\n\n\ndef helper(x):\n    return x  # as it is\n    # really"
    )
    assert reference.solutions["Tally"].startswith("@helper\nclass Tally:")
    assert reference.solutions["double"].endswith("    return 2 * x\n    ### END SOLUTION")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("class Tally:", "class Talley:", "which topic.toml lists"),
        (
            "import torch\n",
            "import torch\n\n\ndef f():\n    ### BEGIN SOLUTION\n    pass\n    ### END SOLUTION\n",
            "outside",
        ),
    ],
)
def test_a_reference_that_gives_no_notebook_is_reported(own_course: Path, old: str, new: str, complaint: str) -> None:
    path = own_course / "solutions/01_demo/demo.py"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CourseError, match=complaint):
        read_reference(load_course(own_course).topics[0])


def test_an_exercise_cannot_have_the_name_of_a_notebook_function(own_course: Path) -> None:
    for path in own_course.rglob("*"):
        if path.suffix in (".py", ".toml"):
            path.write_text(path.read_text(encoding="utf-8").replace("double", "hint"), encoding="utf-8")
    with pytest.raises(CourseError, match="no exercise can be called hint"):
        notebook_cells(load_course(own_course).topics[0], Language.BOTH)


def test_a_topic_may_have_only_a_quiz(own_course: Path, tmp_path: Path) -> None:
    folder = own_course / "exercises/02_words"
    folder.mkdir()
    (folder / "topic.toml").write_text('title = { en = "Words", zh = "词" }\nquiz_points = 3\n', encoding="utf-8")
    (folder / "quiz.yaml").write_text(QUIZ, encoding="utf-8")
    course = load_course(own_course)
    assert [built.points for built in build(course, course.topics, tmp_path / "out")] == [6, 3]
    notebook = read(tmp_path / "out", course.topics[1])
    assert [role for role, _ in roles(notebook)] == ["title", "setup", "quiz-task", "quiz", "quiz-grade"]
    assert notebook.cells[0].source == "# 02 Words · 词"
    assert "answer, board, check, grade, grade_quiz, hint, quiz" in notebook.cells[1].source
    assert 'answer("q1", "B")' in notebook.cells[2].source


def test_cell_ids_are_valid_and_unique() -> None:
    assert cell_id("grade", "softmax") == "grade-softmax"
    assert cell_id("", "softmax") == "softmax"
    odd = [cell_id("", name) for name in ("setup", "平方", "立方", "a" * 64 + "b", "a" * 64 + "c")]
    assert len(set(odd)) == 5
    assert all(len(one) <= 64 and one.isascii() and one != "setup" for one in odd)


def test_one_language_leaves_the_other_out(course: Course) -> None:
    def task(language: Language) -> str:
        return next(c.source for c in notebook_cells(course.topics[0], language) if c.role == "task")

    assert "Double" in task(Language.EN)
    assert "加倍" not in task(Language.EN)
    assert "加倍" in task(Language.ZH)
    assert "Twice x" not in task(Language.ZH)
    assert ">>> double(torch.ones(2))" in task(Language.ZH)
    setup = next(c.source for c in notebook_cells(course.topics[0], Language.ZH) if c.role == "setup")
    assert setup.endswith('use_language("zh")')


DOCSTRING = """The first line, with x_1 * x_2 and `a_b * c`.

A paragraph
goes on.

    y = (x - mean) / sqrt(var + eps)        mean: over N

x: (N, C).  It is
not changed.
Returns one: (N,).

    step 1:    wait

>>> f(1)
2

中文：第一行
第二行 with
Latin words。
"""


def test_a_docstring_becomes_markdown() -> None:
    text = statement(DOCSTRING, Language.BOTH)
    assert r"with x\_1 \* x\_2 and `a_b * c`." in text
    assert "A paragraph\ngoes on." in text
    assert "$$\n\\begin{aligned}\ny &= \\frac{x - \\mathrm{mean}}{\\sqrt{\\mathrm{var} + \\varepsilon}}" in text
    assert r"\qquad \text{mean: over N}" in text
    assert "x: (N, C).  It is\nnot changed.  \nReturns one: (N,)." in text
    assert "```text\nstep 1:    wait\n```" in text
    assert "```python\n>>> f(1)\n2\n```" in text
    assert text.endswith("第一行第二行 with Latin words。")


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("s'(x) = s(x) * (1 - s(x))", r"s'\left(x\right) &= s\left(x\right) \cdot \left(1 - s\left(x\right)\right)"),
        ("m_hat = m / (1 - beta1^t)", r"\hat{m} &= \frac{m}{1 - \beta_{1}^{t}}"),
        ("y = a - (b - c)", r"y &= a - \left(b - c\right)"),
        ("y = -(a + b)^2", r"y &= -\left(a + b\right)^{2}"),
        ("n = floor(a / b) + shape[1]", r"n &= \left\lfloor \frac{a}{b} \right\rfloor + \mathrm{shape}[1]"),
    ],
)
def test_a_formula_becomes_latex_with_the_parentheses_that_it_needs(formula: str, expected: str) -> None:
    assert latex(formula) == f"$$\n\\begin{{aligned}}\n{expected}\n\\end{{aligned}}\n$$"


@pytest.mark.parametrize("block", ["w <- w - lr g", "y = x where x > 0", "fc1  Linear", "y = [1, 2]", "a = b = c"])
def test_a_block_that_is_no_formula_is_not_changed(block: str) -> None:
    assert latex(block) is None


def test_the_command_reports_what_it_wrote_and_rejects_unknown_topics(own_course: Path, tmp_path: Path) -> None:
    run = autograder("notebooks", "build", "--out", tmp_path / "out", "--topic", "demo", cwd=own_course)
    assert (run.returncode, run.stdout) == (0, "01_demo: 6 points, 4 files written\n")
    run = autograder("notebooks", "build", "--out", tmp_path / "out", "--topic", "demmo", cwd=own_course)
    assert run.returncode == 2
    assert "There is no topic demmo. Did you mean" in run.stderr
    assert "Traceback" not in run.stderr
