// SPDX-License-Identifier: Apache-2.0
#include "firmware/base/json.h"

#include <errno.h>
#include <string.h>

#include "firmware/base/text.h"

static const char *skip_space(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
		p++;
	return p;
}

/* ---- checking: one strict pass ---- */

struct check {
	const char *p;
	const char *end;
	size_t depth;
	size_t max_depth;
	uint8_t *objects; /* a bit a level: is it an object? */
	bool loose;	  /* bytes above 0x7f are not looked at */
};

static int check_word(struct check *c, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(c->end - c->p) < n || memcmp(c->p, word, n) != 0)
		return -EBADMSG;
	c->p += n;
	return 0;
}

static bool is_digit(const struct check *c)
{
	return c->p < c->end && *c->p >= '0' && *c->p <= '9';
}

static int check_digits(struct check *c)
{
	if (!is_digit(c))
		return -EBADMSG;
	while (is_digit(c))
		c->p++;
	return 0;
}

static int check_number(struct check *c)
{
	if (*c->p == '-')
		c->p++;
	if (c->p < c->end && *c->p == '0')
		c->p++;
	else if (check_digits(c) < 0)
		return -EBADMSG;
	if (c->p < c->end && *c->p == '.') {
		c->p++;
		if (check_digits(c) < 0)
			return -EBADMSG;
	}
	if (c->p < c->end && (*c->p == 'e' || *c->p == 'E')) {
		c->p++;
		if (c->p < c->end && (*c->p == '+' || *c->p == '-'))
			c->p++;
		if (check_digits(c) < 0)
			return -EBADMSG;
	}
	return 0;
}

static int check_escape(struct check *c)
{
	if (++c->p == c->end)
		return -EBADMSG;
	if (*c->p == 'u') {
		uint8_t unused[2];

		if (c->end - c->p < 5 ||
		    hex_decode((struct slice){ c->p + 1, 4 }, unused, sizeof(unused)) < 0)
			return -EBADMSG;
		c->p += 5;
		return 0;
	}
	if (!memchr("\"\\/bfnrt", *c->p, 8))
		return -EBADMSG;
	c->p++;
	return 0;
}

static int check_string(struct check *c)
{
	c->p++;
	while (c->p < c->end) {
		uint8_t b = (uint8_t)*c->p;

		if (b == '"') {
			c->p++;
			return 0;
		}
		if (b == '\\') {
			if (check_escape(c) < 0)
				return -EBADMSG;
		} else if (b < 0x20) {
			return -EBADMSG;
		} else if (b < 0x80 || c->loose) {
			c->p++;
		} else {
			struct slice rest = { c->p, (size_t)(c->end - c->p) };
			size_t at = 0;

			if (utf8_next(rest, &at) < 0)
				return -EBADMSG;
			c->p += at;
		}
	}
	return -EBADMSG;
}

static int check_member_name(struct check *c)
{
	if (c->p == c->end || *c->p != '"' || check_string(c) < 0)
		return -EBADMSG;
	c->p = skip_space(c->p, c->end);
	if (c->p == c->end || *c->p != ':')
		return -EBADMSG;
	c->p = skip_space(c->p + 1, c->end);
	return 0;
}

static int check_scalar(struct check *c)
{
	switch (*c->p) {
	case '"':
		return check_string(c);
	case 't':
		return check_word(c, "true");
	case 'f':
		return check_word(c, "false");
	case 'n':
		return check_word(c, "null");
	default:
		return check_number(c);
	}
}

static bool in_object(const struct check *c)
{
	size_t level = c->depth - 1;

	return c->objects[level / 8] >> (level % 8) & 1;
}

/* Goes down at a bracket. 1: the next value is due; 0: it was empty and is closed again. */
static int check_open(struct check *c)
{
	bool object = *c->p == '{';
	size_t level = c->depth;
	uint8_t bit = (uint8_t)(1u << (level % 8));

	if (level == c->max_depth)
		return -EBADMSG;
	c->objects[level / 8] =
		(uint8_t)(object ? c->objects[level / 8] | bit : c->objects[level / 8] & ~bit);
	c->depth++;
	c->p = skip_space(c->p + 1, c->end);
	if (c->p < c->end && *c->p == (object ? '}' : ']')) {
		c->p++;
		c->depth--;
		return 0;
	}
	return object ? (check_member_name(c) < 0 ? -EBADMSG : 1) : 1;
}

