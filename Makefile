PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help setup ada demo test lint bench fuzz coverage clean

help:  ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## */make \1\t/' | expand -t 16

setup: $(STAMP)  ## set up .venv with everything that the other targets need

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Torchstone needs Python 3.11 or newer: make PYTHON=python3.12")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

ada: setup
	@$(BIN)/python examples/write_ada.py

demo: ada  ## grade the sample class of examples/class
	$(BIN)/autograder grade examples/class --out build/demo || test $$? -eq 1  # two of the sample cannot be read

lint: setup  ## check style, types and spelling (a minute)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/codespell

test: lint ada  ## lint, then run every test (about 15 minutes on two cores)
	$(BIN)/python -m pytest -n auto --dist loadfile -m "not alone"
	$(BIN)/python -m pytest -m alone

bench: setup  ## compare grading speeds (about 10 minutes; needs a quiet machine)
	$(BIN)/python benchmarks/one_submission.py
	$(BIN)/python benchmarks/grading.py --rounds 1

fuzz: setup  ## send the channel's decoder a million hostile messages
	$(BIN)/python tests/support/fuzz_wire.py --worst
	$(BIN)/python tests/support/fuzz_wire.py --messages 1000000 --seed 0

coverage: ada  ## list the lines of the engine that no test reaches (about 20 minutes)
	$(BIN)/python -m pytest -n auto --dist loadfile -m "not alone" --cov --cov-report term-missing --cov-report html

clean:  ## remove .venv and build/
	rm -rf build $(VENV)
