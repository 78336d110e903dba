// SPDX-License-Identifier: Apache-2.0
#include "firmware/training_shop.h"

#include <stdlib.h>
#include <string.h>

#include "firmware/approvals.h"
#include "firmware/base/log.h"
#include "firmware/counter/training.h"
#include "firmware/documents.h"
#include "firmware/ledger.h"
#include "firmware/orders.h"
#include "firmware/printing.h"
#include "firmware/streams.h"
#include "firmware/training.h"
#include "firmware/trust/code.h"

#define PRACTICE_KID	0
#define PRODUCTS_LOOKED 500 /* of the catalogue, for some to practise with */
#define OPS_MAX		16384

/* ---- made ---- */

/* Everybody may know it: no station pins it, so it opens nothing but practice orders. */
static void practice_pair(struct trust_pair *ret_pair)
{
	static const uint8_t seed[TRUST_SEED_BYTES] = "lada practice, of no worth at al";

	trust_pair_from_seed(seed, ret_pair);
}

static void sign_codes(const struct trust_pair *pair, char codes[PRACTICE_ORDERS][CODE_TEXT_MAX])
{
	struct pickup_code c = { .kid = PRACTICE_KID, .store = PRACTICE_STORE };

	for (int i = 0; i < PRACTICE_ORDERS; i++) {
		practice_id(i, c.order);
		if (code_sign(&c, pair, codes[i]) < 0)
			codes[i][0] = '\0';
	}
}

static void pin_practice_key(struct station *t)
{
	struct trust_key *key = &t->keys.key[0];
	struct trust_pair pair;

	practice_pair(&pair);
	t->keys.count = 1;
	key->kid = PRACTICE_KID;
	key->purpose = KEY_PICKUP;
	memcpy(key->public_key, pair.public_key, sizeof(key->public_key));
	sign_codes(&pair, t->real->training.codes);
}

struct station *training_shop_open(struct station *real, int64_t first)
{
	struct station *t = calloc(1, sizeof(*t));
	char message[256];

	if (!t)
		return NULL;
	if (store_open(NULL, &t->store, message, sizeof(message)) < 0) {
		log_error("no training: %s", message);
		free(t);
		return NULL;
	}
	store_practise(t->store, real->store, first);
	t->real = real;
	t->clock = real->clock;
	t->config = real->config;
	t->door = real->door;
	t->clocks = real->clocks;
	t->language = real->language;
	t->pin_number = (uint64_t)first;
	t->queue_stale = t->link_up = true; /* a day on which nothing is wrong */
	for (int d = 0; d < DESK_COUNT; d++)
		t->desks[d].language = real->desks[d].language;
	claims_init(&t->claims, t->config->lane);
	pin_practice_key(t);
	store_begin(t->store);
	ledger_open_epoch(t);
	return t;
}

/* ---- its orders ---- */

/* By policy: an hour at which it is not sold, a category that is taken back otherwise. */
static bool has_rules(struct station *t, struct json category)
{
	const struct sale_ban ban = pickup_policy_now(t).ban;
	char name[ID_MAX + 1];

	if (ban.category[0] && json_is(category, ban.category))
		return true;
	return json_string(category, name, sizeof(name)) > 0 &&
	       json_get(json_get(policy_get(t, "returns"), "by_category"), name).type != JSON_NONE;
}

/* A product that nothing special is known of, so that every practice order can be done with it. */
static bool read_product(struct station *t, struct json body, struct practice_product *ret)
{
	static const char *const special[] = { "blocked", "attrs", "deposit", "parent" };
	struct json name = json_get(json_get(body, "name"), language_code(t->language));
	struct json_walk codes = json_walk(json_get(body, "gtin"));

	for (size_t i = 0; i < COUNT_OF(special); i++)
		if (json_get(body, special[i]).type > JSON_NULL)
			return false;
	if (name.type != JSON_STRING)
		name = json_get(json_get(body, "name"), "pl");
	return !json_false(json_get(body, "returnable")) &&
	       !has_rules(t, json_get(body, "category")) && json_next(&codes) &&
	       json_string(codes.value, ret->gtin, sizeof(ret->gtin)) >= 8 &&
	       text_digits(slice_of(ret->gtin)) &&
	       json_string(name, ret->name, sizeof(ret->name)) > 0 &&
	       json_string(json_get(body, "vat"), ret->vat, sizeof(ret->vat)) > 0 &&
	       json_int(json_get(body, "price"), &ret->price) == 0 && ret->price > 0 &&
	       ret->price <= MONEY_MAX / 100;
}

/* The next of the catalogue behind `id`, in t->body: what is read of policies borrows the record's
 * statement. */
static bool next_product(struct station *t, int64_t gen, char id[ID_MAX + 1], struct json *ret_body)
{
	struct record r;

	*ret_body = (struct json){ 0 };
	if (!store_record_next(t->store, gen, id))
		return false;
	if (!store_record(t->store, gen, slice_of(id), &r) || r.state != RECORD_LIVE ||
	    r.body.n >= sizeof(t->body))
		return true;
	memcpy(t->body, r.body.p, r.body.n);
	if (json_check((struct slice){ t->body, r.body.n }, ret_body) < 0)
		*ret_body = (struct json){ 0 };
	return true;
}

