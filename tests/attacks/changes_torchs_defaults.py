"""crashed|failed: changes torch's default device, dtype, threads and determinism for the calls to come."""

import torch

torch.set_default_device("meta")
torch.set_default_dtype(torch.float64)
torch.set_num_threads(64)
torch.use_deterministic_algorithms(True)
torch.autograd.set_detect_anomaly(True)
torch._C._set_grad_enabled(False)


def double(x):
    return x
