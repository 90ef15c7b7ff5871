"""GIFT: what we write is what gift-pegjs and Moodle read, and comes back as far as GIFT can say it."""

import json
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest
from exchange_items import (
    SPECIAL,
    comparable,
    items_of,
    outputs_of_several_lines,
    real_categories,
    showing,
    through_yaml,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograder.errors import UsageError
from autograder.quiz.exchange.gift import encode_gift
from autograder.quiz.exchange.gift_reading import read_gift
from autograder.quiz.exchange.item import (
    Answer,
    AnyItem,
    Category,
    ChoiceItem,
    Losses,
    Number,
    NumberItem,
    OrderItem,
    TruthItem,
    WordItem,
)
from autograder.quiz.exchange.reading import MAX_BYTES
from autograder.text import Language


def as_gift_can_say(item: AnyItem) -> AnyItem:
    """Without what is named as lost: weights, units, capital letters, replies to options left out."""
    item = msgspec.structs.replace(item, weight=1)
    if isinstance(item, WordItem):
        return msgspec.structs.replace(item, minds_case=False)
    if isinstance(item, NumberItem):
        return msgspec.structs.replace(item, units={})
    if isinstance(item, ChoiceItem):
        options = tuple(msgspec.structs.replace(option, left_out="") for option in item.options)
        return msgspec.structs.replace(item, options=options)
    return item


class Sent:
    """The real course's items in one language, as GIFT."""

    def __init__(self, language: Language) -> None:
        self.losses = Losses()
        self.categories = real_categories(language, self.losses)
        self.data = encode_gift(self.categories, self.losses)
        left_out = {
            name for reason, names in self.losses.names.items() if reason.startswith("Left out") for name in names
        }
        assert len(left_out) == self.losses.left_out
        self.items = [as_gift_can_say(item) for item in items_of(self.categories) if item.name not in left_out]


@pytest.fixture(scope="module", params=[Language.EN, Language.ZH])
def sent(request: pytest.FixtureRequest) -> Sent:
    return Sent(request.param)


def test_every_question_of_the_course_comes_back_the_same(sent: Sent, tmp_path: Path) -> None:
    """Through GIFT, and then through files of our own."""
    losses = Losses()
    back = list(read_gift(sent.data, "x.gift", losses))
    assert losses.names == {}
    assert [comparable(item) for item in back] == [comparable(item) for item in sent.items]
    assert [item.name for item in back] == [item.name for item in sent.items]
    again = through_yaml(back, tmp_path, losses)
    assert losses.names == {}
    assert [comparable(item) for item in again] == [comparable(item) for item in sent.items]


def test_what_gift_has_no_place_for_is_named(sent: Sent) -> None:
    """Told by name, and by the right one: nothing is dropped in silence."""
    items = items_of(sent.categories)
    expected = {
        "Left out: several orders are right, but GIFT can state only one": [
            item.name for item in items if isinstance(item, OrderItem) and len(item.accepted) > 1
        ],
        "Left out: the answer has several lines, but the format allows only one": outputs_of_several_lines(items),
        "GIFT has no replies to right options that were left out": [
            item.name for item in items if isinstance(item, ChoiceItem) and any(o.left_out for o in item.options)
        ],
        "GIFT has no units: the number is written alone": [
            item.name for item in items if isinstance(item, NumberItem) and item.units
        ],
        "In GIFT, capital and small letters count alike": [
            item.name for item in sent.items if item.name in {i.name for i in items if getattr(i, "minds_case", False)}
        ],
    }
    assert all(expected.values())
    no_format = "No format has replies to steps in the wrong order"
    assert {reason: names for reason, names in sent.losses.names.items() if reason != no_format} == expected
    assert len(sent.items) == len(items) - sent.losses.left_out


PEGJS = """
const chunks = []; process.stdin.on("data", c => chunks.push(c)).on("end", () => {
  const {parse} = require("gift-pegjs");
  console.log(JSON.stringify(parse(Buffer.concat(chunks).toString("utf8"))));
});
"""


@pytest.fixture(scope="module")
def pegjs(request: pytest.FixtureRequest):
    """gift-pegjs, the reference grammar of GIFT, from npm: installed once into pytest's cache."""
    if shutil.which("npm") is None:
        pytest.skip("gift-pegjs needs node and npm")
    folder = request.config.cache.mkdir("gift-pegjs")
    if not (folder / "node_modules/gift-pegjs").is_dir():
        command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "gift-pegjs@1.0.2"]
        installed = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
        if installed.returncode:
            pytest.skip(f"npm cannot install gift-pegjs: {installed.stderr[-200:]}")

    def parse(data: bytes) -> list[dict]:
        run = subprocess.run(["node", "-e", PEGJS], cwd=folder, input=data, capture_output=True, check=False)
        assert run.returncode == 0, run.stderr.decode()[-1000:]
        # It leaves the semicolon of its own mark for a newline standing.
        return json.loads(run.stdout.decode().replace("\\n;", "\\n"))

    return parse


