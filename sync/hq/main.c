// SPDX-License-Identifier: Apache-2.0
/*
 * lada-hq, the reference HQ. To learn the protocol from it read stream.c (numbered messages),
 * replay.c and snapshot.c (answers to asks), ledger.c and effect.c (events), fleet.c (who is
 * where); serve.c joins them.
 */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync/hq/acl.h"
#include "sync/hq/args.h"
#include "sync/hq/code.h"
#include "sync/hq/import.h"
#include "sync/hq/keyring.h"
#include "sync/hq/list.h"
#include "sync/hq/qr.h"
#include "sync/hq/secret.h"
#include "sync/hq/serve.h"

#define EXIT_USAGE   2
#define PASSWORD_MAX 256

static int fail(const char *what, const char *why)
{
	fprintf(stderr, "lada-hq: %s: %s\n", what, why);
	return EXIT_FAILURE;
}

static int usage(const char *what)
{
	fprintf(stderr, "lada-hq: %s; see lada-hq --help\n", what);
	return EXIT_USAGE;
}

/* ---- commands; each returns the exit status ---- */

static int read_password(const char *path, char *dst, size_t cap)
{
	FILE *f = fopen(path, "re");

	if (!f)
		return -errno;
	if (!fgets(dst, (int)cap, f))
		dst[0] = '\0';
	fclose(f);
	dst[strcspn(dst, "\r\n")] = '\0';
	return 0;
}

static int do_serve(struct hq *hq, const struct args *a)
{
	struct link_options opt = {
		.prefix = a->prefix, .ca = a->ca, .cert = a->cert, .key = a->key, .user = a->user
	};
	char password[PASSWORD_MAX];
	int err;

	if (link_parse_url(a->url, &opt) < 0)
		return usage("--url must be mqtt://HOST[:PORT] or mqtts://HOST[:PORT]");
	if (!a->cert != !a->key)
		return usage("--cert and --key go together");
	if (a->password_file) {
		err = read_password(a->password_file, password, sizeof(password));
		if (err < 0)
			return fail(a->password_file, strerror(-err));
		opt.password = password;
	}
	err = serve(hq, &opt);
	sodium_memzero(password, sizeof(password));
	if (err == -EBUSY)
		return fail(a->db, "another lada-hq serves this file; for several use PostgreSQL");
	return err < 0 ? fail("serve", strerror(-err)) : EXIT_SUCCESS;
}

