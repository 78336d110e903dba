// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/erase.h"

#include <errno.h>
#include <string.h>

#include "sync/hq/edit.h"

#define PATTERN_MAX (ID_MAX + 8)
#define ABOUT_MAX   400 /* ids of an op: it fits a message */

/* ---- an order without its person ---- */

/* What a shop has to keep; all else goes, also what nobody here knows: it may be an address. */
static const char *const order_stays[] = {
	"number",   "status",	  "channel",	"contract",   "placed_at", "promised_at",
	"ready_at", "collect_by", "checkin_at", "collected",  "pin_hash",  "code_nonce",
	"shelf",    "totals",	  "fiscal",	"withdrawal", "store",
};
static const char *const line_stays[] = {
	"line",	   "kind",     "sku",	     "gtin",	  "name",	 "qty",
	"unit",	   "paid",     "vat",	     "discounts", "age",	 "serials",
	"picked",  "handed",   "short",	     "returned",  "substituted", "substitutes",
	"deposit", "category", "returnable", "sealed",
};
static const char *const parcel_stays[] = { "label", "state", "shelf", "lines" };
static const char *const payment_stays[] = {
	"id", "tender", "state", "amount", "refunded", "where"
};
static const char *const buyer_stays[] = { "kind", "document" };

static void write_members(struct buf *b, const char *name, struct json v, const char *const stays[],
			  size_t n)
{
	jw_open(b, name, '{');
	for (size_t i = 0; i < n; i++)
		if (json_get(v, stays[i]).type != JSON_NONE)
			jw_value(b, stays[i], json_get(v, stays[i]));
	jw_close(b, '}');
}

static void write_list(struct buf *b, const char *name, struct json list, const char *const stays[],
		       size_t n)
{
	if (list.type != JSON_ARRAY)
		return;
	jw_open(b, name, '[');
	for (struct json_walk w = json_walk(list); json_next(&w);)
		if (w.value.type == JSON_OBJECT)
			write_members(b, NULL, w.value, stays, n);
	jw_close(b, ']');
}

void erase_order(struct json body, struct buf *out)
{
	write_members(out, NULL, body, order_stays, COUNT_OF(order_stays));
	if (out->overflow)
		return;
	out->len--; /* its brace again */
	write_list(out, "lines", json_get(body, "lines"), line_stays, COUNT_OF(line_stays));
	write_list(out, "parcels", json_get(body, "parcels"), parcel_stays, COUNT_OF(parcel_stays));
	write_list(out, "payments", json_get(body, "payments"), payment_stays,
		   COUNT_OF(payment_stays));
	if (json_get(body, "buyer").type == JSON_OBJECT)
		write_members(out, "buyer", json_get(body, "buyer"), buyer_stays,
			      COUNT_OF(buyer_stays));
	jw_close(out, '}');
}

/* ---- whose record ---- */

static bool customer_of(const struct stream_kind *kind, struct json body, char dst[ID_MAX + 1])
{
	struct json v = json_get(body, "customer");

	if (strcmp(kind->type, "order") == 0)
		v = json_get(v, "id");
	else if (strcmp(kind->type, "member") != 0 && strcmp(kind->type, "entry") != 0)
		return false;
	return json_string(v, dst, ID_MAX + 1) > 0;
}

bool erase_was(struct hq *hq, const char *store, const struct stream_kind *kind, struct json body)
{
	char customer[ID_MAX + 1];

	return customer_of(kind, body, customer) &&
	       db_number(&hq->db, 0, "SELECT 1 FROM erasure WHERE store = ? AND customer = ?", "tt",
			 store, customer) == 1;
}

static void note_id(struct hq *hq, const char *store, const char *customer, struct slice id)
{
	db_run(&hq->db,
	       "INSERT INTO erased_id (store, id, customer) VALUES (?, ?, ?) ON CONFLICT DO "
	       "NOTHING",
	       "tst", store, id, customer);
}

