"""Banned shortcuts, found by reading: aliases are resolved, honest code is left alone."""

import pytest
from small_course import source

from autograder.checks.rules import find_banned
from autograder.source import Source

BANNED = ["torch.nn.functional.softmax", "torch.softmax", "Tensor.softmax", "torch.nn.init.*", "torch.nn.LogSoftmax"]


def line_of(code: str) -> int | None:
    broken = find_banned(source(code), "f", BANNED)
    return broken.line if broken else None


@pytest.mark.parametrize(
    "code",
    [
        "import torch\ndef f(x):\n    return torch.softmax(x, 1)\n",
        "import torch as t\ndef f(x):\n    return t.softmax(x, 1)\n",
        "import torch.nn.functional as F\ndef f(x):\n    return F.softmax(x, 1)\n",
        "from torch.nn import functional as G\ndef f(x):\n    return G.softmax(x, 1)\n",
        "from torch import nn\ndef f(x):\n    return nn.functional.softmax(x, 1)\n",
        "from torch import softmax as s\ndef f(x):\n    return s(x, 1)\n",
        "import torch\ndef f(x):\n    return x.exp().softmax(1)\n",
        "import torch\ndef f(x):\n    return getattr(torch, 'softmax')(x, 1)\n",
        "import torch\ndef f(x):\n    return torch.nn.init.xavier_uniform_(x)\n",
        "import torch\ndef f(x):\n    return torch.special.softmax(x, 1)\n",
        "import torch\ndef f(x):\n    return torch.nn.modules.activation.LogSoftmax()(x)\n",
    ],
)
def test_banned_names_are_found_through_aliases(code: str) -> None:
    assert line_of(code) == 3


def test_aliases_by_assignment_and_import_inside_the_function() -> None:
    assert line_of("import torch\ng = torch.softmax\nh = g\ndef f(x):\n    return h(x, 1)\n") is not None
    assert line_of("def f(x):\n    from torch.nn.functional import softmax\n    return softmax(x, 1)\n") == 2


def test_helpers_of_the_same_file_count() -> None:
    code = "import torch\ndef helper(x):\n    return torch.softmax(x, 1)\ndef f(x):\n    return helper(x)\n"
    assert line_of(code) == 3


@pytest.mark.parametrize(
    "code",
    [
        "import torch\ndef f(x):\n    loss = x + 1\n    return loss\nloss = torch.softmax(torch.ones(2), 0)\n",
        "import torch\ndef f(y):\n    return y\ny = torch.softmax(torch.ones(2), 0)\n",
        "import torch\ndef f(x):\n    return [out for out in x]\nout = torch.softmax(torch.ones(2), 0)\n",
        "class Mine:\n    @staticmethod\n    def softmax(x):\n        return x\ndef f(x):\n    return Mine.softmax(x)\n",
        "class f:\n    def softmax(self, x):\n        return x\n    def g(self, x):\n        return self.softmax(x)\n",
    ],
)
def test_what_a_student_tries_out_below_is_no_shortcut(code: str) -> None:
    assert line_of(code) is None


def test_a_global_is_followed() -> None:
    code = "import torch\ng = lambda x: torch.softmax(x, 1)\ndef f(x):\n    return g(x)\n"
    assert line_of(code) == 2


def test_helper_modules_count_where_they_are_imported() -> None:
    files = {"tools.py": b"import torch\n\ndef s(x):\n    return torch.softmax(x, 1)\n"}
    code = "from tools import s\ndef f(x):\n    return s(x)\n"
    broken = find_banned(Source(filename="demo.py", chunks=(("demo.py", code),), files=files), "f", BANNED)
    assert broken is not None
    assert (broken.file, broken.line) == ("tools.py", 4)
    code = "def f(x):\n    return x\n"
    assert find_banned(Source(filename="demo.py", chunks=(("demo.py", code),), files=files), "f", BANNED) is None


def test_long_chains_are_read_quickly() -> None:
    chains = "\n".join("    x" + ".a" * 800 for _ in range(20))
    assert line_of(f"import torch\ndef f(x):\n{chains}\n    return torch.softmax(x, 1)\n") == 23
    many = " = ".join(f"a{i}" for i in range(2000))
    assert line_of(f"{many} = 1\ndef f(x):\n    return {' + '.join(f'a{i}' for i in range(900))}\n") is None


def test_other_exercises_of_the_same_file_do_not() -> None:
    code = (
        "import torch\ndef other(x):\n    return torch.softmax(x, 1)\ndef f(x):\n    return x.exp() / x.exp().sum()\n"
    )
    assert line_of(code) is None


@pytest.mark.parametrize(
    "code",
    [
        "import torch\ndef f(x):\n    'uses torch.softmax? no'\n    return x\n",
        "def softmax(x):\n    return x\ndef f(x):\n    return softmax(x)\n",
        "import numpy as np\ndef f(x):\n    softmax = x\n    return softmax\n",
        "import torch\ndef f(x):\n    return torch.log_softmax(x, 1)\n",
        "import mine\ndef f(x):\n    return mine.softmax(x)\n",
    ],
)
def test_honest_code_is_left_alone(code: str) -> None:
    assert line_of(code) is None


def test_the_line_is_that_of_the_cell() -> None:
    cells = (("nb cell 1", "import torch\n\nprint(1)"), ("nb cell 3", "def f(x):\n    return torch.softmax(x, 1)"))
    broken = find_banned(Source(filename="demo.py", chunks=cells), "f", BANNED)
    assert broken is not None
    assert (broken.file, broken.line) == ("nb cell 3", 2)


def test_code_that_does_not_parse_breaks_no_rule() -> None:
    assert find_banned(source("def f(:\n"), "f", BANNED) is None
    assert find_banned(source("(" * 10000), "f", BANNED) is None
