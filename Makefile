# Every target works from nothing: `setup` makes .venv and installs what constraints.txt pins.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
TOOLS := build/tools
CORPUS ?= seeds
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(max(1, (os.cpu_count() or 1) * 3 // 2))')
export Q SPACE  # the shell reads them from the environment, so that no character of them is run

.PHONY: setup run ask test check format lint types bench screenshots lock requirements audit sbom fuzz deploy \
	clean help

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(STAMP) ## make .venv and install

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet --editable . --group dev --group plot
	@touch $@

run: setup ## index the corpus and open the chat on http://127.0.0.1:7860
	$(BIN)/isnad serve --corpus $(CORPUS)

ask: setup ## answer one question: make ask Q="…"
	@test -n "$$Q" || { echo 'say the question: make ask Q="…"'; exit 2; }
	@$(BIN)/isnad ask --corpus $(CORPUS) -- "$$Q"

test: setup ## run every test, three files for two cores
	@# Compiled modules are kept even where that is turned off: the tests start a hundred processes. They also
	@# wait for those, so there are more of them at a time than there are cores.
	PYTHONDONTWRITEBYTECODE= OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile

check: lint types test ## what CI runs: format, lint, types, tests

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: setup
	$(BIN)/mypy

format: setup ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup ## measure speed on 100,000 chunks (needs the training data)
	$(BIN)/python bench/stores.py > bench/stores.txt
	$(BIN)/python bench/scale.py > bench/scale.txt
	$(BIN)/python bench/cold.py > bench/cold.txt

screenshots: setup ## take pictures of every screen into build/screenshots
	$(BIN)/python scripts/screenshots.py build/screenshots

clean: ## remove what can be made again
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(TOOLS)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/python -m pip install --quiet --upgrade pip
	PIP_CONSTRAINT=constraints.txt $(TOOLS)/bin/python -m pip install --quiet --group audit
	@touch $@

lock: setup $(TOOLS)/.installed ## resolve constraints.txt anew, and requirements.txt and requirements.lock with it
	$(BIN)/python scripts/lock.py
	$(BIN)/python scripts/requirements.py
	$(TOOLS)/bin/python scripts/hashes.py

audit: $(TOOLS)/.installed ## look what runs up in the databases of known vulnerabilities
	$(TOOLS)/bin/python scripts/audit.py $(AUDIT)

sbom: $(TOOLS)/.installed ## write what runs, with hashes, into build/sbom.json (CycloneDX)
	$(TOOLS)/bin/python -m cyclonedx_py requirements --pyproject pyproject.toml --output-reproducible \
		--output-file build/sbom.json requirements.lock

fuzz: setup ## break files and questions for SECONDS (60) with atheris, where it is installed
	$(BIN)/python scripts/fuzz.py --seconds $(or $(SECONDS),60)

requirements: setup ## resolve requirements.txt, from which a Space installs, anew
	$(BIN)/python scripts/requirements.py

deploy: setup ## put the chat on a Space: make deploy SPACE=owner/name; DRY=1 only lists what would go
	@test -n "$$SPACE" || { echo 'say which Space: make deploy SPACE=owner/name'; exit 2; }
	@$(BIN)/python scripts/deploy.py $(if $(DRY),--dry-run) -- "$$SPACE"
