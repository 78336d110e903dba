// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/chores.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync/hq/acl.h"
#include "sync/hq/command.h"
#include "sync/hq/export.h"
#include "sync/hq/handover.h"
#include "sync/hq/import.h"
#include "sync/hq/keyring.h"
#include "sync/hq/order.h"
#include "sync/hq/prune.h"
#include "sync/hq/putback.h"
#include "sync/hq/stream.h"

#define COMMAND_EXPIRES_S 600

/* ---- commands to lanes ---- */

static const int64_t unit_s[] = { ['s'] = 1, ['m'] = 60, ['h'] = 3600, ['d'] = 86400 };

/* "90", "90s", "10m", "2h", "1d" from now, or RFC 3339. */
static int read_expiry(const char *text, int64_t now_ms, int64_t *ret_ms)
{
	char *end;
	long long n;

	if (time_parse(slice_of(text), ret_ms) == 0)
		return 0;
	errno = 0;
	n = strtoll(text, &end, 10);
	if (end == text || errno || n < 1 || n > 366 * 86400)
		return -EINVAL;
	if (*end &&
	    (end[1] || (unsigned char)*end >= COUNT_OF(unit_s) || !unit_s[(unsigned char)*end]))
		return -EINVAL;
	*ret_ms = now_ms + n * 1000 * (*end ? unit_s[(unsigned char)*end] : 1);
	return 0;
}

/* Somebody else was faster: is `*err`, of a whole transaction, worth another try? */
static bool again(struct hq *hq, int *err, int *tries)
{
	if (hq->db.error)
		*err = db_commit(&hq->db);
	return hq->db.error && db_try_again(&hq->db, *err, tries);
}

static int told(const char *id, int err)
{
	if (err == 0 || err == -EPROTO || err == -ETIME)
		return err ? EXIT_FAILURE : EXIT_SUCCESS;
	return args_fail(id, strerror(-err));
}

int chore_cmd(struct hq *hq, const struct args *a)
{
	struct command c = { .store = a->word[1], .lane = a->word[2], .cmd = a->word[3] };
	int64_t now = hq->clock.wall_ms(hq->clock.ctx);
	char memory[COMMAND_ARGS_MAX + 1], id[ULID_TEXT_MAX];
	struct buf b;
	int err, tries = 0;

	buf_init(&b, memory, sizeof(memory));
	c.expires_ms = now + COMMAND_EXPIRES_S * INT64_C(1000);
	if (!store_id_valid(slice_of(c.store)) || !lane_id_valid(slice_of(c.lane)))
		return args_misuse("cmd STORE LANE COMMAND");
	if (!command_valid(c.cmd))
		return args_misuse("cmd: resync, print-test, restart, diagnose, message or set");
	if (command_args(a->arg.item, a->arg.count, &b) < 0)
		return args_misuse("--arg must be NAME=TEXT or NAME:=JSON, 4 kB in all");
	if (a->expires && (read_expiry(a->expires, now, &c.expires_ms) < 0 || c.expires_ms <= now))
		return args_misuse(
			"--expires must be a time to come: 90s, 10m, 2h, 1d or RFC 3339");
	c.args = buf_read(&b);
	do
		err = command_add(hq, &c, id);
	while (again(hq, &err, &tries));
	if (err < 0)
		return args_fail("cmd", err == -ENOSPC ? "this lane has too many waiting"
						       : strerror(-err));
	printf("%s\n", id);
	fflush(stdout);
	return a->wait ? told(id, command_wait(hq, id, stdout)) : EXIT_SUCCESS;
}

int chore_cmds(struct hq *hq, const struct args *a)
{
	return command_list(hq, a->store, a->lane, a->json, stdout) < 0 ? EXIT_FAILURE
									: EXIT_SUCCESS;
}

/* ---- opening an order again ---- */

