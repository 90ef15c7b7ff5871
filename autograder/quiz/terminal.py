"""The quiz in a terminal. It asks one question at a time, and writes each answer to the file at once."""

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
PLACE = Text("{number} of {count}", "第 {number} 题，共 {count} 题")
WHICH_QUIZ = Text("Which quiz?", "选择主题")
FINISHED = Text("Finish", "完成")
QUESTION = Text("Question", "题目")
ANSWER = Text("Answer", "答案")
ANSWERED = Text("{answered} of {count} answered.", "共 {count} 题，已答 {answered} 题。")
CHANGE = Text("Change one?", "要修改哪一题？")
KEYS = Text("PageUp: back  PageDown: skip  Ctrl-C: stop", "PageUp：上一题  PageDown：跳过  Ctrl-C：退出")
MARKS = ((r"`[^`]+`", "cyan"), (r"\$[^$]+\$", "magenta"))

Ask = Callable[[QuizSitting, Shown, Language], Any]


def answer_in_terminal(session: QuizSitting, language: Language, console: Console) -> None:
    """Ask the questions, from the first one without an answer on. Then show all answers and ask which to change."""
    place = _first_unanswered(session)
    while place < len(session.questions):
        place += _ask_one(session, place, language, console)
    chosen = _review(session, language, console)
    while chosen is not None:
        _ask_one(session, chosen, language, console)
        chosen = _review(session, language, console)


def _first_unanswered(session: QuizSitting) -> int:
    """Return the place of the first question without an answer; the number of questions if all have one."""
    for place, question in enumerate(session.questions):
        if session.written(question.id) is None:
            return place
    return len(session.questions)


def choose_topic(rows: Sequence[tuple[str, str, int, int]], console: Console, language: Language) -> str:
    """Return the topic that the student chooses. rows: name, title, questions answered, questions."""
    choices = []
    for name, title, answered, count in rows:
        number = name.split("_")[0]
        choices.append(questionary.Choice(f"{number}  {title}  {answered}/{count}", value=name))
    chosen: str = questionary.select(_in_a_line(WHICH_QUIZ, language), choices=choices).unsafe_ask()
    return chosen


def _ask_one(session: QuizSitting, place: int, language: Language, console: Console) -> int:
    """Ask a question and record its answer. Return how many questions to go forward; -1 is one back."""
    question = session.questions[place]
    _show(session, place, language, console)
    while True:
        given = ASKS[KINDS[question.kind].input](session, question, language)
        if given == BACK:
            return -min(1, place)
        if given == SKIP:
            return 1
        complaint = session.record(question.id, given)
        if complaint is None:
            _show_reply(session, question, language, console)
            return 1
        _print(complaint, language, console, style="red")


def _show(session: QuizSitting, place: int, language: Language, console: Console) -> None:
    question = session.questions[place]
    console.print()
    number = PLACE.filled(number=place + 1, count=len(session.questions)).label(language)
    console.rule(f"{number}  {question.id}", align="left", style="dim")
    for line in question.prompt.lines(language):
        console.print(_marked(line))
    if question.code:
        console.print(Syntax(question.code.rstrip(), "python", theme="ansi_dark", background_color="default"))
    hint = KINDS[question.kind].terminal_hint
    if hint:
        _print(hint, language, console, style="dim")
    _print(KEYS, language, console, style="dim")


def _print(text: Text, language: Language, console: Console, *, style: str) -> None:
    for line in text.lines(language):
        console.print(line, style=style, highlight=False)


def _in_a_line(text: Text, language: Language) -> str:
    return " ".join(text.lines(language))


def _marked(text: str) -> Line:
    """Return the text with its code and maths coloured."""
    line = Line(text)
    for pattern, style in MARKS:
        line.highlight_regex(pattern, style)
    return line


def _show_reply(session: QuizSitting, question: Shown, language: Language, console: Console) -> None:
    """Show the answer's share of the points and the reasons, in practice only."""
    reply = session.reply(question.id)
    if reply is None:
        return
    _show_share(reply.share, console)
    if reply.reply:
        _show_reason(reply.reply, language, console)
    if reply.explanation:
        _show_reason(reply.explanation, language, console)


