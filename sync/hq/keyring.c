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

int keyring_make(struct hq *hq, const char *purpose, int kid, char ret_line[KEYRING_LINE_MAX])
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
	       "INSERT INTO key (kid, purpose, seed, public, made_at) VALUES (?, ?, ?, ?, ?)",
	       "itbtt", (int64_t)kid, purpose, (struct slice){ (const char *)seed, sizeof(seed) },
	       base64, at);
	db_tell(&hq->db);
	err = db_commit(&hq->db);
	sodium_memzero(seed, sizeof(seed));
	sodium_memzero(&pair, sizeof(pair));
	if (err == 0)
		text_fmt(ret_line, KEYRING_LINE_MAX, "%d %s %s", kid, purpose, base64);
	return err;
}

int keyring_load(struct hq *hq, const char *purpose, uint8_t *ret_kid, struct trust_pair *ret_pair)
{
	struct db_stmt *q = db_query(&hq->db,
				     "SELECT kid, seed FROM key WHERE purpose = ?"
				     " ORDER BY n DESC LIMIT 1",
				     "t", purpose);
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
	struct json_walk w;
	struct record r;
	struct json root;

	if (!record_find(hq, store, stream_by_name("policy"), "lanes", &r) || !r.live ||
	    json_check(r.body, &root) < 0)
		return -ENOENT;
	w = json_walk(json_get(root, "lanes"));
	while (json_next(&w)) {
		char base64[64];

		if (json_is(json_get(w.value, "lane"), lane) &&
		    json_string(json_get(w.value, "key"), base64, sizeof(base64)) > 0 &&
		    base64_decode(slice_of(base64), false, ret_public, TRUST_PUBLIC_BYTES) ==
			    TRUST_PUBLIC_BYTES)
			return 0;
	}
	return -ENOENT;
}
