// SPDX-License-Identifier: Apache-2.0
/*
 * Every recorded trace of every driver, whole, byte by byte and in random chunkings: the same
 * events and the same bytes to the device each time (the chunking law). Run from the top of the
 * tree. LADA_TRACES=write writes the .events files instead of comparing with them;
 * LADA_TRACES_DIR is another place than tests/traces, where not every driver need be.
 */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/driver.h"
#include "drivers/trace.h"

#define EVENTS_MAX 65536
#define CHUNKINGS  40

enum chunking { CHUNK_WHOLE, CHUNK_BYTES, CHUNK_RANDOM };

struct play {
	const struct driver *driver;
	struct driver_setup setup;
	struct printer_profile profile;
	char *state;
	bool up;
	int64_t now_ms, tick_ms;
	enum chunking chunking;
	unsigned int seed;
	struct buf events, out, job;
	char events_memory[EVENTS_MAX], out_memory[EVENTS_MAX], job_memory[DRIVER_JOB_BYTES_MAX];
	uint8_t descriptor[1024];
	bool out_seen;
	bool own_ticks; /* a recording says when the clock ticked */
	bool blind;	/* and from where on what is sent cannot be compared */
	struct sink sink;
	const char *name;
};

static void on_event(void *ctx, const struct driver_event *e)
{
	struct play *play = ctx;

	trace_event(&play->events, e);
}

static void on_bytes(void *ctx, const void *p, size_t n)
{
	struct play *play = ctx;

	buf_add(&play->out, p, n);
}

static void pump(struct play *play)
{
	size_t before;

	do {
		before = play->out.len;
		play->driver->room(play->state, 100, play->now_ms, &play->sink);
		assert_true(play->out.len - before <= 100);
	} while (play->up && play->out.len > before);
}

static void advance(struct play *play, int64_t to_ms)
{
	assert_true(to_ms >= play->now_ms);
	while (!play->own_ticks && play->tick_ms + 1000 <= to_ms) {
		play->tick_ms += 1000;
		play->now_ms = play->tick_ms;
		if (!play->up)
			continue;
		play->driver->tick(play->state, play->now_ms, &play->sink);
		pump(play);
	}
	play->now_ms = to_ms;
}

static void receive(struct play *play, const uint8_t *p, size_t n)
{
	size_t step;

	for (size_t at = 0; at < n; at += step) {
		step = n - at;
		if (play->chunking == CHUNK_BYTES)
			step = 1;
		else if (play->chunking == CHUNK_RANDOM)
			step = 1 + (size_t)rand_r(&play->seed) % step;
		play->driver->rx(play->state, p + at, step, play->now_ms, &play->sink);
		pump(play);
	}
}

static void start_job(struct play *play, char *text)
{
	char *doc = strchr(text, ' ');

	assert_non_null(doc);
	*doc++ = '\0';
	for (char *p = doc; *p; p++)
		if (*p == '|')
			*p = '\n';
	buf_reset(&play->job);
	assert_int_equal(play->driver->encode(&play->profile, slice_of(doc), &play->job), 0);
	if (play->driver->job(play->state, atoll(text), buf_read(&play->job), play->now_ms,
			      &play->sink) < 0)
		fail_msg("%s: job %s is not taken", play->name, text);
	pump(play);
}

/* The HID report descriptor, as hex; before `up`. */
static void set_descriptor(struct play *play, const char *hex)
{
	size_t n = 0;

	for (; hex[0] && hex[1]; hex++) {
		if (*hex == ' ')
			continue;
		assert_true(n < sizeof(play->descriptor));
		assert_int_equal(hex_decode((struct slice){ hex, 2 }, &play->descriptor[n++], 1),
				 0);
		hex++;
	}
	play->setup.descriptor = (struct slice){ (const char *)play->descriptor, n };
}

