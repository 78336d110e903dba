// SPDX-License-Identifier: Apache-2.0
/*
 * Every refusal leaves the database as it was. SQLite tells of each row before it changes, so a
 * sum of hashes a table says whether rows are what they were, at no cost for those that are not
 * touched.
 */
#define SQLITE_ENABLE_PREUPDATE_HOOK
#include "tests/property/property.h"

#include <string.h>

#define TABLES_MAX  40
#define REASONS_MAX 4

struct touched {
	char table[32];
	uint64_t sum; /* rows that are there now, less those that were */
};

/* SQLite's hook has one context for all: one thread, one station is watched. */
static struct {
	struct touched tables[TABLES_MAX];
	int count;
	struct bench *bench;
	int64_t events;			  /* that the journal had */
	enum desk_mode modes[DESK_COUNT]; /* the desks were in */
} seen;

static uint64_t mix(uint64_t h, const void *p, size_t n)
{
	for (const uint8_t *at = p; n--; at++)
		h = (h ^ *at) * UINT64_C(1099511628211);
	return h;
}

static uint64_t hash_value(uint64_t h, sqlite3_value *v)
{
	const int type = sqlite3_value_type(v);
	int64_t n;

	h = mix(h, &type, sizeof(type));
	if (type == SQLITE_INTEGER) {
		n = sqlite3_value_int64(v);
		return mix(h, &n, sizeof(n));
	}
	return mix(h, sqlite3_value_blob(v), (size_t)sqlite3_value_bytes(v));
}

static uint64_t hash_row(sqlite3 *db, int (*value)(sqlite3 *, int, sqlite3_value **))
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (int i = 0; i < sqlite3_preupdate_count(db); i++) {
		sqlite3_value *v = NULL;

		if (value(db, i, &v) == SQLITE_OK && v)
			h = hash_value(h, v);
	}
	return h;
}

static struct touched *table_of(const char *name)
{
	for (int i = 0; i < seen.count; i++)
		if (!strcmp(seen.tables[i].table, name))
			return &seen.tables[i];
	if (seen.count == TABLES_MAX)
		return &seen.tables[0];
	seen.tables[seen.count].sum = 0;
	text_fmt(seen.tables[seen.count].table, sizeof(seen.tables[0].table), "%s", name);
	return &seen.tables[seen.count++];
}

static void before_change(void *ctx, sqlite3 *db, int op, const char *base, const char *table,
			  sqlite3_int64 old_row, sqlite3_int64 new_row)
{
	struct touched *t;

	(void)ctx;
	(void)old_row;
	(void)new_row;
	if (strcmp(base, "main") != 0)
		return;
	t = table_of(table);
	if (op != SQLITE_INSERT)
		t->sum -= hash_row(db, sqlite3_preupdate_old);
	if (op != SQLITE_DELETE)
		t->sum += hash_row(db, sqlite3_preupdate_new);
}

void refusals_watch(struct bench *b)
{
	seen.bench = b;
	sqlite3_preupdate_hook(b->db, before_change, NULL);
}

void refusals_begin(void)
{
	seen.count = 0;
	seen.events = seen.bench->run->books.seq;
	for (int d = 0; d < DESK_COUNT; d++)
		seen.modes[d] = seen.bench->st->desks[d].mode;
}

/*
 * What a refusal may leave behind:
 *	tries	wrong codes and PINs are counted, which is what they are refused for
 *	meta	when the clock was looked at, that the counter is locked
 *	session	one that has run out, or whose owner has left, is dropped by whoever meets it
 *	passing	the answer to a press that had a key; stock changes are looked at by the books
 *	ledger	how far HQ has acknowledged is written down with the next step that writes
 *	figure	counts what the journal tells, refusals too; laws_at_end() compares
 *	job	a slip that waited goes to its printer with the next step, whatever that decides
 *	contact	it is a contact with a customer: begun, going on, or over
 *	story	and then stands in the customer's story
 */
static bool may_change(const char *table)
{
	static const char *const tables[] = { "tries",	"meta", "session", "passing",
					      "ledger", "job",	"contact", "story",
					      "figure",  "figure_told" };

	for (size_t i = 0; i < COUNT_OF(tables); i++)
		if (!strcmp(tables[i], table))
			return true;
	return false;
}

/*
 * And what only some reasons leave behind:
 *	work	`order_changed` notes that people have seen it now; a pickup that cannot go on is
 *		closed by what refuses it, and what was asked for ends: the desk is idle then
 *	here	`pickup.find`: who has shown a right code has come for all orders of that phone,
 *		whatever becomes of this one
 *	journal	HQ is told of refusals at the counter, of contacts that end by them, of locks, and
 *		of approvals that were given
 */
static bool told_only(struct run *r, const char *reason)
{
	static const char sql[] =
		"SELECT count(*) FROM journal WHERE seq>? AND type NOT IN ('pickup.refused',"
		"'return.refused','code.locked','approval.granted','interaction.recorded')";
	struct bench *b = seen.bench;
	static sqlite3_stmt *q;
	int64_t others = -1;

	(void)reason;
	if (!q)
		sqlite3_prepare_v2(b->db, sql, -1, &q, NULL);
	sqlite3_bind_int64(q, 1, seen.events);
	if (sqlite3_step(q) == SQLITE_ROW)
		others = sqlite3_column_int64(q, 0);
	sqlite3_reset(q);
	if (others != 0)
		run_fail(r, "refusal", "%s is refused, and %lld events tell of something done",
			 reason, (long long)others);
	return others == 0;
}

static bool something_ended(void)
{
	for (int d = 0; d < DESK_COUNT; d++)
		if (seen.modes[d] != MODE_IDLE && seen.bench->st->desks[d].mode == MODE_IDLE)
			return true;
	return false;
}

void refusals_check(struct run *r, const char *what)
{
	const struct bench *b = seen.bench;

	for (int i = 0; i < seen.count; i++) {
		const struct touched *t = &seen.tables[i];

		if (t->sum == 0 || may_change(t->table))
			continue;
		if (!strcmp(t->table, "journal")) {
			if (!told_only(r, what))
				return;
			continue;
		}
		if (!strcmp(t->table, "work") &&
		    (strstr(b->reply, "\"order_changed\"") || something_ended()))
			continue;
		if (!strcmp(t->table, "here") && !strcmp(what, "pickup.find"))
			continue;
		run_fail(r, "refusal", "%s is refused (%s), and table %s is not as it was", what,
			 b->reply, t->table);
		return;
	}
}
