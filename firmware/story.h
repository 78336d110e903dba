// SPDX-License-Identifier: Apache-2.0
/*
 * The customer's story at the counter: every contact told once when it ends, whose profile staff
 * look at, notes that join a case, who waits in which language. The rules are counter/story.h. On
 * the step thread, inside a step's transaction.
 *
 * What a lane tells (interaction.recorded) is laid under HQ's entries of the stream `timeline`
 * until an `upto` of it covers the event; HQ's entry of it has the event's id. Entries are filed by
 * customer and by case, newest first, so a story is read from its end, a page at a time.
 */
#ifndef LADA_FIRMWARE_STORY_H
#define LADA_FIRMWARE_STORY_H

#include "firmware/counter/story.h"
#include "firmware/desk.h"
#include "firmware/lanes.h"
#include "firmware/station.h"
#include "firmware/store/story.h"

extern const struct verb story_verbs[]; /* ends with one without a name */

/* ---- story.c: contacts ---- */

/* A desk's work begins or ends. */
void story_mode(struct station *st, enum desk desk, enum desk_mode mode);
/* How the work ends that is closed next. */
void story_ends(struct station *st, enum desk desk, enum contact_end end);
/* Somebody looks something up for a customer ("" not known) while the desk is idle. */
void story_look(struct station *st, const struct call *c, enum contact_kind kind,
		const char *customer);
void story_look_at(struct station *st, const struct call *c, struct json customer);
/* Refused at the door. */
void story_refused(struct station *st, const struct call *c, enum contact_kind kind,
		   const char *order, enum reason r, bool approvable);
/* A complaint was taken: told at once, whatever else is open. `order` "" none. */
void story_complaint(struct station *st, const struct call *c, const char *doc, const char *order,
		     const char *text);
/* Staff wrote something; it is no contact of its own. */
void story_noted(struct station *st, enum desk desk, enum contact_noted noted);
/* The customer's question is over. */
void story_answered(struct station *st, enum desk desk);
void story_tick(struct station *st);
/* What another lane told. */
void story_effect(struct station *st, const struct origin *o, const char *type, struct json body);

/* ---- story_profile.c: profiles and notes ---- */

/* Does who is logged in look at a profile? Who comes after them opens it anew, and is told. */
bool story_looks(struct station *st, const struct desk_state *desk);
/* Members `profile`, and `profile_of`: what the open work offers to open. */
void story_document(struct station *st, struct buf *b);

/* ---- among its own files ---- */

/* By what entries are filed: LOOKUP_STORY, `TAG HASH:BACK`. */
enum story_tag { STORY_OF_CUSTOMER = 'c', STORY_OPEN = 'o', STORY_OF_CASE = 't' };
void story_key(enum story_tag tag, const char *id, int64_t back, char ret_key[LOOKUP_WALK_MAX]);
/* interaction.recorded with this body, kept for the story where it has a place in one; `text`: what
 * somebody wrote, "" nothing. `row` has the rest. */
void story_tell(struct station *st, struct buf *body, struct story_row *row);
/* The customer of an order as HQ wrote it, "" not known. */
void story_customer(struct station *st, const char *order, char ret_customer[ID_MAX + 1]);

/* story_lines.c: one line of time out of HQ's entries and what lanes told since. */
#define STORY_WORD_MAX 48
struct story_item {
	int64_t back;
	char id[ID_MAX + 1]; /* of the entry, or of the event that is to become one */
	bool told;	     /* by a lane, and not HQ's yet */
	char channel[STORY_WORD_MAX], kind[STORY_WORD_MAX], outcome[STORY_WORD_MAX];
	char customer[ID_MAX + 1], doc[ID_MAX + 1], order[ID_MAX + 1];
	char status[8];
	char staff[ID_MAX + 1], lane[ID_MAX + 1], store[ID_MAX + 1];
	char text[STORY_TEXT_MAX];
};
struct story_walk {
	enum story_tag tag;
	const char *of; /* customer or case */
	int64_t gen;
	char key[LOOKUP_WALK_MAX], id[ID_MAX + 1];
	struct story_row row;
	bool entry_there, row_there, entry_over, row_over;
	struct story_item entry, told;
};
/* Newest first, behind (back, id); 0 and "" to begin. */
void story_walk_begin(struct station *st, struct story_walk *w, enum story_tag tag, const char *of,
		      int64_t back, const char *id);
bool story_walk_next(struct station *st, struct story_walk *w, struct story_item *ret_item);

struct story_case {
	char doc[ID_MAX + 1];
	char customer[ID_MAX + 1]; /* "" not known */
	char kind[STORY_WORD_MAX], channel[STORY_WORD_MAX], order[ID_MAX + 1];
	bool open;
	int64_t back; /* of the newest that is said of it */
	char text[STORY_TEXT_MAX];
};
/* A case as it stands; false: nobody here knows it. */
bool story_case(struct station *st, const char *doc, struct story_case *ret_case);
#define STORY_CASES_MAX 10
/* A customer's open cases, the newest first; how many. */
int story_cases(struct station *st, const char *customer, struct story_case ret[STORY_CASES_MAX]);

#endif
