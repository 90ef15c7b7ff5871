"""The folders that a worker may read: Python, its packages, shared libraries, the number of processors.

Nothing that changes with what other processes do: a submission could leave a message for the next one there.
"""

import sys
import sysconfig

READABLE = tuple(
    sorted(
        {
            *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
            *(entry for entry in sys.path if entry.endswith((".zip", "site-packages", "dist-packages", "lib-dynload"))),
            *("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/share/zoneinfo", "/etc/localtime", "/etc/ld.so.cache"),
            *("/dev/null", "/dev/zero", "/dev/urandom"),
            *(f"/sys/devices/system/cpu/{name}" for name in ("online", "possible", "present")),
        }
    )
)
