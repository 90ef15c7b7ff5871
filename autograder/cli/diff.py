"""The command `diff`."""

from pathlib import Path
from typing import Annotated

import typer

from .shared import errors_as_sentences


def diff(
    old: Annotated[Path, typer.Argument(help="Results of the earlier run (its --out folder).")],
    new: Annotated[Path, typer.Argument(help="Results of the later run (its --out folder).")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the changes as JSON.")] = False,
) -> None:
    """Compare two gradings of a class: whose points changed, by how much, and because of which checks.

    Exit status: 0 no points changed; 1 points changed; 2 usage error.
    """
    with errors_as_sentences():
        import msgspec
        from rich.console import Console

        from ..reports.changes import show_changes
        from ..results.changes import compare_folders

        moved, both = compare_folders(old, new)
        if as_json:
            print(msgspec.json.format(msgspec.json.encode(moved), indent=2).decode())
        else:
            show_changes(moved, both, Console())
        raise typer.Exit(1 if moved else 0)
