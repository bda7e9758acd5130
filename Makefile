# Chores. Each installs what it needs into .venv, exactly as requirements/*.lock say, and does nothing twice.
# Needs Python 3.11 or later, make, and a package index that pip is set up to reach.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Python compiles what it imports; to compile all of 130 packages would take most of a minute.
INSTALL := $(BIN)/python -m pip install --quiet --no-compile
# Processes that run tests side by side; each holds a warehouse of its own in memory.
WORKERS ?= 2
# Arguments for pytest, such as `make test ARGS="-k calendar -x"`.
ARGS ?=
# Tests that draw what they try.
DRAWN := tests/fuzz tests/properties tests/pipeline/test_run.py
# What resolves the locks; on no other path than `make lock`.
UV := uv==0.13.9

.DEFAULT_GOAL := help
.PHONY: help demo test golden check lint layers types format docs bench faults fuzz install lock clean

help: ## list the chores
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 20

demo: $(VENV)/.base ## the whole way from raw data to verified features on a simulated season, offline
	$(BIN)/hoopcast demo

test: $(VENV)/.dev ## run the tests
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

golden: $(VENV)/.dev ## write the compiled text of the models anew; read what changed before you commit it
	$(BIN)/python -m tests.golden.compiled_text

check: lint layers types docs ## lint, format, layers, types, docs: all that holds besides the tests

lint: $(VENV)/.dev ## find what breaks a rule of style
	$(BIN)/ruff check
	$(BIN)/ruff format --check

layers: $(VENV)/.dev ## check that packages import downwards only
	$(BIN)/lint-imports --no-logo

types: $(VENV)/.dev ## check the types
	$(BIN)/mypy

format: $(VENV)/.dev ## lay the code out, and mend what mends itself
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

docs: $(VENV)/.dev ## build the documentation into docs/_build/html; a warning is an error
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html

bench: $(VENV)/.dev ## run the benchmarks, print their table and write docs/benchmarks.md
	$(BIN)/python -m benchmarks

faults: $(VENV)/.dev ## do faults of every kind to the product, in a quarter of an hour, and write docs/faults.md
	$(BIN)/python -m faults --output docs/faults.md

fuzz: $(VENV)/.dev ## try fifty times as many drawn files, texts, calls, queries and changes as the tests do
	HYPOTHESIS_PROFILE=fuzz $(BIN)/python -m pytest -n $(WORKERS) --timeout 3000 $(DRAWN) $(ARGS)

install: $(VENV)/.dev ## make .venv match the lock, tools of development included

lock: $(VENV)/lock/bin/uv ## resolve requirements/*.lock anew from pyproject.toml
	$(PYTHON) -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['build-system']['requires'], sep='\n')" \
	    > $(VENV)/lock/build.in
	$(VENV)/lock/bin/uv pip compile pyproject.toml - < $(VENV)/lock/build.in $(RESOLVE) -o requirements/base.lock
	$(VENV)/lock/bin/uv pip compile pyproject.toml - < $(VENV)/lock/build.in $(RESOLVE) --extra dev \
	    -c requirements/base.lock -o requirements/dev.lock

# One version of each package for every platform and Python, with hashes, and without the address of an index.
RESOLVE := --universal --python-version 3.11 --fork-strategy fewest --generate-hashes --upgrade \
    --no-emit-index-url --no-header --no-annotate --no-config --quiet

clean: ## take away what the other chores made
	rm -rf $(VENV) build dist docs/_build .mypy_cache .pytest_cache .ruff_cache .hypothesis

# pip builds no isolated environment for the project itself: what builds it is in the lock as well.
$(VENV)/.base: requirements/base.lock pyproject.toml | $(BIN)/python
	$(INSTALL) --require-hashes -r requirements/base.lock
	$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.lock $(VENV)/.base
	$(INSTALL) --require-hashes -r requirements/dev.lock
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "Hoopcast needs Python 3.11 or later; name one: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/lock/bin/uv: | $(BIN)/python
	$(PYTHON) -m venv $(VENV)/lock
	$(VENV)/lock/bin/python -m pip install --quiet $(UV)
