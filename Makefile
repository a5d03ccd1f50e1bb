# Everything a developer or CI runs. `make help` lists it.
PYTHON ?= python3
# What is installed: `dev` for whoever changes Tenantry, `platform` for whoever operates it.
SET ?= dev
VENV := .venv
BIN := $(VENV)/bin
SETUP := $(VENV)/.set-up
PACK := policy-pack/.venv
PEERS := benches/speed/.venv
GENERATORS := generators/.venv
SITE := docsite/.venv
SOURCES := platform functions demo benches tests policy-pack docsite

.PHONY: help setup policies peers generators docs flush record verify files planned rollout drift demo up down unit test journeys chaos load pages bench bench-engine bench-fleet pictures check format requirements clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 16

setup: $(SETUP) ## make .venv with pinned, hashed packages, and build the layer; again only when they change (SET=platform: what operators need)

# A Python that was asked for by name and is not the environment's makes a new one.
ifneq ($(origin PYTHON),file)
ifneq ($(shell $(PYTHON) -c 'import sys; print(sys.version)' 2>&1),$(shell $(BIN)/python -c 'import sys; print(sys.version)' 2>&1))
$(SETUP): another-python
endif
endif

# So does the larger set, where the smaller one is installed.
ifeq ($(SET) of $(shell cat $(SETUP) 2>/dev/null),dev of platform)
$(SETUP): another-set
endif

.PHONY: another-python another-set
another-python another-set: ;

$(SETUP): requirements/$(SET).txt requirements/functions.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; set PYTHON=")'
	@if command -v uv > /dev/null; then \
	  echo "making $(VENV) with pinned packages, by uv" && \
	  uv venv --quiet --clear --python "$$(command -v $(PYTHON))" $(VENV) && \
	  uv pip install --quiet --python $(BIN)/python --require-hashes --requirement requirements/$(SET).txt && \
	  uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .; \
	else \
	  echo "making $(VENV) with pinned packages, by pip: one to two minutes, once; with uv on PATH it is seconds" && \
	  $(PYTHON) -m venv --clear $(VENV) && \
	  bash -o pipefail -c '$(BIN)/python -m pip install --disable-pip-version-check --progress-bar off \
	    --require-hashes --requirement requirements/$(SET).txt | awk "/^Collecting/ { printf \".\"; fflush() }"' && echo && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .; \
	fi
	@$(BIN)/tenantry build
	@echo $(SET) > $@

policies: $(PACK)/.set-up ## make the environment that the policy pack has under the Pulumi engine

$(PACK)/.set-up: requirements/policy-pack.txt
	@$(PYTHON) -m venv $(PACK)
	@$(PACK)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

peers: $(PEERS)/.set-up ## make the environment of what benches compare with, apart from the project's own

$(PEERS)/.set-up: requirements/peers.txt
	@$(PYTHON) -m venv $(PEERS)
	@$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

generators: $(GENERATORS)/.set-up ## make the environments of what writes a handover's clients (TypeScript's needs Node.js)

