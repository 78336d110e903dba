// SPDX-License-Identifier: Apache-2.0
/* What must be true, read from the databases and from what the witness wrote down. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/json.h"
#include "firmware/trust/hash.h"
#include "tests/faults/sim.h"

#define STREAMS 6

static const char *const streams[STREAMS] = { "orders",	 "catalog", "stock",
					      "loyalty", "policy",  "timeline" };

/* ---- asking a database ---- */

sqlite3_stmt *check_ask(struct sim *s, sqlite3 *db, const char *text, const char *types, ...)
{
	sqlite3_stmt *q = NULL;
	va_list args;
	int n = 0;

	while (n < s->check_n && (s->check[n].db != db || s->check[n].text != text))
		n++;
	if (n == s->check_n) {
		if (n == SIM_STATEMENTS_MAX ||
		    sqlite3_prepare_v3(db, text, -1, SQLITE_PREPARE_PERSISTENT, &q, NULL)) {
			fprintf(stderr, "check: %s: %s\n", text, sqlite3_errmsg(db));
			abort();
		}
		s->check[n].db = db;
		s->check[n].text = text;
		s->check[n].q = q;
		s->check_n++;
	}
	q = s->check[n].q;
	sqlite3_reset(q);
	va_start(args, types);
	for (int i = 1; *types; i++, types++)
		if (*types == 'i')
			sqlite3_bind_int64(q, i, va_arg(args, int64_t));
		else
			sqlite3_bind_text(q, i, va_arg(args, const char *), -1, SQLITE_TRANSIENT);
	va_end(args);
	return q;
}

/* One row is wanted and no more are read, so that nothing stays open. */
static bool first(sqlite3_stmt *q, int64_t *ret_a, int64_t *ret_b)
{
	const bool found = sqlite3_step(q) == SQLITE_ROW;

	if (found) {
		*ret_a = sqlite3_column_int64(q, 0);
		if (ret_b)
			*ret_b = sqlite3_column_int64(q, 1);
	}
	sqlite3_reset(q);
	return found;
}

static int64_t number(sqlite3_stmt *q)
{
	int64_t n = 0;

	first(q, &n, NULL);
	return n;
}

static const char *text_of(sqlite3_stmt *q, int column)
{
	const char *p = (const char *)sqlite3_column_text(q, column);

	return p ? p : "";
}

static sqlite3 *hq(const struct sim *s)
{
	return centre_db(s->centre);
}

bool check_hq_has(struct sim *s, const char *lane, int64_t epoch, int64_t seq)
{
	return number(check_ask(s, hq(s),
				"SELECT count(*) FROM event WHERE lane=? AND epoch=? AND seq=?",
				"tii", lane, epoch, seq)) == 1;
}

/* ---- at any time ---- */

/* A lane's picture of a stream is one that HQ's was, whole, at that number. */
static void check_pictures(struct sim *s, int i)
{
	for (int n = 0; n < STREAMS; n++) {
		sqlite3_stmt *q =
			check_ask(s, lane_db(s, i),
				  "SELECT epoch, seq, count, sum FROM cursor WHERE stream=?", "i",
				  (int64_t)n);
		int64_t epoch, seq, count, sum, their_count, their_sum;

		if (sqlite3_step(q) != SQLITE_ROW) {
			sqlite3_reset(q);
			continue;
		}
		epoch = sqlite3_column_int64(q, 0);
		seq = sqlite3_column_int64(q, 1);
		count = sqlite3_column_int64(q, 2);
		sum = sqlite3_column_int64(q, 3);
		sqlite3_reset(q);
		q = check_ask(s, hq(s),
			      "SELECT count, sum FROM log WHERE store='" SIM_STORE "' AND stream=?"
			      " AND epoch=? AND seq=?",
			      "tii", streams[n], epoch, seq);
		if (first(q, &their_count, &their_sum) &&
		    (count != their_count || sum != their_sum))
			sim_fail(s,
				 "%s: its %s at %lld/%lld are %lld records, at HQ they were %lld",
				 lane_name(i), streams[n], (long long)epoch, (long long)seq,
				 (long long)count, (long long)their_count);
	}
}

/* What it did lies over HQ's figures until these have it, and once. What a lane keeps in memory
 * (temp.delta_of) is of its life before while it is down. */