bool erase_about(struct hq *hq, const char *store, struct json body)
{
	char id[ID_MAX + 1];

	for (struct json_walk w = json_walk(body); json_next(&w);)
		if (json_string(w.value, id, sizeof(id)) > 0 &&
		    db_number(&hq->db, 0, "SELECT 1 FROM erased_id WHERE store = ? AND id = ?",
			      "tt", store, id) == 1)
			return true;
	return false;
}

/* ---- in one store ---- */

/* The next record behind `id` that names the customer, its body in hq->body. */
static bool next_record(struct hq *hq, const char *store, const struct stream_kind *kind,
			const char *customer, char id[ID_MAX + 1], int64_t *ret_rev,
			struct json *ret_body)
{
	char pattern[PATTERN_MAX], found[ID_MAX + 1];
	struct db_stmt *q;

	text_fmt(pattern, sizeof(pattern), "%%\"%s\"%%", customer);
	for (;;) {
		q = db_query(&hq->db,
			     "SELECT id, rev, body FROM record WHERE store = ? AND stream = ?"
			     " AND deleted = 0 AND id > ? AND body LIKE ? ORDER BY id LIMIT 1",
			     "tttt", store, kind->name, id, pattern);
		if (!db_row(&hq->db, q))
			return false;
		db_copy(q, 0, id, ID_MAX + 1);
		*ret_rev = db_int(q, 1);
		buf_reset(&hq->body);
		buf_slice(&hq->body, db_slice(q, 2));
		db_done(q);
		if (json_check(buf_read(&hq->body), ret_body) == 0 &&
		    customer_of(kind, *ret_body, found) && strcmp(found, customer) == 0)
			return true;
	}
}

static void erase_orders(struct hq *hq, const char *store, const char *customer)
{
	const struct stream_kind *kind = stream_by_type("order");
	char id[ID_MAX + 1] = "";
	struct json body;
	int64_t rev;

	while (next_record(hq, store, kind, customer, id, &rev, &body)) {
		note_id(hq, store, customer, slice_of(id));
		buf_reset(&hq->edited);
		erase_order(body, &hq->edited);
		record_put(hq, store, kind, id, rev + 1, buf_read(&hq->edited));
	}
}

static void erase_entries(struct hq *hq, const char *store, const char *customer)
{
	const struct stream_kind *kind = stream_by_type("entry");
	char id[ID_MAX + 1] = "", text[ID_MAX + 1];
	struct json body;
	int64_t rev;

	while (next_record(hq, store, kind, customer, id, &rev, &body)) {
		if (json_string(json_get(body, "case"), text, sizeof(text)) > 0)
			note_id(hq, store, customer, slice_of(text));
		record_delete(hq, store, kind, id, rev + 1);
	}
}

/* Other records of the same customer than the one that is named. */
static void erase_members(struct hq *hq, const char *store, const char *customer,
			  const char *member)
{
	const struct stream_kind *kind = stream_by_type("member");
	char id[ID_MAX + 1] = "";
	struct json body;
	int64_t rev;

	while (next_record(hq, store, kind, customer, id, &rev, &body)) {
		note_id(hq, store, customer, slice_of(id));
		if (strcmp(id, member) != 0)
			record_delete(hq, store, kind, id, rev + 1);
	}
}

#define EVENTS_AT_ONCE 500

/* True: there may be more behind *n. */
static bool erase_some_events(struct hq *hq, const char *store, int64_t *n)
{
	int64_t about[EVENTS_AT_ONCE];
	struct db_stmt *q = db_query(&hq->db,
				     "SELECT n, text FROM event WHERE n > ? AND store = ?"
				     " AND person IS NOT NULL ORDER BY n LIMIT ?",
				     "iti", *n, store, (int64_t)EVENTS_AT_ONCE);
	int seen = 0, count = 0;
	struct json e;

	while (db_row(&hq->db, q)) {
		seen++;
		*n = db_int(q, 0);
		if (json_check(db_slice(q, 1), &e) == 0 &&
		    erase_about(hq, store, json_get(e, "body")))
			about[count++] = *n;
	}
	for (int i = 0; i < count; i++)
		db_run(&hq->db, "UPDATE event SET person = NULL WHERE n = ?", "i", about[i]);
	return seen == EVENTS_AT_ONCE;
}

