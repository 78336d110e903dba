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
#include <unistd.h>

#include "sync/hq/args.h"
#include "sync/hq/chores.h"
#include "sync/hq/code.h"
#include "sync/hq/day_figures.h"
#include "sync/hq/erase.h"
#include "sync/hq/export.h"
#include "sync/hq/import.h"
#include "sync/hq/keyring.h"
#include "sync/hq/list.h"
#include "sync/hq/order.h"
#include "sync/hq/qr.h"
#include "sync/hq/secret.h"
#include "sync/hq/serve.h"

#define PASSWORD_MAX  256
#define ACL_WORDS_MAX 10000

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

/* libmosquitto would only say that an argument is invalid. */
static int find_unreadable(const struct args *a, const char **ret_file)
{
	const char *const files[] = { a->ca, a->cert, a->key };

	for (size_t i = 0; i < COUNT_OF(files); i++) {
		*ret_file = files[i];
		if (files[i] && access(files[i], R_OK) < 0)
			return -errno;
	}
	return 0;
}

static int do_serve(struct hq *hq, const struct args *a)
{
	struct link_options opt = {
		.prefix = a->prefix, .ca = a->ca, .cert = a->cert, .key = a->key, .user = a->user
	};
	char password[PASSWORD_MAX];
	const char *file;
	int err;

	if (link_parse_url(a->url, &opt) < 0)
		return args_misuse("--url must be mqtt://HOST[:PORT] or mqtts://HOST[:PORT]");
	if (!a->cert != !a->key)
		return args_misuse("--cert and --key go together");
	if (opt.tls && find_unreadable(a, &file) < 0)
		return args_fail(file, strerror(errno));
	if (a->password_file) {
		err = read_password(a->password_file, password, sizeof(password));
		if (err < 0)
			return args_fail(a->password_file, strerror(-err));
		opt.password = password;
	}
	hq->blobs = a->blobs;
	err = serve(hq, &opt);
	sodium_memzero(password, sizeof(password));
	if (err == -EBUSY)
		return args_fail(a->db,
				 "another lada-hq serves this file; for several use PostgreSQL");
	return err < 0 ? args_fail("serve", strerror(-err)) : EXIT_SUCCESS;
}

static int do_restore(struct hq *hq, const char *path, struct slice text)
{
	long lines = 0;
	int err = export_restore(hq, path, text, &lines);

	if (err < 0)
		return args_fail(path, err == -EEXIST ? "an export goes into a new file only"
						      : "nothing was taken in");
	printf("%ld lines restored\n", lines);
	return EXIT_SUCCESS;
}

static int do_import(struct hq *hq, const struct args *a)
{
	struct import_counts counts = { 0 };
	struct slice text;
	int err = import_read(a->word[1], &text);

	if (err < 0)
		return args_fail(a->word[1], strerror(-err));
	if (export_is(text)) {
		err = do_restore(hq, a->word[1], text);
		free((char *)text.p);
		return err;
	}
	err = import_text(hq, a->word[1], text, &counts);
	free((char *)text.p);
	if (err < 0)
		return args_fail(a->word[1], counts.changed
						     ? "only a part was taken in; import it again"
						     : "nothing was taken in");
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
		return args_fail(path, strerror(-err));
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
	if (err == -ENOTUNIQ)
		return args_fail(a->word[2], ORDER_AMBIGUOUS);
	return err < 0 ? args_fail(a->word[2], err == -ENOENT ? "no such order" : strerror(-err))
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

	if (code_expiry(a->expires ? a->expires : "0", hq_now_s(hq), &expires) < 0)
		return args_misuse("--expires must be seconds or a time");
	if (code_make(hq, a->word[1], a->store, expires, a->kid, text, &what) < 0)
		return args_fail(a->word[1], what);
	printf("%s\n", text);
	fflush(stdout);
	err = a->png ? qr_png(text, a->png) : 0;
	if (err < 0)
		return args_fail(a->png, strerror(-err));
	err = a->svg ? qr_svg(text, a->svg) : 0;
	if (err < 0)
		return args_fail(a->svg, strerror(-err));
	err = a->text ? qr_terminal(text, stdout) : 0;
	return err < 0 ? args_fail("code", strerror(-err)) : EXIT_SUCCESS;
}