static void check_overlays(struct sim *s, int i)
{
	int64_t a, b;

	if (!s->hq_restored &&
	    first(check_ask(
			  s, lane_db(s, i),
			  "SELECT j.epoch, j.seq FROM journal j LEFT JOIN upto u ON u.stream=2 AND"
			  " u.lane=?1 WHERE j.type='stock.changed' AND (u.epoch IS NULL OR"
			  " (j.epoch, j.seq) > (u.epoch, u.seq)) AND NOT EXISTS (SELECT 1 FROM"
			  " passing d WHERE d.lane=?1 AND d.epoch=j.epoch AND d.seq=j.seq) "
			  "LIMIT 1",
			  "t", lane_name(i)),
		  &a, &b))
		sim_fail(s, "%s: stock event %lld/%lld is not in HQ's figures nor laid over them",
			 lane_name(i), (long long)a, (long long)b);
	if (first(check_ask(s, lane_db(s, i),
			    "SELECT epoch, seq FROM passing WHERE sku NOT NULL GROUP BY lane, "
			    "epoch, seq"
			    " HAVING count(*) > 1",
			    ""),
		  &a, &b))
		sim_fail(s, "%s: stock event %lld/%lld counts twice", lane_name(i), (long long)a,
			 (long long)b);
	for (int n = 0; n < s->handed_n; n++) {
		const struct handed *h = &s->handed[n];

		if (h->lane != i || h->orphan ||
		    number(check_ask(s, lane_db(s, i),
				     "SELECT count(*) FROM fact WHERE line='' AND id=?", "t",
				     h->order)) ||
		    number(check_ask(s, lane_db(s, i),
				     "SELECT count(*) FROM reopened WHERE event=?", "t", h->event)))
			continue;
		sim_fail(s, "%s: has forgotten that it handed over %s", lane_name(i), h->order);
	}
}

/* What HQ has not counted yet must still lie over its figures. Of an epoch before a restore that
 * cannot be promised: `upto` names the newest epoch of a lane only. */
static void check_uncounted(struct sim *s, int i)
{
	sqlite3_stmt *q =
		check_ask(s, lane_db(s, i),
			  "SELECT epoch, seq FROM journal j WHERE type='stock.changed' AND"
			  " epoch=(SELECT max(epoch) FROM ledger) AND NOT EXISTS (SELECT 1 "
			  "FROM passing d WHERE d.lane=? AND"
			  " d.epoch=j.epoch AND d.seq=j.seq)",
			  "t", lane_name(i));

	while (sqlite3_step(q) == SQLITE_ROW) {
		int64_t epoch = sqlite3_column_int64(q, 0), seq = sqlite3_column_int64(q, 1);

		if (!s->hq_restored && !check_hq_has(s, lane_name(i), epoch, seq))
			sim_fail(s, "%s: stock event %lld/%lld is unknown to HQ and not laid over",
				 lane_name(i), (long long)epoch, (long long)seq);
	}
	sqlite3_reset(q);
}

/* Nothing is acknowledged that HQ could still lose. */
static void check_acknowledged(struct sim *s, int i)
{
	sqlite3_stmt *q = check_ask(s, lane_db(s, i), "SELECT epoch, acked FROM ledger", "");

	while (sqlite3_step(q) == SQLITE_ROW) {
		int64_t epoch = sqlite3_column_int64(q, 0), acked = sqlite3_column_int64(q, 1);

		if (acked && !check_hq_has(s, lane_name(i), epoch, acked))
			sim_fail(s, "%s: event %lld/%lld is acknowledged, and HQ does not have it",
				 lane_name(i), (long long)epoch, (long long)acked);
	}
	sqlite3_reset(q);
}

void check_always(struct sim *s)
{
	for (int i = 0; i < s->lane_count && !s->failure[0]; i++) {
		if (!s->hq_restored) {
			check_pictures(s, i);
			check_acknowledged(s, i);
		}
		check_overlays(s, i);
		check_uncounted(s, i);
	}
}

/* ---- in the end: events ---- */

struct why {
	char *text;
	size_t cap;
};

__attribute__((format(printf, 2, 3))) static bool no(const struct why *w, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(w->text, w->cap, fmt, args);
	va_end(args);
	return false;
}

