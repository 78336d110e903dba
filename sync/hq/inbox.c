// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/inbox.h"

#include <stdlib.h>
#include <string.h>

void inbox_add(struct inbox *in, const char *topic, const char *below, struct slice payload,
	       bool retained)
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
	item->taken = false;
	if (slice_copy((struct slice){ below, strcspn(below, "/") }, item->store,
		       sizeof(item->store)) < 0)
		item->store[0] = '\0';
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

void inbox_sweep(struct inbox *in)
{
	struct inbox_item **at = &in->first;

	in->last = NULL;
	while (*at) {
		struct inbox_item *item = *at;

		if (!item->taken) {
			in->last = item;
			at = &item->next;
			continue;
		}
		*at = item->next;
		in->count--;
		in->bytes -= item->n;
		free(item);
	}
}

void inbox_limit(struct inbox *in, const char *store, int max)
{
	int count = 0;

	for (struct inbox_item *i = in->first; i; i = i->next) {
		if (strcmp(i->store, store) == 0 && ++count > max) {
			i->taken = true;
			in->dropped++;
		}
	}
	if (count > max)
		inbox_sweep(in);
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
