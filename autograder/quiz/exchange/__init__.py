"""Exchanges questions with other systems: Moodle XML and GIFT in both directions, Canvas QTI for export only.

item            a question as the formats know it: in one language, with its numbers drawn
outgoing        turns a course's questions into items
incoming        turns items into quiz.yaml and quiz_key.yaml
markup          turns Markdown into HTML and back, maths included
moodle          writes items as Moodle XML
gift            writes items as GIFT
qti             writes items as Canvas QTI, with text2qti
reading         what the two readers share
moodle_reading  reads Moodle XML into items
gift_reading    reads GIFT into items
files           reads and writes the files of the command line
"""
