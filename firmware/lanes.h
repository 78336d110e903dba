// SPDX-License-Identifier: Apache-2.0
/*
 * The other lanes of the store: what they did, what of it is not known here, and who serves an
 * order. On the step thread, inside a step's transaction.
 */
#ifndef LADA_FIRMWARE_LANES_H
#define LADA_FIRMWARE_LANES_H

#include "firmware/station.h"

/* ---- lanes.c: the other lanes of the store ---- */

/* Does policy `lanes` list more than this one? Unreadable lanes are not known to be one. */
bool lanes_several(struct station *st);
/* No broker, or something another lane did is not known here yet. */
bool station_isolated(struct station *st);
/* Policy says that this lane signs, and it does not: the others take nothing it says. */
bool lane_unheard(struct station *st);
/* Another lane's events, its state, its wish to hear ours again, its word that this was all. */
void lane_events(struct station *st, const struct door_event *e, struct slice payload);
void lane_state(struct station *st, const struct door_event *e);
void lane_again(struct station *st, const struct door_event *e);
void lane_told(struct station *st, const struct door_event *e);
/* The line to the broker came or went: how others stand must be heard anew. */
void lanes_link(struct station *st);
/* Something is handed over without knowing what other lanes do: from here on everything they
 * did must be heard, so that a double handover is found. */
void lanes_listen(struct station *st);
void lanes_tick(struct station *st);

/* ---- effects.c: what another lane's event changes here ---- */

#define HERE_KEEP_MS (3 * 3600 * INT64_C(1000)) /* who has not been served by then has left */

struct origin {
	const char *lane;
	int64_t epoch, seq;
	const char *event;  /* its id */
	int64_t at_ms;	    /* by that lane's clock */
	struct json person; /* what stands beside the event's chain; JSON_NONE: nothing */
};

void effect_apply(struct station *st, const struct origin *o, const char *type, struct json body);
/* The same was done here and there: a matter for staff alone. */
void doubled_show(struct station *st, const struct origin *o, struct slice order, const char *code,
		  enum word w);

/* ---- serving.c: claims of this lane ---- */

/* Is it being served elsewhere? */
bool serving_elsewhere(struct station *st, struct slice order);
/* A pickup was opened, something was done with it, it is over. */
void serving_begin(struct station *st, struct slice order);
void serving_touch(struct station *st);
void serving_end(struct station *st);
/* "none", "pending", "held", "isolated" */
const char *serving_state(struct station *st);
/* Nobody may know that this lane hands over now. */
bool serving_alone(struct station *st);
/* True: the verb that is being done (a handover, a payment) waits for the claim, and is done again
 * when that is settled. */
bool serving_park(struct station *st, const struct call *c, struct json args);
/* Whoever waits for a handover that will not be; nobody (request 0) when none is parked. What is
 * left parked when a pickup ends is answered by serving_end(): it was meant for that order. */
struct call serving_take_back(struct station *st, enum desk desk);
void serving_heard(struct station *st, const struct claim_word *word);
void serving_link(struct station *st);
void serving_tick(struct station *st);

#endif
