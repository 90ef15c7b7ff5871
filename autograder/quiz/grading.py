"""Grades a submission's quiz answers against the keys, by topic. It handles plain data only and needs no worker."""

import difflib
import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from ..course.model import Course
from ..course.reveal import Reveal
from ..results.model import Problem, QuestionResult, QuizResult, Verdict
from ..results.points import question_points, rounded, share_by_weight
from ..text import NOTHING, Text, printable
from .answers import AnswersFile, Entry
from .formula import FormulaError
from .judge import joined, judge, understand
from .key import Key
from .kinds.kind import Judgement
from .kinds.written import Complaint
from .load import Quiz, load_keys, load_quizzes
from .question import Question
from .variant import Variant, draw, filled_text, student_id

MAX_ANSWER = 200  # characters of an answer in the result
MAX_PROMPT = 200
MAX_PROBLEMS = 20  # reported for one submission's answers
BROKEN_QUESTION = Text(
    "This question is at fault, not your answer. It costs you nothing.", "是题目本身有问题，不是你的答案，不会扣分。"
)
INCOMPLETE = Text("Not everything that is right was chosen.", "还有正确的选项没有选。")
OTHER_STUDENT = Text(
    "It was written for {file}, and is handed in as {own}, who has other numbers and letters. Its answers do not count. "
    "Hand it in under the name {file}, or write a new one: `autograder quiz NN --student {own}`",
    "该文件是为 {file} 生成的，却以 {own} 的名义提交，而 {own} 的数字和选项不同，所以答案不计分。"
    "请以 {file} 的名义提交，或重新生成：`autograder quiz NN --student {own}`",
)
NO_SUCH_ATTEMPT = Text(
    "Attempt {attempt} is not open: this course has {attempts}. The file's answers do not count.",
    "本课程只有 {attempts} 次作答机会，没有第 {attempt} 次。该文件的答案不计分。",
)
TAKEN_FROM = Text("Not used for {ids}: {other} was taken.", "{ids} 未采用本文件，采用了 {other}。")

Given = tuple[AnswersFile, Entry]


