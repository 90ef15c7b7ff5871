"""The names of torch: the usual name of what it has in several places, and what a star import brings.

Names come from a student's source. They are only looked up among modules that are loaded already: nothing is imported.
"""

import builtins
import fnmatch
import functools
import importlib.util
import re
import sys
import types
from collections.abc import Iterator

MAX_PARTS = 12  # torch's own names are shorter
STAR_LIBRARIES = (
    "torch",
    "numpy",
    "math",
    "cmath",
)  # what they export is looked up; other libraries may export any name

# Names that torch has in several places: the left one is written for the right ones.
PREFIXES = (
    ("torch.functional.", "torch."),
    ("torch._VF.", "torch."),
    ("torch._C._VariableFunctions.", "torch."),
    ("torch._C._nn.", "torch.nn.functional."),
    ("torch.nn.modules.", "torch.nn."),
    ("torch.special.", "torch."),
)
TENSOR_CLASSES = re.compile(r"torch\.(.+\.)?\w*(Tensor|TensorBase|Parameter|Buffer|Variable)")

# Ways to a function that reading cannot follow. A use is shown to the instructor.
WAYS_ROUND = (
    "torch.ops",
    "torch.classes",
    "torch.compile",
    "torch.distributed",
    "torch.export",
    "torch.fx",
    "torch.futures",
    "torch.hub",
    "torch.jit",
    "torch.library",
    "torch.multiprocessing",
    "torch.utils.cpp_extension",
    "torch.optim.[a-z]*.[a-z]*",  # torch.optim.adam.adam
    "_thread",
    "asyncio",
    "concurrent",
    "ctypes",
    "gc",
    "importlib",
    "marshal",
    "multiprocessing",
    "os.fork",
    "os.system",
    "pandas.eval",
    "*pickl[e]",
    "pkgutil",
    "pydoc",
    "runpy",
    "subprocess",
    "sys._getframe",
    "sys.meta_path",
    "sys.modules",
    "sys.path",
    "sys.path_hooks",
    "threading",
    "timeit",
    "typing.ForwardRef",  # it evaluates a string
    "typing.get_type_hints",
    "zipimport",
)
# Functions of Python that look up names or run strings. A plain call such as `getattr(x, "name")` is read.
BUILTIN_WAYS_ROUND = frozenset(("exec", "eval", "compile", "__import__", "globals", "getattr", "setattr", "vars"))
_WAYS_ROUND = re.compile("|".join(fnmatch.translate(way) for way in WAYS_ROUND))
_PRIVATE = re.compile(r"torch\.(.+\.)?_[A-Za-z]\w*")
_PRIVATE_CLASS = re.compile(r"torch\.(nn|optim)\.(\w+\.)*_[A-Z]\w*")  # torch.nn.modules.batchnorm._BatchNorm


@functools.lru_cache(maxsize=4096)
def canonical(dotted: str) -> str:
    """Return the usual name of what torch has in several places, such as torch.nn.modules.loss.F.relu."""
    if not dotted.startswith("torch."):
        return dotted
    dotted = _through_modules(dotted)
    if is_torch_module(dotted):
        return dotted
    for other, usual in PREFIXES:
        if dotted.startswith(other):
            return usual + dotted.removeprefix(other).rsplit(".", 1)[-1]
    return dotted


def _through_modules(dotted: str) -> str:
    """Return the name with its longest part that is a module replaced by the module's own name."""
    name, *rest = dotted.split(".")
    for position, part in enumerate(rest):
        child = _child_module(name, part)
        if child is None:
            return ".".join([name, *rest[position:]])
        name = child.__name__
    return name


def _child_module(name: str, part: str) -> types.ModuleType | None:
    """Return the module that a loaded module knows under a name."""
    parent = sys.modules.get(name)
    child = vars(parent).get(part) if parent is not None else None
    return child if isinstance(child, types.ModuleType) else None


@functools.lru_cache(maxsize=1024)
def is_torch_module(dotted: str) -> bool:
    """Return whether a dotted name is torch or one of its modules."""
    is_torch = dotted == "torch" or dotted.startswith("torch.")
    return is_torch and isinstance(sys.modules.get(dotted), types.ModuleType)


def is_tensor_class(dotted: str) -> bool:
    """Return whether a dotted name is that of torch's tensors, or of parameters."""
    return TENSOR_CLASSES.fullmatch(dotted) is not None


def exports(library: str, name: str) -> bool:
    """Return whether `from library import *` may bind the name."""
    if library.split(".")[0] not in STAR_LIBRARIES:
        return not hasattr(builtins, name)
    return name in _exported(library)


@functools.lru_cache(maxsize=64)
def _exported(library: str) -> frozenset[str]:
    module = sys.modules.get(library)
    if module is None:
        return frozenset()
    names = getattr(module, "__all__", None)
    if names is None:
        names = [name for name in vars(module) if not name.startswith("_")]
    return frozenset(names)


def prefixes(dotted: str) -> Iterator[str]:
    """Yield torch, torch.nn and torch.nn.Linear for torch.nn.Linear."""
    parts = dotted.split(".")
    for count in range(1, len(parts) + 1):
        yield ".".join(parts[:count])


@functools.lru_cache(maxsize=4096)
def way_round(dotted: str) -> str | None:
    """Return the part of a dotted name that leads round the bans; None if there is none."""
    library, _, name = dotted.partition(".")
    if library == "builtins":
        return name if name in BUILTIN_WAYS_ROUND else None
    if not _is_loaded(dotted):
        return dotted
    for prefix in prefixes(dotted):
        if _WAYS_ROUND.fullmatch(prefix):
            return dotted
        is_private = _PRIVATE.fullmatch(prefix) is not None and _PRIVATE_CLASS.fullmatch(prefix) is None
        if is_private:
            return dotted
    return None


def _is_loaded(dotted: str) -> bool:
    """Return whether torch's modules in a name have been loaded, so that it is known what they hold."""
    name, *parts = dotted.split(".")
    for part in parts[:-1] if name == "torch" else []:
        child = _child_module(name, part)
        if child is None:
            return part in vars(sys.modules[name])
        name = child.__name__
    return True


@functools.lru_cache(maxsize=256)
def is_installed(library: str) -> bool:
    """Return whether Python can find a library here. It is not imported."""
    try:
        return library in sys.modules or importlib.util.find_spec(library) is not None
    except (ImportError, ValueError):
        return False
