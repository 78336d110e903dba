// SPDX-License-Identifier: Apache-2.0
/*
 * What a lane says on `P/S/claim` of an order it serves or wants to serve (INTERFACES.md section
 * 4, "Claim"). What follows from such words is in firmware/counter/claim.h.
 */
#ifndef LADA_BASE_CLAIM_H
#define LADA_BASE_CLAIM_H

#include "firmware/base/text.h"

enum claim_op { CLAIM_OP_TAKE, CLAIM_OP_KEEP, CLAIM_OP_DROP, CLAIM_OP_HELD };

struct claim_word {
	enum claim_op op;
	char order[ID_MAX + 1];
	char lane[ID_MAX + 1];
	char claim[ID_MAX + 1];
};

const char *claim_op_name(enum claim_op op);
/* -ENOENT: no such op. */
int claim_op_find(struct slice name, enum claim_op *ret_op);

#endif
