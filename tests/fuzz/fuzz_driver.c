// SPDX-License-Identifier: Apache-2.0
/*
 * Any bytes, in any chunking, into any driver: the same events as fed whole, no crash, bounded
 * (the law of drivers/driver.h). LADA_FUZZ_DRIVER names the driver; `list` prints all.
 *
 * An input is a conversation: a byte of settings, a descriptor's length (two bytes, big endian)
 * and bytes, then steps of an operation byte, a count byte and what belongs to it:
 *
 *   0..3  that many bytes from the device     4  so many times 50 ms pass
 *   5     a sound                             6  a job, or a document to show
 *   7     the line goes down and up again
 *
 * tests/fuzz/run.js makes the first inputs of the recorded traces.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/driver.h"
#include "drivers/trace.h"

#define EVENTS_MAX     65536
#define DESCRIPTOR_MAX 1024
#define ROOM	       100
#define PUMPS_MAX      10000 /* of one call: a driver that never ends to send is a defect */
#define STEP_MS	       50
#define TICK_MS	       1000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

enum chunking { CHUNK_WHOLE, CHUNK_BYTES, CHUNK_RANDOM, CHUNKINGS };

struct play {
	const struct driver *driver;
	struct driver_setup setup;
	struct printer_profile profile;
	void *state;
	struct sink sink;
	struct buf events;
	char *job_memory; /* NULL until there is a job */
	bool up, busy, in_room;
	size_t room, given;
	int64_t now_ms, tick_ms, job;
	enum chunking chunking;
	unsigned int seed;
};

static const struct driver *driver(void)
{
	const char *name = getenv("LADA_FUZZ_DRIVER");

	for (size_t i = 0; name && driver_at(i); i++)
		if (strcmp(driver_at(i)->name, name) == 0)
			return driver_at(i);
	return NULL;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *name = getenv("LADA_FUZZ_DRIVER");

	(void)argc;
	(void)argv;
	if (driver())
		return 0;
	for (size_t i = 0; driver_at(i); i++)
		puts(driver_at(i)->name);
	exit(name && strcmp(name, "list") == 0 ? 0 : 2);
}

