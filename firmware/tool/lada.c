// SPDX-License-Identifier: Apache-2.0
/*
 * lada: the operator's tool. What needs a running station goes through its HTTP as the operator;
 * what needs the file opens it read-only beside it; a restore wants the station stopped.
 */
#include <errno.h>
#include <getopt.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "firmware/files.h"
#include "firmware/tool/chain.h"
#include "firmware/tool/tool.h"

#define CONFIG_DEFAULT "/etc/lada/lada.conf"

int tool_fail(const struct tool *t)
{
	fprintf(stderr, "lada: %s\n", t->message);
	return 1;
}

void tool_print(struct slice s)
{
	fwrite(s.p, 1, s.n, stdout);
	putchar('\n');
}

bool tool_ask(struct tool *t, const char *path, bool post, struct json *ret_doc,
	      struct slice *ret_text)
{
	struct client_answer a;
	char said[300];

	if (client_call(&t->config, path, post ? "" : NULL, t->memory, sizeof(t->memory), &a,
			t->message, sizeof(t->message)) < 0)
		return false;
	if (json_check(a.body, ret_doc) < 0) {
		text_fmt(t->message, sizeof(t->message), "ladad answered %d", a.status);
		return false;
	}
	if (a.status != 200) {
		text_fmt(t->message, sizeof(t->message), "%s",
			 tool_text(json_get(json_get(*ret_doc, "error"), "message"), said,
				   sizeof(said)));
		return false;
	}
	*ret_text = a.body;
	return true;
}

/* The state document `manage`; false and told when the station does not answer. */
static bool read_state(struct tool *t, struct json *ret_doc, struct slice *ret_text)
{
	return tool_ask(t, "/api/v1/state?screen=manage", false, ret_doc, ret_text);
}

const char *tool_text(struct json v, char *memory, size_t cap)
{
	return json_string(v, memory, cap) < 0 ? "-" : memory;
}

/* Whether it is there and, if not, why; and what keeps the station from serving as it should. */
static void print_broker(struct json doc, struct json hq)
{
	char trouble[256];
	bool up = json_true(json_get(hq, "broker"));
	int64_t ahead = json_int_or(json_get(json_get(doc, "clock"), "ahead_s"), 0);

	printf("broker   %s", up ? "connected" : "not connected");
	if (!up && json_string(json_get(doc, "broker_trouble"), trouble, sizeof(trouble)) > 0)
		printf(": %s", trouble);
	putchar('\n');
	if (json_true(json_get(hq, "taken")))
		puts("         another client uses this station's client id: find it, and give "
		     "each "
		     "its own");
	if (json_true(json_get(hq, "stuck")))
		puts("         HQ is there and acknowledges no events: look at the broker's access "
		     "list for this lane and at its message_size_limit");
	if (json_is(json_get(doc, "mode"), "revoked"))
		puts("revoked  policy lanes does not list this lane: nothing is served");
	if (ahead)
		printf("clock    %lld s %s HQ's\n", (long long)(ahead < 0 ? -ahead : ahead),
		       ahead < 0 ? "behind" : "ahead of");
}

static void print_settings(struct json settings)
{
	char name[64], value[64];

	for (struct json_walk w = json_walk(settings); json_next(&w);)
		printf("setting  %s = %s, by HQ\n", tool_text(w.name, name, sizeof(name)),
		       tool_text(w.value, value, sizeof(value)));
}

static void print_troubles(struct json doc)
{
	struct json lost = json_get(doc, "lost");
	const size_t rejects = json_count(json_get(doc, "rejects"));

	if (rejects)
		printf("rejects  %zu; see lada rejects\n", rejects);
	if (lost.type == JSON_OBJECT)
		printf("LOST     HQ wants events %lld to %lld of epoch %lld again, which are not "
		       "kept any more:\n         restore HQ from a newer backup, or let it go on "
		       "from %lld\n",
		       (long long)json_int_or(json_get(lost, "from"), 0),
		       (long long)json_int_or(json_get(lost, "to"), 0),
		       (long long)json_int_or(json_get(lost, "epoch"), 0),
		       (long long)json_int_or(json_get(lost, "to"), 0) + 1);
}

