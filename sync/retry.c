// SPDX-License-Identifier: Apache-2.0
#include "sync/retry.h"

void retry_init(struct retry *r)
{
	*r = (struct retry){ .up_since_ms = -1 };
}

void retry_connected(struct retry *r, const struct clock *clock)
{
	r->up_since_ms = clock->mono_ms(clock->ctx);
}

static int64_t chance(const struct clock *clock, int64_t below)
{
	uint32_t x;

	clock->random(clock->ctx, &x, sizeof(x));
	return x % below;
}

int64_t retry_lost(struct retry *r, const struct clock *clock)
{
	int64_t most = RETRY_FIRST_MS;

	if (r->up_since_ms >= 0) {
		bool stable = clock->mono_ms(clock->ctx) - r->up_since_ms >= RETRY_STABLE_MS;

		r->short_lives = stable ? 0 : r->short_lives + 1;
		r->failures = stable ? 0 : r->failures;
	} else {
		r->short_lives = 0; /* the broker itself is away */
	}
	r->up_since_ms = -1;
	for (int i = 0; i < r->failures && most < RETRY_MAX_MS; i++)
		most *= 2;
	if (most > RETRY_MAX_MS)
		most = RETRY_MAX_MS;
	if (r->failures < 100)
		r->failures++;
	if (retry_taken(r))
		return RETRY_TAKEN_MS + chance(clock, RETRY_MAX_MS - RETRY_TAKEN_MS + 1);
	return chance(clock, most + 1);
}

int64_t retry_patience(const struct retry *r)
{
	int64_t ms = RETRY_PATIENCE_MS;

	for (int i = 0; i < r->failures && ms < RETRY_PATIENCE_MAX_MS; i++)
		ms *= 2;
	return ms;
}

bool retry_stable(const struct retry *r, const struct clock *clock)
{
	return r->up_since_ms >= 0 &&
	       clock->mono_ms(clock->ctx) - r->up_since_ms >= RETRY_STABLE_MS;
}

bool retry_taken(const struct retry *r)
{
	return r->short_lives >= RETRY_TAKEN_LIVES;
}
