// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/hint.h"

#include <string.h>

#include "sync/hq/edit.h"
#include "sync/hq/stream.h"

#define REASON_MAX 65 /* bytes of a reason's code and a NUL */
#define PIECES_MAX 1000000

bool hint_due(const struct hint_rule *rule, const struct hint_count *n)
{
	return rule->from >= 1 && n->most >= rule->from && n->most * 100 >= rule->share * n->all;
}

static bool read_id(struct json v, char dst[ID_MAX + 1])
{
	return json_string(v, dst, ID_MAX + 1) > 0 && id_valid(slice_of(dst));
}

static bool count_line(const struct happening *h, struct json line, char sku[ID_MAX + 1])
{
	char reason[REASON_MAX];
	int64_t qty;

	if (!read_id(json_get(line, "sku"), sku) ||
	    json_string(json_get(line, "reason"), reason, sizeof(reason)) <= 0 ||
	    json_int(json_get(line, "qty"), &qty) < 0 || qty < 1 || qty > PIECES_MAX)
		return false;
	db_run(&h->hq->db,
	       "INSERT INTO return_reason (sku, reason, pieces) VALUES (?, ?, ?)"
	       " ON CONFLICT (sku, reason)"
	       " DO UPDATE SET pieces = return_reason.pieces + excluded.pieces",
	       "tti", sku, reason, qty);
	return true;
}

static bool read_rule(const struct happening *h, struct hint_rule *rule, struct json *ret_texts)
{
	struct record r;
	struct json root;

	if (!record_find(h->hq, h->store, stream_by_name("policy"), "hints", &r) || !r.live ||
	    json_check(r.body, &root) < 0)
		return false;
	rule->from = json_int_or(json_get(root, "from"), 0);
	rule->share = json_int_or(json_get(root, "share"), 0);
	*ret_texts = json_get(root, "texts");
	return rule->from >= 1 && rule->from <= PIECES_MAX && rule->share >= 0 &&
	       rule->share <= 100;
}

/* What is said of a product now, as JSON: `null` nothing; n = 0 when there is no rule. */
static struct slice hint_of(const struct happening *h, const char *sku, struct buf *out)
{
	struct hint_count n = { 0, 0 };
	char reason[REASON_MAX] = "";
	struct hint_rule rule;
	struct json texts;
	struct db_stmt *q;

	if (!read_rule(h, &rule, &texts))
		return (struct slice){ NULL, 0 };
	q = db_query(&h->hq->db,
		     "SELECT reason, pieces FROM return_reason WHERE sku = ?"
		     " ORDER BY pieces DESC, reason",
		     "t", sku);
	while (db_row(&h->hq->db, q)) {
		if (n.all == 0) {
			db_copy(q, 0, reason, sizeof(reason));
			n.most = db_int(q, 1);
		}
		n.all += db_int(q, 1);
	}
	if (!hint_due(&rule, &n))
		return slice_of("null");
	texts = json_get(texts, reason);
	buf_reset(out);
	if (texts.type == JSON_STRING || texts.type == JSON_OBJECT)
		jw_value(out, NULL, texts);
	else
		jw_str(out, NULL, reason);
	return out->overflow ? (struct slice){ NULL, 0 } : buf_read(out);
}

static void write_hint(const struct happening *h, const char *store, const char *sku,
		       struct slice hint)
{
	const struct stream_kind *kind = stream_by_name("catalog");
	const bool none = slice_eq(hint, "null");
	struct change changes[] = { { .name = "hint", .json = hint },
				    { .name = "hint_by",
				      .json = slice_of(none ? "null" : "\"returns\"") } };
	struct json root, had;
	struct record r;
	bool ours;

	if (!record_find(h->hq, store, kind, sku, &r) || !r.live || json_check(r.body, &root) < 0)
		return;
	had = json_get(root, "hint");
	ours = json_is(json_get(root, "hint_by"), "returns");
	if ((had.type != JSON_NONE && had.type != JSON_NULL && !ours) || (none && !ours) ||
	    slice_same(json_text(had), hint))
		return;
	buf_reset(&h->hq->edited);
	edit_object(&h->hq->edited, NULL, root, changes, COUNT_OF(changes));
	if (!h->hq->edited.overflow)
		record_put(h->hq, store, kind, sku, r.rev + 1, buf_read(&h->hq->edited));
}

void hint_returned(const struct happening *h)
{
	char sku[ID_MAX + 1];

	for (struct json_walk w = json_walk(json_get(h->body, "lines")); json_next(&w);) {
		char store[ID_MAX + 1] = "";
		struct slice hint;

		if (!count_line(h, w.value, sku))
			continue;
		hint = hint_of(h, sku, &h->hq->lines);
		while (hint.n && record_next_holder(h->hq, stream_by_name("catalog"), sku, store))
			write_hint(h, store, sku, hint);
	}
}