def _show_share(share: float, console: Console) -> None:
    if share == 1:
        console.print("✓", style="green")
    elif share:
        console.print(f"✗ {share:.0%}", style="yellow")
    else:
        console.print("✗ 0%", style="red")


def _show_reason(text: Text, language: Language, console: Console) -> None:
    for line in text.lines(language):
        console.print(Line("→ ") + _marked(line))


def _review(session: QuizSitting, language: Language, console: Console) -> int | None:
    """Show all answers. Return the place of the question to change; None if the student is finished."""
    table = Table(box=None, pad_edge=False)
    for heading in ("", QUESTION.label(language), ANSWER.label(language)):
        table.add_column(heading, overflow="fold")
    choices = [questionary.Choice(_in_a_line(FINISHED, language), value=FINISH)]
    for place, question in enumerate(session.questions):
        answer = _one_line(session.written(question.id))
        first = question.prompt.lines(language)[0].split("\n")[0]
        table.add_row(question.id, _marked(first[:80]), Line(answer))
        choices.append(questionary.Choice(f"{question.id}  {answer}", value=str(place)))
    console.print()
    console.print(table)
    count = ANSWERED.filled(answered=session.answered, count=len(session.questions)).label(language)
    chosen = questionary.select(f"{count} {_in_a_line(CHANGE, language)}", choices=choices).unsafe_ask()
    return None if chosen == FINISH else int(chosen)


def _one_line(written: str | tuple[str, ...] | None) -> str:
    if written is None:
        return "–"
    if isinstance(written, tuple):
        return ", ".join(written)
    return " ⏎ ".join(written.strip().splitlines())


# Each of these functions asks for an answer and returns it as it is recorded, or returns BACK or SKIP.


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
    """Ask for the next step until all steps are picked. BACK removes the last step."""
    picked: list[str] = []
    while len(picked) < len(question.options):
        step = _next_step(question, language, picked)
        if step not in (BACK, SKIP):
            picked.append(step)
        elif step == BACK and picked:
            picked.pop()
        else:
            return step
    return picked


def _next_step(question: Shown, language: Language, picked: list[str]) -> Any:
    left = [choice for choice in _choices(question, language) if choice.value not in picked]
    return _run(questionary.select(" → ".join(picked), choices=left), has_arrows=True)


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
    prompt = questionary.text(
        f"{_in_a_line(ANSWER, language)}{units}:",
        default=default,
        validate=check,
        multiline=is_long,
    )
    return _run(prompt, has_arrows=False)


ASKS: dict[Input, Ask] = {
    Input.ONE_OPTION: _letter,
    Input.SEVERAL_OPTIONS: _letters,
    Input.TRUE_OR_FALSE: _truth,
    Input.ALL_IN_ORDER: _order,
    Input.LINE: _line,
    Input.LINES: _lines,
}


def _choices(question: Shown, language: Language, checked: Sequence[str] = ()) -> list[questionary.Choice]:
    choices = []
    for letter, option in question.options.items():
        label = " / ".join(option.lines(language))
        choices.append(questionary.Choice(f"{letter}  {label}", value=letter, checked=letter in checked))
    return choices


def _run(prompt: questionary.Question, *, has_arrows: bool) -> Any:
    """Return the answer; BACK or SKIP if the student goes to another question. Ctrl-C raises KeyboardInterrupt."""
    bindings = KeyBindings()

    def leave(result: str) -> Callable[[KeyPressEvent], None]:
        return lambda event: event.app.exit(result=result)

    for key, arrow, result in ((Keys.PageUp, Keys.Left, BACK), (Keys.PageDown, Keys.Right, SKIP)):
        bindings.add(key, eager=True)(leave(result))
        if has_arrows:
            bindings.add(arrow, eager=True)(leave(result))
    own = prompt.application.key_bindings or KeyBindings()
    prompt.application.key_bindings = merge_key_bindings([own, bindings])
    return prompt.unsafe_ask()
