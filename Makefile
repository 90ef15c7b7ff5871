# make demo   set up .venv and grade the sample class
# make test   set up .venv and run lint, types and every test
# make bench  set up .venv and compare grading speeds
# make fuzz   set up .venv and send the channel's decoder a million hostile messages
# make coverage  set up .venv, run the tests, and list the lines of the engine that they do not reach
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

.PHONY: setup demo test lint bench fuzz coverage clean

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Torchstone needs Python 3.11 or newer: make PYTHON=python3.12")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

demo: setup
	$(BIN)/autograder grade examples/class --out build/demo || test $$? -eq 1  # two of the sample cannot be read

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint
	$(BIN)/python -m pytest -n auto --dist loadfile -m "not alone"
	$(BIN)/python -m pytest -m alone

bench: setup
	$(BIN)/python benchmarks/one_submission.py
	$(BIN)/python benchmarks/grading.py

fuzz: setup
	$(BIN)/python tests/support/fuzz_wire.py --worst
	$(BIN)/python tests/support/fuzz_wire.py --messages 1000000 --seed 0

coverage: setup
	$(BIN)/python -m pytest -n auto --dist loadfile -m "not alone" --cov --cov-report term-missing --cov-report html

clean:
	rm -rf build $(VENV)