static int do_fleet(struct hq *hq, const struct args *a)
{
	return list_fleet(hq, a->json, stdout) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int do_figures(struct hq *hq, const struct args *a)
{
	return list_figures(hq, a->store, a->json, stdout) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int list_wanted(struct hq *hq, const struct args *a, const char *type)
{
	struct events_wanted wanted = { .after = a->after,
					.store = a->store,
					.lane = a->lane,
					.type = type,
					.since = "",
					.json = a->json,
					.follow = a->follow };
	char since[TIME_TEXT_MAX];
	int64_t ms;

	if (a->since && time_parse(slice_of(a->since), &ms) < 0)
		return args_misuse("--since must be a time, RFC 3339");
	if (a->since) {
		time_format(ms, since);
		wanted.since = since;
	}

	return list_events(hq, &wanted, stdout) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int do_events(struct hq *hq, const struct args *a)
{
	return list_wanted(hq, a, a->type);
}

static int do_drafts(struct hq *hq, const struct args *a)
{
	return list_wanted(hq, a, "order.drafted");
}

/* ---- who is to be forgotten ---- */

static int do_erase(struct hq *hq, const struct args *a)
{
	const char *customer = a->word[1];
	int stores = 0, err;

	if (!id_valid(slice_of(customer)))
		return args_misuse("erase CUSTOMER, the id that orders and members name");
	err = erase_everywhere(hq, customer, &stores);
	if (err < 0)
		return args_fail(customer, err == -ENOENT ? "no store is known" : strerror(-err));
	printf("%s: erased here; %d store%s told, see lada-hq erased\n", customer, stores,
	       stores == 1 ? " is" : "s are");
	return EXIT_SUCCESS;
}

static int do_erased(struct hq *hq, const struct args *a)
{
	return erase_list(hq, a->json, stdout) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
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
		return args_misuse("hash needs --secret-file");
	if (secret_read(a->secret_file, secret) < 0)
		return args_fail(a->secret_file, "is no file of 64 hex digits");
	err = secret_hash(secret, a->word + 1, a->words - 1, hex);
	sodium_memzero(secret, sizeof(secret));
	if (err < 0)
		return args_misuse("hash pin ORDER DIGITS (6), phone +NUMBER, or badge TOKEN");
	printf("%s\n", hex);
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
	{ "order", "reopen", 3, 3, NEED_FILE, chore_reopen },
	{ "keygen", NULL, 1, 1, NEED_OR_MAKE_FILE, chore_keygen },
	{ "keys", NULL, 1, 3, NEED_FILE, chore_keys },
	{ "cmd", NULL, 4, 4, NEED_FILE, chore_cmd },
	{ "cmds", NULL, 1, 1, NEED_FILE, chore_cmds },
	{ "export", NULL, 2, 2, NEED_FILE, chore_export },
	{ "prune", NULL, 1, 1, NEED_FILE, chore_prune },
	{ "renumber", NULL, 1, 1, NEED_FILE, chore_renumber },
	{ "fleet", NULL, 1, 1, NEED_FILE, do_fleet },
	{ "figures", NULL, 1, 1, NEED_FILE, do_figures },
	{ "events", NULL, 1, 1, NEED_FILE, do_events },
	{ "drafts", NULL, 1, 1, NEED_FILE, do_drafts },
	{ "erase", NULL, 2, 2, NEED_FILE, do_erase },
	{ "erased", NULL, 1, 1, NEED_FILE, do_erased },
	{ "hash", NULL, 3, 4, NEED_NOTHING, do_hash },
	{ "acl", NULL, 1, ACL_WORDS_MAX, NEED_FILE, chore_acl },
};

static const struct command new_secret = { "keygen", NULL, 1, 1, NEED_NOTHING, do_secret };

static const struct command *find_command(const struct args *a)
{
	for (size_t i = 0; i < COUNT_OF(commands); i++) {
		const struct command *c = &commands[i];

		if (strcmp(a->word[0], c->name) == 0 && a->words >= c->words_min &&
		    a->words <= c->words_max && (!c->second || strcmp(a->word[1], c->second) == 0))
			return c->run == chore_keygen && a->secret ? &new_secret : c;
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
		return args_misuse("--db FILE or --db postgresql://... is missing");
	db_shown(a->db, shown, sizeof(shown));
	if (hq_open(&hq, a->db, c->need == NEED_OR_MAKE_FILE, &what) < 0)
		return args_fail(shown, what);
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
		return args_misuse("wrong option");
	if (args.help || args.version) {
		fputs(args.help ? args_usage : "lada-hq " LADA_VERSION "\n", stdout);
		return EXIT_SUCCESS;
	}
	if (!args.words)
		return args_misuse("no command is named");
	c = find_command(&args);
	if (!c)
		return args_misuse("no such command, or not with these arguments");
	if (sodium_init() < 0)
		return args_fail("libsodium", "cannot start");
	status = run(c, &args);
	if (fflush(stdout) != 0)
		return args_fail("standard output", strerror(errno));
	return status;
}
