"""A submission's answers held against the keys, by topic. Plain data only: it needs no worker."""

import difflib
import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from ..course.model import Course
from ..course.reveal import Reveal
from ..results.model import Problem, QuestionResult, QuizResult, Verdict
from ..results.points import question_points, rounded, share_by_weight
from ..text import NOTHING, Text, printable
from .answers import AnswersFile, Entry
from .formula import FormulaError
from .judge import judge, understand
from .key import Key
from .kinds.kind import Judgement
from .kinds.written import Complaint
from .load import Quiz, load_keys, load_quizzes
from .question import Question
from .variant import Variant, draw, filled_text, student_id

MAX_ANSWER = 200  # characters of an answer in the result
MAX_PROMPT = 200
MAX_PROBLEMS = 20  # told of one submission's answers
BROKEN_QUESTION = Text(
    "This question is at fault, not your answer. It costs you nothing.", "是题目本身有问题，不是你的答案，不会扣分。"
)
INCOMPLETE = Text("Not everything that is right was chosen.", "还有正确的选项没有选。")
OTHER_STUDENT = Text(
    "The file was written for {file}, and is handed in as {own}: the numbers and letters of {own} count.",
    "文件是为 {file} 生成的，却以 {own} 的名义提交：评分按 {own} 的数字和选项进行。",
)
NO_SUCH_ATTEMPT = Text(
    "Attempt {attempt} is not open: this course has {attempts}. The file's answers do not count.",
    "本课程只有 {attempts} 次作答机会，没有第 {attempt} 次。该文件的答案不计分。",
)
TAKEN_FROM = Text("Not used for {ids}: {other} was taken.", "{ids} 未采用本文件，采用了 {other}。")

Given = tuple[AnswersFile, Entry]


class QuizGrader:
    """The quizzes of some topics, loaded once and used for many submissions.

    reveal: from `misconception` on there are replies to wrong answers, with `call` explanations, too, and the replies
    that give right answers away.
    Raises CourseError where the course's files are at fault.
    """

    def __init__(self, course: Course, topics: Sequence[str], reveal: Reveal) -> None:
        self.key = course.quiz.key
        self.attempts = course.quiz.attempts
        self.replies = reveal.covers(Reveal.MISCONCEPTION)
        self.explains = reveal.covers(Reveal.CALL)
        quizzes = load_quizzes(course)
        self.topic_of = {question.id: topic for topic, quiz in quizzes.items() for question in quiz.questions}
        self.quizzes = [quizzes[topic.name] for topic in course.topics if topic.name in {*topics} & quizzes.keys()]
        self.keys: dict[str, Key] = {}
        for quiz in self.quizzes:
            self.keys |= load_keys(course.topic(quiz.topic), quiz)
        self.unanswered = {quiz.topic: self._quiz(quiz, "", {}) for quiz in self.quizzes}

    def grade(self, submission: str, files: Sequence[AnswersFile]) -> tuple[tuple[QuizResult, ...], list[Problem]]:
        """The quizzes' results, and what the student should know about the files. Never raises for what they hold."""
        problems: list[Problem] = []
        given = self._given(submission, files, problems)
        answered = {self.topic_of[name] for name in given}
        results = tuple(
            self._quiz(quiz, submission, given) if quiz.topic in answered else self.unanswered[quiz.topic]
            for quiz in self.quizzes
        )
        return results, problems[:MAX_PROBLEMS]

    def _given(self, submission: str, files: Sequence[AnswersFile], problems: list[Problem]) -> dict[str, Given]:
        """Question -> the entry that counts."""
        given: dict[str, list[Given]] = {}
        for file in files:
            if not self._is_open(submission, file, problems):
                continue
            for name, entry in file.entries.items():
                if name not in self.topic_of:
                    problems.append(_unknown(file, name, entry, self.topic_of))
                elif not entry.is_blank:
                    given.setdefault(name, []).append((file, entry))
        chosen = {name: min(found, key=lambda one: _rank(one[0], self.topic_of[name])) for name, found in given.items()}
        problems += _not_used(given, chosen)
        return chosen

    def _is_open(self, submission: str, file: AnswersFile, problems: list[Problem]) -> bool:
        if file.student is not None and student_id(file.student) != student_id(submission):
            sentence = OTHER_STUDENT.filled(file=printable(file.student), own=printable(submission))
            problems.append(Problem(file=file.file, sentence=sentence))
        if file.attempt <= self.attempts:
            return True
        sentence = NO_SUCH_ATTEMPT.filled(attempt=file.attempt, attempts=self.attempts)
        problems.append(Problem(file=file.file, sentence=sentence))
        return False

    def _quiz(self, quiz: Quiz, submission: str, given: dict[str, Given]) -> QuizResult:
        """Points are shared by weight; a broken question leaves both sides of the fraction."""
        judged = [(q, self._question(quiz, q, submission, given.get(q.id))) for q in quiz.questions]
        weight = sum(q.weight for q, result in judged if result.verdict is not Verdict.BROKEN)
        return QuizResult(
            topic=quiz.topic,
            points=rounded(sum(result.points for _, result in judged)),
            worth=float(quiz.points) if weight == quiz.weight else share_by_weight(quiz.points, weight, quiz.weight),
            questions=tuple(result for _, result in judged),
        )

    def _question(self, quiz: Quiz, question: Question, submission: str, given: Given | None) -> QuestionResult:
        worth = quiz.points * question.weight / quiz.weight
        if given is None:
            return _unanswered(question, worth)
        variant = draw(question, key=self.key, student=submission, attempt=given[0].attempt)
        try:
            verdict, share, reply, explanation = self._judged(variant, given[1])
        except FormulaError:
            verdict, share, worth, reply, explanation = Verdict.BROKEN, 0.0, 0.0, BROKEN_QUESTION, NOTHING
        return QuestionResult(
            id=question.id,
            kind=question.kind,
            prompt=_first_line(filled_text(question.prompt, variant.values)),
            verdict=verdict,
            points=question_points(worth * share),
            worth=question_points(worth),
            attempt=given[0].attempt,
            answer=_shortened(_written(given[1]), MAX_ANSWER),
            reply=reply,
            explanation=explanation,
        )

    def _judged(self, variant: Variant, entry: Entry) -> tuple[Verdict, float, Text, Text]:
        """(verdict, share, reply, explanation) of an answer that is there."""
        key = self.keys[variant.question.id]
        answer = understand(variant, entry)
        assert answer is not None
        if isinstance(answer, Complaint):
            judgement = Judgement(share=0.0, reply=answer.sentence)
        else:
            judgement = judge(variant, key, answer)
        reply, explanation = judgement.reply if self.replies or isinstance(answer, Complaint) else NOTHING, NOTHING
        if judgement.is_incomplete:
            reply = _both(reply, judgement.left_out if self.explains else INCOMPLETE)
        if self.explains:
            explanation = filled_text(key.explanation, variant.values)
        return Verdict.PASSED if judgement.share == 1 else Verdict.FAILED, judgement.share, reply, explanation


