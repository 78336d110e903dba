// SPDX-License-Identifier: Apache-2.0
/*
 * Policy `fiscal` mode `external`: what is due is paid and receipted at the shop's fiscal till. The
 * station prints a card for it, and keeps the number of the receipt.
 *
 * HQ counts money by payment.* alone, so what that till took is a payment like any other; its
 * tender is what was told, else `till`: nobody here knows how it was paid. It lies in that till, so
 * no shift of this station has it.
 */
#include <string.h>

#include "firmware/ledger.h"
#include "firmware/money.h"
#include "firmware/orders.h"

/* A till's numbers may begin anew with the next day. */
#define RECEIPT_DAY_MS (20 * 3600 * INT64_C(1000))

struct fiscal_wish {
	struct receipt receipt;
	char tender[TENDER_MAX];
	char nip[32]; /* as typed, "" none */
};

/* Points are no money that a till could take. */
static bool tender_known(const char *tender)
{
	static const char *const known[] = { "till", "card", "blik", "cash", "transfer", "gift" };

	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (strcmp(known[i], tender) == 0)
			return true;
	return false;
}

static bool read_wish(struct json args, struct fiscal_wish *w)
{
	const struct json nip = json_get(args, "nip"), tender = json_get(args, "tender");
	struct receipt *r = &w->receipt;

	*w = (struct fiscal_wish){ .tender = "till" };
	return money_arg_code(json_get(args, "register"), r->register_id, sizeof(r->register_id)) &&
	       money_arg_code(json_get(args, "number"), r->number, sizeof(r->number)) &&
	       json_int(json_get(args, "total"), &r->total) == 0 && r->total > 0 &&
	       r->total <= MONEY_MAX &&
	       (nip.type == JSON_NONE || nip.type == JSON_NULL ||
		money_arg_code(nip, w->nip, sizeof(w->nip))) &&
	       (tender.type == JSON_NONE ||
		(arg_text(args, "tender", w->tender, sizeof(w->tender)) &&
		 tender_known(w->tender)));
}

static void tell_payment(struct station *st, const struct call *c, const struct fiscal_wish *w,
			 char payment[ID_MAX + 1])
{
	struct taken t = { .amount = w->receipt.total };

	ulid_make(&st->clock, t.payment);
	text_fmt(t.tender, sizeof(t.tender), "%s", w->tender);
	text_fmt(t.ref, sizeof(t.ref), "%s", w->receipt.number);
	money_tell_taken(st, c, &t);
	text_fmt(payment, ID_MAX + 1, "%s", t.payment);
}

/* A sole trader's NIP is a person's: it stands beside the chain. */
static void write_person(struct station *st, const char *nip, struct buf *person)
{
	uint8_t random[8];
	char salt[17];

	if (!nip[0])
		return;
	st->clock.random(st->clock.ctx, random, sizeof(random));
	hex_encode(random, sizeof(random), salt);
	jw_open(person, NULL, '{');
	jw_str(person, "salt", salt);
	jw_str(person, "nip", nip);
	jw_close(person, '}');
}

static void tell_receipt(struct station *st, const struct call *c, const struct fiscal_wish *w)
{
	const struct receipt *r = &w->receipt;
	char memory[256];
	struct buf b, person;

	buf_init(&person, memory, sizeof(memory));
	write_person(st, w->nip, &person);
	b = event_begin(st);
	jw_slice(&b, "order", st->order.id);
	jw_str(&b, "register", r->register_id);
	jw_str(&b, "number", r->number);
	jw_int(&b, "total", r->total);
	if (r->payment[0])
		jw_str(&b, "payment", r->payment);
	jw_str(&b, "staff", c->session.row.staff);
	event_end(st, "fiscal.recorded", &b, buf_read(&person), NULL);
}

static void record(struct station *st, const struct call *c, struct fiscal_wish *w, bool pays)
{
	struct word_values v = words_none();
	char members[ID_MAX + 32];

	if (pays)
		tell_payment(st, c, w, w->receipt.payment);
	w->receipt.at_ms = station_now(st);
	tell_receipt(st, c, w);
	store_receipt_add(st->store, st->order.id, &w->receipt);
	notice_word(st, c->desk, NOTICE_GOOD, "receipt_kept", WORD_RECEIPT_KEPT, WORD_RECEIPT_KEPT,
		    &v);
	notice_hide_from_customer(st, c->desk);
	text_fmt(members, sizeof(members), "\"payment\":\"%s\",\"due\":0", w->receipt.payment);
	answer_ok(st, c, pays ? members : "\"due\":0");
}

