// SPDX-License-Identifier: Apache-2.0
/*
 * The property test of the counter: random shops, random events, and laws that hold whatever
 * happens. The station is the code that ships, with its database in memory; made up here are its
 * clock, its people, its printer, HQ and the other lane of the store.
 *
 * A run is a seed and a list of wishes. A wish is a kind of event and a word of chance, from which
 * every detail follows by what the shop is like at that moment: so a part of the list is a story
 * as well, and a failure can be made short (shrink.c).
 *
 * What must be is told by books (books.c) that are kept from the events which the station sends up
 * and from what HQ wrote; no sum of the station goes into them. Money is grosze.
 */
#ifndef LADA_TESTS_PROPERTY_H
#define LADA_TESTS_PROPERTY_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/base/claim.h"
#include "firmware/base/clock.h"
#include "firmware/base/json.h"
#include "firmware/station.h"
#include "tests/faults/memory.h"

#define PROPERTY_EVENTS 200 /* of a run, at least */
#define EVENTS_MAX	320
#define ORDERS_MAX	40
#define LINES_MAX	6
#define PAYMENTS_MAX	24
#define PARCELS_MAX	6
#define PARCELS_DRAWN	2
#define SKUS		8
#define TENDERS_MAX	12
#define FIGURES_MAX	64
#define NUMBERS_MAX	256
#define OPS_MAX		131072
#define REPLY_MAX	32768
#define STORE_ID	"S1"
#define LANE_ID		"k1"
#define SIBLING_ID	"k2"
#define HQ_EPOCH	7
#define SIBLING_EPOCH	5
#define WALL_MS		INT64_C(1795363200000) /* 2026-11-22, a Sunday, 16:00 in Warsaw */

/* ---- chance ---- */

struct chance {
	uint64_t state;
};
uint64_t chance_next(struct chance *c);
int64_t chance_below(struct chance *c, int64_t n); /* 0 .. n - 1; 0 for n < 1 */
bool chance_in(struct chance *c, int thousandths);

/* ---- the shop as it is drawn (plan.c) ---- */

struct plan {
	bool external;	/* policy fiscal */
	bool ref;	/* a terminal's number is wanted */
	bool shifts;	/* cash belongs to a shift */
	bool two_lanes; /* policy lanes */
	bool screens;	/* the documents are written as well, which takes time */
	int orders;
};

/* ---- the books ---- */

enum line_kind { GOODS, GIFT_CARD, DEPOSIT, DELIVERY, SERVICE };

struct book_line {
	enum line_kind kind;
	int sku;
	int64_t qty, paid;
	int64_t handed, short_, returned;
	int64_t gross; /* paid back for what was returned */
	int64_t last;  /* pieces that this station's last handover of the order had */
	int64_t picked, swaps[SKUS];
	bool gone; /* HQ took the line out */
	const char *substitutes;
};

struct book_payment {
	char id[40], tender[16];
	int64_t amount, refunded;
	bool captured, online;
	bool fiscal; /* the shop's fiscal till took it */
	bool ours;   /* told by a lane of the store */
};

struct book_order {
	bool there; /* HQ has written it */
	int64_t rev;
	const char *status;
	int line_count, payment_count, parcel_count;
	struct book_line lines[LINES_MAX];
	struct book_payment payments[PAYMENTS_MAX];
	struct {
		char label[40];
		const char *state;
		char shelf[ID_MAX + 1];
		bool packed; /* here */
	} parcels[PARCELS_MAX];
	char more[512];		/* members that nothing changes */
	char shelf[ID_MAX + 1]; /* "" none */
	int64_t collect_by_ms;
	bool doubled; /* two lanes did the same: laws of sums are off */
	bool ours;    /* this station handed it over last, and all that was left */
	int doubles;  /* told by this station */
};

struct books {
	struct book_order orders[ORDERS_MAX];
	int64_t stock[SKUS]; /* that must be there by all that was told */
	bool shift;
	int64_t cash; /* that must be in the drawer */
	struct {
		char name[16];
		int64_t amount;
	} tender[TENDERS_MAX]; /* taken less given back in this shift */
	int64_t seq;	       /* the newest event of the station */
	int64_t seq_sibling;
	char prev[HASH_TEXT_MAX];      /* of the newest event's text */
	uint64_t numbers[NUMBERS_MAX]; /* hashes of those that were given out */
	int number_count;
	struct tally figures; /* that must be counted by all that was told */
	uint64_t orders_told, stock_told; /* bit i: HQ has to write it anew when it hears of it */
};

/* ---- a station (bench.c) ---- */

struct run;

struct bench {
	struct config config;
	struct station *st;
	struct store *store;
	sqlite3 *db;
	char path[MEMORY_NAME_MAX];
	int64_t wall_ms, mono_ms;
	struct chance chance;
	struct run *run; /* that hears it; NULL: nobody does */
	/* What came out. */
	uint64_t request, answered;
	int status; /* of the last request, 0 while it waits */
	char reply[REPLY_MAX];
	char token[TOKEN_TEXT_MAX];
	char staff[ID_MAX + 1]; /* who is logged in by it */
	uint64_t pin;		/* the check that waits */
	int64_t job;		/* under way to the printer, 0 none */
	struct claim_word claim;
	bool claimed; /* a word of this lane that was not echoed yet */
	char ask[ID_MAX + 1], asked_order[ID_MAX + 1];
};

/* ---- a run ---- */

struct wish {
	uint16_t kind;
	uint64_t word;
};

struct logged {
	bool down; /* what HQ said; else what a lane told */
	struct door_event e;
	int64_t wall_ms, mono_ms;
	size_t at, n; /* of the payload in the log's text */
};

