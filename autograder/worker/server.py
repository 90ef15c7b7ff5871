"""The warm process: imports torch, numpy and jieba once, then forks a worker for each request to spawn one.

It holds no check, no reference and no submission: a worker gets its student's source over its own socket.
Its environment keeps OpenMP and BLAS to one thread: a forked child of a process with more hangs in its first
parallel operation.
Control messages are small JSON objects from the grader, its parent:
    {"op": "spawn", "scratch": …, "memory_bytes": …} + the worker's socket  ->  {"pid": …} + a pidfd
    {"op": "reap", "pid": …}                                                ->  {"exit": …}
"""

import contextlib
import gc
import json
import logging
import os
import signal
import socket
import sys
import sysconfig
from pathlib import Path
from typing import Any, NoReturn

import jieba
import numpy as np
import torch

from . import wire
from .confine import PR_SET_CHILD_SUBREAPER, PR_SET_PDEATHSIG, Confinement, confine, prctl
from .operators import OperatorWatch
from .session import Session, answer_frame

CONTROL_BYTES = 1 << 16
SWEEPS = 1000
# What a worker may read: Python, its packages, shared libraries, and what describes this machine to them.
READABLE = (
    *sorted({sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}),
    *sorted(entry for entry in sys.path if entry.endswith((".zip", "site-packages", "dist-packages", "lib-dynload"))),
    *("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/share/zoneinfo", "/etc/localtime", "/etc/ld.so.cache"),
    *("/dev/null", "/dev/zero", "/dev/urandom", "/proc/cpuinfo", "/proc/meminfo", "/sys/devices/system/cpu"),
)

CHANNEL = 3  # the worker's only descriptor beside stdin, stdout and stderr


def warm_up() -> None:
    """Touch what torch, numpy and jieba load lazily, so that no worker pays for it."""
    torch.set_num_threads(1)
    jieba.setLogLevel(logging.WARNING)
    jieba.initialize()
    layer = torch.nn.Linear(4, 4)
    optimiser = torch.optim.SGD(layer.parameters(), lr=0.1)  # imports torch._dynamo: 2 s
    layer(torch.ones(2, 4)).sum().backward()
    optimiser.step()
    torch.nn.LSTM(4, 4)(torch.ones(2, 1, 4))
    torch.nn.Conv2d(1, 1, 3)(torch.ones(1, 1, 8, 8))
    torch.nn.BatchNorm2d(1)(torch.ones(1, 1, 2, 2))
    torch.linalg.svd(torch.rand(3, 3))
    repr(torch.rand(2))
    np.random.default_rng(0).random(3)
    np.linalg.svd(np.ones((3, 3)))
    with OperatorWatch((), frozenset()):
        torch.ones(1) + 1


def serve(control: socket.socket) -> NoReturn:
    """Answer control messages until the grader hangs up."""
    with contextlib.suppress(OSError):
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        prctl(PR_SET_CHILD_SUBREAPER, 1)  # what a worker leaves behind becomes ours, to be swept away
    warm_up()
    gc.collect()
    gc.freeze()
    _say(control, {"ready": os.getpid()})
    workers: set[int] = set()
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, CONTROL_BYTES, 1)
        if not message:
            _sweep(set())
            os._exit(0)
        request = json.loads(message)
        if request.pop("op") == "spawn":
            workers.add(_spawn(control, request, descriptors[0]))
        else:
            _, status = os.waitpid(request["pid"], 0)
            workers.discard(request["pid"])
            _sweep(workers)
            _say(control, {"exit": os.waitstatus_to_exitcode(status)})


def _sweep(workers: set[int]) -> None:
    """Kill and wait for every process that was forked from here and is no live worker; orphans come in generations."""
    for _ in range(SWEEPS):
        try:
            children = {int(pid) for pid in Path("/proc/thread-self/children").read_text().split()} - workers
        except OSError:  # a kernel without it
            return
        if not children:
            return
        for pid in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for pid in children:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


def _spawn(control: socket.socket, request: dict[str, Any], channel: int) -> int:
    """Fork a worker; its pid, or 0 where forking would not be safe."""
    threads = len(os.listdir("/proc/self/task"))
    if threads != 1:
        _say(control, {"error": f"the fork server runs {threads} threads: forking would not be safe"})
        os.close(channel)
        return 0
    pid = os.fork()
    if pid == 0:
        try:
            _be_worker(request, channel)
        finally:
            os._exit(70)  # the loop below only ends by an exception
    pidfd = os.pidfd_open(pid)
    _say(control, {"pid": pid}, [pidfd])
    os.close(pidfd)
    os.close(channel)
    return pid


def _be_worker(request: dict[str, Any], channel: int) -> NoReturn:
    """In the child: give up what it must not have, then answer requests."""
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    os.dup2(channel, CHANNEL)
    os.closerange(CHANNEL + 1, 4096)
    for name, descriptor, mode in (("stdin", 0, "r"), ("stdout", 1, "w"), ("stderr", 2, "w")):
        setattr(sys, name, open(descriptor, mode, closefd=False))  # noqa: SIM115  open as long as the worker lives
    sys.argv = ["student"]
    gc.enable()
    scratch = Path(request.pop("scratch"))
    report = confine(Confinement(scratch=scratch, readable=READABLE, **request))
    sys.path.insert(0, str(scratch))
    _write(wire.pack({"layers": report}))
    _answer_requests(scratch)


def _answer_requests(scratch: Path) -> NoReturn:
    session = Session("student", scratch)
    while True:
        header, payload = wire.frame_sizes(_read(wire.FRAME.size))
        frame = _read(header), _read(payload)
        _write(answer_frame(session, *frame))


def _read(size: int) -> bytearray:
    """Exactly `size` bytes of the channel; plain reads, so that a filter may refuse socket calls."""
    data = bytearray(size)
    view = memoryview(data)
    while view:
        count = os.readv(CHANNEL, [view])
        if not count:
            os._exit(0)
        view = view[count:]
    return data


def _write(frame: list[memoryview | bytes]) -> None:
    data = memoryview(b"".join(frame))
    while data:
        data = data[os.write(CHANNEL, data) :]


def _say(control: socket.socket, message: dict[str, Any], descriptors: list[int] | None = None) -> None:
    socket.send_fds(control, [json.dumps(message).encode()], descriptors or [])
