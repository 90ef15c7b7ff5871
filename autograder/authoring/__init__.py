"""Tools for course authors.

commands      the commands `verify`, `mutate` and `find-equivalents`
verify        checks that a course is complete and consistent
mutation/     changes references and counts how many changes the hidden checks notice
equivalents/  finds functions of torch that answer an exercise by themselves
"""
