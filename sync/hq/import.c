// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/import.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sync/hq/edit.h"
#include "sync/hq/effect_order.h"
#include "sync/hq/handover.h"
#include "sync/hq/order.h"
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
	why = order ? order_check(e->body, room, cap) : NULL;
	if (why)
		return why;
	if (e->body.n > HQ_BODY_MAX && !fits(hq, e->body))
		return "`body` is larger than 128 KiB";
	buf_reset(&hq->edited);
	text = order ? effect_keep_handed(hq, e->id, e->body) : json_text(e->body);
	edit_minify(&hq->edited, text);
	if (!text.n || hq->edited.overflow)
		return "`body` is larger than 128 KiB with what the store did";
	record_find(hq, e->store, e->kind, e->id, &was);
	*ret_rev = choose_rev(e, &was, was.live && slice_same(was.body, buf_read(&hq->edited)));
	if (*ret_rev)
		record_put(hq, e->store, e->kind, e->id, *ret_rev, buf_read(&hq->edited));
	return NULL;
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

	for (int64_t n = 0; (n = handover_next(hq, e->id, n, event)) > 0;) {
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
		handover_undo(hq, e->id);
		/* Its own words about the handover go as well, or they would be said again. */
		why = effect_reopen(hq, e->store, e->id, ret_rev);
	}
	return why;
}

static const char *erase(struct hq *hq, const struct element *e, int64_t *ret_rev)
{
	static const char *const members[] = { "customer" };
	struct record was = { .rev = 0 };
	const char *why;

	if (strcmp(e->kind->type, "member") != 0)
		return "only a member can be erased";
	record_find(hq, e->store, e->kind, e->id, &was);
	*ret_rev = e->rev > was.rev ? e->rev : was.rev + 1;
	why = say(hq, e, *ret_rev, members, 1);
	if (!why) {
		record_delete(hq, e->store, e->kind, e->id, *ret_rev);
		stream_flush(hq);
	}
	return why;
}

const char *import_one(struct hq *hq, struct json json, struct import_counts *counts,
		       char *ret_room, size_t cap)
{
	struct element e;
	int64_t rev = 0;
	const char *why = read_element(json, &e);

	if (why)
		;
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

static void refuse(const char *name, long number, bool line, struct json json, const char *why)
{
	char id[ID_MAX + 1] = "";

	if (!name)
		return; /* said before */
	if (json.type == JSON_OBJECT)
		json_string(json_get(json, "id"), id, sizeof(id));
	fprintf(stderr, line ? "%s:%ld: %s%s%s\n" : "%s[%ld]: %s%s%s\n", name, number, id,
		id[0] ? ": " : "", why);
}

static void refuse_text(const char *name)
{
	if (name)
		fprintf(stderr, "%s: no JSON\n", name);
}

static bool is_blank(struct slice line)
{
	for (size_t i = 0; i < line.n; i++) {
		if (line.p[i] != ' ' && line.p[i] != '\t' && line.p[i] != '\r')
			return false;
	}
	return true;
}

static void import_lines(struct hq *hq, const char *name, struct slice text,
			 struct import_counts *counts)
{
	size_t at = 0;

	for (long number = 1; at < text.n; number++) {
		const char *from = text.p + at, *lf = memchr(from, '\n', text.n - at);
		struct slice line = { from, lf ? (size_t)(lf - from) : text.n - at };
		struct json json = { .type = JSON_NONE };
		char room[128];
		const char *why;

		at += line.n + 1;
		if (is_blank(line))
			continue;
		if (json_check(line, &json) < 0) {
			why = "no JSON";
			counts->refused++;
		} else {
			why = import_one(hq, json, counts, room, sizeof(room));
		}
		if (why)
			refuse(name, number, true, json, why);
	}
}

static void import_array(struct hq *hq, const char *name, struct json array,
			 struct import_counts *counts)
{
	struct json_walk w = json_walk(array);

	for (long number = 0; json_next(&w); number++) {
		char room[128];
		const char *why = import_one(hq, w.value, counts, room, sizeof(room));

		if (why)
			refuse(name, number, false, w.value, why);
	}
}

static int import_once(struct hq *hq, const char *name, struct slice text,
		       struct import_counts *counts)
{
	size_t space = 0;
	struct json root;

	while (space < text.n && strchr(" \t\r\n", text.p[space]) && text.p[space])
		space++;
	db_begin(&hq->db);
	if (space < text.n && text.p[space] == '[') {
		if (json_check(text, &root) < 0) {
			refuse_text(name);
			db_rollback(&hq->db);
			return -EBADMSG;
		}
		import_array(hq, name, root, counts);
	} else {
		import_lines(hq, name, text, counts);
	}
	stream_flush(hq);
	db_tell(&hq->db);
	return db_commit(&hq->db);
}

int import_text(struct hq *hq, const char *name, struct slice text, struct import_counts *counts)
{
	struct import_counts before = *counts;
	int tries = 0, err;

	do {
		*counts = before;
		err = import_once(hq, tries ? NULL : name, text, counts);
	} while (db_try_again(&hq->db, err, &tries));
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
