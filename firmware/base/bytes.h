// SPDX-License-Identifier: Apache-2.0
/*
 * Bytes: borrowed slices, bounded buffers, hex and base64.
 *
 * A slice borrows: whoever made the bytes keeps them alive. A buf writes into memory its owner
 * gave; it never grows. What does not fit sets `overflow` and leaves the buffer as it was before
 * that append, so a writer checks once at the end. All sizes are bytes.
 */
#ifndef LADA_BASE_BYTES_H
#define LADA_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

struct slice {
	const char *p;
	size_t n;
};

struct slice slice_of(const char *text);
bool slice_eq(struct slice s, const char *text);
bool slice_same(struct slice a, struct slice b);
bool slice_starts(struct slice s, const char *prefix);
/* Copies as a NUL-terminated string; -ENAMETOOLONG when it does not fit (dst is then empty). */
int slice_copy(struct slice s, char *dst, size_t cap);

struct buf {
	char *p;
	size_t len;
	size_t cap;
	bool overflow;
};

void buf_init(struct buf *b, char *memory, size_t cap);
void buf_reset(struct buf *b);
void buf_add(struct buf *b, const void *p, size_t n);
void buf_byte(struct buf *b, uint8_t byte);
void buf_text(struct buf *b, const char *text);
void buf_slice(struct buf *b, struct slice s);
__attribute__((format(printf, 2, 3))) void buf_fmt(struct buf *b, const char *fmt, ...);
void buf_int(struct buf *b, int64_t value); /* decimal */
struct slice buf_read(const struct buf *b);
/* NUL-terminates without counting the NUL; NULL after an overflow. */
const char *buf_str(struct buf *b);

/* Formats into dst; -ENAMETOOLONG when it does not fit (dst is then empty). */
__attribute__((format(printf, 3, 4))) int text_fmt(char *dst, size_t cap, const char *fmt, ...);

/* Lower-case hex; dst takes 2*n+1. Decoding wants exactly 2*cap digits: 0 or -EBADMSG. */
void hex_encode(const uint8_t *p, size_t n, char *dst);
int hex_decode(struct slice text, uint8_t *dst, size_t cap);

/* RFC 4648. `url` selects the alphabet of section 5 and no padding; otherwise padding is
 * written and required. Encoding returns the text's length or -ENAMETOOLONG; decoding returns
 * the number of bytes, -EBADMSG for text that is not canonical, -ENAMETOOLONG when too long. */
int base64_encode(const uint8_t *p, size_t n, bool url, char *dst, size_t cap);
int base64_decode(struct slice text, bool url, uint8_t *dst, size_t cap);

#endif
