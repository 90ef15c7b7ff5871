"""One worker: send a request, wait for its reply under a deadline, and end it when it breaks a rule."""

import contextlib
import os
import select
import shutil
import signal
import socket
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, Protocol

from ..worker import wire

GRACE_SECONDS = 0.2  # a worker that hung up may still be on its way out; its own exit status tells more than our kill

Cause = Literal["time", "exit", "protocol"]


class WorkerDied(Exception):
    """The worker is gone: it ran out of time, ended by itself, or sent what no honest worker sends."""

    def __init__(self, cause: Cause, detail: str = "") -> None:
        super().__init__(f"{cause}: {detail}")
        self.cause = cause
        self.detail = detail


class Reaper(Protocol):
    """The server that the worker was forked from: its parent, so the one that can wait for it."""

    def reap(self, pid: int) -> int: ...


class Worker:
    """The trusted end of one worker's channel. Whatever it sends is data; a breach of the protocol ends it."""

    def __init__(self, channel: socket.socket, pid: int, pidfd: int, scratch: Path, server: Reaper) -> None:
        self.channel = channel
        self.pid = pid
        self.pidfd = pidfd
        self.scratch = scratch
        self.server = server
        self.is_alive = True
        self.channel.setblocking(False)
        self.layers: dict[str, str] = self._receive(time.monotonic() + 10.0)["layers"]

    def request(self, message: dict[str, Any], seconds: float) -> dict[str, Any]:
        """The worker's reply to `message`. Raises WorkerDied when none comes in time."""
        if not self.is_alive:
            raise WorkerDied("exit", "it ended earlier")
        deadline = time.monotonic() + seconds
        try:
            frame = wire.pack(message, strides=True)
        except wire.WireError as error:
            self.end()
            raise WorkerDied("protocol", str(error)) from None
        self._send(frame, deadline)
        return self._receive(deadline)

    def _send(self, frame: Iterable[memoryview | bytes], deadline: float) -> None:
        data = memoryview(b"".join(frame))
        while data:
            try:
                data = data[self.channel.send(data, socket.MSG_NOSIGNAL) :]
            except BlockingIOError:
                self._wait(select.POLLOUT, deadline)
            except OSError:
                raise self._ended() from None

    def _receive(self, deadline: float) -> dict[str, Any]:
        try:
            header_size, payload_size = wire.frame_sizes(self._exactly(wire.FRAME.size, deadline))
            header = self._exactly(header_size, deadline)
            reply = wire.unpack(header, self._exactly(payload_size, deadline))
            if type(reply) is not dict:
                raise wire.WireError("the reply is not a record")
            return reply
        except wire.WireError as error:
            self.end()
            raise WorkerDied("protocol", str(error)) from None

    def _exactly(self, size: int, deadline: float) -> bytearray:
        data = bytearray(size)
        view = memoryview(data)
        while view:
            try:
                count = self.channel.recv_into(view)
            except BlockingIOError:
                self._wait(select.POLLIN, deadline)
                continue
            except OSError:
                count = 0
            if not count:
                raise self._ended()
            view = view[count:]
        return data

    def _wait(self, event: int, deadline: float) -> None:
        poll = select.poll()
        poll.register(self.channel, event)
        left = deadline - time.monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            self.end()
            raise WorkerDied("time")

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
        poll = select.poll()
        poll.register(self.pidfd, select.POLLIN)
        if not poll.poll(grace * 1000):
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
        self.channel.close()
        os.close(self.pidfd)
        try:
            return self.server.reap(self.pid)
        finally:
            shutil.rmtree(self.scratch, ignore_errors=True)
