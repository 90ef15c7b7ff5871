"""The quiz in a terminal: one question at a time, each answer kept at once."""

from collections.abc import Callable, Sequence
from typing import Any

import questionary
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent, merge_key_bindings
from prompt_toolkit.keys import Keys
from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text as Line

from ..text import Language, Text
from .kinds import KINDS
from .kinds.kind import Input
from .session import QuizSitting
from .variant import Shown

BACK, SKIP, FINISH = "← back", "→ skip", "finish"
KEYS = Text("PageUp: back  PageDown: skip  Ctrl-C: stop", "PageUp：上一题  PageDown：跳过  Ctrl-C：退出")
MARKS = ((r"`[^`]+`", "cyan"), (r"\$[^$]+\$", "magenta"))

Ask = Callable[[QuizSitting, Shown, Language], Any]


def answer_in_terminal(session: QuizSitting, language: Language, console: Console) -> None:
    """Ask every question, from the first one without an answer on; then show them all, to be changed."""
    open_ = [place for place, question in enumerate(session.questions) if session.written(question.id) is None]
    place = open_[0] if open_ else len(session.questions)
    while True:
        while place < len(session.questions):
            place += _ask_one(session, place, language, console)
        following = _review(session, language, console)
        if following is None:
            return
        _ask_one(session, following, language, console)


def choose_topic(rows: Sequence[tuple[str, str, int, int]], console: Console) -> str:
    """The topic to answer. rows: name, title, questions answered, questions."""
    choices = [
        questionary.Choice(f"{name.split('_')[0]}  {title}  {answered}/{count}", value=name)
        for name, title, answered, count in rows
    ]
    chosen: str = questionary.select("Which quiz? 选择主题", choices=choices).unsafe_ask()
    return chosen


def _ask_one(session: QuizSitting, place: int, language: Language, console: Console) -> int:
    """Show a question and keep its answer; how many questions to go on (-1: one back)."""
    question = session.questions[place]
    _show(session, place, language, console)
    while True:
        given = ASKS[KINDS[question.kind].input](session, question, language)
        if given in (BACK, SKIP):
            return -min(1, place) if given == BACK else 1
        complaint = session.record(question.id, given)
        if complaint is None:
            break
        for line in complaint.lines(language):
            console.print(line, style="red", highlight=False)
    _show_reply(session, question, language, console)
    return 1


def _show(session: QuizSitting, place: int, language: Language, console: Console) -> None:
    question = session.questions[place]
    console.print()
    console.rule(f"{place + 1} of {len(session.questions)}  {question.id}", align="left", style="dim")
    for line in question.prompt.lines(language):
        console.print(_marked(line))
    if question.code:
        console.print(Syntax(question.code.rstrip(), "python", theme="ansi_dark", background_color="default"))
    hint = KINDS[question.kind].terminal_hint
    for text in [hint, KEYS] if hint else [KEYS]:
        for line in text.lines(language):
            console.print(line, style="dim", highlight=False)


def _marked(text: str) -> Line:
    line = Line(text)
    for pattern, style in MARKS:
        line.highlight_regex(pattern, style)
    return line


def _show_reply(session: QuizSitting, question: Shown, language: Language, console: Console) -> None:
    """In practice, show what the answer is worth, and why."""
    reply = session.reply(question.id)
    if reply is None:
        return
    if reply.share == 1:
        console.print("✓", style="green")
    else:
        console.print(f"✗ {reply.share:.0%}", style="yellow" if reply.share else "red")
    texts = [text for text in (reply.reply, reply.explanation) if text]
    for text in texts:
        for line in text.lines(language):
            console.print(Line("→ ") + _marked(line))


def _review(session: QuizSitting, language: Language, console: Console) -> int | None:
    """All answers; the question to change, None where nothing is left to do."""
    table = Table(box=None, pad_edge=False)
    for heading in ("", "Question", "Answer"):
        table.add_column(heading, overflow="fold")
    choices = [questionary.Choice("Finish 完成", value=FINISH)]
    for place, question in enumerate(session.questions):
        answer = _one_line(session.written(question.id))
        first = question.prompt.lines(language)[0].split("\n")[0]
        table.add_row(question.id, _marked(first[:80]), Line(answer))
        choices.append(questionary.Choice(f"{question.id}  {answer}", value=str(place)))
    console.print()
    console.print(table)
    count = f"{session.answered} of {len(session.questions)} answered"
    chosen = questionary.select(f"{count}. Change one? 要修改哪一题？", choices=choices).unsafe_ask()
    return None if chosen == FINISH else int(chosen)


