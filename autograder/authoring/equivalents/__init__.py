"""Finds functions of torch that answer an exercise by themselves.

calls       the reference's calls in the exercise's checks, with their answers
candidates  the functions, methods and modules of torch that are tried
caller      the code that tries them; it runs in a worker
search      tries all candidates and asks the bans about those that give the answers
"""

from .search import Equivalent, EquivalentsReport, find_equivalents

__all__ = ["Equivalent", "EquivalentsReport", "find_equivalents"]
