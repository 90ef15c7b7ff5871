"""Check the promises of the channel's decoder with messages that a hostile worker could send.

    python tests/support/fuzz_wire.py --messages 1000000 --seed 0    made and mutated at random
    python tests/support/fuzz_wire.py --worst                        the most expensive messages that we know

For each message `unpack` returns a value of the permitted types or raises WireError, within SECONDS and MEMORY; what
it returns travels again, and arrives the same.
"""

import json
import math
import os
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

import msgspec
import numpy as np
import torch
import typer

from autograder.sandbox.worker import wire

MIB = 1 << 20
SECONDS = 1.0  # of one message, on one core
# What decoding one message may add. Each byte of the payload is copied once; a byte of header becomes 40 bytes of
# nodes at the most (lists of one item: 4 bytes for a node and its list), and 200,000 values come on top.
MEMORY = wire.MAX_PAYLOAD + 64 * MIB
RUN_MEMORY = wire.MAX_PAYLOAD + MEMORY  # of a run: the largest message itself, and decoding it

encode = msgspec.msgpack.encode
DTYPES = [*wire.TORCH_DTYPES, "uint16", "uint32", "uint64", "float33", "object", ""]
TAGS = [*"LUMTANBDICHZ", ""]
NUMBERS = [0, 1, 2, 3, 4, 8, 63, 64, 65, 127, 128, 255, 256, 2047, 2049, 65535, 1 << 20, 1 << 26, (1 << 31) - 1]
NUMBERS += [1 << 31, 1 << 40, (1 << 61) - 1, (1 << 63) - 1, 1 << 63, (1 << 64) - 1, -1, -2, -64, -(1 << 31), -(1 << 63)]
FLOATS = [0.0, -0.0, 1.5, math.nan, math.inf, -math.inf, 5e-324, 1e308]
STRINGS = ["", "value", "爱", "float32", "0x1" + "0" * 20, "-0x", "f" * 3600, "x" * 81, "\0"]
KINDS = {type(None), bool, int, float, complex, str, bytes, torch.dtype, wire.Handle}
SCALARS = {dtype.type for dtype in wire.NUMPY_DTYPES.values()}


class Message(NamedTuple):
    """A message as it arrives, without the frame's sizes."""

    header: bytes
    payload: bytes
    strides: bool = False  # read as the worker does


def packed(value: Any, strides: bool = False) -> Message:
    _, header, *buffers = wire.pack(value, strides=strides)
    return Message(bytes(header), b"".join(buffers), strides)