def _unanswered(question: Question, worth: float) -> QuestionResult:
    """Nothing is drawn for it: of a class's results these are most."""
    return QuestionResult(
        id=question.id,
        kind=question.kind,
        prompt=NOTHING,
        verdict=Verdict.NOT_ATTEMPTED,
        points=0.0,
        worth=question_points(worth),
        attempt=1,
        answer="",
        reply=NOTHING,
        explanation=NOTHING,
    )


def _rank(file: AnswersFile, topic: str) -> tuple[bool, bool, int, str]:
    path = PurePosixPath(file.file)
    return topic not in path.parts, path.stem.lower() != "answers", len(path.parts), file.file


def _not_used(given: dict[str, list[Given]], chosen: dict[str, Given]) -> list[Problem]:
    """For each file that had an answer which another one has, too."""
    lost: dict[tuple[str, str], list[str]] = {}
    for name, found in given.items():
        for file, _ in found:
            if file.file != chosen[name][0].file:
                lost.setdefault((file.file, chosen[name][0].file), []).append(name)
    return [
        Problem(file=file, sentence=TAKEN_FROM.filled(ids=_some(names), other=printable(other)))
        for (file, other), names in lost.items()
    ]


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (" …" if len(names) > 5 else "")


def _unknown(file: AnswersFile, name: str, entry: Entry, known: dict[str, str]) -> Problem:
    near = difflib.get_close_matches(name, known, n=1) if len(name) < 50 else []
    hint = Text(f" Did you mean {near[0]}?", f"是否想写 {near[0]}？") if near else NOTHING
    name = _shortened(name, 50)
    sentence = Text(f"The course has no question {name}.", f"课程中没有题目 {name}。") + hint
    return Problem(file=file.file, sentence=sentence, line=entry.line)


def _first_line(text: Text) -> Text:
    def first(prompt: str) -> str:
        return _shortened(prompt.strip().split("\n", 1)[0], MAX_PROMPT)

    return Text(first(text.en), first(text.zh))


def _written(entry: Entry) -> str:
    return ", ".join(entry.items) if entry.items is not None else entry.text.strip()


def _shortened(text: str, length: int) -> str:
    text = re.sub(r"[ \t]+", " ", printable(text))
    return text if len(text) <= length else text[: length - 1] + "…"


def _both(one: Text, other: Text) -> Text:
    if one and other:
        return Text(f"{one.en} {other.en}", one.zh + other.zh)
    return one or other
