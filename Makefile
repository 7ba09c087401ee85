VENV ?= .venv
PYTHON ?= python3
OUT ?= runs/demo
TORCH = torch==2.13.0
CPU_INDEX = https://download.pytorch.org/whl/cpu

BIN = $(VENV)/bin
PIP = $(BIN)/pip --disable-pip-version-check
RUN = OMP_NUM_THREADS=1 $(BIN)

.PHONY: help demo test check golden bench bench-gpu clean

help:  ## say what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: $(VENV)/.installed  ## set everything up, train a VAE on rendered faces, leave runs/demo/report.html
	if [ -f $(OUT)/run.toml ]; then $(BIN)/allegory resume $(OUT); \
		else $(BIN)/allegory train vae faces --network tiny --beta 3 --images 130000 --out $(OUT); fi
	$(BIN)/allegory evaluate $(OUT) --measure reconstruction density disentanglement --examples 500 --draws 16

test: $(VENV)/.installed-dev  ## set everything up and run all tests
	$(RUN)/pytest -n auto --dist worksteal

check: $(VENV)/.installed-dev  ## formatter, linter, types, import contract, duplicated blocks, spelling
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pylint --disable=all --enable=duplicate-code --min-similarity-lines=12 src/allegory
	$(BIN)/codespell README.md CHANGELOG.md CONTRIBUTING.md ARCHITECTURE.md docs src tests benchmarks

golden: $(VENV)/.installed-dev  ## rewrite the golden loss traces (say why in the commit)
	ALLEGORY_GOLDEN=write $(RUN)/pytest tests/golden

bench: $(VENV)/.installed-dev  ## training throughput, on this machine
	$(BIN)/python benchmarks/throughput.py

bench-gpu: $(VENV)/.installed-dev  ## throughput, bf16, compile, exact resume and a 64x64 run on a GPU
	$(BIN)/python benchmarks/gpu.py

clean:  ## remove the environment and what the tools left
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

# torch comes first and pinned: a range would take the newest build, with gigabytes of CUDA. A wheel
# at hand wins; else, where no NVIDIA driver is, the CPU build; else what the ordinary index has.
$(VENV)/.torch:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "allegory needs Python 3.11 or newer: make PYTHON=python3.12 ..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@$(PIP) install --no-deps --no-index $(TORCH) 2>/dev/null || \
		{ ! command -v nvidia-smi >/dev/null && \
		$(PIP) install --no-deps --retries 1 --timeout 15 --index-url $(CPU_INDEX) $(TORCH) 2>/dev/null; } || \
		$(PIP) install $(TORCH)
	@touch $@

$(VENV)/.installed: $(VENV)/.torch pyproject.toml constraints.txt
	$(PIP) install -q -c constraints.txt -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.torch pyproject.toml constraints.txt
	$(PIP) install -q -c constraints.txt -e '.[dev]'
	@touch $@ $(VENV)/.installed
