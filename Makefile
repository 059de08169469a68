# Every target does the set-up that it needs. `make setup` is quick when there is nothing to do.
.PHONY: setup demo test test-browser quick coverage lint docs changelog dist oldest chaos bench acceptance

BIN := .venv/bin
CI := examples/ci
QUICK := not browser and not e2e and not slow
GITHUB := $(CI)/github/.github
export PATH := $(CURDIR)/.tools/bin:$(CURDIR)/$(BIN):$(PATH)

setup: ; @scripts/setup.sh
demo: setup ; @$(BIN)/python scripts/demo.py
test: lint test-browser ; $(BIN)/pytest -n auto -m "not browser"
quick: setup ; $(BIN)/pytest -n auto -m "$(QUICK)"

# Test the pages in Chromium or Chrome, and write screenshots to build/browser.
test-browser: setup
	$(BIN)/python -m scripts.browser
	$(BIN)/pytest -n 2 tests/browser

# Print the branches that the quick tests leave out. A failed test does not hide the table.
coverage: setup
	$(BIN)/coverage erase
	-$(BIN)/coverage run -m pytest -n auto -m "$(QUICK)"
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

chaos: setup ; @$(BIN)/python scripts/chaos.py $(CHAOS)
bench: setup ; @$(BIN)/python -m benchmarks $(BENCH)
acceptance: setup ; @$(BIN)/python -m acceptance $(if $(CLEAN),--clean $(CLEAN)) $(ACCEPTANCE)

docs: setup
	$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going --doctree-dir build/doctrees docs build/docs
	@echo "The documentation is in build/docs/index.html"

# Without VERSION: write the unreleased changes into CHANGELOG.md. With it: release them, and remove the fragments.
changelog: setup ; $(BIN)/python -m scripts.changelog $(VERSION)

# Build wheel and sdist, check both, and install the wheel into an environment of its own.
dist: setup
	rm -rf dist build/wheel
	$(BIN)/python -m build
	$(BIN)/twine check --strict dist/*
	$(BIN)/python -m venv build/wheel
	build/wheel/bin/pip install --quiet "$$(ls dist/*.whl)[all]"
	build/wheel/bin/c1policy --help >/dev/null
	cd build && wheel/bin/python -c 'import pulumi_c1policy as c1; c1.Policy; c1.approve.manager()'

# Write the oldest supported versions; `PIP_CONSTRAINT=$$PWD/build/oldest.txt make setup` installs them.
oldest: ; @python3 -m scripts.oldest >build/oldest.txt

lint: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy pulumi_c1policy scripts tests benchmarks acceptance docs
	$(BIN)/python -m scripts.check_programs
	$(BIN)/lint-imports
	$(BIN)/python -m scripts.check_language
	$(BIN)/python -m scripts.check_links
	$(BIN)/mypy --strict $(CI)/shell/post_report.py
	$(BIN)/shellcheck $(CI)/shell/*.sh
	$(BIN)/zizmor --quiet --offline --config .github/zizmor.yml .github $(CI)/github
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml $(GITHUB)/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-actions $(GITHUB)/actions/*/action.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.gitlab-ci $(CI)/gitlab/.gitlab-ci.yml
