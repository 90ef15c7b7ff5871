"""What an exercise forbids, found by reading the source. Nothing of it is run.

`import torch.nn.functional as F`, `from torch import log_softmax as ls` and `loss = F.cross_entropy` are all seen
through. What reading cannot see, the operator watch in the worker does.

search         the first use of a banned name, and what an instructor should look at
bans           the banned names as one pattern
reading        what an exercise uses, directly or not
values         what names and expressions stand for
walk           a module's syntax tree, in one pass
pieces         what that pass finds: pieces of a module, and the names that they mention
syntax         parts of a syntax tree
access         ways to write `x.name`
torch_names    names that torch has in several places, and what its star imports bring
"""

from .search import find_banned, find_suspicious

__all__ = ["find_banned", "find_suspicious"]
