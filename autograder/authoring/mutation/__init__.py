"""Measure how strong the hidden checks are: a reference with one thing changed, a mutant, must fail them.

mutants      all mutants of a reference
mutators     the small changes that make mutants
run          runs each mutant against the hidden checks, in a worker like a student's code
"""

from .run import ExerciseReport, mutate_exercise

__all__ = ["ExerciseReport", "mutate_exercise"]
