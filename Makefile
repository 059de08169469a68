# Every target does the set-up that it needs. `make setup` is quick when there is nothing to do.
.PHONY: setup demo test quick lint chaos bench acceptance

BIN := .venv/bin
export PATH := $(CURDIR)/.tools/bin:$(CURDIR)/$(BIN):$(PATH)

setup: ; @scripts/setup.sh
demo: setup ; @$(BIN)/python scripts/demo.py
test: lint ; $(BIN)/pytest -n auto
quick: setup ; $(BIN)/pytest -n auto -m "not e2e and not slow"
chaos: setup ; @$(BIN)/python scripts/chaos.py $(CHAOS)
bench: setup ; @$(BIN)/python -m benchmarks $(BENCH)
acceptance: setup ; @$(BIN)/python -m acceptance $(if $(CLEAN),--clean $(CLEAN)) $(ACCEPTANCE)

lint: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy pulumi_c1policy scripts tests benchmarks acceptance
	$(BIN)/lint-imports
