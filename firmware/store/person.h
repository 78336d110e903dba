// SPDX-License-Identifier: Apache-2.0
/*
 * Who is to be forgotten, and where the database holds something on them. A tombstone is a
 * customer's pseudonymous id: it stays, so that what arrives later is known to be theirs. Inside a
 * step's transaction, as all of store.h, but for store_scrub(). Walks take a row's number to go on
 * behind (0 to begin) and cost the same at any length.
 */
#ifndef LADA_STORE_PERSON_H
#define LADA_STORE_PERSON_H

#include "firmware/store/store.h"

/* ---- tombstones ---- */

struct tombstone {
	char customer[ID_MAX + 1];
	char member[ID_MAX + 1]; /* "" not known */
	int64_t at_ms;
	bool todo; /* what is held has not been looked through since */
	bool told; /* HQ knows that it was done */
};
bool store_erased(struct store *st, struct slice customer);
/* Adds one, or has a known one looked through again. */
void store_erased_add(struct store *st, const struct tombstone *t);
/* The next behind ret_tombstone->customer ("" to begin); `todo`: only such. */
bool store_erased_next(struct store *st, bool todo, struct tombstone *ret_tombstone);
void store_erased_done(struct store *st, const char *customer);

/* ---- what is known of those who are being erased, while they are ---- */

/* ID: an order, a case, a member, a customer, as events and papers name them. TEXT: what may stand
 * in words anywhere, a name or a number that people read. */
enum erasing { ERASING_ID, ERASING_TEXT };
void store_erasing_add(struct store *st, enum erasing kind, struct slice text);
bool store_erasing(struct store *st, enum erasing kind, struct slice text);
/* The next behind `text` ("" to begin), which is replaced. */
#define ERASING_MAX 192
bool store_erasing_next(struct store *st, enum erasing kind, char text[ERASING_MAX]);
void store_erasing_clear(struct store *st);

/* ---- walks ---- */

/* Records of people: orders, members, entries of every generation that is used. */
struct person_record {
	int64_t n, gen, rev;
	enum stream stream;
	enum record_state state;
	char id[ID_MAX + 1];
	struct slice body; /* borrowed */
};
/* The next one behind ret_record->n and not above `until`; false: none there. */
bool store_person_record(struct store *st, int64_t until, struct person_record *ret_record);
int64_t store_person_records(struct store *st); /* the last number of all */
void store_person_record_set(struct store *st, int64_t n, enum record_state state,
			     struct slice body);
/* Are there rows of discarded generations left to sweep? */
bool store_gens_discarded(struct store *st);

/* An event with personal data beside it. */
struct person_event {
	int64_t n, epoch, seq;
	bool acked;
	struct slice e, person; /* borrowed */
};
bool store_person_event(struct store *st, struct person_event *ret_event);
void store_person_event_purge(struct store *st, int64_t n);
/* Drops, a slice a call, what stands beside events that HQ acknowledged before; how many. */
int64_t store_persons_purge(struct store *st, int64_t before_ms);

/* Rows that hold somebody's words: what was printed, answered to a press, could not be applied, was
 * told to staff, was written down at the till, at work, of a paper. */
enum text_of {
	TEXT_PRINT,
	TEXT_PRESS,
	TEXT_LETTER,
	TEXT_MESSAGE,
	TEXT_TILL,
	TEXT_OF_COUNT,
};
struct text_row {
	int64_t n;
	int64_t at_ms;	   /* 0: the table does not say */
	int64_t status;	   /* of a print: enum job_status; of a press: HTTP's */
	struct slice text; /* borrowed */
};
const char *store_text_name(enum text_of of);
bool store_text_next(struct store *st, enum text_of of, struct text_row *ret_row);
/* The words go; what else the row says stays, where anything still needs it. */
void store_text_drop(struct store *st, enum text_of of, int64_t n);
/* The next of a desk's work in which somebody's words may stand, by desk and line; `line` "" and
 * *desk -1 to begin. */
bool store_work_text(struct store *st, int64_t *desk, char line[WORK_LINE_MAX],
		     struct slice *ret_extra);
void store_work_text_drop(struct store *st, int64_t desk, const char *line);
void store_paper_body_drop(struct store *st, const char *doc);
/* A member's points as lanes told them. */
void store_points_forget(struct store *st, const char *member);

/* ---- retention ---- */

/* The next order behind `id` ("" to begin) of which this store has done or heard something. */
bool store_trace_next(struct store *st, char id[ID_MAX + 1]);
/* When the newest of it was, 0 when nothing says. */
int64_t store_trace_ms(struct store *st, const char *order);
void store_trace_drop(struct store *st, const char *order);
/* Each drops a slice a call and says how many rows. */
int64_t store_papers_forget(struct store *st, int64_t before_ms);
int64_t store_prints_forget(struct store *st, int64_t before_ms);
int64_t store_letters_forget(struct store *st, int64_t before_ms);
int64_t store_guests_forget(struct store *st, int64_t before_ms);
int64_t store_numbers_forget(struct store *st); /* of epochs that no event is of any more */

/* ---- consents ---- */

struct consent {
	bool given;
	int64_t at_ms;
	char lane[ID_MAX + 1]; /* where it was said, and the event of it */
	int64_t epoch, seq;
};
bool store_consent(struct store *st, const char *customer, const char *purpose,
		   struct consent *ret_consent);
void store_consent_set(struct store *st, const char *customer, const char *purpose,
		       const struct consent *c);
void store_consents_forget(struct store *st, const char *customer);
/* Those HQ has counted, of before; a slice a call, how many. */
int64_t store_consents_prune(struct store *st, int64_t before_ms);

/* ---- what SQLite leaves behind (scrub.c) ---- */

/*
 * Deleting with secure_delete overwrites a row and a freed page, but when rows move between pages
 * the gap of the page they left keeps a copy. Outside a transaction: moves the log into the file
 * and overwrites the gaps of `pages` pages from *page on (0 to begin), which are looked at only
 * while the log is empty. 1: the end was reached and synced; 0: there are more, or a reader keeps
 * the log; -EIO.
 */
int store_scrub(struct store *st, int64_t *page, int pages);

#endif
