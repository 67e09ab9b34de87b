# Everything needs Python 3.11 or newer and nothing else. `make run` starts Waymark, `make test` tries it.
SHELL := /bin/sh
VENV := .venv
PYTHON := $(VENV)/bin/python
PIP := $(PYTHON) -m pip --disable-pip-version-check --no-input
PORT ?= 8000
MINUTES ?= 60

.DEFAULT_GOAL := help
.PHONY: help run test long deliveries coverage lint check-contract lock clean

help:
	@echo "make run             start PostgreSQL, the API and the worker with a sandbox (PORT=$(PORT))"
	@echo "make test            run the suite on a real PostgreSQL"
	@echo "make long            drive placements' lives at random: half an hour or more"
	@echo "make deliveries      compare deliveries event by event while receivers fail and workers are killed (MINUTES=60)"
	@echo "make coverage        try every branch of the rules by their tables of tests alone"
	@echo "make lint            ruff, mypy and the import rules"
	@echo "make check-contract  compare openapi/openapi.json with the code"
	@echo "make lock            renew the lock files"
	@echo "make clean           remove the virtual environment and the sandbox's data"

run: $(VENV)/run.stamp
	@WAYMARK_STOP_WITH_PARENT=1 PORT=$(PORT) exec $(VENV)/bin/waymark run

test: $(VENV)/test.stamp
	@exec $(PYTHON) -m pytest -n 2 --dist loadfile --no-loadscope-reorder

long: $(VENV)/test.stamp
	@exec $(PYTHON) -m pytest --hypothesis-profile=long tests/test_placement_life.py

deliveries: $(VENV)/test.stamp
	@exec $(PYTHON) -m benchmarks.hour_of_deliveries --minutes $(MINUTES)

coverage: $(VENV)/test.stamp
	$(PYTHON) -m coverage run -m pytest tests/rules
	$(PYTHON) -m coverage report

lint: $(VENV)/test.stamp
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

check-contract: $(VENV)/run.stamp
	$(VENV)/bin/waymark contract --check

# Installing the development lock also satisfies `make run`: both locks hold the same versions.
$(VENV)/test.stamp: requirements-dev.lock $(VENV)/run.stamp
	@echo "Installing what the tests need ..."
	@$(PIP) install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/run.stamp: requirements.lock pyproject.toml $(VENV)/bin/python
	@echo "Installing the locked dependencies ..."
	@$(PIP) install --quiet --require-hashes -r requirements.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/bin/python:
	@found=$$(.ci/find-python) || exit 1; \
	echo "Making $(VENV) with $$found ..."; \
	rm -rf $(VENV) && "$$found" -m venv $(VENV)

# The lock files name versions and hashes, never addresses.
UV_COMPILE = $(VENV)-lock/bin/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
	--no-emit-index-url --upgrade pyproject.toml
lock:
	@found=$$(.ci/find-python) || exit 1; "$$found" -m venv $(VENV)-lock
	@$(VENV)-lock/bin/pip install --quiet uv
	$(UV_COMPILE) -o requirements.lock
	$(UV_COMPILE) -c requirements.lock --group dev -o requirements-dev.lock
	@rm -rf $(VENV)-lock

ERASE = $(PYTHON) -c "from pathlib import Path; from app.db.embedded import erase; erase(Path('var/postgres'))"
clean:
	@if [ -x $(PYTHON) ] && [ -e var/postgres ]; then $(ERASE); fi
	rm -rf $(VENV) $(VENV)-lock var .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis *.egg-info
