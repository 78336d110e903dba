// SPDX-License-Identifier: Apache-2.0
/*
 * The station's side of the protocol (INTERFACES section 4; PROTOCOL.md): what arrives on a topic
 * becomes an event at the door, what the step wants published goes to the pipe. No I/O: a pipe is
 * two functions, clock and chance are given, so a simulation drives it like sync/link.c does.
 *
 * The pipe's owner calls, on one thread:
 *   sync_attempt     before connecting: a new connection number and its will
 *   sync_up          connected, and every subscription of sync_subscription() is granted
 *   sync_receive     a message came, its topic and payload borrowed
 *   sync_delivered   one published message was taken by the broker (PUBACK)
 *   sync_down        the connection is gone, with everything that was under way in it
 *   sync_tick        at the time wake() asked for; also harmless at any other
 *
 * What is not let in (wrong signature, no JSON, wrong types, too big) is counted by
 * reason, and reported as DOOR_REFUSED, a flood of it only in part.
 */
#ifndef LADA_SYNC_SYNC_H
#define LADA_SYNC_SYNC_H

#include "firmware/base/clock.h"
#include "firmware/door.h"
#include "firmware/trust/frame.h"
#include "firmware/trust/keys.h"
#include "sync/route.h"

#define SYNC_PUBACK_MAX	      256 /* published, not yet taken by the broker */
#define SYNC_PUBACK_WINDOW    192 /* no row is sent again while more than this are under way */
#define SYNC_HEARTBEAT_BYTES  16384
#define SYNC_HEARTBEAT_MIN_MS 1000
#define SYNC_HEARTBEAT_MAX_MS 30000

/* Everything is borrowed until sync_free(). Empty strings where something is not set. */
struct sync_setup {
	const char *host;
	int port;
	bool tls;
	const char *ca, *cert, *key; /* files, for TLS; ca "": the system's authorities */
	const char *user, *password;
	const char *prefix, *store, *lane; /* checked by firmware/config.c */
	const struct trust_keys *keys;
	const struct trust_pair *pair; /* the station's identity; NULL where sign is false */
	bool sign;
	int64_t epoch;
	int64_t known_ms;   /* at sync_start() it is at least this wall time, 0 not known: a clock
			     * that has lost its battery judges certificates by it */
	int64_t first_conn; /* number of the first connection of this process */
	int64_t first_beat; /* the least counter a signed beat may have: above those of earlier
			       lives */
};

struct sync_pipe {
	/* QoS 1; 0 or a negative errno (then nothing is under way). Topic and payload are borrowed
	 * for the call. Only called between sync_up() and sync_down(). */
	int (*publish)(void *ctx, const char *topic, struct slice payload, bool retain);
	/* sync_tick() is wanted at this monotonic time; a later call replaces an earlier one. May
	 * be NULL. */
	void (*wake)(void *ctx, int64_t mono_ms);
	void *ctx;
};

struct sync;

/* 0, -ENOMEM, -ENAMETOOLONG (prefix). */
int sync_new(const struct sync_setup *setup, const struct sync_pipe *pipe, struct door *door,
	     const struct clock *clock, struct sync **ret_sync);
void sync_free(struct sync *sync);

/* What the step wants of the network: OUT_UP, OUT_ACKED, OUT_ASK, OUT_CLAIM, OUT_HEARTBEAT, and
 * OUT_KEYS and OUT_LANES, which say whose signatures count; other kinds are ignored. A heartbeat's
 * payload is the state message behind `{"online":true,"conn":N,`, with its closing brace. What
 * cannot go now is dropped: rows are sent again, asks repeat. */
void sync_output(struct sync *sync, const struct door_out *out, struct slice payload);
bool sync_connected(const struct sync *sync);
/* Prometheus text. */
void sync_metrics(const struct sync *sync, struct buf *text);

/* The i-th topic to subscribe, NULL behind the last. */
const char *sync_subscription(const struct sync *sync, int i);
/* Both stay valid until the next call. */
void sync_attempt(struct sync *sync, const char **ret_topic, struct slice *ret_will);
void sync_up(struct sync *sync);
void sync_down(struct sync *sync);
void sync_receive(struct sync *sync, const char *topic, struct slice payload, bool retained);
void sync_delivered(struct sync *sync);
void sync_tick(struct sync *sync);
/* Why the broker is not reached ("" when it is), and whether another client uses our client id;
 * the door is told what has changed. */
void sync_broker(struct sync *sync, const char *trouble, bool taken);
/* Says `online: false` before a clean end. After it nothing is published, and the door is not
 * used any more. */
void sync_goodbye(struct sync *sync);
/* Messages the broker has not taken yet. */
int sync_outstanding(const struct sync *sync);
/* The ctx of its pipe: sync/link.c finds itself by it. */
void *sync_pipe_ctx(const struct sync *sync);

#endif
