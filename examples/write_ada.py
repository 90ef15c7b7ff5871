"""Write ada's Python files: the course's second solutions, handed in as a student would.

    python examples/write_ada.py

`make demo` and `make test` call this, so the sample class has no copies to keep up to date. A topic without second
solutions gets its reference. Ada's answers to the quizzes are in the repository.
"""

from pathlib import Path

from autograder.course.model import load_course

ROOT = Path(__file__).resolve().parents[1]
ADA = ROOT / "examples" / "class" / "ada"


def main() -> None:
    """Write one file for each topic that has exercises."""
    for topic in load_course(ROOT).topics:
        if not topic.exercises:
            continue
        alternatives = topic.solutions_folder / "alternatives.py"
        solution = alternatives if alternatives.is_file() else topic.reference
        target = ADA / topic.name / topic.filename
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(solution.read_bytes())


if __name__ == "__main__":
    main()
