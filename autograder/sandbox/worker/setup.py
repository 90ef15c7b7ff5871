"""The settings that a grader gives its fork server. Imports nothing slow, since both sides import this file."""

import msgspec

# What imports for up to a second when it is first used, and how code names it that uses it.
SLOW = {
    "torch.optim": r"\boptim\b",
    "backward with a gradient": r"\bbackward\(|\bgrad_outputs\b",
    "jieba": r"\bjieba\b",
}


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a fork server."""

    scratch: str  # folder for the workers' scratch folders, where they cannot have file systems of their own
    memory_bytes: int  # of each worker; see `layers.Confinement`
    cpu_seconds: int
    file_bytes: int
    scratch_bytes: int
    workers: int  # how many may run at a time, for the common limits
    without: frozenset[str]  # layers that are left out
    preload: frozenset[str]  # keys of SLOW: what no worker is to pay for
