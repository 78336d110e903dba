// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/schema.h"

#include <stddef.h>

#include "sync/hq/schema_facts.h"
#include "sync/hq/schema_ops.h"

static const char step_1[] =
	/* Small facts about this file: the beat's counter, this HQ's name at the broker. */
	"CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;"

	/* Ed25519 key pairs HQ signs with. The public half goes into the stations' keys file. */
	"CREATE TABLE key (n INTEGER PRIMARY KEY, kid INTEGER NOT NULL, purpose TEXT NOT NULL,"
	" seed BLOB NOT NULL, public TEXT NOT NULL, made_at TEXT NOT NULL, UNIQUE (purpose, kid))"
	" STRICT;"

	/* The numbering of one stream of one store: head is the last number given in this epoch;
	 * count and sum are over the records as of head. */
	"CREATE TABLE stream (store TEXT NOT NULL, stream TEXT NOT NULL, epoch INTEGER NOT NULL,"
	" head INTEGER NOT NULL, count INTEGER NOT NULL, sum INTEGER NOT NULL,"
	" PRIMARY KEY (store, stream)) STRICT, WITHOUT ROWID;"

	/* What HQ believes now. A deleted record keeps its rev, so that it can only rise. */
	"CREATE TABLE record (store TEXT NOT NULL, stream TEXT NOT NULL, id TEXT NOT NULL,"
	" rev INTEGER NOT NULL, deleted INTEGER NOT NULL, body TEXT,"
	" PRIMARY KEY (store, stream, id)) STRICT, WITHOUT ROWID;"
	"CREATE INDEX record_by_id ON record (stream, id);"

	/* Numbered messages exactly as published, for replays, with count and sum after each. The
	 * row of seq 0 holds no message, only count and sum of an epoch's beginning. */
	"CREATE TABLE log (store TEXT NOT NULL, stream TEXT NOT NULL, epoch INTEGER NOT NULL,"
	" seq INTEGER NOT NULL, count INTEGER NOT NULL, sum INTEGER NOT NULL, message TEXT,"
	" PRIMARY KEY (store, stream, epoch, seq)) STRICT, WITHOUT ROWID;"

	/* Snapshots that were offered, whole, so that all parts are as of one seq. */
	"CREATE TABLE snapshot (id TEXT PRIMARY KEY, store TEXT NOT NULL, stream TEXT NOT NULL,"
	" epoch INTEGER NOT NULL, seq INTEGER NOT NULL, parts INTEGER NOT NULL, upto TEXT,"
	" made_s INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE snapshot_part (snapshot TEXT NOT NULL REFERENCES snapshot ON DELETE CASCADE,"
	" part INTEGER NOT NULL, ops TEXT NOT NULL, PRIMARY KEY (snapshot, part))"
	" STRICT, WITHOUT ROWID;"

	/* How far a lane's events are taken, per epoch of the lane, and the hash of the last. */
	"CREATE TABLE taken (store TEXT NOT NULL, lane TEXT NOT NULL, epoch INTEGER NOT NULL,"
	" seq INTEGER NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (store, lane, epoch))"
	" STRICT, WITHOUT ROWID;"

	/* Every event ever taken: `text` is its exact text, `person` the purgeable part beside
	 * it, `rejected` why HQ would not act on it. */
	"CREATE TABLE event (n INTEGER PRIMARY KEY AUTOINCREMENT, store TEXT NOT NULL,"
	" lane TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, text TEXT NOT NULL,"
	" person TEXT, rejected TEXT, taken_at TEXT NOT NULL, UNIQUE (store, lane, epoch, seq))"
	" STRICT;"

	/* Points set aside for one redemption that has not come yet. */
	"CREATE TABLE points_grant (n INTEGER PRIMARY KEY AUTOINCREMENT, store TEXT NOT NULL,"
	" lane TEXT NOT NULL, ask TEXT NOT NULL, member TEXT NOT NULL, points INTEGER NOT NULL,"
	" made_s INTEGER NOT NULL, used INTEGER NOT NULL DEFAULT 0, UNIQUE (store, lane, ask))"
	" STRICT;"
	"CREATE INDEX points_grant_open ON points_grant (member) WHERE NOT used;"

	/* The last state each lane told, as it told it. */
	"CREATE TABLE lane (store TEXT NOT NULL, lane TEXT NOT NULL, online INTEGER NOT NULL,"
	" epoch INTEGER NOT NULL, conn INTEGER NOT NULL, outbox INTEGER NOT NULL,"
	" version TEXT NOT NULL, state TEXT NOT NULL, seen_at TEXT NOT NULL,"
	" PRIMARY KEY (store, lane)) STRICT, WITHOUT ROWID;"
	/* Where each lane stands in each stream, as of that state. */
	"CREATE TABLE lane_cursor (store TEXT NOT NULL, lane TEXT NOT NULL, stream TEXT NOT NULL,"
	" epoch INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (store, lane, stream))"
	" STRICT, WITHOUT ROWID;"

	/* What a person should look at: forks, divergence, refused frames. One row a kind. */
	"CREATE TABLE alarm (store TEXT NOT NULL, lane TEXT NOT NULL, kind TEXT NOT NULL,"
	" detail TEXT NOT NULL, first_at TEXT NOT NULL, last_at TEXT NOT NULL,"
	" times INTEGER NOT NULL, PRIMARY KEY (store, lane, kind)) STRICT, WITHOUT ROWID;";

