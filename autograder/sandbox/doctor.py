"""The command `autograder doctor`: reports every layer, and really attempts every forbidden act."""

import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from .. import __version__
from ..course.limits import Limits
from ..errors import SandboxError
from .channel import Worker, WorkerDied
from .fork_server import ForkServer
from .level import ON, REMEDIES, Level, level_of
from .worker.protocol import CallFunction, LoadModule

PROBE = Path(__file__).parent / "probe.py"
SECONDS = 10.0
STRICT, BASIC, NONE = 0, 1, 2  # exit status


class Attempted(msgspec.Struct, frozen=True):
    """One forbidden act and how it went."""

    act: str
    succeeded: bool
    how: str


class Examination(msgspec.Struct, frozen=True):
    """The layers that a worker on this machine has, and the acts that it attempted."""

    layers: dict[str, str]
    acts: tuple[Attempted, ...]

    @property
    def level(self) -> Level:
        return level_of(self.layers)


def examine(without: frozenset[str] = frozenset()) -> Examination:
    """Start a server and let a worker try everything. Raise SandboxError if no server can be started.

    without: layers to leave out, to see what each is for.
    """
    with (
        ForkServer(Limits(), minimum=Level.BASIC, without=without) as server,
        tempfile.TemporaryDirectory() as folder,
    ):
        secret = Path(folder) / "secret.txt"
        secret.write_text("secret")
        Path(folder).chmod(0o755)
        names = _ask(server.spawn(), "acts", [])
        layers: dict[str, str] = {}
        acts = []
        for name in names:
            worker = server.spawn()
            layers = worker.layers
            try:
                succeeded, how = _ask(worker, "attempt", [name, str(secret), os.getpid()])
            except WorkerDied as died:
                succeeded, how = False, f"the worker ended: {died}"
            acts.append(Attempted(name, succeeded, how))
        return Examination(layers, tuple(acts))


def _ask(worker: Worker, function: str, args: list[Any]) -> Any:
    try:
        chunks = (("probe.py", PROBE.read_text(encoding="utf-8")),)
        worker.request(LoadModule(module="probe", folder="probe", chunks=chunks), SECONDS)
        reply = worker.request(CallFunction(name=function, args=args), SECONDS)
    finally:
        worker.end()
    if reply.error is not None:
        raise SandboxError(f"The examination itself failed: {reply.error.type}: {reply.error.message}")
    return reply.value


def run_doctor(console: Console) -> int:
    """Examine and show; the command's exit status."""
    console.print(
        f"torchstone {__version__}, Python {platform.python_version()}, {platform.system()} {platform.release()}, "
        f"{'root' if hasattr(os, 'geteuid') and os.geteuid() == 0 else 'an ordinary user'}",
        highlight=False,
    )
    if not sys.platform.startswith("linux"):
        console.print("`pytest exercises/` works here. Grading other people's submissions needs Linux.")
        return NONE
    with console.status("trying what student code must not be able to do …"):
        found = examine()
    console.print(_layers(found), "", _acts(found), "", *_summary(found), highlight=False)
    return STRICT if found.level is Level.STRICT else BASIC


def _layers(found: Examination) -> Table:
    table = Table("Layer", "", "How to get it", box=None, pad_edge=False)
    for layer, state in found.layers.items():
        is_on = state == ON
        table.add_row(layer, "[green]on[/]" if is_on else f"[red]{state}[/]", "" if is_on else REMEDIES[layer])
    return table


def _acts(found: Examination) -> Table:
    table = Table("Student code tried to", "", "", box=None, pad_edge=False)
    for one in found.acts:
        table.add_row(one.act, "[red]it can[/]" if one.succeeded else "[green]refused[/]", one.how[:90])
    return table


def _summary(found: Examination) -> Iterator[str]:
    open_acts = [one for one in found.acts if one.succeeded]
    yield f"{len(found.acts) - len(open_acts)} of {len(found.acts)} acts are refused. Isolation: [bold]{found.level}[/]."
    if found.layers.get("namespaces") != ON:
        yield (
            "Without namespaces, student code can count the machine's processes: one submission could tell another "
            "what a hidden check asks. The level strict does not demand namespaces."
        )
    if found.level is Level.BASIC:
        yield "`autograder grade` refuses to run other people's code here, unless --isolation basic is given."
