"""Canvas QTI: text2qti reads what we write for it, and the package is whole."""

import io
import zipfile

import lxml.etree
import pytest
from exchange_items import SPECIAL, items_of, real_categories, showing
from hypothesis import given, settings
from hypothesis import strategies as st
from text2qti.err import Text2qtiError

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
from autograder.quiz.exchange.qti import _read, encode_qti
from autograder.text import Language

KINDS = {
    "multiple_choice_question",
    "multiple_answers_question",
    "true_false_question",
    "numerical_question",
    "short_answer_question",
}


class Package:
    """A zip, opened."""

    def __init__(self, data: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            self.files = {name: opened.read(name) for name in opened.namelist() if not name.endswith("/")}
        manifest = lxml.etree.fromstring(self.files["imsmanifest.xml"])
        self.listed = set(manifest.xpath("//@href"))
        (name,) = [n for n in self.files if n.startswith("text2qti_assessment") and "meta" not in n]
        self.root = lxml.etree.fromstring(self.files[name])

    def all(self, path: str) -> list:
        return self.root.xpath(path.replace("//", "//*[local-name()='").replace("|", "']"))

    def fields(self, label: str) -> list[str]:
        path = f"//*[local-name()='fieldlabel'][text()='{label}']/following-sibling::*/text()"
        return self.root.xpath(path)


@pytest.fixture(scope="module", params=[Language.EN, Language.ZH])
def sent(request: pytest.FixtureRequest) -> tuple[list[AnyItem], Losses, bytes]:
    losses = Losses()
    categories = real_categories(request.param, losses)
    data = encode_qti("All of it", categories, losses)
    assert data is not None
    return items_of(categories), losses, data


def test_every_question_is_in_the_package_or_named(sent) -> None:
    items, losses, data = sent
    package = Package(data)
    titles = package.root.xpath("//*[local-name()='item']/@title")
    left_out = {name for reason, names in losses.names.items() if reason.startswith("Left out") for name in names}
    assert sorted([*titles, *left_out]) == sorted(item.name for item in items)
    assert {item.name for item in items if isinstance(item, OrderItem)} <= left_out
    assert set(package.fields("question_type")) == KINDS


def test_the_manifest_lists_the_files_inside(sent) -> None:
    package = Package(sent[2])
    assert package.listed == set(package.files) - {"imsmanifest.xml"}


def test_the_package_has_the_same_bytes_on_another_day(monkeypatch: pytest.MonkeyPatch) -> None:
    categories = [Category(path=("c",), items=(TruthItem(name="n", prompt="p", is_true=True),))]
    first = encode_qti("t", categories, Losses())
    monkeypatch.setattr("zipfile.time.localtime", lambda *_: (2031, 1, 1, 0, 0, 0, 0, 1, 0))
    assert encode_qti("t", categories, Losses()) == first
    assert first is not None and b"2000-01-01" in Package(first).files["imsmanifest.xml"]


def package_of(*items: AnyItem, is_variants: bool = False) -> tuple[Package | None, dict[str, list[str]]]:
    losses = Losses()
    data = encode_qti("t", [Category(path=("c",), items=items, is_variants=is_variants)], losses)
    return (Package(data) if data else None), losses.names


def number(value: float, tolerance: float, **more) -> NumberItem:
    return NumberItem(
        name="n", prompt=f"{value}", answers=(Number(value=value, tolerance=tolerance, share=1.0),), **more
    )


def test_variants_become_a_group_of_which_one_is_picked() -> None:
    package, _ = package_of(number(1.5, 0.01, weight=2), number(2.5, 0.01, weight=2), is_variants=True)
    assert package is not None
    assert package.root.xpath("//*[local-name()='selection_number']/text()") == ["1"]
    assert package.root.xpath("//*[local-name()='points_per_item']/text()") == ["2"]
    assert package.root.xpath("//*[local-name()='vargte' or local-name()='varlte']/text()") == [
        *("1.4900", "1.5100", "2.4900", "2.5100")
    ]


@pytest.mark.parametrize(("value", "tolerance"), [(2.5e-7, 1e-9), (0.0, 0.0), (0.00123, 1e-5), (0.1, 0.1)])
def test_a_number_that_four_decimals_would_change_is_refused_by_name(value: float, tolerance: float) -> None:
    package, lost = package_of(number(value, tolerance))
    assert package is None
    assert lost == {"Left out: Canvas keeps four decimals, too few for this answer and its tolerance": ["n"]}


def test_what_canvas_cannot_show_is_named() -> None:
    answers = (Answer(text="a", share=1.0), Answer(text="b", share=0.0, reply="no"))
    package, lost = package_of(
        TruthItem(name="picture", prompt="![x](/etc/passwd)", is_true=True),
        OrderItem(name="order", prompt="p", accepted=(("a", "b"),)),
        WordItem(name="word", prompt="p", answers=answers, minds_case=True),
        WordItem(name="twin", prompt="p", answers=answers),
    )
    assert package is not None and b"/etc/passwd" not in b"".join(package.files.values())
    assert lost == {
        "Left out: it contains a picture": ["picture"],
        "Left out: text2qti has no questions that ask for an order": ["order"],
        "Canvas has no replies to single wrong texts": ["word", "twin"],
        "In Canvas, capital and small letters count alike": ["word"],
        "Left out: another question has the same text, which text2qti refuses": ["twin"],
    }


def test_variants_are_counted_in_what_is_told() -> None:
    losses = Losses()
    for name in ("q01_02 01", "q01_02 02", "q01_03"):
        losses.add("Lost", name)
    assert list(losses.lines()) == ["Lost (3: q01_02 x 2, q01_03)"]


def test_code_that_asks_to_be_run_is_not() -> None:
    prompt = "```{.python .run}\nprint(6 * 7 * 1000)\n```"
    package, lost = package_of(TruthItem(name="n", prompt=prompt, is_true=True))
    assert package is not None and lost == {}
    assert b"42000" not in b"".join(package.files.values())
    with pytest.raises(Text2qtiError, match="Code execution for code blocks is not enabled"):
        _read(f"Quiz title: t\n\n{prompt}\n")


TEXTS = st.text(SPECIAL + "\n", max_size=30).map(lambda text: " ".join(text.split()))


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(text=TEXTS, reply=TEXTS)
def test_texts_of_special_characters_are_carried_or_named(text: str, reply: str) -> None:
    said = showing(reply)
    options = (Answer(text="yes", share=1.0, left_out=said), Answer(text="no", share=-1.0, reply=said))
    item = ChoiceItem(name="n", prompt=f"Is it {showing(text)}?", explanation=said, options=options, is_single=False)
    package, lost = package_of(item)
    assert (package is not None) != any("n" in names for names in lost.values())