/* Numbers for booleans: an index both databases can use. */
static const char step_2[] =
	"DROP INDEX points_grant_open;"
	"CREATE INDEX points_grant_open ON points_grant (member) WHERE used = 0;";

static const char step_2_postgres[] =
	/* Who serves a store ('' nobody) as long as that instance lives; the fence rises with each
	 * new owner. Store `hq` stands for what there is only one of. */
	"CREATE TABLE lease (store TEXT PRIMARY KEY, owner TEXT NOT NULL, fence INTEGER NOT NULL);"
	"CREATE INDEX lease_by_owner ON lease (owner);"

	/* The instances that are at the broker, and until when they are taken for alive, by this
	 * database's clock in Unix milliseconds: one row to renew, however many the stores. */
	"CREATE TABLE instance (name TEXT PRIMARY KEY, until INTEGER NOT NULL);";

const struct schema_step schema_steps[SCHEMA_VERSION] = {
	{ step_1, NULL },
	{ step_2, step_2_postgres },
	{ schema_ops, NULL },
	{ schema_facts, NULL },
	{ schema_refunds, NULL },
	{ schema_points, NULL },
};

const char schema_session[] =
	/* Records this transaction has changed, with what they were before; stream_flush() turns
	 * them into numbered messages. `op` is put where it is not simply the record. `flush`
	 * counts flushes: PostgreSQL would wade through the deleted rows of earlier ones. */
	"CREATE TEMP TABLE touched (n INTEGER PRIMARY KEY, flush INTEGER NOT NULL,"
	" store TEXT NOT NULL, stream TEXT NOT NULL, id TEXT NOT NULL, was_live INTEGER NOT NULL,"
	" was_rev INTEGER NOT NULL, op TEXT, UNIQUE (flush, store, stream, id)) STRICT"
	" /*PG ON COMMIT DELETE ROWS*/;"

	/* Up to which number this serve has published each stream. */
	"CREATE TEMP TABLE sent (store TEXT NOT NULL, stream TEXT NOT NULL,"
	" epoch INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (store, stream))"
	" STRICT, WITHOUT ROWID;"

	/* Since when a lane has stood still behind the head, by the monotonic clock. */
	"CREATE TEMP TABLE lag (store TEXT NOT NULL, lane TEXT NOT NULL, stream TEXT NOT NULL,"
	" epoch INTEGER NOT NULL, seq INTEGER NOT NULL, since_ms INTEGER NOT NULL,"
	" PRIMARY KEY (store, lane, stream)) STRICT, WITHOUT ROWID;"
	"CREATE INDEX lag_since ON lag (since_ms);"

	/* When a lane was last offered a snapshot unasked, and how long it is to be left alone. */
	"CREATE TEMP TABLE offered (store TEXT NOT NULL, lane TEXT NOT NULL,"
	" stream TEXT NOT NULL, at_ms INTEGER NOT NULL, wait_ms INTEGER NOT NULL,"
	" PRIMARY KEY (store, lane, stream))"
	" STRICT, WITHOUT ROWID;"

	/* What was done about a database that was put back (putback.h): a store, its lane or its
	 * stream; '' stands for none. */
	"CREATE TEMP TABLE put_back (store TEXT NOT NULL, lane TEXT NOT NULL,"
	" stream TEXT NOT NULL, PRIMARY KEY (store, lane, stream)) STRICT, WITHOUT ROWID;"

	/* The stores this connection speaks for: all, unless leases say which (lease.c). */
	"CREATE TEMP VIEW mine AS SELECT store FROM stream;";
