# Two targets for a fresh machine that has only Python 3.10 or newer, git and make:
#   make demo    sets up, then shows an allowed and a blocked export, and a receipt that is verified
#   make test    sets up, then runs everything that CI runs
# Others: make docs, make token, make bench, make fuzz, make test-slow, make test-pythons, make clean.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
CHECK  := build/wheel-check
PYTEST := -m pytest -q -p no:cacheprovider -n auto --dist loadfile

.PHONY: help setup demo test check docs source token wheel oldest test-slow test-pythons fuzz bench clean
.DEFAULT_GOAL := help

help:
	@sed -n '1,4s/^# \{0,1\}//p' Makefile

setup: $(VENV)/ready

$(VENV)/ready: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
	  { echo "otiogate needs Python 3.10 or newer; name one: make $(MAKECMDGOALS) PYTHON=/path/to/python3"; exit 1; }
	@# Debian ships venv apart from Python.
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { apt-get update -qq && apt-get install -y -qq python3-venv; } || \
	  { echo "Python's venv module is missing; install it (Debian: python3-venv)"; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	@# An editable install warns about folders named like packages; ours are mapped on purpose.
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --editable . --group test --group check --group docs
	@touch $@

demo: setup
	@sh sample_timelines/demo.sh $(CURDIR)/$(BIN)

test: check source token wheel oldest
	@echo "All of CI has passed: checks, source tree, PKCS#11 token, built wheel, oldest OpenTimelineIO."

check: setup docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Fails for a link or an anchor that leads nowhere; never with --quiet, which counts no warnings and so fails for nothing.
# At every build Material announces its successor, by which no page changes: NO_MKDOCS_2_WARNING is its own switch for that.
docs: setup
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

source: setup
	$(BIN)/python $(PYTEST) -m "not slow" tests

# Keys on a PKCS#11 token, which SoftHSM stands in for.
token: setup
	@command -v softhsm2-util >/dev/null || { apt-get update -qq && apt-get install -y -qq softhsm2; } || \
	  { echo "SoftHSM is missing; install it (Debian: softhsm2)"; exit 1; }
	OTIOGATE_PKCS11="$${OTIOGATE_PKCS11:-/usr/lib/softhsm/libsofthsm2.so}" \
	  $(BIN)/python -m pytest -q -p no:cacheprovider tests/signing/test_token.py

# The same checks and tests against the wheel, in an environment and a folder without the source tree.
wheel: setup
	rm -rf build dist $(CHECK)
	$(BIN)/python -m build --outdir dist
	$(PYTHON) -m venv --clear .venv-wheel
	.venv-wheel/bin/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	.venv-wheel/bin/python -m pip install --quiet dist/*.whl --group test --group check
	mkdir -p $(CHECK)
	cp -r tests sample_timelines docs README.md mkdocs.yml pyproject.toml $(CHECK)/
	cd $(CHECK) && ../../.venv-wheel/bin/mypy -p otiogate && ../../.venv-wheel/bin/lint-imports
	cd $(CHECK) && OTIOGATE_WHEEL="$$(ls $(CURDIR)/dist/*.whl)" OTIOGATE_TREE=$(CURDIR) \
	  ../../.venv-wheel/bin/python $(PYTEST) -m "not slow and not corpus" tests

oldest: setup
	$(PYTHON) -m venv --clear .venv-oldest
	.venv-oldest/bin/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	PYTHONWARNINGS=ignore .venv-oldest/bin/python -m pip install --quiet --editable . --group test "OpenTimelineIO==0.17.*"
	.venv-oldest/bin/python $(PYTEST) -m "not slow and not corpus and not docs" tests

test-slow: setup
	$(BIN)/python $(PYTEST) --timeout 3600 tests

# With every other Python that we say works. They have to be there: make test-pythons PYTHONS="python3.10 python3.13"
PYTHONS := python3.10 python3.11 python3.12 python3.13

test-pythons:
	@set -e; for each in $(PYTHONS); do \
	  echo "$$each:"; \
	  $$each -m venv --clear .venv-python; \
	  .venv-python/bin/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"; \
	  PYTHONWARNINGS=ignore .venv-python/bin/python -m pip install --quiet --editable . --group test; \
	  .venv-python/bin/python $(PYTEST) -m "not slow and not corpus and not docs" tests; \
	done

# Each target of tests/fuzz for so many seconds, led by the code that it reaches.
SECONDS := 60

fuzz: setup
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary atheris --group fuzz || \
	  { echo "atheris has no wheel for this system or version of Python; make test runs the same targets without it"; exit 1; }
	$(BIN)/python -m tests.fuzz $(SECONDS)

bench: setup
	$(BIN)/python benchmarks/bench.py
	$(BIN)/python benchmarks/scan.py

clean:
	rm -rf $(VENV) .venv-wheel .venv-oldest .venv-python build dist .mypy_cache .ruff_cache .hypothesis *.egg-info
