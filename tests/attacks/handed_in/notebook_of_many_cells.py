"""crashed|failed: a notebook with two thousand cells, most of which cannot be parsed."""

import json


def build(folder):
    cells = [{"cell_type": "code", "source": "def double(x):\n    return x\n"}]
    cells += [{"cell_type": "code", "source": "("}] * 2_000
    path = folder / "demo.ipynb"
    path.write_text(json.dumps({"cells": cells}))
    return path
