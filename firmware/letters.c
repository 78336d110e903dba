// SPDX-License-Identifier: Apache-2.0
/*
 * What people have to look after between HQ and the store: ops that could not be applied (dead
 * letters), events HQ rejected, events HQ wants again that are not kept any more.
 */
#include <string.h>

#include "firmware/base/log.h"
#include "firmware/desk.h"
#include "firmware/ledger.h"
#include "firmware/station.h"

#define LISTED 20 /* of each in the manager's document */

static void add_letters(struct station *st, struct buf *b)
{
	struct letter_row row = { .n = INT64_MAX };
	char at[TIME_TEXT_MAX];

	jw_open(b, "dead_letters", '[');
	for (int i = 0; i < LISTED && store_letter_listed(st->store, &row); i++) {
		time_format(row.at_ms, at);
		jw_open(b, NULL, '{');
		jw_int(b, "letter", row.n);
		jw_str(b, "stream", stream_name(row.stream));
		jw_int(b, "epoch", row.epoch);
		jw_int(b, "seq", row.seq);
		jw_str(b, "id", row.id);
		jw_str(b, "reason", row.reason);
		jw_str(b, "at", at);
		jw_close(b, '}');
	}
	jw_close(b, ']');
}

static void add_rejects(struct station *st, struct buf *b)
{
	struct reject_row row = { .epoch = INT64_MAX };

	jw_open(b, "rejects", '[');
	for (int i = 0; i < LISTED && store_reject_listed(st->store, &row); i++) {
		jw_open(b, NULL, '{');
		jw_int(b, "epoch", row.epoch);
		jw_int(b, "seq", row.seq);
		jw_str(b, "type", row.type);
		jw_str(b, "reason", row.reason);
		jw_close(b, '}');
	}
	jw_close(b, ']');
}

/* HQ acknowledges less than the journal reaches back to: nobody can give it what lies between. */
static bool find_lost(struct station *st, struct ledger *ret_ledger, int64_t *ret_until)
{
	const struct ledger l = ledger_next_to_go(st);
	const int64_t oldest = store_event_oldest(st->store, l.epoch);

	if (l.acked >= l.last || oldest <= l.acked + 1)
		return false;
	*ret_ledger = l;
	*ret_until = oldest - 1;
	return true;
}

void letters_document(struct station *st, struct buf *b)
{
	struct ledger l;
	int64_t until;

	jw_int(b, "letters", store_letter_count(st->store));
	add_letters(st, b);
	add_rejects(st, b);
	if (!find_lost(st, &l, &until)) {
		jw_null(b, "lost");
		return;
	}
	jw_open(b, "lost", '{');
	jw_int(b, "epoch", l.epoch);
	jw_int(b, "from", l.acked + 1);
	jw_int(b, "to", until);
	jw_close(b, '}');
}

void letters_tell_lost(struct station *st)
{
	struct ledger l;
	int64_t until;

	if (find_lost(st, &l, &until))
		log_error(
			"HQ wants events %lld to %lld of epoch %lld again, which are not kept any "
			"more: restore HQ from a newer backup, or let it go on from %lld",
			(long long)l.acked + 1, (long long)until, (long long)l.epoch,
			(long long)until + 1);
}

static void answer_dropped(struct station *st, const struct call *c, bool dropped)
{
	struct word_values v = words_none();

	if (!dropped) {
		answer_no(st, c, 409, REASON_NOT_FOUND, &v);
		return;
	}
	st->dirty = true;
	answer_ok(st, c, "");
}

void verb_letter_drop(struct station *st, const struct call *c, struct json args)
{
	answer_dropped(st, c,
		       store_letter_drop(st->store, json_int_or(json_get(args, "letter"), 0)));
}

void verb_reject_drop(struct station *st, const struct call *c, struct json args)
{
	answer_dropped(st, c,
		       store_reject_drop(st->store, json_int_or(json_get(args, "epoch"), 0),
					 json_int_or(json_get(args, "seq"), 0)));
}