$(GENERATORS)/.set-up: requirements/generators.txt generators/package-lock.json
	@$(PYTHON) -m venv $(GENERATORS)
	@$(GENERATORS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@if command -v npm > /dev/null; then npm ci --prefix generators --ignore-scripts --no-audit --no-fund --silent; \
	else echo "there is no npm: handovers are written without a client in TypeScript"; fi
	@touch $@

docs: $(SITE)/.set-up ## build the documentation as a site, into .build/site; a link that leads nowhere fails it
	@$(SITE)/bin/python -m sphinx -q -W --keep-going -c docsite -d .build/site-read . .build/site
	@echo "✓ .build/site/docs/README.html"

$(SITE)/.set-up: requirements/docs.txt
	@$(PYTHON) -m venv $(SITE)
	@$(SITE)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

# In a recipe: the stacks of cells and their Regions, a word each, as demo:eu-central-1. Those that are named, or all of
# the fleet that are reached without a role of their own.
FIND_CELLS = listed=$$($(BIN)/tenantry fleet list $(STACK) --offline --json); \
  cells=$$(printf '%s' "$$listed" | $(BIN)/python -c 'import json, sys; \
  print(*sorted({each["stack"].partition(".")[0] + ":" + each["region"] for each in json.load(sys.stdin) \
  if sys.argv[1:] or not each["role"]}))' $(STACK))

flush: setup ## after a deploy, have API Gateway forget verdicts of before: make flush [STACK=demo] (needs the AWS CLI)
	@set -e; $(FIND_CELLS); for cell in $$cells; do \
	  stack=$${cell%:*}; region=$${cell#*:}; \
	  api=$$(aws apigateway get-rest-apis --region "$$region" --query "items[?name=='tenantry_$$stack'].id" --output text); \
	  if [ -z "$$api" ]; then echo "stack $$stack has no API tenantry_$$stack in $$region; deploy it first" >&2; exit 1; fi; \
	  stages=$$(aws apigateway get-stages --region "$$region" --rest-api-id "$$api" --query 'item[].stageName' --output text); \
	  for stage in $$stages; do \
	    aws apigateway flush-stage-authorizers-cache --region "$$region" --rest-api-id "$$api" --stage-name "$$stage"; \
	  done; \
	done

record: setup ## read which releases tenants run, for a `make verify` without a right to the state (into RECORDS=records)
	@set -e; $(FIND_CELLS); mkdir -p $(or $(RECORDS),records); for cell in $$cells; do \
	  echo "reading the record of stack $${cell%:*}"; \
	  $(BIN)/tenantry releases --stack "$${cell%:*}" --to $(or $(RECORDS),records)/"$${cell%:*}".json; \
	done

verify: setup ## after a deploy, compare what is deployed with what the files say: make verify [STACK=demo] [RECORDS=records]
	@set -e; $(FIND_CELLS); for cell in $$cells; do \
	  echo "verifying stack $${cell%:*}"; \
	  $(BIN)/tenantry verify --stack "$${cell%:*}" --call $(if $(RECORDS),--record $(RECORDS)/"$${cell%:*}".json); \
	done

files: setup ## ask of the files what needs no account: are they valid, is each tenant alone, is any rule broken
	$(BIN)/tenantry validate
	$(BIN)/tenantry isolation
	$(BIN)/tenantry guardrails

planned: setup policies ## say which steps the engine would take to each stack that differs, and write down their digests
	$(BIN)/tenantry fleet plan --policy-pack policy-pack --digest planned || test $$? -eq 3

rollout: setup policies ## roll out, in rings, what differs
	$(BIN)/tenantry fleet up --policy-pack policy-pack

drift: setup ## see whether anything is otherwise than its last update left it; it changes nothing, and passes while a rollout runs
	$(BIN)/tenantry fleet drift || test $$? -eq 5

demo: setup ## bring the platform up, use it, show it, take it down
	$(BIN)/python demo

up: setup ## bring the local platform up and leave it running
	$(BIN)/tenantry up --detach

down: setup ## stop the local platform
	$(BIN)/tenantry down

unit: setup ## run the tests of rules, contract, functions and documentation alone; one to two minutes
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile tests/unit tests/contract tests/docs functions/groups

test: setup policies generators ## run all tests but the journeys; a quarter of an hour
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --ignore tests/journeys

journeys: setup policies ## start, change and kill platforms as processes, and change copies of the project; some ten minutes
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile tests/journeys

chaos: setup ## break the local platform under 10,000 writes, and see that nothing is lost or done twice
	$(BIN)/python -m benches.chaos

load: setup ## flood one tenant of the local platform, and see what the others notice
	$(BIN)/python -m benches.load

pages: setup ## read collections of up to 100,000 items page by page, and count what a page costs
	$(BIN)/python -m benches.pages

bench: setup peers ## compare speed and size with comparable platforms, and write docs/performance.md; ten minutes
	$(BIN)/python -m benches.speed

bench-engine: setup ## measure updates of tenants in one stack and in stacks of their own (needs pulumi); an hour
	$(BIN)/python -m benches.stacks --apart 100 --together 10 25

bench-fleet: setup ## put 200 tenants' stacks through kills, a failure, a bad release, AWS's rates (needs pulumi); an hour
	$(BIN)/python -m benches.fleet

pictures: setup ## take the documentation's pictures of the console and of a handover (needs chromium)
	PYTHONPATH=functions $(BIN)/python -m tests.support.pictures

check: setup ## lint, formatting, types, import rules
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy platform/tenantry
	MYPYPATH=functions $(BIN)/mypy functions
	MYPYPATH=platform:. $(BIN)/mypy --package benches
	PYTHONPATH=platform:functions $(BIN)/lint-imports --no-cache

format: setup ## mend formatting and what lint can mend
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

requirements: ## pin requirements/*.in again (needs uv on PATH)
	for each in platform dev functions policy-pack peers generators docs; do \
	  uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	    --custom-compile-command "make requirements" requirements/$$each.in --output-file requirements/$$each.txt; \
	done

clean: ## remove what setup and builds made
	rm -rf $(VENV) $(PACK) $(PEERS) $(GENERATORS) generators/node_modules $(SITE) .build .mypy_cache .ruff_cache .hypothesis