static int run_status(struct tool *t, char **args)
{
	struct json doc, hq;
	struct slice text;
	char name[128], sum[32];

	(void)args;
	if (!read_state(t, &doc, &text))
		return tool_fail(t);
	if (t->json) {
		tool_print(text);
		return 0;
	}
	hq = json_get(doc, "hq");
	printf("station  %s/%s (%s)\n", t->config.store, t->config.lane, t->config.name);
	print_broker(doc, hq);
	printf("HQ       %s\noutbox   %lld waiting, %lld of %lld acknowledged\n",
	       json_true(json_get(hq, "reachable")) ? "reachable" : "not reachable",
	       (long long)json_int_or(json_get(hq, "outbox"), 0),
	       (long long)json_int_or(json_get(doc, "acked"), 0),
	       (long long)json_int_or(json_get(doc, "last"), 0));
	print_settings(json_get(doc, "settings"));
	printf("letters  %lld%s\n", (long long)json_int_or(json_get(doc, "letters"), 0),
	       json_int_or(json_get(doc, "letters"), 0) ? "; see lada letters" : "");
	print_troubles(doc);
	for (struct json_walk w = json_walk(json_get(doc, "cursors")); json_next(&w);)
		printf("stream   %-9s epoch %lld seq %lld, %lld records, sum %s\n",
		       tool_text(w.name, name, sizeof(name)),
		       (long long)json_int_or(json_get(w.value, "epoch"), 0),
		       (long long)json_int_or(json_get(w.value, "seq"), 0),
		       (long long)json_int_or(json_get(w.value, "count"), 0),
		       tool_text(json_get(w.value, "sum"), sum, sizeof(sum)));
	tool_print_configured(doc);
	return 0;
}

int tool_press(struct tool *t, const char *verb, const char *body)
{
	return tool_press_for(t, verb, body, NULL, NULL);
}

int tool_press_for(struct tool *t, const char *verb, const char *body, const char *code,
		   const char *instead)
{
	struct client_answer a;
	char path[64], said[512];
	struct json doc, error;

	text_fmt(path, sizeof(path), "/api/v1/do/%s", verb);
	if (client_call(&t->config, path, body, t->memory, sizeof(t->memory), &a, t->message,
			sizeof(t->message)) < 0)
		return tool_fail(t);
	if (t->json || json_check(a.body, &doc) < 0) {
		tool_print(a.body);
	} else if (a.status == 200) {
		puts("ok");
	} else {
		error = json_get(doc, "error");
		fprintf(stderr, "lada: %s\n",
			code && json_is(json_get(error, "code"), code)
				? instead
				: tool_text(json_get(error, "message"), said, sizeof(said)));
	}
	return a.status == 200 ? 0 : 1;
}

/* With one text argument. */
static int press(struct tool *t, const char *verb, const char *name, const char *value,
		 const char *code, const char *instead)
{
	char body[8192];
	struct buf b;

	buf_init(&b, body, sizeof(body));
	jw_open(&b, NULL, '{');
	jw_str(&b, name, value);
	jw_close(&b, '}');
	if (!buf_str(&b)) {
		text_fmt(t->message, sizeof(t->message), "%s is too long", name);
		return tool_fail(t);
	}
	return tool_press_for(t, verb, buf_str(&b), code, instead);
}

static int print_jobs(struct tool *t)
{
	char printer[64], kind[32], status[32];
	struct slice text;
	struct json doc;

	if (!read_state(t, &doc, &text))
		return tool_fail(t);
	if (t->json) {
		tool_print(json_text(json_get(doc, "jobs")));
		return 0;
	}
	printf("%-8s %-16s %-8s %s\n", "JOB", "PRINTER", "KIND", "STATUS");
	for (struct json_walk w = json_walk(json_get(doc, "jobs")); json_next(&w);)
		printf("%-8lld %-16s %-8s %s\n",
		       (long long)json_int_or(json_get(w.value, "job"), 0),
		       tool_text(json_get(w.value, "printer"), printer, sizeof(printer)),
		       tool_text(json_get(w.value, "kind"), kind, sizeof(kind)),
		       tool_text(json_get(w.value, "status"), status, sizeof(status)));
	return 0;
}

