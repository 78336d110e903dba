// SPDX-License-Identifier: Apache-2.0
/*
 * What the customer displays of a desk show, as a document of a few lines (base/doc.h). Decided
 * with the screens, out of the same state, and told only when it changes; after a start it is
 * always told. It says no more of a person than the customer screen does: an order's number,
 * never a name.
 *
 * Two lines of 20 characters have to do, so the words are short. In this order: the pickup that
 * is open; else what happened last (a product's price, an order handed over, a refusal in the
 * customer's words); else the greeted customer's order and where to collect it; else the shop's
 * name. What happened goes after a while, for nobody tells that a customer has left, and the code
 * on the slip of one is nothing for the next to take a picture of.
 */
#include <string.h>

#include "firmware/desk.h"
#include "firmware/documents.h"
#include "firmware/counter/pay.h"
#include "firmware/counter/training.h"
#include "firmware/orders.h"
#include "firmware/station.h"
#include "firmware/trust/hash.h"

#define PRICE_MS	45000
#define SAID_MS		90000 /* thanks, a refusal */
#define RECEIPT_MS	20000 /* the return code, before the survey's if there is one */
#define NAME_CHARACTERS 80
#define URL_MAX		193

static struct slice word(const struct desk_state *d, enum word w)
{
	return slice_of(word_text(w, d->language));
}

/* The document will change by itself then. */
static void due_at(struct station *st, int64_t mono_ms)
{
	if (!st->display_due_ms || mono_ms < st->display_due_ms)
		st->display_due_ms = mono_ms;
}

static bool stands(struct station *st, const struct notice *n, int64_t ms)
{
	if (station_mono(st) - n->at_ms >= ms)
		return false;
	due_at(st, n->at_ms + ms);
	return true;
}

static void show_idle(struct station *st, const struct desk_state *d, struct buf *doc)
{
	doc_text(doc, 'C', st->config->name[0] ? st->config->name : st->config->store);
	doc_line(doc, 'C', word(d, WORD_SHOW_WELCOME));
}

static void show_number(const struct station *st, const struct desk_state *d, struct buf *doc)
{
	char number[128];

	order_number(&st->order, number, sizeof(number));
	doc_pair(doc, word(d, WORD_SHOW_ORDER), slice_of(number));
}

static void show_pickup(struct station *st, enum desk desk, struct buf *doc)
{
	const struct desk_state *d = &st->desks[desk];
	int64_t all = 0, done = 0, due;
	char text[MONEY_TEXT_MAX];

	pickup_done_load(st, desk);
	due = pay_due(&st->order, st->done);
	for (int i = 0; i < st->order.line_count; i++) {
		if (!st->order.lines[i].goods)
			continue;
		all += order_line_left(&st->order.lines[i]);
		done += st->done[i].checked + st->done[i].short_;
	}
	show_number(st, d, doc);
	if (due > 0) {
		money_format(due, d->language, text);
		doc_pair(doc, word(d, WORD_SHOW_DUE), slice_of(text));
	} else {
		text_fmt(text, sizeof(text), "%lld/%lld", (long long)done, (long long)all);
		doc_pair(doc, word(d, WORD_SHOW_PIECES), slice_of(text));
	}
}

static void show_price(struct station *st, const struct desk_state *d, struct buf *doc)
{
	char name[256] = "", text[MONEY_TEXT_MAX];
	struct record r;
	struct json body;
	int64_t price;

	if (!store_find(st->store, STREAM_CATALOG, slice_of(d->product), &r) ||
	    json_check(r.body, &body) < 0) {
		show_idle(st, d, doc);
		return;
	}
	if (json_string(json_get(json_get(body, "name"), language_code(d->language)), name,
			sizeof(name)) <= 0)
		text_fmt(name, sizeof(name), "%s", d->product);
	doc_line(doc, 'T', utf8_cut(slice_of(name), NAME_CHARACTERS));
	if (json_int(json_get(body, "price"), &price) < 0)
		return;
	money_format(price, d->language, text);
	doc_pair(doc, word(d, WORD_SHOW_PRICE), slice_of(text));
}

/* The survey's address in policy: one for all languages, or one for each. */
static bool survey_url(struct station *st, enum language l, char ret_url[URL_MAX])
{
	struct json url = json_get(policy_get(st, "survey"), "url");

	if (url.type == JSON_OBJECT)
		url = json_get(url, language_code(l));
	return json_string(url, ret_url, URL_MAX) > 0;
}

static void show_thanks(struct station *st, const struct desk_state *d, struct buf *doc)
{
	char url[URL_MAX];
	bool survey = d->survey && survey_url(st, d->language, url);

	if (survey && stands(st, &d->notice, RECEIPT_MS))
		survey = false;
	doc_line(doc, 'C', word(d, WORD_SHOW_THANKS));
	doc_line(doc, 'C', word(d, WORD_SHOW_AGAIN));
	doc_text(doc, 'Q', survey ? url : d->receipt);
	doc_line(doc, 'C', word(d, survey ? WORD_SHOW_SURVEY : WORD_SHOW_RECEIPT));
}