/* What was said before this transaction holds them too. */
static void forget_messages(struct hq *hq, const char *store, const struct stream_kind *kind,
			    int64_t epoch, int64_t head)
{
	db_run(&hq->db,
	       "DELETE FROM log WHERE store = ? AND stream = ? AND (epoch < ? OR seq <= ?)"
	       " AND seq < (SELECT s.head FROM stream s WHERE s.store = log.store"
	       " AND s.stream = log.stream)",
	       "ttii", store, kind->name, epoch, head);
	db_run(&hq->db, "DELETE FROM snapshot WHERE store = ? AND stream = ?", "tt", store,
	       kind->name);
}

/* `about`: the orders, cases and members they had. A station may hear first that these have lost
 * their customer. */
static void write_about(struct hq *hq, const char *store, const char *customer, struct buf *b)
{
	struct db_stmt *q = db_query(&hq->db,
				     "SELECT id FROM erased_id WHERE store = ? AND customer = ?"
				     " ORDER BY id LIMIT ?",
				     "tti", store, customer, (int64_t)ABOUT_MAX);
	char id[ID_MAX + 1];

	jw_open(b, "about", '[');
	while (db_row(&hq->db, q)) {
		db_copy(q, 0, id, sizeof(id));
		jw_str(b, NULL, id);
	}
	jw_close(b, ']');
}

static void write_op(struct hq *hq, const char *store, struct buf *b, const char *member,
		     const char *customer, int64_t rev)
{
	jw_open(b, NULL, '{');
	jw_str(b, "op", "erase");
	jw_str(b, "type", "member");
	jw_str(b, "id", member);
	jw_int(b, "rev", rev);
	jw_str(b, "customer", customer);
	write_about(hq, store, customer, b);
	jw_close(b, '}');
}

static void say(struct hq *hq, const char *store, const char *member, const char *customer,
		int64_t rev)
{
	const struct stream_kind *kind = stream_by_type("member");

	buf_reset(&hq->lines);
	write_op(hq, store, &hq->lines, member, customer, rev);
	stream_flush(hq);
	record_say(hq, store, kind, member, buf_read(&hq->lines));
	record_delete(hq, store, kind, member, rev);
	stream_flush(hq);
}

const char *erase_in(struct hq *hq, const char *store, const char *member, const char *customer,
		     int64_t rev, int64_t *ret_rev)
{
	static const char *const types[] = { "order", "member", "entry" };
	const struct stream_kind *kind = stream_by_type("member");
	struct stream_state before[COUNT_OF(types)];
	struct record was = { .rev = 0 };
	char now[TIME_TEXT_MAX];
	int64_t n = 0;

	if (!id_valid(slice_of(customer)) || !id_valid(slice_of(member)))
		return "`erase` needs `customer`";
	db_begin(&hq->db);
	stream_flush(hq);
	for (size_t i = 0; i < COUNT_OF(types); i++)
		before[i] = stream_open(hq, store, stream_by_type(types[i]));
	record_find(hq, store, kind, member, &was);
	*ret_rev = rev > was.rev ? rev : was.rev + 1;
	hq_now_text(hq, now);
	db_run(&hq->db,
	       "INSERT INTO erasure (store, customer, member, at) VALUES (?, ?, ?, ?)"
	       " ON CONFLICT (store, customer) DO UPDATE SET member = excluded.member",
	       "tttt", store, customer, member, now);
	note_id(hq, store, customer, slice_of(customer));
	note_id(hq, store, customer, slice_of(member));
	db_run(&hq->db, "DELETE FROM story_place WHERE key = 'c' || CAST(? AS TEXT) AND store = ?",
	       "tt", customer, store);
	erase_orders(hq, store, customer);
	erase_entries(hq, store, customer);
	erase_members(hq, store, customer, member);
	while (erase_some_events(hq, store, &n))
		;
	say(hq, store, member, customer, *ret_rev);
	for (size_t i = 0; i < COUNT_OF(types); i++)
		forget_messages(hq, store, stream_by_type(types[i]), before[i].epoch,
				before[i].head);
	return NULL;
}

