"""One worker: send requests, wait for their replies under a deadline, and end it when it breaks a rule."""

import contextlib
import os
import select
import shutil
import signal
import socket
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

import msgspec

from ..errors import SandboxError
from .level import Level, level_of
from .worker import wire
from .worker.protocol import Reply, Request, plain, read_hello, read_reply

GRACE_SECONDS = 0.2  # a worker that hung up may still be on its way out; its own exit status tells more than our kill
WALL_FACTOR = 2.0  # a deadline is in seconds of the worker's processor; on a busy machine it gets this much more time
TICK_SECONDS = 0.1  # how often a slow worker's processor time and scratch folder are looked at
LAST_WORDS = 800  # bytes
OUTPUT_CHUNK = 1 << 16
MAX_WAITING = 1 << 18  # bytes read at a time
MAX_REPLIES = wire.MAX_PAYLOAD + (4 << 20)  # bytes of all replies to requests that were sent at once
HELLO_SECONDS = 10.0
FRAME_START = wire.FRAME.size

Cause = Literal["time", "exit", "protocol", "scratch"]


class WorkerDied(Exception):
    """The worker is gone: it ran out of time, ended by itself, or did what no honest worker does."""

    def __init__(self, cause: Cause, detail: str = "") -> None:
        super().__init__(f"{cause}: {detail}")
        self.cause = cause
        self.detail = detail


class Frame(NamedTuple):
    """One message as bytes, without its number."""

    header: bytes | bytearray
    payload: bytearray  # writable, since tensors are made from it


def encode(request: Request) -> Frame:
    """Return a request as it travels. Raises wire.WireError if it cannot."""
    _, header, *buffers = wire.pack(plain(request), strides=True)
    return Frame(bytes(header), bytearray().join(buffers))


def decode(frame: Frame) -> Reply:
    """Return the reply in a frame. Raises wire.WireError for anything that no honest worker sends."""
    try:
        return read_reply(wire.unpack(frame.header, frame.payload))
    except msgspec.ValidationError:
        raise wire.WireError("malformed reply") from None


class Deadline:
    """So much time of the worker's processor, and not much more by the clock."""

    def __init__(self, seconds: float, cpu_clock: int) -> None:
        self.cpu_clock = cpu_clock
        self.cpu_until = self._cpu_now() + seconds
        self.wall_until = time.monotonic() + WALL_FACTOR * seconds

    def _cpu_now(self) -> float:
        try:
            return time.clock_gettime(self.cpu_clock)
        except OSError:  # it has ended
            return 0.0

    def left(self) -> float:
        """Seconds, by whichever runs out first; 0 when it is over."""
        return max(0.0, min(self.cpu_until - self._cpu_now(), self.wall_until - time.monotonic()))


class Reaper(Protocol):
    """The server that the worker was forked from: its parent, so the one that can wait for it."""

    cpu_seconds: float

    def reap(self, pid: int) -> int: ...


