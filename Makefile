# plimsoll: `make demo` and `make test` set up what they need and then run.
#
#   make            build/release/plimsoll          make demo        the main job, told
#   make test       every test                      make unit        or golden: one part
#   make accept     take what came out as expected  make lint        what a reviewer would say
#   make asan       the tests under AddressSanitizer and UndefinedBehaviorSanitizer
#   make tsan       under ThreadSanitizer           make hostile     with tiny arenas and buffers
#   make fuzz       FUZZ_SECONDS=60 for each target make conformance against a real API server
#   make schemas    write schemas/ anew             make schemas-verify
#   make install    DESTDIR= PREFIX=/usr/local      make dist        build/plimsoll-VERSION.tar.gz
#   make release    build/tuned/plimsoll, as it is packed: compiled for what it does most
#   make bench      PART=check BENCH_SCALE=0.1 beside its peers
#   make wheel      build/packages/*.whl            make deb         build/packages/*.deb
#
# Everything that is made lies under build/, a folder for each flavour of the
# build; sources are found by wildcard.  V=1 shows the commands, STATIC=0 links the
# shared libraries.  Works with GNU make from 3.81 on.

# The one place that says it: the program, its packages and pip read it from here.
VERSION   := 0.1.0
FLAVOUR   ?= release
BUILD     ?= build/$(FLAVOUR)
PREFIX    ?= /usr/local
PKGCONFIG ?= pkg-config
PYTHON    ?= python3
CFLAGS    ?= -O2 -g
HOSTCC    ?= $(CC)
# What is shown of a compilation: one word and a file.
say        = $(if $(V),,@printf '  %-8s%s\n' $(1) $(2);)

# ---- flags ----
SANITIZE      := -O1 -DPLIMSOLL_SANITIZED -fno-omit-frame-pointer -fno-sanitize-recover=all
# PLIMSOLL_DOUBTS: what is proved to have no findings is validated all the same.
FLAGS_asan    := $(SANITIZE) -fsanitize=address,undefined -DPLIMSOLL_DOUBTS
FLAGS_hostile := $(FLAGS_asan) -DPLIMSOLL_HOSTILE -DPLIMSOLL_WINDOW=256
FLAGS_tsan    := $(SANITIZE) -fsanitize=thread -DPLIMSOLL_WINDOW=256
# A zeroed Str is the empty one, so NULL + 0 happens; C2y allows it, clang still reports it.
FLAGS_fuzz    := $(SANITIZE) -fsanitize=address,undefined,fuzzer-no-link -DPLIMSOLL_WINDOW=64 \
                 -fno-sanitize=pointer-overflow

# What is packed is compiled twice: the first build counts what it does while it checks the
# project's own manifests (scripts/train), the second is laid out for that, and across files.
# By the first of these clangs that is here with its linker and llvm-profdata, else by gcc;
# CC= names another, and one that has no such flags makes the plain build of it.
PROFILE        := build/profile
CLANGS         := 19 20 21 22
ifneq ($(filter training tuned,$(FLAVOUR)),)
WITH_TOOLS    := $(shell for version in $(CLANGS); do \
                 for tool in clang ld.lld llvm-profdata; do command -v $$tool-$$version >/dev/null || continue 2; done; \
                 echo clang-$$version; done)
ifeq ($(origin CC)$(if $(WITH_TOOLS),,none),default)
CC            := $(firstword $(WITH_TOOLS))
endif
ifneq ($(filter $(CC),$(WITH_TOOLS)),)
TUNER         := clang
else
FLAGS_training := -fprofile-generate -fprofile-update=single -fno-profile-values
TUNER         := $(shell case "$$($(CC) --version)" in (*clang*) ;; (*) echo 'int main(void) { return 0; }' | \
                 $(CC) $(FLAGS_training) -flto=auto -x c -o /dev/null - >/dev/null 2>&1 && echo gcc;; esac)
endif
endif
# Values are not counted, since addresses and the lengths of paths would be among them.
ifeq ($(TUNER),clang)
export LLVM_PROFDATA := $(CC:clang-%=llvm-profdata-%)
FLAGS_training := -fprofile-generate
FLAGS_tuned    := -fprofile-use=$(PROFILE)/counts.profdata -flto=thin
# It is the linker that compiles then, and has to be told by itself what UNPACKED says below.
LINKER_tuned   := -fuse-ld=lld -Wl,-mllvm,-vectorize-slp=false \
                  -Wl,-mllvm,-enable-ext-tsp-block-placement=true
