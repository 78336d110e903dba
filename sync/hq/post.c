// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/post.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/log.h"

void post_add(struct post *post, struct slice text, const char *topic, ...)
{
	struct letter *l = NULL;
	va_list args;
	int n;

	if (post->bytes + text.n <= POST_BYTES_MAX)
		l = malloc(sizeof(*l) + text.n);
	if (!l) {
		log_warning("post: a message of %zu bytes is dropped", text.n);
		return;
	}
	va_start(args, topic);
	n = vsnprintf(l->topic, sizeof(l->topic), topic, args);
	va_end(args);
	if (n < 0 || (size_t)n >= sizeof(l->topic)) {
		free(l);
		return;
	}
	l->next = NULL;
	l->n = text.n;
	memcpy(l->text, text.p, text.n);
	if (post->last)
		post->last->next = l;
	else
		post->first = l;
	post->last = l;
	post->bytes += text.n;
}

struct letter *post_take(struct post *post)
{
	struct letter *l = post->first;

	if (!l)
		return NULL;
	post->first = l->next;
	if (!post->first)
		post->last = NULL;
	post->bytes -= l->n;
	return l;
}

void post_clear(struct post *post)
{
	struct letter *l;

	while ((l = post_take(post)))
		free(l);
}

void post_cut(struct post *post, struct letter *last)
{
	struct letter *l = last ? last->next : post->first;

	if (last)
		last->next = NULL;
	else
		post->first = NULL;
	post->last = last;
	while (l) {
		struct letter *next = l->next;

		post->bytes -= l->n;
		free(l);
		l = next;
	}
}
