r"""Markdown to HTML and back. Maths is $…$ in Markdown, \(…\) in HTML, where MathJax finds it."""

import functools
import re
from collections.abc import Sequence
from typing import Any

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdownify import BACKSLASH, MarkdownConverter
from mdit_py_plugins.dollarmath import dollarmath_plugin

MATHS = re.compile(r"\\\((?P<line>.+?)\\\)|\\\[(?P<block>.+?)\\\]|\$\$(?P<dollars>.+?)\$\$", re.DOTALL)
NO_MATHS = re.compile(r"\\(?=[(\[])|\$(?=\$)")  # of a text that would be taken for maths
PARTED = r"\g<0><span></span>"
PLAIN = ("plain", "plain_text")
AUTOMATIC = ("moodle", "moodle_auto_format")  # HTML where it looks like it
VERBATIM = ("code", "pre", "script", "style")
MAX_TEXT = 100_000  # characters


@functools.lru_cache(maxsize=4096)
def to_html(markdown: str) -> str:
    """The text as HTML; HTML within it is shown, not obeyed."""
    found: str = _renderer().render(markdown)
    return found.strip()


@functools.lru_cache(maxsize=4096)
def to_markdown(html: str) -> str:
    """The HTML as Markdown, with no more escapes than it needs. Raises ValueError where it is too long or too deep."""
    if len(html) > MAX_TEXT:
        raise ValueError(f"a text has more than {MAX_TEXT} characters")
    try:
        soup = _prepared(html)
        plain, safe = (_converted(soup, escape) for escape in (False, True))
        return plain if plain == safe or to_html(plain) == to_html(safe) else safe
    except RecursionError:
        raise ValueError("a text's tags are nested too deep") from None


def from_format(text: str, kind: str) -> str:
    """A text of one of Moodle's formats as Markdown; maths in it stays maths."""
    if kind == "markdown" or not text:
        return text
    is_plain = kind in PLAIN or (kind in AUTOMATIC and "<" not in text)
    return to_markdown(f"<p>{escapeHtml(text)}</p>" if is_plain else text)


def list_entries(html: str) -> list[str]:
    """The HTML of each entry of its lists."""
    return [entry.decode_contents().strip() for entry in BeautifulSoup(html, "html.parser").find_all("li")]


def normal(html: str) -> str:
    """The HTML as list_entries writes it."""
    return BeautifulSoup(html, "html.parser").decode_contents().strip()


def has_images(html: str) -> bool:
    """Whether it shows a picture, which does not travel."""
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
    """A text that looks like maths is parted by a tag, over which MathJax does not reach."""
    return NO_MATHS.sub(PARTED, escapeHtml(tokens[index].content))


class _Converter(MarkdownConverter):
    """Maths as it is; pictures by what they are said to show."""

    def convert_x_maths(self, tag: Tag, text: str, parent_tags: set[str]) -> str:
        return str(tag["tex"])

    def convert_img(self, tag: Tag, text: str, parent_tags: set[str]) -> str:
        return str(tag.get("alt", ""))

    def escape(self, text: str, parent_tags: set[str]) -> str:
        found: str = super().escape(text, parent_tags)  # type: ignore[misc]  # not in its stub
        is_safe: bool = self.options["escape_misc"]  # type: ignore[attr-defined]  # not in its stub
        return found.replace("$", r"\$") if is_safe else found


def _prepared(html: str) -> BeautifulSoup:
    soup = BeautifulSoup(html, "html.parser")
    for tag in soup(["script", "style"]):
        tag.decompose()
    for text in soup.find_all(string=MATHS):
        if not text.find_parent(VERBATIM):
            text.replace_with(*_parted(soup, text))
    return soup


def _converted(soup: BeautifulSoup, escape: bool) -> str:
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
    found: str = converter.convert_soup(soup)
    return found.strip()


def _parted(soup: BeautifulSoup, text: NavigableString) -> list[Tag | NavigableString]:
    """The text with its maths in tags of their own."""
    parts: list[Tag | NavigableString] = []
    end = 0
    for found in MATHS.finditer(text):
        parts.append(NavigableString(text[end : found.start()]))
        tex = (found["line"] or found["block"] or found["dollars"]).strip()
        parts.append(soup.new_tag("x-maths", attrs={"tex": f"${tex}$" if found["line"] else f"$${tex}$$"}))
        end = found.end()
    return [*parts, NavigableString(text[end:])]


def _language(tag: Tag) -> str:
    """python, of <code class="language-python">."""
    code = tag if tag.name == "code" else tag.find("code")
    classes = code.get("class") if isinstance(code, Tag) else None
    names = classes if isinstance(classes, list) else []
    return next((name.removeprefix("language-") for name in names if name.startswith("language-")), "")
