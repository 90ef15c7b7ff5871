"""A worker from the fork to its end: it gives up rights, then answers requests.

Requests may arrive in batches. The worker writes its replies when no request is waiting, so a batch costs two switches
between processes instead of two for each call.
"""

import contextlib
import gc
import os
import select
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from . import wire
from .layers import ON, Confinement, Report, apply
from .layers.environment import empty_environment
from .layers.landlock import file_access
from .layers.limits import resource_limits
from .layers.privileges import no_new_privileges
from .layers.scratch import bounded_scratch
from .layers.system_calls import common_steps, system_calls
from .layers.user import unprivileged_user
from .protocol import Hello, plain
from .readable import READABLE
from .session import RequestFrame, Session, answer_frame, decode_ahead

if TYPE_CHECKING:
    from .setup import Setup

CHANNEL = 3  # the worker's only descriptor beside stdin, stdout and stderr
PROC = 4  # /proc, until the layers are applied
CHUNK = 1 << 18
MAX_WAITING = 1 << 18  # bytes of replies that are held back while more requests are there

LAYERS = {
    "environment": empty_environment,
    "bounded_scratch": bounded_scratch,
    "resource_limits": resource_limits,
    "unprivileged_user": unprivileged_user,
    "no_new_privileges": no_new_privileges,
    "file_access": file_access,
    "system_calls": system_calls,
}


def live(setup: "Setup", server: Report, channel: int, output: int, *, scratch: str, uid: int, proc: int) -> NoReturn:
    """Run a worker, in the child process, until it ends.

    server: the layers that the worker inherits from its server.
    uid: the user that it becomes; 0 if the server is not root.
    proc: a descriptor of /proc.
    """
    os.setsid()
    _keep_only(channel, output, proc)
    sys.argv = ["student"]
    gc.enable()
    limits = Confinement(
        scratch=scratch,
        memory_bytes=setup.memory_bytes,
        cpu_seconds=setup.cpu_seconds,
        file_bytes=setup.file_bytes,
        scratch_bytes=setup.scratch_bytes,
        uid=uid,
        proc=PROC,
        readable=READABLE,
    )
    without = set(setup.without)
    if server["private_root"] != ON:
        without.add("bounded_scratch")
        os.mkdir(scratch, 0o700)
        if uid:
            os.chown(scratch, uid, uid)
    report = apply(LAYERS, without, limits)
    os.close(PROC)
    os.chdir(scratch)
    _write(b"".join(wire.pack(plain(Hello(layers=server | report)))))
    _answer_requests(Session(Path(scratch)))


def _keep_only(channel: int, output: int, proc: int) -> None:
    """Standard input is empty, standard output and error are the output pipe, the channel is descriptor 3, /proc is 4."""
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    high = [os.dup2(descriptor, 60 + number) for number, descriptor in enumerate((channel, output, proc))]
    os.dup2(high[0], CHANNEL)
    os.dup2(high[1], 1)
    os.dup2(high[1], 2)
    os.dup2(high[2], PROC)
    os.closerange(PROC + 1, 4096)


def prepare() -> None:
    """Prepare in the server what is the same for every worker."""
    os.environ.clear()
    for name, descriptor, mode in (("stdin", 0, "r"), ("stdout", 1, "w"), ("stderr", 2, "w")):
        setattr(sys, name, open(descriptor, mode, closefd=False, errors="replace"))  # noqa: SIM115  for as long as it lives
    with contextlib.suppress(OSError):
        common_steps(os.uname().machine)


def _answer_requests(session: Session) -> NoReturn:
    requests = _Requests()
    waiting = bytearray()
    while True:
        if waiting and not requests.is_there():
            _write(waiting)
            waiting.clear()
        frames = requests.all_there()
        decode_ahead(session, frames)
        for frame in frames:
            # copied at once: a reply's buffers are the student's own memory, which the next request may change
            waiting += b"".join(answer_frame(session, *frame))
            if len(waiting) > MAX_WAITING:
                _write(waiting)
                waiting.clear()


class _Requests:
    """Frames from the channel; read by plain reads, so that a filter may refuse socket calls."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.poll = select.poll()
        self.poll.register(CHANNEL, select.POLLIN)

    def is_there(self) -> bool:
        return bool(self.data) or bool(self.poll.poll(0))

    def all_there(self) -> list[RequestFrame]:
        """Return the next request, and those that arrived with it."""
        frames = [self._next()]
        while len(self.data) >= wire.FRAME.size:
            _, header, payload = wire.frame_sizes(self.data)
            if len(self.data) < wire.FRAME.size + header + payload:
                break
            frames.append(self._next())
        return frames

    def _next(self) -> RequestFrame:
        number, header, payload = wire.frame_sizes(self._take(wire.FRAME.size))
        return number, bytes(self._take(header)), self._take(payload)

    def _take(self, size: int) -> bytearray:
        while len(self.data) < size:
            more = os.read(CHANNEL, max(CHUNK, size - len(self.data)))
            if not more:
                os._exit(0)
            self.data += more
        taken = self.data[:size]
        del self.data[:size]
        return taken


def _write(data: bytes | bytearray) -> None:
    with memoryview(data) as view:
        written = 0
        while written < len(view):
            written += os.write(CHANNEL, view[written:])
