// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/order.h"

#include "firmware/base/clock.h"
#include "firmware/base/money.h"

/* A member that may be absent; false when it is there and no whole number in 0..max. */
static bool read_number(struct json v, int64_t max, int64_t otherwise, int64_t *ret_value)
{
	if (v.type == JSON_NONE || v.type == JSON_NULL) {
		*ret_value = otherwise;
		return true;
	}
	return json_int(v, ret_value) == 0 && *ret_value >= 0 && *ret_value <= max;
}

static bool is_or_absent(struct json v, enum json_type type)
{
	return v.type == JSON_NONE || v.type == type;
}

static bool time_or_absent(struct json v)
{
	char text[48];
	int64_t ms;

	if (v.type == JSON_NONE || v.type == JSON_NULL)
		return true;
	return json_string(v, text, sizeof(text)) > 0 && time_parse(slice_of(text), &ms) == 0;
}

static bool is_text_or_absent(struct json v, size_t max)
{
	return (v.type == JSON_NULL || is_or_absent(v, JSON_STRING)) && json_text(v).n <= max;
}

static const char *check_line(struct json line, int64_t *ret_paid)
{
	static const char *const counts[] = { "picked", "handed", "short", "returned" };
	struct json id = json_get(line, "line");
	int64_t n;

	if (id.type != JSON_NUMBER && id.type != JSON_STRING)
		return "a line has no `line`";
	if (json_text(id).n > ORDER_LINE_ID_MAX)
		return "`line` of a line is longer than 40 bytes";
	if (!is_text_or_absent(json_get(line, "sku"), ORDER_SKU_MAX))
		return "`sku` of a line must be a text of at most 64 bytes";
	if (!read_number(json_get(line, "qty"), ORDER_QTY_MAX, 1, &n) || n == 0)
		return "`qty` of a line must be a whole number from 1";
	if (!read_number(json_get(line, "paid"), MONEY_MAX, -1, ret_paid))
		return "`paid` of a line must be whole grosze";
	for (size_t i = 0; i < COUNT_OF(counts); i++) {
		if (!read_number(json_get(line, counts[i]), ORDER_QTY_MAX, 0, &n))
			return "a count of a line must be a whole number";
	}
	return NULL;
}

/* Sums up `paid`; *ret_sum is -1 when it is not known of every line. */
static const char *check_lines(struct json lines, int64_t *ret_sum)
{
	struct json_walk w = json_walk(lines);
	int64_t sum = 0;
	bool known = json_count(lines) > 0;

	if (!is_or_absent(lines, JSON_ARRAY))
		return "`lines` must be an array";
	if (json_count(lines) > ORDER_LINES_MAX)
		return "more than 300 lines";
	while (json_next(&w)) {
		struct json_walk other = json_walk(lines);
		int64_t paid = -1;
		const char *why = check_line(w.value, &paid);

		if (why)
			return why;
		while (json_next(&other) && other.value.p != w.value.p) {
			if (slice_same(json_text(json_get(other.value, "line")),
				       json_text(json_get(w.value, "line"))))
				return "two lines have the same `line`";
		}
		known = known && paid >= 0;
		sum += paid;
	}
	*ret_sum = known ? sum : -1;
	return NULL;
}

bool payment_captured(struct json payment)
{
	struct json state = json_get(payment, "state");

	return json_is(state, "captured") || json_is(state, "partly_refunded") ||
	       json_is(state, "refunded");
}

static const char *check_payments(struct json payments, int64_t *ret_captured)
{
	struct json_walk w = json_walk(payments);
	int64_t captured = 0;

	if (!is_or_absent(payments, JSON_ARRAY))
		return "`payments` must be an array";
	if (json_count(payments) > ORDER_PAYMENTS_MAX)
		return "more than 32 payments";
	while (json_next(&w)) {
		int64_t amount, refunded;

		if (!read_number(json_get(w.value, "amount"), MONEY_MAX, 0, &amount) ||
		    !read_number(json_get(w.value, "refunded"), MONEY_MAX, 0, &refunded))
			return "an amount of a payment must be whole grosze";
		if (!is_text_or_absent(json_get(w.value, "id"), ORDER_PAYMENT_TEXT_MAX) ||
		    !is_text_or_absent(json_get(w.value, "tender"), ORDER_PAYMENT_TEXT_MAX))
			return "`id` and `tender` of a payment must be texts of at most 126 bytes";
		if (payment_captured(w.value))
			captured += amount;
	}
	*ret_captured = captured;
	return NULL;
}

static const char *check_sums(struct json body, int64_t lines, int64_t captured, char *room,
			      size_t cap)
{
	struct json totals = json_get(body, "totals");
	int64_t total, due;

	if (!is_or_absent(totals, JSON_OBJECT) ||
	    !read_number(json_get(totals, "total"), MONEY_MAX, -1, &total) ||
	    !read_number(json_get(totals, "due"), MONEY_MAX, -1, &due))
		return "`totals` must be whole grosze";
	if (total < 0)
		return NULL;
	if (lines >= 0 && lines != total) {
		text_fmt(room, cap, "amounts_mismatch: lines %lld, total %lld", (long long)lines,
			 (long long)total);
		return room;
	}
	if (json_get(body, "payments").type != JSON_ARRAY) {
		if (due <= total)
			return NULL;
		captured = 0;
	}
	due = due < 0 ? 0 : due;
	if (captured + due == total)
		return NULL;
	text_fmt(room, cap, "amounts_mismatch: captured %lld and due %lld, total %lld",
		 (long long)captured, (long long)due, (long long)total);
	return room;
}

const char *order_check(struct json body, char *ret_room, size_t cap)
{
	static const char *const texts[] = { "status", "number",   "store",
					     "shelf",  "pin_hash", "code_nonce" };
	int64_t lines = -1, captured = 0;
	const char *why;

	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct json v = json_get(body, texts[i]);

		if (v.type != JSON_NULL && !is_or_absent(v, JSON_STRING)) {
			text_fmt(ret_room, cap, "`%s` must be a text", texts[i]);
			return ret_room;
		}
	}
	if (!time_or_absent(json_get(body, "promised_at")) ||
	    !time_or_absent(json_get(body, "collect_by")))
		return "a time is not RFC 3339";
	if (!is_or_absent(json_get(body, "customer"), JSON_OBJECT) ||
	    !is_or_absent(json_get(body, "parcels"), JSON_ARRAY))
		return "`customer` must be an object, `parcels` an array";
	why = check_lines(json_get(body, "lines"), &lines);
	if (!why)
		why = check_payments(json_get(body, "payments"), &captured);
	return why ? why : check_sums(body, lines, captured, ret_room, cap);
}
