"""The engine as a wheel inside a release, because torchstone is on no package index."""

import io
import shutil
import tempfile
import zipfile
from pathlib import Path

from ..course.model import ENGINE
from ..errors import UsageError

ABOUT = "# Torchstone\n\nThe engine of a course whose exercises grade themselves. The course's own README says how to use it.\n"


def build_wheel() -> tuple[str, bytes]:
    """Build the wheel from a copy of the engine alone. Return its file name and its content."""
    pyproject = ENGINE.parent / "pyproject.toml"
    if not pyproject.is_file():
        raise UsageError(
            "The engine's wheel cannot be built, because the engine is not a checkout.",
            fix="Give the wheel: --wheel FILE.",
        )
    try:
        from hatchling.builders.wheel import WheelBuilder
    except ImportError:
        raise UsageError(
            "Building the engine's wheel needs hatchling.",
            fix="pip install 'torchstone[release]', or give --wheel FILE.",
        ) from None
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source"
        shutil.copytree(ENGINE, source / ENGINE.name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        shutil.copy(pyproject, source)
        shutil.copy(ENGINE.parent / "LICENSE", source)
        (source / "README.md").write_text(ABOUT, encoding="utf-8")  # the project's README shows hidden checks
        (built,) = WheelBuilder(str(source)).build(directory=str(Path(folder) / "built"), versions=["standard"])
        return read_wheel(Path(built))


def read_wheel(path: Path) -> tuple[str, bytes]:
    """Return a wheel's file name and content. Raise UsageError if it holds more than the engine."""
    try:
        data = path.read_bytes()
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (OSError, zipfile.BadZipFile) as error:
        raise UsageError(f"{path} is not a wheel: {error}.") from None
    for name in names:
        if not _is_of_engine(name):
            raise UsageError(f"{path} holds {name}: the wheel of a release may only hold the engine.")
    return path.name, data


def _is_of_engine(name: str) -> bool:
    """Return whether a file in a wheel is the engine's code or metadata."""
    top = name.split("/")[0]
    is_metadata = top.startswith("torchstone-") and top.endswith(".dist-info")
    return top == ENGINE.name or is_metadata
