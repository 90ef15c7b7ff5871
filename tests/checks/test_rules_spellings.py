"""Ways to use one banned function, and honest code that resembles them."""

import textwrap
import time

import pytest

from autograder.checks.rules import find_banned, find_suspicious
from autograder.results.model import Suspicion
from autograder.source import Source

BANNED = ("torch.nn.functional.l1_loss", "torch.nn.L1Loss", "torch.ops.*")
METHODS = (
    "Tensor.backward",
    "Tensor.relu",
    "torch.relu",
    "torch.nn.functional.relu*",
    "Tensor.unique",
    "torch.unique*",
)
EXERCISE = "l1_loss"


def submission(code: str, **helpers: str) -> Source:
    """Return the code as losses.py, with helper files beside it."""
    code = textwrap.dedent(code)
    files = {f"{name}.py": textwrap.dedent(helper).encode() for name, helper in helpers.items()}
    return Source(filename="losses.py", chunks=(("losses.py", code),), files=files)


def refusal(code: str, banned: tuple[str, ...] = BANNED, **helpers: str) -> tuple[str, int] | None:
    """Return the file and line of the first banned use; None if there is none."""
    broken = find_banned(submission(code, **helpers), EXERCISE, banned)
    return (broken.file, broken.line) if broken else None


def suspicions(code: str, **helpers: str) -> list[Suspicion]:
    return find_suspicious(submission(code, **helpers), EXERCISE)


IMPORTS = "import torch\nimport torch.nn.functional as F\nfrom torch import Tensor, nn\n"

