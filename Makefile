# make demo   create the environment, install what it needs, run a small real benchmark
# make test   add what the tests need to the same environment, then all tests
# make lint   style, types, import rules
# make clean  remove what these made

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DEMO := $(VENV)/.demo
READY := $(VENV)/.ready

# One OpenMP thread per process unless told otherwise: spinning threads beside busy neighbours cost half the speed.
export OMP_WAIT_POLICY ?= PASSIVE
export HF_HUB_DISABLE_TELEMETRY := 1

.PHONY: demo test lint install clean

demo: $(DEMO)
	$(BIN)/tabib benchmark configs/demo.yaml

test: $(READY)
	OMP_NUM_THREADS=1 $(BIN)/pytest -n 2 --dist worksteal $(ARGS)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

install: $(READY)

# One pip at a time in the environment.
.NOTPARALLEL:

define set_up
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	{ echo "tabib needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
$(PYTHON) -m venv $(VENV)
$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[$(1)]'
endef

$(DEMO): pyproject.toml constraints.txt
	$(call set_up,demo)
	@touch $(DEMO)

$(READY): pyproject.toml constraints.txt
	$(call set_up,dev)
	@touch $(DEMO) $(READY)

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
