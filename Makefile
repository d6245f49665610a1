# Everything here works as the first command ever typed in a fresh clone: each target makes .venv by itself.
# It needs make, git and a Python of 3.11 or newer with venv; PYTHON=/path/to/python names one by hand.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash

VENV := .venv
BIN := $(VENV)/bin
BENCH := .venv-bench
TESTS ?= tests
WORKERS ?= 2
DATA ?= ../shared/data

# Threads that spin while they wait slow down every busy neighbour; see mercer/__init__.py.
export OMP_WAIT_POLICY ?= PASSIVE
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo test check format bench docs clean

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.ready  ## make up a shop, import, check, train, ask and serve it; DEMO_FLAGS=--no-serve ends after the answers
	@$(BIN)/mercer demo $(DEMO_FLAGS)

test: $(VENV)/.ready-dev  ## run every test; TESTS=tests/store runs some
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(TESTS)

check: $(VENV)/.ready-dev  ## style, types, import rules, and whether the generated pages are fresh
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/mercer docs --check docs
	$(BIN)/python benchmarks/tables.py --check

format: $(VENV)/.ready-dev  ## lay out the code as `make check` wants it
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.ready-dev $(BENCH)/.ready  ## measure everything again and draw the tables; needs the public data in DATA
	$(BIN)/python benchmarks/import_speed.py --data $(DATA)
	$(BIN)/python benchmarks/ask_overhead.py --data $(DATA)
	$(BIN)/python benchmarks/http_speed.py --data $(DATA)
	$(BIN)/python benchmarks/recommend_peers.py --data $(DATA)
	$(BIN)/python benchmarks/tables.py

docs: $(VENV)/.ready-dev  ## draw the reference pages and the benchmark tables anew
	$(BIN)/mercer docs docs
	$(BIN)/python benchmarks/tables.py

clean:  ## remove the environments, caches and the demo shop
	rm -rf $(VENV) $(BENCH) demo-shop build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests benchmarks examples -name __pycache__ -type d -prune -exec rm -rf {} +

# What the program needs, and what working on it needs; torch is in neither.
$(VENV)/.ready: pyproject.toml | $(BIN)/python
	@if [ -e $(VENV)/.ready-dev ]; then $(MAKE) --no-print-directory $(VENV)/.ready-dev; else \
	echo "Installing Mercer into $(VENV) …"; $(BIN)/python -m pip install -q -e '.[server]'; fi
	@touch $@

$(VENV)/.ready-dev: pyproject.toml | $(BIN)/python
	@echo "Installing Mercer and its development tools into $(VENV) …"
	@$(BIN)/python -m pip install -q -e '.[dev]'
	@touch $@ $(VENV)/.ready

# The peers' libraries, apart from ours so that neither pins the other.
$(BENCH)/.ready: benchmarks/requirements.txt
	@bash .ci/venv $(BENCH)
	@echo "Installing the benchmark peers into $(BENCH) …"
	@$(BENCH)/bin/python -m pip install -q -r benchmarks/requirements.txt
	@touch $@

$(BIN)/python:
	@bash .ci/venv $(VENV)
