// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/link.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/log.h"

#define READS_MAX    64 /* a turn: more messages a commit, but beats must not starve */
#define INFLIGHT_MAX 256
#define PAUSE_MIN_MS 250

int link_parse_url(const char *url, struct link_options *opt)
{
	const char *host, *colon, *end;

	opt->tls = strncmp(url, "mqtts://", 8) == 0;
	if (!opt->tls && strncmp(url, "mqtt://", 7) != 0)
		return -EINVAL;
	host = url + (opt->tls ? 8 : 7);
	end = strchr(host, ']');
	if (*host == '[' && end) {
		host++;
		colon = end + 1;
	} else {
		end = host + strcspn(host, ":/");
		colon = end;
	}
	opt->port = opt->tls ? 8883 : 1883;
	if (*colon == ':') {
		char *rest;
		long port = strtol(colon + 1, &rest, 10);

		if (rest == colon + 1 || port < 1 || port > 65535)
			return -EINVAL;
		opt->port = (int)port;
		colon = rest;
	}
	if (*colon && strcmp(colon, "/") != 0)
		return -EINVAL;
	if (end == host || memchr(host, '@', (size_t)(end - host)))
		return -EINVAL;
	return slice_copy((struct slice){ host, (size_t)(end - host) }, opt->host,
			  sizeof(opt->host)) < 0
		       ? -EINVAL
		       : 0;
}

/* ---- what libmosquitto tells ---- */

static void on_connect(struct mosquitto *m, void *ctx, int rc)
{
	struct link *link = ctx;

	(void)m;
	if (rc != 0) {
		log_warning("broker refuses: %s", mosquitto_connack_string(rc));
		return;
	}
	log_notice("connected to %s:%d", link->opt.host, link->opt.port);
	link->connected = true;
	link->fresh = true;
	link->pause_ms = 0;
}

static void on_disconnect(struct mosquitto *m, void *ctx, int rc)
{
	struct link *link = ctx;

	(void)m;
	if (link->connected && rc != 0)
		log_warning("broker lost: %s", mosquitto_strerror(rc));
	link->connected = false;
}

static void on_message(struct mosquitto *m, void *ctx, const struct mosquitto_message *msg)
{
	struct link *link = ctx;
	struct slice payload = { msg->payload ? msg->payload : "", (size_t)msg->payloadlen };

	(void)m;
	link->on_message(link->ctx, msg->topic, payload, msg->retain);
}

/* A broker that answers 128 will send us nothing of it. */
static void on_subscribe(struct mosquitto *m, void *ctx, int id, int count, const int *granted)
{
	const struct link *link = ctx;

	(void)m;
	(void)id;
	for (int i = 0; i < count; i++) {
		if (granted[i] >= 128) {
			log_error("broker: this user may not hear %s/...: give it the rights that "
				  "`lada-hq acl` prints",
				  link->opt.prefix);
			return;
		}
	}
}

static void on_publish(struct mosquitto *m, void *ctx, int id)
{
	struct link *link = ctx;

	(void)m;
	(void)id;
	if (link->waiting > 0)
		link->waiting--;
}

/* ---- opening ---- */

int link_open(struct link *link, const struct link_options *opt, const struct clock *clock,
	      const char *client_id)
{
	*link = (struct link){ .opt = *opt, .clock = *clock };
	mosquitto_lib_init();
	link->m = mosquitto_new(client_id, true, link);
	if (!link->m)
		return -ENOMEM;
	mosquitto_connect_callback_set(link->m, on_connect);
	mosquitto_disconnect_callback_set(link->m, on_disconnect);
	mosquitto_message_callback_set(link->m, on_message);
	mosquitto_publish_callback_set(link->m, on_publish);
	mosquitto_subscribe_callback_set(link->m, on_subscribe);
	mosquitto_int_option(link->m, MOSQ_OPT_TCP_NODELAY, 1);
	mosquitto_max_inflight_messages_set(link->m, INFLIGHT_MAX);
	if (opt->user && mosquitto_username_pw_set(link->m, opt->user, opt->password) != 0)
		return -EINVAL;
	if (opt->tls && mosquitto_tls_set(link->m, opt->ca, opt->ca ? NULL : "/etc/ssl/certs",
					  opt->cert, opt->key, NULL) != 0)
		return -EINVAL;
	return 0;
}

void link_close(struct link *link)
{
	if (!link->m)
		return;
	if (link->connected) {
		struct pollfd p = { .fd = link_fd(link), .events = POLLOUT };

		/* What was published last, and the good-bye, should still go out. */
		for (int i = 0; i < 20 && mosquitto_want_write(link->m); i++) {
			poll(&p, 1, 50);
			mosquitto_loop_write(link->m, 1);
		}
		mosquitto_disconnect(link->m);
	}
	mosquitto_destroy(link->m);
	mosquitto_lib_cleanup();
	link->m = NULL;
}

