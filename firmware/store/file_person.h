// SPDX-License-Identifier: Apache-2.0
/*
 * Where a database may hold something on people, row by row, for the operator's tool. Reads only,
 * while ladad may be serving.
 */
#ifndef LADA_STORE_FILE_PERSON_H
#define LADA_STORE_FILE_PERSON_H

#include "firmware/base/bytes.h"

enum file_where {
	FILE_ORDER, /* records: at_ms only of one that was asked for beside the stream */
	FILE_GUEST,
	FILE_MEMBER,
	FILE_ENTRY,
	FILE_ERASED, /* a tombstone */
	FILE_EVENT,  /* text: the event; person beside it */
	FILE_PRINT,
	FILE_PRESS,
	FILE_LETTER,
	FILE_MESSAGE,
	FILE_TILL,
	FILE_WORK,
	FILE_PAPER,
	FILE_PAYMENT,
	FILE_RECEIPT,
	FILE_HANDED,
	FILE_POINTS,
	FILE_STORY,
	FILE_ASKED,
	FILE_OFFERED,
	FILE_CONSENT,
	FILE_WHERE_COUNT,
};
struct file_row {
	enum file_where where;
	struct slice id;
	int64_t at_ms; /* 0: the table does not say */
	struct slice text, person;
};
/* Every row of one of them. 0, -EBADMSG or -EIO with a message. */
int file_people(const char *path, enum file_where where,
		void (*each)(void *ctx, const struct file_row *row), void *ctx, char *ret_message,
		size_t cap);
/* The body of a policy, "{}" where there is none or it does not fit. */
void file_policy(const char *path, const char *id, char *dst, size_t cap);

#endif
