# Every way to run, test and change the product. Needs python3 (3.11 or newer) and make.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run test check lint types boundaries gates fix bench migrate seed rotate-keys token contracts lock clean

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/installed
export MODE ?= single
export PORT ?= 8000
export WORKERS ?= 1
AS ?= commune
export PYTHONPATH := $(CURDIR)
unexport PYTHONDONTWRITEBYTECODE
TESTS ?= tests
SKIP ?=
PARALLEL ?= 2

help:  ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## */\t/' | expand -t 14

$(READY): locks/dev.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0])'
	@$(PYTHON) deploy/install.py

run: $(READY)  ## Start the product (MODE=single|distributed PORT=8000 WORKERS=1 DATABASE_URL=...)
	@exec $(BIN)/python -m deploy

test: $(READY)  ## Run the whole suite on its own PostgreSQL (TESTS=tests/towns for a part)
	$(BIN)/python -m pytest -q -n $(PARALLEL) --dist loadfile $(addprefix --ignore=,$(SKIP)) $(TESTS)

check: lint types boundaries gates  ## Run every gate on the code, the contracts and the deployment

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

boundaries: $(READY)
	$(BIN)/lint-imports --no-cache

gates: $(READY)
	$(BIN)/python -m pytest -q -n $(PARALLEL) --dist loadfile tests/architecture tests/contracts tests/deploy/test_deployment_files.py

fix: $(READY)  ## Let ruff correct and format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY)  ## Measure, and rewrite docs/performance.md
	$(BIN)/python -m tests.bench

migrate: $(READY)  ## Bring the schemas of all services to the code's revision
	@exec $(BIN)/python -m deploy.migrate

seed: $(READY)  ## Load the reference facts that changed
	@exec $(BIN)/python -m deploy.seed

rotate-keys: $(READY)  ## Make another key that signs tokens, published before it is used
	@exec $(BIN)/python -m deploy.rotate_keys

contracts: $(READY)  ## Rewrite the committed OpenAPI files and docs/settings.md from the code
	$(BIN)/python -m tests.contracts.rewrite
	$(BIN)/python -m deploy.settings_page

lock: $(READY)  ## Resolve the dependencies anew, with hashes
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  --no-annotate --no-emit-index-url --extra embedded --group dev pyproject.toml -o locks/dev.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  --no-annotate --no-emit-index-url pyproject.toml -o locks/runtime.txt

token: $(READY)  ## Print a token of a sandbox partner while the product runs (AS=commune)
	@exec $(BIN)/python -m deploy.partner --as $(AS)

clean:  ## Remove the environment, the caches and the embedded database with all its data
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m deploy.clean; fi
	rm -rf .venv .cache .data
