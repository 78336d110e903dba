// SPDX-License-Identifier: Apache-2.0
/*
 * The customer's story at the counter: what counts as one contact, how long it took and whether it
 * settled the matter; which case a note belongs to; who serves whom best. Pure; times are wall ms.
 */
#ifndef LADA_COUNTER_STORY_H
#define LADA_COUNTER_STORY_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/base/bytes.h"
#include "firmware/counter/reason.h"

/* ---- contacts ---- */

enum contact_kind {
	CONTACT_PICKUP,
	CONTACT_RETURN,
	CONTACT_COMPLAINT,
	CONTACT_QUESTION, /* about the customer: a profile or a member was opened */
	CONTACT_STOCK,	  /* about a product */
};
const char *contact_kind_name(enum contact_kind k);
bool contact_kind_named(struct slice name, enum contact_kind *ret_kind);

enum contact_end {
	CONTACT_DONE,
	CONTACT_PART, /* some of it, the rest another time */
	CONTACT_REFUSED,
	CONTACT_CANCELLED,
	CONTACT_ELSEWHERE, /* another lane goes on with it */
	CONTACT_OPENED,	   /* a case was, which is not answered yet */
	CONTACT_ANSWERED,
	CONTACT_SHOWN, /* looked up, and nothing more */
};
const char *contact_end_name(enum contact_end e);

/* Nobody did anything for so long: who stood there has left. */
#define CONTACT_LAPSE_MS INT64_C(120000)
#define CONTACT_MOST_MS	 (8 * 3600 * INT64_C(1000)) /* no contact is longer: a clock was set */

struct contact_facts {
	bool open;		      /* there is one at this desk: */
	bool work;		      /* a pickup or a return is open there, or asked for */
	const char *order, *customer; /* "" not known */
	int64_t last_ms;	      /* somebody did something for it last */
	/* What begins now. */
	const char *next_order, *next_customer;
	int64_t now_ms;
};
enum contact_step {
	CONTACT_BEGINS,	 /* nothing was open */
	CONTACT_GOES_ON, /* it is the same customer's same matter */
	CONTACT_AFTER,	 /* the open one is over, and another begins */
};
enum contact_step contact_next(const struct contact_facts *f);
/* Is one that nobody ended over? Open work never is. */
bool contact_lapsed(bool work, int64_t last_ms, int64_t now_ms);
/* Whole seconds, never below zero. */
int64_t contact_seconds(int64_t begun_ms, int64_t ended_ms);
/* Refused at the door: may the same people go on at once (a second person's word, another try)? */
bool contact_may_go_on(enum reason r, bool approvable);
/* What staff wrote meanwhile. */
enum contact_noted { CONTACT_NOTHING, CONTACT_NOTED, CONTACT_SETTLED /* an answer, or closed */ };
/* How one ends that nobody ended. */
enum contact_end contact_given_up(enum contact_kind kind, bool refused, enum contact_noted noted);

enum contact_resolved { RESOLVED_UNKNOWN, RESOLVED_YES, RESOLVED_NO };
/* Has nobody to come again for it? */
enum contact_resolved contact_resolved(enum contact_end end);

/* ---- notes ---- */

struct note_facts {
	bool text;	/* something is written */
	bool closes;	/* `close` was said, either way */
	bool named;	/* a case was named... */
	bool known;	/* ...and is known here */
	bool shown;	/* a case's slip is shown */
	bool person;	/* a profile is open, or an order with a customer */
	int open_cases; /* of that customer */
};
enum note_target { NOTE_NAMED, NOTE_SHOWN, NOTE_ONLY_CASE, NOTE_PERSON };
/* Which case it joins; NOTE_PERSON: none, it stands in the customer's story alone. BAD_REQUEST:
 * there is nothing it could belong to; NOT_FOUND. */
enum reason note_verdict(const struct note_facts *f, enum note_target *ret_target);
/* Is a run of digits in it, with blanks or hyphens between, a payment card's number? */
bool note_hides_card(struct slice text);

/* ---- languages ---- */

#define LANG_MAX 9 /* bytes of `pl`, `en-GB`, and a NUL */

struct queue_facts {
	const char *lang; /* the customer's, "" not known */
	const char *shop; /* the shop's own */
	bool mine;	  /* who is logged in here speaks it */
};
/* Is this customer served best by who is logged in here? Who speaks the shop's language is served
 * by anybody. */
bool queue_for_me(const struct queue_facts *f);
/* `en-GB` is spoken by who speaks `en`. */
bool lang_speaks(struct slice spoken, const char *wanted);

#endif
