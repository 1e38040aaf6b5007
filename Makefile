# make run     set everything up and start the console on this machine      (PORT=8501)
# make test    set up what the tests need too, a browser included; check the code; run every test
# make check   the linters alone
# make faults  the tests that kill, race and feed rubbish, at length        (minutes)
# make soak    the long runs, at length                                     (minutes)
# make bench   every script in benchmarks/
# make pins    write constraints.txt and docs/licences.md from what is installed
# make clean   remove what was built; the store stays

SHELL := /bin/sh
.DEFAULT_GOAL := run
.PHONY: run test check faults soak bench pins browser clean
.NOTPARALLEL:

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
PYTEST := $(BIN)/python -m pytest

run: .venv/product.stamp
	@exec $(BIN)/emergency serve $(if $(PORT),--port $(PORT))

# A linter's complaint does not hide what the tests say, nor the other way round.
test: .venv/tests.stamp browser
	@mkdir -p build; status=0; \
	$(MAKE) --no-print-directory check || status=1; \
	$(PYTEST) -n 2 --junitxml=build/tests.xml || status=1; \
	test $$status = 0 || echo "make test: something above is red"; exit $$status

check: .venv/tests.stamp
	@status=0; \
	$(BIN)/ruff check . || status=1; \
	$(BIN)/mypy $(wildcard app.py) emergency || status=1; \
	$(BIN)/lint-imports --no-logo || status=1; \
	exit $$status

faults soak: .venv/tests.stamp browser
	$(PYTEST) -n 2 -m $@ --thorough --timeout=3600

bench: .venv/tests.stamp
	@set -e; for script in benchmarks/*.py; do \
		test -e "$$script" || { echo "benchmarks/ holds no script"; exit 1; }; \
		echo "== $$script"; $(BIN)/python -m "benchmarks.$$(basename "$$script" .py)"; \
	done

pins: .venv/tests.stamp
	$(BIN)/python -m tests.house.dependencies

# What is installed is older than what pyproject.toml or constraints.txt ask for: install again.
.venv/product.stamp: pyproject.toml constraints.txt | .venv/made.stamp
	@echo "Installing what the console needs (about a minute the first time)"
	@$(PIP) install --quiet --constraint constraints.txt --editable .
	@touch $@

.venv/tests.stamp: pyproject.toml constraints.txt | .venv/made.stamp
	@echo "Installing what the console and its tests need (a minute or two the first time)"
	@$(PIP) install --quiet --constraint constraints.txt --editable '.[test,cn]'
	@touch .venv/product.stamp $@

.venv/made.stamp:
	@sh .ci/venv
	@touch $@

browser: .venv/tests.stamp
	@sh .ci/browser

clean:
	rm -rf .venv build .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache *.egg-info
	find emergency tests -name __pycache__ -type d -prune -exec rm -rf {} +