class QuizGrader:
    """A grader for the quizzes of some topics. It loads them once, for many submissions.

    reveal: from `misconception` on, wrong answers get replies; with `call`, answers also get explanations, and the
    replies that give right answers away.
    Raises CourseError if a file of the course is at fault.
    """

    def __init__(self, course: Course, topics: Sequence[str], reveal: Reveal) -> None:
        self.key = course.quiz.key
        self.attempts = course.quiz.attempts
        self.replies = reveal.covers(Reveal.MISCONCEPTION)
        self.explains = reveal.covers(Reveal.CALL)
        quizzes = load_quizzes(course)
        self.topic_of = _topics_by_question(quizzes)
        self.quizzes: list[Quiz] = []
        self.keys: dict[str, Key] = {}
        self.unanswered: dict[str, QuizResult] = {}
        for topic in course.topics:
            if topic.name in topics and topic.name in quizzes:
                quiz = quizzes[topic.name]
                self.quizzes.append(quiz)
                self.keys |= load_keys(topic, quiz)
                self.unanswered[topic.name] = self._quiz(quiz, "", {})

    def grade(self, submission: str, files: Sequence[AnswersFile]) -> tuple[tuple[QuizResult, ...], list[Problem]]:
        """Return the quizzes' results, and the files' problems for the student. No content of a file makes it raise."""
        problems: list[Problem] = []
        given = self._given(submission, files, problems)
        answered = {self.topic_of[name] for name in given}
        results = []
        for quiz in self.quizzes:
            if quiz.topic in answered:
                results.append(self._quiz(quiz, submission, given))
            else:
                results.append(self.unanswered[quiz.topic])
        return tuple(results), problems[:MAX_PROBLEMS]

    def _given(self, submission: str, files: Sequence[AnswersFile], problems: list[Problem]) -> dict[str, Given]:
        """Return the entry that counts for each answered question. Add what is wrong to `problems`."""
        candidates = self._candidates(submission, files, problems)
        chosen: dict[str, Given] = {}
        for name, entries in candidates.items():
            chosen[name] = _preferred(entries, self.topic_of[name])
        problems += _not_used(candidates, chosen)
        return chosen

    def _candidates(
        self, submission: str, files: Sequence[AnswersFile], problems: list[Problem]
    ) -> dict[str, list[Given]]:
        """Return all entries with an answer, by question."""
        candidates: dict[str, list[Given]] = {}
        for file in files:
            if self._is_open(submission, file, problems):
                self._add_answers(file, candidates, problems)
        return candidates

    def _add_answers(self, file: AnswersFile, candidates: dict[str, list[Given]], problems: list[Problem]) -> None:
        for name, entry in file.entries.items():
            if name not in self.topic_of:
                suggests = len(problems) < MAX_PROBLEMS
                problems.append(_unknown(file, name, entry, self.topic_of, suggests=suggests))
            elif not entry.is_blank:
                candidates.setdefault(name, []).append((file, entry))

    def _is_open(self, submission: str, file: AnswersFile, problems: list[Problem]) -> bool:
        """Return whether the course has the file's attempt. Report a wrong attempt, and another student's name."""
        if file.student is not None and student_id(file.student) != student_id(submission):
            sentence = OTHER_STUDENT.filled(file=printable(file.student), own=printable(submission))
            problems.append(Problem(file=file.file, sentence=sentence))
            return False
        if file.attempt <= self.attempts:
            return True
        sentence = NO_SUCH_ATTEMPT.filled(attempt=file.attempt, attempts=self.attempts)
        problems.append(Problem(file=file.file, sentence=sentence))
        return False

    def _quiz(self, quiz: Quiz, submission: str, given: dict[str, Given]) -> QuizResult:
        """Return the quiz's result. A broken question counts neither in the points nor in the worth."""
        results = []
        weight = 0  # of the questions that are not broken
        for question in quiz.questions:
            result = self._question(quiz, question, submission, given.get(question.id))
            results.append(result)
            if result.verdict is not Verdict.BROKEN:
                weight += question.weight
        worth = float(quiz.points)
        if weight != quiz.weight:
            worth = share_by_weight(quiz.points, weight, quiz.weight)
        return QuizResult(
            topic=quiz.topic,
            points=rounded(sum(result.points for result in results)),
            worth=worth,
            questions=tuple(results),
        )

    def _question(self, quiz: Quiz, question: Question, submission: str, given: Given | None) -> QuestionResult:
        worth = quiz.points * question.weight / quiz.weight
        if given is None:
            return _unanswered(question, worth)
        file, entry = given
        variant = draw(question, key=self.key, student=submission, attempt=file.attempt)
        try:
            verdict, share, reply, explanation = self._judged(variant, entry)
        except FormulaError:
            verdict, share, worth, reply, explanation = Verdict.BROKEN, 0.0, 0.0, BROKEN_QUESTION, NOTHING
        return QuestionResult(
            id=question.id,
            kind=question.kind,
            prompt=_first_line(filled_text(question.prompt, variant.values)),
            verdict=verdict,
            points=question_points(worth * share),
            worth=question_points(worth),
            attempt=file.attempt,
            answer=_shortened(_written(entry), MAX_ANSWER),
            reply=reply,
            explanation=explanation,
        )

    def _judged(self, variant: Variant, entry: Entry) -> tuple[Verdict, float, Text, Text]:
        """Return (verdict, share, reply, explanation) of an answer that is not blank."""
        key = self.keys[variant.question.id]
        answer = understand(variant, entry)
        assert answer is not None
        explanation = NOTHING
        if self.explains:
            explanation = filled_text(key.explanation, variant.values)
        if isinstance(answer, Complaint):
            return Verdict.FAILED, 0.0, answer.sentence, explanation
        judgement = judge(variant, key, answer)
        verdict = Verdict.PASSED if judgement.share == 1 else Verdict.FAILED
        return verdict, judgement.share, self._reply(judgement), explanation

    def _reply(self, judgement: Judgement) -> Text:
        """Return as much of the reply as the course reveals."""
        reply = judgement.reply if self.replies else NOTHING
        if not judgement.is_incomplete:
            return reply
        return joined(reply, judgement.left_out if self.explains else INCOMPLETE)


def _topics_by_question(quizzes: Mapping[str, Quiz]) -> dict[str, str]:
    topics = {}
    for topic, quiz in quizzes.items():
        for question in quiz.questions:
            topics[question.id] = topic
    return topics


def _unanswered(question: Question, worth: float) -> QuestionResult:
    """Return the result of a question without an answer. It draws no variant: most results of a class are such."""
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


def _preferred(entries: Sequence[Given], topic: str) -> Given:
    """Return the entry of the file whose path fits the topic best."""

    def rank(given: Given) -> tuple[bool, bool, int, str]:
        return _rank(given[0], topic)

    return min(entries, key=rank)


def _rank(file: AnswersFile, topic: str) -> tuple[bool, bool, int, str]:
    path = PurePosixPath(file.file)
    return topic not in path.parts, path.stem.lower() != "answers", len(path.parts), file.file


def _not_used(candidates: dict[str, list[Given]], chosen: dict[str, Given]) -> list[Problem]:
    """Return a problem for each file with answers that were taken from another file."""
    unused: dict[tuple[str, str], list[str]] = {}  # by the file and the other one
    for name, entries in candidates.items():
        chosen_file = chosen[name][0].file
        for answers, _ in entries:
            if answers.file != chosen_file:
                unused.setdefault((answers.file, chosen_file), []).append(name)
    problems = []
    for (file, other), names in unused.items():
        sentence = TAKEN_FROM.filled(ids=_some(names), other=printable(other))
        problems.append(Problem(file=file, sentence=sentence))
    return problems


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (" …" if len(names) > 5 else "")


def _unknown(file: AnswersFile, name: str, entry: Entry, known: dict[str, str], *, suggests: bool) -> Problem:
    """Return the problem of an unknown question. A similar name takes long to find: not for each of thousands."""
    near = difflib.get_close_matches(name, known, n=1) if suggests and len(name) < 50 else []
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
