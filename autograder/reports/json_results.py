"""JSON: the results themselves, as a list."""

from collections.abc import Iterable, Iterator

import msgspec

from ..results.model import SubmissionResult
from .format import Context, Format


def render(results: Iterable[SubmissionResult], context: Context) -> Iterator[str]:
    """Yield a list of results, each as docs/result.schema.json describes it."""
    before = "["
    for result in results:
        yield before + "\n" + msgspec.json.format(msgspec.json.encode(result), indent=2).decode()
        before = ","
    yield "[]\n" if before == "[" else "\n]\n"


FORMAT = Format(name="json", what="the results themselves, as a list", render=render, takes_many=True)