/* The store that has it. NULL or what is wrong. */
static const char *find_order(struct hq *hq, const struct args *a, char ret_store[ID_MAX + 1])
{
	const struct stream_kind *kind = stream_by_name("orders");
	struct record r;

	if (a->store ? !record_find(hq, a->store, kind, a->word[2], &r) || !r.live
		     : !record_find_anywhere(hq, "", kind, a->word[2], &r))
		return "no such order";
	if (!a->store && record_is_ambiguous(hq, kind, a->word[2]))
		return ORDER_AMBIGUOUS;
	slice_copy(slice_of(r.store), ret_store, ID_MAX + 1);
	return NULL;
}

static const char *reopen(struct hq *hq, const struct args *a, int64_t *ret_rev,
			  char of[ID_MAX + 1])
{
	const struct stream_kind *kind = stream_by_name("orders");
	struct import_counts counts = { 0 };
	char memory[4096], room[128], store[ID_MAX + 1];
	struct record r;
	struct json element;
	struct buf b;
	const char *why = find_order(hq, a, store);

	if (why)
		return why;
	if (!a->of && handover_event(hq, store, a->word[2], of) < 0)
		return "no handover of it is known; name its event with --of";
	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '{');
	jw_str(&b, "store", store);
	jw_str(&b, "type", kind->type);
	jw_str(&b, "op", "reopen");
	jw_str(&b, "id", a->word[2]);
	jw_str(&b, "of", of);
	jw_str(&b, "why", a->why);
	jw_close(&b, '}');
	if (b.overflow || json_check(buf_read(&b), &element) < 0)
		return "--why must be a text of at most 3 kB";
	why = import_one(hq, element, &counts, room, sizeof(room));
	if (!why && record_find(hq, store, kind, a->word[2], &r))
		*ret_rev = r.rev;
	return why;
}

int chore_reopen(struct hq *hq, const struct args *a)
{
	char of[ID_MAX + 1];
	int err, tries = 0;
	const char *why;
	int64_t rev = 0;

	if (!a->why || !a->why[0])
		return args_misuse("order reopen needs --why");
	if (a->of &&
	    (!id_valid(slice_of(a->of)) || slice_copy(slice_of(a->of), of, sizeof(of)) < 0))
		return args_misuse("--of must be the id of an event");
	do {
		db_begin(&hq->db);
		why = reopen(hq, a, &rev, of);
		if (why && !hq->db.error) {
			db_rollback(&hq->db);
			return args_fail(a->word[2], why);
		}
		stream_flush(hq);
		db_tell(&hq->db);
		err = db_commit(&hq->db);
	} while (again(hq, &err, &tries));
	if (err < 0)
		return EXIT_FAILURE;
	printf("%s rev %lld, taken back: %s\n", a->word[2], (long long)rev, of);
	return EXIT_SUCCESS;
}

/* ---- keys ---- */

int chore_keygen(struct hq *hq, const struct args *a)
{
	const char *purpose = a->purpose ? a->purpose : "pickup";
	char line[KEYRING_LINE_MAX];
	int err, tries = 0;

	if (!keyring_purpose_valid(purpose))
		return args_misuse("--purpose must be pickup, stream or update");
	do
		err = keyring_make(hq, purpose, a->kid, a->later, line);
	while (again(hq, &err, &tries));
	if (err < 0)
		return args_fail("keygen", err == -EEXIST ? "this kid and purpose are taken"
							  : strerror(-err));
	printf("%s\n", line);
	return EXIT_SUCCESS;
}

static const char *key_trouble(int err)
{
	if (err == -ENOENT)
		return "no such key, or it was withdrawn";
	if (err == -ENOTUNIQ)
		return "several keys have this number; choose with --purpose";
	return err == -EBUSY ? "no other key of its purpose is in use; make one first"
			     : strerror(-err);
}

static int read_kid(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	return end == text || *end || n < 0 || n > 255 ? -1 : (int)n;
}

