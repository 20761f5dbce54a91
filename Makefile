# The two commands a newcomer needs are `make run` and `make test`; `make help` names the rest.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

run: $(VENV)/run.stamp ## Start the whole desk on embedded servers and print the lobby
	@$(BIN)/python -m compileall -q bot handlers
	@$(BIN)/usher run --sandbox

install: $(VENV)/run.stamp ## Set up .venv for the service, start nothing

# Thousands of small databases that are thrown away: in memory, where there is room, they cost a quarter less.
RAM = $(shell [ "$$(df -Pk /dev/shm 2>/dev/null | awk 'END {print $$4}')" -gt 2000000 ] 2>/dev/null && echo /dev/shm)

# The slow tests wait for servers and browsers a third of their time: three workers keep two cores busy. Threads of a
# matrix's own would only stand in their way.
test: $(VENV)/dev.stamp ## Run the quick tests (under three minutes); ALL=1 adds the slow ones
	@$(BIN)/python -m compileall -q -j 2 bot handlers tests
	@OPENBLAS_NUM_THREADS=1 $(addprefix TMPDIR=,$(RAM)) $(if $(ALL),THOROUGH=1) $(BIN)/python -m pytest \
		-o tmp_path_retention_policy=failed $(if $(ALL),-n 3,-m "not slow" --assert=plain) || \
		{ echo "for the values behind a failed assert: $(BIN)/python -m pytest FILE"; exit 1; }

check: $(VENV)/dev.stamp ## Run linters, types and floors, then every test; REQUIRE_SERVICES=1 allows no skip
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	@$(MAKE) --no-print-directory test ALL=1

approve: $(VENV)/dev.stamp ## Rewrite the golden mails, cards and pages; look at the diff before you commit
	APPROVE=1 $(BIN)/python -m pytest -q -m golden

model: $(VENV)/dev.stamp ## Train the search anew, after a change of articles, near misses or concepts
	$(BIN)/python -m bot.faq.training

pictures: $(VENV)/dev.stamp ## Take the README's pictures anew (needs Chromium)
	PICTURES=1 $(BIN)/python -m pytest -q tests/stories/*_in_a_browser.py

BENCHMARKS = start reaction ack approve outbox review intake portal lifecycle faq question_mails
bench: $(VENV)/dev.stamp ## Measure start, reaction, acks, approval, outbox, review, intake, portal, the clock and answers, each beside its yardstick (needs Dovecot)
	@missed=; for each in $(BENCHMARKS); do $(BIN)/python -m tests.benchmarks.$$each || missed="$$missed $$each"; done; \
	[ -z "$$missed" ] || { echo "missed a goal, or did not run:$$missed"; exit 1; }

format: $(VENV)/dev.stamp ## Let ruff put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

constraints: $(VENV)/dev.stamp ## Pin the newest versions of everything into constraints.txt
	echo uv | $(BIN)/uv pip compile --quiet --universal --no-header --no-annotate --no-emit-index-url --upgrade \
		--all-extras -o constraints.txt pyproject.toml -

clean: ## Remove the environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .hypothesis .import_linter_cache

# Without pip inside, so that Debian's python3-venv is not needed; uv installs the rest.
$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Usher needs Python 3.11 or newer: make PYTHON=python3.11 …")'
	@echo "Setting up $(VENV). This happens once and takes about half a minute."
	@$(PYTHON) -m venv --without-pip $(VENV)
	@$(PYTHON) -m pip --python $(BIN)/python install --quiet --disable-pip-version-check -c constraints.txt uv

$(VENV)/run.stamp: pyproject.toml constraints.txt | $(BIN)/uv
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python -c constraints.txt -e '.[charts,sandbox]'
	@touch $@

$(VENV)/dev.stamp: pyproject.toml constraints.txt | $(BIN)/uv
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python -c constraints.txt -e '.[dev]'
	@touch $@ $(VENV)/run.stamp

.PHONY: help run install test check approve format constraints clean pictures bench model
