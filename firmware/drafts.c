// SPDX-License-Identifier: Apache-2.0
/*
 * Endless aisle: what is not on the shelf is ordered home or to another store, from the kiosk or by
 * a clerk. The station makes a draft and tells HQ which product, how many and where to; who it is
 * for, and what they agree to, goes from the customer's own phone to the shop by the draft's link.
 */
#include <string.h>

#include "drivers/qr.h"
#include "firmware/ledger.h"
#include "firmware/orders.h"
#include "firmware/printing.h"
#include "firmware/stock.h"

#define DRAFTS_MAX 20 /* at a desk in... */
#define DRAFTS_MS  600000

struct draft {
	char id[ULID_TEXT_MAX];
	char sku[ID_MAX + 1];
	char name[PRODUCT_NAME_MAX];
	char store[ID_MAX + 1]; /* "" home */
	char store_name[128];
	int64_t qty;
	char link[DRAFT_LINK_MAX];
};

/* Anybody can press at a kiosk; what they can make HQ keep is bounded. */
static bool too_many(struct station *st, enum desk desk)
{
	char subject[32];
	struct tries t;

	text_fmt(subject, sizeof(subject), "draft:%s", desk_name(desk));
	t = store_tries(st->store, subject);
	if (t.until_ms <= station_now(st) || t.until_ms > station_now(st) + DRAFTS_MS)
		t = (struct tries){ 0, station_now(st) + DRAFTS_MS };
	if (t.count >= DRAFTS_MAX)
		return true;
	t.count++;
	store_tries_set(st->store, subject, t);
	return false;
}

static bool blocked(struct station *st, const char *sku, bool *ret_known)
{
	struct json body;
	struct record r;

	*ret_known = store_find(st->store, STREAM_CATALOG, slice_of(sku), &r) &&
		     json_check(r.body, &body) == 0;
	if (!*ret_known)
		return false;
	body = json_get(body, "blocked");
	return body.type != JSON_NONE && body.type != JSON_NULL && !json_false(body);
}

static void tell(struct station *st, const struct call *c, const struct draft *d)
{
	struct buf b = event_begin(st);

	jw_str(&b, "draft", d->id);
	jw_str(&b, "sku", d->sku);
	jw_int(&b, "qty", d->qty);
	jw_str(&b, "where", d->store[0] ? "store" : "home");
	if (d->store[0])
		jw_str(&b, "store", d->store);
	jw_str(&b, "desk", desk_name(c->desk));
	if (c->session.valid && c->desk == DESK_COUNTER)
		jw_str(&b, "staff", c->session.row.staff);
	event_end(st, "order.drafted", &b, (struct slice){ 0 }, NULL);
}

static void show(struct station *st, enum desk desk, const struct draft *d)
{
	struct buf b;

	buf_init(&b, st->desks[desk].draft, sizeof(st->desks[desk].draft));
	jw_open(&b, NULL, '{');
	jw_str(&b, "draft", d->id);
	jw_str(&b, "sku", d->sku);
	jw_str(&b, "name", d->name);
	jw_int(&b, "qty", d->qty);
	jw_str(&b, "where", d->store[0] ? "store" : "home");
	if (d->store[0])
		jw_str(&b, "store_name", d->store_name);
	jw_str(&b, "qr", d->link);
	jw_close(&b, '}');
	if (!buf_str(&b))
		st->desks[desk].draft[0] = '\0';
}

static int64_t print(struct station *st, enum desk desk, const struct draft *d)
{
	const enum language l = st->desks[desk].language;
	struct word_values v = words_none();
	char where[256], count[32];
	struct buf doc, text;

	buf_init(&text, where, sizeof(where));
	v.store = d->store_name;
	words_fill(word_text(d->store[0] ? WORD_DRAFT_STORE : WORD_DRAFT_HOME, l), &v, &text);
	text_fmt(count, sizeof(count), "x %lld", (long long)d->qty);
	buf_init(&doc, st->doc, sizeof(st->doc));
	doc_text(&doc, 'H', word_text(WORD_DRAFT_TITLE, l));
	doc_pair(&doc, slice_of(d->name), slice_of(count));
	doc_line(&doc, 'T', buf_read(&text));
	doc_text(&doc, 'Q', d->link);
	doc_text(&doc, 'C', word_text(WORD_DRAFT_PHONE, l));
	doc_line(&doc, 'X', (struct slice){ 0 });
	return doc.overflow ? 0 : job_queue(st, "draft", NULL, buf_read(&doc));
}

