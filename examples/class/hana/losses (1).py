import torch


def softmax_cross_entropy(logits, target, ignore_index=-100, reduction="mean"):
    kept = target != ignore_index
    z = logits - logits.amax(dim=1, keepdim=True)
    logsum = torch.log(torch.sum(torch.exp(z), dim=1))
    true_z = torch.gather(z, 1, torch.where(kept, target, 0).unsqueeze(1)).squeeze(1)
    losses = torch.where(kept, logsum - true_z, 0.0)
    return {"none": losses, "sum": losses.sum(), "mean": losses.sum() / kept.sum()}[reduction]
