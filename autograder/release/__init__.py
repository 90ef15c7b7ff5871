"""What a student receives, and what must not be in it.

manifest    what a release says of itself: .torchstone/release.json
contents    the files of a release, from a course and a language
wheel       the engine, built to travel with a release
leaks/      searches a release for answers
commitment  a salted hash of the hidden part, and the bundle that proves it later
folder      writes a release as a folder or a zip
build       the command `autograder release`
stub_merge  merges a later release's stubs with a student's work
update      the command `autograder update`
"""
