"""Limits on what a submission may use."""

import msgspec


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table [limits] of course.toml. Limits stop runaway code; no mark depends on speed."""

    call_seconds: float = 5.0  # one call of a student's function
    load_seconds: float = 10.0  # running a student's file from top to bottom
    submission_seconds: float = 300.0  # everything that one submission does
    strikes: int = 2  # after so many checks that run into a limit, the exercise's other checks are not run
    memory_mb: int = 2048  # of one worker, in addition to torch itself
    file_mb: int = 16  # of the largest file that it writes
    scratch_mb: int = 64  # of all its files together
