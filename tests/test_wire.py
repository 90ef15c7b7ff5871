"""The codec: what goes in comes out, and what is malformed is refused within bounds."""

import math
import random

import msgspec
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.worker import wire


def travelled(value, **options):
    _, header, *buffers = wire.pack(value, **options)
    return wire.unpack(bytes(header), bytearray(b"".join(buffers)), strides=options.get("strides", False))


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        3,
        -(1 << 63),
        1 << 200,
        -(1 << 200),
        1.5,
        math.inf,
        "爱",
        b"\0x",
        1 + 2j,
        [1, [2]],
        (1, (2, [3])),
        {},
    ],
    ids=repr,
)
def test_plain_values_come_back(value) -> None:
    back = travelled(value)
    assert back == value
    assert type(back) is type(value)


def test_dicts_keep_their_order_and_key_types() -> None:
    value = {"b": 1, 2: "x", (1, 2): None}
    assert list(travelled(value).items()) == list(value.items())


@pytest.mark.parametrize("dtype", wire.TORCH_DTYPES.values(), ids=str)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 4), (2, 3)], ids=str)
def test_tensors_of_every_dtype_and_shape_come_back(dtype, shape) -> None:
    tensor = (torch.arange(math.prod(shape)).reshape(shape) % 3).to(dtype)
    back = travelled(tensor)
    assert back.dtype is dtype
    assert back.shape == tensor.shape
    assert torch.equal(back, tensor)


@pytest.mark.parametrize("dtype", wire.NUMPY_DTYPES.values(), ids=str)
@pytest.mark.parametrize("shape", [(), (0,), (2, 3)], ids=str)
def test_arrays_of_every_dtype_come_back(dtype, shape) -> None:
    array = (np.arange(math.prod(shape)).reshape(shape) % 2).astype(dtype)
    back = travelled(array)
    assert back.dtype == dtype
    assert np.array_equal(back, array)
    scalar = travelled(array.dtype.type(1))
    assert scalar.dtype == dtype
    assert scalar == 1


def test_strides_and_requires_grad_travel_only_towards_the_worker() -> None:
    tensor = torch.randn(3, 4).T.requires_grad_()
    towards = travelled(tensor, strides=True)
    assert not towards.is_contiguous()
    assert towards.stride() == tensor.stride()
    assert towards.requires_grad
    back = travelled(tensor)
    assert back.is_contiguous()
    assert not back.requires_grad
    assert torch.equal(back, tensor)


def test_conjugate_views_and_expanded_tensors_come_back_by_value() -> None:
    z = torch.tensor([1 + 2j, 3 - 1j]).conj()
    assert torch.equal(travelled(z), z)
    wide = torch.ones(3, 1).expand(3, 4)
    assert torch.equal(travelled(wide, strides=True), wide)


def test_nan_and_its_bits_survive() -> None:
    assert (
        travelled(torch.tensor([math.nan, -0.0])).view(torch.int32).tolist()
        == torch.tensor([math.nan, -0.0]).view(torch.int32).tolist()
    )


class LyingList(list):
    def __iter__(self):
        return iter([42])

    def __eq__(self, other):
        return True

    __hash__ = None


