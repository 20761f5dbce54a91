# The two commands a newcomer needs are `make run` and `make test`; `make help` names the rest.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 16

run: $(VENV)/run.stamp ## Start the whole desk on embedded servers and print the lobby
	@$(BIN)/usher run --sandbox

test: $(VENV)/dev.stamp ## Run the quick tests (under three minutes, no service needed)
	@$(BIN)/python -m pytest -m "not slow"

check: $(VENV)/dev.stamp ## Everything CI runs: linters, types, floors, all tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/python -m pytest

approve: $(VENV)/dev.stamp ## Rewrite the golden mails, cards and pages; look at the diff before you commit
	APPROVE=1 $(BIN)/python -m pytest -q -m golden

format: $(VENV)/dev.stamp ## Let ruff put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

constraints: $(VENV)/dev.stamp ## Pin the newest versions of everything into constraints.txt
	$(BIN)/uv pip compile --quiet --universal --no-header --no-annotate --no-emit-index-url --upgrade --all-extras \
		-o constraints.txt pyproject.toml

clean: ## Remove the environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .hypothesis

$(BIN)/uv:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt uv

$(VENV)/run.stamp: pyproject.toml constraints.txt | $(BIN)/uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python -c constraints.txt -e '.[sandbox]'
	@touch $@

$(VENV)/dev.stamp: pyproject.toml constraints.txt | $(BIN)/uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python -c constraints.txt -e '.[dev]'
	@touch $@ $(VENV)/run.stamp

.PHONY: help run test check approve format constraints clean