/* Every event of a lane's database is at HQ, as it was written. */
static bool events_there(struct sim *s, int i, const struct why *w)
{
	sqlite3_stmt *q = check_ask(s, lane_db(s, i), "SELECT epoch, seq, e FROM journal", "");
	bool ok = true;

	while (ok && sqlite3_step(q) == SQLITE_ROW) {
		int64_t epoch = sqlite3_column_int64(q, 0), seq = sqlite3_column_int64(q, 1);
		sqlite3_stmt *there =
			check_ask(s, hq(s),
				  "SELECT text FROM event WHERE store='" SIM_STORE "' AND"
				  " lane=? AND epoch=? AND seq=?",
				  "tii", lane_name(i), epoch, seq);

		if (sqlite3_step(there) != SQLITE_ROW)
			ok = no(w, "event %s %lld/%lld is not at HQ", lane_name(i),
				(long long)epoch, (long long)seq);
		else if (strcmp(text_of(there, 0), text_of(q, 2)) != 0)
			ok = no(w, "event %s %lld/%lld is another one at HQ", lane_name(i),
				(long long)epoch, (long long)seq);
		sqlite3_reset(there);
	}
	sqlite3_reset(q);
	return ok;
}

/* Unbroken from the first on, and HQ's own mark stands at the last. */
static bool chains_whole(struct sim *s, const struct why *w)
{
	sqlite3_stmt *q = check_ask(s, hq(s),
				    "SELECT lane, epoch, seq, text, rejected FROM event"
				    " ORDER BY lane, epoch, seq",
				    "");
	char lane[ID_MAX + 1] = "", hash[HASH_TEXT_MAX] = "";
	int64_t epoch = 0, seq = 0;
	bool ok = true;

	while (ok && sqlite3_step(q) == SQLITE_ROW) {
		struct json e;

		if (strcmp(lane, text_of(q, 0)) != 0 || epoch != sqlite3_column_int64(q, 1)) {
			text_fmt(lane, sizeof(lane), "%s", text_of(q, 0));
			epoch = sqlite3_column_int64(q, 1);
			seq = 0;
			text_fmt(hash, sizeof(hash), "%032d", 0);
		}
		if (sqlite3_column_int64(q, 2) != ++seq)
			ok = no(w, "HQ lacks event %s %lld/%lld", lane, (long long)epoch,
				(long long)seq);
		else if (json_check(slice_of(text_of(q, 3)), &e) < 0 ||
			 !json_is(json_get(e, "prev"), hash))
			ok = no(w, "the chain of %s breaks at %lld/%lld", lane, (long long)epoch,
				(long long)seq);
		else if (text_of(q, 4)[0])
			ok = no(w, "HQ rejects %s %lld/%lld: %s", lane, (long long)epoch,
				(long long)seq, text_of(q, 4));
		hash_text(slice_of(text_of(q, 3)), hash);
	}
	sqlite3_reset(q);
	return ok;
}

/* HQ's stock is what it was less what left, so each event took effect once. */
static bool stock_right(struct sim *s, const struct why *w)
{
	for (int i = 0; i < SIM_SKUS; i++) {
		char id[16];
		int64_t there, moved;

		text_fmt(id, sizeof(id), "SKU-%d", i);
		there = number(check_ask(s, hq(s),
					 "SELECT json_extract(body, '$.on_hand') FROM record WHERE"
					 " stream='stock' AND id=?",
					 "t", id));
		moved = number(
			check_ask(s, hq(s),
				  "SELECT coalesce(sum(json_extract(text, '$.body.delta')), 0)"
				  " FROM event WHERE text LIKE '%\"type\":\"stock.changed\"%' AND"
				  " json_extract(text, '$.body.sku')=?",
				  "t", id));
		if (there != SIM_STOCK + moved)
			return no(w, "HQ has %lld of %s, and %lld have moved", (long long)there, id,
				  (long long)moved);
	}
	return true;
}

/* ---- points ---- */

/* HQ's figure is what its events make of it; and of these, no more was redeemed than there was and
 * was earned, and the lanes' allowances, unless HQ has lost what it had promised. */
