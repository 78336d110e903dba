// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/lease.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "firmware/base/log.h"

/* The database's clock, Unix milliseconds. It is the same for all, and runs on in a transaction. */
#define NOW	 "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
#define IS_ALIVE "(SELECT 1 FROM instance i WHERE i.name = lease.owner AND i.until >= " NOW ")"

#define FORGET_MS 86400000 /* instances that have not been seen for a day */

void lease_open(struct lease *l, struct hq *hq)
{
	char host[LEASE_NAME_MAX / 2] = "";

	*l = (struct lease){ .hq = hq };
	gethostname(host, sizeof(host) - 1);
	hq->clock.random(hq->clock.ctx, &l->chance, sizeof(l->chance));
	text_fmt(l->name, sizeof(l->name), "%s-%d-%llx", id_valid(slice_of(host)) ? host : "host",
		 (int)getpid(), (unsigned long long)l->chance);
	hq->lease = l;
}

void lease_close(struct lease *l)
{
	free(l->store);
	if (l->hq)
		l->hq->lease = NULL;
	*l = (struct lease){ 0 };
}

void lease_hurry(struct lease *l)
{
	l->next_ms = 0;
}

/* ---- the list of our stores ---- */

static int compare(const void *store, const void *row)
{
	return strcmp(store, ((const struct lease_store *)row)->store);
}

static struct lease_store *find(const struct lease *l, const char *store)
{
	if (!l->count)
		return NULL;
	return bsearch(store, l->store, l->count, sizeof(*l->store), compare);
}

static int grow(struct lease_store **list, size_t *cap)
{
	size_t more = *cap ? *cap * 2 : 64;
	struct lease_store *p;

	if (more > 2 * LEASE_STORES_MAX)
		return -ENOSPC;
	p = realloc(*list, more * sizeof(*p));
	if (!p)
		return -ENOMEM;
	*list = p;
	*cap = more;
	return 0;
}

/* Reads what is ours now beside what was; both are sorted. */
static int read_list(const struct lease *l, struct lease *next)
{
	struct hq_db *db = &l->hq->db;
	struct db_stmt *q = db_query(
		db, "SELECT store, fence FROM lease WHERE owner = ? ORDER BY store", "t", l->name);

	while (db_row(db, q)) {
		struct lease_store row = { .fence = db_int(q, 1) };
		const struct lease_store *was;

		db_copy(q, 0, row.store, sizeof(row.store));
		if (next->count == next->cap && grow(&next->store, &next->cap) < 0) {
			db_done(q);
			return -ENOMEM;
		}
		was = find(l, row.store);
		if (was && was->fence == row.fence)
			row.heard = was->heard;
		else
			next->changed = true;
		next->store[next->count++] = row;
	}
	if (next->count != l->count)
		next->changed = true;
	return 0;
}

/* ---- the tick ---- */

/* After a new connection. */
static int make_mine(struct lease *l)
{
	struct hq_db *db = &l->hq->db;

	if (l->life == db->life)
		return 0;
	db_exec(db, "DROP VIEW mine; CREATE TEMP TABLE mine (store TEXT PRIMARY KEY)");
	if (!db->error)
		l->life = db->life;
	return db->error ? -EAGAIN : 0;
}

static void renew(struct lease *l)
{
	struct hq_db *db = &l->hq->db;

	db_run(db,
	       "INSERT INTO instance (name, until) VALUES (?, " NOW " + ?)"
	       " ON CONFLICT (name) DO UPDATE SET until = excluded.until",
	       "ti", l->name, (int64_t)LEASE_LIFE_MS);
	db_run(db, "DELETE FROM instance WHERE until < " NOW " - ?", "i", (int64_t)FORGET_MS);
	db_run(db,
	       "INSERT INTO lease (store, owner, fence)"
	       " SELECT DISTINCT store, '', 0 FROM stream s WHERE NOT EXISTS"
	       " (SELECT 1 FROM lease l WHERE l.store = s.store) ON CONFLICT DO NOTHING",
	       "");
	db_run(db,
	       "INSERT INTO lease (store, owner, fence) VALUES (?, '', 0) ON CONFLICT DO NOTHING",
	       "t", LEASE_HQ);
}

/* How many of the stores should be ours: all instances agree on it. */
static int64_t share(struct lease *l)
{
	struct hq_db *db = &l->hq->db;
	int64_t stores = db_number(db, 0, "SELECT count(*) FROM lease", "");
	int64_t alive = db_number(db, 1, "SELECT count(*) FROM instance WHERE until >= " NOW, "");
	int64_t before = db_number(
		db, 0, "SELECT count(*) FROM instance WHERE until >= " NOW " AND name < ?", "t",
		l->name);

	if (alive < 1)
		alive = 1;
	return stores / alive + (before < stores % alive ? 1 : 0);
}