/* Behind a value: closes what ends here. 1: another value is due; 0: the outermost is done. */
static int check_after(struct check *c)
{
	while (c->depth) {
		c->p = skip_space(c->p, c->end);
		if (c->p == c->end)
			return -EBADMSG;
		if (*c->p == ',') {
			c->p = skip_space(c->p + 1, c->end);
			return in_object(c) ? (check_member_name(c) < 0 ? -EBADMSG : 1) : 1;
		}
		if (*c->p != (in_object(c) ? '}' : ']'))
			return -EBADMSG;
		c->p++;
		c->depth--;
	}
	return 0;
}

static int check_value(struct check *c)
{
	int more = 1;

	while (more > 0) {
		if (c->p == c->end)
			return -EBADMSG;
		if (*c->p == '{' || *c->p == '[') {
			more = check_open(c);
			if (more != 0)
				continue;
		} else if (check_scalar(c) < 0) {
			return -EBADMSG;
		}
		more = check_after(c);
	}
	return more;
}

/* ---- reading text that was accepted ---- */

static enum json_type type_of(char first)
{
	switch (first) {
	case '{':
		return JSON_OBJECT;
	case '[':
		return JSON_ARRAY;
	case '"':
		return JSON_STRING;
	case 't':
	case 'f':
		return JSON_BOOL;
	case 'n':
		return JSON_NULL;
	default:
		return JSON_NUMBER;
	}
}

/*
 * Finding where a value ends is what reading costs, so it goes 16 bytes at a time where the machine
 * can. Both give the first byte from p on that is one of theirs, or `end`.
 */
#ifdef __SSE2__
#define BLOCK 16
typedef char block_t __attribute__((vector_size(BLOCK)));

static inline block_t block_at(const char *p)
{
	block_t block;

	memcpy(&block, p, BLOCK);
	return block;
}

/* A bit for each byte of a comparison that holds. */
static inline unsigned bits(block_t same)
{
	return (unsigned)__builtin_ia32_pmovmskb128(same);
}

/* A quote or a backslash. */
static inline const char *next_in_string(const char *p, const char *end)
{
	for (; end - p >= BLOCK; p += BLOCK) {
		const block_t block = block_at(p);
		const unsigned found = bits((block_t)((block == '"') | (block == '\\')));

		if (found)
			return p + __builtin_ctz(found);
	}
	while (p < end && *p != '"' && *p != '\\')
		p++;
	return p;
}

/* A quote or a bracket. */
static inline const char *next_mark(const char *p, const char *end)
{
	for (; end - p >= BLOCK; p += BLOCK) {
		const block_t block = block_at(p);
		const block_t folded =
			block | 0x20; /* all that `[` and `{`, `]` and `}` differ in */
		const unsigned found =
			bits((block_t)((block == '"') | (folded == '{') | (folded == '}')));

		if (found)
			return p + __builtin_ctz(found);
	}
	while (p < end && *p != '"' && (*p | 0x20) != '{' && (*p | 0x20) != '}')
		p++;
	return p;
}
#else
static inline const char *next_in_string(const char *p, const char *end)
{
	while (p < end && *p != '"' && *p != '\\')
		p++;
	return p;
}

static inline const char *next_mark(const char *p, const char *end)
{
	while (p < end && *p != '"' && (*p | 0x20) != '{' && (*p | 0x20) != '}')
		p++;
	return p;
}
#endif

static const char *string_end(const char *p, const char *end)
{
	p = next_in_string(p + 1, end);
	while (p < end && *p == '\\')
		p = next_in_string(p + 2, end);
	return p + 1;
}

static const char *value_end(const char *p, const char *end)
{
	int depth = 0;

	if (*p == '"')
		return string_end(p, end);
	if (*p != '{' && *p != '[') {
		while (p<end && * p> ' ' && *p != ',' && *p != ']' && *p != '}')
			p++;
		return p;
	}
	while ((p = next_mark(p, end)) < end) {
		if (*p == '"') {
			p = string_end(p, end);
			continue;
		}
		depth += (*p | 0x20) == '{' ? 1 : -1;
		if (depth == 0)
			return p + 1;
		p++;
	}
	return end;
}

static struct json value_at(const char *p, const char *end)
{
	const char *stop = value_end(p, end);

	return (struct json){ p, (size_t)(stop - p), type_of(*p) };
}

