"""Templates for continuous integration. An instructor copies them into a repository; each begins with its instructions."""

from pathlib import Path

from ...errors import UsageError

HERE = Path(__file__).parent


def templates() -> dict[str, Path]:
    """Return name -> file of every template."""
    files = [path for path in sorted(HERE.iterdir()) if path.is_file()]
    return {path.stem.lower(): path for path in files if path.suffix in (".yml", "")}


def template(name: str) -> str:
    """Return the text of a template. Raise UsageError, which lists the known names, if there is none."""
    known = templates()
    if name not in known:
        raise UsageError(f"There is no template {name}.", fix=f"Templates: {', '.join(known)}.")
    return known[name].read_text(encoding="utf-8")
