# plimsoll: `make` builds, `make demo` and `make test` set everything up first.
# Everything that is made lies under build/; sources are found by wildcard.

VERSION   := 0.1.0
BUILD     ?= build/release
CC        ?= cc
CFLAGS    ?= -O2 -g
WARNINGS  := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
             -Wpointer-arith -Wwrite-strings -Wvla -Wundef -Wformat=2 $(if $(WERROR),-Werror)
PACKAGES  := yaml-0.1 libfyaml jansson libpcre2-8
PKGCONFIG ?= pkg-config
CPPFLAGS  += -D_GNU_SOURCE -DPLIMSOLL_VERSION='"$(VERSION)"' -Isrc -I$(BUILD)/gen \
             $(shell $(PKGCONFIG) --cflags $(PACKAGES) 2>/dev/null)
LDLIBS    += $(shell $(PKGCONFIG) --libs $(PACKAGES) 2>/dev/null) -lm

ROOMS     := base diag parser schema checks checks/rules emit cli
SOURCES   := src/main.c $(foreach room,$(ROOMS),$(wildcard src/$(room)/*.c))
OBJECTS   := $(SOURCES:src/%.c=$(BUILD)/obj/%.o)
LIBRARY   := $(filter-out $(BUILD)/obj/main.o,$(OBJECTS))
RULES     := $(sort $(basename $(notdir $(wildcard src/checks/rules/*.c))))
SCHEMAS   := $(sort $(wildcard schemas/*.txt schemas/*/*.txt))
GENERATED := $(BUILD)/gen/names.h $(BUILD)/gen/tables.inc $(BUILD)/gen/rules.inc

all: $(BUILD)/plimsoll

$(BUILD)/plimsoll: $(OBJECTS)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(OBJECTS) $(LDLIBS)

$(BUILD)/obj/%.o: src/%.c | $(GENERATED)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -std=c11 $(WARNINGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# The schema compiler runs on the building machine.
$(BUILD)/schemac: tools/schemac.c $(wildcard tools/schemac/*.c tools/schemac/*.h)
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE $(WARNINGS) -O1 -g -o $@ $(filter %.c,$^)

$(BUILD)/gen/names.h $(BUILD)/gen/tables.inc &: $(BUILD)/schemac $(SCHEMAS)
	@mkdir -p $(@D)
	$(BUILD)/schemac $(BUILD)/gen schemas

# One row a rule, from the file names: adding a rule edits nothing else.
$(BUILD)/gen/rules.inc: $(wildcard src/checks/rules)
	@mkdir -p $(@D)
	@for rule in $(RULES); do echo "RULE($$rule)"; done | tr - _ > $@

-include $(OBJECTS:.o=.d)

clean:
	rm -rf build

.PHONY: all clean