class Maker:
    """Makes messages: honest values, trees of the node grammar with hostile numbers, and mutations of both."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.offset = 0
        self.seen = [packed({"value": [1, (2.5, "x")], "error": None}).header]  # to splice from

    def message(self) -> Message:
        message = self.hostile() if self.rng.random() < 0.4 else self.honest()
        how = self.rng.random()
        if how < 0.3:
            message = message._replace(header=self.changed_bytes(message.header))
        elif how < 0.6:
            message = message._replace(header=self.changed_tree(message.header))
        if self.rng.random() < 0.1:
            message = message._replace(payload=message.payload[: self.rng.randrange(len(message.payload) + 1)])
        self.remember(message.header)
        return message

    def remember(self, header: bytes) -> None:
        if len(self.seen) < 200:
            self.seen.append(header)
        else:
            self.seen[self.rng.randrange(200)] = header

    # Honest values

    def honest(self) -> Message:
        return packed(self.value(self.rng.randrange(4)), strides=self.rng.random() < 0.5)

    def value(self, depth: int) -> Any:
        rng = self.rng
        if not depth or rng.random() < 0.3:
            return rng.choice(self.leaves)(self)
        values = [self.value(depth - 1) for _ in range(rng.randrange(5))]
        if rng.random() < 0.5:
            return values if rng.random() < 0.5 else tuple(values)
        return {rng.choice([*STRINGS, *NUMBERS, (1, "x"), None, 2.5, b"k"]): value for value in values}

    def tensor(self) -> torch.Tensor:
        rng = self.rng
        shape = [rng.randrange(4) for _ in range(rng.randrange(4))]
        tensor = torch.full(shape, rng.choice([0, 1, 7])).to(rng.choice([*wire.TORCH_DTYPES.values()]))
        if rng.random() < 0.3 and tensor.dim() > 1:
            tensor = tensor.transpose(0, 1)
        return tensor.requires_grad_() if tensor.is_floating_point() and rng.random() < 0.2 else tensor

    def array(self) -> Any:
        shape = [self.rng.randrange(3) for _ in range(self.rng.randrange(3))]
        array = np.ones(shape, self.rng.choice([*wire.NUMPY_DTYPES.values()]))
        return array if self.rng.random() < 0.7 else array.dtype.type(1)

    leaves: tuple[Callable[["Maker"], Any], ...] = (
        tensor,
        array,
        lambda self: self.rng.choice([None, True, False, b"", b"\0x", 1 + 2j, torch.float32, 1 << 70, -(1 << 200)]),
        lambda self: self.rng.choice(NUMBERS),
        lambda self: self.rng.choice(FLOATS),
        lambda self: self.rng.choice(STRINGS),
        lambda self: wire.Handle(self.rng.choice(NUMBERS), "thing"),
    )

    # Hostile trees

    def hostile(self) -> Message:
        self.offset = 0
        header = encode(self.node(self.rng.randrange(4)))
        size = self.rng.choice([0, 1, 64, 256, self.offset, 1024])
        payload = bytes(size) if self.rng.random() < 0.5 else self.rng.randbytes(size)
        return Message(header, payload, self.rng.random() < 0.5)

    def node(self, depth: int) -> Any:
        rng = self.rng
        if depth and rng.random() < 0.7:
            items = [self.node(depth - 1) for _ in range(rng.choice([0, 1, 2, 3, 20 // depth**2]))]
            tag = rng.choice("LLUM")
            return [tag, [[self.node(0), item] for item in items] if tag == "M" else items]
        if rng.random() < 0.4:
            return self.block(rng.random() < 0.7)
        return rng.choice(self.hostile_leaves)(rng)

    hostile_leaves: tuple[Callable[[random.Random], Any], ...] = (
        lambda rng: ["N", rng.choice(DTYPES), rng.randbytes(rng.choice([1, 1, 2, 4, 8, 16]))],
        lambda rng: [rng.choice("DI"), rng.choice([*STRINGS, *DTYPES])],
        lambda rng: ["C", rng.choice(FLOATS), rng.choice([*FLOATS, *NUMBERS])],
        lambda rng: ["H", rng.choice(NUMBERS), rng.choice(STRINGS)],
        lambda rng: rng.choice([None, True, *NUMBERS, *FLOATS, *STRINGS, ["B", b"x"], [], {}, b"raw", ["Z"]]),
    )

    def block(self, is_tensor: bool) -> list[Any]:
        """Make a node of a tensor or an array, mostly within the payload."""
        rng = self.rng
        sizes = [0, 1, 1, 2, 3, 4] if rng.random() < 0.9 else NUMBERS
        shape = [rng.choice(sizes) for _ in range(rng.choice([0, 1, 1, 2, 3, 3, 17]))]
        offset = self.offset if rng.random() < 0.9 else rng.choice(NUMBERS)
        if rng.random() < 0.9:
            self.offset += 64 * -(-min(8 * max(0, math.prod(shape)), 1024) // 64)
        node: list[Any] = ["T" if is_tensor else "A", rng.choice(DTYPES), shape, offset]
        if is_tensor:
            stride = None if rng.random() < 0.6 else [rng.choice([1, 2, 3, 4, rng.choice(NUMBERS)]) for _ in shape]
            node += [stride, rng.random() < 0.2]
        return node

    # Mutations

    def changed_bytes(self, header: bytes) -> bytes:
        rng, data = self.rng, bytearray(header)
        for _ in range(rng.choice([1, 1, 1, 2, 4, 8])):
            at = rng.randrange(len(data) + 1)
            to = min(len(data), at + rng.choice([1, 1, 2, 4, 16]))
            other = rng.choice(self.seen)
            start = rng.randrange(len(other) + 1)
            patch: bytes = rng.choice(
                [
                    bytes([rng.randrange(256)]),
                    bytes([data[at] ^ 1 << rng.randrange(8)]) if at < len(data) else b"",
                    bytes([rng.randrange(0x80, 0xE0)]),  # msgpack's types
                    encode(rng.choice(NUMBERS)),
                    rng.choice(NUMBERS).to_bytes(9, "big", signed=True)[-rng.choice([1, 2, 4, 8]) :],
                    other[start : start + rng.randrange(1, 64)],
                    bytes(data[at:to]) * 2,
                    b"",
                ]
            )
            data[at:to] = patch
        return bytes(data)

    def changed_tree(self, header: bytes) -> bytes:
        """Replace one or two nodes of the tree, by another number or by a node from elsewhere."""
        try:
            tree = [msgspec.msgpack.decode(header)]
            for _ in range(self.rng.choice([1, 1, 2])):
                places = [*_places(tree)]
                parent, key = self.rng.choice(places)
                parent[key] = self.replacement(parent[key], places)
            return encode(tree[0])
        except (msgspec.MsgspecError, ValueError, TypeError, OverflowError, RecursionError):  # no tree, or too deep
            return header

    def replacement(self, old: Any, places: list[tuple[list[Any], int]]) -> Any:
        rng = self.rng
        if rng.random() < 0.2:
            parent, key = rng.choice(places)
            return msgspec.msgpack.decode(encode(parent[key]))  # a copy: no cycles
        if type(old) is int:
            return rng.choice([old + 1, old - 1, rng.choice(NUMBERS)]) % (1 << 64)
        if type(old) is str:
            return rng.choice([rng.choice(TAGS), rng.choice(DTYPES), rng.choice(STRINGS)])
        if type(old) is list and old:
            return rng.choice([old[1:], old + old[-1:], old[::-1], [old], old * 3])
        return self.node(rng.randrange(2))


def _places(tree: list[Any]) -> Iterator[tuple[list[Any], int]]:
    for key, item in enumerate(tree):
        yield tree, key
        if type(item) is list:
            yield from _places(item)


# The promises


def examine(message: Message, clock: Callable[[], float] = time.perf_counter) -> tuple[bool, float]:
    """Return whether the message was accepted, and the seconds it took. Raise AssertionError for a broken promise."""
    payload = bytearray(message.payload)
    start = clock()
    try:
        value = wire.unpack(message.header, payload, strides=message.strides)
    except wire.WireError:
        return False, clock() - start
    seconds = clock() - start
    if len(message.payload) < MIB and len(message.header) < wire.MAX_HEADER // 2:  # a float32 comes back as a float64
        payload[:] = b"\xff" * len(payload)  # nothing that was returned lies in the message
        check_value(value, message.strides)
        again = packed(value, message.strides)
        twice = packed(wire.unpack(again.header, bytearray(again.payload), strides=message.strides), message.strides)
        assert again == twice, "it does not arrive the same"
    return True, seconds


def check_value(value: Any, strides: bool) -> None:
    kind = type(value)
    if kind is dict:
        for key, item in value.items():
            check_value(key, strides)
            check_value(item, strides)
    elif kind in (list, tuple):
        for item in value:
            check_value(item, strides)
    elif kind is torch.Tensor:
        check_tensor(value, strides)
    elif kind is np.ndarray:
        assert value.flags.owndata and value.flags.c_contiguous and value.dtype in wire.NUMPY_DTYPES.values()
        assert value.dtype != bool or value.view(np.uint8).max(initial=0) <= 1
    else:
        assert kind in KINDS or kind in SCALARS, f"a {kind} came out"
        assert kind is not np.bool_ or value.tobytes() in (b"\0", b"\1")


def check_tensor(tensor: torch.Tensor, strides: bool) -> None:
    assert tensor.dtype in wire.TORCH_DTYPES.values() and tensor.is_leaf and tensor.is_cpu
    storage = tensor.untyped_storage()
    assert storage.resizable() and tensor.storage_offset() == 0
    assert storage.nbytes() <= wire.MAX_PAYLOAD
    if not strides:
        assert tensor.is_contiguous() and storage.nbytes() == tensor.nbytes and not tensor.requires_grad
    if tensor.dtype == torch.bool and tensor.numel():
        assert tensor.contiguous().view(-1).view(torch.uint8).max() <= 1


# The most expensive messages


def worst_messages() -> Iterator[tuple[str, Message]]:
    """Yield names and messages that cost the reader most: headers of 1 MiB, payloads of 64 MiB, some within limits."""
    apart = (1 << 61) - 1  # integers that far apart have one hash
    many = {
        "one-byte items": b"\xc0",
        "empty lists": b"\x92\xa1L\x90",
        "empty dicts": b"\x92\xa1M\x90",
        "dicts of one": b"\x92\xa1M\x91\x92\xc0\xc0",
        "short strings": b"\xa2\xc3\xa9",
        "handles": b"\x93\xa1H\x01\xa0",
        "complex numbers": encode(["C", 1, 1]),
        "scalars": encode(["N", "int8", b"a"]),
        "deep tuples": b"\x92\xa1U\x91" * 60 + b"\xc0",
        "empty tensors": encode(["T", "bool", [0], 0, None, False]),
        "empty arrays": encode(["A", "bool", [0] * 16, 0]),
        "large empty tensors": encode(["T", "bool", [0, 1 << 31, 255], 0, None, False]),
    }
    for name, item in many.items():
        cost = 9 if b"T" in item or b"A" in item else 61 if name == "deep tuples" else 3 if item[1:3] == b"\xa1M" else 1
        fitting = (wire.MAX_HEADER - 16) // len(item)
        yield f"{name}, 1 MiB", Message(_list_of([item] * fitting), b"")
        yield f"{name}, accepted", Message(_list_of([item] * min(fitting, wire.MAX_NODES // cost)), b"")
    for dtype in ("int8", "bool"):
        items = [encode(["T", dtype, [1], 64 * i, None, False]) for i in range(wire.MAX_NODES // 9)]
        yield f"tensors of one {dtype}", Message(_list_of(items), bytes(64 * len(items)))
        whole = encode(["T", dtype, [wire.MAX_PAYLOAD], 0, None, False])
        yield f"one tensor of {dtype}", Message(whole, bytes(wire.MAX_PAYLOAD))
        yield f"one array of {dtype}", Message(encode(["A", dtype, [wire.MAX_PAYLOAD], 0]), bytes(wire.MAX_PAYLOAD))
    yield "equal ints", Message(_dicts(lambda i: ["I", hex(1 + apart * i)], 2000, 20), b"")
    yield "equal complexes", Message(_dicts(lambda i: ["C", -1000003.0 * i, float(i)], 2000, 20), b"")
    yield "equal tuples", Message(_dicts(lambda i: ["U", [0.5] * 50 + [["I", hex(1 + apart * i)]]], 2000, 1), b"")
    yield "crowded ints", Message(_dicts(lambda i: i << 40, 80_000, 1), b"")
    yield "indices", Message(_dicts(lambda i: 2 * i, 90_000, 1), b"")
    yield "deep", Message(b"\x92\xa1L\x91" * 250_000 + b"\x92\xa1L\x90", b"")


def _list_of(items: list[bytes]) -> bytes:
    return b"\x92\xa1L\xdd" + len(items).to_bytes(4, "big") + b"".join(items)


def _dicts(key: Callable[[int], Any], keys: int, dicts: int) -> bytes:
    one = encode(["M", [[key(i), None] for i in range(keys)]])
    return _list_of([one] * min(dicts, wire.MAX_HEADER // len(one)))


class Cost(NamedTuple):
    """The cost of decoding one message."""

    accepted: bool
    seconds: float
    growth: int  # bytes


def cost_of(message: Message) -> Cost:
    """Decode the message in a forked process: memory that an earlier message freed would hide the growth."""
    receive, send = os.pipe()
    pid = os.fork()
    if pid == 0:
        before = _resident()
        accepted, seconds = examine(message, time.process_time)
        growth = _peak() - before - len(message.payload)  # which `examine` copies first
        os.write(send, json.dumps([accepted, seconds, growth]).encode())
        os._exit(0)
    os.close(send)
    with open(receive, encoding="utf-8") as answer:
        text = answer.read()
    os.waitpid(pid, 0)
    return Cost(*json.loads(text))


def _resident() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


# Runs of it


@dataclass
class Report:
    """The findings of a run."""

    messages: int = 0
    accepted: int = 0
    slowest: float = 0.0  # seconds
    growth: int = 0  # bytes of resident memory above where it began

    def __str__(self) -> str:
        return (
            f"{self.messages:,} messages: {self.accepted:,} accepted, {self.messages - self.accepted:,} refused, "
            f"slowest {1000 * self.slowest:.1f} ms, memory +{self.growth / MIB:.1f} MiB"
        )


def run(messages: int, seed: int, progress: int = 0) -> Report:
    """Examine so many messages. Raise AssertionError with the message that breaks a promise."""
    maker, report = Maker(seed), Report()
    packed(maker.value(3))  # what torch and numpy load at first use
    before = _peak()
    for number in range(1, messages + 1):
        message = maker.message()
        try:
            accepted, seconds = examine(message)
        except BaseException as error:
            raise AssertionError(f"message {number} of seed {seed}: {message}") from error
        report.messages, report.accepted = number, report.accepted + accepted
        report.slowest = max(report.slowest, seconds)
        if progress and number % progress == 0:
            report.growth = _peak() - before
            print(report, flush=True)
    report.growth = _peak() - before
    return report


def main(messages: int = 1_000_000, seed: int = 0, worst: Annotated[bool, typer.Option("--worst")] = False) -> None:
    torch.set_num_threads(1)
    if worst:
        costs = {name: cost_of(message) for name, message in worst_messages()}
        for name, cost in costs.items():
            print(
                f"{name:34} {1000 * cost.seconds:6.0f} ms {cost.growth / MIB:6.1f} MiB", *["accepted"] * cost.accepted
            )
        sys.exit(any(cost.seconds > SECONDS or cost.growth > MEMORY for cost in costs.values()))
    report = run(messages, seed, progress=max(1, messages // 20))
    sys.exit(report.slowest > SECONDS or report.growth > RUN_MEMORY)


if __name__ == "__main__":
    typer.run(main)
