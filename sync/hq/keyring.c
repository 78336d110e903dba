// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/keyring.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "sync/hq/stream.h"

bool keyring_purpose_valid(const char *purpose)
{
	return strcmp(purpose, "pickup") == 0 || strcmp(purpose, "stream") == 0 ||
	       strcmp(purpose, "update") == 0;
}

static int choose_kid(struct hq *hq, const char *purpose, int kid)
{
	if (kid < 0) {
		kid = (int)db_number(&hq->db, 0, "SELECT max(kid) FROM key", "") + 1;
		return kid > 255 ? -ENOSPC : kid;
	}
	return db_number(&hq->db, 0, "SELECT 1 FROM key WHERE purpose = ? AND kid = ?", "ti",
			 purpose, (int64_t)kid)
		       ? -EEXIST
		       : kid;
}

int keyring_make(struct hq *hq, const char *purpose, int kid, bool later,
		 char ret_line[KEYRING_LINE_MAX])
{
	uint8_t seed[TRUST_SEED_BYTES];
	char base64[64], at[TIME_TEXT_MAX];
	struct trust_pair pair;
	int err;

	if (db_begin(&hq->db) < 0)
		return -EIO;
	kid = choose_kid(hq, purpose, kid);
	if (kid < 0) {
		db_rollback(&hq->db);
		return kid;
	}
	hq->clock.random(hq->clock.ctx, seed, sizeof(seed));
	trust_pair_from_seed(seed, &pair);
	base64_encode(pair.public_key, sizeof(pair.public_key), false, base64, sizeof(base64));
	hq_now_text(hq, at);
	db_run(&hq->db,
	       "INSERT INTO key (kid, purpose, seed, public, made_at, state)"
	       " VALUES (?, ?, ?, ?, ?, ?)",
	       "itbttt", (int64_t)kid, purpose, (struct slice){ (const char *)seed, sizeof(seed) },
	       base64, at, later ? "later" : "used");
	db_tell(&hq->db);
	if (later)
		keyring_publish(hq);
	err = db_commit(&hq->db);
	sodium_memzero(seed, sizeof(seed));
	sodium_memzero(&pair, sizeof(pair));
	if (err == 0)
		text_fmt(ret_line, KEYRING_LINE_MAX, "%d %s %s", kid, purpose, base64);
	return err;
}

int keyring_load(struct hq *hq, const char *purpose, int kid, uint8_t *ret_kid,
		 struct trust_pair *ret_pair)
{
	struct db_stmt *q = db_query(&hq->db,
				     "SELECT kid, seed FROM key WHERE purpose = ?"
				     " AND state <> 'withdrawn'"
				     " AND (kid = ? OR (? = -1 AND state = 'used'))"
				     " ORDER BY n DESC LIMIT 1",
				     "tii", purpose, (int64_t)kid, (int64_t)kid);
	struct slice seed;
	int err = -ENOENT;

	if (!db_row(&hq->db, q))
		return -ENOENT;
	seed = db_slice(q, 1);
	if (seed.n == TRUST_SEED_BYTES) {
		trust_pair_from_seed((const uint8_t *)seed.p, ret_pair);
		*ret_kid = (uint8_t)db_int(q, 0);
		err = 0;
	}
	db_done(q);
	return err;
}

int keyring_lane(struct hq *hq, const char *store, const char *lane,
		 uint8_t ret_public[TRUST_PUBLIC_BYTES])
{
	bool listed = false, keys = false;
	struct json_walk w;
	struct record r;
	struct json root;

	if (!record_find(hq, store, stream_by_name("policy"), "lanes", &r) || !r.live ||
	    json_check(r.body, &root) < 0)
		return -ENOENT;
	w = json_walk(json_get(root, "lanes"));
	while (json_next(&w)) {
		struct json key = json_get(w.value, "key");
		bool own = json_is(json_get(w.value, "lane"), lane);
		char base64[64];

		listed = listed || own;
		keys = keys || key.type == JSON_STRING;
		if (own && json_string(key, base64, sizeof(base64)) > 0 &&
		    base64_decode(slice_of(base64), false, ret_public, TRUST_PUBLIC_BYTES) ==
			    TRUST_PUBLIC_BYTES)
			return 0;
	}
	return keys && !listed ? -EACCES : -ENOENT;
}

/* ---- several keys ---- */

/* The purpose of the one key of this number, where none is named. */
static int only_purpose(struct hq *hq, int kid, char ret_purpose[KEYRING_PURPOSE_MAX])
{
	struct db_stmt *q =
		db_query(&hq->db, "SELECT purpose FROM key WHERE kid = ?", "i", (int64_t)kid);
	int found = 0;

	while (db_row(&hq->db, q)) {
		db_copy(q, 0, ret_purpose, KEYRING_PURPOSE_MAX);
		found++;
	}
	if (found == 1)
		return 0;
	return found ? -ENOTUNIQ : -ENOENT;
}

