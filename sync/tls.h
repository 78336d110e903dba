// SPDX-License-Identifier: Apache-2.0
/*
 * TLS to the broker: version 1.2 at least, the broker's certificate checked against the pinned
 * authorities and its name, our own certificate where one is configured. libmosquitto's own
 * set-up says "certificate verify failed" of everything, so the context is made here, and what
 * goes wrong is written down in words a person can act on.
 */
#ifndef LADA_SYNC_TLS_H
#define LADA_SYNC_TLS_H

#include "sync/sync.h"

/* Outlives the context. */
struct tls_watch {
	const struct sync_setup *setup;
	int64_t now_ms;	  /* the wall clock when the connection was begun... */
	int64_t least_ms; /* ...and what it is at least; certificates are judged by the later */
	bool wanted;	  /* the broker asked for our certificate */
	char trouble[BROKER_TROUBLE_MAX]; /* "" while nothing is wrong; the first thing counts */
};

/* An SSL_CTX, or NULL with watch->trouble. Reads files. */
void *tls_context(struct tls_watch *watch);
void tls_context_free(void *context);
/* Why it may have hung up before it answered, where it did not say; NULL when nothing is known.
 * With TLS 1.3 a broker's word about our certificate comes after the handshake, and is lost where
 * its reset overtakes it. */
const char *tls_hung_up(const struct tls_watch *watch);

#endif