COUNTS         := -mllvm -disable-vp=true
else ifeq ($(TUNER),gcc)
# Counts are found by this name, static functions' too: both builds have to say the same.
COUNTS         = -dumpbase $(PROFILE)/$*.c -dumpbase-ext .c
FLAGS_tuned   := -flto=auto
ifeq ($(FLAVOUR),tuned)
COUNTS        += -fprofile-use -fno-profile-values -fprofile-partial-training -Wno-missing-profile -frandom-seed=$<
AR            := $(firstword $(shell command -v gcc-ar) $(AR))
endif
endif
ifdef TUNER
COMPILER      := $(BUILD)/compiler
TRAINED       := $(if $(filter tuned,$(FLAVOUR)),$(PROFILE)/trained)
endif
WARNINGS  := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
             -Wpointer-arith -Wwrite-strings -Wvla -Wundef -Wformat=2 $(if $(WERROR),-Werror)
# Words that stand side by side are not gathered in a vector register to be stored at once:
# gathering two costs more than storing them.
UNPACKED  := -fno-tree-slp-vectorize
# No path of the building machine gets into the binary: two builds have the same bytes.
ALL_FLAGS := -std=c11 -ffile-prefix-map=$(CURDIR)=. $(WARNINGS) $(UNPACKED) $(CFLAGS) $(FLAGS_$(FLAVOUR))
LINKED     = $(ALL_FLAGS) $(LINKER_$(FLAVOUR)) $(LDFLAGS)
LIBRARIES := yaml-0.1 libfyaml jansson libpcre2-8
DEFINES   := -D_GNU_SOURCE -DPLIMSOLL_VERSION='"$(VERSION)"' -Isrc -I$(BUILD)/gen \
             $(shell $(PKGCONFIG) --cflags $(LIBRARIES) 2>/dev/null)
# Linked as archives where the compiler finds all four, the program starts a fifth
# sooner; STATIC=0 uses the shared libraries, as distributions want it.
ARCHIVES  := $(if $(filter 0,$(STATIC)),,$(filter /%,$(foreach name,yaml fyaml jansson pcre2-8,\
             $(shell $(CC) -print-file-name=lib$(name).a))))
# With libc's archive too the release build is one static program at a fixed address: nothing
# is loaded, mapped or relocated before main, which saves a third of what a small run costs.
WHOLE     := $(if $(filter release tuned,$(FLAVOUR)),$(if $(filter 4,$(words $(ARCHIVES))),\
             $(if $(filter /%,$(shell $(CC) -print-file-name=libc.a)),-static)))
HARDENED  := $(if $(filter Darwin,$(shell uname -s)),,-Wl,-z,relro,-z,now)
# The program that talks to a cluster is built where libcurl is; REST=0 leaves it out.
REST      ?= $(shell $(PKGCONFIG) --exists libcurl 2>/dev/null && echo 1)
LINK_LIBS := $(if $(filter 4,$(words $(ARCHIVES))),$(ARCHIVES),\
             $(shell $(PKGCONFIG) --libs $(LIBRARIES) 2>/dev/null)) -pthread -lm

# ---- files ----
ROOMS     := base diag parser schema schema/validation schema/defaults checks checks/rules emit cli
SOURCES   := src/main.c $(foreach room,$(ROOMS),$(wildcard src/$(room)/*.c))
OBJECTS   := $(SOURCES:src/%.c=$(BUILD)/obj/%.o)
REST_SOURCES := $(wildcard src/emit/rest/*.c)
REST_OBJECTS := $(REST_SOURCES:src/%.c=$(BUILD)/obj/%.o)
REST_MAIN := $(patsubst src/%.c,$(BUILD)/obj/%.o,$(wildcard src/cluster/*.c))
REST_LIBRARY := $(BUILD)/libplimsoll-rest.a
PROGRAMS  := $(BUILD)/plimsoll $(if $(filter 1,$(REST)),$(BUILD)/plimsoll-rest)
CURL_LIBS := $(shell $(PKGCONFIG) --libs libcurl 2>/dev/null)
LIBRARY   := $(BUILD)/libplimsoll.a
RULES     := $(sort $(basename $(notdir $(wildcard src/checks/rules/*.c))))
SCHEMAS   := $(filter-out schemas/enums.txt schemas/limits.txt,$(sort $(wildcard schemas/*.txt schemas/*/*.txt)))
GENERATED := $(BUILD)/gen/names.h $(BUILD)/gen/tables.inc $(BUILD)/gen/rules.inc \
             $(BUILD)/gen/examples.inc $(BUILD)/gen/enums.inc $(BUILD)/gen/limits.inc
