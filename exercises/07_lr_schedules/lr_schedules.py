"""Learning-rate annealing: large steps first, small ones later. 学习率退火：先大步走，再小步走。"""

import math


def piecewise_constant(step: int, boundaries: list[int], values: list[float]) -> float:
    """Piecewise constant decay: one learning rate for each interval of the training.

    Late in training a large learning rate makes the loss swing around its minimum. The simplest remedy is a plan
    made beforehand: cut the training into intervals and give each of them a learning rate of its own.

        boundaries [10, 20], values [0.1, 0.01, 0.001]
        step 0 to 9: 0.1        step 10 to 19: 0.01        from step 20 on: 0.001

    step: the number of this step, from 0.  boundaries: steps at which the rate changes, rising; there may be none.
    values: the learning rates, one more than there are boundaries.
    Returns the learning rate of this step, a float. The lists are not changed.
    Raises ValueError where values is not exactly one longer than boundaries, whatever the step.
    Not allowed: torch.optim, which has the schedulers.
    The trap: a step that equals a boundary belongs to the new interval already.

    >>> [piecewise_constant(step, [10, 20], [0.1, 0.01, 0.001]) for step in (0, 9, 10, 25)]
    [0.1, 0.1, 0.01, 0.001]

    中文：分段常数衰减。事先把训练过程划分成若干区间，每个区间用一个固定的学习率；训练后期学习率过大，loss 会在最小值附近振荡，
    所以通常越往后越小。boundaries 是学习率改变的那几步（递增，可以为空），values 比它多一个元素。step 恰好等于某个边界时，
    已经属于新的区间，要用新值。values 的长度不等于 boundaries 的长度加一时，抛出 ValueError。不允许使用 torch.optim。
    """
    raise NotImplementedError("piecewise_constant is yours to write")


def exponential_decay(lr0: float, k: float, t: int) -> float:
    """Exponential decay: in every step the learning rate loses the same fraction of itself.

    Instead of a few sudden drops the rate falls a little in each step, fast at first, then ever more slowly.

        lr(t) = lr0 * exp(-k t)

    lr0: the learning rate at t = 0.  k >= 0: how fast it falls; with k = 0 it stays.  t: number of the step, from 0.
    Returns a Python float.
    Not allowed: torch.optim.
    The trap: t may count iterations and become large. With k t = 1000 the rate is 0.0 for a computer, not an
    OverflowError; exp(-1000) is harmless, exp(1000) is not.

    >>> round(exponential_decay(0.1, 0.1, 7), 6)
    0.049659
    >>> exponential_decay(0.1, 0.1, 0)
    0.1

    中文：指数衰减。学习率不再突然下降，而是每一步都减小同样的比例：开始降得快，之后越来越慢。lr0 是 t = 0 时的学习率，
    k 控制衰减快慢（k = 0 时不变），t 从 0 开始计数。返回 Python 浮点数。t 可能是迭代次数，会很大：k t = 1000 时结果应为 0.0，
    而不是 OverflowError，因为 exp(-1000) 没问题，exp(1000) 却会溢出。不允许使用 torch.optim。
    """
    raise NotImplementedError("exponential_decay is yours to write")


def inverse_time_decay(lr0: float, k: float, t: int) -> float:
    """1/t decay: after many steps the learning rate is inversely proportional to their number.

    It falls more slowly than the exponential in the long run: where exp(-k t) has long become 0, a 1/t rate
    still moves the weights.

        lr(t) = lr0 / (1 + k t)

    lr0: the learning rate at t = 0.  k >= 0: how fast it falls; at t = 1/k it has halved.  t: number of the step,
    from 0.
    Returns a Python float.
    Not allowed: torch.optim.

    >>> [round(inverse_time_decay(0.1, 0.5, t), 6) for t in (0, 2, 4)]
    [0.1, 0.05, 0.033333]

    中文：1/t 衰减。步数很多之后，学习率与步数成反比。它比指数衰减降得慢：指数衰减早已接近 0 时，1/t 衰减仍能更新参数。
    lr0 是 t = 0 时的学习率，k 控制快慢，t = 1/k 时正好减半；t 从 0 开始计数，k 可以为 0。返回 Python 浮点数。
    不允许使用 torch.optim。
    """
    raise NotImplementedError("inverse_time_decay is yours to write")


