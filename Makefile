PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
PORT ?= 8000
BIND ?= 127.0.0.1
export PORT BIND

.PHONY: demo demo-reset test check psql psql-as bench plugin scan sbom mutants nightly chaos no-network lock venv venv-dev venv-nightly

## Everything on this machine: database, tables, invented city, web and worker, until Ctrl-C
demo: venv
	@$(PYTHON) tools/system_packages.py
	@$(RUN) -m marugoto_site.demo

## Delete what the demo made; the next `make demo` begins anew
demo-reset: venv
	@$(RUN) -m marugoto_site.demo.reset

## Format, lint, types, system checks, missing migrations, all tests with the browser
test: venv-dev
	@$(PYTHON) tools/system_packages.py --browser
	@$(RUN) tools/checks.py

## The same without the browser and the slow tests
check: venv-dev
	@$(RUN) tools/checks.py --quick

## The database as its owner; reads SQL from standard input too
psql: venv
	@$(RUN) -m marugoto_site.database.console

## The database as one person sees it:  make psql-as PERSON=jiritsu [AGENCY=code]
psql-as: venv
	@test -n "$(PERSON)" || { echo "make psql-as PERSON=jiritsu [AGENCY=code]" >&2; exit 2; }
	@$(RUN) -m marugoto_site.database.console "$(PERSON)" "$(AGENCY)"

## Figures of docs/benchmarks.md
bench: venv-dev
	@$(RUN) -m tests.bench

## The built wheel in foreign projects, following docs/plugin.md (minutes)
plugin: venv-dev
	@$(RUN) -m tools.plugin_trial

## bandit, ruff S, wapiti and sqlmap against the running demo, as two agencies (docs/security.md); an hour or more
scan: venv-dev
	@$(RUN) -m tests.scan

## Change the walls' code in every place, one after the other: a test must notice (docs/mutants.md); hours
mutants: venv-nightly
	@$(RUN) -m tools.mutants $(ONLY)

## Every slow proof, also on the next Wagtail, Django and Python:  make nightly [ONLY=Wagtail]
nightly: venv-nightly
	@$(PYTHON) tools/system_packages.py --browser
	@$(RUN) tools/nightly.py $(ONLY)

## List of components (CycloneDX) of what a city installs: sbom.json
sbom: venv-dev
	@$(VENV)/bin/uv tool run --quiet --from cyclonedx-bom==7.5.0 cyclonedx-py requirements requirements/run.txt \
		--pyproject pyproject.toml --mc-type application --output-reproducible -o sbom.json
	@echo sbom.json

## kill -9 of everything under load, PgBouncer with one connection: figures of docs/chaos.md (half an hour)
chaos: venv-dev
	@$(RUN) -m tests.chaos

## The quick tests in a network namespace without a route (Linux, root)
no-network: venv-dev
	@$(RUN) tools/no_network.py

## Remake requirements/*.txt from pyproject.toml: hashes, no index, no address
LOCK := $(VENV)/bin/uv pip compile pyproject.toml --extra demo --extra oidc --universal \
	--generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet $(UPGRADE)
lock: venv-dev
	$(LOCK) --python-version 3.11 -o requirements/run.txt
	$(LOCK) --python-version 3.11 --group dev -c requirements/run.txt -o requirements/dev.txt
	$(LOCK) --python-version 3.11 --group nightly -c requirements/dev.txt -o requirements/nightly.txt
	$(LOCK) --group dev --override requirements/next.in --python-version 3.13 -o requirements/next.txt

venv: $(VENV)/.run
venv-dev: $(VENV)/.dev
venv-nightly: $(VENV)/.nightly

$(VENV)/.run: requirements/run.txt
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and \"Python 3.11 or newer is needed: make PYTHON=python3.12\")"
	@test -x $(RUN) || $(PYTHON) -m venv $(VENV)
	@echo "Python のパッケージを入れています(初回は1分ほど) / installing Python packages (about a minute) ..."
	@$(RUN) -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/run.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	@echo "開発用のパッケージを入れています / installing development packages ..."
	@$(RUN) -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/.nightly: requirements/nightly.txt $(VENV)/.dev
	@$(RUN) -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/nightly.txt
	@touch $@
