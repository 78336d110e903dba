// SPDX-License-Identifier: Apache-2.0
/* Wall times of what is under way, when the clock they were taken from is set. */
#include "firmware/store/db.h"
#include "firmware/store/store.h"

#define LOCK_MOST_MS (15 * 60 * INT64_C(1000)) /* no lock is longer */

void store_times_move(struct store *st, int64_t now_ms, int64_t by_ms)
{
	/* What lies ahead of the old time was written by a clock that was right before. */
	db_run(st, "UPDATE tries SET until=until+? WHERE until>0 AND until<=?", "ii", by_ms,
	       now_ms + LOCK_MOST_MS);
	db_run(st, "UPDATE session SET at=at+? WHERE at<=?", "ii", by_ms, now_ms);
	db_run(st, "UPDATE passing SET at=at+? WHERE at<=?", "ii", by_ms, now_ms);
	db_run(st, "UPDATE here SET at=at+? WHERE at<=?", "ii", by_ms, now_ms);
	db_run(st, "UPDATE opened SET at=at+? WHERE at<=?", "ii", by_ms, now_ms);
	db_run(st, "UPDATE job SET at=at+? WHERE at<=? AND status IN (0, 1, 3)", "ii", by_ms,
	       now_ms);
	db_run(st, "UPDATE contact SET begun=begun+?, last=last+? WHERE last<=?", "iii", by_ms,
	       by_ms, now_ms);
	db_run(st, "UPDATE guest SET at=at+? WHERE at<=?", "ii", by_ms, now_ms);
}