static void must(bool is, const char *what)
{
	if (is)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

static void on_event(void *ctx, const struct driver_event *e)
{
	struct play *p = ctx;

	must(e->detail != NULL, "an event without a detail");
	if (e->kind == DRIVER_SCAN) {
		must(e->text.n > 0 && e->text.n <= SCAN_TEXT_MAX, "a scan of a wrong size");
		must(memchr(e->aim, '\0', sizeof(e->aim)) != NULL, "an endless AIM identifier");
	}
	if (e->kind == DRIVER_JOB) {
		must(p->busy && e->job == p->job, "a job ended that did not run");
		p->busy = false;
	}
	trace_event(&p->events, e);
}

static void on_bytes(void *ctx, const void *bytes, size_t n)
{
	struct play *p = ctx;

	(void)bytes;
	must(p->in_room && n <= p->room, "bytes without room");
	p->room -= n;
	p->given += n;
}

static void pump(struct play *p)
{
	int pumps = 0;

	do {
		p->given = 0;
		p->room = ROOM;
		p->in_room = true;
		p->driver->room(p->state, ROOM, p->now_ms, &p->sink);
		p->in_room = false;
		must(++pumps < PUMPS_MAX, "it sends for ever");
	} while (p->up && p->given > 0);
}

static void start(struct play *p)
{
	p->up = true;
	p->driver->start(p->state, &p->setup, p->now_ms, &p->sink);
	pump(p);
}

/* What came at once came before anything that is sent because of it. A scanner does not care; but
 * what a printer says without being asked is no answer, so it is asked only when all is in. */
static void receive(struct play *p, const uint8_t *bytes, size_t n)
{
	size_t step;

	for (size_t at = 0; at < n; at += step) {
		step = n - at;
		if (p->chunking == CHUNK_BYTES)
			step = 1;
		else if (p->chunking == CHUNK_RANDOM)
			step = 1 + (size_t)rand_r(&p->seed) % step;
		p->driver->rx(p->state, bytes + at, step, p->now_ms, &p->sink);
		if (!p->driver->job)
			pump(p);
	}
	pump(p);
}

static void pass(struct play *p, int64_t ms)
{
	const int64_t to_ms = p->now_ms + ms;

	for (; p->tick_ms + TICK_MS <= to_ms; pump(p)) {
		p->tick_ms += TICK_MS;
		p->now_ms = p->tick_ms;
		p->driver->tick(p->state, p->now_ms, &p->sink);
	}
	p->now_ms = to_ms;
}

static struct slice document(uint8_t which)
{
	static const char *const docs[] = {
		"Tx\n",
		"CSklep pod \xc5\xbb\xc3\xb3\xc5\x82wiem\nLa\t1\nQLR.ZAM-1.1\nX\n",
		"E5901234123457\nD\n",
		"T1\nTThe second line\nQL1.AAAA\n",
	};

	return slice_of(docs[which % COUNT_OF(docs)]);
}

static void give_work(struct play *p, uint8_t which)
{
	struct buf bytes;

	if (p->driver->show) {
		p->driver->show(p->state, document(which), p->now_ms, &p->sink);
	} else if (p->driver->job && !p->busy) {
		if (!p->job_memory)
			p->job_memory = malloc(DRIVER_JOB_BYTES_MAX);
		must(p->job_memory != NULL, "memory");
		buf_init(&bytes, p->job_memory, DRIVER_JOB_BYTES_MAX);
		must(p->driver->encode(&p->profile, document(which), &bytes) == 0, "encode");
		p->busy = true;
		p->job++;
		must(p->driver->job(p->state, p->job, buf_read(&bytes), p->now_ms, &p->sink) == 0,
		     "an idle printer does not take a job");
	}
	pump(p);
}

static void bounce(struct play *p)
{
	p->up = false;
	p->driver->stop(p->state, &p->sink);
	must(!p->busy, "a job outlives the line");
	start(p);
}

static void step(struct play *p, uint8_t operation, uint8_t count)
{
	switch (operation & 7) {
	case 4:
		pass(p, (int64_t)count * STEP_MS);
		break;
	case 5:
		if (p->driver->feedback)
			p->driver->feedback(p->state, (enum feedback)(count % 3), p->now_ms,
					    &p->sink);
		pump(p);
		break;
	case 6:
		give_work(p, count);
		break;
	case 7:
		bounce(p);
		break;
	}
}

static void set_up(struct play *p, enum chunking chunking, uint8_t settings,
		   struct slice descriptor)
{
	static const char layouts[][LAYOUT_MAX] = { "us", "pl", "de", "fr" };
	static const char *const dialects[] = { "auto", "epson", "cd5220", "ascii" };
	size_t profiles = 0;

	while (profile_at(profiles))
		profiles++;
	p->chunking = chunking;
	p->profile = *profile_at((size_t)(settings >> 3 & 0xf) % profiles);
	p->setup = (struct driver_setup){ .profile = &p->profile,
					  .max_job_ms = DRIVER_MAX_JOB_MS,
					  .ask_model = (settings & 4) != 0,
					  .cut_off = (settings & 0x80) != 0,
					  .descriptor = descriptor };
	memcpy(p->setup.layout, layouts[settings & 3], sizeof(p->setup.layout));
	slice_copy(slice_of(dialects[settings & 3]), p->setup.dialect, sizeof(p->setup.dialect));
	p->sink = (struct sink){ on_event, on_bytes, p };
	buf_init(&p->events, malloc(EVENTS_MAX), EVENTS_MAX);
	p->state = calloc(1, p->driver->state_size);
	must(p->state && p->events.p, "memory");
}

static struct play *play(const uint8_t *data, size_t size, enum chunking chunking)
{
	struct play *p = calloc(1, sizeof(*p));
	size_t at = 3, n = size < 3 ? 0 : (size_t)data[1] << 8 | data[2];

	must(p != NULL, "memory");
	p->driver = driver();
	if (n > size - at || n > DESCRIPTOR_MAX)
		n = 0;
	p->seed = (unsigned int)size;
	set_up(p, chunking, data[0], (struct slice){ (const char *)data + at, n });
	start(p);
	for (at += n; at + 2 <= size;) {
		const uint8_t operation = data[at] & 7, count = data[at + 1];

		at += 2;
		if (operation >= 4) {
			step(p, operation, count);
			continue;
		}
		n = count < size - at ? count : size - at;
		receive(p, data + at, n);
		at += n;
	}
	return p;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct play *plays[CHUNKINGS];

	if (size < 3)
		return 0;
	for (int i = 0; i < CHUNKINGS; i++) {
		plays[i] = play(data, size, (enum chunking)i);
		if (plays[i]->events.len != plays[0]->events.len ||
		    memcmp(plays[i]->events.p, plays[0]->events.p, plays[0]->events.len) != 0) {
			fprintf(stderr, "whole:\n%.*s\nin chunks:\n%.*s\n",
				(int)plays[0]->events.len, plays[0]->events.p,
				(int)plays[i]->events.len, plays[i]->events.p);
			must(false, "the chunking changes the events");
		}
		must(plays[i]->driver->garbage(plays[i]->state) ==
			     plays[0]->driver->garbage(plays[0]->state),
		     "the chunking changes what is garbage");
	}
	for (int i = 0; i < CHUNKINGS; i++) {
		free(plays[i]->state);
		free(plays[i]->events.p);
		free(plays[i]->job_memory);
		free(plays[i]);
	}
	return 0;
}
