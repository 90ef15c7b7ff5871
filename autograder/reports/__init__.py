"""Reports show results. Each report is a function of results and their context only.

To add a format, write one file in this folder that declares `FORMAT = Format(name=..., what=..., render=...)`, and add
its line below. `--report` finds it by itself; there is no other list. See format.py for the fields and
json_results.py for the shortest example.

format        what a format is; finds the modules that declare one
inert         makes any text safe to show
class_run     what a grading run prints at its end
terminal      results in a terminal, after grading
folding       checks that fail for one reason
board         results in a terminal, at home
changes       the changes between two gradings
quiz          quizzes in a terminal
json_results  JSON
spreadsheet   CSV
junit         JUnit XML
gitlab        JUnit XML, as GitLab reads it
github        a GitHub step summary and annotations
gradescope    Gradescope's results.json
classroom50   Classroom 50's JSON
"""
