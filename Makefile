# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
#
# Every target is one script or one file of rules: sim/ builds, tests/run.sh tests,
# constraints/synth.sh synthesizes. docs/build.md explains them.

SHELL := /bin/bash
JOBS ?= 2
SEED ?=
SET ?=
WAVES ?= 0
CONFIG ?= p8m32
export SEED SET WAVES CONFIG JOBS

.DEFAULT_GOAL := help
.PHONY: help deps build run test test-long lint bench bench-radix synth docs clean format

help:
	@echo "Weft: an open scale-up switch"
	@echo
	@echo "  make deps         install what is missing (apt as root or by sudo)"
	@echo "  make build        build build/weft: switch model, driver, endpoints, command"
	@echo "  make run          play a ring all-reduce of 8 ranks x 1 MiB through the switch"
	@printf "  make test         every bench, mutant, unit and system test (under 20 minutes)\n                    ONLY=\"fifo mac\" runs those whose name has one of the words\n"
	@echo "  make test-long    the same with more random work"
	@echo "  make lint         Verilator, Icarus, Yosys, gcc, clang, cppcheck: no warning allowed"
	@echo "  make bench        all sections of weft bench: latency, sizes, patterns, ..."
	@echo "  make bench-radix  2 to 32 ports: seconds to build, speed, memory (25 minutes)"
	@printf "  make synth        Yosys: cells, flip-flops, memory bits, longest path of each block;\n                    MODULES=\"weft_fifo weft_voq\" for some of them\n"
	@echo "  make docs         regenerate register pages (needs Python with venv, and the network)"
	@echo "  make clean        remove build/"
	@echo
	@echo "  make bench-MODULE   bench of one module       SEED=N SET=N WAVES=1 WEFT_LONG=1"
	@echo "  make mutant-MODULE  its bench on a broken copy of the module must fail"
	@echo "  make lint-MODULE    lint of one module; also lint-text, lint-rtl, lint-c"
	@echo "  make format         clang-format over all C"
	@echo "  make build CONFIG=p4m8    other sizes: p2m32 p4m32 p16m32 p32m32 p8m8 p8m16 (default p8m32)"
	@echo "  make build WAVES=1        build/weft-debug: waves, assertions, random reset state"

deps:
	@sim/deps.sh

build:
	@sim/build.sh

run: deps build
	$(BUILD_DIR)/weft trace ring-allreduce --ranks 8 --bytes 1MiB -o $(BUILD_DIR)/traces/ring
	$(BUILD_DIR)/weft run chakra:$(BUILD_DIR)/traces/ring/ring-allreduce

test: deps
	@tests/run.sh $(ONLY)

test-long: deps
	@WEFT_LONG=1 tests/run.sh $(ONLY)

lint:
	@sim/lint.sh

bench: build
	$(BUILD_DIR)/weft bench

synth:
	@constraints/synth.sh $(MODULES)

docs:
	@sim/docs.sh

clean:
	rm -rf build

format:
	clang-format -i $$(find csrc tb tests sim -name '*.[ch]' ! -path '*/registers/*')

bench-radix: deps
	@sim/radix.sh

bench-%:
	@sim/module/run.sh $*

lint-%:
	@sim/lint.sh $*

mutant-%:
	@sim/module/mutant.sh $*

BUILD_DIR := build
