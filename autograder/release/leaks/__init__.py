"""Search a release for answers before a student can get it.

search     compares every file of a release with the secrets
secrets    the secrets of a course, read from solutions/
published  texts that the author shows on purpose
documents  the texts in a release's files: plain text, notebooks, zips
patterns   the forms in which texts are compared
"""
