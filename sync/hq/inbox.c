// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/inbox.h"

#include <stdlib.h>
#include <string.h>

void inbox_add(struct inbox *in, const char *topic, struct slice payload, bool retained)
{
	struct inbox_item *item = NULL;

	if (in->count < INBOX_MAX && in->bytes + payload.n <= INBOX_BYTES_MAX)
		item = malloc(sizeof(*item) + payload.n);
	if (!item || slice_copy(slice_of(topic), item->topic, sizeof(item->topic)) < 0) {
		free(item);
		in->dropped++;
		return;
	}
	item->next = NULL;
	item->retained = retained;
	item->n = payload.n;
	memcpy(item->text, payload.p, payload.n);
	if (in->last)
		in->last->next = item;
	else
		in->first = item;
	in->last = item;
	in->count++;
	in->bytes += payload.n;
}

void inbox_clear(struct inbox *in)
{
	while (in->first) {
		struct inbox_item *item = in->first;

		in->first = item->next;
		free(item);
	}
	*in = (struct inbox){ 0 };
}
