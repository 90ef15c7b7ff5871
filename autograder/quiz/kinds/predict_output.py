"""Predict output: the text that a program prints."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence

from ...text import Text
from ..exchange.item import AnyItem, WordItem
from ..key import WrongAnswer
from ..question import Question, filled
from ..variant import Variant
from .items import ItemReader, ItemWriter
from .kind import Input
from .typed_text import TextKey, TextKind, read_texts
from .written import narrow

RUNS = 3  # of code with parameters, in a verification
RUN_SECONDS = 120.0
FENCE = "```"


class PredictOutput(Question, frozen=True, kw_only=True, tag="predict_output"):
    """A question for the text that `code` prints."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.code:
            raise ValueError(f"{self.id}: there is no code whose output could be predicted")


class PredictOutputKey(TextKey, frozen=True, kw_only=True):
    """The text that the code prints."""

    answer: str
    replies: tuple[WrongAnswer[str], ...] = ()

    @property
    def right_texts(self) -> tuple[str, ...]:
        """Return the right output."""
        return (self.answer,)

    @property
    def wrong_texts(self) -> tuple[WrongAnswer[str], ...]:
        """Return the wrong outputs that have a reply."""
        return self.replies


class PredictOutputKind(TextKind[PredictOutput, PredictOutputKey]):
    """The kind of questions for printed text. Spaces at the end of a line and blank lines at the end do not count."""

    question_type = PredictOutput
    key_type = PredictOutputKey
    input = Input.LINES
    instruction = Text(
        "What is printed; several lines below a `|`, each indented.", "填输出内容；多行时写在 `|` 之后，每行缩进。"
    )
    terminal_hint = Text("Esc, then Enter, ends.", "先按 Esc 再按回车结束。")
    notebook_instruction = Text("What is printed.", "写出输出内容。")
    notebook_example = '"…"'

    def comparable(self, text: str) -> str:
        """Return the lines in usual width, without spaces at their ends and blank lines at the end."""
        lines = [line.rstrip() for line in narrow(text).splitlines()]
        while lines and not lines[-1]:
            lines.pop()
        return "\n".join(lines)

    def faults_of_variants(self, variants: Sequence[Variant], key: PredictOutputKey) -> Iterator[str]:
        """Run the code, which is the course's own, and yield outputs that differ from the key."""
        for variant in variants[:RUNS]:
            printed = _run(filled(variant.question.code or "", variant.values))
            expected = filled(key.answer, variant.values)
            if self.comparable(printed) != self.comparable(expected):
                yield f"The code prints {printed.strip()!r}, and {expected.strip()!r} is the answer."

    def to_item(self, question: PredictOutput, key: PredictOutputKey, writer: ItemWriter) -> WordItem:
        """Return a text that is typed in, with its capital and small letters."""
        return WordItem(**writer.common(key), answers=self.answers_of(key, writer), minds_case=True)

    def from_item(self, item: AnyItem, reader: ItemReader) -> tuple[PredictOutput, PredictOutputKey] | None:
        """Take texts with one right answer whose case counts, if the prompt ends with a block of code."""
        if not isinstance(item, WordItem) or not _has_one_output(item):
            return None
        parts = _prompt_and_code(item.prompt)
        if parts is None:
            return None
        prompt, code = parts
        (answer,), replies = read_texts(item, reader)
        fields = reader.question_fields(prompt)
        question = PredictOutput(**fields, code=f"{code}\n")
        key = PredictOutputKey(answer=answer, replies=replies, **reader.key_fields())
        return question, key


def _prompt_and_code(text: str) -> tuple[str, str] | None:
    """Return (prompt, code) of a text that ends with its only block of code; None for another text."""
    parts = text.split(FENCE)
    if len(parts) != 3:
        return None
    prompt, block, rest = parts
    block = block.removeprefix("python")
    is_block = block.startswith("\n") and block.endswith("\n") and len(block) > 2
    if not prompt.strip() or not is_block or rest.strip():
        return None
    return prompt.strip(), block[1:-1]


def _has_one_output(item: WordItem) -> bool:
    right = [answer for answer in item.answers if answer.share == 1]
    return item.minds_case and len(right) == 1


def _run(code: str) -> str:
    """Return the text that the code prints, and the last line of its error if it fails."""
    command = [sys.executable, "-I", "-W", "ignore", "-c", code]
    with tempfile.TemporaryDirectory(prefix="torchstone-") as folder:
        try:
            done = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, encoding="utf-8", timeout=RUN_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            return f"nothing within {RUN_SECONDS:g} s"
    if done.returncode == 0:
        return done.stdout
    return done.stdout + done.stderr.strip().split("\n")[-1]
