"""Templates for continuous integration: files to copy into a repository, each explained in its first lines."""

from pathlib import Path

from ...errors import UsageError

HERE = Path(__file__).parent


def templates() -> dict[str, Path]:
    """Name -> file."""
    return {
        path.stem.lower(): path for path in sorted(HERE.iterdir()) if path.suffix in (".yml", "") and path.is_file()
    }


def template(name: str) -> str:
    """The text of a template. Raises UsageError with the known names."""
    known = templates()
    if name not in known:
        raise UsageError(f"There is no template {name}.", fix=f"Templates: {', '.join(known)}.")
    return known[name].read_text(encoding="utf-8")
