"""crashed|failed: returns sparse, nested, quantised, complex-conjugate, negated and Parameter-like tensors."""

import torch

calls = [0]


def double(x):
    ways = (
        lambda: x.to_sparse(),
        lambda: torch.nested.nested_tensor([torch.ones(1 << 10), torch.ones(1)]),
        lambda: torch.quantize_per_tensor(torch.ones(2), 1.0, 0, torch.qint8),
        lambda: torch.full_like(x, 1.0, dtype=torch.complex64).conj(),
        lambda: torch._neg_view(x),
        lambda: torch.nn.Buffer(x),
        lambda: torch.sparse_coo_tensor(torch.zeros(1, 0, dtype=torch.long), torch.zeros(0), (1 << 60,)),
    )
    calls[0] += 1
    return ways[calls[0] % len(ways)]()
