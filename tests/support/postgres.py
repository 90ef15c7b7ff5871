"""A PostgreSQL server for tests, in a temporary folder, reached by a unix socket only."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

START_SECONDS = 60


def find_program(name: str) -> str | None:
    """Return the path of one of the server's programs. Debian keeps them out of PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else shutil.which(name)


@contextlib.contextmanager
def postgres_server() -> Iterator[str]:
    """Run a server; yield the start of its URLs: postgresql+psycopg://postgres@/{}?host=…"""
    initdb, postgres = find_program("initdb"), find_program("postgres")
    assert initdb is not None and postgres is not None, "PostgreSQL is not installed"
    folder = Path(tempfile.mkdtemp(prefix="torchstone-postgres-"))
    user = _unprivileged()  # postgres refuses to run as root
    if user:
        os.chown(folder, user["user"], user["group"])
    data = str(folder / "data")
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, **user}
    started = None
    try:
        made = [initdb, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run(made, check=True, timeout=START_SECONDS, **quiet)
        options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}", "-c", "fsync=off"]
        started = subprocess.Popen([postgres, "-D", data, *options], **quiet)
        _wait(folder)
        yield f"postgresql+psycopg://postgres@/{{}}?host={folder}"
    finally:
        if started is not None:
            started.terminate()
            started.wait()
        shutil.rmtree(folder, ignore_errors=True)


def create_database(url: str, name: str) -> str:
    """Create an empty database; return its URL."""
    import psycopg

    folder = url.partition("host=")[2]
    with psycopg.connect(host=folder, user="postgres", dbname="postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return url.format(name)


def _unprivileged() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam("nobody")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _wait(folder: Path) -> None:
    import psycopg

    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(host=str(folder), user="postgres", dbname="postgres").close()
            return
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
