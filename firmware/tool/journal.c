// SPDX-License-Identifier: Apache-2.0
/* lada journal: the events for people, or as JSON lines for an archive or an auditor's programs. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "firmware/base/clock.h"
#include "firmware/tool/chain.h"
#include "firmware/tool/tool.h"

int tool_chain(struct tool *t, struct chain *chain)
{
	if (chain_check(chain, t->database, t->message, sizeof(t->message)) < 0)
		return tool_fail(t);
	if (!chain->wrong[0])
		return 0;
	text_fmt(t->message, sizeof(t->message), "journal: %s", chain->wrong);
	return tool_fail(t);
}

/*
 * The header of a transaction under the names of POSLog (ARTS XML POSLog, retail transaction log).
 * A SequenceNumber counts by one within an epoch of a WorkstationID, as HQ knows the event.
 */
static void write_header(struct buf *b, const struct config *c, const struct file_event *e,
			 struct json event)
{
	const struct json staff = json_get(json_get(event, "body"), "staff");
	char at[64], day[16];
	struct local_time local;
	int64_t at_ms;

	jw_str(b, "RetailStoreID", c->store);
	jw_str(b, "WorkstationID", c->lane);
	jw_int(b, "SequenceNumber", e->seq);
	tool_text(json_get(event, "at"), at, sizeof(at));
	if (time_parse(slice_of(at), &at_ms) == 0) {
		local = time_local(at_ms);
		text_fmt(day, sizeof(day), "%04d-%02d-%02d", local.year, local.month, local.day);
		jw_str(b, "BusinessDayDate", day);
		jw_str(b, "BeginDateTime", at);
	}
	if (staff.type == JSON_STRING)
		jw_value(b, "OperatorID", staff);
}

/* As JSON an event stands in its line exactly as it is chained. */
static bool print_event(void *ctx, int64_t number, const struct file_event *e)
{
	struct tool *t = ctx;
	struct json v;
	struct buf b;
	char at[64];

	if (json_check(e->e, &v) < 0)
		v = (struct json){ 0 };
	if (t->json) {
		buf_init(&b, t->memory, sizeof(t->memory));
		jw_open(&b, NULL, '{');
		write_header(&b, &t->config, e, v);
		jw_int(&b, "n", number);
		jw_int(&b, "epoch", e->epoch);
		jw_bool(&b, "sent", e->acked);
		jw_raw(&b, "e", e->e);
		if (e->person.n)
			jw_raw(&b, "person", e->person);
		jw_close(&b, '}');
		tool_print(buf_read(&b));
		return true;
	}
	printf("%lld %lld/%lld %s %s %.*s\n", (long long)number, (long long)e->epoch,
	       (long long)e->seq, e->acked ? "sent" : "waits",
	       tool_text(json_get(v, "at"), at, sizeof(at)), (int)e->type.n, e->type.p);
	return true;
}

static void print_epochs(const struct chain *chain)
{
	for (int i = 0; i < chain->count; i++) {
		const struct file_epoch *says = &chain->epochs[i].says;
		const int64_t first = chain->epochs[i].first;

		fprintf(stderr, "epoch %lld: %lld events, ", (long long)says->epoch,
			(long long)says->last);
		if (first == 0)
			fprintf(stderr, "none kept, ");
		else if (first > 1)
			fprintf(stderr, "kept from %lld on, ", (long long)first);
		fprintf(stderr, "%lld acknowledged\n", (long long)says->acked);
	}
	fprintf(stderr, "unbroken: %lld events kept, %lld pruned, personal data of %lld purged\n",
		(long long)chain->events, (long long)chain->pruned, (long long)chain->purged);
}

int tool_journal(struct tool *t, char **args)
{
	static struct chain chain;

	(void)args;
	setenv("TZ", t->config.timezone, 1);
	tzset();
	if (file_journal(t->database, t->after, print_event, t, t->message, sizeof(t->message)) < 0)
		return tool_fail(t);
	if (tool_chain(t, &chain))
		return 1;
	print_epochs(&chain);
	return 0;
}