EXAMPLES  := $(sort $(wildcard testdata/rules/*))
WITH_REST  = $(if $(filter 1,$(REST)),$(1),$(foreach file,$(1),$(if $(filter rest%,$(notdir $(file))),,$(file))))
UNITS     := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(call WITH_REST,$(wildcard tests/unit/*.c)))
TOOLS     := $(patsubst tests/tools/%.c,$(BUILD)/tools/%,$(call WITH_REST,$(wildcard tests/tools/*.c)))
FUZZERS   := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/*.c))

# ---- build ----
all: $(PROGRAMS)

$(BUILD)/plimsoll: $(OBJECTS)
	$(call say,LINK,$@) $(CC) $(LINKED) $(WHOLE) -o $@ $(OBJECTS) $(LINK_LIBS) $(LDLIBS)

# Without any library of the system, for wheels and containers; and with all of them
# shared, for a distribution's package.
static: $(BUILD)/plimsoll-static
$(BUILD)/plimsoll-static: $(OBJECTS)
	$(call say,LINK,$@) $(CC) $(LINKED) -static -s -o $@ $(OBJECTS) $(LINK_LIBS) $(LDLIBS)

$(BUILD)/plimsoll-shared: $(OBJECTS)
	$(call say,LINK,$@) $(CC) $(LINKED) $(HARDENED) -o $@ $(OBJECTS) \
	    $$($(PKGCONFIG) --libs $(LIBRARIES)) -pthread -lm $(LDLIBS)

$(BUILD)/plimsoll-rest-shared: $(REST_MAIN) $(REST_LIBRARY) $(LIBRARY)
	$(call say,LINK,$@) $(CC) $(LINKED) $(HARDENED) -o $@ $(REST_MAIN) $(REST_LIBRARY) $(LIBRARY) \
	    $$($(PKGCONFIG) --libs $(LIBRARIES)) $(CURL_LIBS) -pthread -lm $(LDLIBS)

# libcurl stays a shared library: it brings TLS, which a system keeps fresh.
$(BUILD)/plimsoll-rest: $(REST_MAIN) $(REST_LIBRARY) $(LIBRARY)
	$(call say,LINK,$@) $(CC) $(LINKED) -o $@ $(REST_MAIN) $(REST_LIBRARY) $(LIBRARY) \
	    $(LINK_LIBS) $(CURL_LIBS) $(LDLIBS)

$(REST_LIBRARY): $(REST_OBJECTS)
	@rm -f $@
	$(call say,AR,$@) $(AR) rc $@ $(REST_OBJECTS)
	@ranlib $@

objects: $(OBJECTS) $(if $(filter 1,$(REST)),$(REST_OBJECTS) $(REST_MAIN))

# All but main, for the unit tests and the fuzz targets.
$(LIBRARY): $(OBJECTS)
	@rm -f $@
	$(call say,AR,$@) $(AR) rc $@ $(filter-out $(BUILD)/obj/main.o,$(OBJECTS))
	@ranlib $@

$(BUILD)/obj/%.o: src/%.c Makefile $(TRAINED) $(COMPILER) | $(GENERATED)
	@mkdir -p $(@D)
	$(call say,CC,$<) $(CC) $(DEFINES) $(CPPFLAGS) $(ALL_FLAGS) $(COUNTS) -MMD -MP -MF $(@:.o=.d) -c -o $@ $<

# What one compiler has made is of no use to another.
ifdef TUNER
$(COMPILER): always
	@mkdir -p $(@D)
	@echo $(CC) | cmp -s - $@ || echo $(CC) >$@
endif

# Training is made again when the program is another one.
ifdef TRAINED
build/training/plimsoll: always
	@$(MAKE) --no-print-directory FLAVOUR=training BUILD=build/training $@

$(TRAINED): build/training/plimsoll scripts/train $(wildcard bench/manifests/*.yaml)
	$(call say,TRAIN,$<) scripts/train $< $(PROFILE)
	@touch $@
endif

# Where that compiler cannot be had gcc does it, which is said.
tuner:
	@scripts/bootstrap tune || echo "without clang-19: gcc makes the release build"

release: tuner
	@$(MAKE) --no-print-directory FLAVOUR=tuned BUILD=build/tuned build/tuned/plimsoll

# The schema compiler runs on the building machine, and once writes both files.
$(BUILD)/schemac: $(wildcard tools/schemac.c tools/schemac/*.c) $(wildcard tools/schemac/*.h) src/schema/hash.h
	@mkdir -p $(@D)
	$(call say,HOSTCC,$@) $(HOSTCC) -std=c11 -D_GNU_SOURCE $(WARNINGS) -O1 -g -o $@ $(filter %.c,$^)

$(BUILD)/gen/stamp: $(BUILD)/schemac $(SCHEMAS)
	@mkdir -p $(@D)
	$(call say,SCHEMAC,schemas) $(BUILD)/schemac $(@D) schemas
	@touch $@

$(BUILD)/gen/names.h $(BUILD)/gen/tables.inc: $(BUILD)/gen/stamp ;

# One row a rule, from the file names, and one more for each that looks at single objects:
# adding a rule edits nothing else.
$(BUILD)/gen/rules.inc: always
	@mkdir -p $(@D)
	@for rule in $(RULES); do \
		echo "RULE($$rule)"; \
		! grep -q '^ *\.on_object = ' src/checks/rules/$$rule.c || echo "OBJECT_RULE($$rule)"; \
	done | tr - _ >$@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

# What `plimsoll rules explain` shows: an example or two of each rule.
$(BUILD)/examples: tools/examples.c
	@mkdir -p $(@D)
	$(call say,HOSTCC,$@) $(HOSTCC) -std=c11 -D_GNU_SOURCE $(WARNINGS) -O1 -g -o $@ $<

$(BUILD)/gen/examples.inc: $(BUILD)/examples $(EXAMPLES) $(wildcard $(EXAMPLES:=/*))
	@mkdir -p $(@D)
	$(call say,EXAMPLES,$@) $(BUILD)/examples testdata/rules $(notdir $(EXAMPLES)) >$@.new
	@mv $@.new $@

# Texts that only explain reads.
$(BUILD)/gen/enums.inc $(BUILD)/gen/limits.inc: $(BUILD)/gen/%.inc: schemas/%.txt $(BUILD)/examples
	@mkdir -p $(@D)
	@$(BUILD)/examples --text $*_bytes $< >$@.new
	@mv $@.new $@

-include $(wildcard $(OBJECTS:.o=.d) $(REST_OBJECTS:.o=.d) $(REST_MAIN:.o=.d) $(UNITS:=.d) $(TOOLS:=.d) $(FUZZERS:=.d))

# ---- tests: tests/run adds the parts up, each is an executable tests/PART/run ----
PARTS     := unit golden $(patsubst tests/%/run,%,$(filter-out tests/unit/run tests/golden/run,\
             $(sort $(wildcard tests/*/run))))
