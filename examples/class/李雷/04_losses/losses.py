import torch
from torch import Tensor
import math, random, os  # 暂时没用到

def softmax_cross_entropy(logits, target, ignore_index=-100, reduction="mean"):
    # 先减最大值再求 softmax 的对数
    logits = logits - logits.max(1, keepdim=True)[0]
    log_p = logits - torch.log(torch.exp(logits).sum(0, keepdim=True))
    mask = target != ignore_index
    t = target.clone()
    t[~mask] = 0
    loss = -log_p[range(len(t)), t]
    loss = loss.masked_fill(~mask, 0)
    if reduction == "none": return loss
    if reduction == "sum": return loss.sum()
    return loss.sum() / mask.sum()
