// SPDX-License-Identifier: Apache-2.0
/*
 * Leases: which of several `serve` on one database speaks for which store.
 *
 * An instance keeps a row that says until when it lives, by the database's clock, and renews it
 * while it is at the broker. A store's row in `lease` names its owner, and a fence that rises
 * with each new owner. Stores whose owner lives no longer, and new ones, are taken by the others,
 * each its share; who has too many gives some back. Whoever takes events or publishes for a store
 * asks lease_holds() first, in that transaction: it holds the row until the commit, so nobody can
 * take the store in between, and a slow instance that has lost it writes nothing more.
 *
 * The store `hq` (no store may be called so) stands for what is there once: the beat, and
 * listening for stores that HQ has never heard of.
 *
 * All this is for databases that are shared; without leases every store is ours.
 */
#ifndef LADA_SYNC_HQ_LEASE_H
#define LADA_SYNC_HQ_LEASE_H

#include "sync/hq/hq.h"

#define LEASE_MS	 10000 /* so long after its death an instance's stores are taken over */
#define LEASE_LIFE_MS	 7000  /* what a renewal gives; the rest is for the others to notice */
#define LEASE_TICK_MS	 1500
#define LEASE_NAME_MAX	 96
#define LEASE_STORES_MAX 100000
#define LEASE_HQ	 "hq"

struct lease_store {
	char store[ID_MAX + 1];
	int64_t fence;
	int64_t checked; /* the transaction that holds the row */
	bool heard;	 /* subscribed to; lease.c leaves it alone for stores that stay */
};

struct lease {
	struct hq *hq;
	char name[LEASE_NAME_MAX];
	uint64_t chance;	   /* the part of the name that makes it this process's */
	struct lease_store *store; /* sorted by their ids */
	size_t count, cap;
	int64_t life; /* of the database connection that has our table `mine` */
	int64_t next_ms;
	bool changed; /* the list, since the owner last looked */
};

/* Gives the instance a name, and itself to hq->lease. */
void lease_open(struct lease *l, struct hq *hq);
/* Frees; the rows stay until they lapse. */
void lease_close(struct lease *l);
/* Renews, takes, gives back; a transaction of its own. Call it often: it does nothing before it
 * is due. 0, -EAGAIN or -EIO as db_commit(). */
int lease_tick(struct lease *l, int64_t now_ms);
/* Makes the next lease_tick() due. */
void lease_hurry(struct lease *l);
/* Gives all back at once. *ret_alone: nobody else lives. */
int lease_release(struct lease *l, bool *ret_alone);

/* As far as we know; true without leases. */
bool lease_mine(const struct hq *hq, const char *store);
/* Is it ours in this transaction, which it begins, and until its end? True without leases. */
bool lease_holds(struct hq *hq, const char *store);
/* Somebody spoke for a store that is not ours: nobody's may be new. */
void lease_meet(struct hq *hq, const char *store);

#endif