/* The same receipt once more changes nothing. */
static bool is_kept(struct station *st, const struct fiscal_wish *w)
{
	struct receipt r;

	return store_receipt(st->store, st->order.id, &r) && r.total == w->receipt.total &&
	       strcmp(r.register_id, w->receipt.register_id) == 0 &&
	       strcmp(r.number, w->receipt.number) == 0;
}

/* People know it by its number; both are orders of this store. */
static void refuse_used(struct station *st, const struct call *c, const char *other)
{
	struct word_values v = words_none();
	char opened[ID_MAX + 1], number[128];

	slice_copy(st->order.id, opened, sizeof(opened));
	if (order_load(st, slice_of(other)))
		order_number(&st->order, number, sizeof(number));
	else
		text_fmt(number, sizeof(number), "%s", other);
	order_load(st, slice_of(opened));
	v.item = number;
	answer_no(st, c, 409, REASON_RECEIPT_USED, &v);
}

static void refuse_sum(struct station *st, const struct call *c, int64_t due)
{
	struct word_values v = words_none();
	char money[MONEY_TEXT_MAX];

	money_format(due, st->desks[c->desk].language, money);
	v.item = money;
	words_say(&v, WORD_NO_SUM, WORD_NO_SUM);
	answer_no(st, c, 409, REASON_PAYMENT_DUE, &v);
	notice_hide_from_customer(st, c->desk);
}

void verb_fiscal_record(struct station *st, const struct call *c, struct json args)
{
	const struct pay_policy policy = money_policy_now(st);
	struct word_values v = words_none();
	struct fiscal_facts f = { .order = &st->order };
	struct fiscal_wish w;
	char buyer[32], other[ID_MAX + 1];
	enum reason r;

	if (!read_wish(args, &w)) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	if (!pickup_loaded(st, c) || serving_park(st, c, args))
		return;
	f.due = pay_due(&st->order, st->done);
	f.receipt_only = pay_receipt_only(&st->order, st->done);
	if (f.due == 0 && !f.receipt_only && is_kept(st, &w)) {
		answer_ok(st, c, "\"due\":0");
		return;
	}
	if (json_string(json_get(json_get(st->order.body, "buyer"), "nip"), buyer, sizeof(buyer)) <
	    0)
		buyer[0] = '\0';
	f.receipt_total = pay_receipt_total(&st->order, st->done);
	f.total = w.receipt.total;
	f.nip = slice_of(w.nip);
	f.buyer = slice_of(buyer);
	f.payments = money_payments(st);
	f.used = store_receipt_used(st->store, st->order.id, &w.receipt,
				    station_now(st) - RECEIPT_DAY_MS, other);
	r = pay_fiscal_verdict(&f, &policy);
	if (r == REASON_NONE)
		record(st, c, &w, !f.receipt_only);
	else if (r == REASON_RECEIPT_USED)
		refuse_used(st, c, other);
	else if (r == REASON_PAYMENT_DUE)
		refuse_sum(st, c, f.receipt_only ? f.receipt_total : f.due);
	else
		money_refuse(st, c, r, f.receipt_only ? f.receipt_total : f.due);
}

void verb_pickup_card(struct station *st, const struct call *c, struct json args)
{
	char members[48];
	int64_t job;

	(void)args;
	if (!pickup_loaded(st, c))
		return;
	if (!money_policy_now(st).external ||
	    (pay_due(&st->order, st->done) == 0 && !pay_receipt_only(&st->order, st->done))) {
		money_refuse(st, c, REASON_BAD_REQUEST, 0);
		return;
	}
	job = till_slip_card(st, c);
	if (!job) {
		money_refuse(st, c, REASON_NOT_FOUND, 0);
		return;
	}
	text_fmt(members, sizeof(members), "\"job\":%lld", (long long)job);
	answer_ok(st, c, members);
}
