"""Fills the holes in the server's heap, so that workers allocate on new pages and need not copy shared ones.

Memory that is freed while libraries load leaves thousands of holes. A worker would fill them first. For each hole, the
kernel would copy a page that the worker shares with the server: two thousand pages for parsing one file.
"""

import ctypes
from collections.abc import Iterator
from typing import ClassVar

LARGEST = 1 << 16  # bytes; from twice that on, blocks may be mapped on their own
SMALL = 1 << 10  # up to here malloc keeps a list for each size
STEP = 16  # malloc's sizes
REST = 1 << 12  # bytes that stay of the heap's end: the next block begins on a page of its own

_libc = ctypes.CDLL(None)
_libc.malloc.restype = _libc.sbrk.restype = ctypes.c_void_p
_libc.malloc.argtypes = [ctypes.c_size_t]


class Usage(ctypes.Structure):
    """glibc's struct mallinfo2, in bytes."""

    _fields_: ClassVar = [
        *((f"other{number}", ctypes.c_size_t) for number in range(8)),
        ("free", ctypes.c_size_t),  # fordblks: in holes and at the heap's end
        ("at_end", ctypes.c_size_t),  # keepcost
    ]


def usage() -> Usage | None:
    """Return what the heap holds; None if malloc is not glibc's."""
    try:
        _libc.mallinfo2.restype = Usage
    except AttributeError:
        return None
    return _libc.mallinfo2()  # type: ignore[no-any-return]  # ctypes has no types


def fill_holes() -> None:
    """Allocate every free block of the heap, for good. Do nothing if malloc is not glibc's."""
    before = usage()
    if before is None:
        return
    end = _libc.sbrk(0) - before.at_end  # beyond it nothing has been used yet
    for size in _sizes():
        for _ in range(before.free // size):
            if (_libc.malloc(size) or end) >= end:
                break
    after = usage()
    assert after is not None
    _libc.malloc(max(0, after.at_end - REST))


def _sizes() -> Iterator[int]:
    size = LARGEST
    while size > SMALL:
        yield size
        size //= 2
    yield from range(SMALL, 0, -STEP)
