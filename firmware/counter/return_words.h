// SPDX-License-Identifier: Apache-2.0
/*
 * What stands on the papers of returns and complaints, in Polish, English and Ukrainian. Beside
 * words.h, which has what the screens say. Pure.
 */
#ifndef LADA_COUNTER_RETURN_WORDS_H
#define LADA_COUNTER_RETURN_WORDS_H

#include "firmware/base/money.h"
#include "firmware/counter/complaint.h"
#include "firmware/counter/returns.h"

enum paper_word {
	PAPER_RETURN,
	PAPER_COMPLAINT,
	PAPER_LABEL,
	PAPER_COMPLAINT_LABEL,
	PAPER_NUMBER,
	PAPER_ORDER,
	PAPER_DOCUMENT,
	PAPER_SOLD,
	PAPER_RETURNED,
	PAPER_BASIS,
	PAPER_STAFF,
	PAPER_VAT,
	PAPER_TOTAL,
	PAPER_HERE,  /* paid back at the till */
	PAPER_ASKED, /* HQ pays */
	PAPER_BY,
	PAPER_EXCHANGE,
	PAPER_SIGN_CUSTOMER,
	PAPER_SIGN_SHOP,
	PAPER_FOR_CUSTOMER,
	PAPER_FOR_SHOP,
	PAPER_NOT_FISCAL,
	PAPER_PROOF,
	PAPER_TEXT,
	PAPER_DEMAND,
	PAPER_GOODS,
	PAPER_TAKEN,
	PAPER_ANSWER_BY,
	PAPER_STATUS_HINT,
	PAPER_OPEN,
	PAPER_CLOSED,
	PAPER_MONEY_ASKED, /* the state of a return */
};
#define PAPER_WORD_COUNT (PAPER_MONEY_ASKED + 1)

const char *paper_text(enum paper_word w, enum language l);
const char *return_basis_text(enum return_basis b, enum language l);
const char *condition_text(enum condition c, enum language l);
const char *goods_to_text(enum goods_to t, enum language l);
/* Why something is brought back, by its code; NULL: only the shop's own policy may name it. */
const char *return_reason_text(const char *code, enum language l);
const char *complaint_basis_text(enum complaint_basis b, enum language l);
const char *complaint_demand_text(enum complaint_demand d, enum language l);
const char *complaint_goods_text(enum complaint_goods g, enum language l);

#endif
