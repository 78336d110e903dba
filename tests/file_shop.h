// SPDX-License-Identifier: Apache-2.0
/*
 * A shop (tests/shop.h) whose database is a file that a test can look into, and what HQ says to it
 * in one line. Include after cmocka.h.
 */
#ifndef LADA_TESTS_FILE_SHOP_H
#define LADA_TESTS_FILE_SHOP_H

#include "tests/shop.h"

#define DAY_MS	(24 * 3600 * INT64_C(1000))
#define OPS_MAX 4096

struct file_shop {
	struct shop *s;
	char dir[32], path[64];
};

/* With the stream of orders begun. */
struct file_shop file_shop_open(void);
void file_shop_close(struct file_shop *f);
/* The first column of the first row; runs it all. */
int64_t file_shop_sql(const struct file_shop *f, const char *text);

/* One put as a message's ops. */
const char *ops_put(char ops[OPS_MAX], const char *type, const char *id, int rev, const char *body);
/* A snapshot is offered, and a part of it comes. */
void shop_offer(struct shop *s, enum stream stream, int64_t epoch, int64_t seq, const char *id,
		int parts, const char *upto);
void shop_part(struct shop *s, enum stream stream, int64_t epoch, const char *id, int number,
	       const char *ops);
/* A good code of this order is scanned. */
void shop_scan_code(struct shop *s, const char *order);

#endif