REFUSED = {
    "a list that a function of the file fills": "fs = []\ndef fill(f):\n    fs.append(f)\nfill(F.l1_loss)\ndef l1_loss(p, t):\n    return fs[0](p, t)",
    "a table that a decorator with arguments fills": """
        table = {}
        def register(name):
            def keep(f):
                table[name] = f
                return f
            return keep
        @register("a")
        def g(p, t):
            return F.l1_loss(p, t)
        def l1_loss(p, t):
            return table["a"](p, t)
    """,
    "a list that is an argument": "fs = []\nlist.append(fs, F.l1_loss)\ndef l1_loss(p, t):\n    return fs[0](p, t)",
    "an exception of the module level": """
        try:
            raise ImportError(F)
        except ImportError as error:
            m = error.args[0]
        def l1_loss(p, t):
            return m.l1_loss(p, t)
    """,
    "a class attribute of the same name": "class A:\n    F = F\ndef l1_loss(p, t):\n    return A.F.l1_loss(p, t)",
    "a change of builtins": "import builtins\nbuiltins.max = F.l1_loss\ndef l1_loss(p, t):\n    return max(p, t)",
    "a change of builtins by its hidden name": "__builtins__['max'] = F.l1_loss\ndef l1_loss(p, t):\n    return max(p, t)",
    "a pattern that is assigned to": "for Tensor.mine in [F.l1_loss]: pass\ndef l1_loss(p, t):\n    return p.mine(t)",
    "an exception that carries a module": """
        def l1_loss(p, t):
            try:
                raise ValueError(F)
            except ValueError as error:
                return error.args[0].l1_loss(p, t)
    """,
    "the file by its own name": "import losses\ndef l1_loss(p, t):\n    return losses.F.l1_loss(p, t)",
    "an f-string": "def l1_loss(p, t):\n    f'{F.l1_loss(p, t)}'",
    "a default of a lambda": "def l1_loss(p, t):\n    return (lambda m=F: m.l1_loss(p, t))()",
    "a name that Python normalises": "def l1_loss(p, t):\n    return F.\uff4c1_loss(p, t)",
    "methodcaller": "import operator\ndef l1_loss(p, t):\n    return operator.methodcaller('l1_loss', p, t)(F)",
    "by its full name": "def l1_loss(p, t):\n    return torch.nn.functional.l1_loss(p, t)",
    "by another module that knows it": "def l1_loss(p, t):\n    return torch.nn.modules.loss.F.l1_loss(p, t)",
    "by torch's own name for it": "def l1_loss(p, t):\n    return torch._C._nn.l1_loss(p, t)",
    "its class": "def l1_loss(p, t):\n    return nn.L1Loss()(p, t)",
    "its class, from the module that defines it": "def l1_loss(p, t):\n    return nn.modules.loss.L1Loss()(p, t)",
    "an attribute of it": "def l1_loss(p, t):\n    return F.l1_loss.__call__(p, t)",
    "a method of its class": "def l1_loss(p, t):\n    return nn.L1Loss.forward(nn.Module(), p, t)",
    "a subclass of its class": "class Loss(nn.L1Loss): pass\ndef l1_loss(p, t):\n    return Loss()(p, t)",
    "import torch as": "def l1_loss(p, t):\n    import torch as other\n    return other.nn.functional.l1_loss(p, t)",
    "import inside the function": "def l1_loss(p, t):\n    from torch.nn.functional import l1_loss as g\n    return g(p, t)",
    "import inside a method": """
        class A:
            def run(self, p, t):
                from torch.nn import functional
                return functional.l1_loss(p, t)
        def l1_loss(p, t):
            return A().run(p, t)
    """,
    "import in a class": """
        class A:
            import torch.nn.functional as lib
        def l1_loss(p, t):
            return A.lib.l1_loss(p, t)
    """,
    "an import of several names": "from torch.nn.functional import relu, l1_loss as g\ndef l1_loss(p, t):\n    return g(p, t)",
    "a star import": "from torch.nn.functional import *\n_f = l1_loss\ndef l1_loss(p, t):\n    return _f(p, t)",
    "a star import and no definition": "from torch.nn.functional import *",
    "a default argument that is evaluated before the definition": """
        from torch.nn.functional import l1_loss
        def l1_loss(p, t, f=l1_loss):
            return f(p, t)
    """,
    "the name itself": "l1_loss = F.l1_loss",
    "the name itself by import under if": "if True:\n    from torch.nn.functional import l1_loss",
    "a lambda": "l1_loss = lambda p, t: F.l1_loss(p, t)",
    "a tuple assignment": "g, h = F.relu, F.l1_loss\ndef l1_loss(p, t):\n    return h(p, t)",
    "an alias of a module": "m = nn.functional\ndef l1_loss(p, t):\n    return m.l1_loss(p, t)",
    "an alias that is bound again": "m = nn.functional\ndef l1_loss(p, t):\n    return m.l1_loss(p, t)\nm = 1",
    "aliases in a circle": "a = b = None\na = b\nb = a\nb = F\na = b\ndef l1_loss(p, t):\n    return a.l1_loss(p, t)",
    "an alias that depends": "m = F if torch else None\ndef l1_loss(p, t):\n    return m.l1_loss(p, t)",
    "a walrus": "def l1_loss(p, t):\n    return (g := nn.functional).l1_loss(p, t)",
    "a walrus of the module level": "print(m := F)\ndef l1_loss(p, t):\n    return m.l1_loss(p, t)",
    "functools.partial": "import functools\nl1_loss = functools.partial(F.l1_loss)",
    "a table": "TABLE = {'a': [F.l1_loss]}\ndef l1_loss(p, t):\n    return TABLE['a'][0](p, t)",
    "a table that is filled later": "TABLE = {}\nTABLE['a'] = F.l1_loss\ndef l1_loss(p, t):\n    return TABLE['a'](p, t)",
    "a list that grows": "fs = []\nfs.append(F.l1_loss)\ndef l1_loss(p, t):\n    return fs[0](p, t)",
    "a list that a decorator fills": """
        fs = []
        @fs.append
        def g(p, t):
            return F.l1_loss(p, t)
        def l1_loss(p, t):
            return fs[0](p, t)
    """,
    "a list that a function fills": """
        fs = []
        def fill():
            fs.append(F.l1_loss)
        fill()
        def l1_loss(p, t):
            return fs[0](p, t)
    """,
    "a global that a function sets": """
        def choose():
            global g
            g = F.l1_loss
        choose()
        def l1_loss(p, t):
            return g(p, t)
    """,
    "a module in a list": "def l1_loss(p, t):\n    for m in [F]:\n        return m.l1_loss(p, t)",
    "a module as an argument": "def g(m, p, t):\n    return m.l1_loss(p, t)\ndef l1_loss(p, t):\n    return g(F, p, t)",
    "a module as an attribute": """
        class A:
            def __init__(self):
                self.m = F
        def l1_loss(p, t):
            return A().m.l1_loss(p, t)
    """,
    "operator.attrgetter": """
        import operator
        def l1_loss(p, t):
            return operator.attrgetter("nn.functional.l1_loss")(torch)(p, t)
    """,
    "getattr": "def l1_loss(p, t):\n    return getattr(F, 'l1_loss')(p, t)",
    "getattr of getattr": "def l1_loss(p, t):\n    return getattr(getattr(nn, 'functional'), 'l1_loss')(p, t)",
    "getattr with a sum": "def l1_loss(p, t):\n    return getattr(torch.nn.functional, 'l1_' + 'loss')(p, t)",
    "getattr with an f-string": "def l1_loss(p, t):\n    return getattr(F, f\"l1_{'loss'}\")(p, t)",
    "getattr with join": "def l1_loss(p, t):\n    return getattr(F, '_'.join(['l1', 'loss']))(p, t)",
    "__getattribute__": "def l1_loss(p, t):\n    return F.__getattribute__('l1_loss')(p, t)",
    "vars": "def l1_loss(p, t):\n    return vars(F)['l1_loss'](p, t)",
    "__dict__": "def l1_loss(p, t):\n    return torch.__dict__['nn'].functional.__dict__.get('l1_loss')(p, t)",
    "globals for a module": "def l1_loss(p, t):\n    return globals()['F'].l1_loss(p, t)",
    "globals for the name itself": "def mine(p, t):\n    return F.l1_loss(p, t)\nglobals()['l1_loss'] = mine",
    "sys.modules": "import sys\ndef l1_loss(p, t):\n    return sys.modules['torch.nn.functional'].l1_loss(p, t)",
    "importlib": """
        import importlib
        def l1_loss(p, t):
            return importlib.import_module("torch.nn.functional").l1_loss(p, t)
    """,
    "__import__": "def l1_loss(p, t):\n    return __import__('torch').nn.functional.l1_loss(p, t)",
    "__import__ of a submodule": """
        m = __import__("torch.nn.functional", fromlist=["x"])
        def l1_loss(p, t):
            return m.l1_loss(p, t)
    """,
    "a definition under if": "if True:\n    def l1_loss(p, t):\n        return F.l1_loss(p, t)",
    "a definition under else, try, for and with": """
        import contextlib
        if not torch:
            pass
        else:
            try:
                for _ in range(1):
                    with contextlib.nullcontext():
                        def l1_loss(p, t):
                            return F.l1_loss(p, t)
            finally:
                pass
    """,
    "a definition under except": "try:\n    1 / 0\nexcept ZeroDivisionError:\n    l1_loss = F.l1_loss",
    "a definition under match": "match 1:\n    case 1:\n        l1_loss = F.l1_loss",
    "a captured pattern": "match F:\n    case m:\n        pass\ndef l1_loss(p, t):\n    return m.l1_loss(p, t)",
    "a loop variable of the module level": "for g in [F.l1_loss]:\n    pass\ndef l1_loss(p, t):\n    return g(p, t)",
    "the first of two definitions": """
        def l1_loss(p, t):
            return F.l1_loss(p, t)
        if not torch:
            def l1_loss(p, t):
                return (p - t).abs().mean()
    """,
    "a decorator": "def use(f):\n    return lambda g: f\n@use(F.l1_loss)\ndef l1_loss(p, t):\n    pass",
    "a default argument": "def l1_loss(p, t, f=F.l1_loss):\n    return f(p, t)",
    "a class attribute": "class A:\n    f = staticmethod(F.l1_loss)\ndef l1_loss(p, t):\n    return A.f(p, t)",
    "a method that is set later": """
        class A:
            pass
        A.f = staticmethod(F.l1_loss)
        def l1_loss(p, t):
            return A.f(p, t)
    """,
    "a method that setattr sets": """
        class A:
            pass
        setattr(A, "f", staticmethod(F.l1_loss))
        def l1_loss(p, t):
            return A.f(p, t)
    """,
    "a base class": "class A:\n    f = staticmethod(F.l1_loss)\nclass B(A): pass\ndef l1_loss(p, t):\n    return B.f(p, t)",
    "a method of torch that is set": "Tensor.mine = F.l1_loss\ndef l1_loss(p, t):\n    return p.mine(t)",
    "__getattr__ of the module": "def __getattr__(name):\n    return F.l1_loss",
    "after a long sum": f"def g(p, t):\n    return F.l1_loss(p, t)\ndef l1_loss(p, t):\n    {'+'.join('1' * 900)}\n    return g(p, t)",
}