void link_will(struct link *link, const char *topic, struct slice payload)
{
	mosquitto_will_set(link->m, topic, (int)payload.n, payload.p, 1, true);
}

/* ---- turning ---- */

int link_fd(const struct link *link)
{
	return mosquitto_socket(link->m);
}

short link_events(const struct link *link)
{
	if (link_fd(link) < 0)
		return 0;
	return (short)(POLLIN | (mosquitto_want_write(link->m) ? POLLOUT : 0));
}

static void try_connect(struct link *link)
{
	int64_t now = link->clock.mono_ms(link->clock.ctx);
	sigset_t ends, before;
	uint32_t chance;
	int rc;

	if (now < link->retry_at_ms)
		return;
	link->connected = false;
	link->pause_ms = link->pause_ms ? link->pause_ms * 2 : PAUSE_MIN_MS;
	if (link->pause_ms > LINK_PAUSE_MAX_MS)
		link->pause_ms = LINK_PAUSE_MAX_MS;
	link->clock.random(link->clock.ctx, &chance, sizeof(chance));
	link->retry_at_ms = now + PAUSE_MIN_MS + chance % (link->pause_ms - PAUSE_MIN_MS + 1);
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigprocmask(SIG_UNBLOCK, &ends, &before);
	rc = mosquitto_connect(link->m, link->opt.host, link->opt.port, LINK_KEEPALIVE_S);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (rc != MOSQ_ERR_SUCCESS)
		log_warning("no broker at %s:%d: %s%s", link->opt.host, link->opt.port,
			    rc == MOSQ_ERR_ERRNO ? strerror(errno) : mosquitto_strerror(rc),
			    rc == MOSQ_ERR_TLS ? " Is its certificate for this host, and from an "
						 "authority of --ca?"
					       : "");
}

void link_turn(struct link *link)
{
	if (link_fd(link) < 0)
		try_connect(link);
	for (int i = 0; i < READS_MAX && link_fd(link) >= 0; i++) {
		struct pollfd p = { .fd = link_fd(link), .events = POLLIN };

		if (poll(&p, 1, 0) <= 0)
			break;
		if (mosquitto_loop_read(link->m, 1) != MOSQ_ERR_SUCCESS)
			break;
	}
	if (link_fd(link) >= 0 && mosquitto_want_write(link->m))
		mosquitto_loop_write(link->m, 1);
	mosquitto_loop_misc(link->m);
	if (link_fd(link) < 0)
		link->connected = false;
}

bool link_has_room(const struct link *link)
{
	return link->connected && link->waiting < LINK_WINDOW_MAX;
}

/* In one packet, or 10,000 stores would be 30,000 of them. */
void link_listen(struct link *link, const char *store, bool on)
{
	static const char *const what[] = { "up", "ask", "state" };
	char topic[COUNT_OF(what)][LINK_TEXT_MAX + LINK_TEXT_MAX];
	char *topics[COUNT_OF(what)];

	for (size_t i = 0; i < COUNT_OF(what); i++) {
		text_fmt(topic[i], sizeof(topic[i]), "%s/%s/+/%s", link->opt.prefix, store,
			 what[i]);
		topics[i] = topic[i];
	}
	if (on)
		mosquitto_subscribe_multiple(link->m, NULL, COUNT_OF(what), topics, 1, 0, NULL);
	else
		mosquitto_unsubscribe_multiple(link->m, NULL, COUNT_OF(what), topics, NULL);
}

void link_listen_topic(struct link *link, const char *below, bool on)
{
	char topic[LINK_TEXT_MAX + LINK_TEXT_MAX];

	text_fmt(topic, sizeof(topic), "%s/%s", link->opt.prefix, below);
	if (on)
		mosquitto_subscribe(link->m, NULL, topic, 1);
	else
		mosquitto_unsubscribe(link->m, NULL, topic);
}

int link_publish(struct link *link, const char *topic, struct slice payload, bool retain)
{
	int rc = mosquitto_publish(link->m, NULL, topic, (int)payload.n, payload.p, 1, retain);

	/* Queued in memory without a connection, too (MOSQ_ERR_NO_CONN). */
	if (rc == MOSQ_ERR_SUCCESS || rc == MOSQ_ERR_NO_CONN)
		link->waiting++;
	return rc == MOSQ_ERR_SUCCESS ? 0 : -EIO;
}
