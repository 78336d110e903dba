// SPDX-License-Identifier: Apache-2.0
#include "firmware/store/schema.h"

/* Append only: a migration that shipped is never edited; the next one is added below it. */
static const char *const migrations[] = {
	/* 1 */
	"CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;"

	/* How far each stream has been applied, and which generation of records is live. */
	"CREATE TABLE cursor (stream INTEGER PRIMARY KEY, epoch INTEGER NOT NULL,"
	" seq INTEGER NOT NULL, gen INTEGER NOT NULL, count INTEGER NOT NULL,"
	" sum INTEGER NOT NULL) STRICT;"
	/* A generation belongs to one stream; discarded ones are swept in slices. */
	"CREATE TABLE gen (gen INTEGER PRIMARY KEY, discarded INTEGER NOT NULL) STRICT;"
	/* A record as HQ wrote it; state is enum record_state. */
	"CREATE TABLE record (n INTEGER PRIMARY KEY, gen INTEGER NOT NULL, id TEXT NOT NULL,"
	" rev INTEGER NOT NULL, state INTEGER NOT NULL, body TEXT NOT NULL) STRICT;"
	"CREATE UNIQUE INDEX record_id ON record (gen, id);"
	"CREATE TABLE lookup (gen INTEGER NOT NULL, kind INTEGER NOT NULL, key TEXT NOT NULL,"
	" id TEXT NOT NULL, PRIMARY KEY (gen, kind, key, id)) STRICT, WITHOUT ROWID;"
	"CREATE INDEX lookup_id ON lookup (gen, id);"
	/* A snapshot on its way in, and which of its parts are here. */
	"CREATE TABLE shadow (stream INTEGER PRIMARY KEY, epoch INTEGER NOT NULL,"
	" seq INTEGER NOT NULL, gen INTEGER NOT NULL, count INTEGER NOT NULL,"
	" sum INTEGER NOT NULL, parts INTEGER NOT NULL, id TEXT NOT NULL, upto TEXT NOT NULL)"
	" STRICT;"
	"CREATE TABLE shadow_part (stream INTEGER NOT NULL, part INTEGER NOT NULL,"
	" PRIMARY KEY (stream, part)) STRICT, WITHOUT ROWID;"
	/* How far HQ had heard each lane when it wrote a stream. */
	"CREATE TABLE upto (stream INTEGER NOT NULL, lane TEXT NOT NULL, epoch INTEGER NOT NULL,"
	" seq INTEGER NOT NULL, PRIMARY KEY (stream, lane)) STRICT, WITHOUT ROWID;"
	/* When an order that was asked for was kept beside the stream. */
	"CREATE TABLE guest (id TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	/* What HQ sent and nobody could apply. */
	"CREATE TABLE letter (n INTEGER PRIMARY KEY, stream INTEGER NOT NULL,"
	" epoch INTEGER NOT NULL, seq INTEGER NOT NULL, id TEXT NOT NULL, reason TEXT NOT NULL,"
	" op TEXT NOT NULL, at INTEGER NOT NULL) STRICT;"

	/* What this store did to an order; HQ's record never lowers it. */
	"CREATE TABLE fact_order (id TEXT PRIMARY KEY, status TEXT NOT NULL, at INTEGER NOT NULL,"
	" lane TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, event TEXT NOT NULL,"
	" checked INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	/* `checked`: the generation of orders it was compared with last. */
	"CREATE INDEX fact_order_checked ON fact_order (checked);"
	/* The rev for which HQ was told last that it contradicts a field of a fact. */
	"CREATE TABLE conflict (id TEXT NOT NULL, field TEXT NOT NULL, rev INTEGER NOT NULL,"
	" PRIMARY KEY (id, field)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE fact_line (id TEXT NOT NULL, line TEXT NOT NULL, handed INTEGER NOT NULL,"
	" short INTEGER NOT NULL, PRIMARY KEY (id, line)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE fact_refund (id TEXT NOT NULL, payment TEXT NOT NULL,"
	" amount INTEGER NOT NULL, PRIMARY KEY (id, payment)) STRICT, WITHOUT ROWID;"
	/* Stock changes HQ has not counted yet. */
	"CREATE TABLE stock_delta (n INTEGER PRIMARY KEY, sku TEXT NOT NULL,"
	" delta INTEGER NOT NULL, lane TEXT NOT NULL, epoch INTEGER NOT NULL,"
	" seq INTEGER NOT NULL) STRICT;"
	"CREATE INDEX stock_delta_sku ON stock_delta (sku);"

	/* One row an epoch: the newest event, its hash, and how far HQ has acknowledged. */
	"CREATE TABLE ledger (epoch INTEGER PRIMARY KEY, last INTEGER NOT NULL,"
	" acked INTEGER NOT NULL, prev TEXT NOT NULL) STRICT;"
	/* Events: the exact text that is chained, and personal data beside it. */
	"CREATE TABLE journal (n INTEGER PRIMARY KEY, epoch INTEGER NOT NULL,"
	" seq INTEGER NOT NULL, type TEXT NOT NULL, e TEXT NOT NULL, person TEXT) STRICT;"
	"CREATE UNIQUE INDEX journal_seq ON journal (epoch, seq);"
	"CREATE TABLE reject (epoch INTEGER NOT NULL, seq INTEGER NOT NULL, reason TEXT NOT NULL,"
	" PRIMARY KEY (epoch, seq)) STRICT, WITHOUT ROWID;"
	/* How far an epoch was acknowledged at a time: what is old enough can go. */
	"CREATE TABLE ack_mark (epoch INTEGER NOT NULL, seq INTEGER NOT NULL,"
	" at INTEGER NOT NULL, PRIMARY KEY (epoch, seq)) STRICT, WITHOUT ROWID;"

	/* The open work of each desk. */
	"CREATE TABLE desk (desk INTEGER PRIMARY KEY, mode TEXT NOT NULL, id TEXT NOT NULL,"
	" method TEXT NOT NULL, how TEXT NOT NULL, rev INTEGER NOT NULL) STRICT;"
	"CREATE TABLE desk_check (desk INTEGER NOT NULL, line TEXT NOT NULL,"
	" checked INTEGER NOT NULL, short INTEGER NOT NULL, reason TEXT NOT NULL,"
	" PRIMARY KEY (desk, line)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE here (id TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	/* Sessions by the hash of their token: a copy of the database opens no door. */
	"CREATE TABLE session (token TEXT PRIMARY KEY, desk INTEGER NOT NULL,"
	" role INTEGER NOT NULL, staff TEXT NOT NULL, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE tries (subject TEXT PRIMARY KEY, count INTEGER NOT NULL,"
	" until INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE press (key TEXT PRIMARY KEY, status INTEGER NOT NULL, body TEXT NOT NULL,"
	" at INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE INDEX press_at ON press (at);"
	/* Print jobs; status is enum job_status. */
	"CREATE TABLE job (job INTEGER PRIMARY KEY AUTOINCREMENT, printer TEXT NOT NULL,"
	" kind TEXT NOT NULL, status INTEGER NOT NULL, doc TEXT NOT NULL, at INTEGER NOT NULL)"
	" STRICT;"
	"CREATE INDEX job_status ON job (status, job);",

	/* 2: where a job goes when not to its own printer, the document it prints (the DOC of
	 * LR.ORDER.DOC), the job it is a copy of. */
	"ALTER TABLE job ADD COLUMN standin TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE job ADD COLUMN document TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE job ADD COLUMN copy_of INTEGER NOT NULL DEFAULT 0;",

	/* 3: which events of other lanes were heard; from where on every one of a lane must be,
	 * because something was handed over without knowing them; events HQ took back. */
	"CREATE TABLE heard (lane TEXT NOT NULL, epoch INTEGER NOT NULL, first INTEGER NOT NULL,"
	" last INTEGER NOT NULL, PRIMARY KEY (lane, epoch, first)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE listen (lane TEXT PRIMARY KEY, epoch INTEGER NOT NULL,"
	" after INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE reopened (event TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	/* Commands of HQ that were taken; what HQ has set; what it has to say to staff. */
	"CREATE TABLE command (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
	" expires INTEGER NOT NULL, ok INTEGER NOT NULL, detail TEXT NOT NULL) STRICT;"
	"CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE message (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
	" text TEXT NOT NULL, level INTEGER NOT NULL) STRICT;"
	/* Fewer pages a write: the keys of a record are known from its body, facts are walked. */
	"DROP INDEX lookup_id;"
	/* What is needed for a while only, in the order it came: answers to presses, and stock
	 * changes that HQ has not counted yet (those have a sku). Both are found in memory; see
	 * db.c. */
	"CREATE TABLE passing (n INTEGER PRIMARY KEY, key TEXT, status INTEGER, body TEXT,"
	" at INTEGER, sku TEXT, delta INTEGER, lane TEXT, epoch INTEGER, seq INTEGER) STRICT;"
	"INSERT INTO passing (key, status, body, at) SELECT key, status, body, at FROM press"
	" ORDER BY at;"
	"INSERT INTO passing (sku, delta, lane, epoch, seq)"
	" SELECT sku, delta, lane, epoch, seq FROM stock_delta ORDER BY n;"
	"DROP TABLE press;"
	"DROP TABLE stock_delta;"
	/* What this store did to an order stands in one place: `line` '' is the order itself. */
	"CREATE TABLE fact (id TEXT NOT NULL, line TEXT NOT NULL, handed INTEGER NOT NULL,"
	" short INTEGER NOT NULL, status TEXT, at INTEGER, lane TEXT, epoch INTEGER, seq INTEGER,"
	" event TEXT, PRIMARY KEY (id, line)) STRICT, WITHOUT ROWID;"
	"INSERT INTO fact SELECT id, '', 0, 0, status, at, lane, epoch, seq, event FROM fact_order;"
	"INSERT INTO fact (id, line, handed, short) SELECT id, line, handed, short FROM fact_line;"
	"DROP TABLE fact_order;"
	"DROP TABLE fact_line;"
	/* So does a desk's work: `line` '' is the desk itself. */
	"CREATE TABLE work (desk INTEGER NOT NULL, line TEXT NOT NULL, checked INTEGER NOT NULL,"
	" short INTEGER NOT NULL, reason TEXT NOT NULL, mode TEXT, id TEXT, method TEXT, how TEXT,"
	" rev INTEGER, PRIMARY KEY (desk, line)) STRICT, WITHOUT ROWID;"
	"INSERT INTO work SELECT desk, '', 0, 0, '', mode, id, method, how, rev FROM desk;"
	"INSERT INTO work (desk, line, checked, short, reason)"
	" SELECT desk, line, checked, short, reason FROM desk_check;"
	"DROP TABLE desk;"
	"DROP TABLE desk_check;"
	/* The last jobs are kept, so numbers are not used twice without a counter. Which ones wait
	 * is found in memory; see db.c. */
	"CREATE TABLE print (job INTEGER PRIMARY KEY, printer TEXT NOT NULL, kind TEXT NOT NULL,"
	" status INTEGER NOT NULL, at INTEGER NOT NULL, standin TEXT NOT NULL DEFAULT '',"
	" document TEXT NOT NULL DEFAULT '', copy_of INTEGER NOT NULL DEFAULT 0, doc TEXT NOT NULL)"
	" STRICT;"
	"INSERT INTO print SELECT job, printer, kind, status, at, standin, document, copy_of, doc"
	" FROM job;"
	"DROP TABLE job;"
	"ALTER TABLE print RENAME TO job;"
	/* Events stand in one order: number = base of the epoch + seq. */
	"ALTER TABLE ledger ADD COLUMN base INTEGER NOT NULL DEFAULT 0;"
	"UPDATE ledger SET base = (SELECT coalesce(sum(o.last), 0) FROM ledger o"
	" WHERE o.epoch < ledger.epoch);"
	"CREATE TABLE events (n INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, seq INTEGER NOT NULL,"
	" type TEXT NOT NULL, e TEXT NOT NULL, person TEXT) STRICT;"
	"INSERT INTO events SELECT l.base + j.seq, j.epoch, j.seq, j.type, j.e, j.person"
	" FROM journal j JOIN ledger l ON l.epoch = j.epoch ORDER BY j.epoch, j.seq;"
	"DROP TABLE journal;"
	"ALTER TABLE events RENAME TO journal;"
	/* The newest epoch's last event is the journal's; its row says it as of the last
	 * acknowledgement, so that telling an event writes the journal only. */
	"CREATE VIEW ledger_now AS SELECT epoch, acked, prev, base, last AS noted, CASE WHEN epoch "
	"="
	" (SELECT max(epoch) FROM ledger) THEN max(last, coalesce((SELECT max(n) FROM journal), 0)"
	" - base) ELSE last END AS last FROM ledger;",

	/* 4: what came back is the store's to say, as what was handed over. */
	"ALTER TABLE fact ADD COLUMN returned INTEGER NOT NULL DEFAULT 0;"
	/* What a lane has done with an order that is HQ's to say (its status, its shelf, what is
	 * picked, until when it waits): it counts until HQ knew that event and wrote the order. */
	"CREATE TABLE over (id TEXT NOT NULL, what TEXT NOT NULL, value TEXT NOT NULL,"
	" rev INTEGER NOT NULL, lane TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL,"
	" at INTEGER NOT NULL, PRIMARY KEY (id, what)) STRICT, WITHOUT ROWID;"
	"CREATE INDEX over_at ON over (at);"
	/* Orders by what is said of them here: those staged, those to look for. */
	"CREATE INDEX over_said ON over (what, value, id) WHERE what IN ('status','search','kept');"
	/* Money taken at this store for an order; state is enum taken_state. */
	"CREATE TABLE payment (id TEXT NOT NULL, payment TEXT NOT NULL, tender TEXT NOT NULL,"
	" amount INTEGER NOT NULL, ref TEXT NOT NULL, state INTEGER NOT NULL, at INTEGER NOT NULL,"
	" lane TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL,"
	" PRIMARY KEY (id, payment)) STRICT, WITHOUT ROWID;"
	"CREATE INDEX payment_payment ON payment (payment);"
	/* Those of orders that are still here. */
	"CREATE INDEX payment_open ON payment (at) WHERE state=0;"
	/* What the shop's fiscal till gave for an order; `payment` '' where nothing was due. */
	"CREATE TABLE receipt (n INTEGER PRIMARY KEY, id TEXT NOT NULL, register TEXT NOT NULL,"
	" number TEXT NOT NULL, total INTEGER NOT NULL, payment TEXT NOT NULL,"
	" at INTEGER NOT NULL) STRICT;"
	"CREATE INDEX receipt_id ON receipt (id);"
	"CREATE INDEX receipt_number ON receipt (number, register, at);"
	/* Shifts of this lane, and every movement of money in them: `kind` is enum till_kind, money
	 * out is below zero. */
	"CREATE TABLE shift (shift INTEGER PRIMARY KEY, number TEXT NOT NULL, staff TEXT NOT NULL,"
	" opened INTEGER NOT NULL, closed INTEGER NOT NULL, counted INTEGER NOT NULL,"
	" expected INTEGER NOT NULL, handovers INTEGER NOT NULL) STRICT;"
	"CREATE TABLE till (n INTEGER PRIMARY KEY, shift INTEGER NOT NULL, kind INTEGER NOT NULL,"
	" tender TEXT NOT NULL, amount INTEGER NOT NULL, reason TEXT NOT NULL, id TEXT NOT NULL,"
	" staff TEXT NOT NULL, at INTEGER NOT NULL) STRICT;"
	"CREATE INDEX till_shift ON till (shift, kind, tender, amount);"
	/* How many numbers of a kind were given out under an epoch. */
	"CREATE TABLE number (kind TEXT NOT NULL, epoch INTEGER NOT NULL, n INTEGER NOT NULL,"
	" PRIMARY KEY (kind, epoch)) STRICT, WITHOUT ROWID;"
	/* Returns and complaints taken here: what a scanned slip is about. */
	"CREATE TABLE paper (doc TEXT PRIMARY KEY, kind TEXT NOT NULL, number TEXT NOT NULL,"
	" id TEXT NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE INDEX paper_id ON paper (id);"
	/* Who says from afar that they are here has shown no code. */
	"ALTER TABLE here ADD COLUMN shown INTEGER NOT NULL DEFAULT 1;"
	/* What else is known of a line or of a desk's work, as JSON. */
	"ALTER TABLE work ADD COLUMN extra TEXT NOT NULL DEFAULT '';"
	/* What a press asked for: the same key with something else is another press. */
	"ALTER TABLE passing ADD COLUMN asked TEXT;",

	/* 5: what lanes did to a member's points, one row an event: it lies over HQ's record until
	 * an `upto` of the stream covers it, and is kept longer, for HQ may be put back. `note`
	 * says what else it was: 'allowance', 'coupon:ID', 'event:NAME', 'mission:ID'. */
	"CREATE TABLE points (n INTEGER PRIMARY KEY, member TEXT NOT NULL, points INTEGER NOT NULL,"
	" note TEXT NOT NULL, lane TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL,"
	" at INTEGER NOT NULL) STRICT;"
	"CREATE INDEX points_member ON points (member);"
	/* Points of an order, by member, in all: earned for it, taken back of these; redeemed for
	 * it (worth so many grosze), given back of those. */
	"CREATE TABLE order_points (id TEXT NOT NULL, member TEXT NOT NULL, earned INTEGER NOT "
	"NULL,"
	" back INTEGER NOT NULL, redeemed INTEGER NOT NULL, worth INTEGER NOT NULL,"
	" given INTEGER NOT NULL, PRIMARY KEY (id, member)) STRICT, WITHOUT ROWID;"
	/* Orders in which a lane has replaced something. */
	"CREATE INDEX over_swaps ON over (id) WHERE what>='swaps:' AND what<'swaps;';"
	/* When a customer was asked last how it was, and which offers they have had: by any lane
	 * of this store. */
	"CREATE TABLE asked (customer TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT"
	" ROWID;"
	"CREATE INDEX asked_at ON asked (at);"
	"CREATE TABLE offered (customer TEXT NOT NULL, offer TEXT NOT NULL, at INTEGER NOT NULL,"
	" state INTEGER NOT NULL, PRIMARY KEY (customer, offer)) STRICT, WITHOUT ROWID;"
	"CREATE INDEX offered_at ON offered (at);"
	/* What lanes told of customers that HQ's stream `timeline` does not have yet, newest first:
	 * `back` counts down from the end of time. `customer` '' where only the case is known. */
	"CREATE TABLE story (customer TEXT NOT NULL, back INTEGER NOT NULL, event TEXT NOT NULL,"
	" kind TEXT NOT NULL, outcome TEXT NOT NULL, doc TEXT NOT NULL, status TEXT NOT NULL,"
	" ord TEXT NOT NULL, staff TEXT NOT NULL, text TEXT NOT NULL, lane TEXT NOT NULL,"
	" epoch INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (customer, back, event))"
	" STRICT, WITHOUT ROWID;"
	"CREATE INDEX story_doc ON story (doc, back, event) WHERE doc<>'';"
	"CREATE INDEX story_back ON story (back);"
	/* The contact that is open at a desk. */
	"CREATE TABLE contact (desk INTEGER PRIMARY KEY, kind INTEGER NOT NULL,"
	" work INTEGER NOT NULL, begun INTEGER NOT NULL, last INTEGER NOT NULL,"
	" waited INTEGER NOT NULL, ord TEXT NOT NULL, customer TEXT NOT NULL, staff TEXT NOT NULL,"
	" reason TEXT NOT NULL, noted INTEGER NOT NULL) STRICT;"
	/* Key figures (counter/figures.h) by the shop's day and hour, and by lane. A day's hour of a
	 * lane stands together: an event changes one or two pages. */
	"CREATE TABLE figure (day INTEGER NOT NULL, hour INTEGER NOT NULL, lane TEXT NOT NULL,"
	" what TEXT NOT NULL, part TEXT NOT NULL, n INTEGER NOT NULL, sum INTEGER NOT NULL,"
	" PRIMARY KEY (day, hour, lane, what, part)) STRICT, WITHOUT ROWID;"
	/* Days a lane told of, up to which of its events; `stale`: something came since. */
	"CREATE TABLE figure_told (day INTEGER NOT NULL, lane TEXT NOT NULL,"
	" epoch INTEGER NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL,"
	" stale INTEGER NOT NULL, PRIMARY KEY (day, lane)) STRICT, WITHOUT ROWID;"
	"CREATE INDEX figure_stale ON figure_told (lane, day) WHERE stale=1;"
	/* Since when a pickup is open at a desk. */
	"CREATE TABLE opened (desk INTEGER PRIMARY KEY, id TEXT NOT NULL, at INTEGER NOT NULL)"
	" STRICT;"
	/* Customers whom HQ has erased: what arrives later is theirs. `todo`: what is held is still
	 * to be looked through; `told`: HQ knows that it was done. */
	"CREATE TABLE erased (customer TEXT PRIMARY KEY, member TEXT NOT NULL, at INTEGER NOT NULL,"
	" todo INTEGER NOT NULL, told INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE INDEX erased_todo ON erased (customer) WHERE todo<>0;"
	/* What is known of them while that is done: `kind` is enum erasing. */
	"CREATE TABLE erasing (kind INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (kind, text))"
	" STRICT, WITHOUT ROWID;"
	/* What customers agreed to at a lane of this store, until HQ's record says it. */
	"CREATE TABLE consent (customer TEXT NOT NULL, purpose TEXT NOT NULL,"
	" given INTEGER NOT NULL, at INTEGER NOT NULL, lane TEXT NOT NULL, epoch INTEGER NOT NULL,"
	" seq INTEGER NOT NULL, PRIMARY KEY (customer, purpose)) STRICT, WITHOUT ROWID;"
	/* Events with personal data beside them: few. */
	"CREATE INDEX journal_person ON journal (n) WHERE person IS NOT NULL;",
};

size_t schema_version(void)
{
	return COUNT_OF(migrations);
}

const char *schema_migration(size_t n)
{
	return migrations[n];
}
