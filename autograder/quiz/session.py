"""One student's quiz of one topic: the questions as this student sees them, and the answers in answers.yaml beside the
topic's stubs. What a terminal, a notebook or a page shows is made of this.

    session = open_session(course, "06", student="ada")
    session.questions[0].prompt.en, session.questions[0].options
    complaint = session.record("q06_01", "0.24")   # written at once, or a sentence that says what to write instead
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from ..course.model import Course, Topic
from ..errors import CourseError, UsageError
from ..text import NOTHING, Language, Text
from .answers import AnswersFile, Entry, read_answers
from .formula import FormulaError
from .judge import judge, understand
from .key import Key
from .kinds.written import Complaint
from .load import load_keys, load_quiz
from .variant import Variant, draw, filled_text, show, student_id
from .writing import write_answers

ANSWERS = "answers.yaml"


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What practice says to an answer."""

    share: float  # of the points
    reply: Text
    explanation: Text


class Session:
    """Questions and answers of one student in one topic.

    is_practice: nothing is written, and `reply` says at once what an answer is worth.
    """

    def __init__(
        self,
        topic: Topic,
        student: str,
        attempt: int,
        variants: Sequence[Variant],
        entries: Mapping[str, Entry],
        *,
        keys: Mapping[str, Key] | None = None,
    ) -> None:
        self.topic = topic
        self.student = student
        self.attempt = attempt
        self.variants = {variant.question.id: variant for variant in variants}
        self.questions = tuple(show(variant) for variant in variants)
        self.entries = dict(entries)
        self.keys = keys
        self.language = Language.BOTH

    @property
    def is_practice(self) -> bool:
        return self.keys is not None

    @property
    def path(self) -> Path:
        """The file that the answers are in."""
        return answers_path(self.topic)

    @property
    def answered(self) -> int:
        """How many of the questions have an answer."""
        return sum(self.written(question.id) is not None for question in self.questions)

    def written(self, question: str) -> str | tuple[str, ...] | None:
        """The answer as it stands in the file; None where there is none."""
        entry = self.entries.get(question)
        if entry is None or entry.is_blank or entry.refused:
            return None
        return entry.items if entry.items is not None else entry.text

    def complaint(self, question: str, written: str | Sequence[str]) -> Text | None:
        """What to write instead, where this is no answer to the question; None where it is one."""
        found = understand(self.variants[question], _entry(written))
        return found.sentence if isinstance(found, Complaint) else None

    def record(self, question: str, written: str | Sequence[str]) -> Text | None:
        """Keep an answer, and write the file at once; an empty one takes the answer back.

        Returns what to write instead where this is no answer: then nothing changes. Raises KeyError for a question
        that the quiz does not have.
        """
        complaint = self.complaint(question, written)
        if complaint is None:
            self.entries[question] = _entry(written)
            self.save()
        return complaint

    def save(self) -> None:
        """Write the file."""
        if self.is_practice:
            return
        write_answers(
            self.path,
            title=self.topic.title,
            student=self.student,
            attempt=self.attempt,
            questions=self.questions,
            entries=self.entries,
            language=self.language,
        )

    def reply(self, question: str) -> Reply | None:
        """In practice: what the recorded answer is worth, and why; None where there is no answer or no practice."""
        entry = self.entries.get(question)
        if self.keys is None or entry is None or entry.is_blank:
            return None
        variant, key = self.variants[question], self.keys[question]
        answer = understand(variant, entry)
        assert answer is not None
        explanation = filled_text(key.explanation, variant.values)
        if isinstance(answer, Complaint):
            return Reply(share=0.0, reply=answer.sentence, explanation=explanation)
        try:
            found = judge(variant, key, answer)
        except FormulaError as error:
            raise CourseError(f"{question}: {error.problem}") from None
        both = [text for text in (found.reply, found.left_out) if text]
        reply = Text(" ".join(text.en for text in both), "".join(text.zh for text in both)) if both else NOTHING
        return Reply(share=found.share, reply=reply, explanation=explanation)


def open_session(
    course: Course,
    topic: str,
    *,
    student: str | None = None,
    attempt: int | None = None,
    is_practice: bool = False,
) -> Session:
    """The student's quiz. Without a name, that of the answers file; without an attempt, the file's.

    Raises UsageError where the topic has no quiz, nobody is named, the file is somebody else's or cannot be read.
    """
    found = course.topic(topic)
    if not found.quiz_points:
        names = ", ".join(one.name for one in course.topics if one.quiz_points)
        raise UsageError(f"{found.name} has no quiz.", fix=f"These have one: {names}." if names else "")
    quiz = load_quiz(found)
    keys = load_keys(found, quiz) if is_practice and found.quiz_key.is_file() else None
    if is_practice and keys is None:
        raise UsageError(f"There is no key for {found.name} here: {found.quiz_key} is missing.")
    file = AnswersFile(file=ANSWERS) if is_practice else _existing(found)
    name = student_id(student or file.student or known_student(course) or ("practice" if is_practice else ""))
    if not name:
        raise UsageError("Whose quiz is this?", fix="Give --student with the name that you hand in under.")
    if file.student is not None and student_id(file.student) != name:
        raise UsageError(
            f"{answers_path(found)} holds the answers of {file.student}, not of {name}.", fix="Move it away first."
        )
    attempt = attempt or file.attempt
    if attempt > course.quiz.attempts and not is_practice:
        raise UsageError(f"There is no attempt {attempt}: this course has {course.quiz.attempts}.")
    if attempt != file.attempt and file.entries:
        path = answers_path(found)
        path.rename(path.with_name(f"{path.stem}.attempt{file.attempt}{path.suffix}"))
        file = msgspec.structs.replace(file, entries={})
    variants = [draw(question, key=course.quiz.key, student=name, attempt=attempt) for question in quiz.questions]
    return Session(found, name, attempt, variants, file.entries, keys=keys)


def answers_path(topic: Topic) -> Path:
    """Where a topic's answers are."""
    return topic.exercises_folder / ANSWERS


def known_student(course: Course) -> str | None:
    """The name in the first answers file of the course that has one."""
    for topic in course.topics:
        path = answers_path(topic)
        if path.is_file():
            name = read_answers(path.read_bytes(), path.name).student
            if name:
                return name
    return None


def progress(course: Course) -> list[tuple[Topic, int, int]]:
    """(topic, questions answered, questions) of every quiz."""
    found = []
    for topic in course.topics:
        if topic.quiz_points:
            ids = {question.id for question in load_quiz(topic).questions}
            path = answers_path(topic)
            entries = read_answers(path.read_bytes(), path.name).entries if path.is_file() else {}
            found.append((topic, sum(name in ids and not e.is_blank for name, e in entries.items()), len(ids)))
    return found


def _existing(topic: Topic) -> AnswersFile:
    path = answers_path(topic)
    if not path.is_file():
        return AnswersFile(file=ANSWERS)
    file = read_answers(path.read_bytes(), str(path))
    for problem in file.problems:
        line = f", line {problem.line}" if problem.line else ""
        raise UsageError(f"{path}{line}: {problem.sentence.en}", fix="Mend the file, or move it away.")
    for name, entry in file.entries.items():
        if entry.refused:
            raise UsageError(f"{path}, line {entry.line}: {name}: {entry.refused.en}", fix="Mend the file.")
    return file


def _entry(written: str | Sequence[str]) -> Entry:
    if isinstance(written, str):
        return Entry(text=written.replace("\r\n", "\n"), line=0)
    return Entry(text=f"[{', '.join(written)}]" if written else "", line=0, items=tuple(written) or None)
