"""One student's quiz of one topic: the questions as this student sees them, and the answers in answers.yaml beside the
topic's stubs. The terminal and the notebook widget are built on it.

    session = open_session(course, "06", student="ada")
    session.questions[0].prompt.en, session.questions[0].options
    complaint = session.record("q06_01", "0.24")   # written at once, or a sentence that says what to write instead
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

import msgspec

from ..course.model import Course, Topic
from ..errors import CourseError, UsageError
from ..open_file import LeftOut, read_file
from ..results.model import Problem
from ..text import Language, Text
from .answers import MAX_BYTES, AnswersFile, Entry, read_answers
from .formula import FormulaError
from .judge import Answer, joined, judge, understand
from .key import Key
from .kinds.kind import Judgement
from .kinds.written import Complaint
from .load import Quiz, load_keys, load_quiz
from .variant import Variant, draw, filled_text, show, student_id
from .writing import write_answers

ANSWERS = "answers.yaml"
PLACE = Text("{path}, line {line}: ", "{path} 第 {line} 行：")
MEND = Text("Mend the file.", "请修改这个文件。")
MEND_OR_MOVE = Text("Mend the file, or move it away.", "请修改这个文件，或把它移走。")


class PracticeReply(msgspec.Struct, frozen=True, kw_only=True):
    """The feedback on one answer in practice."""

    share: float  # of the points
    reply: Text
    explanation: Text


class QuizSitting:
    """The questions and answers of one student in one topic.

    In practice, nothing is written, and `reply` gives feedback at once.
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
        """Return the path of the answers file."""
        return answers_path(self.topic)

    @property
    def answered(self) -> int:
        """Return the number of answered questions."""
        return sum(self.written(question.id) is not None for question in self.questions)

    def written(self, question: str) -> str | tuple[str, ...] | None:
        """Return the answer as it is in the file; None if there is none."""
        entry = self.entries.get(question)
        if entry is None or entry.is_blank or entry.refused:
            return None
        return entry.items if entry.items is not None else entry.text

    def complaint(self, question: str, written: str | Sequence[str]) -> Text | None:
        """Return what to write instead if this is not an answer to the question; None if it is one."""
        answer = understand(self.variants[question], _entry(written))
        return answer.sentence if isinstance(answer, Complaint) else None

    def record(self, question: str, written: str | Sequence[str]) -> Text | None:
        """Record an answer and write the file at once. An empty answer removes the earlier one.

        Return what to write instead if this is not an answer; then nothing changes. Raise KeyError for a question
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

    def reply(self, question: str) -> PracticeReply | None:
        """Return the feedback on the recorded answer; None if there is no answer, or outside of practice."""
        entry = self.entries.get(question)
        if self.keys is None or entry is None or entry.is_blank:
            return None
        variant, key = self.variants[question], self.keys[question]
        answer = understand(variant, entry)
        assert answer is not None
        explanation = filled_text(key.explanation, variant.values)
        if isinstance(answer, Complaint):
            return PracticeReply(share=0.0, reply=answer.sentence, explanation=explanation)
        judgement = _judged(variant, key, answer)
        return PracticeReply(
            share=judgement.share,
            reply=joined(judgement.reply, judgement.left_out),
            explanation=explanation,
        )


def _judged(variant: Variant, key: Key, answer: Answer) -> Judgement:
    """Judge an answer. Raise CourseError if the key's formula cannot be computed."""
    try:
        return judge(variant, key, answer)
    except FormulaError as error:
        raise CourseError(f"{variant.question.id}: {error.problem}") from None


def open_session(
    course: Course,
    topic: str,
    *,
    student: str | None = None,
    attempt: int | None = None,
    is_practice: bool = False,
) -> QuizSitting:
    """Open the student's quiz. By default, the answers file gives the name and the attempt.

    Raise UsageError if the topic has no quiz, the student is unknown, or the file is another student's or unreadable.
    """
    quiz_topic = _topic_with_quiz(course, topic)
    if is_practice:
        return _open_practice(course, quiz_topic, student, attempt or 1)
    quiz = load_quiz(quiz_topic)
    file = _existing(quiz_topic)
    name = student_id(student or file.student or known_student(course) or "")
    _check_student(quiz_topic, file, name)
    attempt = attempt or file.attempt
    _check_attempt(course, attempt)
    if attempt != file.attempt and file.entries:
        _keep_earlier_attempt(quiz_topic, file.attempt)
        file = msgspec.structs.replace(file, entries={})
    return QuizSitting(
        topic=quiz_topic,
        student=name,
        attempt=attempt,
        variants=_variants(course, quiz, name, attempt),
        entries=file.entries,
    )