static void make(struct station *st, const struct call *c, struct draft *d, bool slip)
{
	struct desk_state *desk = &st->desks[c->desk];
	struct word_values v = words_none();
	char members[DRAFT_LINK_MAX * 2 + 96];
	struct buf b;

	tell(st, c, d);
	product_name(st, d->sku, desk->language, d->name);
	if (d->store[0])
		stock_store_name(st, d->store, d->store_name, sizeof(d->store_name));
	show(st, c->desk, d);
	v.item = d->name;
	notice_word(st, c->desk, NOTICE_GOOD, "draft", WORD_DRAFT, WORD_DRAFT, &v);
	buf_init(&b, members, sizeof(members));
	jw_str(&b, "draft", d->id);
	jw_str(&b, "qr", d->link);
	jw_int(&b, "job", slip ? print(st, c->desk, d) : 0);
	answer_ok(st, c, buf_str(&b) ? members : "");
}

static bool read_args(struct json args, char text[128], struct draft *d, bool *ret_home)
{
	const struct json qty = json_get(args, "qty"), where = json_get(args, "where");

	d->qty = 1;
	*ret_home = json_is(where, "home");
	if (json_string(json_get(args, "sku"), text, 128) <= 0 ||
	    text_has_control(slice_of(text)) ||
	    (qty.type != JSON_NONE && json_int(qty, &d->qty) < 0))
		return false;
	return *ret_home ||
	       (json_is(where, "store") && arg_text(args, "store", d->store, sizeof(d->store)));
}

static void verb_order_draft(struct station *st, const struct call *c, struct json args)
{
	const struct draft_policy policy = draft_policy_read(policy_get(st, "kiosk"));
	struct word_values v = words_none();
	struct draft d = { .store = "" };
	struct draft_facts f = { 0 };
	char text[128];
	enum reason r;

	if (!read_args(args, text, &d, &f.home)) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	v.item = text;
	if (stock_product(st, text, d.sku))
		f.blocked = blocked(st, d.sku, &f.known);
	f.qty = d.qty;
	f.store_known = !f.home && f.known && stock_store_known(st, d.sku, d.store);
	r = draft_verdict(&policy, &f);
	ulid_make(&st->clock, d.id);
	if (r == REASON_NONE && !draft_link(&policy, d.id, d.link))
		r = REASON_FORBIDDEN;
	if (r == REASON_NONE && too_many(st, c->desk))
		r = REASON_BUSY;
	if (r == REASON_NONE)
		make(st, c, &d, policy.slip);
	else
		answer_no(st, c, 409, r, &v);
}

/* ---- the customer's screen ---- */

static void write_product(struct station *st, struct buf *b, const struct desk_state *desk)
{
	const struct draft_policy policy = draft_policy_read(policy_get(st, "kiosk"));
	const struct stock_figures f = stock_figures(st, desk->product);
	char name[PRODUCT_NAME_MAX];
	struct record r;
	struct json body;
	int64_t price;

	product_name(st, desk->product, desk->language, name);
	jw_open(b, "product", '{');
	jw_str(b, "sku", desk->product);
	jw_str(b, "name", name);
	if (store_find(st->store, STREAM_CATALOG, slice_of(desk->product), &r) &&
	    json_check(r.body, &body) == 0 && json_int(json_get(body, "price"), &price) == 0)
		jw_int(b, "price", price);
	stock_document(st, b, desk->product, &f, false);
	jw_int(b, "order_up_to", policy.offered ? policy.max_qty : 0);
	jw_close(b, '}');
}

/* With the modules of its QR, for a page that draws it. */
static void write_draft(struct buf *b, const struct desk_state *desk)
{
	char link[DRAFT_LINK_MAX];
	struct json draft;

	if (json_check(slice_of(desk->draft), &draft) < 0 ||
	    json_string(json_get(draft, "qr"), link, sizeof(link)) <= 0) {
		jw_null(b, "draft");
		return;
	}
	jw_open(b, "draft", '{');
	for (struct json_walk w = json_walk(draft); json_next(&w);) {
		char name[16];

		json_string(w.name, name, sizeof(name));
		jw_value(b, name, w.value);
	}
	qr_write(b, "qr_rows", link);
	jw_close(b, '}');
}

void draft_document(struct station *st, struct buf *b, const struct desk_state *desk, bool kiosk)
{
	const struct notice *n = &desk->notice;

	if (kiosk && n->shown && !strcmp(n->code, "product") && desk->product[0])
		write_product(st, b, desk);
	else
		jw_null(b, "product");
	if (n->shown && !strcmp(n->code, "draft") && desk->draft[0])
		write_draft(b, desk);
	else
		jw_null(b, "draft");
}

const struct verb draft_verbs[] = {
	{ "order.draft", true, false, ROLE_CLERK, verb_order_draft },
	{ 0 },
};
