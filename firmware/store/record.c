// SPDX-License-Identifier: Apache-2.0
/* Records, their generations, snapshots on the way in, dead letters. */
#include <string.h>

#include "firmware/store/db.h"
#include "firmware/store/store.h"

#define HELD_MAX       64 /* messages held a stream */
#define HELD_BYTES_MAX (4 * 1024 * 1024)
#define LETTERS_MAX    1000
#define LETTER_OP_MAX  (16 * 1024)

static struct cursor read_cursor(sqlite3_stmt *row)
{
	return (struct cursor){
		.epoch = db_int(row, 0),
		.seq = db_int(row, 1),
		.gen = db_int(row, 2),
		.count = db_int(row, 3),
		.sum = (uint64_t)db_int(row, 4),
	};
}

/* Who is asked: see store_practise(). */
static struct store *of_stream(struct store *st, enum stream s)
{
	const bool shared = s == STREAM_CATALOG || s == STREAM_STOCK || s == STREAM_POLICY;

	return shared && db_base(st) ? db_base(st) : st;
}

static struct store *of_gen(struct store *st, int64_t gen)
{
	return gen > GEN_GUEST && gen < PRACTICE_FIRST && db_base(st) ? db_base(st) : st;
}

struct cursor store_cursor(struct store *st, enum stream s)
{
	struct cursor c = { 0 };
	sqlite3_stmt *row = db_query(
		of_stream(st, s), "SELECT epoch, seq, gen, count, sum FROM cursor WHERE stream=?",
		"i", (int64_t)s);

	if (!row)
		return c;
	c = read_cursor(row);
	db_done(row);
	return c;
}

void store_cursors(struct store *st, struct cursor ret_cursors[STREAM_COUNT])
{
	sqlite3_stmt *row =
		db_query(st, "SELECT epoch, seq, gen, count, sum, stream FROM cursor", "");

	memset(ret_cursors, 0, STREAM_COUNT * sizeof(*ret_cursors));
	if (!row)
		return;
	do {
		const int64_t s = db_int(row, 5);

		if (s >= 0 && s < STREAM_COUNT)
			ret_cursors[s] = read_cursor(row);
	} while (db_next(st, row));
	db_done(row);
}

void store_cursor_set(struct store *st, enum stream s, const struct cursor *c)
{
	db_run(st, "INSERT OR REPLACE INTO cursor VALUES (?,?,?,?,?,?)", "iiiiii", (int64_t)s,
	       c->epoch, c->seq, c->gen, c->count, (int64_t)c->sum);
}

bool store_record(struct store *st, int64_t gen, struct slice id, struct record *ret_record)
{
	sqlite3_stmt *row =
		db_query(of_gen(st, gen),
			 "SELECT rev, state, body FROM record WHERE gen=? AND id=?", "it", gen, id);

	if (!row)
		return false;
	ret_record->rev = db_int(row, 0);
	ret_record->state = (enum record_state)db_int(row, 1);
	ret_record->body = db_text(row, 2);
	/* The statement stays open so that the body can be borrowed; the next query of the same
	 * SQL resets it. */
	return true;
}

bool store_record_next(struct store *st, int64_t gen, char id[ID_MAX + 1])
{
	sqlite3_stmt *row = db_query(
		of_gen(st, gen), "SELECT id FROM record WHERE gen=? AND id>? ORDER BY id LIMIT 1",
		"is", gen, id);
	bool found;

	if (!row)
		return false;
	found = slice_copy(db_text(row, 0), id, ID_MAX + 1) == 0;
	db_done(row);
	return found;
}

bool store_record_add(struct store *st, int64_t gen, struct slice id, const struct record *r)
{
	return db_run(st,
		      "INSERT OR IGNORE INTO record (gen, id, rev, state, body) VALUES (?,?,?,?,?)",
		      "itiit", gen, id, r->rev, (int64_t)r->state, r->body) > 0;
}

void store_counted(struct store *st, int64_t gen,
		   void (*each)(void *ctx, struct slice id, int64_t rev), void *ctx)
{
	sqlite3_stmt *row = db_query(st, "SELECT id, rev FROM record WHERE gen=? AND state<>?",
				     "ii", gen, (int64_t)RECORD_DELETED);

	if (!row)
		return;
	do
		each(ctx, db_text(row, 0), db_int(row, 1));
	while (db_next(st, row));
	db_done(row);
}

