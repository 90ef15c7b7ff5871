"""Releases of a course: the files that a student receives, and later updates of them.

build       the command `autograder release`
contents    the files of a release, for some topics and a language
wheel       the engine as a wheel inside a release
leaks/      searches a release for answers
manifest    the content of .torchstone/release.json; reads a release back
paths       the paths that a release may write
folder      writes a release as a folder or a zip
update      the command `autograder update`
stub_merge  merges a later release's stub with a student's file
"""
