"""`autograder ci`: templates for continuous integration."""

from typing import Annotated

import typer

from .shared import errors_as_sentences


def ci(
    name: Annotated[
        str | None, typer.Argument(help="The template's name. Without it, the command lists all templates.")
    ] = None,
) -> None:
    """Print a template for continuous integration: GitHub, GitLab, or a Dockerfile for a host that grades.

    For example: autograder ci github-visible > .github/workflows/checks.yml
    """
    with errors_as_sentences():
        from ..integrations.ci import template, templates

        print("\n".join(templates()) if name is None else template(name), end="\n" if name is None else "")
