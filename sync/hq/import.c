// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/import.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sync/hq/edit.h"
#include "sync/hq/erase.h"
#include "sync/hq/effect_order.h"
#include "sync/hq/figure.h"
#include "sync/hq/handover.h"
#include "sync/hq/order.h"
#include "sync/hq/points.h"
#include "sync/hq/story.h"
#include "sync/hq/stream.h"

/* ---- one element ---- */

struct element {
	char store[ID_MAX + 1];
	char id[ID_MAX + 1];
	char op[16];
	const struct stream_kind *kind;
	int64_t rev; /* 0 = not given */
	struct json json, body;
};

static bool read_text(struct json obj, const char *name, char *dst, size_t cap)
{
	return json_string(json_get(obj, name), dst, cap) > 0;
}

static const char *read_kind(struct json json, const struct stream_kind **ret_kind)
{
	const struct stream_kind *kind;
	char type[16], stream[16];

	if (!read_text(json, "type", type, sizeof(type)))
		return "`type` is missing";
	kind = stream_by_type(type);
	if (!kind)
		return "`type` must be order, product, stock, member, policy or entry";
	if (json_get(json, "stream").type != JSON_NONE &&
	    (!read_text(json, "stream", stream, sizeof(stream)) || stream_by_name(stream) != kind))
		return "`stream` is not the one of this `type`";
	*ret_kind = kind;
	return NULL;
}

static const char *read_element(struct json json, struct element *e)
{
	struct json rev = json_get(json, "rev");
	const char *why;

	*e = (struct element){ .op = "put", .json = json, .body = json_get(json, "body") };
	if (json.type != JSON_OBJECT)
		return "not a JSON object";
	if (!read_text(json, "store", e->store, sizeof(e->store)) ||
	    !store_id_valid(slice_of(e->store)))
		return "`store` is no store id";
	if (!read_text(json, "id", e->id, sizeof(e->id)) || !id_valid(slice_of(e->id)))
		return "`id` is no id";
	if (json_get(json, "op").type != JSON_NONE && !read_text(json, "op", e->op, sizeof(e->op)))
		return "`op` must be put, del, reopen or erase";
	if (rev.type != JSON_NONE &&
	    (json_int(rev, &e->rev) < 0 || e->rev < 1 || e->rev > HQ_REV_MAX))
		return "`rev` must be a whole number from 1";
	why = read_kind(json, &e->kind);
	return why;
}

/* The rev a change gets; 0 when it would change nothing. */
static int64_t choose_rev(const struct element *e, const struct record *was, bool same)
{
	if (e->rev > was->rev)
		return e->rev;
	return same ? 0 : was->rev + 1;
}

/* Its size is what it takes without spaces. */
static bool fits(struct hq *hq, struct json body)
{
	buf_reset(&hq->edited);
	edit_minify(&hq->edited, json_text(body));
	return !hq->edited.overflow && hq->edited.len <= HQ_BODY_MAX;
}

static const char *put(struct hq *hq, const struct element *e, int64_t *ret_rev, char *room,
		       size_t cap)
{
	const bool order = strcmp(e->kind->type, "order") == 0;
	struct record was = { .rev = 0 };
	struct slice text;
	const char *why;

	if (e->body.type != JSON_OBJECT)
		return "`body` must be an object";
	why = order ? order_check(e->body, room, cap)
		    : figure_check(e->kind->type, e->body, room, cap);
	if (why)
		return why;
	if (e->body.n > HQ_BODY_MAX && !fits(hq, e->body))
		return "`body` is larger than 128 KiB";
	buf_reset(&hq->edited);
	text = json_text(e->body);
	if (order)
		text = effect_keep(hq, e->store, e->id, e->body);
	else if (strcmp(e->kind->type, "member") == 0)
		text = points_import(hq, e->id, e->body);
	edit_minify(&hq->edited, text);
	if (!text.n || hq->edited.overflow)
		return "`body` is larger than 128 KiB with what the store did";
	record_find(hq, e->store, e->kind, e->id, &was);
	*ret_rev = choose_rev(e, &was, was.live && slice_same(was.body, buf_read(&hq->edited)));
	if (*ret_rev) {
		record_put(hq, e->store, e->kind, e->id, *ret_rev, buf_read(&hq->edited));
		story_note_record(hq, e->store, e->kind, buf_read(&hq->edited));
	}
	return NULL;
}

