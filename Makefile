# Two commands do everything: `make run` and `make test`. Each target's sentence is what `make help` shows.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PEERS := target/peers/release/trustlane-peers
export VIRTUAL_ENV := $(CURDIR)/$(VENV)

.DEFAULT_GOAL := help
.PHONY: help run test check rust python lint bench bench-core bench-package judge wheel wheel-free-threaded docs clean tools fuzz fuzz-core fuzz-reference

help: ## list every target with its sentence
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-20s %s\n", $$1, $$2}'

run: $(VENV)/release ## build trustlane, start it on loopback, and play example mail at it over SMTP
	@$(BIN)/python examples/run.py

test: lint rust python ## build, and pass all tests, linters and types

check: test ## the same; what CI runs

rust: tools ## the core's own tests, without an interpreter
	cargo test --quiet -p trustlane-core
	RUSTC_WORKSPACE_WRAPPER=$(CURDIR)/rust/core/tests/counted.sh LLVM_PROFILE_FILE=/dev/null cargo test --quiet -p trustlane-core --test linear_work

python: $(VENV)/dev ## the tests of the package, over the built core
	$(BIN)/pytest

lint: $(VENV)/tools tools ## formatting, lints and types of both languages
	cargo fmt --all --check
	cargo clippy --quiet --workspace --all-targets -- -D warnings
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(VENV)/release $(PEERS) ## measure against the floor and peers, in one run, as ratios
	$(BIN)/python benches/ratios.py $(PEERS)
	$(BIN)/python -m pytest benches/test_policy.py benches/test_dns.py benches/test_assessment.py --import-mode=prepend -p no:cacheprovider --benchmark-only --benchmark-columns=min,iqr,rounds

bench-core: tools ## measure the parts of the core, with criterion
	cargo bench --quiet -p trustlane-core

bench-package: $(VENV)/release ## measure the package's calls, with pytest-benchmark
	$(BIN)/python -m pytest benches --import-mode=prepend -p no:cacheprovider --benchmark-only --benchmark-columns=min,median,iqr,rounds

# A workspace of its own; mail-auth's dependencies ask for a newer compiler than they need.
$(PEERS): $(shell find rust/core/src rust/peers/src -name '*.rs') rust/peers/Cargo.toml rust/peers/Cargo.lock | tools
	cd rust/peers && cargo build --quiet --release --ignore-rust-version --target-dir ../../target/peers

judge: $(VENV)/release ## judge trustlane and plainer ways by all scenarios, a month each, and write docs/assessment.md
	PYTHONPATH=benches $(BIN)/python -m judge --save
	$(BIN)/python -m tests.rules.generate >/dev/null

SOAK_MAILS ?= 10000000

soak: $(VENV)/release ## replay SOAK_MAILS (ten million) mails and see that memory stays flat; hours
	PYTHONPATH=benches $(BIN)/python -m soak $(SOAK_MAILS)

FUZZ_TARGETS := $(basename $(notdir $(wildcard rust/core/fuzz/fuzz_targets/*.rs)))
FUZZ_SECONDS ?= 120

fuzz: fuzz-core fuzz-reference ## search with random octets and mails for what is wrong; hours

FUZZ_ARGS ?= -max_total_time=$(FUZZ_SECONDS)

fuzz-core: tools ## search for octets that make the core panic, FUZZ_SECONDS (120) for each target
	@cargo +nightly fuzz --version >/dev/null 2>&1 || { echo 'make fuzz-core needs rustup toolchain install nightly, and cargo install cargo-fuzz'; exit 1; }
	cargo run --quiet -p trustlane-core --example fuzz_seeds
	cd rust/core && for target in $(FUZZ_TARGETS); do \
		cargo +nightly fuzz run --sanitizer none $$target -- $(FUZZ_ARGS) -timeout=10 -print_final_stats=1 || exit 1; \
	done

FUZZ_EXAMPLES ?= 200000

fuzz-reference: $(VENV)/dev ## hold the core to trustlane.reference, FUZZ_EXAMPLES (200000) random mails for each test
	TRUSTLANE_EXAMPLES=$(FUZZ_EXAMPLES) $(BIN)/pytest tests/property/test_reference.py tests/property/test_reference_chains.py

wheel: $(VENV)/tools tools ## build the wheel into dist/
	$(BIN)/maturin build --release --out dist

wheel-free-threaded: $(VENV)/tools tools ## build the wheel for Python 3.14 without the interpreter's lock (cp314t) into dist/
	$(BIN)/maturin build --release --interpreter python3.14t --out dist

docs: $(VENV)/release ## write the generated references in docs/ anew
	$(BIN)/python -m tests.rules.generate

clean: ## remove what was built; var/ stays, it holds mail
	rm -rf target dist $(VENV)

# The extension, built for tests (overflow checks on) or for speed. One is in place at a time; the stamps say which.
RUST_SOURCES := $(shell find rust -name '*.rs' -o -name Cargo.toml) Cargo.toml Cargo.lock

$(VENV)/dev: $(VENV)/tools $(RUST_SOURCES) pyproject.toml | tools
	$(BIN)/maturin develop --quiet
	@rm -f $(VENV)/release; touch $@

$(VENV)/release: $(VENV)/tools $(RUST_SOURCES) pyproject.toml | tools
	$(BIN)/maturin develop --quiet --release
	@rm -f $(VENV)/dev; touch $@

$(VENV)/tools: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'trustlane needs Python 3.11 or later: set PYTHON=python3.x'; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { echo 'trustlane needs the venv module of Python: on Debian, apt install python3-venv'; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet --group dev
	@touch $@

tools:
	@command -v cargo >/dev/null || { echo 'trustlane needs a Rust toolchain (cargo), 1.89 or later: install it with rustup'; exit 1; }
	@command -v cc >/dev/null || { echo 'trustlane needs a C compiler (cc): on Debian, apt install build-essential'; exit 1; }
	@command -v $(PYTHON) >/dev/null || { echo 'trustlane needs Python 3.11 or later: on Debian, apt install python3 python3-venv'; exit 1; }
