// SPDX-License-Identifier: Apache-2.0
#include "firmware/base/claim.h"

#include <errno.h>

static const char *const op_names[] = {
	[CLAIM_OP_TAKE] = "take",
	[CLAIM_OP_KEEP] = "keep",
	[CLAIM_OP_DROP] = "drop",
	[CLAIM_OP_HELD] = "held",
};

const char *claim_op_name(enum claim_op op)
{
	return op_names[op];
}

int claim_op_find(struct slice name, enum claim_op *ret_op)
{
	for (size_t i = 0; i < COUNT_OF(op_names); i++)
		if (slice_eq(name, op_names[i])) {
			*ret_op = (enum claim_op)i;
			return 0;
		}
	return -ENOENT;
}