class LyingTensor(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return torch.zeros(2)


def test_subclasses_are_read_through_their_base() -> None:
    assert travelled(LyingList([1, 2])) == [1, 2]
    liar = torch.tensor([5.0, 6.0]).as_subclass(LyingTensor)
    back = travelled(liar)
    assert type(back) is torch.Tensor
    assert back.tolist() == [5.0, 6.0]


def test_what_is_not_plain_needs_a_keeper() -> None:
    with pytest.raises(wire.WireError, match="object cannot travel"):
        wire.pack(object())
    handle = wire.Handle(7, "thing")
    assert travelled([object()], keep=lambda value: handle) == [handle]


def test_limits_hold_on_the_way_out() -> None:
    deep: list = []
    for _ in range(wire.MAX_DEPTH + 2):
        deep = [deep]
    for value in (deep, torch.zeros(wire.MAX_PAYLOAD // 4 + 1), "x" * (wire.MAX_HEADER + 1), 1 << 100_000):
        with pytest.raises(wire.WireError):
            wire.pack(value)


def frame_of(node) -> bytes:
    return msgspec.msgpack.encode(node)


@pytest.mark.parametrize(
    "node",
    [
        ["T", "float32", [1 << 40], 0, None, False],
        ["T", "float32", [-1], 0, None, False],
        ["T", "float32", [4], 64, None, False],
        ["T", "float32", [4], -64, None, False],
        ["T", "float32", [4], 1, None, False],
        ["T", "float33", [4], 0, None, False],
        ["T", "float32", [1] * 40, 0, None, False],
        ["T", "float32", [2, 2], 0, [1 << 30, 1 << 30], False],
        ["T", "float32", [2, 2], 0, [0, 0], False],
        ["T", "int64", [2], 0, None, True],
        ["T", "float32", [4], 0, [1], False],
        ["T", "float32", [4], 0, None, True],
        ["L", [["T", "float32", [4], 0, None, False]] * 2],
        ["L", [["T", "uint8", [8], 0, None, False], ["A", "uint8", [8], 0]]],
        ["A", "object", [1], 0],
        ["N", "float64", b"abc"],
        ["D", "evil"],
        ["I", "zz"],
        ["I", "f" * 5000],
        ["M", [[["L", []], 1]]],
        ["Z", 1],
        ["H", 1, "x" * 1000],
        ["M", [[i, 0] for i in range(3000)]],
        {"a": 1},
    ],
    ids=lambda node: str(node)[:30],
)
def test_malformed_headers_are_refused(node) -> None:
    with pytest.raises(wire.WireError):
        wire.unpack(frame_of(node), bytearray(64))


def test_bool_tensors_hold_only_zero_and_one() -> None:
    back = wire.unpack(frame_of(["T", "bool", [2], 0, None, False]), bytearray(b"\x07\x00"))
    assert back.view(torch.uint8).tolist() == [1, 0]


def test_a_deep_header_does_not_overflow_the_stack() -> None:
    header = b"\x92\xa1L\x91" * 100_000 + b"\x92\xa1L\x90"
    with pytest.raises(wire.WireError):
        wire.unpack(header, bytearray())


def test_frames_beyond_the_limits_are_refused_before_reading() -> None:
    for head in (
        wire.FRAME.pack(b"EVIL", 0, 1, 1),
        wire.FRAME.pack(wire.MAGIC, 0, wire.MAX_HEADER + 1, 0),
        wire.FRAME.pack(wire.MAGIC, 0, 1, wire.MAX_PAYLOAD + 1),
    ):
        with pytest.raises(wire.WireError):
            wire.frame_sizes(head)


@given(st.binary(max_size=200), st.binary(max_size=128))
@settings(max_examples=500, derandomize=True, database=None)
def test_random_bytes_never_do_more_than_raise_wire_error(header: bytes, payload: bytes) -> None:
    try:
        wire.unpack(header, bytearray(payload))
    except wire.WireError:
        pass


def test_mutated_frames_never_do_more_than_raise_wire_error() -> None:
    """20,000 frames of this codec's own making, each with a few bytes changed."""
    rng = random.Random(0)
    value = {"value": [torch.ones(2, 3), np.zeros(2), (1, 2.5, "x"), {"k": True}, 1 << 70, b"b"], "error": None}
    _, header, *buffers = wire.pack(value, strides=True)
    payload = b"".join(buffers)
    refused = 0
    for _ in range(20_000):
        changed = bytearray(header)
        for _ in range(rng.randint(1, 4)):
            changed[rng.randrange(len(changed))] = rng.randrange(256)
        try:
            wire.unpack(bytes(changed), bytearray(payload))
        except wire.WireError:
            refused += 1
    assert 10_000 < refused < 20_000  # most are malformed; some only say something else
