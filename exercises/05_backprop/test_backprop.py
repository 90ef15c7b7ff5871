"""Visible checks of gradient descent and back propagation. 梯度下降与反向传播的公开检查。"""

import torch
from torch import Tensor

from autograder.checks import (
    ELEMENTWISE,
    FINITE_DIFFERENCE,
    ITERATED,
    PYTHON_FLOAT,
    REDUCTION,
    RemoteObject,
    Student,
    assert_close,
    assert_equal,
    assert_inputs_unchanged,
    check,
    expect,
)


def double(*values: object) -> Tensor:
    """A float64 tensor of these rows, or of these numbers."""
    return torch.tensor(values, dtype=torch.float64)


# The network of the notes' example 1: w1 to w4 are W1, w5 to w8 are W2.
X, T = double([0.05, 0.10]), double([0.01, 0.99])
W1, B1 = double([0.15, 0.20], [0.25, 0.30]), double(0.35, 0.35)
W2, B2 = double([0.40, 0.45], [0.50, 0.55]), double(0.60, 0.60)
GRAD_W1 = double([0.000438567734, 0.000877135469], [0.000497712735, 0.000995425471])
GRAD_B1 = double(0.008771354689, 0.009954254705)
GRAD_W2 = double([0.082167040564, 0.082667627848], [-0.022602540477, -0.022740242216])
GRAD_B2 = double(0.138498561629, -0.038098236517)


@check("gd_step")
def test_gd_step_worked_example(student):
    """The docstring's example: a vector and a number. 文档示例：一个向量和一个数。"""
    params, grads = [torch.tensor([1.0, 2.0]), torch.tensor(3.0)], [torch.tensor([0.5, -1.0]), torch.tensor(2.0)]
    assert_close(student.gd_step(params, grads, 0.1), [torch.tensor([0.95, 2.1]), torch.tensor(2.8)], ELEMENTWISE)


@check("gd_step")
def test_gd_step_of_example_1(student):
    """Example 1 of the notes with lr 0.5: w5 becomes 0.3589, w7 0.5113; the old tensors stay. 笔记例 1，lr = 0.5：w5 变为 0.3589，w7 变为 0.5113；原来的张量不变。"""
    new_w1 = double([0.149780716133, 0.199561432266], [0.249751143632, 0.299502287265])
    new_w2 = double([0.358916479718, 0.408666186076], [0.511301270239, 0.561370121108])
    answer = assert_inputs_unchanged(student.gd_step, [W1, W2], [GRAD_W1, GRAD_W2], 0.5)
    assert_close(answer, [new_w1, new_w2], ITERATED)


@check("gd_step")
def test_gd_step_of_nothing(student):
    """Without parameters the result is an empty list. 没有参数时返回空列表。"""
    assert_equal(student.gd_step([], [], 0.1), [])


@check("iterations_per_epoch")
def test_iterations_per_epoch_of_the_notes(student):
    """50000 samples: 196 iterations in batches of 256; 1924 with the misprinted 26. 50000 个样本：每批 256 个时为 196 次；误印的 26 则为 1924 次。"""
    assert_equal(student.iterations_per_epoch(50000, 256), 196)
    assert_equal(student.iterations_per_epoch(50000, 26), 1924)


@check("iterations_per_epoch")
def test_iterations_per_epoch_without_a_remainder(student):
    """512 samples in batches of 256 are 2 batches, not 3. 512 个样本、每批 256 个，是 2 批，不是 3 批。"""
    assert_equal(student.iterations_per_epoch(512, 256), 2)


@check("iterations_per_epoch")
def test_iterations_per_epoch_with_drop_last(student):
    """With drop_last the 4 samples left over by 3 batches of 32 don't count. drop_last 时，32 个一批分完 3 批剩下的 4 个样本不算。"""
    assert_equal(student.iterations_per_epoch(100, 32, drop_last=True), 3)


@check("batch_slices")
def test_batch_slices_worked_example(student):
    """Ten samples by four: the last batch is shorter. 10 个样本、每批 4 个：最后一批较短。"""
    assert_equal(student.batch_slices(10, 4), [(0, 4), (4, 8), (8, 10)])


