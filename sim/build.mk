# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
#
# build.mk: the C side. Called by sim/build.sh and tests/run.sh from the root of the repository:
#   make -f sim/build.mk CONFIG=p8m32 build/bin/p8m32/weft
#   make -f sim/build.mk build/bin/unit/NAME           from tests/unit/NAME.c, without a model
#   make -f sim/build.mk build/bin/CONFIG/system/NAME  from tests/system/NAME.c, with a model
# The model, build/model/CONFIG/libmodel.a, is made by sim/model.sh before. B=FOLDER and CFLAGS=...
# make a second set of objects, for example with sanitizers.

B ?= build
MODEL := build/model/$(CONFIG)/libmodel.a
CC := $(if $(filter default,$(origin CC)),gcc,$(CC))
CXX := $(if $(filter default,$(origin CXX)),g++,$(CXX))
CFLAGS ?= -O2 -g
WARN := -Wall -Wextra -Wpedantic -Werror
CPPFLAGS := -D_GNU_SOURCE -Icsrc/include -Icsrc -Isim -I$(B)/gen
LIBS := -lprotobuf-c -ljansson -lz -lpcap -lm -pthread

TOOL_MAIN := csrc/tool/weft.c
SRCS := $(wildcard csrc/*/*.c csrc/*/*/*.c)
LIB_OBJS := $(patsubst %.c,$(B)/obj/%.o,$(filter-out $(TOOL_MAIN),$(SRCS)))
PROTOS := $(wildcard csrc/traffic/*.proto)
GEN_C := $(patsubst csrc/traffic/%.proto,$(B)/gen/%.pb-c.c,$(PROTOS))
GEN_O := $(GEN_C:.c=.o)

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: lib gen FORCE
lib: $(B)/libweft.a
gen: $(GEN_C)

# Rebuilt when the flags, or the list of objects, are not those of the last time.
$(B)/obj/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(CFLAGS) $(CPPFLAGS) $(WARN) $(LIB_OBJS)' | cmp -s - $@ || \
	    echo '$(CC) $(CFLAGS) $(CPPFLAGS) $(WARN) $(LIB_OBJS)' >$@

$(B)/gen/%.pb-c.c: csrc/traffic/%.proto
	@mkdir -p $(@D)
	protoc-c -Icsrc/traffic --c_out=$(@D) $<

$(B)/gen/%.pb-c.o: $(B)/gen/%.pb-c.c
	$(CC) -std=c11 $(CFLAGS) $(CPPFLAGS) -c $< -o $@

$(B)/obj/%.o: %.c $(B)/obj/flags | $(GEN_C)
	@mkdir -p $(@D)
	$(CC) -std=c11 $(CFLAGS) $(CPPFLAGS) $(WARN) -MMD -MP -c $< -o $@

$(B)/libweft.a: $(LIB_OBJS) $(GEN_O) $(B)/obj/flags
	@rm -f $@
	ar rcs $@ $(LIB_OBJS) $(GEN_O)

$(B)/bin/$(CONFIG)/weft: $(B)/obj/csrc/tool/weft.o $(B)/libweft.a $(MODEL)
	@mkdir -p $(@D)
	$(CXX) $(CFLAGS) $^ $(LIBS) -o $@

$(B)/bin/$(CONFIG)/system/%: $(B)/obj/tests/system/%.o $(B)/libweft.a $(MODEL)
	@mkdir -p $(@D)
	$(CXX) $(CFLAGS) $^ -lcmocka $(LIBS) -o $@

# A unit test has no model. libweft refers to one only in the in-process back end, and then the
# model of CONFIG is made and linked.
$(B)/bin/unit/%: $(B)/obj/tests/unit/%.o $(B)/libweft.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $^ -lcmocka $(LIBS) -o $@ 2>$@.link || { grep -q weft_sim_ $@.link && \
	    sim/model.sh $(CONFIG) && \
	    $(CXX) $(CFLAGS) $^ $(MODEL) -lcmocka $(LIBS) -o $@; } || \
	    { cat $@.link >&2; exit 1; }
	@rm -f $@.link

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)
