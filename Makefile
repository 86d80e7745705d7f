# Everything a newcomer does, from a clone with Python 3.11+, make and git. Long steps live in scripts/.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

$(VENV)/.complete: pyproject.toml requirements-dev.lock
	PYTHON=$(PYTHON) scripts/setup $(VENV)

.PHONY: setup
setup: $(VENV)/.complete ## Make the virtual environment in .venv

.PHONY: demo
demo: setup ## Run the main scenario (100 nodes, 50,000 pods, 8 hours in virtual time) and write its report
	scripts/demo $(BIN)

.PHONY: test
test: setup ## Run every check, as CI does
	scripts/test $(BIN)

.PHONY: quick
quick: setup ## Run the tests that take no more than a few seconds each
	$(BIN)/python -m pytest -q -n 2 -m "not slow and not hours and not chromium"

.PHONY: lint
lint: setup ## Check style, types and layers
	scripts/lint $(BIN)

.PHONY: format
format: setup ## Format the code and apply safe fixes
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format .

.PHONY: docs
docs: setup ## Write the generated pages of docs/
	$(BIN)/python -m scripts.generate_docs

.PHONY: claims
claims: setup ## Run every published claim again and write docs/claims.md
	$(BIN)/python -m scripts.write_claims

.PHONY: bench
bench: setup ## Measure speed and memory; table on the terminal, JSON in bench-results.json
	$(BIN)/python -m bench

.PHONY: picture
picture: demo ## Take the README's picture: the demo's report in Chromium
	scripts/picture

.PHONY: lock
lock: setup ## Record the installed versions as the ones to develop with
	scripts/lock $(BIN)

.PHONY: clean
clean: ## Remove everything that the other targets made
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage htmlcov dist \
	  bench-results.json demo-report.html plimsoll-runs
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