@check("batch_slices")
def test_batch_slices_without_a_remainder(student):
    """Eight samples by four: two full batches, and no empty one. 8 个样本、每批 4 个：正好两批，没有空批。"""
    assert_equal(student.batch_slices(8, 4), [(0, 4), (4, 8)])


@check("batch_slices")
def test_batch_slices_of_a_small_data_set(student):
    """Three samples in batches of ten: one batch of three. 3 个样本、每批 10 个：只有一批，含 3 个样本。"""
    assert_equal(student.batch_slices(3, 10), [(0, 3)])


@check("unit_gradients")
def test_unit_gradients_of_the_notes(student):
    """At x = 1, w = 0, b = 0 both are 0.25. x = 1、w = 0、b = 0 时，两者都是 0.25。"""
    assert_close(student.unit_gradients(1.0, 0.0, 0.0), (0.25, 0.25), PYTHON_FLOAT)


@check("unit_gradients")
def test_unit_gradients_elsewhere(student):
    """At x = 2, w = -0.5, b = 0.3: df/dw is twice df/db. x = 2、w = -0.5、b = 0.3 时，df/dw 是 df/db 的两倍。"""
    assert_close(student.unit_gradients(2.0, -0.5, 0.3), (0.4434257426, 0.2217128713), PYTHON_FLOAT)


@check("unit_gradients")
def test_unit_gradients_without_input(student):
    """With x = 0, changing the weight has no effect, but changing the bias has. x = 0 时改变权重没有影响，改变偏置仍有影响。"""
    assert_close(student.unit_gradients(0.0, 1.0, 1.0), (0.0, 0.1966119332), PYTHON_FLOAT)


@check("forward_222")
def test_forward_222_of_example_1(student):
    """Example 1 of the notes: 0.5933, 0.5969, then 0.7514, 0.7729. 笔记例 1：先得 0.5933、0.5969，再得 0.7514、0.7729。"""
    h, o = double([0.593269992107, 0.596884378260]), double([0.751365069552, 0.772928465321])
    assert_close(student.forward_222(X, W1, B1, W2, B2), (h, o), REDUCTION)


@check("forward_222")
def test_forward_222_after_one_step(student):
    """With the weights of example 1 after one step: 0.7284 and 0.7784; no input is changed. 例 1 更新一步之后的权重：输出 0.7284 和 0.7784；不修改任何输入。"""
    w1, b1 = W1 - 0.5 * GRAD_W1, B1 - 0.5 * GRAD_B1
    w2, b2 = W2 - 0.5 * GRAD_W2, B2 - 0.5 * GRAD_B2
    h, o = double([0.592198054520, 0.595671255374]), double([0.728441762234, 0.778376920301])
    answer = assert_inputs_unchanged(student.forward_222, X, w1, b1, w2, b2)
    assert_close(answer, (h, o), REDUCTION)


@check("forward_222")
def test_forward_222_of_other_sizes(student):
    """Three samples, two inputs, one hidden unit, one output. 3 个样本、2 个输入、1 个隐藏神经元、1 个输出。"""
    x, w1, b1 = torch.tensor([[1.0, 2.0], [0.0, 0.0], [2.0, 1.0]]), torch.tensor([[1.0, -1.0]]), torch.tensor([0.0])
    h, o = torch.tensor([[0.2689414], [0.5], [0.7310586]]), torch.tensor([[0.3864837], [0.5], [0.6135163]])
    assert_close(student.forward_222(x, w1, b1, torch.tensor([[2.0]]), torch.tensor([-1.0])), (h, o), REDUCTION)


def by_name(answer: object) -> object:
    """A dict with its keys in one order, so that any order is accepted."""
    return dict(sorted(answer.items())) if isinstance(answer, dict) else answer


@check("backward_222")
def test_backward_222_output_layer_of_example_1(student):
    """dE/dw5 to dE/dw8 of example 1: 0.0822, 0.0827, -0.0226, -0.0227. 例 1 的 dE/dw5 至 dE/dw8：0.0822、0.0827、-0.0226、-0.0227。"""
    answer = student.backward_222(X, T, W1, B1, W2, B2)
    assert_close(answer["W2"], GRAD_W2, REDUCTION)


