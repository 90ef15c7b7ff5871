"""Questions from and for other systems: Moodle XML and GIFT both ways, Canvas QTI outwards.

item            a question as the formats see it: one language, numbers drawn
outgoing        a course's questions as items
incoming        items as quiz.yaml and quiz_key.yaml
markup          Markdown to HTML and back, maths included
moodle          items as Moodle XML
moodle_reading  Moodle XML as items
gift            items as GIFT
gift_reading    GIFT as items
qti             items as Canvas QTI, by text2qti
files           reads and writes the files of the command line
"""