PARALLEL   = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell getconf _NPROCESSORS_ONLN))
RUN_TESTS  = $(PYTHON) tests/run --build $(BUILD)

demo:
	@scripts/bootstrap build
	@mkdir -p build; echo "Building plimsoll ..."
	@$(MAKE) $(PARALLEL) --no-print-directory all >build/demo.log 2>&1 || { cat build/demo.log; exit 1; }
	@scripts/demo $(BUILD)/plimsoll

test:
	@scripts/bootstrap build test
	@$(MAKE) $(PARALLEL) --no-print-directory tests-built harness
	@$(RUN_TESTS) $(PARTS)

tests-built: all $(UNITS) $(TOOLS)

# What kubectl's own reader makes of a file.  Without Go the tests that ask it say so.
build/harness: $(shell find tests/conformance/harness -name '*.go' -o -name 'go.*' 2>/dev/null)
	@mkdir -p build
	@echo "  GO      $@"
	@cd tests/conformance/harness && go build -o $(CURDIR)/$@ .

harness:
	@if command -v go >/dev/null; then $(MAKE) --no-print-directory -s build/harness || \
	    echo "the oracle of kubectl's reader was not built: Go is too old, or offline"; fi

unit golden: tests-built
	@$(RUN_TESTS) $@

accept: all
	@PLIMSOLL=$(CURDIR)/$(BUILD)/plimsoll tests/golden/run --accept $(ONLY)

