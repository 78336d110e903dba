// SPDX-License-Identifier: Apache-2.0
/*
 * Recordings on disk: whole traces all the while, marked when they end early, on a full disk too.
 * What stands in them is unit_record.c's.
 */
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drivers/trace.h"
#include "firmware/base/json.h"
#include "firmware/trace_file.h"
#include "tests/device_bench.h"

#define FILE_MAX 65536
#define LOST	 "# lost on the way\n"
#define NO_ROOM	 "# no more room\n"

/* The disk is full: a file may have no more than so many bytes. -1: as many as it likes. */
static void set_room(int64_t bytes)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes < 0 ? limit.rlim_max : (rlim_t)bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* What is in the file, which has to be a trace of whole lines. */
static const char *read_trace(const char *path)
{
	static char text[FILE_MAX];
	static uint8_t memory[TRACE_RECORD_MAX];
	struct trace_record r;
	FILE *f = fopen(path, "rb");
	size_t at = 0, n;
	int got;

	if (!f)
		fail_msg("%s is missing", path);
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	assert_true(n == 0 || text[n - 1] == '\n');
	assert_int_equal(strlen(text), n);
	while ((got = trace_next((struct slice){ text, n }, &at, memory, sizeof(memory), &r)) == 1)
		;
	if (got != 0)
		fail_msg("broken at %zu: %s", at, text);
	return text;
}

static bool ends_with(const char *text, const char *end)
{
	return strlen(text) >= strlen(end) && strcmp(text + strlen(text) - strlen(end), end) == 0;
}

static void test_a_file_is_whole_at_every_step(void **state)
{
	char dir[] = "/tmp/lada-unit-XXXXXX", sub[64], path[96];
	static const char text[] =
		"# head\n0 ! up\n10 < \"abc\\r\"\n20 < \"longer than the ending\\r\"\n";
	const struct slice ending = slice_of(LOST);
	struct trace_file f, other;

	(void)state;
	assert_non_null(mkdtemp(dir));
	text_fmt(sub, sizeof(sub), "%s/recordings", dir);
	text_fmt(path, sizeof(path), "%s/a.trace", sub);
	assert_int_equal(trace_file_open(&f, sub, path), 0);
	assert_int_equal(trace_file_open(&other, sub, path), -EEXIST);
	for (const char *end = text; (end = strchr(end, '\n'));) {
		char want[128];

		end++;
		assert_int_equal(
			trace_file_step(&f, (struct slice){ text, (size_t)(end - text) }, ending),
			0);
		text_fmt(want, sizeof(want), "%.*s" LOST, (int)(end - text), text);
		assert_string_equal(read_trace(path), want);
	}
	assert_int_equal(trace_file_close(&f, (struct slice){ "", 0 }), 0);
	assert_string_equal(read_trace(path), text);
	unlink(path);
	rmdir(sub);
	rmdir(dir);
}

/* Wherever the room ends: the file has whole lines and says that there was no more room. */
static void test_no_room_leaves_whole_lines(void **state)
{
	char dir[] = "/tmp/lada-unit-XXXXXX", path[64];
	static const char text[] = "# head\n0 ! up\n10 < \"abcdefghijklmnopqrstuvwxyz\\r\"\n";
	const size_t first = 7;

	(void)state;
	assert_non_null(mkdtemp(dir));
	text_fmt(path, sizeof(path), "%s/a.trace", dir);
	for (size_t room = first + strlen(LOST); room < strlen(text) + strlen(LOST); room++) {
		struct trace_file f;

		assert_int_equal(trace_file_open(&f, dir, path), 0);
		assert_int_equal(trace_file_step(&f, (struct slice){ text, first }, slice_of(LOST)),
				 0);
		set_room((int64_t)room);
		assert_true(trace_file_step(&f, slice_of(text), slice_of(LOST)) < 0);
		assert_int_equal(trace_file_close(&f, slice_of(NO_ROOM)), 0);
		set_room(-1);
		assert_string_equal(read_trace(path), "# head\n" NO_ROOM);
		assert_int_equal(unlink(path), 0);
	}
	rmdir(dir);
}

/* ---- the manager ---- */

static const char *inventory(struct bench *b)
{
	static char memory[FILE_MAX];
	struct buf out;

	buf_init(&out, memory, sizeof(memory));
	devices_inventory(b->devices, &out);
	assert_non_null(buf_str(&out));
	return memory;
}

static struct json recording(struct bench *b)
{
	struct json doc;

	assert_int_equal(json_check(slice_of(inventory(b)), &doc), 0);
	return json_get(doc, "recording");
}

static const char *recording_file(struct bench *b)
{
	static char path[PATH_MAX];

	assert_true(json_string(json_get(recording(b), "file"), path, sizeof(path)) > 0);
	return path;
}

