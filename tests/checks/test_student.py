"""The proxy: the same contract in process and in a worker."""

from collections.abc import Callable, Iterator

import pytest
import torch
from small_course import QUICK, local_student, source

from autograder.checks.failures import Crashed, NotAttempted, RuleBroken, TimedOut
from autograder.checks.remote import RemoteTransport
from autograder.checks.student import RemoteObject, Student
from autograder.sandbox.fork_server import ForkServer

CODE = """
import random
import numpy as np
import torch
from torch import nn

class Pair(tuple):
    pass

class Net(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.layer = nn.Linear(size, 1)
        self.calls = 0

    def forward(self, x):
        self.calls += 1
        return self.layer(x)

class Bag:
    def __init__(self, *items):
        self.items = list(items)
    def __len__(self):
        return len(self.items)
    def __getitem__(self, key):
        return self.items[key]

def double(x):
    return 2 * x

def draw():
    return torch.rand(1).item(), float(np.random.rand()), random.random()

def pair(x):
    return Pair((x, {"twice": [x, x]}))

def apply(f, x):
    return f(x)

def count(path):
    with open(path, "rb") as file:
        return len(file.read())

def step(w):
    with torch.no_grad():
        w -= 0.5 * w.grad

def generate(n):
    yield from range(n)

def fail(x):
    y = x + 1
    raise ValueError(f"no {y}")

def leave():
    raise SystemExit(3)

def loop():
    while True:
        pass

def untouched(x):
    raise NotImplementedError("untouched is yours to write")

number = 3
"""

Factory = Callable[..., Student]


@pytest.fixture(params=["local", "worker"])
def make(request: pytest.FixtureRequest, server: ForkServer) -> Iterator[Factory]:
    """Makes a student of some code, in process or in a worker."""
    transports: list[RemoteTransport] = []

    def make(code: str = CODE, **options) -> Student:
        if request.param == "local":
            return local_student(code, **options)
        transport = RemoteTransport(server, QUICK)
        transport.enter(source(code), "01_demo")
        transports.append(transport)
        transport.ensure_loaded()
        return Student(transport, "double", filename="demo.py", seconds=1.0, **options)

    yield make
    for transport in transports:
        transport.close()


def test_plain_results(make: Factory) -> None:
    student = make()
    assert student.double(torch.ones(2)).tolist() == [2, 2]
    value = student.pair(1)
    assert value == (1, {"twice": [1, 1]})
    assert type(value) is tuple
    assert student.generate(3) == [0, 1, 2]


def test_arguments_are_copies(make: Factory) -> None:
    student = make("def double(x):\n    x += 1\n    return x\n")
    x = torch.ones(2)
    student.double(x)
    assert x.tolist() == [1, 1]


def test_generators_are_seeded_before_every_call(make: Factory) -> None:
    student = make()
    assert student.draw() == student.draw()


def test_what_one_call_leaves_behind_does_not_change_the_next(make: Factory) -> None:
    student = make(
        "import torch\ndef double(x):\n    return torch.ones(1) * 2\n"
        "def spoil():\n    torch.set_default_dtype(torch.float64)\n    torch.set_grad_enabled(False)\n"
    )
    student.spoil()
    assert student.double(1).dtype is torch.float32


def test_modules_stay_and_answer(make: Factory) -> None:
    student = make()
    net = student.Net(3)
    assert isinstance(net, RemoteObject)
    assert net(torch.ones(2, 3)).shape == (2, 1)
    assert net.calls == 1
    assert net.layer.weight.shape == (1, 3)
    assert list(net.state_dict()) == ["layer.weight", "layer.bias"]
    assert [name for name, _ in net.named_parameters()] == ["layer.weight", "layer.bias"]
    net.calls = 10
    assert net.calls == 10
    assert student.evaluate("isinstance(net, nn.Module) and net.training", net=net) is True
    assert student.evaluate("(net(x).sum().backward(), net.layer.bias.grad)[1]", net=net, x=torch.ones(2, 3)) == 2


def test_containers_stay_and_answer(make: Factory) -> None:
    bag = make().Bag("a", "b")
    assert len(bag) == 2
    assert bag[1] == "b"
    assert list(bag) == ["a", "b"]
    with pytest.raises(Crashed, match="IndexError"):
        bag[5]


def test_a_value_can_live_there_and_be_changed(make: Factory) -> None:
    student = make()
    w = student.put(torch.tensor([2.0]))
    w.grad = torch.tensor([1.0])
    student.step(w)
    assert student.read(w).tolist() == [1.5]


def test_functions_and_files_as_arguments(make: Factory) -> None:
    student = make()
    assert student.apply(student.build("lambda x: x ** 2 + offset", offset=1), 3) == 10
    path = student.write_file("data/a.bin", b"12345")
    assert student.count(path) == 5
    with pytest.raises(Crashed, match="outside the scratch folder"):
        student.write_file("../evil", b"")


def test_a_spy_counts_calls(make: Factory) -> None:
    student = make()
    spy = student.build("type('Spy', (), {'n': 0, '__call__': lambda s, x: (setattr(s, 'n', s.n + 1), x)[1]})()")
    student.apply(spy, 1)
    student.apply(spy, 1)
    assert spy.n == 2


def test_an_exception_becomes_a_crash_with_its_line(make: Factory) -> None:
    with pytest.raises(Crashed) as crash:
        make().fail(1)
    assert crash.value.raised is not None
    assert crash.value.raised.type == "ValueError"
    assert crash.value.raised.message == "no 2"
    file, line, _, text = crash.value.raised.frames[-1]
    assert (file, text) == ("demo.py", 'raise ValueError(f"no {y}")')
    assert CODE.splitlines()[line - 1].strip() == text


def test_system_exit_is_a_crash(make: Factory) -> None:
    with pytest.raises(Crashed, match="SystemExit"):
        make().leave()


def test_a_loop_is_stopped(make: Factory) -> None:
    student = make()
    with student.deadline(0.3), pytest.raises(TimedOut, match=r"0\.3 s"):
        student.loop()


def test_stubs_and_missing_names_are_not_attempted(make: Factory) -> None:
    student = make()
    with pytest.raises(NotAttempted, match="double is not written yet"):
        student.untouched(1)
    with pytest.raises(NotAttempted, match=r"demo\.py defines no nothing"):
        student.nothing(1)


def test_a_name_that_is_no_function_says_so(make: Factory) -> None:
    with pytest.raises(Crashed, match="number is a int, not a function"):
        make().number(1)


def test_names_before_a_failing_line_still_count(make: Factory) -> None:
    student = make("def double(x):\n    return 2 * x\n\nundefined\n\ndef later(x):\n    return x\n")
    assert student.double(2) == 4
    with pytest.raises(Crashed, match="NameError"):
        student.later(1)


def test_a_banned_operator_is_seen_with_its_line(make: Factory) -> None:
    hidden = "import torch\ndef double(x):\n    f = getattr(torch, 'squ' + 'are')\n    f(x)\n    return 2 * x\n"
    with pytest.raises(RuleBroken) as rule:
        make(hidden, banned_operators={"aten::square": "torch.square", "aten::pow": "torch.pow"}).double(torch.ones(2))
    assert rule.value.line == 4


def test_an_object_that_cannot_travel_is_a_crash_not_a_fault_of_ours(make: Factory) -> None:
    student = make("import torch\ndef double(x):\n    return torch.zeros(1 << 26)\n")
    with pytest.raises(Crashed):
        student.double(1)
