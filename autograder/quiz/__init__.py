"""Quizzes: questions that a student answers in a file, and keys that stay with the grader.

question     what a student may see: exercises/<topic>/quiz.yaml
key          what a student must not see: solutions/<topic>/quiz_key.yaml
load         reads both from a course
variant      a question as one student sees it
formula      computes with the numbers that were drawn
answers      answers.yaml, as a student filled it in
understand   one answer as a value
judge        compares one answer with its key
grading      grades all answers of a submission
copies       finds answers that match another student's variant
session      one student's quiz, whoever shows it
terminal     the quiz in a terminal
widget       the quiz in a notebook
writing      writes answers.yaml for a student
checkup      checks that a quiz is fair
exchange/    questions from and for other systems
"""
