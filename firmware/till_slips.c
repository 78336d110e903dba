// SPDX-License-Identifier: Apache-2.0
/* The papers of the till, with what they need looked up, and on their way to the printer. */
#include <string.h>

#include "firmware/base/log.h"
#include "firmware/counter/nip.h"
#include "firmware/counter/till_paper.h"
#include "firmware/money.h"
#include "firmware/orders.h"
#include "firmware/printing.h"

static int64_t queue_paper(struct station *st, const char *kind, const struct buf *doc)
{
	if (doc->overflow) {
		log_error("a paper of kind %s is too long to print", kind);
		return 0;
	}
	return job_queue(st, kind, NULL, buf_read(doc));
}

/* A line's barcode: its own, else the first of its product. */
static void find_code(struct station *st, const struct order_line *l, char dst[CARD_CODE_MAX])
{
	char sku[ID_MAX + 1];
	struct json body;
	struct record r;

	if (json_string(l->gtin, dst, CARD_CODE_MAX) > 0)
		return;
	dst[0] = '\0';
	if (json_string(l->sku, sku, sizeof(sku)) <= 0 ||
	    !store_find(st->store, STREAM_CATALOG, slice_of(sku), &r) ||
	    json_check(r.body, &body) < 0)
		return;
	for (struct json_walk w = json_walk(json_get(body, "gtin")); json_next(&w);)
		if (json_string(w.value, dst, CARD_CODE_MAX) > 0)
			return;
	dst[0] = '\0';
}

int64_t till_slip_card(struct station *st, const struct call *c)
{
	const struct order *o = &st->order;
	char codes[ORDER_LINES_MAX][CARD_CODE_MAX], typed[32] = "", nip[NIP_MAX] = "";
	struct till_card_facts f = { .order = o, .done = st->done, .codes = codes };
	struct buf doc;

	(void)c;
	for (int i = 0; i < o->line_count; i++)
		find_code(st, &o->lines[i], codes[i]);
	/* One with a wrong digit is better asked for at the till than printed on the receipt. */
	if (json_string(json_get(json_get(o->body, "buyer"), "nip"), typed, sizeof(typed)) <= 0 ||
	    !nip_read(slice_of(typed), nip))
		nip[0] = '\0';
	f.nip = nip;
	f.store_name = st->config->name;
	f.lane = st->config->lane;
	f.now_ms = station_now(st);
	f.due = pay_due(o, st->done);
	if (f.due == 0)
		f.due = pay_receipt_total(o, st->done);
	f.language = st->language;
	buf_init(&doc, st->doc, sizeof(st->doc));
	paper_till_card(&f, &doc);
	return queue_paper(st, "till", &doc);
}

static void name_of(struct station *st, const char *staff, char *dst, size_t cap)
{
	enum role role;

	if (!staff_name(st, staff, dst, cap, &role))
		text_fmt(dst, cap, "%s", staff);
}

static int list_moves(struct station *st, int64_t shift, struct shift_move *moves)
{
	struct till_row row = { .n = 0 };
	int count = 0;

	while (count < SHIFT_MOVES_MAX &&
	       store_till_next(st->store, shift, TILL_IN, TILL_OUT, &row)) {
		moves[count].amount = row.amount;
		text_fmt(moves[count++].reason, sizeof(moves->reason), "%s", row.reason);
	}
	return count;
}

int64_t till_slip_shift(struct station *st, const struct call *c, const struct shift_row *shift,
			bool closed)
{
	struct till_total totals[TILL_TOTALS_MAX];
	struct shift_move moves[SHIFT_MOVES_MAX];
	char opener[128], closer[128];
	struct shift_facts f = { .number = shift->number, .totals = totals, .moves = moves };
	struct buf doc;

	f.total_count = store_till_totals(st->store, shift->shift, totals);
	f.move_count = list_moves(st, shift->shift, moves);
	name_of(st, shift->staff, opener, sizeof(opener));
	name_of(st, c->session.row.staff, closer, sizeof(closer));
	f.staff = opener;
	f.closer = closer;
	f.store_name = st->config->name;
	f.opened_ms = shift->opened_ms;
	f.now_ms = station_now(st);
	f.handovers = shift->handovers;
	f.closed = closed;
	f.counted = shift->counted;
	f.language = st->language;
	buf_init(&doc, st->doc, sizeof(st->doc));
	paper_shift(&f, &doc);
	return queue_paper(st, "shift", &doc);
}
