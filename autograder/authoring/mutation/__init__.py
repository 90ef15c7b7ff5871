"""How strong the hidden checks are: references with one thing changed must fail them.

mutators     the changes, small and of this field
run          each mutant against the hidden checks, in a worker like a student's code
"""

from .run import ExerciseReport, mutate_exercise

__all__ = ["ExerciseReport", "mutate_exercise"]
