"""crashed: a notebook with one cell of ten megabytes."""

import json


def build(folder):
    path = folder / "demo.ipynb"
    source = "def double(x):\n    return x\n" + "x = 1\n" * 1_700_000
    path.write_text(json.dumps({"cells": [{"cell_type": "code", "source": source}]}))
    return path