@pytest.mark.parametrize("code", REFUSED.values(), ids=REFUSED)
def test_these_ways_are_refused(code: str) -> None:
    assert refusal(IMPORTS + textwrap.dedent(code)) is not None


HELPERS = {
    "a helper with the name of torch": ("import torch\nloss = torch.nn.functional.l1_loss", {"torch": "x = 1"}),
    "a helper with the name of a function that is read": ("from a import *\nloss = getattr(1, 'x')", {"a": "import torch\ndef getattr(a, b):\n    return torch.nn.L1Loss()"}),
    "a helper": ("from a import loss", {"a": "from torch.nn.functional import l1_loss as loss"}),
    "a helper of a helper": ("from a import loss", {"a": "from b import loss", "b": "from torch.nn.functional import l1_loss as loss"}),
    "a star of a helper": ("from a import *", {"a": "from torch.nn.functional import l1_loss as loss"}),
    "a star of a star": ("from a import *\nloss = l1_loss", {"a": "from torch.nn.functional import *"}),
    "a helper's module": ("import a\nloss = a.lib.l1_loss", {"a": "import torch.nn.functional as lib"}),
    "a helper's function": ("import a\nloss = a.loss", {"a": "import torch.nn as n\ndef loss(p, t):\n    return n.functional.l1_loss(p, t)"}),
    "a helper by another name": ("import a as tools\nloss = tools.loss", {"a": "import torch\nloss = torch.nn.L1Loss()"}),
    "a relative import": ("from . import a\nloss = a.loss", {"a": "import torch\nloss = torch.nn.L1Loss()"}),
    "a relative import of a name": ("from .a import loss", {"a": "import torch\nloss = torch.nn.L1Loss()"}),
    "importlib": ("import importlib\nloss = importlib.import_module('a').loss", {"a": "import torch\nloss = torch.nn.L1Loss()"}),
    "getattr": ("import a\nloss = getattr(a, 'loss')", {"a": "import torch\nloss = torch.nn.L1Loss()"}),
    "a helper as a value": ("import a\nloss = [a][0].loss", {"a": "import torch\nloss = torch.nn.L1Loss()"}),
    "a helper that changes the file": ("import a\ndef loss(p, t): pass", {"a": "import losses, torch\nlosses.l1_loss = torch.nn.L1Loss()"}),
    "a helper that changes torch": ("import a\ndef loss(p, t): return p.mine(t)", {"a": "import torch\ntorch.Tensor.mine = torch.nn.functional.l1_loss"}),
}  # fmt: skip