def _one_line(written: str | tuple[str, ...] | None) -> str:
    if written is None:
        return "–"
    return ", ".join(written) if isinstance(written, tuple) else " ⏎ ".join(written.strip().splitlines())


# Each asks for an answer in one way, and returns the answer as it is recorded, or BACK, or SKIP.


def _letter(session: QuizSitting, question: Shown, language: Language) -> Any:
    now = session.written(question.id)
    default = now if isinstance(now, str) and now in question.options else None
    return _run(questionary.select("", choices=_choices(question, language), default=default), has_arrows=True)


def _letters(session: QuizSitting, question: Shown, language: Language) -> Any:
    now = session.written(question.id) or ()
    choices = _choices(question, language, checked=now if isinstance(now, tuple) else (now,))
    return _run(questionary.checkbox("", choices=choices), has_arrows=True)


def _truth(session: QuizSitting, question: Shown, language: Language) -> Any:
    labels = {"true": Text("true", "对"), "false": Text("false", "错")}
    choices = [questionary.Choice(" / ".join(label.lines(language)), value=value) for value, label in labels.items()]
    now = session.written(question.id)
    return _run(questionary.select("", choices=choices, default=now if now in labels else None), has_arrows=True)


def _order(session: QuizSitting, question: Shown, language: Language) -> Any:
    """Pick the next step until all are picked; back takes the last one away."""
    picked: list[str] = []
    while len(picked) < len(question.options):
        left = [choice for choice in _choices(question, language) if choice.value not in picked]
        message = " → ".join(picked)
        step = _run(questionary.select(message, choices=left), has_arrows=True)
        if step == SKIP or (step == BACK and not picked):
            return step
        if step == BACK:
            picked.pop()
        else:
            picked.append(step)
    return picked


def _line(session: QuizSitting, question: Shown, language: Language) -> Any:
    return _text(session, question, language, is_long=False)


def _lines(session: QuizSitting, question: Shown, language: Language) -> Any:
    return _text(session, question, language, is_long=True)


def _text(session: QuizSitting, question: Shown, language: Language, *, is_long: bool) -> Any:
    now = session.written(question.id)

    def check(written: str) -> bool | str:
        complaint = session.complaint(question.id, written)
        return True if complaint is None else " ".join(complaint.lines(language))

    units = f" ({', '.join(question.units)})" if question.units else ""
    default = now if isinstance(now, str) else ""
    return _run(
        questionary.text(f"Answer 答案{units}:", default=default, validate=check, multiline=is_long), has_arrows=False
    )


ASKS: dict[Input, Ask] = {
    Input.ONE_OPTION: _letter,
    Input.SEVERAL_OPTIONS: _letters,
    Input.TRUE_OR_FALSE: _truth,
    Input.ALL_IN_ORDER: _order,
    Input.LINE: _line,
    Input.LINES: _lines,
}


def _choices(question: Shown, language: Language, checked: Sequence[str] = ()) -> list[questionary.Choice]:
    return [
        questionary.Choice(f"{letter}  {' / '.join(option.lines(language))}", value=letter, checked=letter in checked)
        for letter, option in question.options.items()
    ]


def _run(prompt: questionary.Question, *, has_arrows: bool) -> Any:
    """Ask; BACK or SKIP where the student goes to another question. Ctrl-C raises KeyboardInterrupt."""
    bindings = KeyBindings()

    def leave(result: str) -> Callable[[KeyPressEvent], None]:
        return lambda event: event.app.exit(result=result)

    for key, arrow, result in ((Keys.PageUp, Keys.Left, BACK), (Keys.PageDown, Keys.Right, SKIP)):
        bindings.add(key, eager=True)(leave(result))
        if has_arrows:
            bindings.add(arrow, eager=True)(leave(result))
    own = prompt.application.key_bindings
    prompt.application.key_bindings = merge_key_bindings([own, bindings] if own is not None else [bindings])
    return prompt.unsafe_ask()
