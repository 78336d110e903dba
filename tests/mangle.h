// SPDX-License-Identifier: Apache-2.0
/*
 * Messages as they should be (tests/cases/messages.txt), and the same with a value they should not
 * have. By a seed: what failed once fails again.
 */
#ifndef LADA_TESTS_MANGLE_H
#define LADA_TESTS_MANGLE_H

#include "firmware/base/json.h"

#define MESSAGES_MAX	160
#define WORKS_MAX	16
#define MANGLE_TEXT_MAX 65536

struct messages {
	char *text;
	char *line[MESSAGES_MAX];
	int count;
	int work[WORKS_MAX + 1]; /* where one begins; of the last, where they end */
	int works;
};
/* From the top of the source. False: not there, or not as it should be. The text is the caller's to
 * free. */
bool messages_read(struct messages *ret_messages);

struct mangle {
	uint64_t state; /* the seed */
	char text[MANGLE_TEXT_MAX];
};
/* 0 to below - 1. */
int64_t mangle_pick(struct mangle *m, int64_t below);
/* One value of a document becomes another one, kept in m->text. False: nothing to change, or it
 * would be no JSON that is let in. */
bool mangle_text(struct mangle *m, struct slice text, struct slice *ret_text);

#endif
