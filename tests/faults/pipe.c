// SPDX-License-Identifier: Apache-2.0
/* The broker between them, as bad as brokers are. */
#include <string.h>

#include "tests/faults/sim.h"

#define MISSED_MAX_MS 30000 /* a keepalive and a half: how late a will may come */
#define FAST_MS	      100   /* a claim's word, on both its ways */

static bool is_claim(const char *topic)
{
	return strcmp(topic, SIM_PREFIX "/" SIM_STORE "/claim") == 0;
}

static void disturbed(struct sim *s)
{
	s->undisturbed_ms = s->now_ms;
}

void pipe_reset(struct sim *s)
{
	memset(s->clients, 0, sizeof(s->clients));
	memset(s->kept, 0, sizeof(s->kept));
	s->broker_up = true;
}

/* '+' is one level. */
static bool matches(const char *filter, const char *topic)
{
	while (*filter && *topic) {
		if (*filter == '+') {
			filter++;
			while (*topic && *topic != '/')
				topic++;
		} else if (*filter++ != *topic++) {
			return false;
		}
	}
	return !*filter && !*topic;
}

static bool wants(const struct sim *s, int client, const char *topic)
{
	static const char *const hq[] = { SIM_PREFIX "/+/+/up", SIM_PREFIX "/+/+/ask",
					  SIM_PREFIX "/+/+/state" };
	const char *filter;

	if (client != SIM_HQ) {
		for (int i = 0; (filter = lane_subscription(s, client - 1, i)); i++)
			if (matches(filter, topic))
				return true;
		return false;
	}
	for (size_t i = 0; i < COUNT_OF(hq); i++)
		if (matches(hq[i], topic))
			return true;
	return false;
}

/* Order is kept on a connection, unless the weather says otherwise. */
static int64_t when(struct sim *s, int64_t *newest_ms)
{
	const struct weather *w = &s->weather;
	int64_t at = s->now_ms + 1 + sim_below(s, w->delay_ms);

	if (sim_in(s, w->reorder))
		return at + sim_below(s, 3000);
	if (at < *newest_ms)
		at = *newest_ms;
	*newest_ms = at;
	return at;
}

static void deliver(struct sim *s, int client, const struct message *m, bool retained)
{
	struct happening h = { .kind = AT_DELIVER, .node = client, .retained = retained };

	h.life = s->clients[client].life;
	h.message = m;
	if (sim_in(s, s->weather.lose)) {
		sim_note(s, "lost to %s: %s", sim_name(s, client), m->topic);
		if (is_claim(m->topic))
			disturbed(s);
		return;
	}
	h.at_ms = when(s, &s->clients[client].out_ms);
	if (is_claim(m->topic) && h.at_ms - s->now_ms > FAST_MS / 2)
		disturbed(s);
	sim_at(s, h);
	if (sim_in(s, s->weather.repeat)) {
		h.at_ms += sim_below(s, 5000);
		if (is_claim(m->topic))
			disturbed(s);
		sim_at(s, h);
	}
}

static void keep_retained(struct sim *s, const struct message *m)
{
	for (size_t i = 0; i < COUNT_OF(s->kept); i++) {
		if (s->kept[i].message && strcmp(s->kept[i].topic, m->topic) != 0)
			continue;
		slice_copy(slice_of(m->topic), s->kept[i].topic, sizeof(s->kept[i].topic));
		s->kept[i].message = m;
		return;
	}
}

static void spread(struct sim *s, const struct message *m)
{
	if (m->retain)
		keep_retained(s, m);
	for (int i = 0; i <= s->lane_count; i++)
		if (s->clients[i].connected && wants(s, i, m->topic))
			deliver(s, i, m, false);
}

static const struct message *make(struct sim *s, const char *topic, struct slice payload,
				  bool retain)
{
	struct message m = { .retain = retain };

	m.topic = sim_keep(s, topic, strlen(topic));
	m.payload = (struct slice){ sim_keep(s, payload.p, payload.n), payload.n };
	return sim_keep(s, &m, sizeof(m));
}