/* Somebody who was erased does not come back by a list that still has them. */
static const char *put_erased(struct hq *hq, struct element *e, int64_t *ret_rev, char *room,
			      size_t cap)
{
	if (strcmp(e->kind->type, "order") != 0)
		return "its customer was erased here";
	buf_reset(&hq->message);
	erase_order(e->body, &hq->message);
	if (hq->message.overflow || json_check(buf_read(&hq->message), &e->body) < 0)
		return "`body` is larger than 128 KiB";
	return put(hq, e, ret_rev, room, cap);
}

static const char *del(struct hq *hq, const struct element *e, int64_t *ret_rev)
{
	struct record was = { .rev = 0 };

	record_find(hq, e->store, e->kind, e->id, &was);
	*ret_rev = choose_rev(e, &was, !was.live);
	if (*ret_rev)
		record_delete(hq, e->store, e->kind, e->id, *ret_rev);
	return NULL;
}

/* Writes the op as stations get it: these members as given, with the rev that was chosen. */
static const char *say(struct hq *hq, const struct element *e, int64_t rev,
		       const char *const *members, size_t count)
{
	struct buf *b = &hq->lines;

	buf_reset(b);
	jw_open(b, NULL, '{');
	jw_str(b, "op", e->op);
	jw_str(b, "type", e->kind->type);
	jw_str(b, "id", e->id);
	jw_int(b, "rev", rev);
	for (size_t i = 0; i < count; i++) {
		struct json v = json_get(e->json, members[i]);

		if (v.type != JSON_STRING)
			return "`reopen` needs `of` and `why`, `erase` needs `customer`";
		jw_value(b, members[i], v);
	}
	jw_close(b, '}');
	if (b->len > HQ_OPS_MAX)
		return "too long";
	stream_flush(hq);
	record_say(hq, e->store, e->kind, e->id, buf_read(b));
	return NULL;
}

/* One op each for the other handovers that stand: of a double both lanes hold to their own, and
 * HQ's record will have none of them. */
static void reopen_others(struct hq *hq, const struct element *e, struct slice body, int64_t *rev)
{
	const struct json of = json_get(e->json, "of");
	struct buf *b = &hq->lines;
	char event[ID_MAX + 1];

	for (int64_t n = 0; (n = handover_next(hq, e->store, e->id, n, event)) > 0;) {
		if (json_is(of, event))
			continue;
		buf_reset(b);
		jw_open(b, NULL, '{');
		jw_str(b, "op", e->op);
		jw_str(b, "type", e->kind->type);
		jw_str(b, "id", e->id);
		jw_int(b, "rev", ++*rev);
		jw_str(b, "of", event);
		jw_value(b, "why", json_get(e->json, "why"));
		jw_close(b, '}');
		record_say(hq, e->store, e->kind, e->id, buf_read(b));
		record_put(hq, e->store, e->kind, e->id, *rev, body);
		stream_flush(hq);
	}
}

/* The order's facts in the stores are HQ's to give back. */
static const char *reopen(struct hq *hq, const struct element *e, int64_t *ret_rev)
{
	static const char *const members[] = { "of", "why" };
	struct record was;
	const char *why;

	if (strcmp(e->kind->type, "order") != 0)
		return "only an order can be reopened";
	if (!record_find(hq, e->store, e->kind, e->id, &was) || !was.live)
		return "no such order";
	*ret_rev = e->rev > was.rev ? e->rev : was.rev + 1;
	why = say(hq, e, *ret_rev, members, 2);
	if (!why) {
		record_put(hq, e->store, e->kind, e->id, *ret_rev, was.body);
		stream_flush(hq);
		reopen_others(hq, e, was.body, ret_rev);
		handover_undo(hq, e->store, e->id);
		/* Its own words about the handover go as well, or they would be said again. */
		why = effect_reopen(hq, e->store, e->id, ret_rev);
	}
	return why;
}

static const char *erase(struct hq *hq, const struct element *e, int64_t *ret_rev)
{
	char customer[ID_MAX + 1];

	if (strcmp(e->kind->type, "member") != 0)
		return "only a member can be erased";
	if (!read_text(e->json, "customer", customer, sizeof(customer)))
		return "`reopen` needs `of` and `why`, `erase` needs `customer`";
	return erase_in(hq, e->store, e->id, customer, e->rev, ret_rev);
}