# The same units, examples and corpus, and servers that mean harm, in a build that
# watches itself.  Where buffers grow by no more than what is added, their endless
# answers would take minutes.
asan hostile:
	@scripts/bootstrap build test
	@$(MAKE) $(PARALLEL) --no-print-directory FLAVOUR=$@ tests-built
	@$(PYTHON) tests/run --build build/$@ --lead '$@: ' unit golden corpus readers \
	    $(if $(filter asan,$@),rest wait)

# Everything with several threads, and again with more than there are processors.
tsan:
	@scripts/bootstrap build test
	@$(MAKE) $(PARALLEL) --no-print-directory FLAVOUR=$@ tests-built
	@PLIMSOLL_JOBS=2 $(PYTHON) tests/run --build build/$@ --lead '$@, 2 threads: ' unit golden corpus jobs
	@PLIMSOLL_JOBS=8 $(PYTHON) tests/run --build build/$@ --lead '$@, 8 threads: ' golden

# Tests of the REST backend begin with rest, and are left out where it is.
$(BUILD)/unit/%: tests/unit/%.c $(LIBRARY) $(if $(filter 1,$(REST)),$(REST_LIBRARY))
	@mkdir -p $(@D)
	$(call say,UNIT,$<) $(CC) $(DEFINES) $(CPPFLAGS) $(ALL_FLAGS) $(LDFLAGS) -MMD -MP -MF $@.d -o $@ $< \
	    $(if $(filter rest%,$*),$(REST_LIBRARY)) $(LIBRARY) $(if $(filter rest%,$*),$(CURL_LIBS)) $(LINK_LIBS) $$($(PKGCONFIG) --cflags --libs cmocka) $(LDLIBS)

# What differential tests talk to: one small program each, on the same objects.
$(BUILD)/tools/%: tests/tools/%.c $(LIBRARY) $(if $(filter 1,$(REST)),$(REST_LIBRARY))
	@mkdir -p $(@D)
	$(call say,TOOL,$<) $(CC) $(DEFINES) $(CPPFLAGS) $(ALL_FLAGS) $(LDFLAGS) -MMD -MP -MF $@.d -o $@ $< \
	    $(if $(filter rest%,$*),$(REST_LIBRARY)) $(LIBRARY) $(if $(filter rest%,$*),$(CURL_LIBS)) \
	    $(LINK_LIBS) $(LDLIBS)

FUZZ_SECONDS ?= 60
fuzz:
	@scripts/bootstrap build fuzz
	@$(MAKE) $(PARALLEL) --no-print-directory FLAVOUR=fuzz CC=clang fuzzers
	@FUZZ_SECONDS=$(FUZZ_SECONDS) scripts/fuzz build/fuzz

fuzzers: $(FUZZERS)

$(BUILD)/fuzz/%: tests/fuzz/%.c $(LIBRARY)
	@mkdir -p $(@D)
	$(call say,FUZZER,$<) $(CC) $(DEFINES) $(CPPFLAGS) $(ALL_FLAGS) -fsanitize=fuzzer $(LDFLAGS) -MMD -MP -MF $@.d \
	    -o $@ $< $(LIBRARY) $(LINK_LIBS) $(LDLIBS)

lint:
	@scripts/bootstrap build lint
	@MAKE="$(MAKE)" PYTHON="$(PYTHON)" scripts/lint

# What the README's figures say; CORPUS= names a folder of manifests.
figures: all
	@$(PYTHON) scripts/figures $(BUILD)/plimsoll $(CORPUS)

# Beside its peers, which are installed into a cache: PART="check emit files file objects",
# BENCH_SCALE=0.1 for a tenth, BENCH_RECORD=1 to keep the figures.
bench: release
	@CC="$(CC)" PKGCONFIG="$(PKGCONFIG)" $(PYTHON) bench/run build/tuned/plimsoll $(PART)

conformance: all
	@PLIMSOLL=$(CURDIR)/$(BUILD)/plimsoll tests/conformance/run.sh