static int check_text(struct slice text, bool loose, struct json *ret_root)
{
	uint8_t objects[JSON_NESTING_MAX / 8]; /* written before it is read */
	struct check c = { text.p, text.p + text.n, 0, JSON_NESTING_MAX, objects, loose };
	const char *start;
	int err;

	c.p = start = skip_space(c.p, c.end);
	err = check_value(&c);
	if (err < 0)
		return err;
	*ret_root = (struct json){ start, (size_t)(c.p - start), type_of(*start) };
	if (skip_space(c.p, c.end) != c.end)
		return -EBADMSG;
	return 0;
}

int json_check(struct slice text, struct json *ret_root)
{
	return check_text(text, false, ret_root);
}

int json_check_loose(struct slice text, struct json *ret_root)
{
	return check_text(text, true, ret_root);
}

struct json json_accepted(struct slice text)
{
	return (struct json){ text.p, text.n, text.n ? type_of(*text.p) : JSON_NONE };
}

struct json_walk json_walk(struct json v)
{
	struct json_walk w = { 0 };

	if (v.type != JSON_OBJECT && v.type != JSON_ARRAY)
		return w;
	w.object = v.type == JSON_OBJECT;
	w.at = v.p + 1;
	w.end = v.p + v.n - 1;
	return w;
}

bool json_next(struct json_walk *w)
{
	if (!w->at)
		return false;
	w->at = skip_space(w->at, w->end);
	if (w->at < w->end && *w->at == ',')
		w->at = skip_space(w->at + 1, w->end);
	if (w->at >= w->end)
		return false;
	if (w->object) {
		w->name = value_at(w->at, w->end);
		w->at = skip_space(w->name.p + w->name.n, w->end);
		w->at = skip_space(w->at + 1, w->end); /* the colon */
	}
	w->value = value_at(w->at, w->end);
	w->at = w->value.p + w->value.n;
	return true;
}

struct json json_get(struct json obj, const char *name)
{
	struct json_walk w = json_walk(obj);

	if (obj.type != JSON_OBJECT)
		return (struct json){ 0 };
	while (json_next(&w))
		if (json_is(w.name, name))
			return w.value;
	return (struct json){ 0 };
}

static bool names(struct json name, const char *text)
{
	const size_t n = name.n - 2;

	if (n && name.p[1] != text[0] && name.p[1] != '\\')
		return false;
	return memchr(name.p, '\\', name.n) ? json_is(name, text)
					    : strncmp(name.p + 1, text, n) == 0 && text[n] == '\0';
}

void json_pick(struct json obj, const char *const wanted[], struct json ret[], size_t n)
{
	struct json_walk w = json_walk(obj);

	memset(ret, 0, n * sizeof(*ret));
	if (obj.type != JSON_OBJECT)
		return;
	while (json_next(&w))
		for (size_t i = 0; i < n; i++)
			if (ret[i].type == JSON_NONE && names(w.name, wanted[i])) {
				ret[i] = w.value;
				break;
			}
}

int json_depth(struct json v)
{
	int depth = 0, deepest = 0;

	const char *p = v.p, *end = v.p + v.n;

	if (v.type == JSON_NONE)
		return 0;
	while ((p = next_mark(p, end)) < end) {
		if (*p == '"') {
			p = string_end(p, end);
			continue;
		}
		depth += (*p | 0x20) == '{' ? 1 : -1;
		if (depth > deepest)
			deepest = depth;
		p++;
	}
	return deepest;
}

size_t json_count(struct json v)
{
	struct json_walk w = json_walk(v);
	size_t n = 0;

	while (json_next(&w))
		n++;
	return n;
}

struct slice json_text(struct json v)
{
	return (struct slice){ v.p, v.type == JSON_NONE ? 0 : v.n };
}

bool json_true(struct json v)
{
	return v.type == JSON_BOOL && v.p[0] == 't';
}

bool json_false(struct json v)
{
	return v.type == JSON_BOOL && !json_true(v);
}

int json_int(struct json v, int64_t *ret_value)
{
	bool negative;
	uint64_t n = 0;
	size_t i = 0;

	if (v.type != JSON_NUMBER)
		return -EINVAL;
	negative = v.p[0] == '-';
	for (i = negative; i < v.n; i++) {
		unsigned digit = (unsigned)(v.p[i] - '0');

		if (digit > 9)
			return -EINVAL;
		if (n > ((uint64_t)INT64_MAX - digit) / 10)
			return -ERANGE;
		n = n * 10 + digit;
	}
	*ret_value = negative ? -(int64_t)n : (int64_t)n;
	return 0;
}

