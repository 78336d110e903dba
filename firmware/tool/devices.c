// SPDX-License-Identifier: Apache-2.0
/*
 * What is configured and plugged in, and a device's conversation as a file. ladad writes the
 * recording into its own directory, where it may; the tool copies it to where the person wants.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "drivers/known.h"
#include "firmware/tool/tool.h"

#define SECONDS_DEFAULT 60
#define SECONDS_MAX	3600
#define POLL_NS		300000000L
#define FRESH_MS	1500 /* what was seen so long ago is as it is now */
#define FRESH_POLLS	5

/* ---- tables ---- */

void tool_print_configured(struct json state)
{
	char name[64], kind[32], protocol[32], status[32], detail[512];

	printf("%-16s %-8s %-9s %-11s %s\n", "DEVICE", "KIND", "PROTOCOL", "STATUS", "DETAIL");
	for (struct json_walk w = json_walk(json_get(state, "devices")); json_next(&w);) {
		const struct json say = json_get(w.value, "say");
		char said[512];

		printf("%-16s %-8s %-9s %-11s %s\n",
		       tool_text(json_get(w.value, "name"), name, sizeof(name)),
		       tool_text(json_get(w.value, "kind"), kind, sizeof(kind)),
		       tool_text(json_get(w.value, "protocol"), protocol, sizeof(protocol)),
		       tool_text(json_get(w.value, "status"), status, sizeof(status)),
		       tool_text(json_get(w.value, "detail"), detail, sizeof(detail)));
		if (json_string(say, said, sizeof(said)) > 0)
			printf("%-16s %s\n", "", said);
	}
}

static void print_plugged(struct json doc)
{
	const int64_t age_ms = json_int_or(json_get(doc, "age_ms"), 0);
	char path[300], usb[16], maker[80], model[80], serial[80], section[64], why[512];

	printf("\n%-16s %-9s %-16s %s\n", "PLUGGED IN", "USB", "SECTION", "WHAT IT IS");
	for (struct json_walk w = json_walk(json_get(doc, "plugged")); json_next(&w);) {
		tool_text(json_get(w.value, "why"), why, sizeof(why));
		printf("%-16s %-9s %-16s %s %s %s\n",
		       tool_text(json_get(w.value, "path"), path, sizeof(path)),
		       tool_text(json_get(w.value, "usb"), usb, sizeof(usb)),
		       tool_text(json_get(w.value, "section"), section, sizeof(section)),
		       tool_text(json_get(w.value, "maker"), maker, sizeof(maker)),
		       tool_text(json_get(w.value, "model"), model, sizeof(model)),
		       tool_text(json_get(w.value, "serial"), serial, sizeof(serial)));
		if (why[0])
			printf("%-26s %s\n", "", why);
	}
	if (json_count(json_get(doc, "plugged")) == 0)
		puts("nothing");
	if (age_ms < 0 || age_ms > FRESH_MS * FRESH_POLLS)
		puts("the station is still looking: a device keeps the kernel waiting");
	if (!json_true(json_get(doc, "usb")))
		printf("no USB: %s\n", tool_text(json_get(doc, "no_usb"), why, sizeof(why)));
}

/* What is plugged in, as it is now: the station looks when it is asked, and a look may take a
 * while. When it takes long the old answer has to do, and says so. */
static bool ask_plugged(struct tool *t, struct json *ret_doc, struct slice *ret_text)
{
	const struct timespec poll = { 0, POLL_NS };

	for (int i = 0; i < FRESH_POLLS; i++) {
		int64_t age_ms;

		if (i > 0)
			nanosleep(&poll, NULL);
		if (!tool_ask(t, "/api/v1/devices", false, ret_doc, ret_text))
			return false;
		age_ms = json_int_or(json_get(*ret_doc, "age_ms"), 0);
		if (age_ms >= 0 && age_ms <= FRESH_MS)
			break;
	}
	return true;
}

int tool_devices(struct tool *t, char **args)
{
	struct slice text;
	struct json doc;

	(void)args;
	if (!t->json) {
		if (!tool_ask(t, "/api/v1/state?screen=manage", false, &doc, &text))
			return tool_fail(t);
		tool_print_configured(doc);
	}
	if (!ask_plugged(t, &doc, &text))
		return tool_fail(t);
	if (t->json)
		tool_print(text);
	else
		print_plugged(doc);
	return 0;
}

/* ---- recordings ---- */

static bool ask_record(struct tool *t, const char *name, int seconds)
{
	struct slice text;
	struct json doc;
	char path[160];

	if (!id_valid(slice_of(name)) ||
	    text_fmt(path, sizeof(path), "/api/v1/record?name=%s&seconds=%d", name, seconds) < 0) {
		text_fmt(t->message, sizeof(t->message), "%.64s is no device's name", name);
		return false;
	}
	return tool_ask(t, path, true, &doc, &text);
}

/* Asks how the recording is until it is over. True: `file` is there, and `message` says why it ends
 * early, "" when it does not. False and told: there is none. */
