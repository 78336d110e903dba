// SPDX-License-Identifier: Apache-2.0
/*
 * The broker, through libmosquitto, on the caller's poll loop.
 *
 * A lost connection is tried again after a growing pause with jitter, at most LINK_PAUSE_MAX_MS.
 * mosquitto_connect() blocks while it resolves and connects; HQ without its broker has nothing
 * else to do, and the signals that end it are let through meanwhile.
 */
#ifndef LADA_SYNC_HQ_LINK_H
#define LADA_SYNC_HQ_LINK_H

#include <mosquitto.h>

#include "firmware/base/bytes.h"
#include "firmware/base/clock.h"

#define LINK_TEXT_MAX	  256
#define LINK_PAUSE_MAX_MS 5000 /* all stations wait for this one */
#define LINK_WINDOW_MAX	  1000 /* messages on their way to the broker at once */
#define LINK_KEEPALIVE_S  20

struct link_options {
	char host[LINK_TEXT_MAX];
	int port;
	bool tls;
	const char *prefix;
	const char *ca, *cert, *key; /* files or NULL */
	const char *user, *password; /* or NULL */
};

/* mqtt://HOST[:PORT] or mqtts://…; an IPv6 address in brackets. 0 or -EINVAL. */
int link_parse_url(const char *url, struct link_options *opt);

struct link {
	struct mosquitto *m;
	struct link_options opt;
	struct clock clock;
	bool connected;
	bool fresh; /* connected since the owner last looked */
	int waiting;
	int64_t pause_ms, retry_at_ms;
	void (*on_message)(void *ctx, const char *topic, struct slice payload, bool retained);
	void *ctx;
};

/* on_message and ctx are set by the caller afterwards. -ENOMEM, -EINVAL (TLS files). */
int link_open(struct link *link, const struct link_options *opt, const struct clock *clock,
	      const char *client_id);
void link_close(struct link *link);
/* For the next connection. */
void link_will(struct link *link, const char *topic, struct slice payload);
/* -1 and 0 without a connection. */
int link_fd(const struct link *link);
short link_events(const struct link *link);
/* Everything that is due: connect, read what came (bounded), write, keep alive. */
void link_turn(struct link *link);
/* To what a store's lanes say, or no longer; "+" = of all stores. A new connection knows nothing.
 */
void link_listen(struct link *link, const char *store, bool on);
void link_listen_topic(struct link *link, const char *below, bool on);
bool link_has_room(const struct link *link);
int link_publish(struct link *link, const char *topic, struct slice payload, bool retain);

#endif
