"""The folders that a worker may read: Python, its packages, shared libraries, descriptions of this machine."""

import sys
import sysconfig

READABLE = tuple(
    sorted(
        {
            *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
            *(entry for entry in sys.path if entry.endswith((".zip", "site-packages", "dist-packages", "lib-dynload"))),
            *("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/share/zoneinfo", "/etc/localtime", "/etc/ld.so.cache"),
            *("/dev/null", "/dev/zero", "/dev/urandom", "/proc/cpuinfo", "/proc/meminfo", "/sys/devices/system/cpu"),
        }
    )
)
