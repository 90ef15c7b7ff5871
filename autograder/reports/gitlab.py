"""JUnit XML as GitLab reads it: the same, with the file of each case, which merge requests link to.

GitLab shows classname, name, file and the text of a failure; it knows no points.
"""

from collections.abc import Iterable, Iterator

from ..results.model import SubmissionResult
from .format import Context, Format, only
from .junit import document


def render(results: Iterable[SubmissionResult], context: Context) -> Iterator[str]:
    """Yield the whole document."""
    yield document(only(results), context.language, with_files=True)


FORMAT = Format(name="gitlab", what="JUnit XML with file names, for GitLab's unit test reports", render=render)