@pytest.mark.parametrize(("code", "helpers"), HELPERS.values(), ids=HELPERS)
def test_these_ways_through_helpers_are_refused(code: str, helpers: dict[str, str]) -> None:
    code += "\ndef l1_loss(p, t):\n    return loss(p, t)\n"
    assert refusal(code, BANNED, **helpers) is not None


def test_a_module_of_a_package_is_read() -> None:
    code = "import pkg.inner\ndef l1_loss(p, t):\n    return pkg.inner.loss(p, t)\n"
    files = {"pkg/__init__.py": b"", "pkg/inner.py": b"from .deep import loss\n", "pkg/deep.py": b"import torch\nloss = torch.nn.L1Loss()\n"}  # fmt: skip
    source = Source(filename="losses.py", chunks=(("losses.py", code),), files=files)
    broken = find_banned(source, EXERCISE, BANNED)
    assert broken is not None
    assert (broken.file, broken.line) == ("pkg/deep.py", 2)


FLAGGED = {
    "a hook for subclasses": ("class A:\n    def __init_subclass__(cls): A.f = cls.f\nclass B(A):\n    f = F.l1_loss\ndef l1_loss(p, t):\n    return A.f(p, t)", "__init_subclass__"),
    "a library that cannot be found": ("import sys\nsys.path.append('data.csv')\nimport hidden_in_a_file\ndef l1_loss(p, t):\n    return hidden_in_a_file.f(p, t)", "hidden_in_a_file.f"),
    "a module of torch that is not loaded": ("import torch.ao.nn.qat.modules.absent as m\ndef l1_loss(p, t):\n    return m.F.l1_loss(p, t)", "torch.ao.nn.qat.modules.absent.F.l1_loss"),
    "pickle": ("import pickle\ndef l1_loss(p, t):\n    return pickle.loads(p)", "pickle.loads"),
    "an own getattr": ("def getattr(a, b): return F\ndef l1_loss(p, t):\n    return getattr(torch, 'x').l1_loss(p, t)", "getattr"),
    "setattr as a value": ("def l1_loss(p, t):\n    return [*map(setattr, p, t)]", "setattr"),
    "strings that are evaluated as annotations": ("import typing\ndef l1_loss(p, t):\n    return typing.get_type_hints(p)", "typing.get_type_hints"),
    "the builtins": ("def l1_loss(p, t):\n    return __builtins__['eval'](p)", "__builtins__"),
    "torch._refs": ("def l1_loss(p, t):\n    import torch._refs.nn.functional\n    return torch._refs.nn.functional.l1_loss(p, t)", "torch._refs.nn.functional.l1_loss"),
    "torch._decomp": ("from torch._decomp.decompositions import l1\ndef l1_loss(p, t):\n    return l1(p, t)", "torch._decomp.decompositions.l1"),
    "a private method of torch": ("class A(Tensor):\n    x = Tensor._make_wrapper_subclass\ndef l1_loss(p, t):\n    return A(p)", "torch.Tensor._make_wrapper_subclass"),
    "a subclass that answers for torch": ("class A(Tensor):\n    def __torch_dispatch__(self): ...\ndef l1_loss(p, t):\n    return A(p)", "__torch_dispatch__"),
    "torch.utils._python_dispatch": ("from torch.utils._python_dispatch import x\ndef l1_loss(p, t):\n    return x(p)", "torch.utils._python_dispatch.x"),
    "a functional optimiser": ("from torch.optim.adam import adam\ndef l1_loss(p, t):\n    return adam(p)", "torch.optim.adam.adam"),
    "a functional optimiser that is hidden": ("import sys\ndef l1_loss(p, t):\n    return sys.modules['torch.op' + 'tim.adam'].adam(p)", "torch.optim.adam.adam"),
    "sys.modules": ("import sys\ndef l1_loss(p, t):\n    return sys.modules[t]", "sys.modules"),
    "a thread": ("import threading\ndef l1_loss(p, t):\n    threading.Thread(target=p).start()", "threading.Thread"),
    "a thread pool": ("from concurrent.futures import ThreadPoolExecutor as P\ndef l1_loss(p, t):\n    return P(p)", "concurrent.futures.ThreadPoolExecutor"),
    "asyncio": ("import asyncio\ndef l1_loss(p, t):\n    return asyncio.to_thread(p)", "asyncio.to_thread"),
    "ctypes": ("import ctypes\ndef l1_loss(p, t):\n    return ctypes.CDLL(None)", "ctypes.CDLL"),
    "exec": ("exec('def l1_loss(p, t): pass')", "exec"),
    "eval": ("def l1_loss(p, t):\n    return eval('F.l1' + '_loss')(p, t)", "eval"),
    "compile": ("def l1_loss(p, t):\n    return compile(p, '', 'eval')", "compile"),
    "torch.jit": ("def l1_loss(p, t):\n    return torch.jit.CompilationUnit(p)", "torch.jit.CompilationUnit"),
    "globals with a computed key": ("for name in ['l1_loss']:\n    globals()[name] = F.l1_loss", "globals"),
    "globals in a function that runs on loading": ("def change(name):\n    globals()[name] = F.l1_loss\nchange('l1' + '_loss')\ndef l1_loss(p, t): pass", "globals"),
    "vars with a computed key": ("def l1_loss(p, t):\n    return vars(F)['l1' + str(p)]", "vars"),
    "__dict__ with a computed key": ("def l1_loss(p, t):\n    return F.__dict__[p]", "__dict__"),
    "getattr with a computed name": ("def l1_loss(p, t):\n    return getattr(F, 'ssol_1l'[::-1])(p, t)", "getattr"),
    "attrgetter with a computed name": ("import operator\ndef l1_loss(p, t):\n    return operator.attrgetter(p)(F)", "attrgetter"),
    "a getattr of another name": ("g = getattr\ndef l1_loss(p, t):\n    return g(F, 'l1_' + 'loss')(p, t)", "getattr"),
    "a module as a value": ("import inspect\ndef l1_loss(p, t):\n    return inspect.getmembers(F)", "torch.nn.functional"),
    "the globals of a function": ("def g(): pass\ndef l1_loss(p, t):\n    return g.__globals__", "__globals__"),
    "importlib": ("import importlib\ndef l1_loss(p, t):\n    return importlib.import_module(p)", "importlib.import_module"),
    "builtins": ("import builtins\ndef l1_loss(p, t):\n    return builtins.eval(p)", "eval"),
    "an import that a definition replaces": ("from torch.nn.functional import l1_loss\n1 / 0\ndef l1_loss(p, t): pass", "torch.nn.functional.l1_loss"),
    "a function that changes torch": ("def change():\n    Tensor.mine = F.l1_loss\nchange()\ndef l1_loss(p, t): return p.mine(t)", "torch.Tensor.mine"),
}  # fmt: skip


