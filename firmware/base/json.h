// SPDX-License-Identifier: Apache-2.0
/*
 * JSON, read in place and written into a bounded buffer; no heap, no tree.
 *
 * Why not a tree: the chain of events hashes an object's exact text, unknown fields of a record
 * must come back as they came, and an order is looked at for a few fields only. So a value is a
 * slice of the text it stands in. json_check() accepts a whole text once, strictly (RFC 8259,
 * UTF-8); everything else here may only be given values that come
 * from a text it accepted. Values borrow that text. Of repeated names the first counts.
 */
#ifndef LADA_BASE_JSON_H
#define LADA_BASE_JSON_H

#include "firmware/base/bytes.h"

/* Nesting costs a bit a level and no recursion, so a message of any shape can be taken apart and
 * only the record that is too deep for us (JSON_DEPTH_MAX) be set aside. */
#define JSON_NESTING_MAX (1024 * 1024)
#define JSON_DEPTH_MAX	 32

enum json_type {
	JSON_NONE, /* no such value */
	JSON_NULL,
	JSON_BOOL,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
};

struct json {
	const char *p; /* first byte of the value; a string's p is at its opening quote */
	size_t n;
	enum json_type type;
};

/* 0 and the root value; -EBADMSG: not JSON, not UTF-8, or nested deeper than JSON_NESTING_MAX. */
int json_check(struct slice text, struct json *ret_root);

/* The same, but texts may hold bytes that are no UTF-8: for taking a message apart whose records
 * are then checked one by one, so that a broken one is set aside and blocks no other. */
int json_check_loose(struct slice text, struct json *ret_root);

/* A value of a text that a check accepted before, which is not looked at again; its ends must be
 * the value's. */
struct json json_accepted(struct slice text);

/* The member's value; .type is JSON_NONE when obj is no object or has no such member. */
struct json json_get(struct json obj, const char *name);
/* Several members in one pass: ret[i] is what json_get(obj, names[i]) would say. */
void json_pick(struct json obj, const char *const names[], struct json ret[], size_t n);
/* A walk: `struct json_walk w = json_walk(v); while (json_next(&w)) use w.name, w.value;`
 * Arrays leave name.type JSON_NONE. Anything but an array or object is an empty walk. */
struct json_walk {
	const char *at;
	const char *end;
	bool object;
	struct json name;
	struct json value;
};
struct json_walk json_walk(struct json v);
bool json_next(struct json_walk *w);
size_t json_count(struct json v);
int json_depth(struct json v); /* levels of brackets; 0 for a scalar */

struct slice json_text(struct json v); /* the value's exact text */
bool json_true(struct json v);
bool json_false(struct json v); /* said to be false, not absent */
/* Whole numbers without fraction or exponent: 0, -EINVAL (no whole number), -ERANGE. */
int json_int(struct json v, int64_t *ret_value);
int64_t json_int_or(struct json v, int64_t otherwise);
/* Unescapes into dst with a NUL: length, -EINVAL (no string), -ENAMETOOLONG, -EBADMSG (U+0000
 * or a lone surrogate inside). dst is empty on error. */
int json_string(struct json v, char *dst, size_t cap);
/* Is v a string that reads `text`? */
bool json_is(struct json v, const char *text);

/*
 * Writing. A comma is put where one belongs by looking at what stands before, so pieces of
 * documents can be written by different hands. `name` NULL writes an array element.
 */
void jw_open(struct buf *b, const char *name, char bracket);	   /* '{' or '[' */
void jw_close(struct buf *b, char bracket);			   /* '}' or ']' */
void jw_slice(struct buf *b, const char *name, struct slice text); /* escapes */
void jw_str(struct buf *b, const char *name, const char *text);
void jw_int(struct buf *b, const char *name, int64_t value);
void jw_bool(struct buf *b, const char *name, bool value);
void jw_null(struct buf *b, const char *name);
void jw_raw(struct buf *b, const char *name, struct slice json);   /* text that is JSON already */
void jw_value(struct buf *b, const char *name, struct json value); /* null for JSON_NONE */

#endif
