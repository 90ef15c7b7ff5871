"""`autograder questions`: files are written whole, what is lost is told, faults end in sentences."""

import zipfile
from pathlib import Path

import pytest
import yaml
from small_course import ROOT
from typer.testing import CliRunner, Result

from autograder.cli import app


def questions(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["questions", *map(str, arguments), "--course", str(ROOT)])


def test_a_topic_goes_out_as_moodle_xml_and_comes_back_with_fresh_ids(tmp_path: Path) -> None:
    file = tmp_path / "new" / "bank.xml"
    out = questions("export", "10", "--format", "moodle", "--out", file, "--variants", "2")
    assert out.exit_code == 0, out.output
    first = file.read_bytes()
    assert questions("export", "10", "--format", "moodle", "--out", file, "--variants", "2").exit_code == 0
    assert file.read_bytes() == first
    back = questions("import", file, "--topic", "conv", "--out", tmp_path / "in")
    assert back.exit_code == 2 and "There is no topic conv" in back.stderr
    back = questions("import", file, "--topic", "10", "--out", tmp_path / "in")
    assert back.exit_code == 0, back.output
    ids = [one["id"] for one in yaml.safe_load((tmp_path / "in/quiz.yaml").read_text())]
    taken = [one["id"] for one in yaml.safe_load((ROOT / "exercises/10_convolution/quiz.yaml").read_text())]
    assert len(ids) == first.count(b"<questiontext") > len(taken)
    assert not set(ids) & set(taken)
    assert f"{ids[0]} to {ids[-1]}" in back.stdout
    assert list(yaml.safe_load((tmp_path / "in/quiz_key.yaml").read_text())) == ids
    again = questions("import", file, "--topic", "10", "--out", tmp_path / "in")
    assert again.exit_code == 2 and "exists" in again.stderr


def test_losses_are_told_on_stderr(tmp_path: Path) -> None:
    run = questions("export", "12", "--format", "gift", "--out", tmp_path / "bank.gift", "--lang", "zh")
    assert run.exit_code == 0
    assert "Left out: the answer has several lines, but the format allows only one (1: q12_07)" in run.stderr
    assert "categories" in run.stdout and "Left out" not in run.stdout


def test_canvas_gets_a_zip_for_each_topic(tmp_path: Path) -> None:
    run = questions("export", "12", "13", "--format", "qti", "--out", tmp_path / "canvas", "--variants", "1")
    assert run.exit_code == 0, run.output
    names = sorted(path.name for path in (tmp_path / "canvas").iterdir())
    assert names == ["12_text_embedding.zip", "13_rnn.zip"]
    assert all(zipfile.is_zipfile(tmp_path / "canvas" / name) for name in names)


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        (b"::essay::Write.{}", "a.txt", "essay questions are not supported (1: essay)"),
        (b"<quiz>", "a.xml", "is not XML"),
        (b"\xff\xfe", "a.gift", "not UTF-8"),
        (b"", "a.gift", "holds no question that can be imported"),
    ],
)
def test_a_file_without_anything_to_take_writes_nothing(tmp_path: Path, content: bytes, name: str, told: str) -> None:
    (tmp_path / name).write_bytes(content)
    run = questions("import", tmp_path / name, "--topic", "10", "--out", tmp_path / "in")
    assert run.exit_code == 2
    assert told in run.stderr
    assert not (tmp_path / "in").exists()


def test_names_cannot_command_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "a.gift").write_text("::\x1b[2Jx::Write.{}\n\nYes?{T}\n")
    run = questions("import", tmp_path / "a.gift", "--topic", "10", "--out", tmp_path / "in")
    assert run.exit_code == 0
    assert "essay" in run.stderr and "\x1b" not in run.stderr


def test_a_folder_or_a_file_in_the_wrong_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    assert "is a folder" in questions("export", "10", "--format", "gift", "--out", tmp_path).stderr
    assert "is a file" in questions("export", "10", "--format", "qti", "--out", tmp_path / "file").stderr
    assert (tmp_path / "file").read_text() == "mine"
    assert "cannot be read" in questions("import", tmp_path / "no", "--topic", "10", "--out", tmp_path / "i").stderr