@pytest.mark.parametrize(("code", "what"), FLAGGED.values(), ids=FLAGGED)
def test_these_ways_are_flagged(code: str, what: str) -> None:
    assert what in [suspicion.what for suspicion in suspicions(IMPORTS + code)]


@pytest.mark.parametrize("code", [code for code, _ in FLAGGED.values()], ids=FLAGGED)
def test_what_is_flagged_is_only_flagged_where_it_is_used(code: str) -> None:
    if "globals" not in code and "change()" not in code and "exec" not in code:
        code = code.replace("def l1_loss", "def other") + "\ndef l1_loss(p, t):\n    return (p - t).abs().mean()\n"
        found = [
            suspicion for suspicion in suspicions(IMPORTS + code) if suspicion.what != "torch.nn.functional.l1_loss"
        ]
        assert found == []


def test_a_suspicion_names_its_place() -> None:
    helper = "import ctypes\n\n\ndef g():\n    return ctypes.CDLL(None)\n"
    found = suspicions("import tools\ndef l1_loss(p, t):\n    return tools.g()\n", tools=helper)
    assert found == [Suspicion("ctypes.CDLL", "tools.py", 5)]


LAYERS = """
class ReLU:
    def forward(self, x):
        self.relu = x > 0
        return x * self.relu

    def backward(self, grad):
        return grad * self.relu

    def unique(self):
        return 1
"""

