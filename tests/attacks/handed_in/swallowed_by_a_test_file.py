"""failed: a folder with checks, results and a course of its own, all of which say passed."""


def build(folder):
    student = folder / "student"
    for name in ("solutions/01_demo", "exercises/01_demo", ".torchstone", "build"):
        (student / name).mkdir(parents=True)
    (student / "solutions/01_demo/test_demo.py").write_text("def test_double(student):\n    pass\n")
    (student / "solutions/01_demo/demo.py").write_text("def double(x):\n    return x\n")
    (student / "exercises/01_demo/demo.py").write_text("def double(x):\n    return x\n")
    (student / "exercises/01_demo/topic.toml").write_text("[exercises.double]\npoints = 1000\n")
    (student / "course.toml").write_text("[limits]\ncall_seconds = 9999\n")
    (student / "build/student.json").write_text('{"points": 1000, "format": "torchstone/1"}')
    return student
