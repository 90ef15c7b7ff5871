"""Quizzes: questions that a student answers in a file, and keys that stay with the grader.

question     the part that a student may see: exercises/<topic>/quiz.yaml
key          the part that a student must not see: solutions/<topic>/quiz_key.yaml
load         reads both from a course
variant      a question as one student sees it
formula      computes with the numbers that were drawn
answers      answers.yaml, as a student filled it in
judge        reads one answer, and compares it with its key
grading      grades all answers of a submission
copies       finds answers that match another student's variant
session      one student's quiz, whoever shows it
terminal     the quiz in a terminal
widget       the quiz in a notebook
writing      writes answers.yaml for a student
checkup      checks that a quiz is fair
kinds/       one module per kind of question: all that differs between kinds
exchange/    questions from and for other systems
"""
