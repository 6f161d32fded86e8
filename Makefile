# `make` alone prints what there is. Every target can be run again at any time.

SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
# -qq hides the download chatter; errors are still printed.
PIP := $(PY) -m pip install -qq --disable-pip-version-check \
	-c requirements-ci.txt

# The CPU wheel of TensorFlow is a third of the size; a GPU wants its libraries.
ifneq ($(shell command -v nvidia-smi 2>/dev/null),)
  BACKEND := tensorflow
  GPU_REQUIREMENT := "tensorflow[and-cuda]"
else ifeq ($(shell uname -sm),Linux x86_64)
  BACKEND := tensorflow-cpu
else
  BACKEND := tensorflow
endif

# One stamp per set-up, renewed when what it installs from has changed.
DEMO_STAMP := $(VENV)/.demo-installed
TEST_STAMP := $(VENV)/.test-installed
SOURCES := pyproject.toml requirements-ci.txt

.PHONY: help setup demo test lint format saved-models benchmark \
	results-table clean

help: ## Print this help
	@echo "keras_dl4: Keras 3 layers and models for six classic systems"
	@echo
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) \
		| sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' \
		| expand -t 24

$(PY):
	@command -v $(PYTHON) >/dev/null || { \
		echo "Python 3.11 or later is needed, but \`$(PYTHON)\` is not" \
		"there. Install it, or run: make PYTHON=/path/to/python3" >&2; \
		exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or later is needed, but \`$(PYTHON)\` is" \
		"$$($(PYTHON) --version 2>&1). Run: make PYTHON=python3.11" >&2; \
		exit 1; }
	@echo "set-up: creating $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "Creating $(VENV) failed; on Debian and Ubuntu:" \
		"apt install python3-venv" >&2; exit 1; }

$(DEMO_STAMP): $(SOURCES) | $(PY)
	@echo "set-up: installing keras_dl4 with $(BACKEND) and matplotlib" \
		"(about 2 GB on disk)"
	@start=$$SECONDS; \
	$(PIP) -e ".[$(BACKEND),figures]" $(GPU_REQUIREMENT); \
	echo "set-up: took $$((SECONDS - start)) s"
	@touch $@

$(TEST_STAMP): $(SOURCES) | $(PY)
	@echo "set-up: installing keras_dl4 with $(BACKEND), jax, matplotlib," \
		"tensorboard, tensorflow-datasets, scikit-learn and the test" \
		"tools (about 2.5 GB on disk)"
	@start=$$SECONDS; \
	$(PIP) -e ".[$(BACKEND),datasets,jax,figures,tensorboard,test]" \
		$(GPU_REQUIREMENT); \
	echo "set-up: took $$((SECONDS - start)) s"
	@touch $@

setup: $(TEST_STAMP) ## Create .venv with everything that the tests need
	@echo "set-up: $(VENV) is ready"

demo: $(DEMO_STAMP) ## Train the NTM on copy, draw its figures, export it
	@$(PY) examples/ntm_tasks.py --task copy --out runs/ntm_copy --demo

test: setup ## Run the linter and every test
	@start=$$SECONDS; $(MAKE) lint; \
	echo "lint: took $$((SECONDS - start)) s"
	@$(PY) -m pytest

lint: $(TEST_STAMP) ## Check style and formatting
	@echo "lint: ruff check and ruff format --check"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

format: $(TEST_STAMP) ## Repair style and formatting
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

saved-models: $(TEST_STAMP) ## Train and write saved_models/ anew
	@new=runs/saved_models; rm -rf $$new; \
	$(PY) examples/ntm_tasks.py --task copy --demo --out $$new/runs/ntm_copy; \
	$(PY) examples/spatial_transformer_digits.py --distortion RTS --demo \
		--out $$new/runs/spatial_transformer_digits; \
	$(PY) examples/variational_autoencoder_digits.py --demo \
		--out $$new/runs/variational_autoencoder_digits; \
	$(PY) examples/memn2n_babi.py --joint --task 1 4 6 9 11 12 13 15 20 \
		--restarts 5 --demo --out $$new/runs/memn2n_babi; \
	$(PY) examples/gan_digits.py --demo --out $$new/runs/gan_digits; \
	$(PY) examples/visual_semantic_embedding_scenes.py \
		--encoder peephole_lstm --epochs 90 --out $$new/embedding; \
	$(PY) examples/sc_nlm_scenes.py --embedding $$new/embedding/model.keras \
		--language-weight 0.1 --demo --out $$new/runs/sc_nlm_scenes; \
	for run in $$new/runs/*; do \
		model=$$new/$$(basename $$run); mkdir $$model; \
		cp -r $$run/saved_model/1 $$run/result.json $$model; done; \
	KERAS_DL4_SAVED_MODELS=$$new $(PY) -m pytest tests/test_saved_models.py; \
	for run in $$new/runs/*; do name=$$(basename $$run); \
		rm -rf saved_models/$$name; mv $$new/$$name saved_models; done
	@$(PY) results/fill_readme.py

benchmark: $(TEST_STAMP) ## Time a training step beside the LSTM baseline
	@$(PY) benchmarks/ntm.py

results-table: | $(PY) ## Fill the tables of the READMEs from the records
	@$(PY) results/fill_readme.py

clean: ## Remove .venv and caches; results and saved models stay
	@echo "clean: removing $(VENV), caches and build outputs"
	@rm -rf $(VENV) build dist *.egg-info .pytest_cache .ruff_cache \
		.hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
