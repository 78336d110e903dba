// SPDX-License-Identifier: Apache-2.0
/*
 * The last published document of each screen. A document is counted, because a slow reader may
 * still be sending one that is no longer the newest; it goes with its last holder.
 */
#ifndef LADA_UI_DOCUMENTS_H
#define LADA_UI_DOCUMENTS_H

#include "ui/ui.h"

struct document {
	unsigned holders;
	uint64_t serial; /* rises over all screens; never 0 */
	int64_t revision;
	size_t n;
	char text[]; /* without `{"revision":N,`; on one line, no NUL */
};

struct documents {
	struct document *current[SCREEN_COUNT]; /* NULL until the step published one */
	uint64_t serial;
	int64_t newest; /* the highest revision heard of, in screens and replies */
};

/* -ENOMEM: the older document stays. */
int documents_put(struct documents *d, enum screen screen, int64_t revision, struct slice payload);
void documents_heard(struct documents *d, int64_t revision);
void documents_free(struct documents *d);

struct document *document_hold(struct document *doc);
void document_drop(struct document *doc);

#endif