HONEST = {
    "an own layer": "def l1_loss(layer, grad):\n    return layer.backward(grad)",
    "layers in a list": "def l1_loss(layers, grad):\n    for layer in reversed(layers):\n        grad = layer.backward(grad)\n    return grad",
    "an item of a list": "def l1_loss(layers, grad):\n    return layers[0].backward(grad) + layers[-1].unique()",
    "an attribute of self": "class Net:\n    def backward(self, g):\n        return self.layer.backward(g)\ndef l1_loss(g):\n    return Net().backward(g)",
    "a new object": "def l1_loss(x: Tensor):\n    layer = ReLU()\n    return layer.backward(x) + ReLU().backward(x)",
    "a method of the own class": "def l1_loss(x: Tensor):\n    return ReLU.backward(ReLU(), x)",
    "an attribute of a module": "class Net(nn.Module):\n    def __init__(self):\n        self.relu = 1\ndef l1_loss(m, x):\n    return m.relu(x)",
    "a name in OrderedDict": "from collections import OrderedDict\ndef l1_loss(x):\n    m = nn.Sequential(OrderedDict([('relu', nn.Tanh())]))\n    return m.relu(x)",
    "a name in add_module": "def l1_loss(m, x):\n    m.add_module('relu', nn.Tanh())\n    return m.relu(x)",
    "a field of a dataclass": "class Net:\n    relu: nn.Module\ndef l1_loss(m, x):\n    return m.relu(x)",
    "a library": "import numpy\ndef l1_loss(x):\n    return numpy.unique(x)",
    "an array of numpy": "import numpy as np\ndef l1_loss(x):\n    a = np.asarray(x)\n    return a.unique()",
    "an own module": "import tools\ndef l1_loss(x):\n    return tools.relu(x)",
    "a helper's class": "from tools import Layer\ndef l1_loss(layer, x):\n    return layer.backward(x)",
    "the name of a file": "def l1_loss(p, t):\n    relu = (p - t).abs()\n    return relu.mean()",
    "an alias of another function": "def other(x):\n    g = torch.relu\n    return g(x)\ndef l1_loss(g, x):\n    return g(x)",
    "an alias in another function": "def other(x):\n    m = torch\n    return m.relu(x)\ndef l1_loss(m, x):\n    m = x\n    return m.abs()",
    "an import that is replaced": "from torch import relu\ndef relu(x):\n    return x.clamp(min=0)\ndef l1_loss(x):\n    return relu(x)",
    "a star import that is replaced": "from torch import *\ndef relu(x):\n    return x.clamp(min=0)\ndef l1_loss(x):\n    return relu(x)",
    "an import of several names": "from torch import abs, relu\ndef l1_loss(x):\n    return abs(x)",
    "trials below": "def l1_loss(x):\n    return x.clamp(min=0)\nx = torch.ones(2)\nprint(torch.relu(x), l1_loss(x))\nfor _ in range(2):\n    assert torch.relu(x).equal(l1_loss(x))",
    "trials in the main guard": "def l1_loss(x):\n    return x.clamp(min=0)\nif __name__ == '__main__':\n    x = torch.randn(3)\n    print(F.relu(x))",
    "settings": "torch.manual_seed(0)\ntorch.backends.cudnn.deterministic = True\ndef l1_loss(x):\n    return x.abs()",
    "settings in a function": "def seed():\n    torch.backends.cudnn.benchmark = False\nseed()\ndef l1_loss(x):\n    return x.abs()",
    "an own autograd": """
class Value:
    def __init__(self, data):
        self.data, self.grad, self.requires_grad = data, 0.0, True
    def relu(self):
        return Value(max(0, self.data))
    def backward(self):
        self.grad = 1.0
def l1_loss(a, b):
    loss = (a * b + Value(2.0)).relu()
    loss.backward()
    return a.grad
""",
    "a private class of torch": "def l1_loss(m):\n    return isinstance(m, nn.modules.batchnorm._BatchNorm)",
    "private names of the student": "class A:\n    def __init__(self):\n        self._cache = {}\n        self.__dict__['a'] = 1\ndef l1_loss(x):\n    return A()._cache",
    "nn.Flatten as an attribute": "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.flatten = nn.Flatten()\n        self.relu = nn.Tanh()\ndef l1_loss(x):\n    return Net().relu(x)",
    "a subclass of nn.Sequential": "class Net(nn.Sequential):\n    def __init__(self):\n        super().__init__(nn.Linear(1, 2))\ndef l1_loss(x):\n    return Net()(x)",
    "getattr with a constant name": "def l1_loss(x):\n    return getattr(x, 'grad', None)",
    "a path, and a library that is not installed": "import sys\nsys.path.append('..')\nimport hidden_in_a_file\ndef l1_loss(x):\n    return x.abs()",
    "a helper that was not handed in": "import hidden_in_a_file\ndef l1_loss(x):\n    return hidden_in_a_file.f(x)",
    "a version": "def l1_loss(x):\n    return torch.__version__",
    "an optimiser and a schedule": "def l1_loss(p):\n    o = torch.optim.SGD(p, 0.1)\n    return torch.optim.lr_scheduler.StepLR(o, 1)",
}  # fmt: skip