static bool points_right(struct sim *s, const struct why *w)
{
	const int64_t there =
		number(check_ask(s, hq(s),
				 "SELECT json_extract(body, '$.points') FROM record WHERE"
				 " stream='loyalty' AND id='M-1'",
				 ""));
	const int64_t earned = number(
		check_ask(s, hq(s),
			  "SELECT coalesce(sum(json_extract(text, '$.body.points')), 0) FROM event"
			  " WHERE text LIKE '%\"type\":\"loyalty.earned\"%'",
			  ""));
	const int64_t redeemed = number(
		check_ask(s, hq(s),
			  "SELECT coalesce(sum(json_extract(text, '$.body.points')), 0) FROM event"
			  " WHERE text LIKE '%\"type\":\"loyalty.redeemed\"%'",
			  ""));

	if (there != SIM_POINTS + earned - redeemed)
		return no(w, "HQ has %lld points, and %lld were earned, %lld redeemed",
			  (long long)there, (long long)earned, (long long)redeemed);
	if (!s->hq_restored && redeemed > SIM_POINTS + earned + s->limits)
		return no(w, "%lld points were redeemed of %lld, and the limits are %lld",
			  (long long)redeemed, (long long)(SIM_POINTS + earned),
			  (long long)s->limits);
	s->redeemed += redeemed;
	s->overspent += there < 0;
	return true;
}

/* What HQ has counted of a member lies over its figure no more. */
static bool points_settled(struct sim *s, int i)
{
	sqlite3_stmt *q = check_ask(
		s, lane_db(s, i),
		"SELECT p.lane, p.epoch, p.seq FROM points p WHERE NOT EXISTS (SELECT 1 FROM upto u"
		" WHERE u.stream=3 AND u.lane=p.lane AND (u.epoch, u.seq) >= (p.epoch, p.seq))",
		"");
	bool settled = true;

	while (settled && sqlite3_step(q) == SQLITE_ROW)
		settled = !check_hq_has(s, text_of(q, 0), sqlite3_column_int64(q, 1),
					sqlite3_column_int64(q, 2));
	sqlite3_reset(q);
	return settled;
}

/* ---- streams ---- */

static bool same_records(struct sim *s, int i, int n, const struct why *w)
{
	sqlite3_stmt *a =
		check_ask(s, hq(s),
			  "SELECT id, rev, body FROM record WHERE store='" SIM_STORE "' AND"
			  " stream=? AND deleted=0 ORDER BY id",
			  "t", streams[n]);
	sqlite3_stmt *b =
		check_ask(s, lane_db(s, i),
			  "SELECT id, rev, body, state FROM record WHERE state<>1 AND gen="
			  "(SELECT gen FROM cursor WHERE stream=?) ORDER BY id",
			  "i", (int64_t)n);
	bool ok = true;

	for (bool more = true; ok && more;) {
		const bool here = sqlite3_step(a) == SQLITE_ROW;
		const bool there = sqlite3_step(b) == SQLITE_ROW;

		more = here && there;
		if (here != there)
			ok = no(w, "%s: %s of %s is on one side only", lane_name(i),
				here ? text_of(a, 0) : text_of(b, 0), streams[n]);
		else if (more && (strcmp(text_of(a, 0), text_of(b, 0)) != 0 ||
				  sqlite3_column_int64(a, 1) != sqlite3_column_int64(b, 1)))
			ok = no(w, "%s: %s/%lld of %s is %s/%lld at HQ", lane_name(i),
				text_of(b, 0), (long long)sqlite3_column_int64(b, 1), streams[n],
				text_of(a, 0), (long long)sqlite3_column_int64(a, 1));
		else if (more && sqlite3_column_int64(b, 3) == 0 && !s->hq_restored &&
			 strcmp(text_of(a, 2), text_of(b, 2)) != 0)
			ok = no(w, "%s: %s of %s has another body than at HQ", lane_name(i),
				text_of(b, 0), streams[n]);
	}
	sqlite3_reset(a);
	sqlite3_reset(b);
	return ok;
}

static bool same_stream(struct sim *s, int i, int n, const struct why *w)
{
	int64_t here[4] = { 0 }, there[4] = { 0 };
	sqlite3_stmt *q = check_ask(s, lane_db(s, i),
				    "SELECT epoch, seq, count, sum FROM cursor WHERE stream=?", "i",
				    (int64_t)n);

	for (int k = 0; k < 8; k++) {
		if (k % 4 == 0) {
			if (k)
				sqlite3_reset(q);
			if (k)
				q = check_ask(s, hq(s),
					      "SELECT epoch, head, count, sum FROM stream WHERE"
					      " store='" SIM_STORE "' AND stream=?",
					      "t", streams[n]);
			sqlite3_step(q);
		}
		(k < 4 ? here : there)[k % 4] = sqlite3_column_int64(q, k % 4);
	}
	sqlite3_reset(q);
	if (here[0] != there[0] || here[1] != there[1])
		return no(w, "%s stands at %lld/%lld of %s, HQ at %lld/%lld", lane_name(i),
			  (long long)here[0], (long long)here[1], streams[n], (long long)there[0],
			  (long long)there[1]);
	if (here[2] != there[2] || here[3] != there[3])
		return no(w, "%s counts %lld %s, HQ %lld, or their sums differ", lane_name(i),
			  (long long)here[2], streams[n], (long long)there[2]);
	return same_records(s, i, n, w);
}