schemas:
	$(PYTHON) tools/schemas/generate.py
	$(PYTHON) tools/schemas/enums.py

# That the text, and what is compiled from it, say what each OpenAPI document says.
schemas-verify: $(BUILD)/tools/schema-dump
	$(PYTHON) tools/schemas/verify.py --self-check
	$(PYTHON) tools/schemas/verify.py
	$(BUILD)/tools/schema-dump >$(BUILD)/schema.dump
	$(PYTHON) tools/schemas/verify.py --dump $(BUILD)/schema.dump --ignore patch,union
	$(PYTHON) tools/schemas/gotypes.py
	$(PYTHON) tools/schemas/check_lifecycle.py

# What the tables of the program say, as pages; a test says when they are stale.
docs: all
	$(BUILD)/plimsoll --generate usage >docs/usage.md
	$(BUILD)/plimsoll --generate configuration >docs/configuration.md
	$(BUILD)/plimsoll --generate config-schema >docs/plimsoll.schema.json
	$(PYTHON) scripts/rule-pages $(BUILD)/plimsoll

# ---- install ----
SHARE     := $(DESTDIR)$(PREFIX)/share
INSTALLED := $(DESTDIR)$(PREFIX)/bin/plimsoll $(SHARE)/man/man1/plimsoll.1 \
             $(SHARE)/bash-completion/completions/plimsoll \
             $(SHARE)/zsh/site-functions/_plimsoll \
             $(SHARE)/fish/vendor_completions.d/plimsoll.fish
LIBEXEC   := $(DESTDIR)$(PREFIX)/libexec

install: all
	install -d $(dir $(INSTALLED))
	install -m 755 $(BUILD)/plimsoll $(word 1,$(INSTALLED))
	$(BUILD)/plimsoll --generate man >$(word 2,$(INSTALLED))
	$(BUILD)/plimsoll --generate bash >$(word 3,$(INSTALLED))
	$(BUILD)/plimsoll --generate zsh >$(word 4,$(INSTALLED))
	$(BUILD)/plimsoll --generate fish >$(word 5,$(INSTALLED))
	chmod 644 $(wordlist 2,5,$(INSTALLED))
	$(if $(filter 1,$(REST)),install -d $(LIBEXEC) && \
	    install -m 755 $(BUILD)/plimsoll-rest $(LIBEXEC)/plimsoll-rest)

uninstall:
	rm -f $(INSTALLED) $(LIBEXEC)/plimsoll-rest

# Packages are the same bytes wherever they are built: the commit's time stands for all.
PACKAGES  := build/packages
wheel deb: export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 315532800)

# Which build is packed; tests that make packages only to look into them say release.
PACKED    ?= tuned
# (A recipe with it has a +: make sees a $(MAKE) only where it is written out.)
MAKE_PACKED = $(MAKE) --no-print-directory FLAVOUR=$(PACKED) BUILD=build/$(PACKED)

wheel:
	+@$(MAKE_PACKED) build/$(PACKED)/plimsoll-static
	@$(PYTHON) scripts/plimsoll_wheel.py build/$(PACKED)/plimsoll-static $(PACKAGES)

# Those who make one folder take turns, also under -j.
wheel: | tuner $(filter all static release,$(MAKECMDGOALS))
deb: | tuner $(filter static release wheel,$(MAKECMDGOALS))

# The program that talks to a cluster waits for it: it is built plain.
SHARED_REST := $(if $(filter 1,$(REST)),$(BUILD)/plimsoll-rest-shared)
deb: all $(SHARED_REST)
	+@$(MAKE_PACKED) build/$(PACKED)/plimsoll-shared
	@MAKE="$(MAKE)" scripts/deb $(PACKAGES) build/$(PACKED)/plimsoll-shared $(SHARED_REST)

version:
	@echo $(VERSION)

dist:
	@mkdir -p build
	git archive --format=tar --prefix=plimsoll-$(VERSION)/ HEAD | gzip -n >build/plimsoll-$(VERSION).tar.gz

clean:
	rm -rf build

.PHONY: all bench docs figures objects always demo test tests-built harness unit golden accept asan tsan hostile fuzz fuzzers \
        lint conformance schemas schemas-verify install uninstall dist clean \
        static wheel deb version release tuner
.DELETE_ON_ERROR:
