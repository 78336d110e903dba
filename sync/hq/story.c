// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/story.h"

#include <string.h>

#define TEXT_BYTES_MAX 8192 /* of what somebody wrote, as JSON */
#define KEY_MAX	       (ID_MAX + 2)

/* ---- which stores know whom ---- */

static void note_place(struct hq *hq, char tag, const char *id, const char *store)
{
	char key[KEY_MAX];

	if (!id[0])
		return;
	text_fmt(key, sizeof(key), "%c%s", tag, id);
	db_run(&hq->db,
	       "INSERT INTO story_place (key, store) VALUES (?, ?) ON CONFLICT (key, store)"
	       " DO NOTHING",
	       "tt", key, store);
}

static bool next_place(struct hq *hq, char tag, const char *id, char store[ID_MAX + 1])
{
	char key[KEY_MAX];
	struct db_stmt *q;

	if (!id[0])
		return false;
	text_fmt(key, sizeof(key), "%c%s", tag, id);
	q = db_query(&hq->db,
		     "SELECT store FROM story_place WHERE key = ? AND store > ?"
		     " ORDER BY store LIMIT 1",
		     "tt", key, store);
	if (!db_row(&hq->db, q))
		return false;
	db_copy(q, 0, store, ID_MAX + 1);
	db_done(q);
	return true;
}

static void read_id(struct json v, char dst[ID_MAX + 1])
{
	if (json_string(v, dst, ID_MAX + 1) <= 0 || !id_valid(slice_of(dst)))
		dst[0] = '\0';
}

void story_note_record(struct hq *hq, const char *store, const struct stream_kind *kind,
		       struct slice body)
{
	const bool order = strcmp(kind->name, "orders") == 0,
		   entry = strcmp(kind->name, "timeline") == 0;
	char id[ID_MAX + 1];
	struct json root;

	if ((!order && !entry && strcmp(kind->name, "loyalty") != 0) || json_check(body, &root) < 0)
		return;
	read_id(order ? json_get(json_get(root, "customer"), "id") : json_get(root, "customer"),
		id);
	note_place(hq, 'c', id, store);
	if (!entry)
		return;
	read_id(json_get(root, "case"), id);
	note_place(hq, 't', id, store);
}

/* ---- entries ---- */

/* What an entry calls a contact of this kind. */
static const char *entry_kind(struct json kind)
{
	static const char *const names[][2] = {
		{ "pickup", "order" },	    { "return", "return" },  { "complaint", "complaint" },
		{ "question", "question" }, { "stock", "question" }, { "rating", "rating" }
	};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (json_is(kind, names[i][0]))
			return names[i][1];
	return "note";
}

static void copy_member(struct buf *b, const char *name, struct json v)
{
	if (v.type == JSON_STRING && v.n <= TEXT_BYTES_MAX)
		jw_value(b, name, v);
}

static void write_entry(const struct happening *h, struct buf *b)
{
	static const char *const same[] = { "customer", "case", "outcome", "order", "staff" };
	const struct json kind = json_get(h->body, "kind"), status = json_get(h->body, "status");
	const bool open = json_is(status, "open");

	buf_reset(b);
	jw_open(b, NULL, '{');
	jw_raw(b, "at", h->at);
	jw_str(b, "channel", "store");
	jw_str(b, "kind", entry_kind(kind));
	copy_member(b, "what", kind);
	jw_str(b, "status", open ? "open" : "closed");
	for (size_t i = 0; i < COUNT_OF(same); i++)
		copy_member(b, same[i], json_get(h->body, same[i]));
	copy_member(b, "text", json_get(h->person, "text"));
	jw_str(b, "store", h->store);
	jw_str(b, "lane", h->lane);
	jw_close(b, '}');
}

static void put_entry(const struct happening *h, const char *store, const char *id)
{
	const struct stream_kind *kind = stream_by_name("timeline");
	struct record was;

	if (!record_find(h->hq, store, kind, id, &was))
		record_put(h->hq, store, kind, id, 1, buf_read(&h->hq->edited));
}

const char *story_recorded(const struct happening *h)
{
	char customer[ID_MAX + 1], doc[ID_MAX + 1], id[ID_MAX + 1], store[ID_MAX + 1] = "";

	if (json_get(h->body, "kind").type != JSON_STRING)
		return "body";
	read_id(json_get(h->body, "customer"), customer);
	read_id(json_get(h->body, "case"), doc);
	read_id(h->id, id);
	if ((!customer[0] && !doc[0]) || !id[0])
		return NULL; /* nobody's story */
	note_place(h->hq, 'c', customer, h->store);
	note_place(h->hq, 't', doc, h->store);
	write_entry(h, &h->hq->edited);
	if (h->hq->edited.overflow)
		return "too_big";
	while (next_place(h->hq, 'c', customer, store)) {
		note_place(h->hq, 't', doc, store);
		put_entry(h, store, id);
	}
	store[0] = '\0';
	while (next_place(h->hq, 't', doc, store))
		put_entry(h, store, id);
	return NULL;
}