/* jobs | jobs retry N | jobs drop N | jobs came N yes|no */
static int run_jobs(struct tool *t, char **args)
{
	const bool came = args[0] && strcmp(args[0], "came") == 0;
	const bool right = args[0] && args[1] && args[1][0] &&
			   strspn(args[1], "0123456789") == strlen(args[1]) &&
			   strlen(args[1]) <= 18;
	char verb[16], body[64];

	if (!args[0])
		return print_jobs(t);
	if (!right || (came ? !args[2] || (strcmp(args[2], "yes") && strcmp(args[2], "no"))
			    : args[2] || (strcmp(args[0], "retry") && strcmp(args[0], "drop")))) {
		fputs("lada: jobs [retry N | drop N | came N yes|no]\n", stderr);
		return 2;
	}
	text_fmt(verb, sizeof(verb), "print.%s", args[0]);
	text_fmt(body, sizeof(body), "{\"job\":%s%s}", args[1],
		 !came		     ? ""
		 : args[2][0] == 'y' ? ",\"yes\":true"
				     : ",\"yes\":false");
	return tool_press_for(t, verb, body, "bad_request",
			      "no such job, or it is not one that takes this; see lada jobs");
}

static int run_scan(struct tool *t, char **args)
{
	return press(t, "scan", "code", args[0], NULL, NULL);
}

static int run_print_test(struct tool *t, char **args)
{
	return press(t, "print.test", "name", args[0], "not_found",
		     "no printer of this name; see lada devices");
}

static int run_backup(struct tool *t, char **args)
{
	if (file_copy(t->database, args[0], t->message, sizeof(t->message)) < 0)
		return tool_fail(t);
	printf("%s: backed up and checked\n", args[0]);
	return 0;
}

static int run_restore(struct tool *t, char **args)
{
	char fresh[PATH_MAX], side[PATH_MAX];
	int64_t floor = file_epoch(t->database);
	int lock = files_lock(t->config.data, t->message, sizeof(t->message));

	if (lock < 0)
		return tool_fail(t);
	text_fmt(fresh, sizeof(fresh), "%s/restored.db", t->config.data);
	if (file_copy(args[0], fresh, t->message, sizeof(t->message)) < 0 ||
	    file_mark_restored(fresh, floor, t->message, sizeof(t->message)) < 0)
		return tool_fail(t);
	/* The log of the old database must not be read into the new one; nor may the old one lose
	 * what its log holds, should the power go before the rename. */
	file_settle(t->database);
	text_fmt(side, sizeof(side), "%s-wal", t->database);
	unlink(side);
	text_fmt(side, sizeof(side), "%s-shm", t->database);
	unlink(side);
	if (rename(fresh, t->database) < 0) {
		text_fmt(t->message, sizeof(t->message), "%s: %s", t->database, strerror(errno));
		return tool_fail(t);
	}
	close(lock);
	puts("restored; the station starts a new epoch and HQ sends what is missing");
	return 0;
}

static int run_check(struct tool *t, char **args)
{
	static struct chain chain;
	struct file_figures f;

	(void)args;
	if (file_figures(t->database, &f, t->message, sizeof(t->message)) < 0)
		return tool_fail(t);
	if (tool_chain(t, &chain))
		return 1;
	printf("configuration good; database sound, %lld records; journal of %lld events unbroken, "
	       "%lld waiting for HQ\n",
	       (long long)f.records, (long long)chain.events, (long long)f.waiting);
	return 0;
}

/* For a bug report: no secrets, no personal data. */
static int run_diagnose(struct tool *t, char **args)
{
	struct file_figures f = { 0 };
	struct statvfs disk = { 0 };
	char memory[8192];
	struct slice state;
	struct json doc;
	struct buf b;

	(void)args;
	statvfs(t->config.data, &disk);
	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '{');
	jw_str(&b, "version", LADA_VERSION);
	jw_str(&b, "store", t->config.store);
	jw_str(&b, "lane", t->config.lane);
	jw_str(&b, "url", t->config.url);
	jw_bool(&b, "secret", t->config.has_secret);
	jw_int(&b, "keys", t->config.keys.count);
	jw_int(&b, "disk_free_bytes", (int64_t)disk.f_bavail * (int64_t)disk.f_frsize);
	if (file_figures(t->database, &f, t->message, sizeof(t->message)) < 0)
		jw_str(&b, "database", t->message);
	jw_int(&b, "records", f.records);
	jw_int(&b, "events", f.events);
	jw_int(&b, "waiting", f.waiting);
	jw_int(&b, "letters", f.letters);
	jw_int(&b, "jobs_unfinished", f.jobs_unfinished);
	if (read_state(t, &doc, &state)) {
		jw_value(&b, "hq", json_get(doc, "hq"));
		jw_value(&b, "devices", json_get(doc, "devices"));
		jw_value(&b, "cursors", json_get(doc, "cursors"));
	} else {
		jw_str(&b, "running", t->message);
	}
	jw_close(&b, '}');
	tool_print(buf_read(&b));
	return 0;
}