static bool wait_end(struct tool *t, const char *name, char *file, size_t cap)
{
	const struct timespec poll = { 0, POLL_NS };
	struct json doc, r;
	struct slice text;
	sigset_t set;

	/* Ctrl-C or a TERM ends the recording, not the tool: what there is, is kept. */
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	file[0] = '\0';
	do {
		if (!tool_ask(t, "/api/v1/devices", false, &doc, &text))
			return file[0];
		r = json_get(doc, "recording");
		if (!json_is(json_get(r, "name"), name) ||
		    json_string(json_get(r, "file"), file, cap) <= 0) {
			text_fmt(t->message, sizeof(t->message), "the station started anew");
			return file[0];
		}
		if (sigtimedwait(&set, NULL, &poll) > 0 && !ask_record(t, name, 0))
			return true;
	} while (json_true(json_get(r, "running")));
	if (json_string(json_get(r, "trouble"), t->message, sizeof(t->message)) < 0)
		t->message[0] = '\0';
	fprintf(stderr, "%lld events, %lld bytes\n",
		(long long)json_int_or(json_get(r, "events"), 0),
		(long long)json_int_or(json_get(r, "bytes"), 0));
	return true;
}

static int copy_bytes(struct tool *t, int in, int out)
{
	ssize_t n;

	while ((n = read(in, t->memory, sizeof(t->memory))) > 0) {
		const ssize_t written = write(out, t->memory, (size_t)n);

		if (written < 0)
			return -errno;
		if (written < n)
			return -ENOSPC;
	}
	if (n < 0 || fsync(out) < 0)
		return -errno;
	return 0;
}

/* A file that is there by now is kept, but on file systems that cannot promise it. */
static int give_name(const char *from, const char *to)
{
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return 0;
	return errno == EINVAL && rename(from, to) == 0 ? 0 : -errno;
}

/* Whole or not at all: it gets its name when it is on the disk. */
static int copy(struct tool *t, const char *from, const char *to)
{
	char part[PATH_MAX];
	int in = open(from, O_RDONLY | O_CLOEXEC), out = -1, err = in < 0 ? -errno : 0;

	if (err == 0 && text_fmt(part, sizeof(part), "%s.XXXXXX", to) < 0)
		err = -ENAMETOOLONG;
	if (err == 0) {
		out = mkostemp(part, O_CLOEXEC);
		err = out < 0 ? -errno : copy_bytes(t, in, out);
	}
	if (out >= 0 && close(out) < 0 && err == 0)
		err = -errno;
	if (err == 0)
		err = give_name(part, to);
	if (err < 0 && out >= 0)
		(void)unlink(part);
	if (in >= 0)
		close(in);
	return err;
}

/* The exit status. `message` says why the recording ends early, or nothing. */
static int hand_over(struct tool *t, const char *from, const char *to)
{
	char why[sizeof(t->message)];
	int err;

	text_fmt(why, sizeof(why), "%s", t->message);
	err = copy(t, from, to);
	if (err < 0)
		fprintf(stderr, "lada: %s: %s; the recording is kept as %s, copy it from there\n",
			to, strerrordesc_np(-err), from);
	if (why[0])
		fprintf(stderr, "lada: the recording ends early, as its last lines say: %s\n", why);
	return err < 0 || why[0] ? 1 : 0;
}

int tool_record(struct tool *t, char **args)
{
	long seconds = SECONDS_DEFAULT;
	char file[PATH_MAX], *end = NULL;
	struct stat st;

	if (args[2]) {
		seconds = args[3] ? strtol(args[3], &end, 10) : 0;
		if (strcmp(args[2], "--seconds") != 0 || !end || *end || seconds < 1 ||
		    seconds > SECONDS_MAX) {
			fprintf(stderr, "lada: record NAME FILE [--seconds 1..%d]\n", SECONDS_MAX);
			return 2;
		}
	}
	if (lstat(args[1], &st) == 0) {
		text_fmt(t->message, sizeof(t->message), "%.300s is there already", args[1]);
		return tool_fail(t);
	}
	if (!ask_record(t, args[0], (int)seconds))
		return tool_fail(t);
	fprintf(stderr, "recording %s for %ld s; Ctrl-C ends it\n", args[0], seconds);
	if (!wait_end(t, args[0], file, sizeof(file)))
		return tool_fail(t);
	return hand_over(t, file, args[1]);
}

/* ---- udev ---- */

/* Needs no station and no configuration: packages are built with it. */
int tool_udev_rules(void)
{
	struct known_table *table = malloc(sizeof(*table));
	char *memory = malloc(KNOWN_UDEV_MAX);
	struct buf b;
	int status = 1;

	buf_init(&b, memory, memory ? KNOWN_UDEV_MAX : 0);
	if (table && memory && known_load(table) == 0) {
		known_udev_rules(table, &b);
		if (!b.overflow && fwrite(b.p, 1, b.len, stdout) == b.len && fflush(stdout) == 0)
			status = 0;
	}
	if (status != 0)
		fputs("lada: the udev rules cannot be written\n", stderr);
	free(memory);
	free(table);
	return status;
}
