"""crashed|unreadable: a notebook whose metadata is nested a hundred thousand deep."""


def build(folder):
    path = folder / "demo.ipynb"
    deep = "[" * 100_000 + "]" * 100_000
    path.write_text('{"cells": [{"cell_type": "code", "source": "def double(x): return x"}], "metadata": %s}' % deep)
    return path