/* ---- everywhere ---- */

static bool next_store(struct hq *hq, char store[ID_MAX + 1])
{
	struct db_stmt *q = db_query(&hq->db,
				     "SELECT store FROM stream WHERE store > ? ORDER BY store"
				     " LIMIT 1",
				     "t", store);

	if (!db_row(&hq->db, q))
		return false;
	db_copy(q, 0, store, ID_MAX + 1);
	db_done(q);
	return true;
}

/* The customer's own member record there, or the customer's id in its place. */
static void member_of(struct hq *hq, const char *store, const char *customer,
		      char member[ID_MAX + 1])
{
	char id[ID_MAX + 1] = "";
	struct json body;
	int64_t rev;

	text_fmt(member, ID_MAX + 1, "%s", customer);
	if (next_record(hq, store, stream_by_type("member"), customer, id, &rev, &body))
		text_fmt(member, ID_MAX + 1, "%s", id);
}

int erase_everywhere(struct hq *hq, const char *customer, int *ret_stores)
{
	char store[ID_MAX + 1] = "", member[ID_MAX + 1];
	int stores = 0;

	while (next_store(hq, store)) {
		int err, tries = 0;
		int64_t rev;

		do {
			db_begin(&hq->db);
			member_of(hq, store, customer, member);
			if (erase_in(hq, store, member, customer, 0, &rev))
				return -EINVAL;
			db_tell(&hq->db);
			err = db_commit(&hq->db);
		} while (db_try_again(&hq->db, err, &tries));
		if (err < 0)
			return err;
		stores++;
	}
	*ret_stores = stores;
	return stores ? 0 : -ENOENT;
}

/* ---- what lanes say ---- */

const char *effect_customer_erased(const struct happening *h)
{
	char customer[ID_MAX + 1], now[TIME_TEXT_MAX];

	if (json_string(json_get(h->body, "customer"), customer, sizeof(customer)) <= 0)
		return "body";
	hq_now_text(h->hq, now);
	db_run(&h->hq->db,
	       "INSERT INTO erased_by (store, customer, lane, at) VALUES (?, ?, ?, ?)"
	       " ON CONFLICT (store, customer, lane) DO UPDATE SET at = excluded.at",
	       "tttt", h->store, customer, h->lane, now);
	return NULL;
}

void erase_ops(struct hq *hq, const char *store, void (*each)(void *ctx, struct slice op),
	       void *ctx)
{
	char customer[ID_MAX + 1] = "", member[ID_MAX + 1];

	for (;;) {
		struct db_stmt *q =
			db_query(&hq->db,
				 "SELECT e.customer, e.member, coalesce(r.rev, 1) FROM erasure e"
				 " LEFT JOIN record r ON r.store = e.store AND r.stream = 'loyalty'"
				 " AND r.id = e.member WHERE e.store = ? AND e.customer > ?"
				 " ORDER BY e.customer LIMIT 1",
				 "tt", store, customer);
		int64_t rev;

		if (!db_row(&hq->db, q))
			return;
		db_copy(q, 0, customer, sizeof(customer));
		db_copy(q, 1, member, sizeof(member));
		rev = db_int(q, 2);
		db_done(q);
		buf_reset(&hq->lines);
		write_op(hq, store, &hq->lines, member, customer, rev);
		each(ctx, buf_read(&hq->lines));
	}
}

/* ---- who has done it ---- */

