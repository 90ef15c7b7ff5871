"""Start the fork server: `python -P __main__.py CONTROL_FD`.

This folder is loaded as a package of its own, so that the grader's package is never on the server's path.
"""

import importlib.util
import socket
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
GRADER = HERE.parent.parent  # an editable install puts it on the path; student code has no business there
if not (GRADER / "torch").is_dir():
    sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != GRADER]

spec = importlib.util.spec_from_file_location("worker", HERE / "__init__.py", submodule_search_locations=[str(HERE)])
assert spec is not None and spec.loader is not None
package = importlib.util.module_from_spec(spec)
sys.modules["worker"] = package
spec.loader.exec_module(package)

from worker.server import serve  # type: ignore[import-not-found]  # noqa: E402

serve(socket.socket(fileno=int(sys.argv[1])))