/* Those of the shop, as far as they go: they are what lies on its shelves. */
static void choose_products(struct station *t, struct practice_product *products)
{
	const int64_t gen = store_cursor(t->store, STREAM_CATALOG).gen;
	char id[ID_MAX + 1] = "";
	struct json body;
	int n = 0;

	for (int i = 0; gen && i < PRODUCTS_LOOKED && n < PRACTICE_PRODUCTS; i++) {
		struct practice_product p;

		if (!next_product(t, gen, id, &body))
			break;
		if (!read_product(t, body, &p))
			continue;
		text_fmt(p.sku, sizeof(p.sku), "%s", id);
		products[n++] = p;
	}
	for (; n < PRACTICE_PRODUCTS; n++)
		products[n] = practice_product(n);
}

static void gather(struct station *t, struct practice_facts *f)
{
	const struct slice pin = slice_of(PRACTICE_PIN);
	char id[PRACTICE_ID_MAX];

	*f = (struct practice_facts){ .now_ms = station_now(t), .language = t->language };
	f->store = t->config->store;
	f->lane = t->config->lane;
	choose_products(t, f->products);
	if (!t->config->has_secret)
		return;
	hash_keyed(t->config->secret, "phone", slice_of(PRACTICE_PHONE), NULL, f->phone_hash);
	for (int i = 0; i < PRACTICE_ORDERS; i++) {
		practice_id(i, id);
		hash_keyed(t->config->secret, "pin", slice_of(id), &pin, f->pin_hash[i]);
	}
}

void training_shop_fill(struct station *t)
{
	struct cursor c = { .epoch = 1, .seq = 1, .gen = store_gen_new(t->store) };
	struct ops_target target = { .stream = STREAM_ORDERS, .gen = c.gen, .live = true };
	struct practice_facts f;
	char memory[OPS_MAX], id[PRACTICE_ID_MAX];
	struct buf ops;

	gather(t, &f);
	store_cursor_set(t->store, STREAM_ORDERS, &c);
	buf_init(&ops, memory, sizeof(memory));
	jw_open(&ops, NULL, '[');
	for (int i = 0; i < PRACTICE_ORDERS; i++)
		practice_write(&f, i, &ops);
	jw_close(&ops, ']');
	if (ops.overflow) /* texts of the catalogue are bounded above */
		log_error("no practice orders: they do not fit");
	else
		ops_apply(t, &target, buf_read(&ops));
	/* Its customer has shown the code and waits. */
	practice_id(0, id);
	store_here_add(t->store, slice_of(id), station_now(t));
}

void training_shop_tick(struct station *t)
{
	desk_tick(t);
	displays_tick(t);
	queue_tick(t);
	approvals_tick(t);
	job_pump(t);
}

/* ---- what there is to practise ---- */

static int64_t really_here(struct station *real)
{
	char id[ID_MAX + 1] = "";
	int64_t at = 0, n = 0;

	while (store_here_next(real->store, id, &at))
		n++;
	return n;
}

void training_document(struct station *st, struct buf *b)
{
	const enum language l = st->desks[DESK_COUNTER].language;
	char id[PRACTICE_ID_MAX];

	if (!st->real) {
		jw_null(b, "practice");
		return;
	}
	jw_open(b, "practice", '{');
	jw_int(b, "here", really_here(st->real));
	jw_open(b, "orders", '[');
	for (int i = 0; i < PRACTICE_ORDERS; i++) {
		practice_id(i, id);
		jw_open(b, NULL, '{');
		jw_str(b, "order", id);
		jw_str(b, "teaches", practice_teaches(i, l));
		jw_str(b, "pin", PRACTICE_PIN);
		jw_str(b, "code", st->real->training.codes[i]);
		jw_close(b, '}');
	}
	jw_close(b, ']');
	jw_close(b, '}');
}

static void write_products(struct station *t, struct buf *doc)
{
	struct practice_facts f;
	struct record r;

	gather(t, &f);
	for (int i = 0; i < PRACTICE_PRODUCTS; i++) {
		/* What the shop has can be scanned from its shelf. */
		if (store_find(t->store, STREAM_CATALOG, slice_of(f.products[i].sku), &r))
			continue;
		doc_text(doc, 'T', f.products[i].name);
		doc_text(doc, 'E', f.products[i].gtin);
	}
}

void verb_training_sheet(struct station *t, const struct call *c, struct json args)
{
	const enum language l = t->desks[DESK_COUNTER].language;
	char id[PRACTICE_ID_MAX], members[48];
	struct word_values v = words_none();
	struct buf doc;
	int64_t job;

	(void)args;
	if (!t->real) {
		answer_no(t, c, 409, REASON_BAD_REQUEST, &v);
		return;
	}
	buf_init(&doc, t->doc, sizeof(t->doc));
	for (int i = 0; i < PRACTICE_ORDERS; i++) {
		practice_id(i, id);
		doc_text(&doc, 'R', "");
		doc_pair(&doc, slice_of(id), slice_of(PRACTICE_PIN));
		doc_text(&doc, 'T', practice_teaches(i, l));
		doc_text(&doc, 'Q', t->real->training.codes[i]);
	}
	write_products(t, &doc);
	doc_text(&doc, 'X', "");
	job = job_queue(t, "practice", NULL, buf_read(&doc));
	if (job == 0)
		job_missing(t);
	text_fmt(members, sizeof(members), "\"job\":%lld", (long long)job);
	answer_ok(t, c, members);
}
