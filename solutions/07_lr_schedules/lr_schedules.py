"""Learning-rate annealing: large steps first, small ones later. 学习率退火：先大步走，再小步走。"""

import math


def piecewise_constant(step: int, boundaries: list[int], values: list[float]) -> float:
    """Piecewise constant decay: each interval of the training has its own learning rate.

    Late in training a large learning rate makes the loss swing around its minimum. The simplest remedy is a fixed
    plan: cut the training into intervals, and choose a learning rate for each of them.

        boundaries [10, 20], values [0.1, 0.01, 0.001]
        step 0 to 9: 0.1        step 10 to 19: 0.01        from step 20 on: 0.001

    step: the number of the step, counted from 0.
    boundaries: the steps at which the rate changes, in rising order; the list may be empty.
    values: the learning rates, one more than boundaries. They may rise, and a rate may occur more than once.
    Returns the learning rate of this step, a float, exactly as it is in values. Change neither list.
    Raises ValueError, whatever the step, if values is not exactly one longer than boundaries.
    Not allowed: torch.optim, which has the schedulers.
    The trap: a step that equals a boundary already belongs to the new interval.

    >>> [piecewise_constant(step, [10, 20], [0.1, 0.01, 0.001]) for step in (0, 9, 10, 25)]
    [0.1, 0.1, 0.01, 0.001]

    中文：分段常数衰减。事先把训练过程划分成若干区间，每个区间用一个固定的学习率；训练后期学习率过大，loss 会在最小值附近振荡，
    所以通常越往后越小（也可以变大，同一个值也可以出现多次）。boundaries 是学习率改变的那几步（递增，可以为空），values 比它多一个元素。
    step 恰好等于某个边界时，已经属于新的区间，要用新值。values 的长度不等于 boundaries 的长度加一时，无论 step 是多少，
    都要抛出 ValueError。不要修改这两个列表，不允许使用 torch.optim。
    """
    ### BEGIN SOLUTION
    if len(values) != len(boundaries) + 1:
        raise ValueError("values holds one learning rate more than there are boundaries")
    passed = sum(step >= boundary for boundary in boundaries)
    return values[passed]
    ### END SOLUTION


def exponential_decay(lr0: float, k: float, t: int) -> float:
    """Exponential decay: in each step the learning rate loses the same fraction of itself.

    The rate falls a little in each step instead of in a few sudden drops: quickly at first, then more and more slowly.

        lr(t) = lr0 * exp(-k t)

    lr0: the learning rate at t = 0.  k: how fast the rate falls, at least 0; for k = 0 it stays the same.
    t: the number of the step, counted from 0.
    Returns a Python float, not rounded.
    Not allowed: torch.optim.
    The trap: t can be large. For k t = 1000 the result is 0.0, not an OverflowError. math.exp(-1000) is simply 0.0,
    but math.exp(1000) overflows.

    >>> round(exponential_decay(0.1, 0.1, 7), 6)
    0.049659
    >>> exponential_decay(0.1, 0.1, 0)
    0.1

    中文：指数衰减。学习率不再突然下降，而是每一步都减小同样的比例：开始降得快，之后越来越慢。lr0 是 t = 0 时的学习率，
    k 控制衰减的快慢（k = 0 时不变），t 从 0 开始计数。返回 Python 浮点数，不要舍入（示例里的 round 只是为了少显示几位）。
    t 可能很大：k t = 1000 时结果应为 0.0，而不是 OverflowError，因为 math.exp(-1000) 就是 0.0，math.exp(1000) 却会溢出。
    不允许使用 torch.optim。
    """
    ### BEGIN SOLUTION
    return lr0 * math.exp(-k * t)
    ### END SOLUTION


def inverse_time_decay(lr0: float, k: float, t: int) -> float:
    """1/t decay: after many steps the learning rate is inversely proportional to the number of steps.

    In the long run it falls more slowly than exponential decay. When exp(-k t) is almost 0, a 1/t rate still moves
    the weights.

        lr(t) = lr0 / (1 + k t)

    lr0: the learning rate at t = 0.  k: how fast the rate falls, at least 0; at t = 1/k the rate is lr0 / 2.
    t: the number of the step, counted from 0.
    Returns a Python float, not rounded. The rate has no lower limit.
    Not allowed: torch.optim.

    >>> [round(inverse_time_decay(0.1, 0.5, t), 6) for t in (0, 2, 4)]
    [0.1, 0.05, 0.033333]

    中文：1/t 衰减。步数很多之后，学习率与步数成反比。它比指数衰减降得慢：指数衰减已经接近 0 时，1/t 衰减仍能更新参数。
    lr0 是 t = 0 时的学习率，k 控制快慢（可以为 0），t = 1/k 时正好减半；t 从 0 开始计数。返回 Python 浮点数，
    不要舍入，也没有下限。不允许使用 torch.optim。
    """
    ### BEGIN SOLUTION
    return lr0 / (1 + k * t)
    ### END SOLUTION


