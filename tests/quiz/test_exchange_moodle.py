"""Moodle XML: what we write follows Moodle's documentation, and our own reader gets back the same questions."""

import io
from pathlib import Path

import lxml.etree
import msgspec
import pytest
from exchange_items import (
    SPECIAL,
    Export,
    assert_comes_back,
    comparable,
    items_of,
    outputs_of_several_lines,
    real_categories,
    showing,
    shown,
    through_yaml,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st
from moodle_xml_parser.parser import parse_bytes

from autograder.errors import UsageError
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
from autograder.quiz.exchange.markup import to_html
from autograder.quiz.exchange.moodle import encode_moodle
from autograder.quiz.exchange.moodle_reading import read_moodle
from autograder.quiz.exchange.reading import MAX_BYTES
from autograder.text import Language

SCHEMA = lxml.etree.RelaxNG(lxml.etree.parse(Path(__file__).parents[1] / "contracts" / "moodle_xml.rng"))


@pytest.fixture(scope="module", params=[Language.EN, Language.ZH])
def export(request: pytest.FixtureRequest) -> Export:
    return Export(encode_moodle, request.param)


def test_every_question_of_the_course_comes_back_the_same(export: Export, tmp_path: Path) -> None:
    """The way back leads through Moodle XML and then through our own files."""
    losses = Losses()
    back = list(read_moodle(export.data, "x.xml", losses))
    assert losses.names == {}
    assert_comes_back(back, export.items, tmp_path)


def test_what_moodle_cannot_represent_is_left_out(export: Export) -> None:
    """Only questions with several right orders or with an output of several lines are left out."""
    items = items_of(export.categories)
    orders = [item.name for item in items if isinstance(item, OrderItem) and len(item.accepted) > 1]
    assert orders and outputs_of_several_lines(items)
    assert export.left_out == {*orders, *outputs_of_several_lines(items)}
    assert len(export.left_out) == export.losses.left_out


def test_the_export_is_valid_by_the_schema_from_moodles_documentation(export: Export) -> None:
    SCHEMA.assertValid(lxml.etree.fromstring(export.data))


def test_an_independent_reader_finds_the_same_options(export: Export) -> None:
    found = {one.name: one for one in parse_bytes(export.data)["multichoice"]}
    choices = [item for item in export.items if isinstance(item, ChoiceItem)]
    assert len(choices) == len(found) > 50
    for item in choices:
        one = found[item.name]
        assert one.single == item.is_single
        assert one.shuffle_answers
        assert [option.score_fraction / 100 for option in one.options] == pytest.approx(
            [option.share for option in item.options], abs=1e-7
        )


def test_the_same_questions_give_the_same_bytes(export: Export) -> None:
    losses = Losses()
    assert encode_moodle(real_categories(export.language, losses), losses) == export.data


def xml_of(*items: AnyItem) -> lxml.etree._Element:
    found = encode_moodle([Category(path=("A/B", "c"), items=items)], Losses())
    return lxml.etree.fromstring(found)


CHOICE = ChoiceItem(
    name="n",
    prompt="Which $x_1 < 2$?",
    options=(
        Answer(text="*a*", share=1 / 3, left_out="It is **one**."),
        Answer(text="b", share=1 / 3),
        Answer(text="c", share=1 / 3),
        Answer(text="d", share=-1 / 3, reply="No."),
    ),
    is_single=False,
)


def test_several_right_options_share_the_points() -> None:
    root = xml_of(CHOICE)
    assert root.xpath("//answer/@fraction") == ["33.33333", "33.33333", "33.33333", "-33.33333"]
    assert root.findtext("question/category/text") == "$course$/top/A//B/c"
    assert root.findtext("question/questiontext/text") == r"<p>Which \(x_1 &lt; 2\)?</p>"
    assert root.findtext("question/partiallycorrectfeedback/text") == (
        "<ul>\n<li>\n<p><em>a</em></p>\n<p>It is <strong>one</strong>.</p>\n</li>\n</ul>"
    )


def test_units_become_multipliers_and_a_missing_unit_costs_the_points() -> None:
    number = Number(value=1.5, tolerance=0.01, share=1.0)
    root = xml_of(NumberItem(name="n", prompt="p", answers=(number,), units={"MB": 1, "KB": 0.001}))
    assert root.xpath("//multiplier/text()") == ["1", "1000"]
    assert [root.findtext(f"question/{name}") for name in ("unitgradingtype", "unitpenalty", "showunits")] == [
        *("1", "1", "0")
    ]
    assert root.findtext("question/answer/tolerance") == "0.01"
    assert xml_of(NumberItem(name="n", prompt="p", answers=(number,))).findtext("question/showunits") == "3"


def test_a_star_in_an_answer_is_not_a_wildcard() -> None:
    item = WordItem(name="n", prompt="p", answers=(Answer(text="a*b", share=1.0),))
    assert xml_of(item).findtext("question/answer/text") == r"a\*b"


def test_a_question_with_eleven_right_options_is_left_out() -> None:
    options = tuple(Answer(text=f"o{place}", share=1 / 11) for place in range(11))
    losses = Losses()
    found = encode_moodle([Category(path=("c",), items=(msgspec.structs.replace(CHOICE, options=options),))], losses)
    assert lxml.etree.fromstring(found).find("question") is None
    assert list(losses.lines()) == [
        "Left out: it has more right options than the 10 that Moodle can share the points among (1: n)"
    ]


TEXTS = st.text(SPECIAL, max_size=30).map(str.strip)
FILLED = TEXTS.filter(bool)


@settings(max_examples=80, deadline=None, derandomize=True, database=None)
@given(text=FILLED, reply=TEXTS, typed=FILLED)
@example(text=r"\(x\) $$ \[y\]", reply="]]>", typed="]]>*<")
@example(text="1. a\\", reply="$a$ and $b", typed="\\*")
def test_texts_of_special_characters_come_back(text: str, reply: str, typed: str) -> None:
    prompt, said = showing(text), showing(reply)
    assert lxml.etree.HTML(to_html(prompt)).xpath("string()").split() == text.split()
    items = (
        ChoiceItem(
            name="a",
            prompt=prompt,
            explanation=said,
            options=(Answer(text=prompt, share=1.0, left_out=said), Answer(text=said, share=-1.0, reply=said)),
            is_single=False,
        ),
        WordItem(name="b", prompt=prompt, answers=(Answer(text=typed, share=1.0, reply=said),), minds_case=True),
        TruthItem(name="c", prompt=prompt, is_true=False, reply=said),
        OrderItem(name="d", prompt=prompt, accepted=((prompt, said, prompt),)),
    )
    losses = Losses()
    back = list(read_moodle(encode_moodle([Category(path=(text,), items=items)], losses), "x", losses))
    assert [comparable(item) for item in back] == [comparable(item) for item in items]
    assert back[1].answers[0].text == typed  # type: ignore[union-attr]  # its kind is known


def test_a_text_that_looks_like_maths_is_shown_as_it_is() -> None:
    assert to_html(r"Write \\(x\\) for $x$.") == r"<p>Write \<span></span>(x\) for \(x\).</p>"


def from_moodle(questions: str, encoding: str = "utf-8") -> tuple[list[AnyItem], dict[str, list[str]]]:
    losses = Losses()
    data = f'<?xml version="1.0" encoding="{encoding}"?><quiz>{questions}</quiz>'.encode(encoding)
    return list(read_moodle(data, "bank.xml", losses)), losses.names


def question(kind: str, inside: str, name: str = "one") -> str:
    return (
        f'<question type="{kind}"><name><text>{name}</text></name>'
        f'<questiontext format="html"><text><![CDATA[<p>Q</p>]]></text></questiontext>{inside}</question>'
    )


def test_the_html_of_an_editor_becomes_markdown() -> None:
    html = (
        "<p>Let <b>x</b> be \\(a_1*b\\).<br>Price $5 or $6, <code>a_b</code></p><script>alert(1)</script>"
        '<img src="@@PLUGINFILE@@/a.png" alt="a curve"><a href="javascript:alert(1)">y</a>'
    )
    text = f'<questiontext format="html"><text><![CDATA[{html}]]></text></questiontext>'
    found, lost = from_moodle(
        f'<question type="truefalse"><name><text>n</text></name>{text}'
        '<answer fraction="100"><text>false</text></answer></question>'
    )
    assert found[0].prompt == "Let **x** be $a_1*b$.\\\nPrice \\$5 or \\$6, `a_b`\n\na curve[y](javascript:alert(1))"
    assert "alert" not in shown(found[0].prompt).replace("javascript:alert(1)", "")
    assert "<a" not in to_html(found[0].prompt)
    assert lost == {"Pictures were replaced by their descriptions": ["n"]}


def test_steps_that_are_matched_with_positions_become_an_order() -> None:
    pairs = [("b", "2"), ("a", "1"), ("c", "3")]
    subs = "".join(
        f'<subquestion format="html"><text>{a}</text><answer><text>{b}</text></answer></subquestion>' for a, b in pairs
    )
    found, lost = from_moodle(question("matching", subs) + question("matching", subs.replace("3", "x"), "two"))
    assert [item.accepted for item in found if isinstance(item, OrderItem)] == [(("a", "b", "c"),)]
    assert list(lost.values()) == [["two"]]


def test_questions_that_cannot_be_read_are_listed(tmp_path: Path) -> None:
    right, half = '<answer fraction="100"><text>a</text></answer>', '<answer fraction="50"><text>b</text></answer>'
    bank = "".join(
        [
            question("essay", "", "free"),
            question("multichoice", f"<single>true</single>{half}{half}", "none"),
            question("multichoice", f"<single>true</single>{right}{half}", "partial"),
            question("numerical", right, "letters"),
            question("numerical", '<answer fraction="100"><text>1</text></answer>' * 2, "twice"),
            question("shortanswer", '<answer fraction="100"><text>a*</text></answer>', "wild"),
            question("shortanswer", '<answer fraction="100"><text>...</text></answer>', "dots"),
        ]
    )
    found, lost = from_moodle(bank)
    losses = Losses()
    for reason, names in lost.items():
        for name in names:
            losses.add(reason, name)
    again = through_yaml(found, tmp_path, losses)
    assert len(again) == 1
    assert {name for names in losses.names.values() for name in names} == {
        *("free", "none", "partial", "letters", "twice", "wild", "dots")
    }
    assert losses.names["Left out: Moodle's type 'essay' is not supported"] == ["free"]
    assert losses.names["Left out: one number is right; here 2 are"] == ["twice"]
    assert losses.names["An answer that gives a part of the points counts as wrong"] == ["none", "partial"]


ENTITY = '<!DOCTYPE quiz [<!ENTITY a SYSTEM "file:///etc/passwd">]><quiz>&a;</quiz>'
BOMB = '<!DOCTYPE quiz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]><quiz>&c;</quiz>'


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (ENTITY.encode(), "declares a DTD or entities"),
        (BOMB.encode(), "declares a DTD or entities"),
        (b'<!DOCTYPE quiz SYSTEM "http://127.0.0.1:9/x.dtd"><quiz/>', "declares a DTD or entities"),
        (b"", "is not XML"),
        (b"<quiz><question>", "is not XML"),
        (b"<html/>", "is not Moodle XML"),
        ("<quiz>\N{LATIN SMALL LETTER E WITH ACUTE}</quiz>".encode("latin-1"), "is not XML"),
        (b'<?xml version="1.0" encoding="x-klingon"?><quiz/>', "cannot be read"),
        (b'<?xml version="1.0" encoding="utf-7"?><quiz/>', "cannot be read"),
        (b"\x00" * 100, "is not XML"),
        (b" " * (MAX_BYTES + 1), "is larger than 32 MiB"),
    ],
    ids=["entity", "bomb", "dtd", "empty", "cut off", "html", "latin-1", "klingon", "utf-7", "zeros", "huge"],
)
def test_a_hostile_file_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        list(read_moodle(data, "bank.xml", Losses()))


