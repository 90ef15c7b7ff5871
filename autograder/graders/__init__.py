"""Who grades the submissions of a class: this process, a few on this machine, or (`cluster`) those of many machines.

task       what is handed over and what comes back; how a submission is graded whatever goes wrong over it
local      this process, or a pool of others
process    a process of that pool: forked from a warm parent, with a server of its own
"""

from .local import LocalGraders, default_jobs
from .task import Graded, Graders, Task

__all__ = ["Graded", "Graders", "LocalGraders", "Task", "default_jobs"]
