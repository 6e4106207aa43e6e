# Dengta. `make help` lists the targets.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

$(VENV)/.runtime: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Dengta needs Python 3.11 or newer; set PYTHON=/path/to/python")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

.PHONY: demo
demo: $(VENV)/.runtime ## Start a demo province on http://127.0.0.1:8000 with its own PostgreSQL
	@exec $(BIN)/dengta demo

.PHONY: test
test: $(VENV)/.dev ## Run every test (in parallel, on an embedded PostgreSQL)
	$(BIN)/pytest

.PHONY: test-s3
test-s3: $(VENV)/.dev ## Run the tests of the file store against a server that speaks S3
	$(PYTHON) -m venv $(VENV)/s3
	$(VENV)/s3/bin/python -m pip install --quiet 'moto[s3,server]==5.2.5'
	DENGTA_TEST_S3_SERVER=$(VENV)/s3/bin/moto_server $(BIN)/pytest -n 1 tests/server/test_file_store.py

.PHONY: test-examples
test-examples: $(VENV)/.dev ## Run the tests of examples/, also of the one in JavaScript (needs Node 20 and npm)
	cd examples/follow-node && npm ci
	$(BIN)/pytest tests/server/test_follow_examples.py tests/server/test_query_example.py

.PHONY: test-front-end
test-front-end: $(VENV)/.dev ## Build the example front end and try it in a browser (needs Node 20, npm and Chromium)
	cd examples/administrator && npm ci && npm run build
	$(BIN)/pytest -n 1 tests/browser/test_administrator.py

.PHONY: test-schema-tools
test-schema-tools: $(VENV)/.dev ## Run the tools of front-end developers over the schema (needs Node 20 and npm)
	cd tests/schema_tools && npm ci
	$(BIN)/pytest -n 1 tests/server/test_schema_tools.py

.PHONY: test-http-audit
test-http-audit: $(VENV)/.dev ## Run graphql-http's audits of a server over HTTP (needs Node 20 and npm)
	cd tests/http_audit && npm ci
	$(BIN)/pytest -n 1 tests/server/test_http_audit.py

.PHONY: fuzz
fuzz: $(VENV)/.dev ## Fuzz the whole schema as every role, from another seed each time (five minutes)
	seed=$${DENGTA_FUZZ_SEED:-$$(date +%s)}; echo "DENGTA_FUZZ_SEED=$$seed"; \
	DENGTA_FUZZ_SEED=$$seed DENGTA_FUZZ_SECONDS=$${DENGTA_FUZZ_SECONDS:-300} DENGTA_FUZZ_SMALLER=1 $(BIN)/pytest -n 2 tests/fuzzing

.PHONY: test-console
test-console: $(VENV)/.dev ## Run the tests of the console, its accessibility among them (needs Node 20, npm and Chromium)
	cd server/console/app && npm ci && npm test
	$(BIN)/pytest -n 1 tests/browser

.PHONY: check
check: $(VENV)/.dev ## Formatting, lint, types, import contracts, schema snapshot
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/dengta schema --check schema.graphql
	$(BIN)/dengta reference docs/reference --check

.PHONY: schema
schema: $(VENV)/.dev ## Write schema.graphql and the generated pages of docs/
	$(BIN)/dengta schema --output schema.graphql
	$(BIN)/dengta reference docs/reference

$(VENV)/.docs: requirements-docs.lock
	$(PYTHON) -m venv $(VENV)/docs
	$(VENV)/docs/bin/python -m pip install --quiet --require-hashes -r requirements-docs.lock
	@touch $@

.PHONY: docs
docs: $(VENV)/.docs ## Build the site of the documentation in build/docs/site; a lost link fails
	$(VENV)/docs/bin/python -m website build

.PHONY: docs-serve
docs-serve: $(VENV)/.docs ## Show that site on http://127.0.0.1:8001, as it is when this starts
	$(VENV)/docs/bin/python -m website serve

