# Everything a newcomer, a vendor or a release needs, by name. `make` alone lists it.

CARGO ?= cargo
FEATURES := cli,fault-injection
RELEASE := $(or $(CARGO_TARGET_DIR),target)/release
SONAME := libloy.so.0
# Addresses to be put right at loading are listed in the short form where this machine's C library knows it
# (glibc 2.36, 2022), which saves a fortieth of the library. `make lib RELR=` builds one for older ones.
RELR := $(shell ldd --version 2>/dev/null | awk 'NR == 1 && $$NF + 0 >= 2.36 { \
	print "-C link-arg=-Wl,-z,pack-relative-relocs" }')

.DEFAULT_GOAL := help
.PHONY: help lib loy hello demo test cases vectors bench soak fuzz header fmt lint setup

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

lib: ## build target/release/libloy.so, which exports loy_* and nothing else
	$(CARGO) rustc --release --lib --crate-type cdylib -- -C link-arg=-Wl,-soname,$(SONAME) $(RELR)
	ln -sf libloy.so $(RELEASE)/$(SONAME)

loy: ## build target/release/loy, the command line of head office
	$(CARGO) build --release --features cli --bin loy

hello: ## three minutes: a member, a bill, points, a receipt, in C
	@.ci/setup cc
	@examples/hello/run

demo: ## real receipts through till and head office; DATA=file for your own
	@.ci/setup cc python3 xz
	@examples/replay/run $(if $(DATA),"$(DATA)")

test: ## formatting, lints, all tests; the last line is `N passed, N failed`
	@.ci/setup cc python3 valgrind
	@CARGO="$(CARGO)" FEATURES="$(FEATURES)" tests/run

cases: ## every published case of other systems; the last line says how many pass
	@LOY_CASES=all $(CARGO) test -q --features $(FEATURES) --test cases

vectors: ## every vector of the standards, `section: passed/total`; LOY_VECTORS=FILE for another file
	@$(CARGO) test -q --features $(FEATURES),world-phones --test vectors

bench: ## every figure beside its baseline, also in target/bench.json
	$(CARGO) bench --features $(FEATURES) --bench figures

soak: ## kills, power cuts and random days by the thousand; looks whether a sale was lost
	@.ci/setup cc
	@tests/soak/run
	@tests/crash/run
	@tests/model/run
	@tests/properties

fuzz: ## any bytes into everything that reads bytes, FUZZ_SECONDS (600) each
	@.ci/setup cc
	@fuzz/run

header: ## write include/loy.h anew from src/capi/
	LOY_BLESS=1 $(CARGO) test --features $(FEATURES) --test capi header

fmt: ## format the Rust sources
	$(CARGO) fmt

lint: ## formatting and clippy, warnings as errors, for a till alone and with everything
	$(CARGO) fmt --check
	$(CARGO) clippy --lib -- -D warnings
	$(CARGO) clippy --all-targets --features $(FEATURES) -- -D warnings

setup: ## install or name the tools that the other targets need
	@.ci/setup cc python3 valgrind xz
