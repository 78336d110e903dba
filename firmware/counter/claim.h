// SPDX-License-Identifier: Apache-2.0
/*
 * Which lane of a store serves an order: the words lanes say to each other on `P/S/claim`, and
 * what follows from them. Pure: words and times in, words and changes out; the caller publishes
 * and shows. Times are monotonic milliseconds. Source: INTERFACES.md section 4, "Claim".
 *
 * A lane has at most one claim. It is pending from its `take` until its own echo and 300 ms more,
 * in which a holder would have answered `held`; without an echo within 2 s it is isolated: nobody
 * may have heard. No total order of words is needed: of two unsettled claims the smaller id wins
 * on every lane that hears both, and two that were settled apart, by words lost on the way, are
 * settled the same way by the next `keep`. A claim that was not heard for 60 s has ended for good:
 * its words count for nothing any more. So a holder whose own words do not come back for as long,
 * or which another holder does not give way to, takes the order anew under another id.
 */
#ifndef LADA_COUNTER_CLAIM_H
#define LADA_COUNTER_CLAIM_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/base/claim.h"

#define CLAIM_LANES_MAX	  64 /* other lanes remembered */
#define CLAIM_SETTLE_MS	  300
#define CLAIM_ECHO_MAX_MS 2000
#define CLAIM_KEEP_MS	  20000
#define CLAIM_DEAD_MS	  60000 /* unheard for so long it is dead */
#define CLAIM_BURIED_MAX  16	/* ended ones remembered, of each lane */
#define CLAIM_AGAIN_MS	  5000	/* an isolated one is taken anew as often while there is a line */
#define CLAIM_NEVER_MS	  INT64_MAX

enum claim_state { CLAIM_NONE, CLAIM_PENDING, CLAIM_HOLDING, CLAIM_ISOLATED };

/* What the screens call it: none, pending, held, isolated. */
const char *claim_state_name(enum claim_state s);

struct claims {
	char lane[ID_MAX + 1];
	bool linked;
	struct {
		enum claim_state state;
		char order[ID_MAX + 1];
		char id[ID_MAX + 1];
		int64_t taken_ms;
		bool echoed;
		int64_t echo_ms;
		int64_t keep_ms;	 /* said last */
		int64_t heard_ms;	 /* came back last */
		char defied[ID_MAX + 1]; /* a larger claim that was told to give way, "" none */
		int64_t touch_ms;	 /* somebody did something last */
	} own;
	struct {
		char lane[ID_MAX + 1];
		char order[ID_MAX + 1];
		char id[ID_MAX + 1];
		bool settled;
		int64_t heard_ms;
		/* Ended: a word of them that comes late must not bring them back. */
		char buried[CLAIM_BURIED_MAX][ID_MAX + 1];
		int next_grave;
	} others[CLAIM_LANES_MAX];
	int count;
};

enum claim_change {
	CLAIM_UNCHANGED,
	CLAIM_CHANGED, /* to the state it has now: settled, or isolated */
	CLAIM_LOST,    /* another lane serves the order: being_served */
	CLAIM_LAPSED,  /* nobody did anything for claim_s: let go */
};

struct claim_result {
	enum claim_change change;
	bool say; /* publish `word` */
	struct claim_word word;
};

void claims_init(struct claims *c, const char *lane);
/* Is another lane serving this order, as far as is known here? */
bool claim_elsewhere(const struct claims *c, struct slice order, int64_t now_ms);
/* Claims an order under a fresh id, instead of whatever was claimed before. */
struct claim_result claim_take(struct claims *c, struct slice order, const char *id,
			       int64_t now_ms);
/* A word came from the broker, own ones included. */
struct claim_result claim_heard(struct claims *c, const struct claim_word *word, int64_t now_ms);
/* `fresh`: an id for a claim that has to be taken anew; `lapse_ms`: policy claim_s. */
struct claim_result claim_tick(struct claims *c, const char *fresh, int64_t lapse_ms,
			       int64_t now_ms);
/* When claim_tick() has something to do. */
int64_t claim_due_ms(const struct claims *c, int64_t lapse_ms);
/* The line to the broker came up or went down. */
struct claim_result claim_line(struct claims *c, bool linked, const char *fresh, int64_t now_ms);
/* Somebody did something with the order that is claimed. */
void claim_touch(struct claims *c, int64_t now_ms);
/* Handed over, cancelled, or lost: says so once. */
struct claim_result claim_drop(struct claims *c);

#endif