int pipe_publish(struct sim *s, int node, const char *topic, struct slice payload, bool retain)
{
	struct client *c = &s->clients[node];
	struct happening h = { .kind = AT_BROKER, .node = node, .life = c->life };
	struct happening ack = { .kind = AT_PUBACK, .node = node, .life = c->life };

	if (!c->connected)
		return 0; /* gone, and its end does not know yet */
	h.message = make(s, topic, payload, retain);
	h.at_ms = when(s, &c->in_ms);
	sim_note(s, "%s says %s %.*s", sim_name(s, node), topic, (int)payload.n, payload.p);
	if (sim_in(s, s->weather.lose)) {
		sim_note(s, "lost from %s: %s", sim_name(s, node), topic);
		if (is_claim(topic))
			disturbed(s);
	} else {
		if (is_claim(topic) && h.at_ms - s->now_ms > FAST_MS / 2)
			disturbed(s);
		sim_at(s, h);
	}
	if (node != SIM_HQ) {
		ack.at_ms = h.at_ms + 1;
		sim_at(s, ack);
	}
	if (sim_in(s, 100))
		s->old[s->old_n++ % SIM_OLD_MAX] = h.message;
	return 0;
}

void pipe_arrived(struct sim *s, const struct happening *h)
{
	const bool same = s->clients[h->node].life == h->life;

	if (!s->broker_up || (!same && sim_in(s, 500))) {
		if (is_claim(h->message->topic))
			disturbed(s);
		return;
	}
	spread(s, h->message);
}

void pipe_say_old(struct sim *s)
{
	if (s->old_n == 0 || !s->broker_up)
		return;
	spread(s, s->old[sim_below(s, s->old_n < SIM_OLD_MAX ? s->old_n : SIM_OLD_MAX)]);
	disturbed(s);
}

void pipe_inject(struct sim *s, const char *topic, struct slice payload)
{
	sim_note(s, "somebody says %s %.*s", topic, (int)payload.n, payload.p);
	spread(s, make(s, topic, payload, false));
}

/* ---- connections ---- */

static void tell_will(struct sim *s, struct client *c)
{
	if (c->will_life == 0)
		return;
	c->will_life = 0;
	spread(s, make(s, c->will_topic, c->will, true));
}

void pipe_connect(struct sim *s, int node, const char *will_topic, struct slice will)
{
	struct client *c = &s->clients[node];

	/* The broker throws the old connection out first. */
	if (s->broker_up && c->will_life)
		tell_will(s, c);
	c->connected = true;
	c->life++;
	c->in_ms = c->out_ms = s->now_ms;
	c->will_topic = sim_keep(s, will_topic, strlen(will_topic));
	c->will = (struct slice){ sim_keep(s, will.p, will.n), will.n };
	disturbed(s);
	sim_note(s, "%s connected", sim_name(s, node));
	for (size_t i = 0; i < COUNT_OF(s->kept); i++)
		if (s->kept[i].message && wants(s, node, s->kept[i].topic))
			deliver(s, node, s->kept[i].message, true);
}

void pipe_cut(struct sim *s, int node)
{
	struct happening h = { .kind = AT_WILL, .node = node };
	struct client *c = &s->clients[node];

	if (!c->connected)
		return;
	sim_note(s, "%s is cut off", sim_name(s, node));
	c->connected = false;
	disturbed(s);
	c->will_life = h.life = c->life;
	c->life++; /* what is under way does not arrive */
	h.at_ms = s->now_ms + sim_below(s, sim_in(s, 500) ? 20 : MISSED_MAX_MS);
	sim_at(s, h);
}

void pipe_missed(struct sim *s, const struct happening *h)
{
	struct client *c = &s->clients[h->node];

	if (c->will_life == h->life && s->broker_up)
		tell_will(s, c);
}

void pipe_restart(struct sim *s, bool keeps)
{
	sim_note(s, "the broker restarts%s", keeps ? "" : " and remembers nothing");
	for (int i = 0; i <= s->lane_count; i++) {
		if (i == SIM_HQ)
			hq_cut(s);
		else
			lane_cut(s, i - 1);
		s->clients[i].will_life = 0;
	}
	if (!keeps)
		memset(s->kept, 0, sizeof(s->kept));
}
