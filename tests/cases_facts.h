// SPDX-License-Identifier: Apache-2.0
/*
 * The facts of a case: a shop with staff and a small catalogue, and what HQ, siblings and time add
 * to it, written as tests/cases/counter/README.md says. For cases.c. Include after cmocka.h.
 */
#ifndef LADA_TESTS_CASES_FACTS_H
#define LADA_TESTS_CASES_FACTS_H

#include "tests/shop.h"

struct case_shop {
	struct shop *shop;
	int64_t seq[STREAM_COUNT]; /* of the last message of each stream */
	int64_t rev;
	char token[TOKEN_TEXT_MAX];  /* of who is logged in */
	uint64_t pin;		     /* the check that was answered last */
	int64_t heard_seq;	     /* of the other lane's last event */
	bool heard;		     /* HQ says that it has taken all of this lane's events */
	bool silent;		     /* it gives no answer about points */
	int64_t grants;		     /* it sets aside at most so many */
	char payment[ID_MAX + 1];    /* the last one an answer named: `$payment` */
	char printed[SHOP_TEXT_MAX]; /* all that came out of the printer in the last act */
};

/* Ola (E17) and Adam (E18) are clerks, Ewa (E90) is a supervisor; Ola is logged in. */
void case_shop_open(struct case_shop *c, int number);
void case_shop_close(struct case_shop *c);

/* One line of facts; false: it is none, and why. */
bool case_fact(struct case_shop *c, const char *text, char *ret_why, size_t cap);

void case_restart(struct case_shop *c);

/* What happens: what it led to is in c->shop. */
void case_scan(struct case_shop *c, const char *what, bool kiosk);
void case_do(struct case_shop *c, const char *text); /* VERB key=value … or VERB {json} */
/* The same with an idempotency key: "k1 pickup.pay tender=cash amount=1". */
void case_press(struct case_shop *c, const char *text);
void case_login(struct case_shop *c, const char *staff);
/* "E90 it is still here" */
void case_approve(struct case_shop *c, const char *text, bool pin_right);
/* Before and after an act: what it has printed comes out, and its answer is remembered. */
void case_begin(struct case_shop *c);
void case_end(struct case_shop *c);

#endif