static struct bench *start_recording(char dir[32])
{
	struct bench *b = bench_new();
	const char *why = "";

	memcpy(dir, "/tmp/lada-unit-XXXXXX", 22);
	assert_non_null(mkdtemp(dir));
	text_fmt(b->config->data, sizeof(b->config->data), "%s", dir);
	bench_plug_scanner(b);
	bench_start(b);
	RUN_UNTIL(b, bench_status(b, "counter") == DEVICE_OK);
	if (devices_record(b->devices, "counter", 3600, &why) < 0)
		fail_msg("%s", why);
	RUN_UNTIL(b, bench_status(b, "counter") == DEVICE_OK);
	return b;
}

static void end_recording(struct bench *b, const char *dir)
{
	char path[PATH_MAX];

	unlink(recording_file(b));
	text_fmt(path, sizeof(path), "%s/recordings", dir);
	rmdir(path);
	rmdir(dir);
	bench_free(b);
}

/* As a kill would leave it: the scan is there, and the file says that there may have been more. */
static void test_a_recording_under_way_is_on_disk(void **state)
{
	char dir[32];
	struct bench *b = start_recording(dir);

	(void)state;
	assert_true(json_true(json_get(recording(b), "running")));
	read_trace(recording_file(b));
	bench_type(b, "FIRST-ONE\r");
	RUN_UNTIL(b, strstr(read_trace(recording_file(b)), "# scan - FIRST-ONE\n"));
	assert_non_null(strstr(read_trace(recording_file(b)), "# cut short here: the station was"));
	assert_true(ends_with(read_trace(recording_file(b)), " ! blind\n"));
	assert_int_equal(devices_record(b->devices, "counter", 0, &(const char *){ "" }), 0);
	assert_true(json_is(json_get(recording(b), "trouble"), ""));
	assert_null(strstr(read_trace(recording_file(b)), "cut short"));
	assert_non_null(strstr(read_trace(recording_file(b)), "# scan - FIRST-ONE\n"));
	end_recording(b, dir);
}

static void test_a_full_disk_ends_a_recording(void **state)
{
	char dir[32], text[512];
	struct bench *b = start_recording(dir);
	struct stat st;

	(void)state;
	bench_type(b, "FIRST-ONE\r");
	RUN_UNTIL(b, strstr(read_trace(recording_file(b)), "# scan - FIRST-ONE\n"));
	assert_int_equal(stat(recording_file(b), &st), 0);
	set_room(st.st_size + 20);
	bench_type(b, "SECOND-ONE\r");
	RUN_UNTIL(b, !json_true(json_get(recording(b), "running")));
	set_room(-1);
	assert_true(json_string(json_get(recording(b), "trouble"), text, sizeof(text)) > 0);
	assert_non_null(strstr(text, "no room"));
	assert_non_null(strstr(read_trace(recording_file(b)), "# scan - FIRST-ONE\n"));
	assert_null(strstr(read_trace(recording_file(b)), "SECOND-ONE"));
	assert_non_null(strstr(read_trace(recording_file(b)),
			       "# cut short here: there was no room on the station's disk\n"));
	assert_true(ends_with(read_trace(recording_file(b)), " ! blind\n"));
	/* The scanner goes on, and another recording can begin. */
	bench_type(b, "THIRD-ONE\r");
	RUN_UNTIL(b, bench_count(b, DOOR_SCAN) == 3);
	end_recording(b, dir);
}

/* Nothing is recorded that has no file to go to. */
static void test_no_room_from_the_start(void **state)
{
	struct bench *b = bench_new();
	char dir[] = "/tmp/lada-unit-XXXXXX", path[64];
	const char *why = "";

	(void)state;
	assert_non_null(mkdtemp(dir));
	text_fmt(b->config->data, sizeof(b->config->data), "%s", dir);
	bench_plug_scanner(b);
	bench_start(b);
	RUN_UNTIL(b, bench_status(b, "counter") == DEVICE_OK);
	set_room(10);
	assert_true(devices_record(b->devices, "counter", 60, &why) < 0);
	set_room(-1);
	assert_non_null(strstr(why, "no room"));
	assert_non_null(strstr(inventory(b), "\"recording\":null"));
	bench_type(b, "A\r");
	RUN_UNTIL(b, bench_count(b, DOOR_SCAN) == 1);
	text_fmt(path, sizeof(path), "%s/recordings", dir);
	assert_int_equal(rmdir(path), 0); /* no file is left */
	rmdir(dir);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_file_is_whole_at_every_step),
		cmocka_unit_test(test_no_room_leaves_whole_lines),
		cmocka_unit_test(test_a_recording_under_way_is_on_disk),
		cmocka_unit_test(test_a_full_disk_ends_a_recording),
		cmocka_unit_test(test_no_room_from_the_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
