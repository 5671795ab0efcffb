# `make` prints what can be made. Every target sets the machine up first, which takes nothing when it is.
# Arguments are passed on: make test ARGS="-k seam", make up PORT=9000, make demo ARGS="--out film.mp4".

ARGS =
PORT = 8000
BIN = .venv/bin
FAST = $(wildcard tests/unit tests/architecture tests/contract)
# Tests of one file stay in one process, so that its servers and films are made once.
# Three processes on two cores: the tests that kill and wait leave room for those that film, and
# tests/conftest.py has them begin.
PYTEST = $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder
# No addresses of indexes in the locks: they hold on any machine, whatever it installs from.
COMPILE = UV_CUSTOM_COMPILE_COMMAND='make lock' $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-emit-find-links $(ARGS)
# The extra with its hashes; or, with another build of torch, in the lock's versions.
LOCAL = -r requirements.txt -r requirements-test.txt $(if $(TORCH),--no-verify-hashes -c requirements-local.txt \
	-r requirements-local.in $(TORCH),--require-hashes -r requirements-local.txt)

.PHONY: help ready demo test check lint format lock up migrate bench chaos local test-local clean

help: ## print this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

ready: ## set the machine up: .venv from the hashed locks
	@sh bootstrap.sh

demo: ready ## render examples/ into demo.mp4
	$(BIN)/jynco demo $(ARGS)

test: ready ## run every test that this machine can run (the long ones too: JYNCO_TEST_ALL=1)
	$(PYTEST) $(ARGS)

check: lint ## lint, then run the fast tests
	$(PYTEST) $(FAST) $(ARGS)

lint: ready ## formatting, lint, types and import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: ready ## format the code and mend what lint can mend
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

lock: ready ## compile requirements*.in into the locks (newer: ARGS=--upgrade)
	$(COMPILE) requirements.in -o requirements.txt
	$(COMPILE) requirements-embedded.in -o requirements-embedded.txt
	$(COMPILE) requirements-test.in -o requirements-test.txt
	$(COMPILE) requirements-bench.in -o requirements-bench.txt
	$(COMPILE) requirements-local.in -o requirements-local.txt
	@sh bootstrap.sh

up: ready ## run everything on this machine, the editor on PORT
	$(BIN)/jynco up --port $(PORT) $(ARGS)

migrate: ready ## bring the database to the newest schema
	$(BIN)/jynco db upgrade $(ARGS)

bench: ready ## measure everything (the cut alone, small: ARGS=--quick)
	$(BIN)/jynco bench $(or $(ARGS),all)

chaos: ready ## kill workers and break vendors for 13 minutes, and count what was paid twice or lost
	$(BIN)/python -m tests.chaos $(ARGS)

local: ready ## add the libraries for local models to .venv (several GB)
	$(BIN)/uv pip install --quiet --require-hashes --python $(BIN)/python -r requirements-local.txt

test-local: ready ## test local models in .venv-local (TORCH=torch==2.13.0+cpu takes that one instead of CUDA's)
	$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python .venv-local
	$(BIN)/uv pip install --quiet --python .venv-local/bin/python $(LOCAL)
	.venv-local/bin/python -m pytest tests/local $(ARGS)

clean: ## remove .venv and caches; films and the data folder stay
	rm -rf .venv .venv-bench .venv-local .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache .schemathesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
