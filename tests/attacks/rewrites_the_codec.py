"""crashed|failed: lifts every limit of the codec at its end, and sends what only fits without them."""

import sys

parts = [sys.modules[f"worker.{name}"] for name in ("wire", "nodes", "codec")]
for name in ("MAX_HEADER", "MAX_PAYLOAD", "MAX_DEPTH", "MAX_KEYS_OF_ANY_TYPE", "MAX_DIMS", "MAX_BIGINT_DIGITS", "MAX_NODES"):
    for part in parts:
        setattr(part, name, 1 << 62)


def double(x):
    nested = []
    for _ in range(500):
        nested = [nested]
    return {**{i * ((1 << 61) - 1): i for i in range(3000)}, "deep": nested, "big": 1 << 60_000}
