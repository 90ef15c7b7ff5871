"""Second solutions of the losses, written another way. 损失函数的另一种写法。"""

import torch
from torch import Tensor


def l1_loss(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """The larger one minus the smaller one."""
    if list(pred.shape) != list(target.shape):
        raise ValueError("pred and target must have the same shape")
    losses = torch.maximum(pred, target) - torch.minimum(pred, target)
    return {"none": lambda x: x, "sum": torch.sum, "mean": torch.mean}[reduction](losses)


def mse_and_grad(pred: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """In numpy, with the norm of the flattened error."""
    error = pred.numpy() - target.numpy()
    n = error.size
    loss = torch.tensor((error.reshape(-1) @ error.reshape(-1)) / n, dtype=pred.dtype)
    return loss, torch.as_tensor(error * (2 / n), dtype=pred.dtype)


def smooth_l1_loss(pred: Tensor, target: Tensor, beta: float = 1.0) -> Tensor:
    """The part of |x| up to beta goes into the parabola, the rest is added as it is."""
    size = torch.abs(pred - target)
    inner = size.clamp(max=beta)
    curved = inner**2 / (2 * beta) if beta > 0 else inner
    return (curved + (size - inner)).sum() / size.numel()


def nll_from_probs(probs: Tensor, target: Tensor, eps: float = 0.0) -> Tensor:
    """A loop over the samples."""
    logs = [torch.where(row[t] > eps, row[t], eps).log() for row, t in zip(probs, target.tolist())]
    return -sum(logs) / len(logs)


def binary_cross_entropy(p: Tensor, y: Tensor) -> Tensor:
    """log1p for the second log, and maximum for the floor."""
    floor = torch.full_like(p, -100)
    yes = y * torch.maximum(torch.log(p), floor)
    no = (1 - y) * torch.maximum(torch.log1p(-p), floor)
    return (-yes - no).sum() / p.numel()


def soft_cross_entropy(logits: Tensor, target_probs: Tensor) -> Tensor:
    """log-sum-exp of each row counts once for every unit of target probability; the logits are subtracted."""
    total = logits.new_zeros(())
    for z, q in zip(logits, target_probs):
        total = total + q.sum() * torch.logsumexp(z, dim=0) - torch.dot(q, z)
    return total / logits.shape[0]


def softmax_cross_entropy(logits: Tensor, target: Tensor, ignore_index: int = -100, reduction: str = "mean") -> Tensor:
    """Sample by sample; how far each class is above the true one, then log-sum-exp of that."""
    losses = []
    for row, true_class in zip(logits, target.tolist()):
        if true_class == ignore_index:
            losses.append(row.new_zeros(()))
            continue
        above = row - row[true_class]
        highest = above.max()
        losses.append(highest + torch.log(torch.exp(above - highest).sum()))
    stacked = torch.stack(losses)
    if reduction == "none":
        return stacked
    total = stacked.sum()
    return total if reduction == "sum" else total / (target != ignore_index).sum()


def bce_with_logits(z: Tensor, y: Tensor, pos_weight: Tensor | None = None) -> Tensor:
    """softplus as logaddexp(z, 0): -log s(z) is softplus(-z), -log(1 - s(z)) is softplus(z)."""
    zero = torch.zeros_like(z)
    cost_of_yes, cost_of_no = torch.logaddexp(-z, zero), torch.logaddexp(z, zero)
    if pos_weight is not None:
        cost_of_yes = cost_of_yes * pos_weight
    return torch.lerp(cost_of_no, cost_of_yes, y).mean()


def softmax_ce_grad(logits: Tensor, target: Tensor) -> Tensor:
    """In numpy: softmax by hand, a row of the identity matrix for each target."""
    z = logits.numpy()
    e = torch.exp(torch.from_numpy(z - z.max(axis=1, keepdims=True))).numpy()
    true = torch.eye(z.shape[1], dtype=logits.dtype)[target].numpy()
    return torch.from_numpy((e / e.sum(axis=1, keepdims=True) - true) / len(z))
