"""How much a submission may use. course.toml may set each of them."""

import msgspec


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much a submission may use. Limits stop runaways; no mark depends on speed."""

    call_seconds: float = 5.0  # one call of a student's function
    load_seconds: float = 10.0  # running a student's file from top to bottom
    submission_seconds: float = 300.0  # everything that one submission does
    strikes: int = 2  # checks of one exercise that may run into a limit before the rest is not tried
    memory_mb: int = 2048  # of one worker, on top of torch itself
    file_mb: int = 16  # the largest file it may write
    scratch_mb: int = 64  # all its files together