static int publish_keys(struct hq *hq)
{
	int stores, err, tries = 0;

	do {
		stores = keyring_publish(hq);
		db_tell(&hq->db);
		err = db_commit(&hq->db);
	} while (again(hq, &err, &tries));
	if (stores < 0 || err < 0)
		return EXIT_FAILURE;
	printf("policy `keys` of %d stores says what keys there are\n", stores);
	return EXIT_SUCCESS;
}

static int change_key(struct hq *hq, const struct args *a, int kid, bool withdraw)
{
	int err, tries = 0;

	do
		err = withdraw ? keyring_withdraw(hq, kid, a->purpose)
			       : keyring_use(hq, kid, a->purpose);
	while (again(hq, &err, &tries));
	if (err < 0)
		return args_fail(a->word[2], key_trouble(err));
	if (withdraw)
		printf("withdrawn; policy `keys` of %d stores says so\n", err);
	return EXIT_SUCCESS;
}

int chore_keys(struct hq *hq, const struct args *a)
{
	int kid;

	if (a->words == 1)
		return keyring_list(hq, stdout) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
	if (a->words == 2 && strcmp(a->word[1], "publish") == 0)
		return publish_keys(hq);
	kid = a->words == 3 ? read_kid(a->word[2]) : -1;
	if (kid < 0 || (a->purpose && !keyring_purpose_valid(a->purpose)) ||
	    (strcmp(a->word[1], "use") != 0 && strcmp(a->word[1], "withdraw") != 0))
		return args_misuse("keys, keys use KID, keys withdraw KID, keys publish");
	return change_key(hq, a, kid, strcmp(a->word[1], "withdraw") == 0);
}

/* ---- the file as a whole ---- */

int chore_export(struct hq *hq, const struct args *a)
{
	long lines = 0;
	int err = export_file(hq, a->word[1], &lines);

	if (err < 0)
		return args_fail(a->word[1], strerror(-err));
	fprintf(stderr, "%ld lines\n", lines);
	return EXIT_SUCCESS;
}

int chore_prune(struct hq *hq, const struct args *a)
{
	struct prune_wanted wanted = { a->events_days, a->persons_days, a->log_keep };
	struct prune_counts counts = { 0 };

	if (wanted.events_days < 0 && wanted.persons_days < 0 && wanted.log_keep < 0)
		return args_misuse("prune needs --events-days, --persons-days or --log-keep");
	if (prune(hq, &wanted, &counts) < 0)
		return EXIT_FAILURE;
	printf("%lld events, %lld personal parts, %lld messages, %lld commands, %lld grants"
	       " removed\n",
	       (long long)counts.events, (long long)counts.persons, (long long)counts.messages,
	       (long long)counts.commands, (long long)counts.grants);
	return EXIT_SUCCESS;
}

int chore_renumber(struct hq *hq, const struct args *a)
{
	int err, tries = 0;
	int64_t streams;

	do {
		streams = putback_renumber(hq, a->store);
		err = db_commit(&hq->db);
	} while (again(hq, &err, &tries));
	if (streams < 0 || err < 0)
		return args_fail("renumber", "nothing was changed; see above, and try again");
	if (streams == 0 && a->store)
		return args_fail(a->store, "HQ has nothing of this store");
	printf("%lld streams begin new epochs\n", (long long)streams);
	return EXIT_SUCCESS;
}

int chore_acl(struct hq *hq, const struct args *a)
{
	struct acl_wanted wanted = { .prefix = a->prefix,
				     .hq = a->hq_user.item,
				     .hq_count = a->hq_user.count,
				     .lane = (const char *const *)a->word + 1,
				     .lane_count = a->words - 1 };
	int err;

	for (int i = 0; i < wanted.lane_count; i++) {
		if (!acl_lane_valid(wanted.lane[i]))
			return args_misuse("acl STORE/LANE…");
	}
	err = acl_print(hq, &wanted, stdout);
	if (err == 0 && a->users)
		err = acl_users(hq, &wanted, a->users);
	return err < 0 ? args_fail(a->users ? a->users : "acl", strerror(-err)) : EXIT_SUCCESS;
}
