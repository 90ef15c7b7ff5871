"""Report formats: finds every module of this package that declares a FORMAT, and writes reports."""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ..course.model import Course
from ..errors import UsageError
from ..results.files import write_whole
from ..results.model import SubmissionResult
from ..text import Language
from .inert import cleaned


@dataclass(frozen=True, kw_only=True)
class Context:
    """The data that a report may use besides the results."""

    course: Course
    topics: tuple[str, ...]  # folder names of those that were graded
    language: Language
    now: datetime  # in UTC
    environment: Mapping[str, str]


Render = Callable[[Iterable[SubmissionResult], Context], Iterator[str]]


@dataclass(frozen=True, kw_only=True)
class Format:
    """One way to show results to a machine."""

    name: str
    what: str  # in a few words
    render: Render  # the file's text, piece by piece
    takes_many: bool = False  # a class; else one submission
    appends_to: str = ""  # the environment variable that names the file to append to, where none is asked for
    announce: Render | None = None  # lines for standard output, which a CI system reads


@dataclass(frozen=True, kw_only=True)
class Report:
    """A report that was asked for."""

    format: Format
    file: Path | None = None  # None: where the format's own variable says

    def write(self, results: Iterable[SubmissionResult], context: Context) -> Iterator[str]:
        """Write the file and yield the lines to print. Raise UsageError if the file cannot be written."""
        clean: Iterable[SubmissionResult] = (cleaned(result) for result in results)
        if self.format.announce is not None:
            clean = list(clean)
            yield from self.format.announce(clean, context)
        parts = (part.encode() for part in self.format.render(clean, context))
        try:
            self._write_parts(parts, context)
        except OSError as error:
            where = self.file or f"${self.format.appends_to}"
            raise UsageError(f"--report {self.format.name}: {where}: {error.strerror or error}.") from None

    def _write_parts(self, parts: Iterable[bytes], context: Context) -> None:
        """Write the report's own file, or append to the file that the format's variable names."""
        if self.file is None:
            with open(context.environment[self.format.appends_to], "ab") as appended:
                appended.writelines(parts)
        else:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self.file, parts)


def formats() -> dict[str, Format]:
    """Return name -> format."""
    package = __name__.rpartition(".")[0]
    folder = str(Path(__file__).parent)
    modules = (importlib.import_module(f"{package}.{module.name}") for module in pkgutil.iter_modules([folder]))
    found = [module.FORMAT for module in modules if hasattr(module, "FORMAT")]
    return {format.name: format for format in found}


def requested(option: str, environment: Mapping[str, str]) -> Report:
    """Return the report that NAME or NAME=FILE asks for. Raise UsageError if there is no such format."""
    name, _, file = option.partition("=")
    known = formats()
    if name not in known:
        names = "\n".join(f"  {one.name:12} {one.what}" for one in sorted(known.values(), key=lambda one: one.name))
        raise UsageError(f"There is no report format {name}.", fix=f"Formats:\n{names}")
    format = known[name]
    if file:
        if Path(file).is_dir():
            raise UsageError(f"--report {option}: {file} is a folder.", fix="Give the name of a file.")
        return Report(format=format, file=Path(file))
    if not format.appends_to:
        raise UsageError(f"--report {name} needs a file.", fix=f"Write --report {name}=FILE.")
    if not environment.get(format.appends_to):
        raise UsageError(
            f"--report {name} writes to the file that ${format.appends_to} names, and it names none.",
            fix=f"Outside of {format.name}, write --report {name}=FILE.",
        )
    return Report(format=format)


def only(results: Iterable[SubmissionResult]) -> SubmissionResult:
    """Return the only result, for formats that describe one submission."""
    (result,) = results
    return result