@pytest.mark.parametrize("code", HONEST.values(), ids=HONEST)
def test_honest_code_is_neither_refused_nor_flagged(code: str) -> None:
    code = IMPORTS + LAYERS + code + "\n"
    tools = "def relu(x):\n    return x\n\n\nclass Layer:\n    def backward(self, grad):\n        return grad\n"
    assert refusal(code, METHODS, tools=tools) is None
    assert suspicions(code, tools=tools) == []


TENSORS = {
    "an object of a decorated class": "def use(c):\n    return lambda x: x\n@use\nclass A: pass\ndef l1_loss(x):\n    return A(x).absent()",
    "an old name of tensors": "def l1_loss(x):\n    return torch.autograd.Variable(x).relu()",
    "a name that is another one in a class": "class A:\n    x = torch.ones(1)\n    y = x.relu()\ndef l1_loss(x):\n    return A",
    "a parameter": "def l1_loss(x: Tensor):\n    return x.relu()",
    "a parameter, by a string": "def l1_loss(x: 'Tensor | None'):\n    return x.relu()",
    "a result of torch": "def l1_loss(x):\n    return torch.abs(x).relu()",
    "an operation": "def l1_loss(x: Tensor):\n    y = 1 + 2 * x\n    return y.relu()",
    "a method's result": "def l1_loss(x: Tensor):\n    loss = (x - 1).abs().sum()\n    loss.backward()",
    "an item": "def l1_loss(x: Tensor):\n    return x[0].relu()",
    "an element": "def l1_loss(x: Tensor):\n    return [row.relu() for row in x]",
    "requires_grad_": "def l1_loss(x):\n    return x.clone().requires_grad_().relu()",
    "a name that requires_grad_ was called for": "def l1_loss(x):\n    x.requires_grad_()\n    (x * 2).backward()",
    "a name whose requires_grad was set": "def l1_loss(x):\n    x.requires_grad = True\n    (x * 2).sum().backward()",
    "a sum in a loop": "def l1_loss(x: Tensor):\n    loss = 0\n    for row in x:\n        loss = loss + row\n    loss.backward()",
    "one name for a layer and a tensor": "def l1_loss(x: Tensor):\n    loss = ReLU()\n    loss = x.sum()\n    loss.backward()",
    "the method of the class": "def l1_loss(x):\n    return Tensor.relu(x)",
    "the method of an own class of tensors": "class T(Tensor):\n    pass\ndef l1_loss(x):\n    return T.relu(x)",
    "a parameter of a model": "def l1_loss(x):\n    return nn.Parameter(x).relu()",
    "a layer's result": "def l1_loss(x):\n    return nn.Tanh()(x).relu()",
    "a function that says so": "def g(x) -> Tensor:\n    return x\ndef l1_loss(x):\n    return g(x).relu()",
    "an object that is perhaps a tensor": "class A:\n    def __new__(cls, x):\n        return x\ndef l1_loss(x):\n    return A(x).absent()",
}  # fmt: skip