@check("backward_222")
def test_backward_222_of_example_1(student):
    """All gradients of example 1, the hidden layer's and the biases' too. 例 1 的全部梯度，包括隐藏层和各个偏置。"""
    expected = {"W1": GRAD_W1, "W2": GRAD_W2, "b1": GRAD_B1, "b2": GRAD_B2}
    assert_close(by_name(student.backward_222(X, T, W1, B1, W2, B2)), expected, REDUCTION)


@check("backward_222")
def test_backward_222_sums_over_the_batch(student):
    """The same sample twice: every gradient doubles; no input is changed. 同一个样本出现两次，所有梯度都加倍；不修改任何输入。"""
    expected = {"W1": 2 * GRAD_W1, "W2": 2 * GRAD_W2, "b1": 2 * GRAD_B1, "b2": 2 * GRAD_B2}
    answer = assert_inputs_unchanged(student.backward_222, X.repeat(2, 1), T.repeat(2, 1), W1, B1, W2, B2)
    assert_close(by_name(answer), expected, REDUCTION)


def network_of_example_1(student: Student) -> RemoteObject:
    """A new nn.Sequential with the weights of the notes."""
    model = student.build("nn.Sequential(nn.Linear(2, 2), nn.Sigmoid(), nn.Linear(2, 2), nn.Sigmoid()).double()")
    student.evaluate(
        "m.load_state_dict(state)", m=model, state={"0.weight": W1, "0.bias": B1, "2.weight": W2, "2.bias": B2}
    )
    return model


def assert_model_holds(model: RemoteObject, expected: dict[str, Tensor], loss: object) -> None:
    """Fail unless the model holds these parameters. loss: what train_step_222 returned."""
    state = model.state_dict()
    for name, right in expected.items():
        found = state[name]
        rtol, atol = ITERATED.bounds(right.dtype)
        has_the_kind = found.dtype == right.dtype and found.shape == right.shape
        expect(
            has_the_kind and torch.allclose(found, right, rtol=rtol, atol=atol),
            f"the model's {name} holds {numbers(found)}, expected {numbers(right)}.",
            f"模型的 {name} 是 {numbers(found)}，应为 {numbers(right)}。",
            answer=loss,
        )


def numbers(tensor: Tensor) -> str:
    """The dtype and the first numbers of a tensor."""
    first = ", ".join(f"{value:.6g}" for value in tensor.flatten().tolist()[:4])
    return f"{str(tensor.dtype).removeprefix('torch.')} [{first}]"


@check("train_step_222")
def test_train_step_222_loss_of_example_1(student):
    """Example 1: the loss is 0.2984, and 0.2805 after one step. 例 1：损失为 0.2984，更新一步之后为 0.2805。"""
    model = network_of_example_1(student)
    assert_close(student.train_step_222(model, X, T), 0.298371108760, PYTHON_FLOAT)
    assert_close(student.train_step_222(model, X, T), 0.280471446791, PYTHON_FLOAT)


@check("train_step_222")
def test_train_step_222_weights_of_example_1(student):
    """Example 1 with lr 0.5: w1 becomes 0.1498, w5 0.3589, w7 0.5113. 例 1，lr = 0.5：w1 变为 0.1498，w5 变为 0.3589，w7 变为 0.5113。"""
    model = network_of_example_1(student)
    loss = student.train_step_222(model, X, T, lr=0.5)
    expected = {
        "0.weight": double([0.149780716133, 0.199561432266], [0.249751143632, 0.299502287265]),
        "0.bias": double(0.345614322655, 0.345022872647),
        "2.weight": double([0.358916479718, 0.408666186076], [0.511301270239, 0.561370121108]),
        "2.bias": double(0.530750719186, 0.619049118258),
    }
    assert_model_holds(model, expected, loss)


@check("train_step_222")
def test_train_step_222_with_three_outputs(student):
    """Errors of 1, 2 and 3: the loss is (1 + 4 + 9) / 2 = 7. 误差为 1、2、3：损失是 (1 + 4 + 9) / 2 = 7。"""
    x, t = torch.tensor([[1.0, 2.0, 3.0]]), torch.zeros(1, 3)
    model = student.build("nn.Linear(3, 3, bias=False)")
    student.evaluate("nn.init.eye_(m.weight)", m=model)
    assert_close(student.train_step_222(model, x, t, lr=0.1), 7.0, PYTHON_FLOAT)


