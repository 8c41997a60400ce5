# make demo and make test need python3 with venv, and nothing else; a second call installs nothing.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed
COMPILED := $(VENV)/compiled
PEERS := .venv-peers
LOWEST := .venv-lowest
SERVER := .venv-server
RELEASE := .venv-release
WHEEL_PYTHON ?= $(PYTHON)
PYLEECAN := .venv-pyleecan
PLAIN := $(filter-out %/test_hull_kernels.py,$(wildcard tests/*/test_*_kernels.py tests/*/test_*_kernel.py))
PIP := $(BIN)/python -m pip --disable-pip-version-check
EXTRAS := cluster,pull,notebooks,docs,dev
# uv installs in a fraction of pip's time; where it finds no packages (a mirror that only pip knows), pip does.
UV := VIRTUAL_ENV=$(VENV) UV_SYSTEM_CERTS=1 $(BIN)/uv pip
CHECKOUT := --quiet --constraint constraints.txt --group evaluation --editable ".[$(EXTRAS)]"
# Two workers; each file stays on one, since files share what they train. Long files come first
# (tests/conftest.py).
PARALLEL := --numprocesses 2 --dist loadfile --no-loadscope-reorder
SETUP_FILES := pyproject.toml constraints.txt
KERNELS := $(wildcard magnetkit/*/*_kernels.py) $(patsubst %,magnetkit/_core/_%.py,arrays jit linear)

# Images often forbid bytecode to be kept; every process would then compile all packages anew,
# half of the time that a command takes to start.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup demo docs test test-plain test-faults test-accuracy figures mutants test-lowest test-wheel bom audit lint notebooks peers bench official-server pyleecan clean

help:
	@echo "make demo    set up, then decide on the magnets of a fin actuator: keep, diffuse, or another family"
	@echo "make test    set up, then run every test"
	@echo "make test-plain  the kernels' tests with numba switched off"
	@echo "make lint    ruff and mypy"
	@echo "make docs    build the documentation into build/docs; warnings are errors"
	@echo "make notebooks  run the notebooks anew and store their outputs"
	@echo "make peers   a second environment with matminer, CBFV and dscribe to compare with"
	@echo "make bench   benchmarks of the kernels beside their peers"
	@echo "make official-server  the pull against the Materials Project's own server code"
	@echo "make pyleecan  pyleecan reads a material file of magnetkit curve"
	@echo "make test-faults  the campaign on bad input, texts and interruption; 15 minutes"
	@echo "make test-accuracy  tests of the offline fits, the validation and the benchmarks; 3 minutes"
	@echo "make figures  pages of validation anew that a refit does not write; 3 minutes"
	@echo "make mutants  100 changes of the code, and whether a test sees each; an hour"
	@echo "make test-lowest  the tests on the lowest versions (Python 3.11)"
	@echo "make test-wheel  the wheel built, installed and run outside the checkout; WHEEL_PYTHON=python3.13"
	@echo "make audit   known advisories of the pinned versions"
	@echo "make bom     a bill of materials (CycloneDX) of what magnetkit runs on"
	@echo "make clean   remove the environments and what demo wrote"

setup: $(COMPILED)

$(STAMP): $(SETUP_FILES)
	@echo "magnetkit: setting up $(VENV) (a minute or two, 1.7 GB)"
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 14) else "magnetkit needs Python 3.11 to 3.13; call make with PYTHON=python3.11")'
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --quiet --upgrade pip
	@$(PIP) install --quiet uv && $(UV) install $(CHECKOUT) || $(PIP) install $(CHECKOUT)
	@touch $(STAMP)

# Kernels before tests: two workers would each compile them.
$(COMPILED): $(STAMP) $(KERNELS)
	@$(BIN)/python -m magnetkit doctor --compile
	@touch $(COMPILED)
	@echo "magnetkit: ready"

demo: $(COMPILED)
	@echo "magnetkit: what replaces the dysprosium of a fin actuator at 150 C? results go to demo/"
	@$(BIN)/python -m magnetkit screen --application weapon-fin-actuator --out demo --force

test: $(COMPILED)
	@echo "magnetkit: running every test"
	@$(BIN)/python -m pytest $(PARALLEL)

# Without numba every kernel is plain Python: slow, but coverage sees it and errors have lines.
test-plain: $(STAMP)
	@echo "magnetkit: testing the kernels as plain Python"
	@NUMBA_DISABLE_JIT=1 $(BIN)/python -m pytest -q $(PLAIN)

# What stands outside the wheel has tests of its own; `make test` holds the figures it stored.
test-accuracy: $(STAMP)
	@echo "magnetkit: testing benchmarks/accuracy, benchmarks/features and benchmarks/faults"
	@$(BIN)/python -m pytest $(PARALLEL) benchmarks/accuracy benchmarks/features benchmarks/faults

# Pages of what was measured of answers, from embedded data alone; their dates say of which tree.
PAGES := docs/grades.md docs/hindcast.md $(patsubst %,datasets/recipes/%.md,EDGES MAGNETS SPREAD)
EMBEDDED := env -u MAGNETKIT_MIRROR MAGNETKIT_CACHE_DIR=build/embedded

figures: $(COMPILED)
	@mkdir -p build
	@for page in $(PAGES); do \
	  target=$$(basename $$page .md | tr A-Z a-z); echo "magnetkit: $$page"; \
	  $(EMBEDDED) $(BIN)/python -m benchmarks.accuracy $$target > build/page.md && mv build/page.md $$page || exit 1; \
	done
	@$(EMBEDDED) $(BIN)/python -m benchmarks.accuracy --store
	@$(BIN)/python datasets/update_registry.py

mutants: $(STAMP)
	@echo "magnetkit: changing one place at a time; lines go to build/mutants.jsonl"
	@mkdir -p build
	@$(BIN)/python -m benchmarks.mutants build/mutants.jsonl 100

# Writes its figures into benchmarks/faults/FAULTS.md.
test-faults: $(STAMP)
	@echo "magnetkit: campaign on faults; figures go to benchmarks/faults/FAULTS.md"
	@$(BIN)/python -m benchmarks.faults.campaign

$(LOWEST)/installed: pyproject.toml constraints-lowest.txt
	@echo "magnetkit: setting up $(LOWEST) with the lowest versions"
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info[:2] == (3, 11) else "the lowest versions are for Python 3.11; call make with PYTHON=python3.11")'
	@$(PYTHON) -m venv $(LOWEST)
	@$(LOWEST)/bin/python -m pip install --quiet --constraint constraints-lowest.txt --editable ".[cluster,plots,dev]"
	@touch $@

test-lowest: $(LOWEST)/installed
	@echo "magnetkit: running every test on the lowest versions"
	@$(LOWEST)/bin/python -m pytest

test-wheel: $(STAMP)
	@echo "magnetkit: building a wheel and running it in a fresh environment of $(WHEEL_PYTHON)"
	@$(BIN)/python -m benchmarks.faults.wheel $(WHEEL_PYTHON)

# What a release is made of: the wheel's run-time packages with versions and licences.
bom:
	@$(PYTHON) -m venv $(RELEASE)/run
	@$(PYTHON) -m venv $(RELEASE)/tool
	@$(RELEASE)/run/bin/python -m pip install --quiet --constraint constraints.txt ".[cluster,plots]"
	@$(RELEASE)/tool/bin/python -m pip install --quiet "cyclonedx-bom==7.5.0"
	@mkdir -p dist
	@$(RELEASE)/tool/bin/cyclonedx-py environment --pyproject pyproject.toml --gather-license-texts \
	  --output-reproducible --of JSON -o dist/bom.json $(RELEASE)/run
	@rm -rf $(RELEASE)
	@echo "magnetkit: dist/bom.json"

# Known advisories of the pinned versions. An index that serves none says of each that it could not
# be audited.
audit:
	@$(PYTHON) -m venv $(RELEASE)/audit
	@$(RELEASE)/audit/bin/python -m pip install --quiet "pip-audit==2.10.1"
	@$(RELEASE)/audit/bin/pip-audit --requirement constraints.txt --no-deps --disable-pip
	@rm -rf $(RELEASE)

lint: $(STAMP)
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m ruff format --check .
	@$(BIN)/python -m mypy

# Works offline; a broken link or an unknown name fails.
docs: $(STAMP)
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet
	@echo "magnetkit: see build/docs/index.html"

notebooks: $(STAMP)
	@$(BIN)/python notebooks/execute.py

$(PEERS)/installed: benchmarks/peers.txt pyproject.toml
	@echo "magnetkit: setting up $(PEERS) with the packages to compare with"
	@$(PYTHON) -m venv $(PEERS)
	@$(PEERS)/bin/python -m pip install --quiet --requirement benchmarks/peers.txt --editable .
	@touch $@

peers: $(PEERS)/installed
	@echo "magnetkit: kernels beside their peers"
	@$(PEERS)/bin/python -m pytest -q tests/features tests/curves tests/test_types.py -m peer
	@$(PEERS)/bin/python -m pytest -q benchmarks/bench_kernels.py --benchmark-group-by=group

bench: $(STAMP)
	@$(BIN)/python -m pytest -q benchmarks --benchmark-columns=median,ops --override-ini python_files='bench_*.py'

# In an environment of its own: the server pins what it is deployed with.
$(SERVER)/installed:
	@echo "magnetkit: setting up $(SERVER) with the Materials Project's server"
	@$(PYTHON) -m venv $(SERVER)
	@$(SERVER)/bin/python -m pip install --quiet "emmet-api==0.87.3" "emmet-core==0.87.3" "mongomock==4.3.0"
	@touch $@

official-server: $(STAMP) $(SERVER)/installed
	@$(BIN)/python -m pytest benchmarks/faults/test_official_server.py

# In an environment of its own: pyleecan wants numpy 1 and an old matplotlib.
$(PYLEECAN)/installed: tests/curves/pyleecan.txt
	@echo "magnetkit: setting up $(PYLEECAN) with pyleecan"
	@$(PYTHON) -m venv $(PYLEECAN)
	@$(PYLEECAN)/bin/python -m pip install --quiet --no-deps --requirement tests/curves/pyleecan.txt
	@touch $@

pyleecan: $(STAMP) $(PYLEECAN)/installed
	@$(BIN)/python -m pytest tests/curves/test_formats.py

clean:
	rm -rf $(VENV) $(PEERS) $(LOWEST) $(SERVER) $(PYLEECAN) demo build dist
