"""Search a release for answers before a student can get it.

search        compares every published file with the secrets
secrets       what must not be published, read from the course
patterns      what a secret looks like in other forms
readings      the ways in which a published file can be read
hidden_code   code in a published file that equals hidden code
"""
