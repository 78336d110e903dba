// SPDX-License-Identifier: Apache-2.0
/*
 * The rules of taking goods back, pure: facts in, a reason or figures out. Four things that look
 * alike at a counter are kept apart by their basis: the law's withdrawal from a distance contract,
 * which no policy of the shop can narrow; what the shop adds on its own account; goods that are
 * taken back because of a complaint, or because they were the wrong ones, or recalled.
 * Days are those of calendar.h, amounts grosze, qty pieces.
 */
#ifndef LADA_COUNTER_RETURNS_H
#define LADA_COUNTER_RETURNS_H

#include "firmware/counter/order.h"
#include "firmware/counter/reason.h"
#include "firmware/counter/refund.h"

enum return_basis {
	BASIS_WITHDRAWAL,
	BASIS_SHOP_POLICY,
	BASIS_COMPLAINT,
	BASIS_WRONG_ITEM,
	BASIS_RECALL,
};
enum condition { CONDITION_GOOD, CONDITION_OPENED, CONDITION_DAMAGED, CONDITION_INCOMPLETE };
#define CONDITION_COUNT (CONDITION_INCOMPLETE + 1)
enum goods_to { TO_STOCK, TO_INSPECT, TO_SCRAP };

const char *return_basis_name(enum return_basis b);
bool return_basis_read(struct json word, enum return_basis *ret_basis);
const char *condition_name(enum condition c);
bool condition_read(struct json word, enum condition *ret_condition);
const char *goods_to_name(enum goods_to t);

/* ---- policy `returns` ---- */

enum returns_rule { RETURNS_APPROVE, RETURNS_ALLOW, RETURNS_REFUSE };
/* May a line be withdrawn from? SEALED: only while its seal is whole. */
enum withdrawal_rule { WITHDRAWAL_YES, WITHDRAWAL_SEALED, WITHDRAWAL_NO };

#define REFUND_ORDER_MAX 8
struct returns_policy {
	int64_t window_days, withdrawal_days;
	int64_t refund_limit;			  /* of one return, without a second person */
	enum returns_rule own_store, other_store; /* while HQ cannot be asked */
	enum returns_rule no_receipt, foreign, goodwill;
	enum returns_rule isolated; /* policy `pickup`: returns_isolated */
	bool other_tender;	    /* refund_to: any */
	bool exchange;
	bool reason_needed;
	uint32_t conditions; /* 1 << enum condition that the shop takes back */
	char refund_order[REFUND_ORDER_MAX]
			 [REFUND_TENDER_MAX]; /* tenders that are paid back first */
};
/* With the contract's defaults where HQ said nothing. Keeps nothing of the JSON. */
struct returns_policy returns_policy_read(struct json returns, struct json pickup);

/* What holds for one line, by the order, the product and its category. */
struct line_rule {
	bool returnable;
	int64_t window_days;
	enum withdrawal_rule withdrawal;
	uint32_t conditions;
	bool restock; /* good pieces may be sold again */
};
/* `category`: policy returns.by_category's entry for it; any may be absent. */
struct line_rule line_rule_read(const struct returns_policy *p, struct json line,
				struct json product, struct json category);

/* ---- the law's clock ---- */

#define DAY_UNKNOWN INT64_MIN

struct withdrawal {
	bool right;	  /* this contract has one at all */
	bool running;	  /* and it can still be used */
	int64_t last_day; /* DAY_UNKNOWN: it has not begun, or nobody knows when */
};
/* `handed_day`: when the last part was handed over, DAY_UNKNOWN while some is still to come. */
struct withdrawal withdrawal_of(const struct order *o, const struct returns_policy *p,
				int64_t handed_day, int64_t now_ms);

/* ---- opening a return ---- */

struct return_facts {
	const struct order *order; /* of a return without an order: the goods brought so far */
	bool has_order;
	bool own;	/* this store sold it */
	bool self;	/* who takes it back is the customer */
	bool proof;	/* an order, or a receipt with its date */
	bool reachable; /* HQ can be asked what was returned elsewhere */
	bool isolated;
	enum return_basis basis;
	bool basis_given;
	int64_t handed_day, now_ms;
};
/* Withdrawal while its period runs, else the shop's own policy. */
enum return_basis return_basis_default(const struct return_facts *f,
				       const struct returns_policy *p);
/* May it be opened? `ret_needs`: who else has to agree, 1 << enum need. */
enum reason return_open(const struct return_facts *f, const struct returns_policy *p,
			uint32_t *ret_needs);

/* ---- lines ---- */

#define RETURN_REASON_MAX 48
/* What is brought back of one line. */
struct return_line {
	int64_t qty;
	int64_t others; /* of them a substitute's, by their code; -1 nobody scanned them all */
	enum condition condition;
	bool approved; /* though policy says no */
	char reason[RETURN_REASON_MAX];
};

/* Pieces of a line that customers still have. */
int64_t return_line_left(const struct order_line *line);
/* Something that can be named in a return: goods, or a deposit. */
bool return_line_is_goods(const struct order_line *line);
bool return_line_is_deposit(const struct order_line *line);

struct return_line_facts {
	const struct order_line *line;
	const struct line_rule *rule;
	enum return_basis basis;
	const struct return_line *back;
	bool reason_known; /* policy lists it */
	int64_t today;
	int64_t window_last; /* the last day of the shop's window, DAY_UNKNOWN: nobody knows */
};
/* May so much of it be brought back? */
enum reason return_line_verdict(const struct return_line_facts *f, const struct returns_policy *p);
/* Could a second person take it back all the same? */
bool return_approvable(enum reason r, enum return_basis basis, const struct returns_policy *p);
/* Does a second person have to agree to this sum? */
bool return_over_limit(int64_t amount, enum return_basis basis, const struct returns_policy *p);

enum goods_to return_goods_to(enum condition c, enum return_basis basis,
			      const struct line_rule *rule);

/* ---- figures; `back` has an entry for each line of the order ---- */

/* Pieces of a line that go back with this return: what was brought, deposits of what is unopened,
 * and delivery when all of a distance contract is withdrawn from. */
int64_t return_pieces(const struct order *o, const struct return_line *back,
		      enum return_basis basis, int line);
int64_t return_gross(const struct order *o, const struct return_line *back, enum return_basis basis,
		     int line);
int64_t return_total(const struct order *o, const struct return_line *back,
		     enum return_basis basis);
/* Nothing that was handed over stays with the customer after this. */
bool return_is_all(const struct order *o, const struct return_line *back);

#endif
