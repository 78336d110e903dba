// SPDX-License-Identifier: Apache-2.0
/*
 * What HQ promises of a member's points, pure. Two promises are out at a time: grants, for one
 * redemption each, and every lane's allowance, for when HQ is silent.
 *
 * A grant is given from what the ledger has beside the open grants. An allowance is at most its
 * limit, and at most that; so it is never raised while the ledger has nothing. Whatever lanes do
 * with what they have been told, and in whatever order HQ hears of it, no more is redeemed than was
 * earned and the sum of the limits. sync/PROTOCOL.md says why; tests/points/ tries it.
 */
#ifndef LADA_SYNC_HQ_POINTS_RULE_H
#define LADA_SYNC_HQ_POINTS_RULE_H

#include <stdint.h>

struct points_account {
	int64_t points;	   /* in the ledger: all events that were taken */
	int64_t set_aside; /* in grants of which the lane has not said what became of them */
};

/* `wanted`, or 0. */
int64_t points_may_grant(const struct points_account *a, int64_t wanted);
/* What a lane may redeem with HQ silent, from now on. */
int64_t points_allowance(const struct points_account *a, int64_t limit);

#endif
