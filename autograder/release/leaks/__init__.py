"""Search a release for answers before a student can get it.

search     compares every file of a release with the secrets
secrets    what must stay hidden, read from solutions/
published  what the author shows on purpose
documents  the texts in a release's files: plain text, notebooks, zips
patterns   the forms in which texts are compared
"""