const char *import_one(struct hq *hq, struct json json, struct import_counts *counts,
		       char *ret_room, size_t cap)
{
	struct element e;
	int64_t rev = 0;
	const char *why = read_element(json, &e);

	if (why)
		;
	else if (strcmp(e.op, "put") == 0 && e.body.type == JSON_OBJECT &&
		 erase_was(hq, e.store, e.kind, e.body))
		why = put_erased(hq, &e, &rev, ret_room, cap);
	else if (strcmp(e.op, "put") == 0)
		why = put(hq, &e, &rev, ret_room, cap);
	else if (strcmp(e.op, "del") == 0)
		why = del(hq, &e, &rev);
	else if (strcmp(e.op, "reopen") == 0)
		why = reopen(hq, &e, &rev);
	else if (strcmp(e.op, "erase") == 0)
		why = erase(hq, &e, &rev);
	else
		why = "`op` must be put, del, reopen or erase";
	if (why)
		counts->refused++;
	else if (rev)
		counts->changed++;
	else
		counts->unchanged++;
	return why;
}

/* ---- a whole text ---- */

/* Where we are in it. */
struct reading {
	const char *name;
	struct slice text; /* of lines */
	size_t at;
	bool array;
	struct json_walk walk;
	long number, said; /* of the line or element; up to which what is refused was said */
};

static void refuse(struct reading *r, struct json json, const char *why)
{
	char id[ID_MAX + 1] = "";

	if (r->number <= r->said)
		return;
	r->said = r->number;
	if (json.type == JSON_OBJECT)
		json_string(json_get(json, "id"), id, sizeof(id));
	fprintf(stderr, r->array ? "%s[%ld]: %s%s%s\n" : "%s:%ld: %s%s%s\n", r->name,
		r->array ? r->number - 1 : r->number, id, id[0] ? ": " : "", why);
}

static bool is_blank(struct slice line)
{
	for (size_t i = 0; i < line.n; i++) {
		if (line.p[i] != ' ' && line.p[i] != '\t' && line.p[i] != '\r')
			return false;
	}
	return true;
}

/* The next line that is not blank. */
static bool next_line(struct reading *r, struct slice *ret_line)
{
	while (r->at < r->text.n) {
		const char *from = r->text.p + r->at, *lf = memchr(from, '\n', r->text.n - r->at);
		struct slice line = { from, lf ? (size_t)(lf - from) : r->text.n - r->at };

		r->at += line.n + 1;
		r->number++;
		if (!is_blank(line)) {
			*ret_line = line;
			return true;
		}
	}
	return false;
}

/* Takes the next element in, or refuses it; false when there are no more. */
static bool import_next(struct hq *hq, struct reading *r, struct import_counts *counts)
{
	struct json json = { .type = JSON_NONE };
	const char *why = "no JSON";
	struct slice line;
	char room[128];

	if (r->array) {
		if (!json_next(&r->walk))
			return false;
		r->number++;
		json = r->walk.value;
		why = import_one(hq, json, counts, room, sizeof(room));
	} else {
		if (!next_line(r, &line))
			return false;
		if (json_check(line, &json) == 0)
			why = import_one(hq, json, counts, room, sizeof(room));
		else
			counts->refused++;
	}
	if (why)
		refuse(r, json, why);
	return true;
}

/* One transaction. */
static int import_slice(struct hq *hq, struct reading *r, struct import_counts *counts,
			bool *ret_more)
{
	int64_t until = hq->clock.mono_ms(hq->clock.ctx) + IMPORT_SLICE_MS;
	bool more;
	int rows = 0;

	db_begin(&hq->db);
	do {
		more = import_next(hq, r, counts) && !hq->db.error;
		rows++;
	} while (more && rows < IMPORT_SLICE_ROWS &&
		 (rows < IMPORT_SLICE_ROWS_IN || hq->clock.mono_ms(hq->clock.ctx) < until));
	stream_flush(hq);
	db_tell(&hq->db);
	*ret_more = more;
	return db_commit(&hq->db);
}

