"""crashed|failed: lifts its own resource limits."""

import resource


def double(x):
    unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    for kind in (resource.RLIMIT_AS, resource.RLIMIT_FSIZE, resource.RLIMIT_CPU):
        try:
            resource.setrlimit(kind, unlimited)
        except (OSError, ValueError):
            continue
        raise RuntimeError(f"LEAK: limit {kind} is gone")
    return x
