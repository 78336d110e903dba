// SPDX-License-Identifier: Apache-2.0
#include "sync/up.h"

#include <string.h>

static int64_t now_ms(const struct up *u)
{
	return u->clock.mono_ms(u->clock.ctx);
}

static void restart_timer(struct up *u)
{
	uint32_t r;

	u->clock.random(u->clock.ctx, &r, sizeof(r));
	u->resend_at_ms =
		now_ms(u) + UP_RESEND_MIN_MS + r % (UP_RESEND_MAX_MS - UP_RESEND_MIN_MS + 1);
}

static void begin_round(struct up *u)
{
	u->next = u->acked;
	u->in_flight = 0;
	u->round = u->linked && u->last > u->acked;
	u->rounds += u->round;
	restart_timer(u);
}

void up_init(struct up *u, const struct clock *clock)
{
	*u = (struct up){ .clock = *clock };
}

void up_link(struct up *u, bool linked)
{
	u->linked = linked;
	begin_round(u);
}

static void forget_covered(struct up *u)
{
	int covered = 0;

	while (covered < u->in_flight && u->flight[covered] <= u->acked)
		covered++;
	u->in_flight -= covered;
	memmove(u->flight, u->flight + covered, (size_t)u->in_flight * sizeof(u->flight[0]));
}

void up_served(struct up *u, bool served)
{
	u->served = served;
}

void up_acked(struct up *u, int64_t epoch, int64_t acked, int64_t last)
{
	bool waited = u->last > u->acked;
	bool again = epoch != u->epoch || acked < u->acked;
	bool news = acked > u->acked;

	u->epoch = epoch;
	u->acked = acked;
	u->last = last;
	if (again) {
		/* Another epoch's turn, or HQ was restored and has less than it had. */
		begin_round(u);
		return;
	}
	if (news || !waited)
		restart_timer(u);
	if (u->next < acked)
		u->next = acked;
	forget_covered(u);
}

void up_fresh(struct up *u, int64_t epoch, int64_t first, int64_t last, bool sent)
{
	bool waits = u->last > u->acked;

	if (u->epoch == 0 || (epoch > u->epoch && !waits)) {
		u->epoch = epoch;
		u->acked = u->next = u->last = first - 1;
		u->in_flight = 0;
	}
	if (epoch != u->epoch)
		return; /* an older epoch's rows go first; its turn comes with up_acked() */
	if (!waits)
		restart_timer(u);
	if (last > u->last)
		u->last = last;
	if (!sent && u->linked && !u->round) {
		u->round = true;
		u->next = first - 1 > u->acked ? first - 1 : u->acked;
	} else if (sent && u->next == first - 1) {
		u->next = last; /* in order behind the round, no need to send it twice */
	}
}

bool up_batch(struct up *u, int64_t epoch, int64_t first, int64_t last, bool more)
{
	bool current = u->pulling && u->pull_epoch == u->epoch && u->pull_after == u->next &&
		       first == u->next + 1;

	u->pulling = u->pulling && more;
	if (!current || !u->linked || !u->round || u->in_flight == UP_WINDOW_MESSAGES)
		return false;
	if (first > last || epoch != u->epoch || last <= u->next) {
		u->round = false;
		return false;
	}
	u->next = u->pull_after = last;
	u->flight[u->in_flight++] = last;
	return true;
}

int up_pull_messages(const struct up *u)
{
	return u->served ? UP_PULL_SERVED : UP_PULL_MESSAGES;
}

static int window(const struct up *u)
{
	return u->served ? UP_WINDOW_SERVED : UP_WINDOW_MESSAGES;
}

void up_unsent(struct up *u, int64_t first)
{
	u->next = first - 1;
	u->in_flight--;
}

bool up_pull(struct up *u, bool room, int64_t *ret_epoch, int64_t *ret_after)
{
	if (!u->linked || u->last <= u->acked)
		return false;
	if (now_ms(u) >= u->resend_at_ms) {
		/* Also ends the wait for a pull that was never answered. */
		u->pulling = false;
		begin_round(u);
	}
	if (u->next >= u->last)
		u->round = false;
	if (!u->round || u->pulling || !room || u->in_flight > window(u) - up_pull_messages(u))
		return false;
	u->pulling = true;
	*ret_epoch = u->pull_epoch = u->epoch;
	*ret_after = u->pull_after = u->next;
	return true;
}

void up_pull_failed(struct up *u)
{
	u->pulling = false;
}

int64_t up_deadline_ms(const struct up *u)
{
	return u->linked && u->last > u->acked ? u->resend_at_ms : UP_NEVER_MS;
}
