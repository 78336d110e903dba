// SPDX-License-Identifier: Apache-2.0
#include "firmware/tool/chain.h"

#include <string.h>

#include "firmware/base/json.h"
#include "firmware/trust/hash.h"

static const char ZEROS[] = "00000000000000000000000000000000";

static bool wrong(struct chain *c, int64_t epoch, int64_t seq, const char *what)
{
	text_fmt(c->wrong, sizeof(c->wrong), "event %lld/%lld: %s", (long long)epoch,
		 (long long)seq, what);
	return false;
}

static bool add_epoch(void *ctx, const struct file_epoch *epoch)
{
	struct chain *c = ctx;

	if (c->count == CHAIN_EPOCHS_MAX)
		return wrong(c, epoch->epoch, 1, "more epochs than this tool counts");
	c->epochs[c->count].says = *epoch;
	c->epochs[c->count].first = c->epochs[c->count].last = 0;
	c->count++;
	return true;
}

/* An epoch's events end where its row says. */
static bool end_epoch(struct chain *c)
{
	const struct file_epoch *says = &c->epochs[c->at].says;
	const int64_t last = c->epochs[c->at].last;

	if (last == 0 && says->acked < says->last)
		return wrong(c, says->epoch, says->acked + 1,
			     "is missing, and HQ has not acknowledged it");
	if (last && last < says->last)
		return wrong(c, says->epoch, last + 1, "is missing");
	if (last && last == says->noted && strcmp(c->prev, says->prev) != 0)
		return wrong(c, says->epoch, last, "is not the one that was written last");
	if (last == 0)
		c->pruned += says->last;
	return true;
}

static bool begin_epoch(struct chain *c, const struct file_event *event)
{
	while (c->at < c->count && c->epochs[c->at].says.epoch != event->epoch) {
		if (c->epochs[c->at].says.epoch > event->epoch || !end_epoch(c))
			break;
		c->at++;
	}
	if (c->wrong[0])
		return false;
	if (c->at == c->count || c->epochs[c->at].says.epoch != event->epoch)
		return wrong(c, event->epoch, event->seq, "belongs to no epoch");
	if (event->seq > 1 && event->seq - 1 > c->epochs[c->at].says.acked)
		return wrong(c, event->epoch, c->epochs[c->at].says.acked + 1,
			     "is missing, and HQ has not acknowledged it");
	c->epochs[c->at].first = event->seq;
	c->epochs[c->at].last = event->seq - 1;
	c->pruned += event->seq - 1;
	/* What follows a pruned beginning has nothing before it to compare with. */
	memcpy(c->prev, ZEROS, sizeof(ZEROS));
	if (event->seq > 1)
		c->prev[0] = '\0';
	return true;
}

static bool check_person(struct chain *c, const struct file_event *event, struct json e)
{
	char person[64], hash[HASH_TEXT_MAX];
	struct json said = json_get(json_get(e, "body"), "person_hash");

	if (event->person.n == 0) {
		c->purged += said.type == JSON_STRING;
		return true;
	}
	hash_text(event->person, hash);
	if (json_string(said, person, sizeof(person)) < 0 || strcmp(person, hash) != 0)
		return wrong(c, event->epoch, event->seq, "its personal data was changed");
	return true;
}

static bool add_event(void *ctx, int64_t number, const struct file_event *event)
{
	struct chain *c = ctx;
	char prev[64];
	struct json e;

	(void)number;
	if (c->at == c->count || c->epochs[c->at].says.epoch != event->epoch ||
	    c->epochs[c->at].first == 0) {
		if (!begin_epoch(c, event))
			return false;
	}
	if (event->seq != c->epochs[c->at].last + 1)
		return wrong(c, event->epoch, c->epochs[c->at].last + 1, "is missing");
	if (json_check(event->e, &e) < 0 || json_int_or(json_get(e, "seq"), -1) != event->seq ||
	    json_string(json_get(e, "prev"), prev, sizeof(prev)) < 0)
		return wrong(c, event->epoch, event->seq, "is not readable");
	if (c->prev[0] && strcmp(prev, c->prev) != 0)
		return wrong(c, event->epoch, event->seq,
			     "does not follow from the one before it: one of the two was changed");
	if (!check_person(c, event, e))
		return false;
	hash_text(event->e, c->prev);
	c->epochs[c->at].last = event->seq;
	c->events++;
	return true;
}

int chain_check(struct chain *c, const char *path, char *ret_message, size_t cap)
{
	int err;

	memset(c, 0, sizeof(*c));
	err = file_epochs(path, add_epoch, c, ret_message, cap);
	if (err == 0 && !c->wrong[0])
		err = file_journal(path, 0, add_event, c, ret_message, cap);
	for (; err == 0 && !c->wrong[0] && c->at < c->count; c->at++) {
		if (!end_epoch(c))
			break;
	}
	return err;
}