static const struct command {
	const char *name;
	int args;
	int more; /* that may be left out */
	const char *help;
	int (*run)(struct tool *t, char **args);
} commands[] = {
	{ "status", 0, 0, "broker, HQ, outbox, streams and devices", run_status },
	{ "devices", 0, 0, "what is configured and plugged in, who has it; --udev: udev rules",
	  tool_devices },
	{ "scan", 1, 0, "CODE: as if it had been scanned at the counter", run_scan },
	{ "jobs", 0, 3, "prints, newest first; jobs retry|drop N, jobs came N yes|no", run_jobs },
	{ "print-test", 1, 0, "NAME: a test page on a printer", run_print_test },
	{ "record", 2, 2, "NAME FILE [--seconds N]: a device's conversation as a trace",
	  tool_record },
	{ "backup", 1, 0, "FILE: a checked copy of the database, while ladad runs", run_backup },
	{ "restore", 1, 0, "FILE: puts a backup in place; stop ladad first", run_restore },
	{ "check", 0, 0, "configuration, database and the journal's chain", run_check },
	{ "letters", 0, 2, "what HQ sent and could not be applied; letters drop N", tool_letters },
	{ "rejects", 0, 2, "events that HQ will never take; rejects drop EPOCH/SEQ", tool_rejects },
	{ "figures", 0, 3, "[DAY]: key figures of a day, today's; --check: against the journal",
	  tool_figures },
	{ "journal", 0, 0, "the events, one a line, and the chain checked", tool_journal },
	{ "privacy", 1, 0, "WHO: all that is held on a customer, member or +phone, and until when",
	  tool_privacy },
	{ "diagnose", 0, 0, "one JSON object for a bug report, without secrets", run_diagnose },
};

static void usage(FILE *to)
{
	fputs("Usage: lada [-c lada.conf] [--json] [--after N] COMMAND\n", to);
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		fprintf(to, "  %-11s %s\n", commands[i].name, commands[i].help);
	fputs("  --help, --version\n", to);
}

static int run_command(struct tool *t, const char *path, int argc, char **argv)
{
	for (size_t i = 0; argc > 0 && i < COUNT_OF(commands); i++) {
		if (strcmp(argv[0], commands[i].name) != 0)
			continue;
		if (commands[i].run == tool_devices && argc == 2 && strcmp(argv[1], "--udev") == 0)
			return tool_udev_rules();
		if (argc - 1 < commands[i].args || argc - 1 > commands[i].args + commands[i].more)
			break;
		if (config_load(path, &t->config, t->message, sizeof(t->message)) < 0) {
			tool_fail(t);
			return 2;
		}
		text_fmt(t->database, sizeof(t->database), "%s/lada.db", t->config.data);
		return commands[i].run(t, argv + 1);
	}
	usage(stderr);
	return 2;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' }, { "json", no_argument, NULL, 'j' },
		{ "after", required_argument, NULL, 'a' },  { "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'v' },	    { 0 }
	};
	struct tool *t = calloc(1, sizeof(*t));
	const char *path = CONFIG_DEFAULT;
	int o, status;

	if (!t || sodium_init() < 0)
		return 1;
	while ((o = getopt_long(argc, argv, "+c:", options, NULL)) != -1) {
		if (o == 'c') {
			path = optarg;
		} else if (o == 'j') {
			t->json = true;
		} else if (o == 'a') {
			t->after = strtoll(optarg, NULL, 10);
		} else if (o == 'v') {
			puts("lada " LADA_VERSION);
			return 0;
		} else {
			usage(o == 'h' ? stdout : stderr);
			return o == 'h' ? 0 : 2;
		}
	}
	umask(077);
	status = run_command(t, path, argc - optind, argv + optind);
	free(t);
	return status;
}
