"""The trusted end of the sandbox: starts the warm server, and talks to one worker at a time.

fork_server    one warm process of ours that workers are forked from
channel        one worker: requests under a deadline, and its end
"""

from .fork_server import ForkServer

__all__ = ["ForkServer"]
