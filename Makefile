# `make demo` and `make test` are all one needs; both set up everything they use. See CONTRIBUTING.md.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ERAS := 3.7.0 3.12.0
JAX := jax==0.10.2 jaxlib==0.10.2 scipy==1.17.1
TORCH := torch==2.13.0 keras==3.15.1

.PHONY: demo test lint unit bench clean tables help

help:           ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

demo: $(VENV)/demo.stamp  ## check, confirm and fix the bundled example
	@$(BIN)/kls demo

test: $(VENV)/test.stamp eras vscode editors  ## everything that must pass
	@$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: $(VENV)/test.stamp  ## style, types and the rooms' contracts
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: $(VENV)/test.stamp  ## what takes seconds: no real Keras, no editor, no jail
	$(BIN)/python -m pytest -m "not keras and not editor and not sandbox"

tables: $(VENV)/test.stamp  ## the generated tables of the README
	$(BIN)/python tests/docs/tables.py --write

bench: $(VENV)/test.stamp .cache/bench/stamp  ## how fast kls is, beside ty, pyrefly, basedpyright and pylsp, and how fast a confirm
	$(BIN)/python tests/bench/keystrokes.py
	$(BIN)/python tests/bench/packages.py
	$(BIN)/python tests/bench/confirming.py

.cache/bench/stamp: tests/bench/requirements.txt
	$(PYTHON) -m venv .cache/bench
	.cache/bench/bin/python -m pip install --quiet --disable-pip-version-check -r tests/bench/requirements.txt
	@touch $@

clean:          ## remove what make made
	rm -rf $(VENV) .eras .editors .corpora .cache vscode-client/node_modules vscode-client/dist test-results

# ---- what the targets above need -------------------------------------------------------------------------------

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/demo.stamp: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[keras]'
	@touch $@

$(VENV)/test.stamp: pyproject.toml tests/requirements.txt $(VENV)/demo.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	@touch $@

# An older Keras beside the same TensorFlow: its own folder first on the path, the rest from .venv by a .pth line. JAX likewise.
.PHONY: eras
eras: $(ERAS:%=.eras/keras-%/stamp) .eras/jax/stamp

.eras/keras-%/stamp: $(VENV)/test.stamp
	$(PYTHON) tests/make_era.py .eras/keras-$* $(BIN)/python keras==$*
	@touch $@

.eras/jax/stamp: $(VENV)/test.stamp
	$(PYTHON) tests/make_era.py .eras/jax $(BIN)/python $(JAX)
	@touch $@

# PyTorch is large, so that `make test` does without: its tests run once this has been made.
.PHONY: torch
torch: .eras/torch/stamp  ## PyTorch as a further backend for the tests of `kls confirm --matrix`

.eras/torch/stamp:
	$(PYTHON) -m venv .eras/torch
	.eras/torch/bin/python -m pip install --quiet --disable-pip-version-check $(TORCH)
	@touch $@

.PHONY: vscode
vscode: vscode-client/node_modules/.stamp
	cd vscode-client && npm run --silent lint && npm run --silent typecheck && npm run --silent package

vscode-client/node_modules/.stamp: vscode-client/package-lock.json
	cd vscode-client && npm ci --ignore-scripts --silent --no-audit --no-fund
	@touch $@

# A real VS Code workbench and a real Neovim, in .editors/. What cannot be had is a skipped test; with CI=true a failure.
.PHONY: editors
editors: $(VENV)/test.stamp
	-@tests/editors/install_code_server.sh
	-@tests/editors/install_neovim.sh