@pytest.mark.parametrize("code", TENSORS.values(), ids=TENSORS)
def test_methods_of_tensors_are_refused_beside_own_layers(code: str) -> None:
    assert refusal(IMPORTS + LAYERS + code + "\n", (*METHODS, "Tensor.absent")) is not None


def test_a_name_that_is_only_imported_counts_as_not_written() -> None:
    code = "from torch.nn.functional import l1_loss\n\n\ndef other(p, t):\n    return l1_loss(p, t)\n"
    assert refusal(code) is None
    assert refusal(f"{code}def l1_loss(p, t):\n    return other(p, t)\n") == ("losses.py", 5)


def test_deep_code_is_refused() -> None:
    deep = "[" * 90 + "]" * 90
    nested = "x = " + "-" * 400 + "1"
    assert refusal(f"x = {deep}\ndef l1_loss(p, t): pass\n") is None
    broken = find_banned(submission(f"\n{nested}\ndef l1_loss(p, t): pass\n"), EXERCISE, BANNED)
    assert broken is not None
    assert "losses.py" in broken.why.en and "losses.py" in broken.why.zh
    assert broken.line == 2


def test_deep_helpers_are_refused_where_they_are_imported() -> None:
    deep = "x = " + "-" * 400 + "1"
    assert refusal("import tools\ndef l1_loss(p, t): pass\n", tools=deep) == ("tools.py", 1)
    assert refusal("def l1_loss(p, t): pass\n", tools=deep) is None


def test_long_code_is_refused_quickly() -> None:
    start = time.process_time()
    long = "def b(): pass\ndef l1_loss(x):\n    return " + "lambda: " * 100 + "[" + "b," * 60_000 + "]\n"
    assert refusal(long) is not None
    wide = "def l1_loss(x):\n    return [" + "b," * 60_000 + "]\n"
    assert refusal(wide) == ("losses.py", 1)  # it is not parsed
    wide = "def l1_loss(x):\n    return [" + "b," * 25_000 + "]\n"
    assert refusal(wide) == ("losses.py", 2)
    assert time.process_time() - start < 10  # without the limits it takes minutes


def test_names_that_depend_on_each_other_are_read_quickly() -> None:
    names = [f"a{number}" for number in range(3000)]
    circle = "".join(f"{name} = {names[number - 1]} + {names[number // 2]}\n" for number, name in enumerate(names))
    assert refusal(f"{circle}def l1_loss(x):\n    return a0.l1_loss\n") is not None


def test_helpers_in_an_encoding_that_is_not_accepted_are_refused() -> None:
    code = "import tools\ndef l1_loss(p, t): pass\n"
    files = {"tools.py": b"# coding: utf-7\nx = 1\n"}
    source = Source(filename="losses.py", chunks=(("losses.py", code),), files=files)
    assert find_banned(source, EXERCISE, BANNED) is not None
    source = Source(filename="losses.py", chunks=(("losses.py", code),), files={"tools.py": b"x = '\xff'\n"})
    assert find_banned(source, EXERCISE, BANNED) is None  # Python cannot read it either


def test_cells_that_do_not_parse_hide_nothing() -> None:
    cells = (("cell 1", "def broken(:"), ("cell 2", "import torch\nl1_loss = torch.nn.L1Loss()"))
    broken = find_banned(Source(filename="losses.py", chunks=cells), EXERCISE, BANNED)
    assert broken is not None
    assert (broken.file, broken.line) == ("cell 2", 2)


@pytest.mark.parametrize(
    "padding", ["'''" + "; " * 70_000 + "'''", 'y = "{" * 0\nx = f"' + " " * 150_000 + "{0}" * 4000 + '"']
)
def test_a_helper_that_is_not_parsed_is_refused(padding: str) -> None:
    helper = f"import torch\nmine = torch.nn.functional.l1_loss\n{padding}\n"
    code = "from tools import mine\n\n\ndef l1_loss(p, t):\n    return mine(p, t)\n"
    assert refusal(code, tools=helper) == ("tools.py", 1)


def test_a_helper_in_a_slow_encoding_is_refused_at_once() -> None:
    code = "import tools\ndef l1_loss(p, t): pass\n"
    files = {"tools.py": b"# coding: punycode\na-" + b"9" * 180_000}
    source = Source(filename="losses.py", chunks=(("losses.py", code),), files=files)
    start = time.process_time()
    assert find_banned(source, EXERCISE, BANNED) is not None
    assert time.process_time() - start < 2  # decoding it takes 8 seconds
