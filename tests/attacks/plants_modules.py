"""crashed|failed: writes modules that Python and pytest would run by themselves, then asks for a new worker."""

import os
import site
import sys

EVIL = "import os; open('/tmp/torchstone-was-here', 'w').close()\n"


def double(x):
    for folder in (".", *site.getsitepackages(), site.getusersitepackages(), os.path.dirname(os.__file__), *sys.path):
        for name in ("sitecustomize.py", "usercustomize.py", "conftest.py", "torch.py", "zz.pth", "worker/wire.py"):
            try:
                os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
                with open(os.path.join(folder, name), "x") as file:
                    file.write(EVIL)
            except OSError:
                pass
    os._exit(0)
