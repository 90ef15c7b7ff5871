"""The templates for continuous integration: the command prints them, and linters find nothing in them."""

import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from autograder.cli import app
from autograder.integrations.ci import templates

GITHUB = sorted(name for name in templates() if name.startswith("github"))
GITLAB = sorted(name for name in templates() if name.startswith("gitlab"))
SCRIPTS = Path(sysconfig.get_path("scripts"))


def lint(*command: str | Path) -> None:
    tool = shutil.which(str(command[0]), path=SCRIPTS)
    assert tool is not None, f"{command[0]} is part of the dev extra"
    run = subprocess.run([tool, *map(str, command[1:])], capture_output=True, text=True, check=False, timeout=120)
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_command_lists_and_prints_the_templates() -> None:
    names = CliRunner().invoke(app, ["ci"]).stdout.split()
    assert names == ["dockerfile", *GITHUB, *GITLAB]
    for name in names:
        assert CliRunner().invoke(app, ["ci", name]).stdout == templates()[name].read_text(encoding="utf-8")
    run = CliRunner().invoke(app, ["ci", "jenkins"])
    assert run.exit_code == 2
    assert "There is no template jenkins. Templates: dockerfile, github-hidden" in run.stderr


@pytest.mark.parametrize("name", GITHUB)
def test_github_workflows_are_valid_and_safe(name: str) -> None:
    lint("check-jsonschema", "--builtin-schema", "vendor.github-workflows", templates()[name])
    lint("zizmor", "--offline", "--persona", "auditor", templates()[name])


@pytest.mark.parametrize("name", GITLAB)
def test_gitlab_files_are_valid(name: str) -> None:
    lint("check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", templates()[name])


@pytest.mark.parametrize("name", GITHUB + GITLAB)
def test_yaml_is_clean(name: str) -> None:
    rules = "{extends: default, rules: {line-length: {max: 120}, document-start: disable}}"
    lint("yamllint", "--strict", "-d", rules, templates()[name])


def test_the_dockerfile_is_clean() -> None:
    lint("hadolint", templates()["dockerfile"])


@pytest.mark.parametrize("name", GITHUB)
def test_actions_are_pinned_to_a_commit(name: str) -> None:
    used = re.findall(r"uses: (\S+)(.*)", re.sub(r"^#.*$", "", templates()[name].read_text(), flags=re.MULTILINE))
    assert used
    for action, comment in used:
        assert re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", action)
        assert re.fullmatch(r"  # v\d+\.\d+\.\d+", comment)


def test_the_job_that_grades_has_no_secret_and_no_right_to_write() -> None:
    workflow = yaml.safe_load(templates()["github-hidden"].read_text())
    assert workflow["permissions"] == {}
    assert "pull_request_target" not in workflow["on"]
    assert workflow["jobs"]["fetch"]["permissions"] == {}
    assert workflow["jobs"]["grade"]["permissions"] == {"contents": "read"}
    assert "secrets." in str(workflow["jobs"]["fetch"])
    assert "secrets." not in str(workflow["jobs"]["grade"])
    assert not any("run" in step for step in workflow["jobs"]["fetch"]["steps"])  # fetches, and runs nothing


@pytest.mark.parametrize("name", [name for name in GITHUB + GITLAB if "hidden" in name])
def test_the_options_in_a_template_exist(name: str) -> None:
    """The command `autograder grade` has every option that a template gives it."""
    text = " ".join(templates()[name].read_text().split())
    used = set(re.findall(r"autograder grade (.*?)(?: - uses| artifacts|$)", text))
    options = {option for line in used for option in re.findall(r"(?<= )--[\w-]+", line)}
    assert options
    run = subprocess.run(
        [sys.executable, "-m", "autograder", "grade", "--help"],
        capture_output=True,
        text=True,
        check=True,
        env={"COLUMNS": "300", "PATH": ""},
    )
    assert options <= set(re.findall(r"--[\w-]+", run.stdout))