def _open_practice(course: Course, topic: Topic, student: str | None, attempt: int) -> QuizSitting:
    """Open a quiz with its keys and without answers. Raise UsageError if the keys are not here."""
    quiz = load_quiz(topic)
    if not topic.quiz_key.is_file():
        missing = Text(
            f"There is no key for {topic.name} here: {topic.quiz_key} is missing.",
            f"这里没有 {topic.name} 的答案：缺少 {topic.quiz_key}。",
        )
        raise UsageError(missing)
    keys = load_keys(topic, quiz)
    name = student_id(student or known_student(course) or "") or "practice"
    return QuizSitting(
        topic=topic,
        student=name,
        attempt=attempt,
        variants=_variants(course, quiz, name, attempt),
        entries={},
        keys=keys,
    )


def _variants(course: Course, quiz: Quiz, student: str, attempt: int) -> list[Variant]:
    variants = []
    for question in quiz.questions:
        variants.append(draw(question, key=course.quiz.key, student=student, attempt=attempt))
    return variants


def _topic_with_quiz(course: Course, name: str) -> Topic:
    topic = course.topic(name)
    if not topic.quiz_points:
        names = ", ".join(other.name for other in course.topics if other.quiz_points)
        missing = Text(f"{topic.name} has no quiz.", f"{topic.name} 没有测验。")
        others = Text(f"These have one: {names}.", f"有测验的主题：{names}。")
        raise UsageError(missing, fix=others if names else "")
    return topic


def _check_student(topic: Topic, file: AnswersFile, name: str) -> None:
    """Raise UsageError if there is no name, or if the answers file has another one."""
    if not name:
        raise UsageError(
            Text("Whose quiz is this?", "还不知道是谁的测验。"),
            fix=Text("Give --student with the name that you hand in under.", "请用 --student 给出你提交时使用的名字。"),
        )
    if file.student is not None and student_id(file.student) != name:
        path = answers_path(topic)
        raise UsageError(
            Text(
                f"{path} holds the answers of {file.student}, not of {name}.",
                f"{path} 里是 {file.student} 的答案，不是 {name} 的。",
            ),
            fix=Text("Move it away first.", "请先把它移走。"),
        )


def _check_attempt(course: Course, attempt: int) -> None:
    if attempt > course.quiz.attempts:
        count = course.quiz.attempts
        raise UsageError(
            Text(
                f"There is no attempt {attempt}: this course has {count}.",
                f"没有第 {attempt} 次作答：这门课程共有 {count} 次。",
            )
        )


def _keep_earlier_attempt(topic: Topic, attempt: int) -> None:
    """Rename the answers file, for example to answers.attempt1.yaml."""
    path = answers_path(topic)
    path.rename(path.with_name(f"{path.stem}.attempt{attempt}{path.suffix}"))


def answers_path(topic: Topic) -> Path:
    """Return the path of a topic's answers file."""
    return topic.exercises_folder / ANSWERS


def known_student(course: Course) -> str | None:
    """Return the name in the first answers file of the course that has one."""
    for topic in course.topics:
        path = answers_path(topic)
        if path.is_file():
            name = _read(path).student
            if name:
                return name
    return None


def progress(course: Course) -> list[tuple[Topic, int, int]]:
    """Return (topic, number of answered questions, number of questions) of every quiz."""
    rows = []
    for topic in course.topics:
        if topic.quiz_points:
            quiz_ids = {question.id for question in load_quiz(topic).questions}
            answered = quiz_ids & _answered_questions(topic)
            rows.append((topic, len(answered), len(quiz_ids)))
    return rows


def _answered_questions(topic: Topic) -> set[str]:
    """Return the ids with an answer in the topic's answers file."""
    path = answers_path(topic)
    if not path.is_file():
        return set()
    entries = _read(path).entries
    return {name for name, entry in entries.items() if not entry.is_blank}


def _existing(topic: Topic) -> AnswersFile:
    """Return the topic's answers file, empty if there is none. Raise UsageError if it is not completely readable."""
    path = answers_path(topic)
    if not path.is_file():
        return AnswersFile(file=ANSWERS)
    file = _read(path)
    if file.problems:
        _refuse(path, file.problems[0])
    for name, entry in file.entries.items():
        if entry.refused:
            place = PLACE.filled(path=path, line=entry.line)
            raise UsageError(place + Text(f"{name}: ", f"{name}：") + entry.refused, fix=MEND)
    return file


def _read(path: Path) -> AnswersFile:
    """Return the answers in a file of the student's own."""
    data = read_file(path, MAX_BYTES, follows_links=True)
    if isinstance(data, LeftOut):
        sentence = Text("The file was not read: {why}.", "未读取该文件：{why}。").filled(why=data.reason)
        return AnswersFile(file=str(path), problems=(Problem(file=str(path), sentence=sentence),))
    return read_answers(data, str(path))


def _refuse(path: Path, problem: Problem) -> NoReturn:
    place = PLACE.filled(path=path, line=problem.line) if problem.line else Text(f"{path}: ", f"{path}：")
    raise UsageError(place + problem.sentence, fix=MEND_OR_MOVE)


def _entry(written: str | Sequence[str]) -> Entry:
    if isinstance(written, str):
        return Entry(text=written.replace("\r\n", "\n"), line=0)
    if not written:
        return Entry(text="", line=0)
    return Entry(text=f"[{', '.join(written)}]", line=0, items=tuple(written))
