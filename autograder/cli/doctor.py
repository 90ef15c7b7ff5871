"""The command `doctor`."""

import typer

from .shared import errors_as_sentences


def doctor() -> None:
    """Test the sandbox on this machine and print which isolation it provides.

    Exit status: 0 strict isolation; 1 less than strict; 2 this machine cannot grade at all.
    """
    with errors_as_sentences():
        from rich.console import Console

        from ..sandbox.doctor import run_doctor

        raise typer.Exit(run_doctor(Console()))