@check("numeric_grad")
def test_numeric_grad_worked_example(student):
    """The docstring's example: the slope of v**3 at 1 and -2. 文档示例：v**3 在 1 和 -2 处的导数。"""
    cubes = student.build("lambda v: (v**3).sum()")
    assert_close(student.numeric_grad(cubes, double(1.0, -2.0)), double(3.0, 12.0), FINITE_DIFFERENCE)


@check("numeric_grad")
def test_numeric_grad_of_one_number(student):
    """The slope of the sigmoid at 0 is 0.25; x has no dimensions. sigmoid 在 0 处的导数是 0.25，x 是零维张量。"""
    x = torch.tensor(0.0, dtype=torch.float64)
    expected = torch.tensor(0.25, dtype=torch.float64)
    assert_close(student.numeric_grad(student.build("torch.sigmoid"), x), expected, FINITE_DIFFERENCE)


@check("numeric_grad")
def test_numeric_grad_measures_example_1(student):
    """It finds dE/dw1 to dE/dw4 of example 1, as derived by hand, and leaves x as it is. 量出例 1 的 dE/dw1 至 dE/dw4，与手工推导一致，并且不修改 x。"""
    error_of = "lambda v: ((torch.sigmoid(torch.sigmoid(x @ v.T + b1) @ w2.T + b2) - t) ** 2).sum() / 2"
    error = student.build(error_of, x=X, t=T, b1=B1, w2=W2, b2=B2)
    x = student.put(W1)
    answer = student.numeric_grad(error, x)
    assert_close(answer, GRAD_W1, FINITE_DIFFERENCE)
    expect(
        student.evaluate("torch.equal(after, before)", after=x, before=W1),
        "x is not what it was before the call. Work on a copy of x.",
        "x 与调用之前不同。应在 x 的副本上操作。",
        answer=answer,
    )


@check("numeric_grad")
def test_numeric_grad_looks_both_ways(student):
    """For v**2 at 3 the result is 6 even with eps = 0.5: both sides count. v**2 在 3 处，eps = 0.5 时仍得 6：两侧都要用到。"""
    squares = student.build("lambda v: (v**2).sum()")
    assert_close(student.numeric_grad(squares, double(3.0), 0.5), double(6.0), FINITE_DIFFERENCE)


@check("linear_backward")
def test_linear_backward_worked_example(student):
    """The docstring's example: two samples, two inputs, one output. 文档示例：2 个样本、2 个输入、1 个输出。"""
    x, weight, grad_out = (
        torch.tensor([[1.0, 2.0], [3.0, 4.0]]),
        torch.tensor([[5.0, 6.0]]),
        torch.tensor([[1.0], [10.0]]),
    )
    expected = torch.tensor([[5.0, 6.0], [50.0, 60.0]]), torch.tensor([[31.0, 42.0]]), torch.tensor([11.0])
    assert_close(student.linear_backward(x, weight, grad_out), expected, REDUCTION)


@check("linear_backward")
def test_linear_backward_of_a_square_layer(student):
    """Two inputs and two outputs: only the right transposes give these values; no input is changed. 2 个输入、2 个输出：每处转置都对才能得到这些值；不修改任何输入。"""
    x, weight, grad_out = (
        torch.tensor([[1.0, 2.0]]),
        torch.tensor([[1.0, 2.0], [3.0, 4.0]]),
        torch.tensor([[1.0, 10.0]]),
    )
    expected = torch.tensor([[31.0, 42.0]]), torch.tensor([[1.0, 2.0], [10.0, 20.0]]), torch.tensor([1.0, 10.0])
    answer = assert_inputs_unchanged(student.linear_backward, x, weight, grad_out)
    assert_close(answer, expected, REDUCTION)


@check("linear_backward")
def test_linear_backward_of_an_empty_batch(student):
    """No samples: the gradients of W and b are 0. 没有样本时，W 和 b 的梯度为 0。"""
    expected = torch.zeros(0, 3), torch.zeros(2, 3), torch.zeros(2)
    assert_close(student.linear_backward(torch.zeros(0, 3), torch.ones(2, 3), torch.zeros(0, 2)), expected, REDUCTION)
