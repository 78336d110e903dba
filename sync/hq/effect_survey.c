// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/effect_survey.h"

#include "firmware/base/clock.h"
#include "sync/hq/edit.h"
#include "sync/hq/effect_order.h"
#include "sync/hq/stream.h"

#define OFFERS_TEXT_MAX 16384
#define SMALL_MAX	512

static bool read_id(struct json body, const char *name, char dst[ID_MAX + 1])
{
	return json_string(json_get(body, name), dst, ID_MAX + 1) > 0 && id_valid(slice_of(dst));
}

/* True: there is none, or it is one. */
static bool id_or_none(struct json body, const char *name, char dst[ID_MAX + 1])
{
	dst[0] = '\0';
	return json_get(body, name).type == JSON_NONE || read_id(body, name, dst);
}

/* ---- members ---- */

/* Writes the member's record of one store anew; `write` makes the new value of `name` from it. */
static void change_member(const struct happening *h, const char *store, const char *member,
			  const char *name,
			  void (*write)(const struct happening *h, struct json root, void *ctx,
					struct buf *out),
			  void *ctx)
{
	const struct stream_kind *kind = stream_by_name("loyalty");
	char memory[OFFERS_TEXT_MAX];
	struct change change = { .name = name };
	struct json root;
	struct record r;
	struct buf b;

	if (!record_find(h->hq, store, kind, member, &r) || json_check(r.body, &root) < 0)
		return;
	buf_init(&b, memory, sizeof(memory));
	write(h, root, ctx, &b);
	if (b.overflow)
		return;
	change.json = buf_read(&b);
	buf_reset(&h->hq->edited);
	edit_object(&h->hq->edited, NULL, root, &change, 1);
	if (!h->hq->edited.overflow)
		record_put(h->hq, store, kind, member, r.rev + 1, buf_read(&h->hq->edited));
}

/* Is what stands there of a later time? A lane that was cut off tells late. */
static bool is_later(const struct happening *h, struct json there)
{
	char text[TIME_TEXT_MAX + 8];
	int64_t then, now;

	return json_string(json_get(there, "at"), text, sizeof(text)) > 0 &&
	       time_parse(slice_of(text), &then) == 0 &&
	       json_string(json_accepted(h->at), text, sizeof(text)) > 0 &&
	       time_parse(slice_of(text), &now) == 0 && then > now;
}

static void write_asked(const struct happening *h, struct json root, void *ctx, struct buf *out)
{
	(void)ctx;
	if (is_later(h, json_get(root, "asked"))) {
		jw_value(out, NULL, json_get(root, "asked"));
		return;
	}
	jw_open(out, NULL, '{');
	jw_raw(out, "at", h->at);
	jw_value(out, "scale", json_get(h->body, "scale"));
	jw_str(out, "store", h->store);
	jw_close(out, '}');
}

struct told_offer {
	const char *offer, *state;
};

/* The same offer of any channel is replaced: what counts is when it was given last. */
static void write_offers(const struct happening *h, struct json root, void *ctx, struct buf *out)
{
	const struct told_offer *told = ctx;
	const struct json had = json_get(root, "offers");
	int64_t extra = 1 - MEMBER_OFFERS_MAX;

	for (struct json_walk w = json_walk(had); json_next(&w);)
		if (json_is(json_get(w.value, "id"), told->offer) && is_later(h, w.value)) {
			jw_value(out, NULL, had);
			return;
		}
	for (struct json_walk w = json_walk(had); json_next(&w);)
		extra += !json_is(json_get(w.value, "id"), told->offer);
	jw_open(out, NULL, '[');
	for (struct json_walk w = json_walk(had); json_next(&w);)
		if (!json_is(json_get(w.value, "id"), told->offer) && extra-- <= 0)
			jw_value(out, NULL, w.value);
	jw_open(out, NULL, '{');
	jw_str(out, "id", told->offer);
	jw_str(out, "channel", "store");
	jw_raw(out, "at", h->at);
	jw_str(out, "state", told->state);
	jw_str(out, "store", h->store);
	jw_close(out, '}');
	jw_close(out, ']');
}

const char *effect_survey_asked(const struct happening *h)
{
	char member[ID_MAX + 1], store[ID_MAX + 1] = "";

	if (!id_or_none(h->body, "member", member))
		return "body";
	while (member[0] && record_next_holder(h->hq, stream_by_name("loyalty"), member, store))
		change_member(h, store, member, "asked", write_asked, NULL);
	effect_touch_order(h);
	return NULL;
}

static const char *offer_told(const struct happening *h, const char *state)
{
	char member[ID_MAX + 1], offer[ID_MAX + 1], store[ID_MAX + 1] = "";
	struct told_offer told = { offer, state };

	if (!id_or_none(h->body, "member", member) || !read_id(h->body, "offer", offer))
		return "body";
	while (member[0] && record_next_holder(h->hq, stream_by_name("loyalty"), member, store))
		change_member(h, store, member, "offers", write_offers, &told);
	effect_touch_order(h);
	return NULL;
}

const char *effect_offer_shown(const struct happening *h)
{
	return offer_told(h, "shown");
}

const char *effect_offer_taken(const struct happening *h)
{
	return offer_told(h, "taken");
}

const char *effect_offer_declined(const struct happening *h)
{
	return offer_told(h, "declined");
}

/* ---- a low rating ---- */

/* "CSAT 2, ZAM-1": for people of any language. */
static void write_text(const struct happening *h, const char *order, struct buf *b)
{
	char scale[16] = "", text[SMALL_MAX];

	if (json_string(json_get(h->body, "scale"), scale, sizeof(scale)) < 0)
		scale[0] = '\0';
	for (char *p = scale; *p; p++)
		*p = *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
	text_fmt(text, sizeof(text), "%s %lld%s%s", scale,
		 (long long)json_int_or(json_get(h->body, "score"), 0), order[0] ? ", " : "",
		 order);
	jw_str(b, "text", text);
}

const char *effect_rating_case(const struct happening *h)
{
	const struct stream_kind *kind = stream_by_name("timeline");
	char id[ID_MAX + 1], customer[ID_MAX + 1], order[ID_MAX + 1], memory[2048];
	struct record r = { .rev = 0 };
	struct buf b;

	if (json_is(json_get(h->body, "kind"), "rating") &&
	    json_get(h->body, "case").type != JSON_NONE) {
		if (!read_id(h->body, "case", id) || !id_or_none(h->body, "customer", customer) ||
		    !id_or_none(h->body, "order", order))
			return "body";
		buf_init(&b, memory, sizeof(memory));
		jw_open(&b, NULL, '{');
		if (customer[0])
			jw_str(&b, "customer", customer);
		jw_raw(&b, "at", h->at);
		jw_str(&b, "channel", "store");
		jw_str(&b, "kind", "rating");
		jw_str(&b, "status", "open");
		write_text(h, order, &b);
		jw_str(&b, "case", id);
		if (order[0])
			jw_str(&b, "order", order);
		jw_value(&b, "scale", json_get(h->body, "scale"));
		jw_value(&b, "score", json_get(h->body, "score"));
		jw_str(&b, "store", h->store);
		jw_str(&b, "lane", h->lane);
		jw_close(&b, '}');
		if (b.overflow)
			return "too_big";
		/* A case is opened once; who works on it has changed it since. */
		if (!record_find(h->hq, h->store, kind, id, &r))
			record_put(h->hq, h->store, kind, id, 1, buf_read(&b));
	}
	effect_touch_order(h);
	return NULL;
}
