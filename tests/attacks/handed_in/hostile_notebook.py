"""failed: a notebook with evil metadata, outputs that claim full marks, and magics that start programs."""

import json

SHELL = "!touch /tmp/torchstone-was-here\n%run /etc/passwd\n%%bash\ntouch /tmp/torchstone-was-here"


def build(folder):
    output = {"output_type": "display_data", "data": {"text/html": "<script>alert(1)</script>", "text/plain": "passed"}}
    cells = [
        {"cell_type": "code", "source": SHELL, "outputs": [output] * 10, "metadata": {"nbgrader": {"points": 100}}},
        {"cell_type": "raw", "source": "def double(x): return 2 * x"},
        {"cell_type": "code", "source": ["def double(x):\n", "    return x\n"], "outputs": [{"text": "4/4"}]},
        {"cell_type": "code", "source": "%%bash\ntouch /tmp/torchstone-was-here\n"},
        {"cell_type": "code", "source": "get_ipython().system('touch /tmp/torchstone-was-here')\n"},
        {"cell_type": "code", "source": "def broken(\x1b[2J\u202e<b>:\n"},
    ]
    kernel = {"name": "../../evil", "argv": ["touch", "/tmp/torchstone-was-here"]}
    path = folder / "demo.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4}), encoding="utf-8")
    return path