def step_lr(lr0: float, step_size: int, gamma: float, epoch: int) -> float:
    """Step decay: every step_size epochs the learning rate is multiplied by gamma.

    The notes' transfer-learning example uses this schedule: StepLR with lr 0.001, step_size=2, gamma=0.9. It is
    piecewise constant: all intervals have the same length, and all drops have the same factor.

        epoch  0 to step_size - 1:                  lr0
        epoch  step_size to 2 step_size - 1:        lr0 * gamma
        epoch  2 step_size to 3 step_size - 1:      lr0 * gamma * gamma        and so on

    lr0: the learning rate of epoch 0.  step_size: the length of an interval, at least 1.
    gamma: the factor of each drop.
    epoch: the number of the epoch, counted from 0. Before it, scheduler.step() has been called `epoch` times.
    Returns the learning rate of this epoch, a Python float, not rounded. The rate has no lower limit.
    Not allowed: torch.optim.

    >>> [round(step_lr(0.001, 2, 0.9, epoch), 8) for epoch in range(6)]
    [0.001, 0.001, 0.0009, 0.0009, 0.00081, 0.00081]

    中文：等间隔的阶梯衰减：每过 step_size 个 epoch，学习率乘一次 gamma。笔记的迁移学习示例用的就是它：
    StepLR，学习率 0.001，step_size=2，gamma=0.9。epoch 从 0 开始计数，它也等于在此之前调用 scheduler.step() 的次数；
    第一次下降发生在 epoch = step_size。同一个区间内学习率不变，不是每个 epoch 都平滑下降。返回 Python 浮点数，
    不要舍入，也没有下限。不允许使用 torch.optim。
    """
    ### BEGIN SOLUTION
    return lr0 * gamma ** (epoch // step_size)
    ### END SOLUTION


def steplr_with_floor(lr0: float, step_size: int, gamma: float, floor: float, epochs: int) -> list[float]:
    """Return the learning rate after each epoch of the notes' loop, which stops StepLR at a floor.

    A learning rate that keeps falling eventually stalls training. So the notes' transfer-learning example compares
    the rate with a floor at the end of each epoch. It calls scheduler.step() only if the rate is above the floor:

        for epoch in range(1, 100):
            train(...)
            if lr > 0.00001:            # lr: the present rate of the optimiser; 0.00001 is the floor
                scheduler.step()        # StepLR: every step_size-th call multiplies the rate by gamma

    lr0, step_size, gamma: the arguments of StepLR; step_size is at least 1, gamma is between 0 and 1.
    floor: at or below this rate the scheduler is not called; may be 0.
    epochs: how many times the loop runs; may be 0.
    Returns a list of `epochs` Python floats, not rounded: the rate after the first epoch, after the second, ….
    Not allowed: torch.optim.
    The traps: the loop compares the rate BEFORE it drops, so the last value may be below the floor. And
    range(1, 100) has 99 epochs, not 100.

    >>> rates = steplr_with_floor(lr0=0.001, step_size=2, gamma=0.9, floor=0.00001, epochs=len(range(1, 100)))
    >>> len(rates), f"{rates[0]:.4f}", f"{rates[1]:.4f}", f"{rates[-1]:.4e}"
    (99, '0.0010', '0.0009', '9.6977e-06')
    >>> rates.index(rates[-1]) + 1  # the last epoch that changed the rate
    88

    中文：笔记的迁移学习示例给 StepLR 设了一个下限：每个 epoch 结束时，只有学习率仍大于下限才调用 scheduler.step()，
    每调用 step_size 次，学习率乘一次 gamma。请返回每个 epoch 结束之后的学习率，共 epochs 个（可以为 0），放在列表里，不要舍入。
    注意：循环先判断，再下降，所以最后的学习率可能低于下限（此后不再下降，但也不会被抬高到下限）；学习率恰好等于下限时也不再调用。
    下限可以为 0，此时学习率一直下降。另外 range(1, 100) 只有 99 个 epoch。不允许使用 torch.optim。
    """
    ### BEGIN SOLUTION
    lr, calls = lr0, 0
    rates = []
    for _ in range(epochs):
        if lr > floor:
            calls += 1
            lr = lr0 * gamma ** (calls // step_size)
        rates.append(lr)
    return rates
    ### END SOLUTION
