"""The messages between a grader and its fork server: JSON, with file descriptors beside it. Both ends import this file.

Each grader process has a control socket of its own. A closed one ends its workers; the last one ends the server.
"""

import msgspec


class Spawn(msgspec.Struct, frozen=True, tag="spawn"):
    """Fork a worker. Sent with the worker's socket and output pipe."""


class Reap(msgspec.Struct, frozen=True, tag="reap"):
    """Wait for a worker that was killed or has ended."""

    pid: int  # as the server knows it


class Connect(msgspec.Struct, frozen=True, tag="connect"):
    """Serve another control socket, too. Sent with that socket."""


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The server has imported everything."""


class Spawned(msgspec.Struct, frozen=True, tag="spawned"):
    """A worker was forked. Sent with its pidfd."""

    pid: int
    scratch: str  # the name of its scratch folder, which the grader watches; "" if it has a file system of its own


class Reaped(msgspec.Struct, frozen=True, tag="reaped"):
    """A worker has ended."""

    status: int  # negative for a signal


class Connected(msgspec.Struct, frozen=True, tag="connected"):
    """The other control socket is served."""


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """The server cannot do what was asked."""

    reason: str


ServerRequest = Spawn | Reap | Connect
ServerAnswer = Ready | Spawned | Reaped | Connected | Refused

encode = msgspec.json.encode
read_request = msgspec.json.Decoder(ServerRequest).decode
read_answer = msgspec.json.Decoder(ServerAnswer).decode