/* "0c2e:0b61" */
static void set_usb_ids(struct play *play, const char *text)
{
	uint8_t ids[4];

	assert_int_equal(strlen(text), 9);
	assert_int_equal(hex_decode((struct slice){ text, 4 }, ids, 2), 0);
	assert_int_equal(hex_decode((struct slice){ text + 5, 4 }, ids + 2, 2), 0);
	play->setup.vendor = ids[0] << 8 | ids[1];
	play->setup.product = ids[2] << 8 | ids[3];
}

static void give_feedback(struct play *play, const char *which)
{
	const enum feedback f = strcmp(which, "good") == 0  ? FEEDBACK_GOOD
				: strcmp(which, "bad") == 0 ? FEEDBACK_BAD
							    : FEEDBACK_ATTENTION;

	assert_non_null(play->driver->feedback);
	play->driver->feedback(play->state, f, play->now_ms, &play->sink);
	pump(play);
}

static void show(struct play *play, char *doc)
{
	for (char *p = doc; *p; p++)
		if (*p == '|')
			*p = '\n';
	assert_non_null(play->driver->show);
	play->driver->show(play->state, slice_of(doc), play->now_ms, &play->sink);
	pump(play);
}

static void tick(struct play *play)
{
	assert_true(play->up);
	play->driver->tick(play->state, play->now_ms, &play->sink);
	pump(play);
}

/* What ladad writes into recordings. */
static bool direct_recorded(struct play *play, const char *text)
{
	if (strcmp(text, "ticks") == 0)
		play->own_ticks = true;
	else if (strcmp(text, "tick") == 0)
		tick(play);
	else if (strcmp(text, "cut off") == 0)
		play->setup.cut_off = true;
	else if (strcmp(text, "blind") == 0)
		play->blind = true;
	else if (strncmp(text, "columns ", 8) == 0)
		play->profile.columns = (int)strtol(text + 8, NULL, 10);
	else if (strncmp(text, "drawer ", 7) == 0)
		play->profile.drawer = (uint8_t)strtol(text + 7, NULL, 10);
	else
		return false;
	return true;
}

static void direct(struct play *play, const struct trace_record *r)
{
	char text[TRACE_RECORD_MAX + 1];

	memcpy(text, r->p, r->n);
	text[r->n] = '\0';
	if (strcmp(text, "up") == 0) {
		play->up = true;
		play->driver->start(play->state, &play->setup, play->now_ms, &play->sink);
		play->setup.cut_off = false;
		pump(play);
	} else if (strcmp(text, "down") == 0) {
		play->up = false;
		play->driver->stop(play->state, &play->sink);
	} else if (strncmp(text, "profile ", 8) == 0) {
		assert_non_null(profile_find(slice_of(text + 8)));
		play->profile = *profile_find(slice_of(text + 8));
	} else if (strncmp(text, "descriptor ", 11) == 0) {
		set_descriptor(play, text + 11);
	} else if (strncmp(text, "usb ", 4) == 0) {
		set_usb_ids(play, text + 4);
	} else if (strncmp(text, "layout ", 7) == 0) {
		assert_true(text_fmt(play->setup.layout, LAYOUT_MAX, "%s", text + 7) >= 0);
	} else if (strncmp(text, "dialect ", 8) == 0) {
		assert_true(text_fmt(play->setup.dialect, sizeof(play->setup.dialect), "%s",
				     text + 8) >= 0);
	} else if (strcmp(text, "ask model") == 0) {
		play->setup.ask_model = true;
	} else if (strncmp(text, "feedback ", 9) == 0) {
		give_feedback(play, text + 9);
	} else if (strncmp(text, "show ", 5) == 0) {
		show(play, text + 5);
	} else if (strncmp(text, "job ", 4) == 0) {
		start_job(play, text + 4);
	} else if (!direct_recorded(play, text)) {
		fail_msg("%s: unknown directive %s", play->name, text);
	}
}

