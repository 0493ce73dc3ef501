# Every target does its own set-up: git, make and Python 3.11 or newer are enough.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := contract client tui screens cli server
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check
COMPILE := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header
unexport PYTHONDONTWRITEBYTECODE
# twice as many as a small machine has cores: tests wait for processes and terminals half of their time
SHARED := -n 4 --dist worksteal -m
# where pictures of the web pages are written, to be looked at
PAGES ?= /tmp/pages
SOAK := HEADCOUNT_KILLS=25 HEADCOUNT_DEATHS=1 HEADCOUNT_SEEDS=25 HEADCOUNT_HISTORIES=25 HEADCOUNT_MONEY_HISTORIES=250 \
  HEADCOUNT_FUZZ=60 HEADCOUNT_AHEAD=10 HEADCOUNT_STREAMS=all HEADCOUNT_CODE_ROUNDS=200 HEADCOUNT_EVENTS=10000 \
  HEADCOUNT_BURST=5000 HEADCOUNT_IDLE=20 HEADCOUNT_WIDTHS=1

.DEFAULT_GOAL := help
.PHONY: help demo run test test-fast test-browser soak lint check snapshots bench format lock pictures page-pictures newcomer docs translations clean

help:  ## what there is to make
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22

$(VENV)/python: # made anew when there is none, or when it is too old to be used
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Headcount needs Python 3.11 or newer. Say which: make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Setting up: an environment in $(VENV), this once"
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/runtime: requirements.lock pyproject.toml $(VENV)/python
	@echo "Setting up: what Headcount needs to run (pinned in requirements.lock)"
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q $(PACKAGES)
	@touch $@

$(VENV)/dev: requirements-dev.lock $(VENV)/runtime
	@echo "Setting up: what its tests and checks need (pinned in requirements-dev.lock)"
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

demo: $(VENV)/runtime  ## the app on a sample organisation, nothing to configure
	@$(BIN)/headcount demo

run: $(VENV)/runtime  ## the app on your own profile
	@$(BIN)/headcount

test: $(VENV)/dev  ## all tests that need no browser
	@echo "All tests, each history, kill and typed sequence a few times: make soak repeats them for an hour."
	@echo "Without the stories of the web pages in a real browser: make test-browser runs those."
	@$(BIN)/python -m pytest $(SHARED) "not clock and not browser"
	@echo "Now the few that measure time, one after the other."
	@$(BIN)/python -m pytest -m "clock and not browser"

test-fast: $(VENV)/dev  ## the tests that start no process, show no whole app and repeat nothing
	@echo "Without other processes, terminals, kills, repetitions and the whole app: make test runs them too."
	@$(BIN)/python -m pytest $(SHARED) "not process and not app and not clock and not counted and not browser"

test-browser: $(VENV)/dev  ## the stories of the web pages in a real browser (Debian's Chromium)
	@test -x /usr/bin/chromium || { echo "No browser at /usr/bin/chromium. On Debian: apt-get install chromium"; exit 1; }
	@$(BIN)/python -m pytest -n 2 --dist worksteal -m browser tests/browser

soak: $(VENV)/dev  ## the tests that repeat themselves, as often as an hour allows
	@env $(SOAK) $(BIN)/python -m pytest $(SHARED) counted --timeout 3600

lint: $(VENV)/dev  ## format, lint, types, import contracts, docstrings
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/interrogate --quiet $(PACKAGES) tests bench

check: lint test  ## everything: lint, then the tests

format: $(VENV)/dev  ## format and mend what can be mended by itself
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

snapshots: $(VENV)/dev  ## write the pictures the tests compare with anew
	$(BIN)/python -m pytest tests/screens tests/tui -k "looks or snapshots" --snapshot-update

bench: $(VENV)/dev  ## the measurements behind every figure in the documents
	$(BIN)/python -m bench

pictures: $(VENV)/dev  ## the README's pictures, taken from the app itself
	$(BIN)/python -m bench.pictures

page-pictures: $(VENV)/dev  ## a picture of each web page in each state, in /tmp/pages: look at them
	@mkdir -p $(PAGES)
	@PAGE_PICTURES=$(PAGES) $(BIN)/python -m pytest -n 2 -m browser tests/browser/test_browser_looks.py -k axe
	@echo "They are in $(PAGES)"

newcomer: $(VENV)/dev  ## from nothing to the first colleague with real programs, timed, into docs/operating.md
	$(BIN)/python -m bench.newcomer

docs: $(VENV)/dev  ## the parts of the documents that are made from the code
	$(BIN)/python -m bench.documents

translations: $(VENV)/dev  ## after you changed what letters or pages say: what is left to translate
	@$(BIN)/python -m bench.translations

lock:  ## pin every dependency again (needs uv)
	uv pip compile $(COMPILE) pyproject.toml requirements-build.in -o requirements.lock
	uv pip compile $(COMPILE) -c requirements.lock --extra dev pyproject.toml -o requirements-dev.lock

clean:  ## remove what make made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
