// SPDX-License-Identifier: Apache-2.0
#include "firmware/store/contact.h"

#include "firmware/store/db.h"

#define PRUNE_SLICE 200

int64_t store_asked(struct store *st, const char *customer)
{
	return db_number(st, 0, "SELECT at FROM asked WHERE customer=?", "s", customer);
}

void store_asked_add(struct store *st, const char *customer, int64_t at_ms)
{
	db_run(st,
	       "INSERT INTO asked (customer, at) VALUES (?,?) ON CONFLICT (customer)"
	       " DO UPDATE SET at=max(at, excluded.at)",
	       "si", customer, at_ms);
}

bool store_offer(struct store *st, const char *customer, const char *offer, int64_t *ret_at_ms,
		 enum offer_state *ret_state)
{
	sqlite3_stmt *row =
		db_query(st, "SELECT at, state FROM offered WHERE customer=? AND offer=?", "ss",
			 customer, offer);

	if (!row)
		return false;
	*ret_at_ms = db_int(row, 0);
	*ret_state = (enum offer_state)db_int(row, 1);
	db_done(row);
	return true;
}

void store_offer_add(struct store *st, const char *customer, const char *offer, int64_t at_ms,
		     enum offer_state state)
{
	db_run(st,
	       "INSERT INTO offered (customer, offer, at, state) VALUES (?,?,?,?)"
	       " ON CONFLICT (customer, offer) DO UPDATE SET at=excluded.at, state=excluded.state"
	       " WHERE (excluded.at, excluded.state) > (at, state)",
	       "ssii", customer, offer, at_ms, (int64_t)state);
}

void store_contact_forget(struct store *st, const char *customer)
{
	db_run(st, "DELETE FROM asked WHERE customer=?", "s", customer);
	db_run(st, "DELETE FROM offered WHERE customer=?", "s", customer);
}

void store_contact_prune(struct store *st, int64_t before_ms)
{
	db_run(st,
	       "DELETE FROM asked WHERE customer IN"
	       " (SELECT customer FROM asked WHERE at<? ORDER BY at LIMIT ?)",
	       "ii", before_ms, (int64_t)PRUNE_SLICE);
	db_run(st,
	       "DELETE FROM offered WHERE (customer, offer) IN"
	       " (SELECT customer, offer FROM offered WHERE at<? ORDER BY at LIMIT ?)",
	       "ii", before_ms, (int64_t)PRUNE_SLICE);
}
