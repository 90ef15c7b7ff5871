r"""Turns Markdown into HTML and back. Maths is $…$ in Markdown, and \(…\) in HTML, where MathJax finds it."""

import functools
import re
from collections.abc import Sequence
from typing import Any

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag
from bs4.exceptions import ParserRejectedMarkup
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdownify import BACKSLASH, MarkdownConverter
from mdit_py_plugins.dollarmath import dollarmath_plugin

# A formula has a largest length: the search for its end would take long where there is none.
MATHS = re.compile(
    r"\\\((?P<line>.{1,1000}?)\\\)|\\\[(?P<block>.{1,1000}?)\\\]|\$\$(?P<dollars>.{1,1000}?)\$\$", re.DOTALL
)
NO_MATHS = re.compile(r"\\(?=[(\[])|\$(?=\$)")  # where a text looks like maths but is not
PARTED = r"\g<0><span></span>"
PLAIN = ("plain", "plain_text")
AUTOMATIC = ("moodle", "moodle_auto_format")  # HTML if it looks like HTML
VERBATIM = ("code", "pre", "script", "style")
# The parsers of HTML and Markdown compare each opening tag or bracket with all others.
MAX_TEXT = 10_000  # characters
MAX_TAGS = 1000
MAX_NESTING = 100  # tags inside each other


@functools.lru_cache(maxsize=4096)
def to_html(markdown: str) -> str:
    """Return the text as HTML. HTML inside the Markdown is shown as text."""
    html: str = _renderer().render(markdown)
    return html.strip()


@functools.lru_cache(maxsize=4096)
def to_markdown(html: str) -> str:
    """Return the HTML as Markdown, escaped only if needed. Raise ValueError if it is too long or nested too deep."""
    try:
        soup = _prepared(html)
        plain = _converted(soup, escape=False)
        escaped = _converted(soup, escape=True)
        needs_escapes = plain != escaped and to_html(plain) != to_html(escaped)
        return escaped if needs_escapes else plain
    except RecursionError:
        raise ValueError("a text's tags are nested too deep") from None


def from_format(text: str, kind: str) -> str:
    """Return a text in one of Moodle's formats as Markdown. Maths in it stays maths."""
    if kind == "markdown" or not text:
        return text
    is_plain = kind in PLAIN or (kind in AUTOMATIC and "<" not in text)
    if is_plain:
        return to_markdown(f"<p>{escapeHtml(text)}</p>")
    return to_markdown(text)


def list_entries(html: str) -> list[str]:
    """Return the HTML of each entry of the lists in the HTML; lists inside lists are part of the entry around them."""
    return [entry.decode_contents().strip() for entry in _parsed(html).find_all("li") if not entry.find_parent("li")]


def normal(html: str) -> str:
    """Return the HTML as list_entries writes it."""
    return _parsed(html).decode_contents().strip()


def has_images(html: str) -> bool:
    """Return whether the HTML shows a picture."""
    return "<img" in html.lower()


@functools.cache
def _renderer() -> MarkdownIt:
    renderer = MarkdownIt("commonmark", {"html": False}).enable("table")
    renderer.use(dollarmath_plugin, allow_labels=False, double_inline=True)
    renderer.add_render_rule("math_inline", _maths(r"\({}\)"))
    renderer.add_render_rule("math_inline_double", _maths(r"\[{}\]"))
    renderer.add_render_rule("math_block", _maths("<p>\\[{}\\]</p>\n"))
    renderer.add_render_rule("text", _text)
    return renderer


def _maths(frame: str) -> Any:
    def render(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        return frame.format(escapeHtml(tokens[index].content.strip()))

    return render


def _text(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """Return a text as HTML. If it looks like maths, split it by a tag, so that MathJax does not find it."""
    return NO_MATHS.sub(PARTED, escapeHtml(tokens[index].content))


class _Converter(MarkdownConverter):
    """A converter that keeps maths as it is, and replaces pictures by their descriptions."""

    def convert_x_maths(self, tag: Tag, text: str, parent_tags: set[str]) -> str:
        return str(tag["tex"])

    def convert_img(self, tag: Tag, text: str, parent_tags: set[str]) -> str:
        return str(tag.get("alt", ""))

    def escape(self, text: str, parent_tags: set[str]) -> str:
        escaped: str = super().escape(text, parent_tags)  # type: ignore[misc]  # not in its stub
        escapes_all: bool = self.options["escape_misc"]  # type: ignore[attr-defined]
        return escaped.replace("$", r"\$") if escapes_all else escaped


def _parsed(html: str) -> BeautifulSoup:
    """Return the HTML as a tree. Raise ValueError if it is too long to be parsed, or no HTML."""
    if len(html) > MAX_TEXT:
        raise ValueError(f"a text has more than {MAX_TEXT} characters")
    if html.count("<") > MAX_TAGS:
        raise ValueError(f"a text has more than {MAX_TAGS} tags")
    try:
        soup = BeautifulSoup(html, "html.parser")
    except ParserRejectedMarkup:
        raise ValueError("a text is not valid HTML") from None
    if _is_deep(soup):
        raise ValueError("a text's tags are nested too deep")
    return soup


def _is_deep(soup: BeautifulSoup) -> bool:
    """Return whether tags are nested deeper than MAX_NESTING."""
    waiting: list[tuple[Tag, int]] = [(soup, 0)]
    while waiting:
        tag, depth = waiting.pop()
        if depth > MAX_NESTING:
            return True
        for child in tag.children:
            if isinstance(child, Tag):
                waiting.append((child, depth + 1))
    return False


def _prepared(html: str) -> BeautifulSoup:
    """Return the HTML as a tree without scripts and styles, and with maths in tags of its own."""
    soup = _parsed(html)
    for tag in soup(["script", "style"]):
        tag.decompose()
    for text in soup.find_all(string=MATHS):
        if not text.find_parent(VERBATIM):
            text.replace_with(*_maths_in_tags(soup, text))
    return soup


def _converted(soup: BeautifulSoup, *, escape: bool) -> str:
    converter = _Converter(
        escape_asterisks=escape,
        escape_underscores=escape,
        escape_misc=escape,
        heading_style="atx",
        newline_style=BACKSLASH,
        bullets="-",
        autolinks=False,
        code_language_callback=_language,
    )
    markdown: str = converter.convert_soup(soup)
    return markdown.strip()


def _maths_in_tags(soup: BeautifulSoup, text: NavigableString) -> list[Tag | NavigableString]:
    """Return the text in parts, each piece of maths in a tag of its own."""
    parts: list[Tag | NavigableString] = []
    end = 0
    for match in MATHS.finditer(text):
        parts.append(NavigableString(text[end : match.start()]))
        parts.append(soup.new_tag("x-maths", attrs={"tex": _tex(match)}))
        end = match.end()
    return [*parts, NavigableString(text[end:])]


def _tex(match: re.Match[str]) -> str:
    """Return maths as Markdown writes it."""
    if match["line"]:
        return f"${match['line'].strip()}$"
    block = match["block"] or match["dollars"]
    return f"$${block.strip()}$$"


def _language(tag: Tag) -> str:
    """Return python for <code class="language-python">."""
    code = tag if tag.name == "code" else tag.find("code")
    classes = code.get("class") if isinstance(code, Tag) else None
    names = classes if isinstance(classes, list) else []
    for name in names:
        if name.startswith("language-"):
            return name.removeprefix("language-")
    return ""