static void compare_out(struct play *play, const struct trace_record *r)
{
	char got[EVENTS_MAX], want[EVENTS_MAX];
	struct slice out = buf_read(&play->out);
	struct buf g, w;

	if (play->blind)
		return;
	/* A live port may have had less room, so its bytes come later than here. */
	if (play->own_ticks && out.n > r->n)
		out.n = r->n;
	buf_init(&g, got, sizeof(got));
	buf_init(&w, want, sizeof(want));
	trace_escape(&g, out);
	trace_escape(&w, (struct slice){ (const char *)r->p, r->n });
	if (strcmp(buf_str(&g), buf_str(&w)) != 0)
		fail_msg("%s at %lld ms\nsent   %s\nwanted %s", play->name, (long long)r->ms, got,
			 want);
	memmove(play->out.p, play->out.p + out.n, play->out.len - out.n);
	play->out.len -= out.n;
	play->out_seen = true;
}

static void play_trace(struct play *play, struct slice trace)
{
	uint8_t memory[TRACE_RECORD_MAX];
	struct trace_record r;
	size_t at = 0;
	int got;

	while ((got = trace_next(trace, &at, memory, sizeof(memory), &r)) == 1) {
		advance(play, r.ms);
		if (r.kind == '<')
			receive(play, r.p, r.n);
		else if (r.kind == '>')
			compare_out(play, &r);
		else
			direct(play, &r);
	}
	if (got < 0)
		fail_msg("%s: broken line at byte %zu", play->name, at);
	if (play->out_seen && !play->blind && play->out.len > 0)
		fail_msg("%s: %zu bytes more were sent", play->name, play->out.len);
}

static struct play *play_new(const struct driver *driver, const char *name)
{
	struct play *play = calloc(1, sizeof(*play));

	assert_non_null(play);
	play->driver = driver;
	play->name = name;
	play->profile = *profile_find(slice_of("auto"));
	play->setup = (struct driver_setup){ .profile = &play->profile,
					     .max_job_ms = DRIVER_MAX_JOB_MS,
					     .layout = "us",
					     .dialect = "auto" };
	play->state = calloc(1, driver->state_size);
	assert_non_null(play->state);
	buf_init(&play->events, play->events_memory, sizeof(play->events_memory));
	buf_init(&play->out, play->out_memory, sizeof(play->out_memory));
	buf_init(&play->job, play->job_memory, sizeof(play->job_memory));
	play->sink = (struct sink){ on_event, on_bytes, play };
	return play;
}

static void play_free(struct play *play)
{
	free(play->state);
	free(play);
}

static size_t load(const char *path, char *memory, size_t cap)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!f)
		fail_msg("%s is missing", path);
	n = fread(memory, 1, cap, f);
	fclose(f);
	assert_true(n < cap);
	return n;
}

static void compare_events(struct play *play, const char *path)
{
	static char want[EVENTS_MAX];
	size_t n;
	FILE *f;

	assert_false(play->events.overflow);
	if (getenv("LADA_TRACES") && strcmp(getenv("LADA_TRACES"), "write") == 0) {
		f = fopen(path, "wb");
		assert_non_null(f);
		fwrite(play->events.p, 1, play->events.len, f);
		fclose(f);
		return;
	}
	n = load(path, want, sizeof(want));
	if (n != play->events.len || memcmp(want, play->events.p, n) != 0)
		fail_msg("%s\nwanted\n%.*sgot\n%.*s", path, (int)n, want, (int)play->events.len,
			 play->events.p);
}

static const char *place(void)
{
	const char *dir = getenv("LADA_TRACES_DIR");

	return dir ? dir : "tests/traces";
}

static void check_trace(const struct driver *driver, const char *folder, const char *file)
{
	static char trace[EVENTS_MAX];
	char path[1200], events[1200];
	struct play *play;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s/%s", place(), folder, file);
	snprintf(events, sizeof(events), "%.*s.events", (int)(strlen(path) - strlen(".trace")),
		 path);
	n = load(path, trace, sizeof(trace));
	for (int i = 0; i < CHUNKINGS; i++) {
		play = play_new(driver, path);
		play->chunking = i == 0 ? CHUNK_WHOLE : i == 1 ? CHUNK_BYTES : CHUNK_RANDOM;
		play->seed = (unsigned int)i;
		play_trace(play, (struct slice){ trace, n });
		compare_events(play, events);
		play_free(play);
	}
}

