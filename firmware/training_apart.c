// SPDX-License-Identifier: Apache-2.0
/* Practice and the real thing are kept apart: each order only where it belongs. */
#include <string.h>

#include "firmware/counter/training.h"
#include "firmware/orders.h"
#include "firmware/training.h"
#include "firmware/trust/code.h"

#define NAME_TEXT_MAX (2 * ID_MAX + 8)

/* The order in LR.ORDER.DOC and LP.ORDER.N, else the text itself. */
static struct slice order_in(struct slice text)
{
	const char *dot = text.n ? memrchr(text.p, '.', text.n) : NULL;

	if ((!slice_starts(text, "LR.") && !slice_starts(text, "LP.")) || dot < text.p + 4)
		return text;
	return (struct slice){ text.p + 3, (size_t)(dot - text.p) - 3 };
}

static bool is_label(struct station *real, struct slice text)
{
	char id[ID_MAX + 1] = "";

	return store_lookup_next(real->store, store_cursor(real->store, STREAM_ORDERS).gen,
				 LOOKUP_LABEL, text, id);
}

static enum named named_by(struct station *st, struct slice text)
{
	const struct slice order = order_in(text);
	const bool practice = practice_names(order);
	char id[ID_MAX + 1];

	/* An order that HQ gave such a number all the same is as real as any. */
	if (practice)
		return !st->real && order_named(st, order, id) ? NAMED_REAL : NAMED_PRACTICE;
	if (st->real && (order_named(st->real, order, id) || is_label(st->real, text)))
		return NAMED_REAL;
	return NAMED_NOTHING;
}

/* A code that is not one of practice is real, whether its order is known here or not. */
static enum named named_by_code(struct station *st, struct slice text, char order[ID_MAX + 1])
{
	struct pickup_code code;
	enum named n;

	if (!code_claims(text, &code))
		return NAMED_NOTHING;
	text_fmt(order, ID_MAX + 1, "%s", code.order);
	n = named_by(st, slice_of(code.order));
	return n == NAMED_NOTHING ? NAMED_REAL : n; /* which is refused in training only */
}

static bool refuse(struct station *st, const struct call *c, enum named named, const char *order)
{
	const enum reason r = training_verdict(st->real != NULL, named);
	struct word_values v = words_none();

	if (r == REASON_NONE)
		return false;
	if (st->real)
		v.order = order;
	else
		v.item = order;
	answer_no(st, c, 409, r, &v);
	return true;
}

/* What names something else where it is scanned now, whatever orders may be called. */
static bool is_no_name(struct station *st, const struct call *c, const struct scan *s)
{
	char sku[ID_MAX + 1];

	return s->kind == SCAN_NOTHING || s->kind == SCAN_BADGE ||
	       (s->kind == SCAN_PIN && st->desks[c->desk].mode == MODE_ASKING) ||
	       (st->real && s->kind == SCAN_GTIN && product_by_code(st, &s->code, sku));
}

bool training_refuses_scan(struct station *st, const struct call *c, const struct scan *s)
{
	char order[NAME_TEXT_MAX];
	enum named named;

	if (is_no_name(st, c, s))
		return false;
	if (s->kind == SCAN_PICKUP)
		named = named_by_code(st, s->text, order);
	else if (slice_copy(order_in(s->text), order, sizeof(order)) == 0)
		named = named_by(st, s->text);
	else
		return false;
	return refuse(st, c, named, order);
}

static bool phone_is_real(struct station *st, struct json phone)
{
	char typed[32], hash[HASH_TEXT_MAX], id[ID_MAX + 1] = "";

	return st->real && json_string(phone, typed, sizeof(typed)) > 0 &&
	       typed_phone_hash(st, typed, hash) &&
	       store_lookup_next(st->real->store, store_cursor(st->real->store, STREAM_ORDERS).gen,
				 LOOKUP_PHONE, slice_of(hash), id);
}

static bool refuses_named(struct station *st, const struct call *c, struct json name)
{
	char text[NAME_TEXT_MAX];

	return json_string(name, text, sizeof(text)) > 0 &&
	       refuse(st, c, named_by(st, slice_of(text)), text);
}

bool training_refuses(struct station *st, const struct call *c, const char *verb, struct json args)
{
	static const char *const names[] = { "order", "label", "doc", "exchange" };
	struct json m[COUNT_OF(names)];

	/* A PIN is real, wherever it is changed; a customer who has no number here as well. */
	if (st->real && (!strcmp(verb, "staff.pin") || phone_is_real(st, json_get(args, "phone"))))
		return refuse(st, c, NAMED_REAL, NULL);
	if (!strcmp(verb, "pickup.search"))
		return refuses_named(st, c, json_get(args, "text"));
	json_pick(args, names, m, COUNT_OF(names));
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (refuses_named(st, c, m[i]))
			return true;
	return false;
}

bool training_pressed(struct station *st, const struct call *c)
{
	struct training *tr = st->real ? &st->real->training : &st->training;
	struct word_values v = words_none();

	if (!c->press[0])
		return false;
	if (st->real) {
		text_fmt(tr->pressed[tr->next_press], HASH_TEXT_MAX, "%s", c->press);
		tr->next_press = (tr->next_press + 1) % PRACTICE_PRESSES;
		return false;
	}
	for (int i = 0; i < PRACTICE_PRESSES; i++)
		if (!strcmp(tr->pressed[i], c->press)) {
			answer_no(st, c, 409, REASON_TRAINING, &v);
			return true;
		}
	return false;
}
