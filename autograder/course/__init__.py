"""The course: its topics and exercises, and the rules for grading it.

model    topics, exercises and points, read from course.toml and topic.toml
limits   time and memory limits
reveal   how much students see of hidden checks, and from when
stubs    writes the students' stubs from the references
bundle   the files of a course, for zips and clusters
toml     reads TOML files, with errors that name the table and the key
"""
