"""failed: returns coroutines that nobody awaits."""


async def double(x):
    return 2 * x