.PHONY: test-docs
test-docs: docs $(VENV)/.dev ## Search the built site in a browser, in both languages
	DENGTA_TEST_SITE=build/docs/site $(BIN)/pytest -n 1 tests/browser/test_documentation_site.py

$(VENV)/.audit: requirements-audit.lock
	$(PYTHON) -m venv $(VENV)/audit
	$(VENV)/audit/bin/python -m pip install --quiet --require-hashes -r requirements-audit.lock
	@touch $@

.PHONY: sbom
sbom: $(VENV)/.audit ## Write what the server is made of to build/sbom.json (CycloneDX)
	@mkdir -p build
	$(VENV)/audit/bin/cyclonedx-py requirements requirements-server.lock --pyproject pyproject.toml --mc-type application --output-reproducible --of JSON -o build/sbom.json

.PHONY: audit-dependencies
audit-dependencies: $(VENV)/.audit ## Ask whether what the server is made of has known weaknesses (needs PyPI or OSV)
	$(VENV)/audit/bin/pip-audit --strict --require-hashes --disable-pip --requirement requirements-server.lock

.PHONY: bench
bench: $(VENV)/.dev ## Load 1,000,000 members and measure the query builder (minutes)
	$(BIN)/python -m benchmarks

.PHONY: bench-kinds
bench-kinds: $(VENV)/.dev ## Measure every kind of query at the province, a city, a county and a branch (five minutes)
	$(BIN)/python -m benchmarks.kinds

.PHONY: bench-execution
bench-execution: $(VENV)/.dev ## Compare execution with Strawberry applications and a bare floor (a quarter of an hour)
	$(BIN)/python -m benchmarks.execution

.PHONY: bench-audit
bench-audit: $(VENV)/.dev ## Measure what recording every look-up costs (two minutes)
	$(BIN)/python -m benchmarks.audit

.PHONY: bench-statistics
bench-statistics: $(VENV)/.dev ## Measure live statistics on 1,000,000 members (two minutes)
	$(BIN)/python -m benchmarks.statistics

.PHONY: bench-changes
bench-changes: $(VENV)/.dev ## Follow changes with 5,000 subscribers, and at 500 changes a second (three minutes)
	$(BIN)/python -m benchmarks.changes

.PHONY: bench-overload
bench-overload: $(VENV)/.dev ## Offer once, twice and five times as much as the server can do (ten minutes)
	$(BIN)/python -m benchmarks.overload

.PHONY: bench-rollups
bench-rollups: $(VENV)/.dev ## Measure statistics counted in advance on 1,000,000 members, and what they cost (five minutes)
	$(BIN)/python -m benchmarks.rollups

.PHONY: bench-quality
bench-quality: $(VENV)/.dev ## Check 1,000,000 members as a job does, and ask for the reports (five minutes)
	$(BIN)/python -m benchmarks.quality

.PHONY: bench-exports
bench-exports: $(VENV)/.dev ## Export 1,000,000 members as CSV and XLSX (ten minutes)
	$(BIN)/python -m benchmarks.exports

.PHONY: bench-postgraphile
bench-postgraphile: $(VENV)/.dev ## The same with PostGraphile beside them, on the list of members (needs npm)
	cd benchmarks/postgraphile && npm ci
	$(BIN)/python -m benchmarks.execution --postgraphile

.PHONY: console
console: ## Rebuild the self-hosted GraphiQL (needs Node 20 and npm)
	cd server/console/app && npm ci && npm run build

.PHONY: lock
lock: ## Resolve the lock files anew (needs uv)
	uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --extra embedded --extra checkout pyproject.toml -o requirements.lock
	uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --extra embedded --extra checkout --extra dev pyproject.toml -o requirements-dev.lock
	uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --extra tracing pyproject.toml -o requirements-server.lock
	uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --group docs -o requirements-docs.lock
	uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --group audit -o requirements-audit.lock
