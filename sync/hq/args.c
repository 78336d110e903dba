// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/args.h"

#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX_MAX 200 /* as a station takes */
#define COUNT_MAX  1000000000
#define EXIT_USAGE 2

const char args_usage[] =
	"usage: lada-hq --db FILE [OPTION...] COMMAND\n"
	"\n"
	"commands\n"
	"  serve                  publish streams, take events, answer asks, until stopped\n"
	"  import FILE            take records in: JSON lines or an array, - for standard input\n"
	"  order put FILE         take one order in\n"
	"  order get ID           print one order\n"
	"  order reopen ID        take a handover back; needs --why\n"
	"  orders                 list orders\n"
	"  code ORDER             sign a pickup code and print it\n"
	"  keygen                 make a signing key, print its line for stations' keys files\n"
	"  keys                   list the keys; also: use KID, withdraw KID, publish\n"
	"  keygen --secret        print a new store secret\n"
	"  hash pin ORDER DIGITS  print a keyed hash; also: hash phone NUMBER, hash badge TOKEN\n"
	"  fleet                  stores and lanes, how far they are, alarms\n"
	"  figures                key figures by store and day\n"
	"  events                 the events taken, one a line\n"
	"  drafts                 of them, the orders that customers began at a kiosk\n"
	"  erase CUSTOMER         forget a customer, here and in every store\n"
	"  erased                 who was erased, and which lanes have done it\n"
	"  cmd STORE LANE WHAT    tell a lane: resync, print-test, restart, diagnose, message, "
	"set\n"
	"  cmds                   the commands told, and what came of them\n"
	"  export FILE            all that a new HQ needs; import takes it into a new file\n"
	"  prune                  forget old events and messages\n"
	"  renumber               after a raw copy of the database was put back: new epochs\n"
	"  acl [STORE/LANE...]    print an access list for mosquitto, of all lanes and these\n"
	"\n"
	"options\n"
	"  --db FILE              the database; made where a command needs a new one\n"
	"  --db postgresql://...  the same in PostgreSQL, where several may serve\n"
	"  --url URL              broker, mqtt://HOST[:PORT] or mqtts://... (mqtt://127.0.0.1)\n"
	"  --prefix P             first part of all topics (lada/1)\n"
	"  --ca, --cert, --key FILE   for mqtts\n"
	"  --user NAME --password-file FILE   for brokers that want them\n"
	"  --blobs DIR            serve: update files, named by their SHA-256\n"
	"  --store S              code, events, figures, drafts, orders, order get, cmds, "
	"renumber:\n"
	"                         of this store\n"
	"  --lane L, --type T     events: of this lane, of this type; cmds: of this lane\n"
	"  --since TIME           events: taken from then on, RFC 3339\n"
	"  --expires WHEN         code: seconds from now, Unix seconds, RFC 3339, 0 = never (0);\n"
	"                         cmd: 90s, 10m, 2h, 1d, RFC 3339 (10m)\n"
	"  --arg NAME=TEXT        cmd: an argument; NAME:=JSON for other than texts\n"
	"  --wait                 cmd: until the answer came, and print it\n"
	"  --why TEXT             order reopen: said to the stations\n"
	"  --of EVENT             order reopen: the handover's event (the one HQ has)\n"
	"  --png, --svg FILE      code: draw the QR\n"
	"  --text                 code: draw the QR in the terminal, after the code's line\n"
	"  --purpose P            keygen, keys: pickup, stream or update (pickup)\n"
	"  --kid N                keygen: number of the key, 0..255 (the next free);\n"
	"                         code: sign with this one (the newest)\n"
	"  --later                keygen: tell stations only; keys use KID begins with it\n"
	"  --events-days N        prune: events taken more than N days ago\n"
	"  --persons-days N       prune: personal parts of events of more than N days ago\n"
	"  --log-keep N           prune: all but the last N messages of each stream\n"
	"  --users FILE           acl: write mosquitto's password_file, and FILE.secrets\n"
	"  --hq-user NAME         acl: user name of an HQ, once for each (hq)\n"
	"  --secret-file FILE     hash: the store secret, 32 bytes in hex\n"
	"  --after N              events: numbers above N\n"
	"  --follow               events: wait for more\n"
	"  --json                 fleet, events, figures, orders, cmds, erased: for programs\n"
	"  --help, --version\n"
	"\n"
	"exit status: 0 done, 1 failed or something was refused, 2 wrong usage\n";

enum option_kind { OPTION_TEXT, OPTION_FLAG, OPTION_KID, OPTION_AFTER, OPTION_COUNT, OPTION_LIST };

struct option_row {
	const char *name;
	enum option_kind kind;
	size_t at; /* in struct args */
};

