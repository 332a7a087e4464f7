# Needs Python 3.11+ with venv and a C compiler; everything else is installed in .venv from the lock.
PYTHON ?= python3
UV ?= .uv/bin/uv
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --use-pep517
COMPILE = $(UV) pip compile --no-config --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" $(LOCK_FLAGS)

.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help demo test test-all bench lint types layers lock clean

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

demo: .venv/.run ## Score the example city and print the summary
	$(BIN)/python examples/dalian/demo.py

test: .venv/.dev ## Run the tests but for the slow ones
	$(BIN)/pytest -n 2 -m "not slow"

test-all: .venv/.dev ## Run every test, with many more drawn examples
	$(BIN)/pytest -n 2 --hypothesis-profile=thorough

bench: .venv/.bench ## Measure beside the floor and the peers; options through ARGS="--only in-memory"
	$(BIN)/python benchmarks/run.py $(ARGS)

lint: .venv/.dev ## Check style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/.dev ## Check types
	$(BIN)/mypy src $(wildcard tests/typing)

layers: .venv/.dev ## Check which module may import which
	$(BIN)/lint-imports --no-logo

lock: $(UV) ## Write the lock anew; LOCK_FLAGS=--upgrade takes newer versions
	$(COMPILE) pyproject.toml --group test --group lint --group build -o requirements/dev.txt
	$(COMPILE) pyproject.toml -c requirements/dev.txt -o requirements/run.txt
	$(COMPILE) --group build -c requirements/dev.txt -o requirements/build.txt
	$(COMPILE) pyproject.toml --group bench --group build -c requirements/dev.txt -o requirements/bench.txt

clean: ## Remove what the other targets made
	rm -rf .venv .uv dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "commscore needs Python 3.11 or later")'
	$(PYTHON) -m venv --clear .venv

.venv/.run: pyproject.toml requirements/build.txt requirements/run.txt | .venv/pyvenv.cfg
	$(INSTALL) --require-hashes -r requirements/build.txt
	$(INSTALL) --require-hashes -r requirements/run.txt
	$(INSTALL) --no-deps -e .
	@touch $@

.venv/.dev: .venv/.run requirements/dev.txt
	$(INSTALL) --require-hashes -r requirements/dev.txt
	@touch $@

.venv/.bench: .venv/.run requirements/bench.txt
	$(INSTALL) --require-hashes -r requirements/bench.txt
	@touch $@

.uv/bin/uv:
	$(PYTHON) -m venv .uv
	.uv/bin/pip install --quiet --disable-pip-version-check uv
