// SPDX-License-Identifier: Apache-2.0
/*
 * JSON objects with some members changed: the others keep their exact text, changed ones move
 * to the end. Order of members means nothing in JSON.
 */
#ifndef LADA_SYNC_HQ_EDIT_H
#define LADA_SYNC_HQ_EDIT_H

#include "firmware/base/json.h"

struct change {
	const char *name;
	struct slice json; /* the new value's text; n = 0 leaves the member alone */
};

/* Writes obj with the changes, as an element or as the member `name`. */
void edit_object(struct buf *out, const char *name, struct json obj, const struct change *changes,
		 size_t count);
/* Copies checked JSON without the space between its tokens. */
void edit_minify(struct buf *out, struct slice json);

/* Room for a number or a short string as JSON text. */
struct edit_text {
	char text[512];
};
struct slice edit_int(int64_t value, struct edit_text *room);
/* Any string that is an id or a few plain words; n = 0 when it does not fit. */
struct slice edit_string(struct slice value, struct edit_text *room);

#endif
