"""Check the promises of fuzz_wire.py with messages that are bred to reach more branches of the decoder.

pip install -e '.[fuzz]'
python tests/support/fuzz_wire_coverage.py --messages 100000 --seed 1
"""

import random
import sys
import tempfile
from pathlib import Path

import atheris
import msgspec
import torch
import typer

with atheris.instrument_imports(include=["autograder.sandbox.worker"]):
    from fuzz_wire import Maker, Message, examine

SEEDS = 500  # messages to breed from

encode = msgspec.msgpack.encode
decode = msgspec.msgpack.Decoder(tuple[bytes, bytes, bool]).decode


def examine_bytes(data: bytes) -> None:
    try:
        message = Message(*decode(data))
    except msgspec.DecodeError:
        return
    examine(message)


def mutated(data: bytes, size: int, seed: int) -> bytes:
    """Return a similar message of at most `size` bytes."""
    maker = Maker(seed)
    try:
        message = Message(*decode(data))
    except msgspec.DecodeError:
        message = maker.message()
    change = random.Random(seed).choice([maker.changed_bytes, maker.changed_tree])
    changed = encode(message._replace(header=change(message.header)))
    return changed if len(changed) <= size else data


def main(messages: int = 100_000, seed: int = 1) -> None:
    torch.set_num_threads(1)
    maker = Maker(seed)
    with tempfile.TemporaryDirectory() as folder:
        for number in range(SEEDS):
            Path(folder, str(number)).write_bytes(encode(maker.message()))
        options = [f"-runs={messages}", f"-seed={seed}", "-max_len=4096", "-rss_limit_mb=2048", "-timeout=5"]
        atheris.Setup([sys.argv[0], folder, *options], examine_bytes, custom_mutator=mutated)
        atheris.Fuzz()


if __name__ == "__main__":
    typer.run(main)
