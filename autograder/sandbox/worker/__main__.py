"""Start the fork server: `python -P __main__.py CONTROL_FD SETUP`.

This folder is loaded as a package of its own, so that the grader's package is never on the server's path.
"""

import gc
import importlib.util
import os
import socket
import sys
from pathlib import Path

gc.disable()  # nothing that is imported is garbage, and it would be looked at again and again; workers turn it on

HERE = Path(__file__).resolve().parent
GRADER = HERE.parent.parent  # an editable install puts it on the path; student code has no business there
if not (GRADER / "torch").is_dir():
    sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != GRADER]

spec = importlib.util.spec_from_file_location("worker", HERE / "__init__.py", submodule_search_locations=[str(HERE)])
assert spec is not None and spec.loader is not None
package = importlib.util.module_from_spec(spec)
sys.modules["worker"] = package
spec.loader.exec_module(package)

# What modules want done in a forked child is for locks and threads. This process has one thread and holds no lock when
# it forks, so that it can leave it out: it would be a third of what a worker costs.
register_at_fork, os.register_at_fork = os.register_at_fork, lambda **_: None

import msgspec  # noqa: E402
from worker.server import Server, Setup  # type: ignore[import-not-found]  # noqa: E402

setup = msgspec.json.decode(sys.argv[2], type=Setup)
server = Server(setup)
server.enter_namespaces()

from worker.readable import READABLE  # type: ignore[import-not-found]  # noqa: E402
from worker.warm import warm_up  # type: ignore[import-not-found]  # noqa: E402
from worker.worker_main import prepare  # type: ignore[import-not-found]  # noqa: E402  imports torch: after the namespaces

warm_up(setup.preload)
prepare()
os.register_at_fork = register_at_fork
server.enter_private_root(READABLE)
server.serve(socket.socket(fileno=int(sys.argv[1])))
