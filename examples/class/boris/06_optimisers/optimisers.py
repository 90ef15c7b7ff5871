from torch import Tensor


def ema(old: Tensor, new: Tensor, beta: float) -> Tensor:
    """Exponential moving average."""
    return beta * old + (1 - beta) * new


def unbias(average: Tensor, beta: float, t: int) -> Tensor:
    return average / (1 - beta**t)


def adam_step(w, g, m, v, t, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
    m = ema(m, g, betas[0])
    v = ema(v, g.square(), betas[1])
    step = unbias(m, betas[0], t) / (unbias(v, betas[1], t).sqrt() + eps)
    return w - lr * step, m, v
