# Everything runs in .venv, which `make venv` makes from the pinned constraints.
PYTHON ?= python3
# Where pip's default torch brings CUDA libraries, name PyTorch's CPU index here:
#   make venv TORCH_INDEX=<address of PyTorch's CPU wheel index>
TORCH_INDEX ?=
BIN := .venv/bin
STAMP := .venv/.installed
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet

.PHONY: venv demo test built lint lab notebooks references bench clean

venv: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -c "import sys; sys.exit(sys.version_info < (3, 11))" || \
		{ echo "Python 3.11 or later is needed: make PYTHON=python3.11 $(MAKECMDGOALS)"; rm -rf .venv; exit 1; }
	@echo "Installing into .venv (once; a few minutes)"
	@$(if $(TORCH_INDEX),$(PIP) install --constraint constraints.txt --index-url $(TORCH_INDEX) torch,:)
	@$(PIP) install --constraint constraints.txt --editable ".[dev]"
	@touch $@

demo: venv
	@$(BIN)/autograder demo

test: venv
	@$(MAKE) --no-print-directory --jobs 2 lint built
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses auto --dist worksteal

built: venv
	@$(BIN)/autograder build --check

lint: venv
	@$(BIN)/ruff format --check --quiet . || { echo "Run: $(BIN)/ruff format ."; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo > .venv/imports.log || { cat .venv/imports.log; exit 1; }

lab: venv
	@$(BIN)/jupyter lab assignments

notebooks: venv
	@$(BIN)/autograder build

references: venv
	@$(BIN)/python -m seqlib.models train --all

bench: venv
	@for file in benchmarks/*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

clean:
	@rm -rf .venv build dist *.egg-info