static void check_folder(const char *folder, const struct driver *driver)
{
	char path[600];
	struct dirent *entry;
	int count = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/%s", place(), folder);
	dir = opendir(path);
	if (!dir && getenv("LADA_TRACES_DIR"))
		return;
	if (!dir)
		fail_msg("%s cannot be read; run this from the top of the tree", path);
	while ((entry = readdir(dir))) {
		const size_t n = strlen(entry->d_name);

		if (n < 6 || strcmp(entry->d_name + n - 6, ".trace") != 0)
			continue;
		check_trace(driver, folder, entry->d_name);
		count++;
	}
	closedir(dir);
	assert_true(count >= 1);
}

static void test_traces(void **state)
{
	(void)state;
	for (size_t i = 0; driver_at(i); i++)
		check_folder(driver_at(i)->name, driver_at(i));
}

static void test_every_driver_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; driver_at(i); i++) {
		assert_true(driver_at(i)->state_size <= DRIVER_STATE_MAX);
		assert_ptr_equal(driver_find(driver_at(i)->kind, slice_of(driver_at(i)->name)),
				 driver_at(i));
	}
	assert_null(driver_find(DEVICE_PRINTER, slice_of("line")));
	assert_null(driver_find(DEVICE_SCANNER, slice_of("escpos")));
}

/* Noise in every chunking: never a crash, and still the law. */
static void test_noise(void **state)
{
	static uint8_t noise[4096];
	unsigned int seed = 7;

	(void)state;
	for (size_t f = 0; driver_at(f); f++) {
		for (int round = 0; round < 20; round++) {
			struct play *plays[3];

			for (size_t i = 0; i < sizeof(noise); i++)
				noise[i] = (uint8_t)rand_r(&seed);
			for (int c = 0; c < 3; c++) {
				struct play *play = play_new(driver_at(f), "noise");

				plays[c] = play;
				play->chunking = (enum chunking)c;
				play->up = true;
				play->driver->start(play->state, &play->setup, 0, &play->sink);
				pump(play);
				receive(play, noise, sizeof(noise));
				assert_int_equal(play->events.len, plays[0]->events.len);
				assert_memory_equal(play->events.p, plays[0]->events.p,
						    play->events.len);
				assert_int_equal(play->driver->garbage(play->state),
						 plays[0]->driver->garbage(plays[0]->state));
			}
			for (int c = 0; c < 3; c++)
				play_free(plays[c]);
		}
	}
}

static int next_record(const char *text, struct trace_record *r, uint8_t *memory, size_t cap)
{
	size_t at = 0;

	return trace_next(slice_of(text), &at, memory, cap, r);
}

static void test_trace_format(void **state)
{
	struct trace_record r;
	uint8_t memory[8];

	(void)state;
	assert_int_equal(next_record("# x\n\n 12 < 02 \"a\\r\\x1d\\\"\" 03 # end\n", &r, memory, 8),
			 1);
	assert_int_equal(r.ms, 12);
	assert_int_equal(r.kind, '<');
	assert_int_equal(r.n, 6);
	assert_memory_equal(r.p,
			    "\x02"
			    "a\r\x1d\"\x03",
			    6);
	assert_int_equal(next_record("", &r, memory, 8), 0);
	assert_int_equal(next_record("0 < \"abcdefghi\"", &r, memory, 8), -EMSGSIZE);
	assert_int_equal(next_record("0 < \"abc", &r, memory, 8), -EBADMSG);
	assert_int_equal(next_record("0 < 0", &r, memory, 8), -EBADMSG);
	assert_int_equal(next_record("0 < \"\\q\"", &r, memory, 8), -EBADMSG);
	assert_int_equal(next_record("0 ? 00", &r, memory, 8), -EBADMSG);
	assert_int_equal(next_record("< 00", &r, memory, 8), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trace_format),
		cmocka_unit_test(test_traces),
		cmocka_unit_test(test_every_driver_is_found),
		cmocka_unit_test(test_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
