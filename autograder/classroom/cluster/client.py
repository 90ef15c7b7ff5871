"""This machine's end of a cluster: the class is read here and its results are written here; grading is elsewhere."""

import contextlib
import ipaddress
import logging
import re
from collections.abc import Generator, Iterator
from concurrent.futures import CancelledError, Future
from itertools import chain, islice

import msgspec
from distributed import Client, KilledWorker, Security

from ...classroom.graders.task import Task
from ...course.model import Course
from ...errors import ClusterError
from ...grading.settings import Settings
from ...results.model import SubmissionResult
from ...results.outcome import Graded
from ..graders.task import Failure, conclude, in_flight
from .messages import SUPPORT, GraderReply, differences, engine, pack_course
from .plugin import GraderPlugin, grade_remotely

CONNECT_SECONDS = 30.0
WORKER_SECONDS = 60.0
AHEAD = 3  # submissions in flight for each Dask worker
LOGGERS = ("distributed", "distributed.client", "tornado.application", "asyncio")
ADDRESS = re.compile(r"(tcp|tls)://(\S+):\d+")
START = "Start one with `dask scheduler`, and give the address that it prints, such as tls://10.0.0.1:8786."
TLS = "docs/cluster.md says how Dask is told of them."


class ClusterGraders:
    """The graders beside the workers of a Dask cluster.

    address: of the scheduler: tls://HOST:PORT, with Dask's own configuration for the certificates; or tcp://HOST:PORT
        on this machine.
    insecure: accept tcp:// to another machine.
    Raises ClusterError where the cluster cannot grade, or is lost.
    """

    def __init__(self, course: Course, settings: Settings, address: str, *, insecure: bool = False) -> None:
        _refuse_plain(address, insecure)
        self.course = course
        self.settings = settings
        self.address = address

    def run(self, tasks: Iterator[Task]) -> Generator[Graded, None, None]:
        first = list(islice(tasks, 1))
        if not first:
            return
        plugin = GraderPlugin(pack_course(self.course.root), msgspec.json.encode(self.settings), engine())
        try:
            with _connected(self.address) as client:
                _check_engines(client, plugin.engine)
                client.register_plugin(plugin)
                yield from _grade(client, plugin.name, chain(first, tasks))
        except (OSError, CancelledError):
            raise ClusterError(
                "The cluster's scheduler was lost.", fix="What was finished is kept; run the same command to go on."
            ) from None


def _refuse_plain(address: str, insecure: bool) -> None:
    """Raise ClusterError for plain TCP to another machine: what Dask receives can run code on this machine."""
    match = ADDRESS.fullmatch(address)
    if match is None:
        raise ClusterError(f"{address} is not the address of a Dask scheduler.", fix=START)
    kind, host = match.groups()
    if kind == "tls" or insecure or _is_this_machine(host):
        return
    raise ClusterError(
        f"{address} is not encrypted: whoever can reach it can run code on this machine as you.",
        fix="Use tls:// (docs/cluster.md shows how), or --insecure-cluster on a network that you alone use.",
    )


def _is_this_machine(host: str) -> bool:
    """Return whether the host is a loopback address, without asking the name service."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _grade(client: Client, plugin: str, tasks: Iterator[Task]) -> Iterator[Graded]:
    executor = client.get_executor(pure=False)

    def submit(task: Task) -> "Future[bytes]":
        future: Future[bytes] = executor.submit(grade_remotely, plugin, msgspec.msgpack.encode(task.with_earlier()))
        return future

    def room() -> int:
        return AHEAD * max(1, len(client.nthreads()))  # workers come and go

    for task, future in in_flight(submit, tasks, room, {}):
        yield conclude(task, _outcome(future))


@contextlib.contextmanager
def _connected(address: str) -> Iterator[Client]:
    for logger in LOGGERS:
        logging.getLogger(logger).setLevel(logging.CRITICAL)  # we report errors ourselves, in a sentence
    security = _security(address)
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False, security=security)
    except OSError as error:
        raise ClusterError(f"No Dask scheduler answers at {address}: {error}.", fix=START) from None
    with client:
        yield client


def _security(address: str) -> Security:
    """Return Dask's TLS configuration. Checked before a client uses it: a client that fails would hang at its end."""
    try:
        security = Security()
        has_certificates = security.get_connection_args("client").get("ssl_context") is not None
    except (OSError, ValueError, TypeError) as error:
        raise ClusterError(f"Dask's TLS configuration cannot be used: {error}.", fix=TLS) from None
    if address.startswith("tls") and not has_certificates:
        raise ClusterError("A tls:// address needs certificates.", fix=TLS)
    return security


def _check_engines(client: Client, ours: dict[str, str]) -> None:
    """Raise ClusterError if there are no workers, or if a worker's versions could lead to other results."""
    try:
        client.wait_for_workers(1, timeout=WORKER_SECONDS)
    except TimeoutError:
        raise ClusterError("The cluster has no workers.", fix="Start some with `dask worker`.") from None
    for worker, theirs in client.run(engine, on_error="return").items():
        if isinstance(theirs, Exception):  # it cannot even import us
            raise ClusterError(f"The worker {worker} cannot grade: {theirs}.", fix=SUPPORT)
        if different := differences(ours, theirs):
            raise ClusterError(f"The worker {worker} has {different}.", fix=SUPPORT)


def _outcome(future: "Future[bytes]") -> SubmissionResult | Failure:
    """Return the result of one submission, or why a worker could not grade it."""
    try:
        reply = msgspec.msgpack.decode(future.result(), type=GraderReply)
    except KilledWorker as error:
        return Failure(f"{error.allowed_failures + 1} workers of the cluster were lost while grading it.")
    except CancelledError:
        raise
    except Exception as error:
        return Failure(f"A worker of the cluster failed on it: {type(error).__name__}: {error}"[:500])
    if reply.error:
        raise ClusterError(reply.error)
    return reply.result or Failure(reply.failure)
