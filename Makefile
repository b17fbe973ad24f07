# The few commands of Dearly. `make help` lists them.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

TARGET := $(or $(CARGO_TARGET_DIR),target)
# The profile of tests and demo is one, its hot crates optimised (Cargo.toml); `make build PROFILE=release` for servers.
PROFILE ?= dev
DEARLY := $(TARGET)/$(if $(filter dev,$(PROFILE)),debug,$(PROFILE))/dearly
DATA ?= dearly-data

.PHONY: help demo pages build test check unit test-cluster e2e sdk kill-nine bench-ingest bench-stats fuzz-api read-lake bench openapi tools-test clean

help: ## List the commands
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: build ## Set up everything and run Dearly on a demo book, in the browser
	$(DEARLY) demo --data $(DATA)

build: pages ## Build the binary with its pages
	cargo build --profile $(PROFILE) -p dearly --locked

pages: web/dist/index.html ## Build the pages

web/dist/index.html: $(shell git ls-files web 2>/dev/null | grep -v '^web/e2e/') web/node_modules/.package-lock.json
	cd web && npm run build
	@touch $@

web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	cd web && npm ci --no-audit --no-fund
	@touch $@

test: tools-test check unit e2e sdk fuzz-api read-lake ## Set up everything and pass all tests
	@echo "make test: all passed"

check: pages ## Format, lints, boundaries of crates, docs, types of the pages
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --quiet
	scripts/boundaries
	cd web && npm run check

unit: ## Rust tests (both databases) and the pages' unit tests
	cargo test --workspace --locked
	cd web && npm test

test-cluster: pages ## Not part of test (it compiles a second engine): the feature `cluster`: a scheduler and two executors on loopback, one of them killed
	cargo test -p dearly -p dearly-cluster --features dearly/cluster,dearly-cluster/ballista --test cluster --lib --locked

e2e: build ## The pages in Chromium, against the real binary on a demo book
	scripts/e2e $(DEARLY)

sdk: build ## The official SDKs of Segment and RudderStack against the real binary
	scripts/sdk-tests $(DEARLY)

fuzz-api: build ## schemathesis against the real binary: no server error, nothing undocumented
	scripts/fuzz-api $(DEARLY)

read-lake: build ## DuckDB and pandas on a lake that the real binary wrote
	scripts/read-lake $(DEARLY)

kill-nine: build ## Kills the real server 200 times in mid-stream; every acknowledged event must be there once
	cargo build -p dearly-testing --example ingest_load --locked
	DEARLY=$(DEARLY) scripts/kill-nine

bench-ingest: ## Telemetry over HTTP: events per second of server CPU, of wall time, and the time to an answer
	scripts/bench-ingest

bench-stats: ## Statistics beside statsmodels, scikit-learn, lifelines and R on the same rows, one thread
	scripts/bench-stats

bench: ## Benchmarks; the numbers stand in docs/BENCHMARKS.md
	scripts/bench

openapi: ## Write the API's description and the pages' client types
	UPDATE_OPENAPI=1 cargo test -p dearly-api --test it openapi
	cd web && npm run schema

tools-test: ## Install what the tests need beyond Rust and Node
	scripts/tools

clean: ## Remove what was built
	rm -rf $(TARGET) web/dist web/node_modules .tools