def step_lr(lr0: float, step_size: int, gamma: float, epoch: int) -> float:
    """Step decay: every step_size epochs the learning rate is multiplied by gamma.

    This is the schedule of the notes' transfer-learning example: StepLR with lr 0.001, step_size=2, gamma=0.9.
    It is piecewise constant, with intervals of equal length and drops by an equal factor.

        epoch  0 .. step_size - 1:    lr0
        epoch  step_size .. 2 step_size - 1:    lr0 * gamma
        epoch  2 step_size .. 3 step_size - 1:    lr0 * gamma * gamma        and so on

    lr0: the learning rate of epoch 0.  step_size >= 1: length of an interval.  gamma: the factor of each drop.
    epoch: number of the epoch, from 0; that is how often scheduler.step() has been called by then.
    Returns the learning rate of this epoch, a Python float.
    Not allowed: torch.optim.

    >>> [round(step_lr(0.001, 2, 0.9, epoch), 8) for epoch in range(6)]
    [0.001, 0.001, 0.0009, 0.0009, 0.00081, 0.00081]

    中文：等间隔的阶梯衰减：每过 step_size 个 epoch，学习率乘一次 gamma。笔记的迁移学习示例用的就是它：
    StepLR，学习率 0.001，step_size=2，gamma=0.9。epoch 从 0 开始计数，也就是在此之前调用过几次 scheduler.step()；
    第一次下降发生在 epoch = step_size。同一个区间内学习率不变，不是逐个 epoch 平滑下降。返回 Python 浮点数。
    不允许使用 torch.optim。
    """
    raise NotImplementedError("step_lr is yours to write")


def steplr_with_floor(lr0: float, step_size: int, gamma: float, floor: float, epochs: int) -> list[float]:
    """The learning rate after each epoch of the notes' loop, which stops its StepLR at a floor.

    A learning rate that falls for ever ends the learning. The notes' transfer-learning example therefore asks,
    at the end of each epoch, whether the rate still lies above a floor; only then does it call scheduler.step():

        for epoch in range(1, 100):
            train(...)
            if lr > 0.00001:            # lr: the optimiser's rate at this moment; 0.00001 is the floor
                scheduler.step()        # StepLR: every step_size-th call multiplies the rate by gamma

    lr0, step_size >= 1, 0 < gamma < 1: those of StepLR.  floor: the rate at or below which it is left alone.
    epochs: how often the loop runs; may be 0.
    Returns a list of `epochs` Python floats: the rate after the first epoch, after the second, ….
    Not allowed: torch.optim.
    The traps: the loop looks at the rate BEFORE it may drop, so the last value may lie below the floor. And
    range(1, 100) has 99 epochs, not 100.

    >>> rates = steplr_with_floor(lr0=0.001, step_size=2, gamma=0.9, floor=0.00001, epochs=len(range(1, 100)))
    >>> len(rates), f"{rates[0]:.4f}", f"{rates[1]:.4f}", f"{rates[-1]:.4e}"
    (99, '0.0010', '0.0009', '9.6977e-06')
    >>> rates.index(rates[-1]) + 1  # the epoch that changed the rate for the last time
    88

    中文：笔记的迁移学习示例给 StepLR 设了一个下限：每个 epoch 结束时，只有学习率仍大于下限才调用 scheduler.step()，
    每调用 step_size 次，学习率乘一次 gamma。请返回每个 epoch 结束之后的学习率，共 epochs 个，放在列表里；epochs 可以为 0。
    注意：判断在下降之前，所以最后的学习率可能低于下限（它只是不再下降，并没有被截断到下限）；学习率恰好等于下限时也不再调用。
    另外 range(1, 100) 只有 99 个 epoch。不允许使用 torch.optim。
    """
    raise NotImplementedError("steplr_with_floor is yours to write")
