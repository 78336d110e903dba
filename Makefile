# Lada: `make demo` shows it working, `make check` tests it; both install what is missing.
# Flat on purpose: sources are listed by room, objects and programs go to build/.

VERSION  := 0.1.0
BUILD    ?= build
PREFIX   ?= /usr
DESTDIR  ?=
CC       ?= gcc
OPT      ?= -O2
SANITIZE ?=

# ---- Debian packages: the one list ----
DEPS_BUILD := gcc make pkg-config libc6-dev libuv1-dev libmicrohttpd-dev libsodium-dev libinih-dev \
	libmosquitto-dev libssl-dev libsqlite3-dev libserialport-dev libusb-1.0-0-dev libqrencode-dev \
	libpng-dev libfreetype-dev libjansson-dev libpq-dev unifont
DEPS_TEST := libcmocka-dev mosquitto openssl zbar-tools zint fonts-dejavu-core sqlite3 ca-certificates \
	libumockdev-dev umockdev
# For `make check`: the pages are looked at in a browser.
DEPS_BROWSER := chromium
# For check-all: fuzzing, the lab's virtual machine (tests/lab/image.js says what is in it).
DEPS_FUZZ := clang libclang-rt-14-dev
DEPS_LAB := qemu-system-x86 busybox-static cpio xz-utils
# For check-all: a reader of drawn letters.
DEPS_OCR := tesseract-ocr tesseract-ocr-pol tesseract-ocr-ukr
# For check-all: HQ on PostgreSQL; the tests start servers of their own.
DEPS_POSTGRES := postgresql
# For check-all: a broker of several nodes; the tests start their own.
DEPS_RABBITMQ := rabbitmq-server
# Node.js and npm come from Debian unless the machine has its own.
DEPS_NODE := nodejs npm

WARN := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
	-Wpointer-arith -Wformat=2 -Wno-format-nonliteral -Wundef -Wwrite-strings -Wcast-align
CFLAGS := -std=gnu11 $(OPT) -g $(WARN) -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE $(SANITIZE)
CPPFLAGS := -D_GNU_SOURCE -DLADA_VERSION='"$(VERSION)"' -I. -MMD -MP
LDFLAGS := -pie -Wl,-z,relro,-z,now $(SANITIZE)

