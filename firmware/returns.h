// SPDX-License-Identifier: Apache-2.0
/*
 * Returns and complaints: goods that come back, money that goes back, papers that tell of it. The
 * rules are counter/returns.h, counter/refund.h and counter/complaint.h. On the step thread, inside
 * a step's transaction. Money is grosze.
 *
 * An open return is the counter desk's work: its order, the lines brought so far (store_check,
 * with more as JSON beside it), and what it was opened with (struct return_work). One without an
 * order is looked at as an order too, made of the goods that were brought, so that every rule,
 * figure and paper is the same.
 */
#ifndef LADA_FIRMWARE_RETURNS_H
#define LADA_FIRMWARE_RETURNS_H

#include "firmware/counter/complaint.h"
#include "firmware/counter/returns.h"
#include "firmware/desk.h"
#include "firmware/lanes.h"

extern const struct verb return_verbs[];

/* ---- for the other rooms ---- */

/* Member `return` of the counter's document, and `paper`: the slip that was scanned. */
void return_document(struct station *st, struct buf *b);
/* A scan that is a return's business; false: it is not. */
bool return_scan(struct station *st, const struct call *c, const struct scan *s);
/* HQ's answer about an order that a return waits for, or none in time. */
void return_found(struct station *st, const struct waiting *w);
/* What another lane took back, or what was complained of there. */
void return_effect(struct station *st, const struct origin *o, const char *type, struct json body);

/* ---- among its own files ---- */

#define RETURN_RECEIPT_MAX 41 /* bytes of a receipt's number and a NUL */

/* What a return was opened with. */
struct return_work {
	enum return_basis basis;
	bool order;			  /* an order; else a receipt, or nothing */
	char receipt[RETURN_RECEIPT_MAX]; /* "" none */
	char store[ID_MAX + 1];		  /* who sold it */
	int64_t sold_day;		  /* DAY_UNKNOWN */
	uint32_t granted;		  /* 1 << enum need, when it was opened */
	int64_t limit;			  /* a second person agreed to this sum, 0 none */
};
/* Loads what this desk has open: st->order, st->back and the work; false when there is none. */
bool return_load(struct station *st, enum desk desk, struct return_work *ret_work);
/* The same, or answers. */
bool return_loaded(struct station *st, const struct call *c, struct return_work *ret_work);
void return_work_keep(struct station *st, enum desk desk, const struct return_work *w);
struct returns_policy returns_policy_now(struct station *st); /* uses st->policy */
/* When the last part of st->order was handed over; DAY_UNKNOWN while some is to come. */
int64_t return_handed_day(struct station *st);
/* What holds for a line of st->order now. Uses st->policy. */
enum reason return_line_check(struct station *st, const struct return_work *w,
			      const struct returns_policy *p, int line, struct line_rule *ret_rule,
			      int64_t *ret_last);
/* Refused: told to HQ, shown at the desk. `needs`: who could allow it. */
void return_refuse(struct station *st, const struct call *c, enum reason r, const char *order,
		   const struct word_values *values, uint32_t needs, int64_t amount);

void verb_return_start(struct station *st, const struct call *c, struct json args);
void verb_return_line(struct station *st, const struct call *c, struct json args);
void verb_return_accept(struct station *st, const struct call *c, struct json args);
void verb_return_cancel(struct station *st, const struct call *c, struct json args);
void verb_complaint_open(struct station *st, const struct call *c, struct json args);

/* ---- return_accept.c ---- */

struct return_leg {
	struct json payment;		/* the original's id; JSON_NONE without an order */
	char tender[REFUND_TENDER_MAX]; /* how it is paid back */
	int64_t amount;
	bool here;   /* paid at the counter now; else HQ is asked */
	bool points; /* which go back to the member, not out of the till */
};
struct return_legs {
	int count;
	struct return_leg leg[ORDER_PAYMENTS_MAX];
	int64_t here, asked; /* sums */
	int64_t rest;	     /* that no payment takes */
};
/* How `amount` goes back; `tender` "" for the way it was paid. */
void return_legs_plan(struct station *st, const struct returns_policy *p, int64_t amount,
		      const char *tender, struct return_legs *ret_legs);

/* ---- return_pay.c: the one place where money leaves the till for a return ---- */

struct return_payout {
	const char *order; /* "" without one */
	const char *doc;   /* the return's id */
	const struct return_legs *legs;
};
/* Books it out of the shift and kicks the drawer; or why it cannot be paid out now, and nothing is
 * changed: no shift is open, not that much cash is there. */
enum reason return_pay_out(struct station *st, const struct call *c,
			   const struct return_payout *pay);

/* ---- return_parts.c: what comes back of a line, product by product ---- */

#define RETURN_PARTS_MAX 5 /* what was ordered, and the products it was replaced by */
#define RETURN_NAME_MAX	 512
struct return_part {
	int64_t qty, gross;
	char sku[ID_MAX + 1];
	char name[RETURN_NAME_MAX];
	char vat[16]; /* JSON text of its rate, "" none */
};
/* How many; their pieces and gross are those of the line. */
int return_parts(struct station *st, enum return_basis basis, int line,
		 struct return_part ret_parts[RETURN_PARTS_MAX]);
struct json return_part_vat(const struct return_part *part); /* borrows it */

/* ---- return_slips.c ---- */

struct return_paper {
	const struct return_work *work;
	const struct return_legs *legs;
	const char *doc; /* the return's id, which its slip's code ends in */
	const char *number;
	const char *staff; /* who took it */
	int64_t due_day;   /* what HQ is asked to pay back comes by then */
	const char *exchange;
};
/* Why, as people say it: by policy `texts`, else by the catalogue, else the code itself. */
#define RETURN_REASON_NAME_MAX 96
void return_reason_name(struct station *st, const char *code, enum language l,
			char dst[RETURN_REASON_NAME_MAX]);
/* The codes of policy `returns`; how many. */
#define RETURN_REASONS_MAX 40
int return_reasons(struct station *st, char ret_codes[RETURN_REASONS_MAX][RETURN_REASON_MAX]);
/* Two copies, and a label for goods that are looked at or sent back; the first job, 0 none. */
int64_t return_slips_print(struct station *st, const struct return_paper *p);

struct complaint_paper {
	const char *doc, *number, *staff, *proof, *text;
	enum complaint_basis basis;
	enum complaint_demand demand;
	enum complaint_goods goods;
	int line; /* of st->order, -1 none */
	bool has_order;
	int64_t answer_day;
};
int64_t complaint_slips_print(struct station *st, const struct complaint_paper *p);

/* ---- papers.c: what a scanned slip is about ---- */

/* Shows a return's or a complaint's state; false: this slip is about neither. */
bool paper_show(struct station *st, const struct call *c, struct slice doc);
void paper_document(struct station *st, struct buf *b);

#endif