void store_record_set(struct store *st, int64_t gen, struct slice id, const struct record *r)
{
	db_run(st,
	       "INSERT INTO record (gen, id, rev, state, body) VALUES (?,?,?,?,?)"
	       " ON CONFLICT (gen, id) DO UPDATE SET rev=excluded.rev, state=excluded.state,"
	       " body=excluded.body",
	       "itiit", gen, id, r->rev, (int64_t)r->state, r->body);
}

void store_guest_drop(struct store *st, struct slice id)
{
	const int64_t gen = GEN_GUEST;

	if (db_run(st, "DELETE FROM record WHERE gen=? AND id=?", "it", gen, id))
		db_run(st, "DELETE FROM lookup WHERE gen=? AND id=?", "it", gen, id); /* few */
	db_run(st, "DELETE FROM guest WHERE id=?", "t", id);
}

void store_lookup_add(struct store *st, int64_t gen, enum lookup kind, struct slice key,
		      struct slice id)
{
	db_run(st, "INSERT OR IGNORE INTO lookup VALUES (?,?,?,?)", "iitt", gen, (int64_t)kind, key,
	       id);
}

void store_lookup_drop(struct store *st, int64_t gen, enum lookup kind, struct slice key,
		       struct slice id)
{
	db_run(st, "DELETE FROM lookup WHERE gen=? AND kind=? AND key=? AND id=?", "iitt", gen,
	       (int64_t)kind, key, id);
}

bool store_lookup_next(struct store *st, int64_t gen, enum lookup kind, struct slice key,
		       char id[ID_MAX + 1])
{
	sqlite3_stmt *row = db_query(of_gen(st, gen),
				     "SELECT id FROM lookup WHERE gen=? AND kind=? AND key=?"
				     " AND id>? ORDER BY id LIMIT 1",
				     "iits", gen, (int64_t)kind, key, id);
	bool found;

	if (!row)
		return false;
	found = slice_copy(db_text(row, 0), id, ID_MAX + 1) == 0;
	db_done(row);
	return found;
}

bool store_lookup_has(struct store *st, int64_t gen, enum lookup kind, struct slice key,
		      struct slice id)
{
	return db_number(of_gen(st, gen), 0,
			 "SELECT 1 FROM lookup WHERE gen=? AND kind=? AND key=? AND id=?", "iitt",
			 gen, (int64_t)kind, key, id) != 0;
}

bool store_lookup_walk(struct store *st, int64_t gen, enum lookup kind, const char *prefix,
		       char key[LOOKUP_WALK_MAX], char id[ID_MAX + 1])
{
	char from[LOOKUP_WALK_MAX], until[LOOKUP_WALK_MAX];
	sqlite3_stmt *row;

	text_fmt(from, sizeof(from), "%s:", prefix);
	text_fmt(until, sizeof(until), "%s;", prefix); /* what comes behind every colon */
	row = db_query(of_gen(st, gen),
		       "SELECT key, id FROM lookup WHERE gen=? AND kind=? AND (key, id)>(?,?)"
		       " AND key<? ORDER BY key, id LIMIT 1",
		       "iisss", gen, (int64_t)kind, key[0] ? key : from, id, until);
	if (!row)
		return false;
	slice_copy(db_text(row, 0), key, LOOKUP_WALK_MAX);
	slice_copy(db_text(row, 1), id, ID_MAX + 1);
	db_done(row);
	return true;
}

int64_t store_gen_new(struct store *st)
{
	db_run(st, "INSERT INTO gen VALUES (coalesce((SELECT max(gen) FROM gen), ?) + 1, 0)", "i",
	       db_first(st));
	return db_number(st, 0, "SELECT max(gen) FROM gen", "");
}

void store_gen_discard(struct store *st, int64_t gen)
{
	db_run(st, "UPDATE gen SET discarded=1 WHERE gen=?", "i", gen);
}

bool store_gen_sweep(struct store *st, int64_t rows)
{
	int64_t gen = db_number(st, 0, "SELECT gen FROM gen WHERE discarded=1 LIMIT 1", "");

	if (gen == 0)
		return false;
	if (db_run(st, "DELETE FROM record WHERE n IN (SELECT n FROM record WHERE gen=? LIMIT ?)",
		   "ii", gen, rows))
		return true;
	if (db_run(st,
		   "DELETE FROM lookup WHERE (gen, kind, key, id) IN"
		   " (SELECT gen, kind, key, id FROM lookup WHERE gen=? LIMIT ?)",
		   "ii", gen, rows))
		return true;
	db_run(st, "DELETE FROM gen WHERE gen=?", "i", gen);
	return true;
}