KINDS = {ChoiceItem: "MC", TruthItem: "TF", NumberItem: "Numerical", WordItem: "Short", OrderItem: "Matching"}


def test_the_reference_parser_finds_the_same_questions(sent: Sent, pegjs) -> None:
    found = [one for one in pegjs(sent.data) if one["type"] != "Category"]
    assert [(one["title"], one["type"]) for one in found] == [(item.name, KINDS[type(item)]) for item in sent.items]
    for one, item in zip(found, sent.items, strict=True):
        assert one["stem"]["format"] == "html"
        if isinstance(item, TruthItem):
            assert one["isTrue"] == item.is_true
        elif isinstance(item, NumberItem):
            numbers = [(choice["text"]["number"], choice["text"]["range"]) for choice in one["choices"]]
            assert numbers == [(number.value, number.tolerance) for number in item.answers]
            assert [choice["weight"] for choice in one["choices"]] == [None, *[0] * (len(numbers) - 1)]
        elif isinstance(item, WordItem):
            assert [choice["text"]["text"].replace(r"\*", "*") for choice in one["choices"]] == [
                answer.text for answer in item.answers
            ]
        elif isinstance(item, ChoiceItem) and not item.is_single:
            weights = [choice["weight"] / 100 for choice in one["choices"]]
            assert weights == pytest.approx([option.share for option in item.options], abs=1e-7)


TEXTS = st.text(SPECIAL + "\n", max_size=30).map(lambda text: " ".join(text.split()))
FILLED = TEXTS.filter(bool)


def special_items(text: str, reply: str, typed: str) -> tuple[AnyItem, ...]:
    prompt, said = showing(text), showing(reply)
    code = f"{prompt}\n\n```python\n{typed}\n\n\n//{typed}\n```"
    return (
        ChoiceItem(
            name="a:" + text,
            prompt=code,
            explanation=said,
            options=(Answer(text=prompt, share=1.0), Answer(text=said or "x", share=0.0, reply=said)),
            is_single=True,
        ),
        WordItem(name="b", prompt=prompt, answers=(Answer(text=typed, share=1.0, reply=said),)),
        TruthItem(name="c", prompt=prompt, is_true=False, reply=said, reply_right=prompt),
        NumberItem(name="d", prompt=prompt, answers=(Number(value=2.5e-7, tolerance=1e-9, share=1, reply=said),)),
        OrderItem(name="e", prompt=prompt, accepted=((prompt, said or "x", prompt),)),
    )


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(text=FILLED, reply=TEXTS, typed=FILLED.filter(lambda text: "->" not in text))
@example(text=r"\n\\n::{=~#}", reply="####", typed=r"\*%50%")
@example(text="//", reply="T", typed="[html]T")
def test_texts_of_special_characters_come_back(text: str, reply: str, typed: str) -> None:
    items = special_items(text, reply, typed)
    losses = Losses()
    back = list(read_gift(encode_gift([Category(path=(text,), items=items)], losses), "x", losses))
    assert losses.names == {}
    assert [comparable(item) for item in back] == [comparable(item) for item in items]
    assert back[0].name == items[0].name
    assert back[1].answers[0].text == typed  # type: ignore[union-attr]  # its kind is known


@pytest.mark.parametrize("typed", [r"a\n{=~#}:b*\\", "[1, 2]", "T"])
def test_the_reference_parser_reads_special_characters_too(pegjs, typed: str) -> None:
    items = special_items(r"\n {=~#}: a", "####", typed)
    found = pegjs(encode_gift([Category(path=("c",), items=items)], Losses()))
    assert [one["title"] for one in found[1:]] == ["a:" + r"\n {=~#}: a", "b", "c", "d", "e"]
    assert found[1]["choices"][1]["feedback"]["text"] == "<p>####</p>"
    assert found[2]["choices"][0]["text"]["text"].replace(r"\*", "*") == typed
    assert found[4]["choices"][0]["text"]["number"] == 2.5e-7


def test_an_arrow_in_an_answer_is_refused_by_name() -> None:
    losses = Losses()
    item = WordItem(name="n", prompt="p", answers=(Answer(text="a -> b", share=1.0),))
    assert b"::n::" not in encode_gift([Category(path=("c",), items=(item,))], losses)
    assert list(losses.lines()) == ["Left out: an answer contains ->, which makes a pair in GIFT (1: n)"]


def from_gift(text: str) -> tuple[list[AnyItem], dict[str, list[str]]]:
    losses = Losses()
    return list(read_gift(text.encode(), "bank.gift", losses)), losses.names