/* The QR is for taking along: the same words, and which shop. */
static void show_here(struct station *st, const struct desk_state *d, struct buf *doc)
{
	char number[128], text[3 * 128 + CONFIG_TEXT_MAX];

	order_number(&st->order, number, sizeof(number));
	show_number(st, d, doc);
	doc_pair(doc, word(d, WORD_SHOW_HERE), slice_of(st->config->lane));
	text_fmt(text, sizeof(text), "%s %s. %s %s. %s", word_text(WORD_SHOW_ORDER, d->language),
		 number, word_text(WORD_SHOW_HERE, d->language), st->config->lane,
		 st->config->name);
	doc_text(doc, 'Q', text);
}

/* The QR opens the order on the customer's phone. */
static void show_draft(const struct desk_state *d, struct buf *doc)
{
	char name[PRODUCT_NAME_MAX], link[DRAFT_TEXT_MAX];
	struct json draft;

	if (json_check(slice_of(d->draft), &draft) < 0 ||
	    json_string(json_get(draft, "name"), name, sizeof(name)) <= 0 ||
	    json_string(json_get(draft, "qr"), link, sizeof(link)) <= 0)
		return;
	doc_line(doc, 'T', utf8_cut(slice_of(name), NAME_CHARACTERS));
	doc_line(doc, 'C', word(d, WORD_DRAFT_TITLE));
	doc_text(doc, 'Q', link);
	doc_text(doc, 'C', d->notice.customer);
}

static void write_document(struct station *st, enum desk desk, struct buf *doc)
{
	const struct desk_state *d = &st->desks[desk];
	const struct notice *n = &d->notice;
	const bool product = n->shown && !strcmp(n->code, "product") && d->product[0];
	const bool thanks = n->shown && !strcmp(n->code, "handed_over") && d->receipt[0];

	if (d->mode == MODE_PICKUP && order_load(st, slice_of(d->row.order)))
		show_pickup(st, desk, doc);
	else if (product && stands(st, n, PRICE_MS))
		show_price(st, d, doc);
	else if (n->shown && !strcmp(n->code, "draft") && d->draft[0])
		show_draft(d, doc);
	else if (thanks && stands(st, n, SAID_MS))
		show_thanks(st, d, doc);
	else if (n->shown && n->level != NOTICE_GOOD && n->customer[0] && stands(st, n, SAID_MS))
		doc_text(doc, 'T', n->customer);
	else if (d->greeted[0] && order_load(st, slice_of(d->greeted)))
		show_here(st, d, doc);
	else
		show_idle(st, d, doc);
}

static bool has_display(const struct station *st, enum desk desk)
{
	for (int i = 0; i < st->config->device_count; i++)
		if (st->config->devices[i].kind == DEVICE_DISPLAY &&
		    st->config->devices[i].desk == desk)
			return true;
	return false;
}

static void publish(struct station *st, enum desk desk)
{
	struct door_out out = { .kind = OUT_DISPLAY, .display.desk = desk };
	char memory[DOC_DISPLAY_MAX];
	uint8_t hash[HASH_BYTES];
	struct buf doc;

	buf_init(&doc, memory, sizeof(memory));
	if (desk == DESK_COUNTER && st->training.station) {
		doc_text(&doc, 'C', TRAINING_SHORT);
		write_document(st->training.station, desk, &doc);
	} else {
		write_document(st, desk, &doc);
	}
	hash_bytes(buf_read(&doc), hash);
	if (doc.overflow || !memcmp(hash, st->display_hash[desk], HASH_BYTES))
		return;
	memcpy(st->display_hash[desk], hash, HASH_BYTES);
	door_emit(st->door, &out, buf_read(&doc));
}

void displays_publish(struct station *st)
{
	st->display_due_ms = 0;
	if (st->training.station)
		st->training.station->display_due_ms = 0;
	for (int desk = 0; desk < DESK_COUNT; desk++)
		if (has_display(st, (enum desk)desk))
			publish(st, (enum desk)desk);
}

void displays_tick(struct station *st)
{
	if (st->display_due_ms && station_mono(st) >= st->display_due_ms)
		st->dirty = true;
}

void display_receipt(struct station *st, enum desk desk, struct slice order, const char *document)
{
	struct desk_state *d = &st->desks[desk];
	int64_t every;

	if (json_int(json_get(policy_get(st, "survey"), "every"), &every) < 0 || every < 1)
		every = 1;
	d->survey = st->counters.handovers % every == 0;
	text_fmt(d->receipt, sizeof(d->receipt), "LR.%.*s.%s", (int)order.n, order.p, document);
}
