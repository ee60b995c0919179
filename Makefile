# make run: the program with its demo firm.   make test: every check.   make help: the rest.
PYTHON ?= $(shell for v in 3.11 3.12 3.13 3.14; do python$$v -c 'import venv' 2>/dev/null && { echo python$$v; break; }; done || echo python3)
export PORT ?= 8000
# Python keeps what it has compiled: without that every start of the program takes seconds longer.
export PYTHONDONTWRITEBYTECODE :=
BIN := .venv/bin
CHECKED := psa_app tests tools benchmarks rxconfig.py

.PHONY: run build test check soak bench papers lock format clean help install install-dev
help:
	@echo "make run      the program with its demo firm on http://localhost:$(PORT) (PORT=9000 make run)"
	@echo "make build    packages and pages only; then: .venv/bin/psa init, .venv/bin/psa serve"
	@echo "make test     every check: format, lint, types, layers, both databases, browser"
	@echo "make check    the quick part of it, under a minute"
	@echo "make soak     the long property and crash tests"
	@echo "make bench    how fast it is, each figure beside its floor"
	@echo "make papers   keeps how papers are drawn now, for the tests that compare them"
	@echo "make format   puts the code in its house form"
	@echo "make lock     renews requirements*.txt from requirements*.in"
	@echo "make clean    removes what was built; your data stays"

run: build
	@exec $(BIN)/psa serve --demo

build: install
	@$(BIN)/python tools/frontend.py

test: install-dev
	@$(BIN)/python tools/chromium.py
	@$(BIN)/python tools/check.py --pages
	@$(BIN)/pytest -n 3 --dist loadgroup -m "not soak"

check: install-dev
	@$(BIN)/python tools/check.py
	@$(BIN)/pytest -n 2 --dist loadgroup -m "not soak and not browser and not journey and not postgres and not slow"

soak: install-dev
	@PSA_SOAK=1 $(BIN)/pytest -n 2 --dist loadgroup -m soak

papers: install-dev
	@PSA_RENEW_PAPERS=1 $(BIN)/pytest -q tests/gateways/test_papers_drawn.py
	@git --no-pager diff --stat -- tests/data/papers

bench: install-dev
	@$(BIN)/python tools/frontend.py
	@$(BIN)/python -m benchmarks

lock: install-dev
	@$(BIN)/python tools/lock.py

format: install-dev
	@$(BIN)/ruff format $(wildcard $(CHECKED))
	@$(BIN)/ruff check --fix $(wildcard $(CHECKED))

clean:
	rm -rf .web .states .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build *.egg-info
	find psa_app tests tools benchmarks -name __pycache__ -prune -exec rm -rf {} +

install: .venv/installed
install-dev: .venv/installed-dev
.venv/installed: requirements.txt requirements-fast.txt tools/install.py
	@$(PYTHON) tools/install.py requirements.txt && touch $@
.venv/installed-dev: .venv/installed requirements-dev.txt
	@$(PYTHON) tools/install.py requirements-dev.txt && touch $@
