// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/story.h"

#include <string.h>

#include "firmware/base/text.h"

#define CARD_DIGITS_MAX 19
#define CARD_DIGITS_MIN 14

/* ---- contacts ---- */

static const char *const kinds[] = { "pickup", "return", "complaint", "question", "stock" };

const char *contact_kind_name(enum contact_kind k)
{
	return kinds[k];
}

bool contact_kind_named(struct slice name, enum contact_kind *ret_kind)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (slice_eq(name, kinds[i])) {
			*ret_kind = (enum contact_kind)i;
			return true;
		}
	return false;
}

const char *contact_end_name(enum contact_end e)
{
	static const char *const names[] = { "done",	  "part",   "refused",	"cancelled",
					     "elsewhere", "opened", "answered", "shown" };

	return names[e];
}

bool contact_lapsed(bool work, int64_t last_ms, int64_t now_ms)
{
	return !work && (now_ms - last_ms >= CONTACT_LAPSE_MS || now_ms < last_ms);
}

static bool same(const char *a, const char *b)
{
	return a[0] && strcmp(a, b) == 0;
}

enum contact_step contact_next(const struct contact_facts *f)
{
	const bool about_product =
		!f->order[0] && !f->customer[0] && !f->next_order[0] && !f->next_customer[0];

	if (!f->open)
		return CONTACT_BEGINS;
	if (contact_lapsed(f->work, f->last_ms, f->now_ms))
		return CONTACT_AFTER;
	if (same(f->order, f->next_order) || same(f->customer, f->next_customer))
		return CONTACT_GOES_ON;
	/* One product after the other is one question. */
	return about_product ? CONTACT_GOES_ON : CONTACT_AFTER;
}

int64_t contact_seconds(int64_t begun_ms, int64_t ended_ms)
{
	int64_t ms = ended_ms - begun_ms;

	if (ms < 0)
		ms = 0;
	return (ms > CONTACT_MOST_MS ? CONTACT_MOST_MS : ms) / 1000;
}

bool contact_may_go_on(enum reason r, bool approvable)
{
	return approvable || r == REASON_PIN_WRONG || r == REASON_APPROVAL_NEEDED;
}

enum contact_end contact_given_up(enum contact_kind kind, bool refused, enum contact_noted noted)
{
	if (refused)
		return CONTACT_REFUSED;
	if (kind != CONTACT_QUESTION && kind != CONTACT_STOCK)
		return CONTACT_CANCELLED;
	if (noted == CONTACT_NOTHING)
		return CONTACT_SHOWN;
	return noted == CONTACT_SETTLED ? CONTACT_ANSWERED : CONTACT_OPENED;
}

enum contact_resolved contact_resolved(enum contact_end end)
{
	switch (end) {
	case CONTACT_DONE:
	case CONTACT_ANSWERED:
		return RESOLVED_YES;
	case CONTACT_PART:
	case CONTACT_REFUSED:
	case CONTACT_CANCELLED:
	case CONTACT_OPENED:
		return RESOLVED_NO;
	case CONTACT_ELSEWHERE:
	case CONTACT_SHOWN:
		return RESOLVED_UNKNOWN;
	}
	return RESOLVED_UNKNOWN;
}

/* ---- notes ---- */

enum reason note_verdict(const struct note_facts *f, enum note_target *ret_target)
{
	if (!f->text)
		return REASON_BAD_REQUEST;
	if (f->named && !f->known)
		return REASON_NOT_FOUND;
	if (f->named) {
		*ret_target = NOTE_NAMED;
	} else if (f->shown) {
		*ret_target = NOTE_SHOWN;
	} else if (!f->person) {
		return REASON_BAD_REQUEST;
	} else if (f->open_cases == 1) {
		*ret_target = NOTE_ONLY_CASE;
	} else if (f->closes) {
		return REASON_BAD_REQUEST; /* which one is closed? */
	} else {
		*ret_target = NOTE_PERSON;
	}
	return REASON_NONE;
}

bool note_hides_card(struct slice text)
{
	char digits[CARD_DIGITS_MAX + 1];
	size_t n = 0;

	for (size_t i = 0; i <= text.n; i++) {
		const char ch = i < text.n ? text.p[i] : '\n';

		if (ch >= '0' && ch <= '9') {
			if (n < sizeof(digits))
				digits[n] = ch;
			n++;
		} else if ((ch != ' ' && ch != '-') || n == 0) {
			if (n >= CARD_DIGITS_MIN && n <= CARD_DIGITS_MAX &&
			    pan_like((struct slice){ digits, n }))
				return true;
			n = 0;
		}
	}
	return false;
}

/* ---- languages ---- */

bool lang_speaks(struct slice spoken, const char *wanted)
{
	const size_t n = strcspn(wanted, "-_");

	return n > 0 && spoken.n >= n && memcmp(spoken.p, wanted, n) == 0 &&
	       (spoken.n == n || spoken.p[n] == '-' || spoken.p[n] == '_');
}

bool queue_for_me(const struct queue_facts *f)
{
	return f->lang[0] && !lang_speaks(slice_of(f->shop), f->lang) && f->mine;
}
