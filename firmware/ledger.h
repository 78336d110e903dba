// SPDX-License-Identifier: Apache-2.0
/*
 * What this lane did: events on their way to HQ, and what people have to look after when they do
 * not get there. On the step thread, inside a step's transaction.
 */
#ifndef LADA_FIRMWARE_LEDGER_H
#define LADA_FIRMWARE_LEDGER_H

#include "firmware/counter/number.h"
#include "firmware/station.h"

/* ---- ledger.c: events ---- */

/* At start: the epoch that is written, and where its chain stands. */
void ledger_load(struct station *st);
/* Starts an event's body; write members into the buffer, then event_end(). */
struct buf event_begin(struct station *st);
/* `person` is personal data beside the chain (JSON object text) or n = 0. Returns its seq;
 * ret_id may be NULL. */
int64_t event_end(struct station *st, const char *type, struct buf *body, struct slice person,
		  char ret_id[ULID_TEXT_MAX]);
/* What somebody has said, as one member of an event's `person`, salted so that its hash tells
 * nothing; n = 0 for no text. In `memory`. */
#define PERSON_MAX 8192
struct slice event_person(struct station *st, char memory[PERSON_MAX], const char *name,
			  const char *text);
/* The next number of a kind, as people read it; in training it says so. */
void ledger_number(struct station *st, const char *kind, char dst[NUMBER_TEXT_MAX]);
/* A new epoch, above every one that is known of this lane. */
void ledger_open_epoch(struct station *st);
void ledger_publish_fresh(struct station *st);
/* How long acknowledged events are kept. */
int64_t ledger_keep_days(struct station *st);
void ledger_acked(struct station *st, int64_t epoch, int64_t seq, struct slice reject);
/* Up to so many messages behind `after`, fewer when somebody waits at the counter. */
void ledger_pull(struct station *st, int64_t epoch, int64_t after, int messages);
/* HQ answers, and for long has taken nothing of what waits: the broker lets it not through. */
bool ledger_stuck(const struct station *st);
void ledger_tick(struct station *st);
/* Some messages of events behind `after` again, for another lane. True: these were all. */
bool ledger_tell_again(struct station *st, int64_t epoch, int64_t after, int messages);
/* Tells the lane that asked up to where it has been told of that epoch, and which one is next. */
void ledger_told(struct station *st, int64_t epoch, const char *lane, const char *ask);
void ledger_announce(struct station *st);
struct ledger ledger_next_to_go(struct station *st); /* the epoch whose rows go next */
int64_t ledger_waiting(struct station *st);	     /* events HQ has not acknowledged */
/* At the end of a step: writes down what was acknowledged, if that costs nothing or is due. */
void ledger_note_acked(struct station *st);

/* ---- letters.c: what people have to look after between HQ and the store ---- */

void letters_document(struct station *st, struct buf *b); /* members of the manager's document */
/* HQ wants again what is not kept any more: said in the log. */
void letters_tell_lost(struct station *st);
void verb_letter_drop(struct station *st, const struct call *c, struct json args);
void verb_reject_drop(struct station *st, const struct call *c, struct json args);

#endif