static const struct option_row rows[] = {
	{ "db", OPTION_TEXT, offsetof(struct args, db) },
	{ "url", OPTION_TEXT, offsetof(struct args, url) },
	{ "prefix", OPTION_TEXT, offsetof(struct args, prefix) },
	{ "ca", OPTION_TEXT, offsetof(struct args, ca) },
	{ "cert", OPTION_TEXT, offsetof(struct args, cert) },
	{ "key", OPTION_TEXT, offsetof(struct args, key) },
	{ "user", OPTION_TEXT, offsetof(struct args, user) },
	{ "password-file", OPTION_TEXT, offsetof(struct args, password_file) },
	{ "store", OPTION_TEXT, offsetof(struct args, store) },
	{ "expires", OPTION_TEXT, offsetof(struct args, expires) },
	{ "png", OPTION_TEXT, offsetof(struct args, png) },
	{ "svg", OPTION_TEXT, offsetof(struct args, svg) },
	{ "purpose", OPTION_TEXT, offsetof(struct args, purpose) },
	{ "secret-file", OPTION_TEXT, offsetof(struct args, secret_file) },
	{ "lane", OPTION_TEXT, offsetof(struct args, lane) },
	{ "type", OPTION_TEXT, offsetof(struct args, type) },
	{ "since", OPTION_TEXT, offsetof(struct args, since) },
	{ "why", OPTION_TEXT, offsetof(struct args, why) },
	{ "of", OPTION_TEXT, offsetof(struct args, of) },
	{ "blobs", OPTION_TEXT, offsetof(struct args, blobs) },
	{ "users", OPTION_TEXT, offsetof(struct args, users) },
	{ "arg", OPTION_LIST, offsetof(struct args, arg) },
	{ "hq-user", OPTION_LIST, offsetof(struct args, hq_user) },
	{ "events-days", OPTION_COUNT, offsetof(struct args, events_days) },
	{ "persons-days", OPTION_COUNT, offsetof(struct args, persons_days) },
	{ "log-keep", OPTION_COUNT, offsetof(struct args, log_keep) },
	{ "wait", OPTION_FLAG, offsetof(struct args, wait) },
	{ "later", OPTION_FLAG, offsetof(struct args, later) },
	{ "kid", OPTION_KID, offsetof(struct args, kid) },
	{ "after", OPTION_AFTER, offsetof(struct args, after) },
	{ "text", OPTION_FLAG, offsetof(struct args, text) },
	{ "secret", OPTION_FLAG, offsetof(struct args, secret) },
	{ "follow", OPTION_FLAG, offsetof(struct args, follow) },
	{ "json", OPTION_FLAG, offsetof(struct args, json) },
	{ "help", OPTION_FLAG, offsetof(struct args, help) },
	{ "version", OPTION_FLAG, offsetof(struct args, version) },
};
#define ROWS ((int)(sizeof(rows) / sizeof(rows[0])))

static int read_number(const char *text, int64_t max, int64_t *ret_value)
{
	char *end;
	long long v;

	errno = 0;
	v = strtoll(text, &end, 10);
	if (end == text || *end || errno || v < 0 || v > max)
		return -EINVAL;
	*ret_value = v;
	return 0;
}

static int take_option(const struct option_row *row, const char *value, struct args *args)
{
	void *field = (char *)args + row->at;
	struct args_list *list = field;
	int64_t n;

	switch (row->kind) {
	case OPTION_TEXT:
		*(const char **)field = value;
		return 0;
	case OPTION_FLAG:
		*(bool *)field = true;
		return 0;
	case OPTION_KID:
		if (read_number(value, 255, &n) < 0)
			break;
		*(int *)field = (int)n;
		return 0;
	case OPTION_AFTER:
		if (read_number(value, INT64_MAX, &n) < 0)
			break;
		*(int64_t *)field = n;
		return 0;
	case OPTION_COUNT:
		if (read_number(value, COUNT_MAX, &n) < 0)
			break;
		*(int64_t *)field = n;
		return 0;
	case OPTION_LIST:
		if (list->count == ARGS_LIST_MAX)
			break;
		list->item[list->count++] = value;
		return 0;
	}
	fprintf(stderr, "lada-hq: --%s: %s is not what it takes, or too many of them\n", row->name,
		value);
	return -EINVAL;
}

static int check_prefix(const char *prefix)
{
	size_t n = strlen(prefix);

	if (n && n <= PREFIX_MAX && !strpbrk(prefix, "+#") && prefix[0] != '/' &&
	    prefix[n - 1] != '/')
		return 0;
	fprintf(stderr,
		"lada-hq: --prefix: %s is no beginning of a topic of at most %d bytes without +, # "
		"or an outer /\n",
		prefix, PREFIX_MAX);
	return -EINVAL;
}

int args_parse(int argc, char **argv, struct args *ret_args)
{
	struct args args = { .url = "mqtt://127.0.0.1",
			     .prefix = "lada/1",
			     .kid = -1,
			     .events_days = -1,
			     .persons_days = -1,
			     .log_keep = -1 };
	struct option options[ROWS + 1] = { 0 };
	int c, index = 0;

	for (int i = 0; i < ROWS; i++)
		options[i] = (struct option){ rows[i].name,
					      rows[i].kind == OPTION_FLAG ? no_argument
									  : required_argument,
					      NULL, 0 };
	while ((c = getopt_long(argc, argv, "", options, &index)) != -1) {
		if (c != 0 || take_option(&rows[index], optarg, &args) < 0)
			return -EINVAL;
	}
	args.word = argv + optind;
	args.words = argc - optind;
	if (check_prefix(args.prefix) < 0)
		return -EINVAL;
	*ret_args = args;
	return 0;
}

int args_fail(const char *what, const char *why)
{
	fprintf(stderr, "lada-hq: %s: %s\n", what, why);
	return EXIT_FAILURE;
}

int args_misuse(const char *what)
{
	fprintf(stderr, "lada-hq: %s; see lada-hq --help\n", what);
	return EXIT_USAGE;
}
