"""Questions that travel between courses and other systems: Moodle XML and GIFT both ways, Canvas QTI outwards.

item         a question as the formats see it: one language, numbers drawn, answers with their shares of the points
outgoing     a course's questions as items; incoming: items as quiz.yaml and quiz_key.yaml
markup       Markdown to HTML and back, maths included
moodle       items as Moodle XML; moodle_reading: the other way
gift         items as GIFT; gift_reading: the other way
files        what the command line calls
qti          items as Canvas QTI, by text2qti
"""
