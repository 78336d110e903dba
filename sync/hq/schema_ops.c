// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/schema_ops.h"

const char schema_ops[] =
	/* What a person told a lane to do. state: waiting, done, failed, expired; `said` counts
	 * only whether it was published, not how often. */
	"CREATE TABLE command (id TEXT PRIMARY KEY, store TEXT NOT NULL, lane TEXT NOT NULL,"
	" cmd TEXT NOT NULL, args TEXT NOT NULL, made_at TEXT NOT NULL,"
	" expires_ms INTEGER NOT NULL, said INTEGER NOT NULL DEFAULT 0,"
	" state TEXT NOT NULL DEFAULT 'waiting', detail TEXT, done_at TEXT)"
	" STRICT, WITHOUT ROWID;"
	"CREATE INDEX command_waiting ON command (state);"

	/* Every pickup.completed, numbered per order as they were taken, and its pieces by line.
	 * `undone` when the order was opened again. */
	"CREATE TABLE handover (order_id TEXT NOT NULL, n INTEGER NOT NULL, store TEXT NOT NULL,"
	" lane TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, event TEXT NOT NULL,"
	" at TEXT NOT NULL, surplus INTEGER NOT NULL, undone INTEGER NOT NULL DEFAULT 0,"
	" PRIMARY KEY (order_id, n)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE handed (order_id TEXT NOT NULL, n INTEGER NOT NULL, line TEXT NOT NULL,"
	" qty INTEGER NOT NULL, PRIMARY KEY (order_id, n, line)) STRICT, WITHOUT ROWID;"

	/* The same pieces handed over twice: once a pair of places (a and b are STORE/LANE, a not
	 * above b). `seen`: HQ found it itself; `told`: the lanes that reported it. */
	"CREATE TABLE doubled (order_id TEXT NOT NULL, a TEXT NOT NULL, b TEXT NOT NULL,"
	" first_at TEXT NOT NULL, first_epoch INTEGER NOT NULL, first_seq INTEGER NOT NULL,"
	" first_place TEXT NOT NULL, second_at TEXT NOT NULL, second_epoch INTEGER NOT NULL,"
	" second_seq INTEGER NOT NULL, second_place TEXT NOT NULL, pieces INTEGER NOT NULL,"
	" seen INTEGER NOT NULL, told TEXT NOT NULL, found_at TEXT NOT NULL,"
	" PRIMARY KEY (order_id, a, b)) STRICT, WITHOUT ROWID;"
	"CREATE INDEX doubled_by_second ON doubled (second_place, second_epoch, second_seq);"

	/* used: HQ signs with the newest of these; later: announced, not used yet; withdrawn. */
	"ALTER TABLE key ADD COLUMN state TEXT NOT NULL DEFAULT 'used';"

	/* When a message was numbered, for how far behind a lane is in time. */
	"ALTER TABLE log ADD COLUMN made_s INTEGER NOT NULL DEFAULT 0;"

	/* What the lane itself counted, as of its cursor. */
	"ALTER TABLE lane_cursor ADD COLUMN count INTEGER NOT NULL DEFAULT -1;"
	"ALTER TABLE lane_cursor ADD COLUMN sum TEXT NOT NULL DEFAULT '';"

	/* The lane's newest event by its own word (of its epoch), since when HQ lacks some of
	 * them, whether it is isolated, and the older epoch that last spoke in its name. */
	"ALTER TABLE lane ADD COLUMN last_seq INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE lane ADD COLUMN behind_ms INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE lane ADD COLUMN isolated INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE lane ADD COLUMN back_epoch INTEGER NOT NULL DEFAULT 0;"

	"CREATE INDEX event_rejected ON event (store, lane) WHERE rejected IS NOT NULL;";