def test_the_kinds_of_the_format_are_read() -> None:
    """The forms that the format's documentation shows."""
    found, lost = from_gift(
        "// a comment [tag:difficulty 4]\n"
        "Who's buried in Grant's tomb?{=Grant ~no one #was true for 12 years ~Napoleon}\n\n"
        "$CATEGORY: $course$/top/x\n\n"
        "::Gap::Two plus {=two =2} equals four.\n\n"
        "Grant is {~buried =entombed ~living} in Grant's tomb.\n\n"
        "The sun rises in the East.{T#no#yes}\n\n"
        "[markdown]What is *this*: a = b?{#3:2####because}\n\n"
        "Between? {#1..5}\n\n"
        "When? {#\n=1822:0#Right\n=%50%1822:2#near\n~#no}\n\n"
        "Order {\n=first -> 1\n=second -> 2\n}\n\n"
        "Which two?{~%50%a ~%50%b ~%-50%c}\n"
    )
    assert lost == {}
    kinds = [ChoiceItem, WordItem, ChoiceItem, TruthItem, NumberItem, NumberItem, NumberItem, OrderItem, ChoiceItem]
    assert [type(item) for item in found] == kinds
    one, gap, word, sun, this, between, when, order, two = found
    assert one.prompt == "Who's buried in Grant's tomb?" and one.tags == ("difficulty 4",)
    assert one.options[1] == Answer(text="no one", share=0.0, reply="was true for 12 years")  # type: ignore[union-attr]  # its kind is known
    assert gap.name == "Gap" and gap.prompt == r"Two plus \_\_\_\_\_ equals four."
    assert [answer.text for answer in gap.answers] == ["two", "2"]  # type: ignore[union-attr]  # its kind is known
    assert word.name == "line 8" and word.is_single  # type: ignore[union-attr]  # its kind is known
    assert (sun.is_true, sun.reply, sun.reply_right) == (True, "no", "yes")  # type: ignore[union-attr]  # its kind is known
    assert this.prompt == "What is *this*: a = b?" and this.explanation == "because"
    assert between.answers == (Number(value=3.0, tolerance=2.0, share=1.0),)  # type: ignore[union-attr]  # its kind is known
    assert [(n.value, n.share, n.reply) for n in when.answers] == [  # type: ignore[union-attr]  # its kind is known
        *((1822.0, 1.0, "Right"), (1822.0, 0.5, "near"), (None, 0.0, "no"))
    ]
    assert order.accepted == (("first", "second"),)  # type: ignore[union-attr]  # its kind is known
    assert [option.share for option in two.options] == [0.5, 0.5, -0.5]  # type: ignore[union-attr]  # its kind is known


def test_what_has_no_place_here_is_named_with_its_line() -> None:
    found, lost = from_gift(
        "::essay::Write.{}\n\nJust text.\n\n::pairs::Match{=a -> x =b -> y}\n\nbroken {=a ~b\n\n"
        "two {=a}{=b}\n\n::star::Any {=*}\n\n::number::n {#x}\n\n::good::Yes?{T}\n"
    )
    assert [item.name for item in found] == ["star", "good"]
    assert lost == {
        "Left out: essay questions are not supported": ["essay"],
        "Left out: it is a description: nothing is asked": ["line 3"],
        "Left out: it matches pairs; only steps matched with 1, 2, 3 … can be read": ["pairs"],
        "Left out: it is not valid GIFT": ["line 7, column 13", "line 9, column 9"],
        "An answer with the wildcard * was left out": ["star"],
        "Left out: 'x' is not a number": ["number"],
    }


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("ok {T}\n\n\N{LATIN SMALL LETTER E WITH ACUTE}{T}".encode("latin-1"), "line 3: this is not UTF-8"),
        ("ok {T}".encode("utf-16"), "not UTF-8"),
        (b"a\0b", "contains zero bytes"),
        (b" " * (MAX_BYTES + 1), "is larger than 32 MiB"),
    ],
    ids=["latin-1", "utf-16", "zeros", "huge"],
)
def test_a_hostile_file_ends_in_a_sentence(data: bytes, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        list(read_gift(data, "bank.gift", Losses()))


@pytest.mark.parametrize(
    "bad",
    [
        "{" * 100_000,
        "::" * 100_000,
        "\\" * 100_001,
        "[html]" + "<div>" * 50_000 + "{T}",
        "a{" + "=b#" * 10_000 + "}",
        "a" * 200_001,
    ],
    ids=["braces", "titles", "backslashes", "tags", "answers", "huge"],
)
def test_a_hostile_question_costs_no_other(bad: str) -> None:
    found, _ = from_gift(f"{bad}\n\n::good::Yes?{{T}}\n")
    assert found[-1].name == "good"
