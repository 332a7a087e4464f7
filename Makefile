# Needs Python 3.11+ with venv and a C compiler; everything else is installed in .venv from the lock.
PYTHON ?= python3
FUZZ_SECONDS ?= 60
MUTANT_SECONDS ?= 1800
MUTANTS ?=
UV ?= .uv/bin/uv
BIN := .venv/bin
MADE_PAGES := docs/api.md docs/benchmarks.md docs/changelog.md docs/cli.md docs/rulesets docs/zh/rulesets
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --use-pep517
COMPILE = $(UV) pip compile --no-config --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" $(LOCK_FLAGS)

.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help demo test test-all test-spark bench docs docs-serve lint types layers lock clean

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

demo: .venv/.run ## Score the example city and print the summary
	$(BIN)/python examples/dalian/demo.py

test: .venv/.dev ## Run the tests but for the slow ones
	$(BIN)/pytest -n 2 -m "not slow"

test-all: .venv/.dev ## Run every test, with many more drawn examples
	$(BIN)/pytest -n 2 --hypothesis-profile=thorough
	@if command -v java > /dev/null; then $(MAKE) test-spark; else echo "real Spark: skipped, there is no java"; fi

test-spark: .venv-spark/.made ## Run the tests on real Spark (needs Java 17), with two workers that may be killed
	.venv-spark/bin/pytest -n 0 tests/spark

bench: .venv/.bench ## Measure beside the floor and the peers; options through ARGS="--only in-memory"
	$(BIN)/python benchmarks/run.py $(ARGS)

docs: .venv/.docs ## Build the documentation as a site, in site/
	$(BIN)/python tools/docs.py
	$(BIN)/zensical build --strict --clean
	$(BIN)/python tools/docs.py --languages site

docs-serve: .venv/.docs ## Show the documentation in a browser, and build it anew as it changes
	$(BIN)/python tools/docs.py
	$(BIN)/zensical serve

fuzz: .venv/.tools ## Feed loader, phrases and CSV reading with spoilt input, a minute each (FUZZ_SECONDS=60)
	for target in ruleset phrase table; do \
		$(BIN)/python fuzz/run.py $$target -max_total_time=$(FUZZ_SECONDS) -verbosity=0 -print_final_stats=1 || exit; done

mutants: .venv/.tools ## Plant faults and list those that no test sees (MUTANT_SECONDS=1800, MUTANTS="commscore._requirement*")
	CI=1 timeout $(MUTANT_SECONDS) $(BIN)/mutmut run --max-children 2 $(MUTANTS) || test $$? -eq 124
	$(BIN)/mutmut results

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
	$(COMPILE) pyproject.toml --group spark-jvm --group build -o requirements/spark.txt
	$(COMPILE) --group fuzz --group mutants -c requirements/dev.txt -o requirements/tools.txt
	$(COMPILE) pyproject.toml --group docs --group build -c requirements/dev.txt -o requirements/docs.txt

clean: ## Remove what the other targets made
	rm -rf .venv .venv-spark .uv dist site $(MADE_PAGES) .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
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

.venv/.tools: .venv/.dev requirements/tools.txt
	$(INSTALL) --require-hashes -r requirements/tools.txt
	@touch $@

.venv/.bench: .venv/.run requirements/bench.txt
	$(INSTALL) --require-hashes -r requirements/bench.txt
	@touch $@

.venv/.docs: .venv/.run requirements/docs.txt
	$(INSTALL) --require-hashes -r requirements/docs.txt
	@touch $@

# The full pyspark and pyspark-client cannot stand side by side.
.venv-spark/.made: pyproject.toml requirements/build.txt requirements/spark.txt
	$(PYTHON) -m venv --clear .venv-spark
	.venv-spark/bin/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --use-pep517 \
		--require-hashes -r requirements/build.txt
	.venv-spark/bin/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --use-pep517 \
		--require-hashes -r requirements/spark.txt
	.venv-spark/bin/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --use-pep517 \
		--no-deps -e .
	@touch $@

.uv/bin/uv:
	$(PYTHON) -m venv .uv
	.uv/bin/pip install --quiet --disable-pip-version-check uv