void store_guest_came(struct store *st, struct slice id, int64_t at_ms)
{
	db_run(st, "INSERT OR REPLACE INTO guest VALUES (?,?)", "ti", id, at_ms);
}

bool store_guest_next(struct store *st, char id[ID_MAX + 1])
{
	sqlite3_stmt *row =
		db_query(st, "SELECT id FROM guest WHERE id>? ORDER BY id LIMIT 1", "s", id);

	if (!row)
		return false;
	slice_copy(db_text(row, 0), id, ID_MAX + 1);
	db_done(row);
	return true;
}

static bool can_be_shown(enum stream s, const struct record *r)
{
	return r->state == RECORD_LIVE ||
	       (s == STREAM_ORDERS && r->state == RECORD_UNREADABLE && r->body.n > 0);
}

bool store_find(struct store *st, enum stream s, struct slice id, struct record *ret_record)
{
	int64_t gen = store_cursor(st, s).gen;

	if (gen && store_record(st, gen, id, ret_record) && can_be_shown(s, ret_record))
		return true;
	return s == STREAM_ORDERS && store_record(st, GEN_GUEST, id, ret_record) &&
	       can_be_shown(s, ret_record);
}

bool store_shadow(struct store *st, enum stream s, struct shadow *ret_shadow)
{
	struct shadow sh = { 0 };
	sqlite3_stmt *row = db_query(
		st, "SELECT epoch, seq, gen, count, sum, parts, id FROM shadow WHERE stream=?", "i",
		(int64_t)s);

	if (!row)
		return false;
	sh.epoch = db_int(row, 0);
	sh.seq = db_int(row, 1);
	sh.gen = db_int(row, 2);
	sh.count = db_int(row, 3);
	sh.sum = (uint64_t)db_int(row, 4);
	sh.parts = (int32_t)db_int(row, 5);
	slice_copy(db_text(row, 6), sh.id, sizeof(sh.id));
	db_done(row);
	*ret_shadow = sh;
	return true;
}

void store_shadow_set(struct store *st, enum stream s, const struct shadow *sh, struct slice upto)
{
	db_run(st, "INSERT OR REPLACE INTO shadow VALUES (?,?,?,?,?,?,?,?,?)", "iiiiiiist",
	       (int64_t)s, sh->epoch, sh->seq, sh->gen, sh->count, (int64_t)sh->sum,
	       (int64_t)sh->parts, sh->id, upto);
}

void store_shadow_count(struct store *st, enum stream s, int64_t count, uint64_t sum)
{
	db_run(st, "UPDATE shadow SET count=?, sum=? WHERE stream=?", "iii", count, (int64_t)sum,
	       (int64_t)s);
}

struct slice store_shadow_upto(struct store *st, enum stream s)
{
	sqlite3_stmt *row = db_query(st, "SELECT upto FROM shadow WHERE stream=?", "i", (int64_t)s);

	return row ? db_text(row, 0) : (struct slice){ "", 0 };
}

void store_shadow_drop(struct store *st, enum stream s)
{
	db_run(st, "DELETE FROM shadow WHERE stream=?", "i", (int64_t)s);
	db_run(st, "DELETE FROM shadow_part WHERE stream=?", "i", (int64_t)s);
}

bool store_part_seen(struct store *st, enum stream s, int32_t part)
{
	return db_number(st, 0, "SELECT 1 FROM shadow_part WHERE stream=? AND part=?", "ii",
			 (int64_t)s, (int64_t)part) == 1;
}

void store_part_mark(struct store *st, enum stream s, int32_t part)
{
	db_run(st, "INSERT OR IGNORE INTO shadow_part VALUES (?,?)", "ii", (int64_t)s,
	       (int64_t)part);
}

int32_t store_part_count(struct store *st, enum stream s)
{
	return (int32_t)db_number(st, 0, "SELECT count(*) FROM shadow_part WHERE stream=?", "i",
				  (int64_t)s);
}

int32_t store_parts_between(struct store *st, enum stream s, int32_t from, int32_t until)
{
	return (int32_t)db_number(
		st, 0, "SELECT count(*) FROM shadow_part WHERE stream=? AND part BETWEEN ? AND ?",
		"iii", (int64_t)s, (int64_t)from, (int64_t)until);
}

int32_t store_part_missing(struct store *st, enum stream s, int32_t from)
{
	while (store_part_seen(st, s, from))
		from++;
	return from;
}

