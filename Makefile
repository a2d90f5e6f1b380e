# The habits of the house. `make` alone lists them.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
ARGS ?=
TOOLS := .tools
TORCH_SOURCE ?= --torch-backend cpu

.DEFAULT_GOAL := help
.PHONY: help venv demo test lint types contracts check format bench evaluate tune clean
.PHONY: backends
.PHONY: lock sbom audit scanner
.PHONY: soak fuzz
.PHONY: introductions

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
	$(BIN)/pytest -n 2 --dist worksteal $(ARGS)

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

$(TOOLS)/release/.ready: Makefile
	$(PYTHON) -m venv $(TOOLS)/release
	$(TOOLS)/release/bin/python -m pip install --quiet --disable-pip-version-check 'cyclonedx-bom>=7.5' 'pip-audit>=2.10' 'uv>=0.13'
	@touch $@

# Versions are those that the tests ran with. A torch for the CPU stands in an index of its own: TORCH_SOURCE names it to uv.
lock: $(READY) $(TOOLS)/release/.ready ## Pin what goes into the images, with hashes (deploy/locks)
	mkdir -p var
	$(BIN)/pip freeze --exclude-editable | grep -v -e '^torch==' -e ' @ ' > var/tested.txt
	$(TOOLS)/release/bin/python deploy/locks/lock.py $(TOOLS)/release/bin/uv var/tested.txt $(TORCH_SOURCE)

sbom: $(TOOLS)/release/.ready ## List the images' packages as CycloneDX (var/sbom)
	mkdir -p var/sbom
	for image in catalog matcher; do $(TOOLS)/release/bin/cyclonedx-py requirements deploy/locks/$$image.txt \
		--pyproject pyproject.toml --output-reproducible --output-format JSON --output-file var/sbom/$$image.cdx.json || exit 1; done

audit: $(TOOLS)/release/.ready ## Look up known vulnerabilities of the images' packages (asks the package index)
	for image in catalog matcher; do $(TOOLS)/release/bin/pip-audit --strict --require-hashes --disable-pip \
		--requirement deploy/locks/$$image.txt || exit 1; done

$(TOOLS)/checkov/.ready: Makefile
	$(PYTHON) -m venv $(TOOLS)/checkov
	$(TOOLS)/checkov/bin/python -m pip install --quiet --disable-pip-version-check 'checkov>=3.3'
	@touch $@

scanner: $(TOOLS)/checkov/.ready ## Install the scanner that the tests of the manifests use, beside the project

soak: $(READY) ## Kills, overload, broken lines, restarts: each with a dated report (ARGS="kill --database postgresql")
	$(BIN)/liaison soak $(or $(ARGS),faults)

fuzz: $(READY) ## Thousands of generated requests against both services, with a dated report (ARGS="--cases 20000")
	$(BIN)/python -m tests.fuzz $(ARGS)
backends: $(READY) ## Vector backends on servers of their own: answers, time (var/reports; ARGS="PROFILES DIR")
	$(BIN)/python -m tests.backend_report $(ARGS)

introductions: $(READY) ## Race consents and cut replies for a long time; writes a dated report to var/reports
	@mkdir -p var/reports
	CONSENT_STEPS=10000 KEYS=1000 RETRIES=20 $(BIN)/pytest -n 0 -s -q tests/catalog/introductions/test_consent_races.py \
		tests/catalog/introductions/test_idempotency.py | tee var/reports/introductions-$$(date -u +%F).txt

clean: ## Remove what was made here
	rm -rf $(VENV) $(TOOLS) var build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
