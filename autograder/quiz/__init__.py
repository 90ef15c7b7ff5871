"""Quizzes: questions that a student answers in a file, and keys that stay with the grader.

question     what a student may see: exercises/<topic>/quiz.yaml
key          what a student must not see: solutions/<topic>/quiz_key.yaml
load         both, from a course's files
variant      a question as one student sees it; formula: what is computed from the numbers drawn
answers      answers.yaml, as a student filled it in; understand: one answer of it
judge        one answer held against its key; grading: all answers of a submission; copies: those of somebody else
session      one student's quiz, for whoever shows it: terminal, widget; writing: answers.yaml for a student
checkup      what a quiz must keep to be fair
"""
