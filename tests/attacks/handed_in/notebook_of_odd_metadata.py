"""failed: a notebook of the course whose metadata and outputs are of every wrong type, and claim every point."""

import json

ODD = ([], {}, None, 7, "", "../../x", {"a": [[]] * 50}, "\x1b[2J\u202e<script>", True, 1e308)


def build(folder):
    cells = [{"cell_type": "code", "source": "def double(x):\n    return x\n", "metadata": {"torchstone": {"role": []}}}]
    for odd in ODD:
        metadata = {"nbgrader": odd, "torchstone": {"role": "grade", "exercise": odd}, "tags": odd}
        cells.append({"cell_type": "code", "source": "grade('double')", "metadata": metadata, "id": odd, "outputs": odd})
        claim = {"grade_id": odd, "points": 400, "grade": odd, "solution": odd, "locked": odd, "schema_version": odd}
        cells.append({"cell_type": "markdown", "source": ["4"], "metadata": {"nbgrader": claim}, "attachments": odd})
        cells.append({"cell_type": "raw", "source": "", "metadata": odd})
    metadata = {"torchstone": {"format": {}, "topic": [], "version": "\x1b[2J\u202e" * 99}, "kernelspec": {"name": "x"}}
    path = folder / "demo.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": metadata, "nbformat": [4]}), encoding="utf-8")
    return path