@pytest.mark.parametrize("inside", ["<div>" * 50_000, "<p>a</p>" * 50_000], ids=["deep", "long"])
def test_a_hostile_text_costs_only_its_question(inside: str) -> None:
    text = f'<questiontext format="html"><text><![CDATA[{inside}]]></text></questiontext>'
    right = '<answer fraction="100"><text>true</text></answer>'
    bad = f'<question type="truefalse"><name><text>bad</text></name>{text}{right}</question>'
    found, lost = from_moodle(bad + question("truefalse", right, "good"))
    assert [item.name for item in found] == ["good"]
    assert list(lost.values()) == [["bad"]]


def test_files_in_other_encodings_are_read() -> None:
    right = '<answer fraction="100"><text>true</text></answer>'
    found, _ = from_moodle(question("truefalse", right, "\N{LATIN SMALL LETTER E WITH ACUTE}"), "iso-8859-1")
    assert found[0].name == "\N{LATIN SMALL LETTER E WITH ACUTE}"


def test_a_question_with_a_control_character_is_left_out() -> None:
    losses = Losses()
    item = TruthItem(name="n", prompt="\x1b[2J", is_true=True)
    found = encode_moodle([Category(path=("c",), items=(item,))], losses)
    assert lxml.etree.parse(io.BytesIO(found)).getroot().find("question") is None
    assert list(losses.lines()) == ["Left out: it contains a control character, which XML does not allow (1: n)"]
