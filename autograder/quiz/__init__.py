"""Quizzes: questions that a student answers in a file, and keys that stay with the grader.

question   what a student may see: exercises/<topic>/quiz.yaml
key        what a student must not see: solutions/<topic>/quiz_key.yaml
"""