static void take_and_give(struct lease *l)
{
	struct hq_db *db = &l->hq->db;
	int64_t want = share(l);
	int64_t have = db_number(db, 0, "SELECT count(*) FROM lease WHERE owner = ?", "t", l->name);

	if (have < want)
		db_run(db,
		       "UPDATE lease SET owner = ?1, fence = fence + 1 WHERE store IN"
		       " (SELECT store FROM lease WHERE owner <> ?1 AND NOT EXISTS " IS_ALIVE
		       " ORDER BY (store = ?3) DESC, store LIMIT ?2 FOR UPDATE SKIP LOCKED)",
		       "tit", l->name, want - have, LEASE_HQ);
	if (have > want &&
	    db_run(db,
		   "UPDATE lease SET owner = '' WHERE store IN (SELECT store FROM"
		   " lease WHERE owner = ? ORDER BY (store = ?3), store DESC LIMIT ?2)",
		   "tit", l->name, have - want, LEASE_HQ))
		db_tell(db);
}

static void remember_mine(struct lease *l)
{
	struct hq_db *db = &l->hq->db;

	db_run(db, "DELETE FROM mine", "");
	db_run(db, "INSERT INTO mine (store) SELECT store FROM lease WHERE owner = ?", "t",
	       l->name);
	db_run(db,
	       "DELETE FROM sent WHERE NOT EXISTS"
	       " (SELECT 1 FROM mine m WHERE m.store = sent.store)",
	       "");
}

int lease_tick(struct lease *l, int64_t now_ms)
{
	struct lease next = *l;
	bool anew = l->life != l->hq->db.life;
	int err;

	if (now_ms < l->next_ms)
		return 0;
	next.store = NULL;
	next.count = next.cap = 0;
	next.changed = anew;
	err = make_mine(l);
	if (err < 0)
		return err;
	db_begin(&l->hq->db);
	renew(l);
	take_and_give(l);
	err = read_list(l, &next);
	if (next.changed)
		remember_mine(l);
	if (err == 0)
		err = db_commit(&l->hq->db);
	else
		db_rollback(&l->hq->db);
	if (err < 0) {
		free(next.store);
		return err;
	}
	if (next.changed)
		log_notice("serving %zu stores as %s", next.count - (find(&next, LEASE_HQ) != NULL),
			   l->name);
	free(l->store);
	l->store = next.store;
	l->count = next.count;
	l->cap = next.cap;
	l->changed = l->changed || next.changed;
	l->next_ms = now_ms + LEASE_TICK_MS;
	return 0;
}

int lease_release(struct lease *l, bool *ret_alone)
{
	struct hq_db *db = &l->hq->db;
	int64_t others;

	db_begin(db);
	db_run(db, "DELETE FROM instance WHERE name = ?", "t", l->name);
	db_run(db, "UPDATE lease SET owner = '' WHERE owner = ?", "t", l->name);
	others = db_number(db, 0, "SELECT count(*) FROM instance WHERE until >= " NOW, "");
	db_tell(db);
	*ret_alone = others == 0;
	return db_commit(db);
}

/* ---- asking ---- */

bool lease_mine(const struct hq *hq, const char *store)
{
	return !hq->lease || find(hq->lease, store);
}

bool lease_holds(struct hq *hq, const char *store)
{
	struct lease *l = hq->lease;
	struct lease_store *row;

	if (!l)
		return true;
	row = find(l, store);
	if (!row || db_begin(&hq->db) < 0)
		return false;
	if (row->checked == hq->db.transaction)
		return true;
	if (!db_number(&hq->db, 0,
		       "SELECT 1 FROM lease WHERE store = ? AND owner = ? AND fence = ?"
		       " FOR SHARE",
		       "tti", store, l->name, row->fence)) {
		if (!hq->db.error)
			lease_hurry(l);
		return false;
	}
	row->checked = hq->db.transaction;
	return true;
}

void lease_meet(struct hq *hq, const char *store)
{
	if (!hq->lease || !lease_mine(hq, LEASE_HQ) || lease_mine(hq, store))
		return;
	if (db_number(&hq->db, 0, "SELECT 1 FROM lease WHERE store = ?", "t", store))
		return;
	db_begin(&hq->db);
	db_run(&hq->db,
	       "INSERT INTO lease (store, owner, fence) VALUES (?, '', 0) ON CONFLICT DO NOTHING",
	       "t", store);
	db_tell(&hq->db);
	lease_hurry(hq->lease);
}
