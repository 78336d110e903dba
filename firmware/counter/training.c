// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/training.h"

#include "firmware/base/clock.h"
#include "firmware/base/doc.h"

#define HOUR_MS (3600 * INT64_C(1000))

/* In all three languages: who finds it does not know who printed it. */
const char TRAINING_MARK[] = "SZKOLENIE / TRAINING / НАВЧАННЯ";
static const char no_proof[] = "Nie jest dowodem. Not a proof. Не є підтвердженням.";

/* ---- the orders ---- */

#define LINES_MAX 2
#define LANGUAGES 3

struct practice_line {
	int qty, product; /* qty 0: there is none */
	int age;
};

struct practice {
	const char *status;
	const char *customer;
	const char *tender; /* NULL: to pay at pickup */
	struct practice_line lines[LINES_MAX];
	/* Hours from now, 0 none. */
	int promised, collect_by, collected;
	bool parcel, staged;
	const char *teaches[LANGUAGES];
};

static const struct practice orders[PRACTICE_ORDERS] = {
	{ "ready",
	  "Anna W.",
	  "blik",
	  { { 2, 0, 0 }, { 1, 1, 0 } },
	  0,
	  48,
	  0,
	  false,
	  true,
	  { "Opłacone, dwa produkty", "Paid, two products", "Оплачене, два товари" } },
	{ "ready",
	  "Piotr Z.",
	  NULL,
	  { { 1, 2, 0 } },
	  0,
	  48,
	  0,
	  false,
	  true,
	  { "Zapłata przy odbiorze", "To pay at pickup", "Оплата під час отримання" } },
	{ "ready",
	  "Oksana B.",
	  "card",
	  { { 1, 3, 18 }, { 1, 4, 0 } },
	  0,
	  48,
	  0,
	  false,
	  true,
	  { "Jeden produkt od 18 lat", "One product is for adults", "Один товар від 18 років" } },
	{ "in_transit",
	  "Marek L.",
	  "card",
	  { { 1, 1, 0 } },
	  2,
	  0,
	  0,
	  true,
	  false,
	  { "Klient za wcześnie; paczka do przyjęcia", "Customer too early; a parcel to receive",
	    "Клієнт зарано; пакунок прийняти" } },
	{ "placed",
	  "Ewa S.",
	  "card",
	  { { 3, 0, 0 }, { 2, 5, 0 } },
	  1,
	  48,
	  0,
	  false,
	  false,
	  { "Do skompletowania; spróbuj z brakiem", "To prepare; try it with a short",
	    "Скомплектувати; спробуйте з браком" } },
	{ "ready",
	  "Tomasz R.",
	  "blik",
	  { { 1, 1, 0 }, { 1, 2, 0 } },
	  0,
	  48,
	  0,
	  true,
	  true,
	  { "Wydanie w paczce", "Handed over in a parcel", "Видача в пакунку" } },
	{ "collected",
	  "Julia M.",
	  "card",
	  { { 2, 0, 0 }, { 1, 4, 0 } },
	  0,
	  0,
	  -48,
	  false,
	  false,
	  { "Odebrane; przyjmij zwrot albo reklamację", "Collected; take a return or a complaint",
	    "Отримане; прийміть повернення чи рекламацію" } },
	{ "ready",
	  "Adam K.",
	  "card",
	  { { 1, 5, 0 } },
	  0,
	  -24,
	  0,
	  false,
	  true,
	  { "Po terminie odbioru", "After its last day", "Після строку отримання" } },
};

/* Of the range that GS1 keeps for examples: in no shop. */
static const struct practice_product built_in[PRACTICE_PRODUCTS] = {
	{ "SZK-KUBEK", "9521203450115", "Kubek (ćwiczenie)", "23", 2499 },
	{ "SZK-HERBATA", "9521203450221", "Herbata (ćwiczenie)", "8", 1299 },
	{ "SZK-KOC", "9521203450337", "Koc (ćwiczenie)", "23", 8999 },
	{ "SZK-NAPOJ", "9521203450443", "Napój 18+ (ćwiczenie)", "23", 699 },
	{ "SZK-LAMPA", "9521203450559", "Lampa (ćwiczenie)", "23", 5999 },
	{ "SZK-NOTES", "9521203450665", "Notes (ćwiczenie)", "23", 1449 },
};

struct practice_product practice_product(int n)
{
	return built_in[n];
}

void practice_id(int n, char dst[PRACTICE_ID_MAX])
{
	text_fmt(dst, PRACTICE_ID_MAX, "SZK-%d", n + 1);
}

bool practice_names(struct slice id)
{
	char one[PRACTICE_ID_MAX];

	for (int i = 0; i < PRACTICE_ORDERS; i++) {
		practice_id(i, one);
		if (slice_eq(id, one))
			return true;
	}
	return false;
}

const char *practice_teaches(int n, enum language l)
{
	return orders[n].teaches[l];
}

static void write_time(struct buf *b, const char *name, int64_t now_ms, int hours)
{
	char text[TIME_TEXT_MAX];

	if (hours == 0)
		return;
	time_format(now_ms + hours * HOUR_MS, text);
	jw_str(b, name, text);
}