class Worker:
    """The trusted end of one worker's channel. Whatever it sends is data; a breach of the protocol ends it.

    pid: as its server knows it.
    scratch: its folder where that is on a disk that others share, to be watched; None where the kernel bounds it.
    """

    def __init__(
        self, server: Reaper, pid: int, pidfd: int, channel: socket.socket, output: int, watched: "Watched"
    ) -> None:
        self.server = server
        self.pid = pid
        self.pidfd = pidfd
        self.channel = channel
        self.output = output
        self.watched = watched
        self.is_alive = True
        self.printed = 0  # bytes
        self.last_words = b""  # of what it printed; shown only where it ended before any student code ran
        self._number = 0  # of the last request
        self._unread = bytearray()
        self._cpu_clock = ~_pid_here(pidfd) << 3 | 2  # CPUCLOCK_SCHED of the whole process, linux/posix-timers.h
        self._poll = select.poll()
        channel.setblocking(False)
        os.set_blocking(output, False)
        self._poll.register(output, select.POLLIN)
        self.layers: dict[str, str] = self._hello()
        self.level: Level = level_of(self.layers)

    def _hello(self) -> dict[str, str]:
        """Return the layers that the worker reports before any student code runs. Raise SandboxError if it ended."""
        try:
            frame = self._exchange([], HELLO_SECONDS, replies=1)[0]
        except WorkerDied as died:
            words = self.last_words.decode(errors="replace").strip()
            raise SandboxError(f"A worker ended before it was ready ({died}){': ' + words if words else ''}.") from None
        return read_hello(wire.unpack(frame.header, frame.payload)).layers

    def request(self, request: Request, seconds: float) -> Reply:
        """Return the worker's reply. Raises WorkerDied if none comes in time."""
        try:
            frame = encode(request)
            return decode(self.send([frame], seconds)[0])
        except wire.WireError as error:
            raise self._condemned("protocol", str(error)) from None

    def send(self, requests: Sequence[Frame], seconds: float) -> list[Frame]:
        """Send all requests at once and return the replies. `seconds` is for all of them together."""
        if not self.is_alive:
            raise WorkerDied("exit", "it ended earlier")
        parts: list[bytes | bytearray] = []
        for request in requests:
            self._number = self._number + 1 & 0xFFFFFFFF
            head = wire.FRAME.pack(wire.MAGIC, self._number, len(request.header), len(request.payload))
            parts += [head, request.header, request.payload]
        return self._exchange(parts, seconds, replies=len(requests))

    def _exchange(self, parts: Sequence[bytes | bytearray], seconds: float, *, replies: int) -> list[Frame]:
        """Write and read at once, so that neither side waits for the other to read first."""
        if self._unread or (parts and self._has_more()):
            raise self._condemned("protocol", "a reply that nobody asked for")
        deadline = Deadline(seconds, self._cpu_clock)
        unsent = memoryview(b"".join(parts))
        first = self._number - replies + 1
        frames: list[Frame] = []
        taken = 0
        while True:
            try:
                unsent = unsent[self._sent(unsent) :]
                has_news = self._receive()
                while len(frames) < replies and (frame := self._whole_frame(first + len(frames))) is not None:
                    frames.append(frame)
                    taken += len(frame.header) + len(frame.payload)
                if taken + len(self._unread) > MAX_REPLIES:
                    raise wire.WireError("the replies are too large")
            except OSError:
                raise self._ended() from None
            except wire.WireError as error:
                raise self._condemned("protocol", str(error)) from None
            if len(frames) == replies:
                return frames
            if not has_news:
                self._wait(select.POLLIN | (select.POLLOUT if unsent else 0), deadline)

    def _sent(self, data: memoryview) -> int:
        """Send what the socket takes now; return the number of bytes."""
        try:
            return self.channel.send(data, socket.MSG_NOSIGNAL) if data else 0
        except BlockingIOError:
            return 0

    def _receive(self) -> bool:
        """Read what is there; return True if there was anything. Raise ConnectionResetError if the worker has hung up."""
        try:
            data = self.channel.recv(MAX_WAITING)
        except BlockingIOError:
            return False
        if not data:
            raise ConnectionResetError
        self._unread += data
        return True

    def _has_more(self) -> bool:
        with contextlib.suppress(OSError):
            return bool(self.channel.recv(1, socket.MSG_PEEK))
        return False

    def _whole_frame(self, number: int) -> Frame | None:
        """Return the next frame once all of it has been read. Raise WireError if it is not the expected frame."""
        unread = self._unread
        if len(unread) < FRAME_START:
            return None
        found, header, payload = wire.frame_sizes(unread)
        if found != number & 0xFFFFFFFF:
            raise wire.WireError("a reply out of order")
        middle = FRAME_START + header
        end = middle + payload
        if len(unread) < end:
            return None
        frame = Frame(unread[FRAME_START:middle], unread[middle:end])
        del unread[:end]
        return frame

    def _wait(self, events: int, deadline: Deadline) -> None:
        """Wait until the channel is ready. Meanwhile, discard output and check the limits."""
        self._poll.register(self.channel, events)
        while True:
            left = deadline.left()
            if not left:
                raise self._condemned("time")
            ready = self._poll.poll(min(left, TICK_SECONDS) * 1000 + 1)
            if any(descriptor == self.output for descriptor, _ in ready):
                self._drain()
            if any(descriptor != self.output for descriptor, _ in ready):
                return
            if not ready and self.watched.is_over():
                raise self._condemned("scratch")

    def _drain(self) -> None:
        try:
            data = os.read(self.output, OUTPUT_CHUNK)
        except BlockingIOError:
            return
        self.printed += len(data)
        self.last_words = data[-LAST_WORDS:]
        if not data:  # it closed its output: there is nothing more to hear
            self._poll.unregister(self.output)

    def _condemned(self, cause: Cause, detail: str = "") -> WorkerDied:
        self.end()
        return WorkerDied(cause, detail)

    def _ended(self) -> WorkerDied:
        status = self.end(grace=GRACE_SECONDS)
        if status >= 0:
            return WorkerDied("exit", f"exit status {status}")
        known = {number.value: number.name for number in signal.Signals}
        return WorkerDied("exit", known.get(-status, f"SIG{-status}"))

    def end(self, grace: float = 0.0) -> int:
        """Kill the worker, wait for it, remove its folder; its exit status, negative for a signal."""
        if not self.is_alive:
            return 0
        self.is_alive = False
        with contextlib.suppress(OSError):  # it has ended
            self.server.cpu_seconds += time.clock_gettime(self._cpu_clock)
        poll = select.poll()
        poll.register(self.pidfd, select.POLLIN)
        if not poll.poll(grace * 1000):
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
        with contextlib.suppress(BlockingIOError):
            self.last_words = os.read(self.output, OUTPUT_CHUNK)[-LAST_WORDS:] or self.last_words
        self.channel.close()
        os.close(self.pidfd)
        os.close(self.output)
        try:
            return self.server.reap(self.pid)
        finally:
            self.watched.remove()


class Watched:
    """A scratch folder on a shared disk: its size is looked at while the worker runs."""

    def __init__(self, folder: Path | None, max_bytes: int) -> None:
        self.folder = folder  # None where the kernel bounds it
        self.max_bytes = max_bytes

    def is_over(self) -> bool:
        """Return True if its files have more bytes than they may."""
        if self.folder is None:
            return False
        total = 0
        for base, _, names in os.walk(self.folder):
            for name in names:
                with contextlib.suppress(OSError):
                    total += 4096 + os.lstat(os.path.join(base, name)).st_size
            if total > self.max_bytes:
                return True
        return False

    def remove(self) -> None:
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


def _pid_here(pidfd: int) -> int:
    """Return the process id in this process's own namespace, which may differ from the server's."""
    fields = Path(f"/proc/self/fdinfo/{pidfd}").read_text().split()
    return int(fields[fields.index("Pid:") + 1])