static int open_text(const char *name, struct slice text, struct reading *r)
{
	size_t space = 0;
	struct json root;

	*r = (struct reading){ .name = name, .text = text };
	while (space < text.n && text.p[space] && strchr(" \t\r\n", text.p[space]))
		space++;
	if (space == text.n || text.p[space] != '[')
		return 0;
	if (json_check(text, &root) < 0) {
		fprintf(stderr, "%s: no JSON\n", name);
		return -EBADMSG;
	}
	r->array = true;
	r->walk = json_walk(root);
	return 0;
}

int import_text(struct hq *hq, const char *name, struct slice text, struct import_counts *counts)
{
	const struct timespec pause = { .tv_nsec = IMPORT_YIELD_MS * 1000000 };
	struct reading r;
	bool more = true;
	int err = open_text(name, text, &r);

	while (err == 0 && more) {
		const struct import_counts before = *counts;
		const struct reading from = r;
		int tries = 0;

		do {
			const long said = r.said;

			r = from;
			r.said = said;
			*counts = before;
			err = import_slice(hq, &r, counts, &more);
		} while (db_try_again(&hq->db, err, &tries));
		if (err < 0)
			*counts = before;
		else if (more && !db_is_shared(&hq->db))
			nanosleep(&pause, NULL);
	}
	return err;
}

/* ---- one order ---- */

/* Wraps a bare body; other elements stay as they are. */
static struct json wrap(struct json root, struct buf *room)
{
	struct json wrapped;

	if (root.type != JSON_OBJECT || json_get(root, "body").type != JSON_NONE ||
	    json_get(root, "op").type != JSON_NONE)
		return root;
	jw_open(room, NULL, '{');
	jw_value(room, "store", json_get(root, "store"));
	jw_str(room, "type", "order");
	jw_value(room, "id", json_get(root, "id"));
	jw_raw(room, "body", json_text(root));
	jw_close(room, '}');
	return !room->overflow && json_check(buf_read(room), &wrapped) == 0 ? wrapped : root;
}

int import_order(struct hq *hq, const char *name, struct slice text, char ret_store[ID_MAX + 1],
		 char ret_id[ID_MAX + 1], int64_t *ret_rev)
{
	struct import_counts counts = { 0 };
	size_t cap = text.n + 1024;
	const char *why = "no JSON";
	struct record now = { .rev = 0 };
	char room[128], *memory = malloc(cap);
	struct element e;
	struct json root;
	struct buf b;
	int err = -EINVAL, tries = 0;

	buf_init(&b, memory, memory ? cap : 0);
	if (json_check(text, &root) == 0) {
		root = wrap(root, &b);
		do {
			db_begin(&hq->db);
			why = import_one(hq, root, &counts, room, sizeof(room));
			stream_flush(hq);
			db_tell(&hq->db);
			err = db_commit(&hq->db);
		} while (db_try_again(&hq->db, err, &tries));
	}
	if (why) {
		fprintf(stderr, "%s: %s\n", name, why);
		err = -EINVAL;
	} else if (err == 0 && !read_element(root, &e)) {
		record_find(hq, e.store, e.kind, e.id, &now);
		slice_copy(slice_of(e.store), ret_store, ID_MAX + 1);
		slice_copy(slice_of(e.id), ret_id, ID_MAX + 1);
		*ret_rev = now.rev;
	}
	free(memory);
	return err;
}

int import_read(const char *path, struct slice *ret_text)
{
	int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	size_t n = 0, cap = 65536;
	char *p = fd < 0 ? NULL : malloc(cap), *larger;
	ssize_t got = 1;

	if (!p)
		return fd < 0 ? -errno : -ENOMEM;
	while (got > 0) {
		if (n == cap) {
			larger = cap < IMPORT_FILE_MAX ? realloc(p, cap * 2) : NULL;
			if (!larger) {
				errno = EFBIG;
				got = -1;
				break;
			}
			p = larger;
			cap *= 2;
		}
		got = read(fd, p + n, cap - n);
		n += got > 0 ? (size_t)got : 0;
	}
	if (got < 0) {
		int err = -errno;

		free(p);
		if (fd != STDIN_FILENO)
			close(fd);
		return err;
	}
	if (fd != STDIN_FILENO)
		close(fd);
	*ret_text = (struct slice){ p, n };
	return 0;
}