static int do_import(struct hq *hq, const struct args *a)
{
	struct import_counts counts = { 0 };
	struct slice text;
	int err = import_read(a->word[1], &text);

	if (err < 0)
		return fail(a->word[1], strerror(-err));
	err = import_text(hq, a->word[1], text, &counts);
	free((char *)text.p);
	if (err < 0)
		return fail(a->word[1], "nothing was taken in");
	printf("%ld changed, %ld unchanged, %ld refused\n", counts.changed, counts.unchanged,
	       counts.refused);
	return counts.refused ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int order_put(struct hq *hq, const char *path)
{
	char store[ID_MAX + 1], id[ID_MAX + 1];
	struct slice text;
	int64_t rev;
	int err = import_read(path, &text);

	if (err < 0)
		return fail(path, strerror(-err));
	err = import_order(hq, path, text, store, id, &rev);
	free((char *)text.p);
	if (err < 0)
		return EXIT_FAILURE;
	printf("%s %s rev %lld\n", store, id, (long long)rev);
	return EXIT_SUCCESS;
}

static int do_order(struct hq *hq, const struct args *a)
{
	int err;

	if (strcmp(a->word[1], "put") == 0)
		return order_put(hq, a->word[2]);
	err = list_order(hq, a->store, a->word[2], stdout);
	return err < 0 ? fail(a->word[2], err == -ENOENT ? "no such order" : strerror(-err))
		       : EXIT_SUCCESS;
}

static int do_orders(struct hq *hq, const struct args *a)
{
	return list_orders(hq, a->store, a->json, stdout) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int do_code(struct hq *hq, const struct args *a)
{
	char text[CODE_TEXT_MAX];
	const char *what;
	uint32_t expires;
	int err;

	if (code_expiry(a->expires, hq_now_s(hq), &expires) < 0)
		return usage("--expires must be seconds or a time");
	if (code_make(hq, a->word[1], a->store, expires, text, &what) < 0)
		return fail(a->word[1], what);
	printf("%s\n", text);
	fflush(stdout);
	err = a->png ? qr_png(text, a->png) : 0;
	if (err < 0)
		return fail(a->png, strerror(-err));
	err = a->svg ? qr_svg(text, a->svg) : 0;
	if (err < 0)
		return fail(a->svg, strerror(-err));
	err = a->text ? qr_terminal(text, stdout) : 0;
	return err < 0 ? fail("code", strerror(-err)) : EXIT_SUCCESS;
}

static int do_keygen(struct hq *hq, const struct args *a)
{
	char line[KEYRING_LINE_MAX];
	int err;

	if (!keyring_purpose_valid(a->purpose))
		return usage("--purpose must be pickup, stream or update");
	err = keyring_make(hq, a->purpose, a->kid, line);
	if (err < 0)
		return fail("keygen",
			    err == -EEXIST ? "this kid and purpose are taken" : strerror(-err));
	printf("%s\n", line);
	return EXIT_SUCCESS;
}

static int do_fleet(struct hq *hq, const struct args *a)
{
	return list_fleet(hq, a->json, stdout) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int do_events(struct hq *hq, const struct args *a)
{
	struct events_wanted wanted = { a->after, a->store, a->json, a->follow };

	return list_events(hq, &wanted, stdout) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* ---- commands without a database ---- */

static int do_secret(struct hq *hq, const struct args *a)
{
	char text[SECRET_TEXT_MAX];

	(void)hq;
	(void)a;
	secret_make(text);
	printf("%s\n", text);
	sodium_memzero(text, sizeof(text));
	return EXIT_SUCCESS;
}

static int do_hash(struct hq *hq, const struct args *a)
{
	uint8_t secret[TRUST_SECRET_BYTES];
	char hex[HASH_TEXT_MAX];
	int err;

	(void)hq;
	if (!a->secret_file)
		return usage("hash needs --secret-file");
	if (secret_read(a->secret_file, secret) < 0)
		return fail(a->secret_file, "is no file of 64 hex digits");
	err = secret_hash(secret, a->word + 1, a->words - 1, hex);
	sodium_memzero(secret, sizeof(secret));
	if (err < 0)
		return usage("hash pin ORDER DIGITS (6), phone +NUMBER, or badge TOKEN");
	printf("%s\n", hex);
	return EXIT_SUCCESS;
}

static int do_acl(struct hq *hq, const struct args *a)
{
	(void)hq;
	acl_print(a->prefix, stdout);
	return EXIT_SUCCESS;
}

/* ---- which ---- */

enum need { NEED_NOTHING, NEED_FILE, NEED_OR_MAKE_FILE };

struct command {
	const char *name;
	const char *second; /* a second word it must have, or NULL */
	int words_min, words_max;
	enum need need;
	int (*run)(struct hq *hq, const struct args *a);
};

static const struct command commands[] = {
	{ "serve", NULL, 1, 1, NEED_OR_MAKE_FILE, do_serve },
	{ "import", NULL, 2, 2, NEED_OR_MAKE_FILE, do_import },
	{ "order", "put", 3, 3, NEED_OR_MAKE_FILE, do_order },
	{ "order", "get", 3, 3, NEED_FILE, do_order },
	{ "orders", NULL, 1, 1, NEED_FILE, do_orders },
	{ "code", NULL, 2, 2, NEED_FILE, do_code },
	{ "keygen", NULL, 1, 1, NEED_OR_MAKE_FILE, do_keygen },
	{ "fleet", NULL, 1, 1, NEED_FILE, do_fleet },
	{ "events", NULL, 1, 1, NEED_FILE, do_events },
	{ "hash", NULL, 3, 4, NEED_NOTHING, do_hash },
	{ "acl", NULL, 1, 1, NEED_NOTHING, do_acl },
};

static const struct command new_secret = { "keygen", NULL, 1, 1, NEED_NOTHING, do_secret };

static const struct command *find_command(const struct args *a)
{
	for (size_t i = 0; i < COUNT_OF(commands); i++) {
		const struct command *c = &commands[i];

		if (strcmp(a->word[0], c->name) == 0 && a->words >= c->words_min &&
		    a->words <= c->words_max && (!c->second || strcmp(a->word[1], c->second) == 0))
			return c->run == do_keygen && a->secret ? &new_secret : c;
	}
	return NULL;
}

static int run(const struct command *c, const struct args *a)
{
	const char *what = "";
	char shown[256];
	struct hq hq;
	int status;

	if (c->need == NEED_NOTHING)
		return c->run(NULL, a);
	if (!a->db)
		return usage("--db FILE or --db postgresql://... is missing");
	db_shown(a->db, shown, sizeof(shown));
	if (hq_open(&hq, a->db, c->need == NEED_OR_MAKE_FILE, &what) < 0)
		return fail(shown, what);
	status = c->run(&hq, a);
	hq_close(&hq);
	return status;
}

int main(int argc, char **argv)
{
	const struct command *c;
	struct args args;
	int status;

	if (args_parse(argc, argv, &args) < 0)
		return usage("wrong option");
	if (args.help || args.version) {
		fputs(args.help ? args_usage : "lada-hq " LADA_VERSION "\n", stdout);
		return EXIT_SUCCESS;
	}
	if (!args.words)
		return usage("which command?");
	c = find_command(&args);
	if (!c)
		return usage("no such command, or not with these arguments");
	if (sodium_init() < 0)
		return fail("libsodium", "cannot start");
	status = run(c, &args);
	if (fflush(stdout) != 0)
		return fail("standard output", strerror(errno));
	return status;
}
