// SPDX-License-Identifier: Apache-2.0
/* What the files of the books share. */
#ifndef LADA_TESTS_PROPERTY_BOOKS_H
#define LADA_TESTS_PROPERTY_BOOKS_H

#include "tests/property/property.h"

/* One event that was told. */
struct event {
	struct run *r;
	struct json body;
	struct book_order *order; /* NULL none of ours */
	char id[ID_MAX + 1];	  /* of the order, "" none */
	bool sibling;
};

/* The line that `line` names, NULL none of ours. */
struct book_line *book_line(const struct event *e, struct json line);
int64_t book_number(struct json v, const char *name);
/* Do the laws of sums hold for its order? */
bool book_lawful(const struct event *e);
/* books_journal.c: the chain of hashes, and numbers that never come twice. */
void book_chained(struct event *e, struct json told);
/* books_prep.c: what preparing does to the order. */
void book_prepared(struct event *e, struct json type);

#endif
