# `make up` is all a newcomer needs: it builds .venv from the locked requirements and starts Parley.
#   make up ARGS="--port 9000"      make test ARGS="-k routing"      make up PYTHON=python3.12

PYTHON ?= python3
ARGS ?=
UPGRADE ?=
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
SYNC := VIRTUAL_ENV="$(abspath $(VENV))" $(UV) pip sync --quiet --require-hashes
COMPILE := $(UV) pip compile --quiet --python-version 3.11 --generate-hashes --no-header $(UPGRADE)
TEST_SETTINGS := DJANGO_SETTINGS_MODULE=config.settings.test
CODE := manage.py config helpdesk chat channels_email channels_sms channels_social tests bench

# Every start of one of the ten programs would compile all that it imports anew: five of its seven
# seconds, on machines that forbid Python to keep what it compiled.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: up test mutations check bench lock fmt messages javascript
.DELETE_ON_ERROR:

up: $(VENV)/.base
	@exec $(BIN)/python manage.py up $(ARGS)

# The browser's event loop would break every async test of its process, and the kill tests measure
# what others would disturb: each kind has a run of its own (exit code 5: ARGS chose none of them).
# What fails is tried once more, alone: with real servers and browsers on two busy cores a test may
# give up waiting. Both runs are shown: what failed only once may be a race, and is worth a look.
UNIT := "not e2e and not faults and not mutations"
ONCE_MORE := --last-failed --last-failed-no-failures none
TRIED = $(BIN)/python -m pytest $(1) $(ARGS) || [ $$? = 5 ] || \
  $(BIN)/python -m pytest $(2) $(ONCE_MORE) $(ARGS)

test: $(VENV)/.dev
	@$(call TRIED,-n 2 -m $(UNIT),-m $(UNIT))
	@$(call TRIED,-n 2 --dist loadfile -m e2e,-m e2e)
	@$(call TRIED,-m faults -s,-m faults -s)

# Protections are taken away, one at a time: each is missed by a test (a run of pytest each).
mutations: $(VENV)/.dev
	@$(BIN)/python -m pytest -m mutations $(ARGS)

check: $(VENV)/.dev javascript
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(TEST_SETTINGS) $(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(TEST_SETTINGS) $(BIN)/python manage.py check --fail-level WARNING
	$(BIN)/djlint templates --lint --quiet

javascript:
	@if command -v node >/dev/null; then \
	  find static -name '*.js' -print | while read -r file; do \
	    node --input-type=module --check < "$$file" || { echo "in $$file"; exit 1; }; done; \
	else echo "JavaScript: skipped, there is no node"; fi

bench: $(VENV)/.dev
	@$(BIN)/python -m bench $(ARGS)

fmt: $(VENV)/.dev
	$(BIN)/ruff check --fix --exit-zero
	$(BIN)/ruff format

# Only the developer who changes texts needs GNU gettext; .mo files are made without it.
messages: $(VENV)/.dev
	@command -v xgettext >/dev/null || { echo "make messages needs GNU gettext" >&2; exit 1; }
	$(TEST_SETTINGS) $(BIN)/python manage.py makemessages --all --no-location \
	  --ignore '$(VENV)/*' --ignore 'var/*' --ignore 'tests/*'
	$(BIN)/python -c "import pathlib, polib; [polib.pofile(str(p)).save_as_mofile( \
	  str(p.with_suffix('.mo'))) for d in ('locale', 'chat/locale') for p in pathlib.Path(d).rglob('*.po')]"

# `make lock UPGRADE=--upgrade` takes newer versions; without it only what pyproject.toml asks for.
lock: $(VENV)/.uv
	$(COMPILE) -o requirements/base.txt pyproject.toml
	$(COMPILE) --group dev -o requirements/dev.txt pyproject.toml

# uv in the locked version; it is kept when the rest is synchronised.
$(VENV)/.uv:
	@$(PYTHON) helpdesk/embedded/python.py
	@$(PYTHON) -m venv $(VENV) || { \
	  echo "python3 -m venv failed: install it (Debian: apt-get install python3-venv)" >&2; exit 1; }
	@sed -n '/^uv==/,/[^\\]$$/p' requirements/dev.txt > $(VENV)/uv.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(VENV)/uv.txt
	@touch $@

# A development environment stays one: `make up` never takes its tools away.
$(VENV)/.base: requirements/base.txt | $(VENV)/.uv
	@echo "Installing the requirements into $(VENV) ..."
	@if [ -e $(VENV)/.dev ]; then $(SYNC) requirements/dev.txt; touch $(VENV)/.dev; \
	else $(SYNC) requirements/base.txt $(VENV)/uv.txt; fi
	@touch $@

$(VENV)/.dev: requirements/dev.txt | $(VENV)/.uv
	@echo "Installing the development requirements into $(VENV) ..."
	@$(SYNC) requirements/dev.txt
	@touch $@ $(VENV)/.base
