"""Layer: no new privileges, and no process may look inside this one."""

import signal

from .. import linux
from . import Confinement


def no_new_privileges(limits: Confinement) -> None:
    """No setuid program helps; no process of the same user may look inside; the worker dies with its server.

    After the change of user, which resets the other two.
    """
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    linux.prctl(linux.PR_SET_DUMPABLE, 0)
    linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
