"""failed: is a function of torch that returns its input."""

import torch

double = torch.clone
