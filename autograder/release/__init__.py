"""What a student receives, and what must not be in it.

manifest    what a release says of itself: .torchstone/release.json
contents    which files a release holds, from a course and a language
wheel       the engine, built to travel with it
patterns    code and sentences in a form that survives another layout
hidden_code, secrets   what of solutions/ must not be found in a release
readings    the texts that a file holds: as it stands, unpacked, decoded
leaks       one held against the other
commitment  a salted hash of the hidden part, and the bundle that proves it later
folder      a release as a folder or a zip, written whole or not at all
build       the command `autograder release`
stub_merge  a later release's stubs and a student's work, function by function
update      the command `autograder update`
"""