struct run {
	uint64_t seed;
	uint64_t orders_off; /* bit i: this order is left out, to make a failure short */
	bool trace;
	bool screens; /* of this run's steps */
	struct plan plan;
	struct chance chance; /* to choose wishes by */
	struct bench station, empty;
	struct books books; /* what is true */
	struct books heard; /* and what HQ has heard of it */
	int64_t hq_seq[STREAM_COUNT];
	int64_t hq_rev;
	struct wish wishes[EVENTS_MAX];
	int wish_count;
	int at;					 /* which is done now */
	int64_t events_total, accepted, refused; /* over all runs */
	struct {
		char type[32];
		int64_t count;
	} told[FIGURES_MAX]; /* events of the station, over all runs */
	char last_verb[VERB_MAX], last_args[2048], last_press[64];
	int press;
	char last_payment[40];	       /* the station took last */
	char last_doc[40];	       /* of a return or a handover */
	int step_returns;	       /* pieces of this step that went back into stock */
	int64_t step_moved, step_told; /* pieces that left or came, and stock changes told */

	struct logged *log;
	int log_n, log_cap;
	char *log_text;
	size_t log_text_n, log_text_cap;

	char failure[1024]; /* "" while all is well */
	char law[32];	    /* which one is broken */
};

/* The first law that is broken ends the run. */
__attribute__((format(printf, 3, 4))) void run_fail(struct run *r, const char *law, const char *fmt,
						    ...);
__attribute__((format(printf, 2, 3))) void run_note(struct run *r, const char *fmt, ...);
/* Chooses and does. False: r->failure says why. */
bool run_fresh(struct run *r, uint64_t seed);
/* The same with a given list. */
bool run_list(struct run *r, uint64_t seed, const struct wish *wishes, int count);
/* Makes a failed run's story short: fewer wishes, fewer orders; r->wishes is what is left. */
void run_shrink(struct run *r);

/* ---- bench.c ---- */

void bench_open(struct bench *b, const char *path, const char *lane);
/* An empty database again, and a start. */
void bench_reset(struct bench *b, uint64_t seed, struct run *run);
void bench_submit(struct bench *b, const struct door_event *e, struct slice payload);
void bench_verb(struct bench *b, const char *verb, const char *args, const char *press);
void bench_scan(struct bench *b, const char *text, bool kiosk);
void bench_pin(struct bench *b, bool right); /* a check that waits is done */
void bench_restart(struct bench *b);
void bench_time(struct bench *b, int64_t ms);
void bench_link(struct bench *b, bool up);
void bench_beat(struct bench *b);
void bench_echo(struct bench *b); /* its word about an order comes back, and counts */
/* A message of HQ, and that a stream begins. */
void bench_down(struct bench *b, enum stream s, int64_t seq, const char *ops, const char *upto);
void bench_begin_streams(struct bench *b);
void bench_log_in(struct bench *b, const char *staff);
/* Loads an order as the station sees it into b->st->order. */
bool bench_order(struct bench *b, const char *id);
int64_t bench_count(struct bench *b, const char *sql);

/* ---- plan.c, orders.c: shops ---- */

extern const char *const sku_names[SKUS], *const sku_gtins[SKUS];
extern const int64_t sku_prices[SKUS];
void plan_draw(struct run *r);
/* One policy, drawn anew. */
void plan_policy(struct run *r, struct chance *c, const char *id, char *dst, size_t cap);
const char *plan_policy_name(int n); /* NULL behind the last */
void orders_draw(struct run *r);
/* An order as HQ writes it by `books`; `sloppy`: without what the store did. */
void order_write(const struct book_order *o, int i, bool sloppy, struct buf *b);
void order_id(int i, char id[ID_MAX + 1]);
int order_of(struct slice id);		 /* -1 none of ours */
const char *order_code(int i, int kind); /* 0 good, 1 run out, 2 unknown key, 3 broken */
void order_pin(int i, char pin[8]);
void order_phone(int i, char phone[16]);
int64_t order_captured(const struct book_order *o);
int64_t order_total(const struct book_order *o);
void plan_pin_key(struct trust_keys *keys);

/* ---- hq.c ---- */

void hq_open(struct run *r); /* the records of the first day */
void hq_put(struct run *r, enum stream s, const char *ops, bool upto);
void hq_act(struct run *r, struct chance *c, int kind);
void hq_hear(struct run *r);
/* hq_changes.c: the same in the books and in what HQ has heard, by the same chance. */
void hq_change(struct run *r, struct chance *c, struct book_order *o);

/* ---- books.c: what the events say ---- */

/* A batch as it is published, of the station or of the other lane. */
void books_hear(struct run *r, struct slice message, bool sibling);
void books_step_ends(struct run *r);
/* books_journal.c: key figures are what the journal says. */
void book_figures_check(struct run *r);
struct book_payment *book_payment_find(struct book_order *o, const char *id);

/* ---- sibling.c ---- */

void sibling_act(struct run *r, struct chance *c);

/* ---- people*.c ---- */

/* What somebody would do next, as things stand. */
uint16_t people_choose(struct run *r, struct chance *c);
void people_do(struct run *r, uint16_t kind, struct chance *c);
const char *people_kind(uint16_t kind);

/* ---- refusals.c ---- */

void refusals_watch(struct bench *b);
void refusals_begin(void);
/* Something was refused: has anything changed that must not? */
void refusals_check(struct run *r, const char *what);

/* ---- replay.c, laws.c ---- */

void replay_reset(struct run *r);
void replay_keep(struct run *r, bool down, const struct door_event *e, struct slice payload);
/* The log into an empty station: all orders must be the same there. */
void replay_check(struct run *r);
/* Every order as the station sees it, as one text. */
void state_write(struct bench *b, int order, struct buf *to);
uint64_t state_hash(struct run *r);
void laws_at_end(struct run *r);

#endif
