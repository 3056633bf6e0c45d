# Needs Python 3.11 or newer and make. Everything else is installed into .venv, everything written goes to var.
PORT ?= 8000
HOST ?= 127.0.0.1
PART ?=
HUBS ?= 100000
ROUNDS ?= 3
SCENARIO ?= calm

VENV := .venv
RUN := $(VENV)/installed-run
DEV := $(VENV)/installed-dev
PYTHON := $(VENV)/bin/python
INSTALL := $(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-strip-extras

.PHONY: run test rollout bench reset shell audit assets lock docs help
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

run: $(RUN) ## start the portal (PORT=8000); Ctrl-C stops it
	@exec $(PYTHON) manage.py up --host $(HOST) --port $(PORT)

test: $(DEV) ## run every check and every test (ONLY=checks|unit|races|browser for one tier)
	@exec $(PYTHON) -m tests $(ONLY)

rollout: $(RUN) ## watch a whole rollout from the terminal (HUBS=100000 SCENARIO=calm; another, such as bad_image)
	@exec $(PYTHON) manage.py run_rollout --hubs $(HUBS) --scenario $(SCENARIO)

bench: $(DEV) ## measure (PART=rollout HUBS=100000 ROUNDS=3); one JSON line per measure
	@exec $(PYTHON) -m portal.embedded.test_services -- $(PYTHON) -m tests.benchmarks --hubs $(HUBS) --rounds $(ROUNDS) $(PART)

reset: $(RUN) ## throw away the demonstration data; the next run builds it anew
	@exec $(PYTHON) -m portal.embedded.reset

shell: $(RUN) ## a Python shell on the demonstration data
	@exec $(PYTHON) -m portal.embedded.shell

docs: $(DEV) ## renew the state diagrams and the pictures in the documents
	$(PYTHON) manage.py diagrams
	DOCS_PICTURES=1 $(PYTHON) -m tests browser

audit: $(DEV) ## slow sweeps of every page, then the advisory database about the locked packages (needs the internet)
	$(PYTHON) -m tests audit
	$(PYTHON) -m venv $(VENV)/audit
	$(VENV)/audit/bin/pip install --quiet pip-audit
	$(VENV)/audit/bin/pip-audit --disable-pip --require-hashes -r requirements-dev.lock

assets: ## compile the look again (needs Node)
	cd portal/pages/assets && npm ci && npm run build

lock: ## resolve the dependencies of pyproject.toml again (needs uv)
	$(COMPILE) pyproject.toml -o requirements.lock
	$(COMPILE) --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

$(PYTHON):
	@set -e; \
	for candidate in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	  if $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    if $$candidate -c 'import ensurepip, venv' 2>/dev/null; then \
	      exec $$candidate -m venv --clear $(VENV); \
	    fi; \
	    lacking="$$candidate"; \
	  fi; \
	done; \
	if [ -n "$$lacking" ]; then \
	  echo "$$lacking lacks its venv module: install it (Debian: apt install python3-venv), then run make again." >&2; \
	else \
	  echo "The portal needs Python 3.11 or newer: install it, then run make again." >&2; \
	fi; \
	exit 2

$(RUN): requirements.lock | $(PYTHON)
	@echo "Installing the locked packages into $(VENV); this takes about a minute, once."
	@$(INSTALL) requirements.lock
	@touch $@

$(DEV): requirements-dev.lock | $(PYTHON)
	@echo "Installing the locked packages for development into $(VENV); this takes a minute or two, once."
	@$(INSTALL) requirements-dev.lock
	@touch $@ $(RUN)