int64_t json_int_or(struct json v, int64_t otherwise)
{
	int64_t value;

	return json_int(v, &value) < 0 ? otherwise : value;
}

static uint32_t hex4(const char *p)
{
	uint8_t b[2] = { 0 };

	hex_decode((struct slice){ p, 4 }, b, sizeof(b));
	return (uint32_t)b[0] << 8 | b[1];
}

/* One escape at p (after the backslash); returns how many bytes it took, 0 when it has no
 * character. */
static size_t unescape(const char *p, const char *end, char *dst, size_t *ret_n)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *hit;
	uint32_t c;

	if (*p != 'u') {
		hit = memchr(from, *p, 8);
		dst[0] = hit ? to[hit - from] : '?';
		*ret_n = 1;
		return 1;
	}
	c = hex4(p + 1);
	if (c >= 0xd800 && c <= 0xdbff) {
		uint32_t low;

		if (end - p < 11 || p[5] != '\\' || p[6] != 'u')
			return 0;
		low = hex4(p + 7);
		if (low < 0xdc00 || low > 0xdfff)
			return 0;
		*ret_n = utf8_put(0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00), dst);
		return 11;
	}
	*ret_n = c == 0 ? 0 : utf8_put(c, dst);
	return *ret_n ? 5 : 0;
}

int json_string(struct json v, char *dst, size_t cap)
{
	const char *p, *end;
	size_t out = 0;

	if (cap == 0)
		return -ENAMETOOLONG;
	dst[0] = '\0';
	if (v.type != JSON_STRING)
		return -EINVAL;
	p = v.p + 1;
	end = v.p + v.n - 1;
	while (p < end) {
		char one[4] = { *p };
		size_t n = 1, took = 1;

		if (*p == '\\') {
			took = unescape(p + 1, end, one, &n);
			if (took == 0) {
				dst[0] = '\0';
				return -EBADMSG;
			}
			took++;
		}
		if (out + n >= cap) {
			dst[0] = '\0';
			return -ENAMETOOLONG;
		}
		memcpy(dst + out, one, n);
		out += n;
		p += took;
	}
	dst[out] = '\0';
	return (int)out;
}

bool json_is(struct json v, const char *text)
{
	size_t n = strlen(text);
	char plain[128];

	if (v.type != JSON_STRING)
		return false;
	if (!memchr(v.p, '\\', v.n))
		return v.n == n + 2 && memcmp(v.p + 1, text, n) == 0;
	return json_string(v, plain, sizeof(plain)) >= 0 && strcmp(plain, text) == 0;
}

/* ---- writing ---- */

static void put_name(struct buf *b, const char *name)
{
	char last = b->len ? b->p[b->len - 1] : '[';

	if (last != '{' && last != '[' && last != ':' && last != '\n')
		buf_byte(b, ',');
	if (name) {
		buf_byte(b, '"');
		buf_text(b, name);
		buf_text(b, "\":");
	}
}

void jw_open(struct buf *b, const char *name, char bracket)
{
	put_name(b, name);
	buf_byte(b, (uint8_t)bracket);
}

void jw_close(struct buf *b, char bracket)
{
	buf_byte(b, (uint8_t)bracket);
}

void jw_slice(struct buf *b, const char *name, struct slice text)
{
	size_t from = 0;

	put_name(b, name);
	buf_byte(b, '"');
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = (uint8_t)text.p[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_add(b, text.p + from, i - from);
		from = i + 1;
		if (c == '"' || c == '\\') {
			buf_byte(b, '\\');
			buf_byte(b, c);
		} else {
			buf_fmt(b, "\\u%04x", c);
		}
	}
	buf_add(b, text.p + from, text.n - from);
	buf_byte(b, '"');
}

void jw_str(struct buf *b, const char *name, const char *text)
{
	jw_slice(b, name, slice_of(text));
}

void jw_int(struct buf *b, const char *name, int64_t value)
{
	put_name(b, name);
	buf_int(b, value);
}

void jw_bool(struct buf *b, const char *name, bool value)
{
	put_name(b, name);
	buf_text(b, value ? "true" : "false");
}

void jw_null(struct buf *b, const char *name)
{
	put_name(b, name);
	buf_text(b, "null");
}

void jw_raw(struct buf *b, const char *name, struct slice json)
{
	put_name(b, name);
	buf_slice(b, json);
}

void jw_value(struct buf *b, const char *name, struct json value)
{
	if (value.type == JSON_NONE)
		jw_null(b, name);
	else
		jw_raw(b, name, json_text(value));
}