static void print_row(struct db_stmt *q, bool json, FILE *out)
{
	char store[ID_MAX + 1], customer[ID_MAX + 1], lane[ID_MAX + 1], at[TIME_TEXT_MAX],
		done[TIME_TEXT_MAX], memory[1024];
	struct buf b;

	db_copy(q, 0, store, sizeof(store));
	db_copy(q, 1, customer, sizeof(customer));
	db_copy(q, 2, at, sizeof(at));
	db_copy(q, 3, lane, sizeof(lane));
	db_copy(q, 4, done, sizeof(done));
	if (!json) {
		fprintf(out, "%-24s %-12s %-6s %s %s\n", customer, store, lane[0] ? lane : "-", at,
			done[0] ? done : "waits");
		return;
	}
	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '{');
	jw_str(&b, "customer", customer);
	jw_str(&b, "store", store);
	jw_str(&b, "lane", lane);
	jw_str(&b, "at", at);
	if (done[0])
		jw_str(&b, "done", done);
	else
		jw_null(&b, "done");
	jw_close(&b, '}');
	fprintf(out, "%.*s\n", (int)b.len, b.p);
}

int erase_list(struct hq *hq, bool json, FILE *out)
{
	struct db_stmt *q = db_walk(
		&hq->db,
		"SELECT e.store, e.customer, e.at, coalesce(l.lane, ''), coalesce(b.at, '')"
		" FROM erasure e LEFT JOIN lane l ON l.store = e.store LEFT JOIN erased_by b"
		" ON b.store = e.store AND b.customer = e.customer AND b.lane = l.lane"
		" ORDER BY e.at, e.customer, e.store, l.lane",
		"");

	while (db_row(&hq->db, q))
		print_row(q, json, out);
	return hq->db.error ? -EIO : 0;
}

/* ---- consents ---- */

static bool write_consents(const struct happening *h, struct json root, const char *purpose,
			   struct buf *out)
{
	struct buf *b = &h->hq->lines;
	struct change one = { .name = purpose }, all = { .name = "consents" };

	buf_reset(&h->hq->ops);
	jw_open(&h->hq->ops, NULL, '{');
	jw_value(&h->hq->ops, "given", json_get(h->body, "given"));
	jw_raw(&h->hq->ops, "at", h->at);
	jw_str(&h->hq->ops, "channel", "store");
	jw_value(&h->hq->ops, "version", json_get(h->body, "version"));
	jw_value(&h->hq->ops, "how", json_get(h->body, "how"));
	jw_close(&h->hq->ops, '}');
	one.json = buf_read(&h->hq->ops);
	buf_reset(b);
	edit_object(b, NULL, json_get(root, "consents"), &one, 1);
	all.json = buf_read(b);
	buf_reset(out);
	edit_object(out, NULL, root, &all, 1);
	return !b->overflow && !out->overflow && !h->hq->ops.overflow;
}

/* HQ's records of the customer, under every store that has one. */
const char *effect_consent_changed(const struct happening *h)
{
	const struct stream_kind *kind = stream_by_type("member");
	char customer[ID_MAX + 1], purpose[ID_MAX + 1], store[ID_MAX + 1] = "";
	struct json root;

	if (json_string(json_get(h->body, "customer"), customer, sizeof(customer)) <= 0 ||
	    !id_valid(slice_of(customer)) ||
	    json_string(json_get(h->body, "purpose"), purpose, sizeof(purpose)) <= 0 ||
	    !id_valid(slice_of(purpose)) || json_get(h->body, "given").type != JSON_BOOL)
		return "body";
	while (next_store(h->hq, store)) {
		char id[ID_MAX + 1] = "";
		int64_t rev;

		while (next_record(h->hq, store, kind, customer, id, &rev, &root)) {
			if (!write_consents(h, root, purpose, &h->hq->edited))
				return "too_big";
			record_put(h->hq, store, kind, id, rev + 1, buf_read(&h->hq->edited));
		}
	}
	return NULL;
}
