"""Results, shown. Each module is a function of results alone.

board, terminal    in a terminal: at home, and after grading
format             what a format is, and which there are: every module here that declares a FORMAT
inert              text that is safe wherever it is shown
the others         one format each: for CI systems, learning platforms and spreadsheets
"""
