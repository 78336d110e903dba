// SPDX-License-Identifier: Apache-2.0
/*
 * The broker on the loop: libmosquitto 2.0 driven by libuv, and sync/sync.c driven by both.
 *
 * Every attempt makes a new client, so nothing of a lost connection lives on in the library.
 * Names are resolved and the connect is begun on a libuv worker, because mosquitto_connect_async
 * blocks in getaddrinfo; from then on the loop thread alone touches the client. A name that has
 * addresses of both families is tried with IPv4 only in every other attempt, since libmosquitto
 * never gets to a second address when a non-blocking connect fails.
 *
 * The process must ignore SIGPIPE (OpenSSL writes without MSG_NOSIGNAL). libmosquitto has no
 * limit of its own on what it takes in: one message is held in memory whole (MQTT's limit is
 * 256 MB) before sync drops it; set the broker's message_size_limit.
 */
#ifndef LADA_SYNC_LINK_H
#define LADA_SYNC_LINK_H

#include <uv.h>

#include "sync/sync.h"

/* Begins at once and keeps trying. 0, -ENOMEM, -ENAMETOOLONG. The sync belongs to its link. */
int sync_start(uv_loop_t *loop, struct door *door, const struct sync_setup *setup,
	       const struct clock *clock, struct sync **ret_sync);
/* Says goodbye to the broker and closes; within about a second, on the loop, which the caller
 * keeps running until it is empty. Then everything is freed: `sync` is not to be used again.
 * Only a hanging name resolution can take longer; a caller in a hurry just exits. */
void sync_stop(struct sync *sync);

#endif