static int64_t write_lines(const struct practice_facts *f, const struct practice *o, struct buf *b)
{
	int64_t total = 0;

	jw_open(b, "lines", '[');
	for (int i = 0; i < LINES_MAX && o->lines[i].qty; i++) {
		const struct practice_line *l = &o->lines[i];
		const struct practice_product *p = &f->products[l->product];

		jw_open(b, NULL, '{');
		jw_int(b, "line", i + 1);
		jw_str(b, "sku", p->sku);
		jw_str(b, "gtin", p->gtin);
		jw_str(b, "name", p->name);
		jw_int(b, "qty", l->qty);
		jw_int(b, "paid", l->qty * p->price);
		jw_str(b, "vat", p->vat);
		jw_str(b, "substitutes", "similar");
		if (l->age) {
			jw_open(b, "age", '{');
			jw_int(b, "min", l->age);
			jw_close(b, '}');
		}
		if (o->collected)
			jw_int(b, "handed", l->qty);
		jw_close(b, '}');
		total += l->qty * p->price;
	}
	jw_close(b, ']');
	return total;
}

static void write_money(const struct practice *o, int64_t total, struct buf *b)
{
	jw_open(b, "totals", '{');
	jw_int(b, "total", total);
	jw_int(b, "due", o->tender ? 0 : total);
	jw_close(b, '}');
	jw_open(b, "payments", '[');
	if (o->tender) {
		jw_open(b, NULL, '{');
		jw_str(b, "id", "p1");
		jw_str(b, "tender", o->tender);
		jw_str(b, "state", "captured");
		jw_int(b, "amount", total);
		jw_close(b, '}');
	}
	jw_close(b, ']');
}

static void write_people(const struct practice_facts *f, int n, struct buf *b)
{
	jw_open(b, "customer", '{');
	jw_str(b, "name", orders[n].customer);
	jw_str(b, "phone_last3", "000");
	if (n < 2 && f->phone_hash[0])
		jw_str(b, "phone_hash", f->phone_hash);
	jw_str(b, "lang", language_code(f->language));
	jw_close(b, '}');
	if (f->pin_hash[n][0])
		jw_str(b, "pin_hash", f->pin_hash[n]);
}

static void write_place(const struct practice_facts *f, const char *id, const struct practice *o,
			struct buf *b)
{
	char label[PRACTICE_ID_MAX + 8];

	if (o->staged)
		jw_str(b, "shelf", id);
	if (o->parcel) {
		text_fmt(label, sizeof(label), "LP.%s.1", id);
		jw_open(b, "parcels", '[');
		jw_open(b, NULL, '{');
		jw_str(b, "label", label);
		jw_str(b, "state", o->staged ? "staged" : "expected");
		if (o->staged)
			jw_str(b, "shelf", id);
		jw_close(b, '}');
		jw_close(b, ']');
	}
	if (o->collected) {
		jw_open(b, "collected", '{');
		write_time(b, "at", f->now_ms, o->collected);
		jw_str(b, "store", f->store);
		jw_str(b, "lane", f->lane);
		jw_close(b, '}');
	}
}

void practice_write(const struct practice_facts *f, int n, struct buf *b)
{
	const struct practice *o = &orders[n];
	char id[PRACTICE_ID_MAX];

	practice_id(n, id);
	jw_open(b, NULL, '{');
	jw_str(b, "op", "put");
	jw_str(b, "type", "order");
	jw_str(b, "id", id);
	jw_int(b, "rev", 1);
	jw_open(b, "body", '{');
	jw_str(b, "number", id);
	jw_str(b, "status", o->status);
	jw_str(b, "channel", "web");
	jw_str(b, "contract", "distance");
	write_time(b, "placed_at", f->now_ms, o->collected ? o->collected - 24 : -3);
	if (o->staged)
		write_time(b, "ready_at", f->now_ms, o->collect_by < 0 ? o->collect_by - 48 : -1);
	write_time(b, "promised_at", f->now_ms, o->promised);
	write_time(b, "collect_by", f->now_ms, o->collect_by);
	write_people(f, n, b);
	write_place(f, id, o, b);
	write_money(o, write_lines(f, o, b), b);
	jw_close(b, '}');
	jw_close(b, '}');
}

/* ---- told apart ---- */

enum reason training_verdict(bool training, enum named named)
{
	const enum named strange = training ? NAMED_REAL : NAMED_PRACTICE;

	return named == strange ? REASON_TRAINING : REASON_NONE;
}

static void mark(struct buf *doc)
{
	doc_text(doc, 'B', TRAINING_MARK);
	doc_text(doc, 'C', no_proof);
}

void training_mark(struct slice doc, struct buf *ret_doc)
{
	struct doc_line line;
	bool begun = false;
	size_t at = 0;

	/* A document may be cut into several slips. */
	while (doc_next(doc, &at, &line)) {
		/* No drawer opens; a copy says it once. */
		if (line.command == 'D' || slice_eq(line.text, TRAINING_MARK) ||
		    slice_eq(line.text, no_proof))
			continue;
		if (begun == (line.command == 'X'))
			mark(ret_doc);
		begun = line.command != 'X';
		if (line.command == 'L')
			doc_pair(ret_doc, line.text, line.right);
		else
			doc_line(ret_doc, line.command, line.text);
	}
	if (begun)
		mark(ret_doc);
}
