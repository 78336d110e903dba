// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/edit.h"

static const struct change *find(struct json name, const struct change *changes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (json_is(name, changes[i].name))
			return &changes[i];
	}
	return NULL;
}

void edit_object(struct buf *out, const char *name, struct json obj, const struct change *changes,
		 size_t count)
{
	struct json_walk w = json_walk(obj);

	jw_open(out, name, '{');
	while (json_next(&w)) {
		const struct change *c = find(w.name, changes, count);

		if (c && c->json.n)
			continue;
		jw_raw(out, NULL, json_text(w.name));
		buf_byte(out, ':');
		buf_slice(out, json_text(w.value));
	}
	for (size_t i = 0; i < count; i++) {
		if (changes[i].json.n)
			jw_raw(out, changes[i].name, changes[i].json);
	}
	jw_close(out, '}');
}

void edit_minify(struct buf *out, struct slice json)
{
	bool in_string = false;

	for (size_t i = 0; i < json.n; i++) {
		char c = json.p[i];

		if (in_string && c == '\\') {
			buf_add(out, json.p + i, 2);
			i++;
			continue;
		}
		if (c == '"')
			in_string = !in_string;
		if (in_string || (c != ' ' && c != '\t' && c != '\n' && c != '\r'))
			buf_byte(out, (uint8_t)c);
	}
}

struct slice edit_int(int64_t value, struct edit_text *room)
{
	struct buf b;

	buf_init(&b, room->text, sizeof(room->text));
	jw_int(&b, NULL, value);
	return buf_read(&b);
}

struct slice edit_string(struct slice value, struct edit_text *room)
{
	struct buf b;

	buf_init(&b, room->text, sizeof(room->text));
	jw_slice(&b, NULL, value);
	return b.overflow ? (struct slice){ NULL, 0 } : buf_read(&b);
}
