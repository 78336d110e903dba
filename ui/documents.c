// SPDX-License-Identifier: Apache-2.0
#include "ui/documents.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct document *document_hold(struct document *doc)
{
	if (doc)
		doc->holders++;
	return doc;
}

void document_drop(struct document *doc)
{
	if (doc && --doc->holders == 0)
		free(doc);
}

void documents_heard(struct documents *d, int64_t revision)
{
	if (revision > d->newest)
		d->newest = revision;
}

int documents_put(struct documents *d, enum screen screen, int64_t revision, struct slice payload)
{
	struct document *doc = malloc(sizeof(*doc) + payload.n);

	documents_heard(d, revision);
	if (!doc)
		return -ENOMEM;
	doc->holders = 1;
	doc->serial = ++d->serial;
	doc->revision = revision;
	doc->n = payload.n;
	/* A line end would end the event's data; in JSON it can only be space between values. */
	for (size_t i = 0; i < payload.n; i++) {
		char c = payload.p[i];

		doc->text[i] = c == '\n' || c == '\r' ? ' ' : c;
	}
	document_drop(d->current[screen]);
	d->current[screen] = doc;
	return 0;
}

void documents_free(struct documents *d)
{
	for (int i = 0; i < SCREEN_COUNT; i++) {
		document_drop(d->current[i]);
		d->current[i] = NULL;
	}
}
