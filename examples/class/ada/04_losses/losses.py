import torch


def softmax_cross_entropy(logits, target, ignore_index=-100, reduction="mean"):
    """One sample after the other. Slow, but I can follow it."""
    losses = []
    kept = 0
    for row, t in zip(logits, target.tolist()):
        if t == ignore_index:
            losses.append(row.new_zeros(()))
            continue
        kept += 1
        top = row.max()
        losses.append(torch.log(torch.exp(row - top).sum()) - (row[t] - top))
    losses = torch.stack(losses)
    if reduction == "none":
        return losses
    total = losses.sum()
    return total if reduction == "sum" else total / kept
