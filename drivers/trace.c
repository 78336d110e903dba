// SPDX-License-Identifier: Apache-2.0
#include "drivers/trace.h"

#include <errno.h>
#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void skip_blanks(struct slice *s)
{
	while (s->n > 0 && is_blank(*s->p)) {
		s->p++;
		s->n--;
	}
}

static void skip(struct slice *s, size_t n)
{
	s->p += n;
	s->n -= n;
}

static int take_hex(struct slice *s, uint8_t *ret_byte)
{
	const int r = s->n < 2 ? -EBADMSG : hex_decode((struct slice){ s->p, 2 }, ret_byte, 1);

	if (r == 0)
		skip(s, 2);
	return r;
}

static int take_escape(struct slice *s, uint8_t *ret_byte)
{
	static const char names[] = "rnt\\\"", values[] = "\r\n\t\\\"";
	const char *at;

	if (s->n == 0)
		return -EBADMSG;
	if (*s->p == 'x') {
		skip(s, 1);
		return take_hex(s, ret_byte);
	}
	at = memchr(names, *s->p, sizeof(names) - 1);
	if (!at)
		return -EBADMSG;
	*ret_byte = (uint8_t)values[at - names];
	skip(s, 1);
	return 0;
}

static int take_quoted(struct slice *s, struct buf *out)
{
	uint8_t byte;
	int r;

	for (skip(s, 1); s->n > 0 && *s->p != '"';) {
		byte = (uint8_t)*s->p;
		skip(s, 1);
		if (byte == '\\') {
			r = take_escape(s, &byte);
			if (r < 0)
				return r;
		}
		buf_byte(out, byte);
	}
	if (s->n == 0)
		return -EBADMSG;
	skip(s, 1);
	return 0;
}

static int take_bytes(struct slice s, struct buf *out)
{
	uint8_t byte;
	int r = 0;

	for (skip_blanks(&s); s.n > 0 && r == 0; skip_blanks(&s)) {
		if (*s.p == '#')
			return 0;
		if (*s.p == '"') {
			r = take_quoted(&s, out);
			continue;
		}
		r = take_hex(&s, &byte);
		if (r == 0)
			buf_byte(out, byte);
	}
	return r;
}

static int parse_line(struct slice s, struct buf *out, struct trace_record *ret)
{
	int64_t ms = 0;
	int digits = 0;

	for (; s.n > 0 && *s.p >= '0' && *s.p <= '9' && digits < 12; skip(&s, 1), digits++)
		ms = ms * 10 + (*s.p - '0');
	skip_blanks(&s);
	if (digits == 0 || s.n == 0 || !strchr("<>!", *s.p))
		return -EBADMSG;
	ret->ms = ms;
	ret->kind = *s.p;
	skip(&s, 1);
	skip_blanks(&s);
	if (ret->kind != '!')
		return take_bytes(s, out);
	buf_slice(out, s);
	return 0;
}

int trace_next(struct slice text, size_t *at, uint8_t *memory, size_t cap,
	       struct trace_record *ret_record)
{
	struct slice line;
	struct buf out;
	const char *end;
	int r;

	for (; *at < text.n; *at += line.n + 1) {
		line = (struct slice){ text.p + *at, text.n - *at };
		end = memchr(line.p, '\n', line.n);
		line.n = end ? (size_t)(end - line.p) : line.n;
		struct slice body = line;
		skip_blanks(&body);
		if (body.n == 0 || *body.p == '#')
			continue;
		buf_init(&out, (char *)memory, cap);
		r = parse_line(body, &out, ret_record);
		if (r < 0)
			return r;
		if (out.overflow)
			return -EMSGSIZE;
		ret_record->p = memory;
		ret_record->n = out.len;
		*at += line.n + 1;
		return 1;
	}
	return 0;
}

static bool is_text(char c)
{
	return c >= 0x20 && c < 0x7f && c != '\\' && c != '"';
}

/* Runs of text are quoted, with the CR and LF that end them; the rest is hex. */
static void write_bytes(struct buf *out, struct slice s)
{
	size_t n;

	while (s.n > 0) {
		for (n = 0; n < s.n && is_text(s.p[n]); n++)
			;
		if (n < 2) {
			buf_fmt(out, " %02x", (uint8_t)*s.p);
			skip(&s, 1);
			continue;
		}
		buf_text(out, " \"");
		buf_add(out, s.p, n);
		skip(&s, n);
		for (; s.n > 0 && (*s.p == '\r' || *s.p == '\n'); skip(&s, 1))
			buf_text(out, *s.p == '\r' ? "\\r" : "\\n");
		buf_byte(out, '"');
	}
}

int trace_write(struct buf *out, int64_t ms, char kind, struct slice record)
{
	const size_t before = out->len;

	if (record.n > TRACE_RECORD_MAX ||
	    (kind == '!' && record.n > 0 && memchr(record.p, '\n', record.n)))
		return -EMSGSIZE;
	buf_fmt(out, "%-7lld %c", (long long)ms, kind);
	if (kind == '!') {
		buf_byte(out, ' ');
		buf_slice(out, record);
	} else {
		write_bytes(out, record);
	}
	buf_byte(out, '\n');
	if (!out->overflow)
		return 0;
	out->len = before;
	out->overflow = false;
	return -EMSGSIZE;
}

void trace_escape(struct buf *out, struct slice text)
{
	for (size_t i = 0; i < text.n; i++) {
		const uint8_t c = (uint8_t)text.p[i];

		if (c == '\\' || c == '"')
			buf_fmt(out, "\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			buf_fmt(out, "\\x%02x", c);
		else
			buf_byte(out, c);
	}
}

static const char *result_name(enum job_result result)
{
	switch (result) {
	case JOB_RESULT_DONE:
		return "done";
	case JOB_RESULT_NOTHING:
		return "nothing";
	case JOB_RESULT_UNKNOWN:
		return "unknown";
	case JOB_RESULT_REFUSED:
		return "refused";
	}
	return "?";
}

void trace_event(struct buf *out, const struct driver_event *e)
{
	switch (e->kind) {
	case DRIVER_SCAN:
		buf_fmt(out, "scan %s ", e->aim[0] ? e->aim : "-");
		trace_escape(out, e->text);
		break;
	case DRIVER_STATUS:
		buf_fmt(out, "status %s", device_status_name(e->status));
		break;
	case DRIVER_JOB:
		buf_fmt(out, "job %lld %s", (long long)e->job, result_name(e->result));
		break;
	case DRIVER_DRAWER:
		buf_fmt(out, "drawer %s", e->drawer_high ? "high" : "low");
		break;
	case DRIVER_MODEL:
		buf_text(out, "model ");
		trace_escape(out, e->text);
		break;
	}
	if (e->detail && e->detail[0])
		buf_fmt(out, " %s", e->detail);
	buf_byte(out, '\n');
}
