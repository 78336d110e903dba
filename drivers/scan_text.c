// SPDX-License-Identifier: Apache-2.0
#include "drivers/scan_text.h"

#include <string.h>

#define AIM_BYTES (AIM_MAX - 1)

static bool is_letter(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool scan_starts_with_aim(const void *p, size_t n)
{
	const uint8_t *c = p;

	return n >= AIM_BYTES && c[0] == ']' && is_letter(c[1]) &&
	       ((c[2] >= '0' && c[2] <= '9') || (c[2] >= 'A' && c[2] <= 'F'));
}

void scan_text_clear(struct scan_text *t)
{
	t->n = 0;
	t->too_long = false;
}

void scan_text_drop(struct scan_text *t)
{
	t->garbage += t->n;
	scan_text_clear(t);
}

void scan_text_add(struct scan_text *t, const void *p, size_t n)
{
	if (n == 0)
		return;
	if (t->too_long || n > sizeof(t->bytes) - t->n) {
		t->garbage += t->n + n;
		t->n = 0;
		t->too_long = true;
		return;
	}
	memcpy(t->bytes + t->n, p, n);
	t->n += n;
}

void scan_text_take_aim(struct scan_text *t, char ret_aim[AIM_MAX])
{
	if (!scan_starts_with_aim(t->bytes, t->n))
		return;
	memcpy(ret_aim, t->bytes, AIM_BYTES);
	ret_aim[AIM_BYTES] = '\0';
	t->n -= AIM_BYTES;
	memmove(t->bytes, t->bytes + AIM_BYTES, t->n);
}

void scan_text_tell(struct scan_text *t, const char *aim, const struct sink *sink)
{
	struct driver_event e = { .kind = DRIVER_SCAN,
				  .text = { (const char *)t->bytes, t->n },
				  .detail = "" };

	slice_copy(slice_of(aim), e.aim, sizeof(e.aim));
	if (!t->too_long && t->n > 0)
		sink->event(sink->ctx, &e);
	scan_text_clear(t);
}
