"""crashed|failed: helper files that shadow the standard library, torch and the engine's own modules."""

NAMES = ["torch", "os", "linecache", "traceback", "msgspec", "worker", "session", "sitecustomize", "student", "numpy"]


def build(folder):
    student = folder / "student"
    student.mkdir()
    for name in NAMES:
        (student / f"{name}.py").write_text("import builtins\nbuiltins.print = None\nraise SystemExit\n")
    (student / "conftest.py").write_text("import os\nos._exit(0)\n")
    (student / "pytest.ini").write_text("[pytest]\naddopts = --collect-only\n")
    (student / "demo.py").write_text("import importlib\nimport traceback\n\n\ndef double(x):\n    return x\n")
    return student