# ---- sources, by room ----
BASE     := $(wildcard firmware/base/*.c)
TRUST    := $(wildcard firmware/trust/*.c)
COUNTER  := $(wildcard firmware/counter/*.c)
STORE    := $(wildcard firmware/store/*.c)
STATION  := $(filter-out firmware/main.c,$(wildcard firmware/*.c))
DRIVERS  := $(wildcard drivers/*.c)
SYNC     := $(wildcard sync/*.c)
UI       := $(wildcard ui/*.c)
TOOL     := $(wildcard firmware/tool/*.c)
HQ       := $(wildcard sync/hq/*.c)
SIM      := $(wildcard tests/sim/*.c)
UNIT     := $(wildcard tests/unit_*.c)
BENCH    := $(wildcard tests/bench/*.c)
LAB      := $(wildcard tests/lab/*.c)
FLEET    := $(wildcard tests/fleet/*.c)

obj = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
CORE := $(call obj,$(BASE) $(TRUST))
HOUSE := $(CORE) $(call obj,$(COUNTER) $(STORE) $(STATION) $(DRIVERS) $(SYNC) $(UI))

LIBS_ladad := -luv -lmicrohttpd -lsodium -linih -lmosquitto -lssl -lcrypto -lsqlite3 -lserialport -lusb-1.0 -lqrencode -lpthread
LIBS_lada := -lsodium -linih -lsqlite3
LIBS_lada-hq := -lmosquitto -lsqlite3 -lpq -lsodium -lqrencode -lpng
LIBS_lada-sim := -lpng -lqrencode -lfreetype

PROGRAMS := $(addprefix $(BUILD)/bin/,ladad lada lada-hq lada-sim)
UNITS := $(patsubst tests/%.c,$(BUILD)/tests/%,$(UNIT))
BENCHES := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(BENCH))

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all deps node-deps demo run check check-source check-all check-sanitized bench bench-deps units install clean format
.PHONY: lab night-lab fuzz night-fuzz fleet fleet-short night-kill
.PHONY: faults night-sim property night-property night-points stock night-stock
.PHONY: capture

all: $(PROGRAMS)

# ---- programs ----
$(BUILD)/bin/ladad: $(HOUSE) $(call obj,firmware/main.c)
$(BUILD)/bin/lada: $(CORE) $(call obj,$(TOOL) firmware/store/file.c firmware/counter/figures.c \
	firmware/counter/calendar.c firmware/store/file_person.c firmware/counter/retention.c \
	firmware/config.c \
	firmware/config_keys.c firmware/files.c firmware/logo.c drivers/port_check.c drivers/profiles.c \
	drivers/pbm.c drivers/known.c drivers/known_udev.c)
$(BUILD)/bin/lada-hq: $(CORE) $(call obj,$(HQ))
$(BUILD)/bin/lada-sim: $(call obj,$(SIM))

$(BUILD)/bin/%:
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_$*)

# Runs in the lab's machine only.
$(BUILD)/lab/agent: $(call obj,$(LAB) tests/sim/util.c firmware/base/bytes.c)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(BUILD)/obj/tests/sim/%.o: CPPFLAGS += $(shell pkg-config --cflags freetype2 2>/dev/null)
%/obj/sync/hq/db_postgres.o: CPPFLAGS += $(shell pkg-config --cflags libpq 2>/dev/null)
# The pages are in the binary (.incbin), so the object depends on them.
# The catalogue of words, a file a language; what a page says that is not in it fails.
WORDS := $(BUILD)/words
CATALOGUE := $(sort $(wildcard ui/words/*.txt))
$(WORDS)/%.json: ui/words/words.awk $(CATALOGUE)
	@mkdir -p $(@D)
	awk -v language=$* -f ui/words/words.awk $(CATALOGUE) > $@.new && mv $@.new $@
$(WORDS)/checked: ui/words/used.awk $(WORDS)/pl.json $(shell find ui/web -type f 2>/dev/null)
	awk -f ui/words/used.awk $(WORDS)/pl.json $(filter %.js %.html,$^) && touch $@
$(BUILD)/obj/ui/web_files.o: $(WORDS)/pl.json $(WORDS)/en.json $(WORDS)/uk.json $(WORDS)/checked
$(BUILD)/obj/ui/web_files.o: CPPFLAGS += -DWORDS='"$(WORDS)"'
# Letters that printers lack: the narrow glyphs of alphabets and signs, one record size, sorted.
UNIFONT := $(BUILD)/drivers/unifont.hex
$(UNIFONT): /usr/share/unifont/unifont.hex
	@mkdir -p $(@D)
	LC_ALL=C awk -F: 'length($$2) == 32 && ($$1 >= "0020" && $$1 < "0600" || \
		$$1 >= "10A0" && $$1 < "1100" || $$1 >= "1D00" && $$1 < "20D0" || \
		$$1 >= "2100" && $$1 < "2C80" || $$1 >= "2E00" && $$1 < "2E80")' $< >$@
$(BUILD)/obj/drivers/glyph.o: CPPFLAGS += -DLADA_UNIFONT='"$(UNIFONT)"'
$(BUILD)/obj/drivers/glyph.o: $(UNIFONT)

# So is the table of known devices.
$(BUILD)/obj/drivers/known.o: hw/devices.tsv

# ---- tests: one program a file, linked from archives so that each takes what it needs ----
$(BUILD)/house.a: $(HOUSE)
$(BUILD)/hq.a: $(CORE) $(call obj,$(filter-out sync/hq/main.c,$(HQ)))
$(BUILD)/sim.a: $(call obj,$(filter-out tests/sim/main.c,$(SIM)))
$(BUILD)/%.a:
	@rm -f $@
	ar rcs $@ $^

LIBS_test := -lcmocka -ljansson
$(filter $(BUILD)/tests/unit_sim%,$(UNITS)): $(BUILD)/tests/%: \
	$(BUILD)/obj/tests/%.o $(BUILD)/sim.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_lada-sim) $(LIBS_test)
$(filter $(BUILD)/tests/unit_hq%,$(UNITS)): $(BUILD)/tests/%: \
	$(BUILD)/obj/tests/%.o $(BUILD)/obj/tests/pg_server.o $(BUILD)/obj/tests/mangle.o \
	$(BUILD)/hq.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_lada-hq) $(LIBS_test)
# What several tests share; before the house, which it uses.
$(BUILD)/helpers.a: $(call obj,$(filter-out tests/unit_%,$(wildcard tests/*.c)))
# A faked USB bus (tests/usb_fake.h) is umockdev's, which no other test needs.
USB_TESTS := $(filter $(BUILD)/tests/unit_usb% $(BUILD)/bench/usb_%,$(UNITS) $(BENCHES))
$(call obj,$(wildcard tests/usb_fake*.c)): CPPFLAGS += $(shell pkg-config --cflags umockdev-1.0 2>/dev/null)
$(USB_TESTS): LIBS_test += $(shell pkg-config --libs umockdev-1.0 2>/dev/null)
# It looks at the journal as the operator's tool does.
$(BUILD)/tests/unit_privacy: $(call obj,firmware/tool/chain.c)
$(BUILD)/tests/%: $(BUILD)/obj/tests/%.o $(BUILD)/helpers.a $(BUILD)/house.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_ladad) $(LIBS_test)
$(BUILD)/bench/%: $(BUILD)/obj/tests/bench/%.o $(BUILD)/helpers.a $(BUILD)/house.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_ladad) $(LIBS_test)
$(BUILD)/fuzzed.a: $(call obj,$(BASE) $(COUNTER) $(DRIVERS))
$(BUILD)/fuzz/%: $(BUILD)/obj/tests/fuzz/%.o $(BUILD)/fuzzed.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(LIBS_ladad)
# The fault simulation. HQ and a station use the same words for different things, so HQ's objects
# are linked by themselves, and only what tests/faults/centre.h names is seen of them. HQ's parts
# and messages are small there, so that few records make several.
FAULTS := $(wildcard tests/faults/*.c)
FAULTS_HQ := $(filter-out sync/hq/main.c sync/hq/link.c sync/hq/serve.c,$(HQ)) tests/faults/centre.c
# Nobody looks at screens there, and to write them takes a quarter of the time.
FAULTS_WRAP := -Wl,--wrap=documents_publish,--wrap=metrics_publish
fobj = $(patsubst %.c,$(BUILD)/faults/obj/%.o,$(1))
$(BUILD)/faults/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -DHQ_PART_MAX=4096 -DHQ_OPS_MAX=1536 $(CFLAGS) -c -o $@ $<
$(BUILD)/faults/hq.o: $(call fobj,$(FAULTS_HQ))
	ld -r -o $@ $^
	objcopy --wildcard --keep-global-symbol='centre_*' $@
$(BUILD)/faults/simulate: $(call obj,$(filter-out tests/faults/centre.c,$(FAULTS))) \
	$(BUILD)/faults/hq.o $(BUILD)/house.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $(FAULTS_WRAP) -o $@ $^ $(LIBS_ladad) -lpq -lpng
# Stock's model check: three lanes and HQ, the same way, with the objects that ship.
STOCK_MODEL := tests/unit_stock_model.c $(wildcard tests/stock/*.c) tests/faults/memory.c
$(BUILD)/stock/hq.o: $(call obj,$(FAULTS_HQ))
	@mkdir -p $(@D)
	ld -r -o $@ $^
	objcopy --wildcard --keep-global-symbol='centre_*' $@
$(BUILD)/tests/unit_stock_model: $(call obj,$(STOCK_MODEL)) \
	$(BUILD)/stock/hq.o $(BUILD)/house.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $(FAULTS_WRAP) -o $@ $^ $(LIBS_ladad) -lpq -lpng $(LIBS_test)
ifdef STOCK_MUTANT
STOCK_MUTANTS := $(BUILD)/stock/mutants/$(STOCK_MUTANT)
$(STOCK_MUTANTS)/%.o: $(STOCK_MUTANTS)/%.c
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<
$(STOCK_MUTANTS)/hq.o: $(call obj,$(filter-out $(MUTATED),$(FAULTS_HQ))) \
	$(patsubst %.c,$(STOCK_MUTANTS)/%.o,$(filter $(FAULTS_HQ),$(MUTATED)))
	ld -r -o $@ $^
	objcopy --wildcard --keep-global-symbol='centre_*' $@
$(STOCK_MUTANTS)/model: $(call obj,$(STOCK_MODEL)) \
	$(patsubst %.c,$(STOCK_MUTANTS)/%.o,$(filter-out $(FAULTS_HQ),$(MUTATED))) \
	$(STOCK_MUTANTS)/hq.o $(BUILD)/house.a
	$(CC) $(LDFLAGS) $(FAULTS_WRAP) -o $@ $^ $(LIBS_ladad) -lpq -lpng $(LIBS_test)
endif
# With some sources broken on purpose, which tests/faults/mutations.js has written.
ifdef MUTANT
MUTANTS := $(BUILD)/faults/mutants/$(MUTANT)
MUTATED_HQ := $(filter $(FAULTS_HQ),$(MUTATED))
$(MUTANTS)/%.o: $(MUTANTS)/%.c
	$(CC) $(CPPFLAGS) -DHQ_PART_MAX=4096 -DHQ_OPS_MAX=1536 $(CFLAGS) -c -o $@ $<
$(MUTANTS)/hq.o: $(call fobj,$(filter-out $(MUTATED),$(FAULTS_HQ))) \
	$(patsubst %.c,$(MUTANTS)/%.o,$(MUTATED_HQ))
	ld -r -o $@ $^
	objcopy --wildcard --keep-global-symbol='centre_*' $@
$(MUTANTS)/simulate: $(call obj,$(filter-out tests/faults/centre.c,$(FAULTS))) \
	$(patsubst %.c,$(MUTANTS)/%.o,$(filter-out $(MUTATED_HQ),$(MUTATED))) \
	$(MUTANTS)/hq.o $(BUILD)/house.a
	$(CC) $(LDFLAGS) $(FAULTS_WRAP) -o $@ $^ $(LIBS_ladad) -lpq -lpng
endif
# The property test of the counter: a station as it ships, its database in memory as above. Screens
# are written in a few runs only.
PROPERTY := $(call obj,$(wildcard tests/property/*.c) tests/faults/memory.c)
$(BUILD)/property/counter: $(PROPERTY) $(BUILD)/house.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $(FAULTS_WRAP) -o $@ $^ $(LIBS_ladad)
# With some of the station broken on purpose, which tests/property/mutations.js has written.
ifdef BROKEN
$(BUILD)/property/mutants/$(BROKEN)/counter: $(PROPERTY) \
	$(patsubst %.c,$(BUILD)/property/mutants/$(BROKEN)/%.o,$(BROKEN_FILES)) $(BUILD)/house.a
	$(CC) $(LDFLAGS) $(FAULTS_WRAP) -o $@ $^ $(LIBS_ladad)
$(BUILD)/property/mutants/$(BROKEN)/%.o: $(BUILD)/property/mutants/$(BROKEN)/%.c
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<
endif
# The model of points: the rules of the station and of HQ, and nothing else of either. With a rule
# broken on purpose, which tests/points/points.js has written, it must fail.
POINTS := $(call obj,tests/points/model.c)
POINTS_RULES := firmware/counter/loyalty.c sync/hq/points_rule.c
$(BUILD)/points/model: $(POINTS) $(call obj,$(POINTS_RULES)) $(BUILD)/house.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_ladad)
ifdef POINTS_MUTANT
POINTS_MUTANTS := $(BUILD)/points/mutants/$(POINTS_MUTANT)
$(POINTS_MUTANTS)/%.o: $(POINTS_MUTANTS)/%.c
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<
$(POINTS_MUTANTS)/model: $(POINTS) $(call obj,$(filter-out $(MUTATED),$(POINTS_RULES))) \
	$(patsubst %.c,$(POINTS_MUTANTS)/%.o,$(MUTATED)) $(BUILD)/house.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_ladad)
endif
# With them the encoder for the tests in JavaScript, and the property test and the models, of which
# some runs are in `make check`.
units: $(UNITS) $(BUILD)/bench/encode $(BUILD)/property/counter $(BUILD)/points/model

-include $(shell find $(BUILD)/obj $(BUILD)/faults -name '*.d' 2>/dev/null)

# ---- what people type ----
# Installs only what is missing; does nothing, and needs no root, when all is there.
deps:
	@tests/deps $(DEPS_BUILD) $(DEPS_TEST)

node-deps: deps
	@command -v node >/dev/null && command -v npm >/dev/null || tests/deps $(DEPS_NODE)
	@cd tests && if [ ! -e node_modules/.package-lock.json ] || \
		[ package-lock.json -nt node_modules/.package-lock.json ]; then \
		npm ci --no-audit --no-fund --loglevel=error; fi

# Recipes run make again so that a fresh machine has its packages before anything is compiled.
demo: node-deps
	@$(MAKE) --no-print-directory -j2 all
	@node tests/demo/demo.js

run: node-deps
	@$(MAKE) --no-print-directory -j2 all
	@node tests/demo/demo.js --stay

check: node-deps
	@tests/deps $(DEPS_BROWSER)
	@$(MAKE) --no-print-directory -j2 all units
	@node tests/run.js

check-all: node-deps
	@tests/deps $(DEPS_OCR) $(DEPS_POSTGRES)
	@$(MAKE) --no-print-directory -j2 all units
	@node tests/run.js --slow slow_
	@$(MAKE) --no-print-directory lab
	@$(MAKE) --no-print-directory check-sanitized
	@$(MAKE) --no-print-directory fuzz
	@$(MAKE) --no-print-directory faults
	@$(MAKE) --no-print-directory property
	@$(MAKE) --no-print-directory stock
	@$(MAKE) --no-print-directory fleet-short

# Real USB devices in a virtual machine, pulled out and put in: 20 rounds, or a night of 500.
lab night-lab: node-deps
	@tests/deps $(DEPS_LAB)
	@$(MAKE) --no-print-directory -j2 all $(BUILD)/lab/agent
	@node tests/lab/lab.js $(if $(filter night-lab,$@),--rounds 500)

# The C tests and the end-to-end tests of bad input again, with a compiler that watches memory.
SANITIZED := $(BUILD)/sanitized
check-sanitized: node-deps
	@$(MAKE) --no-print-directory -j2 BUILD=$(SANITIZED) OPT=-O1 \
		SANITIZE="-fsanitize=address,undefined -fno-sanitize-recover=all" all units
	@LADA_UNITS=$(CURDIR)/$(SANITIZED)/tests LADA_BIN=$(CURDIR)/$(SANITIZED)/bin \
		node tests/run.js unit_ test_bad_input test_refusals test_crash

# libFuzzer on every driver and parser: 20 s each, an hour each in the night.
FUZZED := $(BUILD)/clang
FUZZERS := $(patsubst tests/fuzz/%.c,$(FUZZED)/fuzz/%,$(wildcard tests/fuzz/*.c))
fuzz: node-deps
	@tests/deps $(DEPS_FUZZ)
	@$(MAKE) --no-print-directory -j2 BUILD=$(FUZZED) CC=clang OPT=-O1 \
		SANITIZE="-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all" \
		$(FUZZERS)
	@node tests/fuzz/run.js

night-fuzz:
	@LADA_FUZZ_SECONDS=3600 $(MAKE) --no-print-directory fuzz

# kill -9 of station, broker or HQ, 5,000 times, in four shops side by side.
night-kill: node-deps
	@$(MAKE) --no-print-directory -j2 all
	@node tests/night_kill.js

# A chain of a thousand shops: all they lack, a steady day, a broker that dies and comes back.
$(BUILD)/fleet/fleet: $(call obj,$(FLEET)) $(BUILD)/house.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_ladad)
fleet: node-deps
	@$(MAKE) --no-print-directory -j2 all $(BUILD)/fleet/fleet
	@node tests/fleet/fleet.js

# A small chain on a cluster of three nodes, one of which dies for good.
fleet-short: node-deps
	@tests/deps $(DEPS_RABBITMQ)
	@$(MAKE) --no-print-directory -j2 all $(BUILD)/fleet/fleet
	@node tests/fleet/fleet.js --rabbitmq --stores 100 --orders 4 --steady 20

# Lanes, HQ and a hostile broker in one process: 20,000 schedules in two processes, and then the
# same with rules of the protocol broken, each of which must be caught. A million in the night.
faults night-sim: node-deps
	@$(MAKE) --no-print-directory -s -j2 $(BUILD)/faults/simulate
	@node tests/faults/faults.js $(if $(filter night-sim,$@),1000000,20000)
	@$(if $(filter faults,$@),node tests/faults/mutations.js)

# Random shops and whatever people, HQ and the world do to them, with laws that always hold: goods,
# money, drawer, stock, refusals, replay. 600 runs of 200 events and more, and then with rules of
# the shop broken, each of which must be caught. In the night 10,000 runs on all cores.
property night-property: node-deps
	@$(MAKE) --no-print-directory -s -j2 $(BUILD)/property/counter
	@node tests/property/property.js $(if $(filter night-property,$@),10000 1,600)
	@$(if $(filter property,$@),node tests/property/mutations.js)
# Points of three lanes and HQ: every interleaving to a depth, and a million random ones.
night-points: node-deps
	@$(MAKE) --no-print-directory -s -j2 $(BUILD)/points/model
	@node tests/points/points.js --night
# Stock's model check, deeper and a million random schedules; and with rules broken on purpose.
stock night-stock: node-deps
	@$(MAKE) --no-print-directory -s -j2 all $(BUILD)/tests/unit_stock_model
	@LADA_STOCK_DEPTH=$(if $(filter night-stock,$@),6,5) \
		LADA_STOCK_SCHEDULES=$(if $(filter night-stock,$@),1000000,20000) \
		$(BUILD)/tests/unit_stock_model
	@$(if $(filter stock,$@),node tests/stock/mutations.js)

# What sync/PROTOCOL.md shows, from the real programs.
capture: node-deps
	@$(MAKE) --no-print-directory -j2 all
	@node tests/protocol/capture.js

# What the benches measure Lada against; better-sqlite3 may have to be compiled.
bench-deps: node-deps
	@cd tests/bench && if [ ! -e node_modules/.package-lock.json ] || \
		[ package-lock.json -nt node_modules/.package-lock.json ]; then \
		npm ci --no-audit --no-fund --loglevel=error; fi

bench: bench-deps
	@$(MAKE) --no-print-directory -j2 all $(BENCHES)
	@node tests/bench/bench.js
	@node tests/bench/idle.js
	@node tests/bench/snapshot.js
	@node tests/bench/drain.js

# The manual pages and each other name them so.
PAGES := README.md hw/README.md sync/PROTOCOL.md ui/API.md
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 755 $(PROGRAMS) $(DESTDIR)$(PREFIX)/bin/
	install -m 644 $(wildcard firmware/*.1 firmware/tool/*.1 sync/hq/*.1 tests/sim/*.1) \
		$(DESTDIR)$(PREFIX)/share/man/man1/
	install -d $(DESTDIR)$(PREFIX)/share/man/man5
	install -m 644 $(wildcard firmware/*.5) $(DESTDIR)$(PREFIX)/share/man/man5/
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system $(DESTDIR)$(PREFIX)/lib/sysusers.d \
		$(DESTDIR)$(PREFIX)/share/doc/lada
	install -m 644 hw/systemd/ladad.service $(DESTDIR)$(PREFIX)/lib/systemd/system/
	install -m 644 hw/systemd/lada.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/lada.conf
	install -d $(DESTDIR)$(PREFIX)/lib/udev/rules.d
	$(BUILD)/bin/lada devices --udev > $(DESTDIR)$(PREFIX)/lib/udev/rules.d/60-lada.rules
	install -m 644 hw/lada.conf.example $(DESTDIR)$(PREFIX)/share/doc/lada/
	for page in $(PAGES); do install -D -m 644 $$page $(DESTDIR)$(PREFIX)/share/doc/lada/$$page; done

format:
	clang-format -i $(shell git ls-files '*.c' '*.h')

clean:
	rm -rf $(BUILD)
