import torch
import torch.nn.functional as F


def softmax_cross_entropy(logits, target, ignore_index=-100, reduction="mean"):
    # torch already has this
    return F.cross_entropy(logits, target, ignore_index=ignore_index, reduction=reduction)