/* ---- handovers and paper ---- */

static bool overlap(const struct sim *s, const struct handed *a, const struct handed *b)
{
	const int order = load_order_of(a->order);

	for (int n = 0; n < SIM_LINES_MAX; n++)
		if (a->qty[n] && b->qty[n] && a->qty[n] + b->qty[n] > s->orders[order].qty[n])
			return true;
	return false;
}

static bool told_by(struct sim *s, const struct handed *a, const struct handed *b)
{
	return number(check_ask(
		       s, hq(s),
		       "SELECT count(*) FROM event WHERE lane=? AND text LIKE"
		       " '%\"type\":\"pickup.doubled\"%' AND json_extract(text, '$.body.order')=?"
		       " AND json_extract(text, '$.body.with.lane')=?",
		       "ttt", lane_name(a->lane), a->order, lane_name(b->lane))) > 0;
}

/* Who hands over alone must hear what others did since HQ told of them. */
static bool must_tell(const struct handed *a, const struct handed *b)
{
	const int64_t epoch = a->upto_epoch[b->lane], seq = a->upto_seq[b->lane];

	return a->isolated && (b->epoch > epoch || (b->epoch == epoch && b->seq > seq));
}

/* Nothing left the store twice without a word of it. */
static bool doubles_told(struct sim *s, const struct why *w)
{
	for (int i = 0; i < s->handed_n; i++)
		for (int j = i + 1; j < s->handed_n; j++) {
			const struct handed *a = &s->handed[i], *b = &s->handed[j];

			if (strcmp(a->order, b->order) != 0 || a->orphan || b->orphan ||
			    a->reopened || b->reopened || !overlap(s, a, b))
				continue;
			if (a->lane == b->lane)
				return no(w, "%s handed over %s twice", lane_name(a->lane),
					  a->order);
			if ((!told_by(s, a, b) && (must_tell(a, b) || !told_by(s, b, a))) ||
			    (!told_by(s, b, a) && must_tell(b, a)))
				return no(w, "%s left at %s (%s) and %s (%s), and nobody says so",
					  a->order, lane_name(a->lane), a->event,
					  lane_name(b->lane), b->event);
		}
	return true;
}

/* And what is told did happen. */
static bool doubles_true(struct sim *s, const struct why *w)
{
	sqlite3_stmt *q =
		check_ask(s, hq(s),
			  "SELECT lane, json_extract(text, '$.body.order'),"
			  " json_extract(text, '$.body.with.lane') FROM event WHERE text LIKE"
			  " '%\"type\":\"pickup.doubled\"%'",
			  "");
	bool ok = true;

	while (ok && sqlite3_step(q) == SQLITE_ROW) {
		bool found = false;

		for (int i = 0; i < s->handed_n && !found; i++)
			for (int j = 0; j < s->handed_n && !found; j++) {
				const struct handed *a = &s->handed[i], *b = &s->handed[j];

				found = i != j && !strcmp(a->order, text_of(q, 1)) &&
					!strcmp(b->order, text_of(q, 1)) &&
					!strcmp(lane_name(a->lane), text_of(q, 0)) &&
					!strcmp(lane_name(b->lane), text_of(q, 2)) &&
					overlap(s, a, b);
			}
		if (!found)
			ok = no(w, "%s says that %s left twice, and it did not", text_of(q, 0),
				text_of(q, 1));
	}
	sqlite3_reset(q);
	return ok;
}

static int slips_of(const struct sim *s, const char *event)
{
	int n = 0;

	for (int i = 0; i < s->slip_n; i++)
		n += strcmp(s->slips[i].event, event) == 0;
	return n;
}

