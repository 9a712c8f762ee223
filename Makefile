# Everything a newcomer needs: `make demo` and `make test`. Python 3.11 or later is all that must be there.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# pip warns of folders that some machines list and lack; errors still show
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
DATA ?= ../shared/data
PORT ?= 8470
# many tests wait for servers and browsers: one worker more than there are cores
WORKERS ?= $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2) + 1 )))

.PHONY: setup demo headless test soak lint docs bench lock clean

$(VENV)/.main: requirements.lock pyproject.toml
	@echo "Setting up $(VENV) (about a minute) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Bartizan needs Python 3.11 or later; this is " + sys.version)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.main
	@echo "Adding what tests, checks and docs need ..."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

setup: $(VENV)/.main

demo: $(VENV)/.main
	@$(BIN)/bartizan demo --port $(PORT)

headless: $(VENV)/.main
	@$(BIN)/bartizan demo --headless

test: $(VENV)/.dev
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -q

# what takes long: thousands of crashes, floods, every bit; BARTIZAN_SOAK=0.1 does a tenth
soak: $(VENV)/.dev
	@$(BIN)/python -m pytest --soak -q tests/soak

lint: $(VENV)/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@for file in $$(find tests -mindepth 2 -name conftest.py); do MYPYPATH=$$(dirname $$(dirname $$file)) $(BIN)/mypy --no-error-summary $$file || exit 1; done
	@$(BIN)/lint-imports

docs: $(VENV)/.dev
	@$(BIN)/sphinx-build -W --keep-going -q -b html docs docs/_build/html
	@echo "docs/_build/html/index.html"

# peers live in an environment of their own, so that nothing of theirs reaches ours
.venv-bench/.ready: benchmarks/requirements.txt $(VENV)/.main
	@echo "Setting up .venv-bench ..."
	@test -x .venv-bench/bin/python || $(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/python -m pip --disable-pip-version-check -qq install -r requirements.lock -r benchmarks/requirements.txt
	@.venv-bench/bin/python -m pip --disable-pip-version-check -qq install --no-deps -e .
	@touch $@

# the trackers of others pull OpenCV's build with windows, which cannot lie beside ours
.venv-peers/.ready: benchmarks/requirements-peers.txt
	@echo "Setting up .venv-peers ..."
	@test -x .venv-peers/bin/python || $(PYTHON) -m venv .venv-peers
	@.venv-peers/bin/python -m pip --disable-pip-version-check -qq install --require-hashes -r benchmarks/requirements-peers.txt
	@touch $@

bench: .venv-bench/.ready .venv-peers/.ready
	@.venv-bench/bin/python -m benchmarks --data $(DATA)

lock:
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q pyproject.toml -o requirements.lock
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q --extra dev --extra docs pyproject.toml -o requirements-dev.lock

clean:
	@rm -rf $(VENV) .venv-bench .venv-peers docs/_build out
