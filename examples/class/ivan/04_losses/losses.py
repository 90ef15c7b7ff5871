import torch


def softmax_cross_entropy(logits, target, ignore_index=-100, reduction="mean"):
    z = logits - logits.amax(1, keepdim=True)
    logp = z - z.exp().sum(1, keepdim=True).log()
    kept = target != ignore_index
    losses = -logp.gather(1, torch.where(kept, target, 0)[:, None])[:, 0]
    losses = torch.where(kept, losses, 0.0)
    if reduction == "none"
        return losses
    total = losses.sum()
    return total if reduction == "sum" else total / kept.sum()