static bool handovers_right(struct sim *s, const struct why *w)
{
	for (int i = 0; i < s->handed_n; i++) {
		const struct handed *h = &s->handed[i];
		const int slips = slips_of(s, h->event);
		const int64_t there = number(check_ask(
			s, hq(s), "SELECT count(*) FROM event WHERE json_extract(text, '$.id')=?",
			"t", h->event));

		if (there > 1 || (there == 0 && !h->orphan))
			return no(w, "the handover of %s (%s) is at HQ %d times", h->order,
				  h->event, (int)there);
		if (slips > 1 || (slips == 0 && !h->orphan))
			return no(w, "the handover of %s (%s) has %d slips", h->order, h->event,
				  slips);
	}
	for (int i = 0; i < s->slip_n; i++) {
		bool known = false;

		for (int n = 0; n < s->handed_n; n++)
			known = known || strcmp(s->handed[n].event, s->slips[i].event) == 0;
		if (!known)
			return no(w, "a slip of %s belongs to no handover", s->slips[i].event);
	}
	return doubles_told(s, w) && doubles_true(s, w);
}

/* ---- the rest of a lane ---- */

static bool letters_provoked(struct sim *s, int i, const struct why *w)
{
	sqlite3_stmt *q = check_ask(s, lane_db(s, i), "SELECT id, reason FROM letter", "");
	bool ok = true;

	while (ok && sqlite3_step(q) == SQLITE_ROW) {
		const char *id = text_of(q, 0);

		if (strncmp(id, "ZAM-", 4) != 0 || !s->orders[load_order_of(id)].spoiled)
			ok = no(w, "%s: dead letter %s: %s", lane_name(i), id, text_of(q, 1));
	}
	sqlite3_reset(q);
	return ok;
}

/* What HQ has counted lies over its figures no more. What a lane told before its database was lost,
 * and HQ never heard, stays: the goods are gone. */
static bool overlays_gone(struct sim *s, int i)
{
	sqlite3_stmt *q = check_ask(s, lane_db(s, i),
				    "SELECT lane, epoch, seq FROM passing WHERE sku NOT NULL", "");
	bool gone = true;

	while (gone && sqlite3_step(q) == SQLITE_ROW)
		gone = !check_hq_has(s, text_of(q, 0), sqlite3_column_int64(q, 1),
				     sqlite3_column_int64(q, 2));
	sqlite3_reset(q);
	return gone;
}

static bool lane_right(struct sim *s, int i, const struct why *w)
{
	sqlite3 *db = lane_db(s, i);

	if (!lane_running(s, i) || !lane_linked(s, i) || !lane_idle(s, i))
		return no(w, "%s is not idle and linked", lane_name(i));
	if (number(check_ask(s, db, "SELECT sum(last-acked) FROM ledger_now", "")))
		return no(w, "the outbox of %s is not empty", lane_name(i));
	if (number(check_ask(s, db, "SELECT count(*) FROM job WHERE status IN (0,1,3)", "")))
		return no(w, "%s has print jobs that nobody ended", lane_name(i));
	for (int n = 0; n < STREAMS; n++)
		if (!same_stream(s, i, n, w))
			return false;
	if (!overlays_gone(s, i))
		return no(w, "%s still lays stock over HQ's", lane_name(i));
	if (!points_settled(s, i))
		return no(w, "%s still lays points over HQ's", lane_name(i));
	if (number(check_ask(s, db, "SELECT count(*) FROM listen", "")))
		return no(w, "%s still waits to hear another lane", lane_name(i));
	return letters_provoked(s, i, w) && events_there(s, i, w);
}

static bool alarms_right(struct sim *s, const struct why *w)
{
	sqlite3_stmt *q = check_ask(s, hq(s),
				    "SELECT lane, kind, detail FROM alarm WHERE kind IN"
				    " ('fork', 'event_rejected', 'event_unreadable')",
				    "");
	bool ok = sqlite3_step(q) != SQLITE_ROW ||
		  no(w, "HQ is alarmed: %s %s %s", text_of(q, 0), text_of(q, 1), text_of(q, 2));

	sqlite3_reset(q);
	return ok;
}

bool check_quiet(struct sim *s, char *ret_why, size_t cap)
{
	const struct why w = { ret_why, cap };

	for (int i = 0; i < s->lane_count; i++)
		if (!lane_right(s, i, &w))
			return false;
	return chains_whole(s, &w) && stock_right(s, &w) && points_right(s, &w) &&
	       alarms_right(s, &w) && handovers_right(s, &w);
}