void store_hold(struct store *st, enum stream s, int64_t epoch, int64_t seq, struct slice message)
{
	int64_t held =
		db_number(st, 0, "SELECT count(*) FROM temp.held WHERE stream=?", "i", (int64_t)s);
	int64_t bytes = db_number(st, 0, "SELECT sum(bytes) FROM temp.held WHERE stream=?", "i",
				  (int64_t)s);

	if (held < HELD_MAX && bytes + (int64_t)message.n <= HELD_BYTES_MAX)
		db_run(st, "INSERT OR IGNORE INTO temp.held VALUES (?,?,?,?,?)", "iiiit",
		       (int64_t)s, epoch, seq, (int64_t)message.n, message);
}

bool store_held(struct store *st, enum stream s, int64_t epoch, int64_t seq,
		struct slice *ret_message)
{
	sqlite3_stmt *row =
		db_query(st, "SELECT message FROM temp.held WHERE stream=? AND epoch=? AND seq=?",
			 "iii", (int64_t)s, epoch, seq);

	if (!row)
		return false;
	*ret_message = db_text(row, 0);
	return true;
}

void store_unhold(struct store *st, enum stream s, int64_t epoch, int64_t upto_seq)
{
	db_run(st, "DELETE FROM temp.held WHERE stream=? AND (epoch<>? OR seq<=?)", "iii",
	       (int64_t)s, epoch, upto_seq);
}

void store_upto_set(struct store *st, enum stream s, struct slice lane, int64_t epoch, int64_t seq)
{
	db_run(st,
	       "INSERT INTO upto VALUES (?,?,?,?) ON CONFLICT (stream, lane) DO UPDATE"
	       " SET epoch=excluded.epoch, seq=excluded.seq"
	       " WHERE (excluded.epoch, excluded.seq) > (epoch, seq)",
	       "itii", (int64_t)s, lane, epoch, seq);
}

bool store_upto(struct store *st, enum stream s, struct slice lane, int64_t *ret_epoch,
		int64_t *ret_seq)
{
	sqlite3_stmt *row = db_query(st, "SELECT epoch, seq FROM upto WHERE stream=? AND lane=?",
				     "it", (int64_t)s, lane);

	if (!row)
		return false;
	*ret_epoch = db_int(row, 0);
	*ret_seq = db_int(row, 1);
	db_done(row);
	return true;
}

bool store_upto_covers(struct store *st, enum stream s, const char *lane, int64_t epoch,
		       int64_t seq)
{
	return db_number(st, 0, "SELECT (epoch, seq) >= (?, ?) FROM upto WHERE stream=? AND lane=?",
			 "iiis", epoch, seq, (int64_t)s, lane) == 1;
}

void store_upto_clear(struct store *st, enum stream s)
{
	db_run(st, "DELETE FROM upto WHERE stream=?", "i", (int64_t)s);
}

void store_letter(struct store *st, enum stream s, int64_t epoch, int64_t seq, struct slice id,
		  const char *reason, struct slice op, int64_t at_ms)
{
	if (op.n > LETTER_OP_MAX)
		op.n = LETTER_OP_MAX; /* how it begins tells whose it is */
	db_run(st,
	       "INSERT INTO letter (stream, epoch, seq, id, reason, op, at) VALUES (?,?,?,?,?,?,?)",
	       "iiitsti", (int64_t)s, epoch, seq, id, reason, op, at_ms);
	db_run(st, "DELETE FROM letter WHERE n <= (SELECT max(n) FROM letter) - ?", "i",
	       (int64_t)LETTERS_MAX);
}

int64_t store_letter_count(struct store *st)
{
	return db_number(st, 0, "SELECT count(*) FROM letter", "");
}

bool store_letter_listed(struct store *st, struct letter_row *ret_row)
{
	sqlite3_stmt *row = db_query(st,
				     "SELECT n, stream, epoch, seq, at, id, reason FROM letter"
				     " WHERE n<? ORDER BY n DESC LIMIT 1",
				     "i", ret_row->n);

	if (!row)
		return false;
	ret_row->n = db_int(row, 0);
	ret_row->stream = (enum stream)db_int(row, 1);
	ret_row->epoch = db_int(row, 2);
	ret_row->seq = db_int(row, 3);
	ret_row->at_ms = db_int(row, 4);
	slice_copy(db_text(row, 5), ret_row->id, sizeof(ret_row->id));
	slice_copy(db_text(row, 6), ret_row->reason, sizeof(ret_row->reason));
	db_done(row);
	return true;
}

bool store_letter_drop(struct store *st, int64_t n)
{
	return db_run(st, "DELETE FROM letter WHERE n=?", "i", n) > 0;
}
