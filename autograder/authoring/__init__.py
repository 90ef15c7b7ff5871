"""Tools for course authors.

commands   the commands `verify` and `mutate`
verify     checks that a course is complete and consistent
mutation/  changes references and counts how many changes the hidden checks notice
"""
