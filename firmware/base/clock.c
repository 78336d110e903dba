// SPDX-License-Identifier: Apache-2.0
#include "firmware/base/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

static int64_t read_clock(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t system_wall_ms(void *ctx)
{
	(void)ctx;
	return read_clock(CLOCK_REALTIME);
}

static int64_t system_mono_ms(void *ctx)
{
	(void)ctx;
	return read_clock(CLOCK_MONOTONIC);
}

static void system_random(void *ctx, void *p, size_t n)
{
	uint8_t *at = p;

	(void)ctx;
	while (n) {
		ssize_t got = getrandom(at, n, 0);

		if (got < 0 && errno != EINTR)
			abort(); /* no randomness: ids would repeat, nothing is safe */
		if (got > 0) {
			at += got;
			n -= (size_t)got;
		}
	}
}

struct clock clock_system(void)
{
	return (struct clock){ system_wall_ms, system_mono_ms, system_random, NULL };
}

void time_format(int64_t wall_ms, char dst[TIME_TEXT_MAX])
{
	const int64_t first = -62167219200000, last = 253402300799999;
	int64_t ms;
	time_t s;
	struct tm t;
	char text[64];

	if (wall_ms < first)
		wall_ms = first;
	if (wall_ms > last)
		wall_ms = last;
	ms = (wall_ms % 1000 + 1000) % 1000;
	s = (time_t)((wall_ms - ms) / 1000);
	gmtime_r(&s, &t);
	snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", t.tm_year + 1900,
		 t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, (int)ms);
	memcpy(dst, text, TIME_TEXT_MAX - 1);
	dst[TIME_TEXT_MAX - 1] = '\0';
}

static int two_digits(const char *p)
{
	if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
		return -1;
	return (p[0] - '0') * 10 + p[1] - '0';
}

/* Days from 1970-01-01 of a Gregorian date (Hinnant's days_from_civil). */
static int64_t days_from_civil(int64_t y, int m, int d)
{
	int64_t era, yoe, doy;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static int parse_offset(const char *p, size_t n, int64_t *ret_ms)
{
	int h, m;

	if (n == 1 && (*p == 'Z' || *p == 'z')) {
		*ret_ms = 0;
		return 0;
	}
	if (n != 6 || (*p != '+' && *p != '-') || p[3] != ':')
		return -EBADMSG;
	h = two_digits(p + 1);
	m = two_digits(p + 4);
	if (h < 0 || h > 23 || m < 0 || m > 59)
		return -EBADMSG;
	*ret_ms = (*p == '-' ? -1 : 1) * (h * 60 + m) * INT64_C(60000);
	return 0;
}

int time_parse(struct slice text, int64_t *ret_wall_ms)
{
	const char *p = text.p;
	int v[7] = { 0 };
	static const uint8_t at[] = { 0, 2, 5, 8, 11, 14, 17 };
	int64_t ms = 0, offset, scale = 100;
	size_t i = 19;

	if (text.n < 20 || p[4] != '-' || p[7] != '-' || (p[10] != 'T' && p[10] != 't') ||
	    p[13] != ':' || p[16] != ':')
		return -EBADMSG;
	for (size_t k = 0; k < COUNT_OF(at); k++) {
		v[k] = two_digits(p + at[k]);
		if (v[k] < 0)
			return -EBADMSG;
	}
	if (v[2] < 1 || v[2] > 12 || v[3] < 1 || v[3] > 31 || v[4] > 23 || v[5] > 59 || v[6] > 60)
		return -EBADMSG;
	if (p[i] == '.') {
		size_t first = ++i;

		for (; i < text.n && p[i] >= '0' && p[i] <= '9'; i++, scale /= 10)
			ms += (p[i] - '0') * scale;
		if (i == first)
			return -EBADMSG;
	}
	if (parse_offset(p + i, text.n - i, &offset) < 0)
		return -EBADMSG;
	*ret_wall_ms =
		((days_from_civil(v[0] * 100 + v[1], v[2], v[3]) * 24 + v[4]) * 60 + v[5]) * 60000 +
		v[6] * INT64_C(1000) + ms - offset;
	return 0;
}

struct local_time time_local(int64_t wall_ms)
{
	time_t s = (time_t)(wall_ms / 1000);
	struct tm t;

	localtime_r(&s, &t);
	return (struct local_time){ t.tm_year + 1900, t.tm_mon + 1, t.tm_mday,
				    t.tm_hour,	      t.tm_min,	    t.tm_wday };
}

void ulid_make(const struct clock *c, char dst[ULID_TEXT_MAX])
{
	static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	uint64_t ms = (uint64_t)c->wall_ms(c->ctx) & 0xffffffffffff;
	uint8_t r[16];

	c->random(c->ctx, r, sizeof(r));
	for (int i = 9; i >= 0; i--, ms >>= 5)
		dst[i] = alphabet[ms & 31];
	for (int i = 0; i < 16; i++)
		dst[10 + i] = alphabet[r[i] & 31];
	dst[ULID_TEXT_MAX - 1] = '\0';
}
