// SPDX-License-Identifier: Apache-2.0
#include "firmware/tool/chain.h"

#include <string.h>

#include "firmware/base/json.h"
#include "firmware/trust/hash.h"

static const char ZEROS[] = "00000000000000000000000000000000";

void chain_init(struct chain *c)
{
	*c = (struct chain){ 0 };
}

static bool wrong(struct chain *c, const struct file_event *e, const char *what)
{
	text_fmt(c->wrong, sizeof(c->wrong), "event %lld/%lld: %s", (long long)e->epoch,
		 (long long)e->seq, what);
	return false;
}

bool chain_add(struct chain *c, const struct file_event *event)
{
	char prev[64], person[64], hash[HASH_TEXT_MAX];
	struct json e;
	bool first;

	if (event->epoch != c->epoch) {
		c->epoch = event->epoch;
		c->seq = event->seq - 1;
		c->prev[0] = '\0';
		if (event->seq == 1)
			memcpy(c->prev, ZEROS, sizeof(ZEROS));
	}
	/* The first event left after a pruning has nothing before it to compare with. */
	first = c->prev[0] == '\0';
	if (event->seq != c->seq + 1)
		return wrong(c, event, "the one before it is missing");
	if (json_check(event->e, &e) < 0 ||
	    json_int_or(json_get(e, "seq"), -1) != event->seq ||
	    json_string(json_get(e, "prev"), prev, sizeof(prev)) < 0)
		return wrong(c, event, "is not readable");
	if (!first && strcmp(prev, c->prev) != 0)
		return wrong(c, event, "does not follow from the one before it");
	if (event->person.n) {
		hash_text(event->person, hash);
		if (json_string(json_get(json_get(e, "body"), "person_hash"), person,
				sizeof(person)) < 0 ||
		    strcmp(person, hash) != 0)
			return wrong(c, event, "its personal data was changed");
	}
	hash_text(event->e, c->prev);
	c->seq = event->seq;
	c->events++;
	return true;
}