static void write_keys(struct hq *hq, struct buf *b, const char *name, bool withdrawn)
{
	struct db_stmt *q = db_query(&hq->db,
				     "SELECT kid, purpose, public FROM key"
				     " WHERE (state = 'withdrawn') = (? = 1) ORDER BY n",
				     "i", (int64_t)withdrawn);

	jw_open(b, name, '[');
	while (db_row(&hq->db, q)) {
		jw_open(b, NULL, '{');
		jw_int(b, "kid", db_int(q, 0));
		jw_slice(b, "purpose", db_slice(q, 1));
		if (!withdrawn)
			jw_slice(b, "key", db_slice(q, 2));
		jw_close(b, '}');
	}
	jw_close(b, ']');
}

/* The store behind this one, by what HQ holds or has heard of it. */
static bool next_store(struct hq *hq, char store[ID_MAX + 1])
{
	struct db_stmt *q =
		db_query(&hq->db,
			 "SELECT coalesce(min(store), '') FROM (SELECT min(store) AS store"
			 " FROM stream WHERE store > ?1 UNION ALL"
			 " SELECT min(store) FROM lane WHERE store > ?1) s",
			 "t", store);

	if (!db_row(&hq->db, q))
		return false;
	db_copy(q, 0, store, ID_MAX + 1);
	db_done(q);
	return store[0] != '\0';
}

int keyring_publish(struct hq *hq)
{
	const struct stream_kind *kind = stream_by_name("policy");
	char store[ID_MAX + 1] = "";
	int stores = 0;

	db_begin(&hq->db);
	while (next_store(hq, store)) {
		struct record was = { .rev = 0 };

		buf_reset(&hq->edited);
		jw_open(&hq->edited, NULL, '{');
		write_keys(hq, &hq->edited, "add", false);
		write_keys(hq, &hq->edited, "withdrawn", true);
		jw_close(&hq->edited, '}');
		record_find(hq, store, kind, "keys", &was);
		if (!was.live || !slice_same(was.body, buf_read(&hq->edited)))
			record_put(hq, store, kind, "keys", was.rev + 1, buf_read(&hq->edited));
		stores++;
	}
	stream_flush(hq);
	return hq->db.error ? -EIO : stores;
}

/* Is another key of this purpose in use? */
static bool another(struct hq *hq, const char *purpose, int kid)
{
	return db_number(&hq->db, 0,
			 "SELECT 1 FROM key WHERE purpose = ? AND kid <> ? AND state = 'used'",
			 "ti", purpose, (int64_t)kid) != 0;
}

int keyring_withdraw(struct hq *hq, int kid, const char *purpose)
{
	char only[KEYRING_PURPOSE_MAX];
	int err = purpose ? 0 : only_purpose(hq, kid, only);

	if (err < 0)
		return err;
	purpose = purpose ? purpose : only;
	if (db_begin(&hq->db) < 0)
		return -EIO;
	if (!another(hq, purpose, kid)) {
		db_rollback(&hq->db);
		return -EBUSY;
	}
	db_tell(&hq->db);
	err = db_run(&hq->db, "UPDATE key SET state = 'withdrawn' WHERE kid = ? AND purpose = ?",
		     "it", (int64_t)kid, purpose)
		      ? keyring_publish(hq)
		      : -ENOENT;
	if (err < 0)
		db_rollback(&hq->db);
	else if (db_commit(&hq->db) < 0)
		err = -EIO;
	return err;
}

int keyring_use(struct hq *hq, int kid, const char *purpose)
{
	char only[KEYRING_PURPOSE_MAX];
	int err = purpose ? 0 : only_purpose(hq, kid, only);

	if (err < 0)
		return err;
	if (db_begin(&hq->db) < 0)
		return -EIO;
	/* The newest is the one with the highest n. */
	err = db_run(&hq->db,
		     "UPDATE key SET state = 'used', n = (SELECT max(n) + 1 FROM key)"
		     " WHERE kid = ? AND purpose = ? AND state <> 'withdrawn'",
		     "it", (int64_t)kid, purpose ? purpose : only)
		      ? 0
		      : -ENOENT;
	/* Those made later get a higher one. */
	db_number(&hq->db, 0,
		  "SELECT max(n) /*PG, setval(pg_get_serial_sequence('key', 'n'), max(n))*/"
		  " FROM key",
		  "");
	db_tell(&hq->db);
	return db_commit(&hq->db) < 0 ? -EIO : err;
}

int keyring_list(struct hq *hq, FILE *out)
{
	struct db_stmt *q = db_query(
		&hq->db, "SELECT kid, purpose, public, state, made_at FROM key ORDER BY n", "");

	while (db_row(&hq->db, q)) {
		char purpose[KEYRING_PURPOSE_MAX], key[64], state[16], at[TIME_TEXT_MAX];

		db_copy(q, 1, purpose, sizeof(purpose));
		db_copy(q, 2, key, sizeof(key));
		db_copy(q, 3, state, sizeof(state));
		db_copy(q, 4, at, sizeof(at));
		fprintf(out, "%lld %s %s # %s, made %s\n", (long long)db_int(q, 0), purpose, key,
			state, at);
	}
	return hq->db.error ? -EIO : 0;
}
