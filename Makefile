# The habits of the house. `make` alone lists them.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help venv demo test lint types contracts check format bench evaluate tune clean

help: ## List what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(READY): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Liaison needs Python 3.11 or newer: make PYTHON=/path/to/python3.11") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

venv: $(READY) ## Set up the virtual environment

demo: $(READY) ## Start both services, load the bundled corpus, ask for matches (ARGS=--once ends by itself)
	$(BIN)/liaison demo $(ARGS)

test: $(READY) ## Run every test
	$(BIN)/pytest -n 2 $(ARGS)

lint: $(READY) ## Check style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY) ## Check types
	$(BIN)/mypy

contracts: $(READY) ## Check who imports whom
	$(BIN)/lint-imports

check: lint types contracts test ## Everything that a change must pass

format: $(READY) ## Put the code in shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY) ## Measure speed against peers (ARGS=--help lists the benchmarks)
	$(BIN)/liaison bench $(ARGS)

evaluate: $(READY) ## Measure quality on judged sets (ARGS="SETDIR ...")
	$(BIN)/liaison evaluate $(ARGS)

tune: $(READY) ## Search weights on judged sets (ARGS="SETDIR ... --out draft.json")
	$(BIN)/liaison tune $(ARGS)

clean: ## Remove what was made here
	rm -rf $(VENV) var build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
