"""failed|timed_out: writes 20 MB to each kind of output there is."""

import logging
import os
import sys
import warnings


def double(x):
    line = "x" * 9_999 + "\n"
    for number in range(400):
        os.write(1, line.encode())
        os.write(2, line.encode())
        sys.__stdout__.write(line)
        sys.__stderr__.write(line)
        logging.getLogger("torch").error(line)
        warnings.warn(f"{number}{line}", stacklevel=1)
    return x
