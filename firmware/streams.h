// SPDX-License-Identifier: Apache-2.0
/*
 * What HQ says of orders, products, stock and people: streams, their snapshots, the changes in
 * them, and what records are looked up by. On the step thread, inside a step's transaction.
 */
#ifndef LADA_FIRMWARE_STREAMS_H
#define LADA_FIRMWARE_STREAMS_H

#include "firmware/station.h"

/* ---- stream.c: what HQ says ---- */

void stream_down(struct station *st, const struct door_down *d, struct slice payload);
void stream_link_up(struct station *st);
void stream_tick(struct station *st);
/* Takes a stream anew, by a snapshot. */
void stream_resync(struct station *st, enum stream s);
void stream_resync_over(struct station *st, enum stream s); /* its snapshot begins */
/* Is there work left of what HQ sent? Does a slice of it. */
bool stream_busy(const struct station *st);
void stream_work(struct station *st);
void stream_ask_now(struct station *st, enum stream s);
void stream_ask_soon(struct station *st, enum stream s, int64_t in_ms);
#define ASK_AGAIN_MS 4000 /* plus jitter: at most 5 s */
void stream_look_for_held(struct station *st, enum stream s, const struct cursor *c);
/* `upto`: what HQ had heard of each lane when it wrote this. */
void stream_take_upto(struct station *st, enum stream s, struct slice upto);
/* Asks HQ for one order; the ask's id. */
void stream_ask_order(struct station *st, const char *order, char ret_ask[ULID_TEXT_MAX]);
/* Asks HQ to set points aside; `ask` "" takes the ask's id, else this one is said again. */
void stream_ask_grant(struct station *st, const char *member, int64_t points, const char *order,
		      char ask[ULID_TEXT_MAX]);

/* ---- snapshot.c: a stream from its beginning, part by part ---- */

void snapshot_ask(struct station *st, enum stream s, const struct shadow *sh);
void snapshot_offer(struct station *st, const struct door_down *d, struct slice payload);
void snapshot_part(struct station *st, const struct door_down *d, struct slice payload);
void snapshot_gone(struct station *st, const struct door_down *d);
/* A part is begun and goes on with the next step: it stays in the door. */
bool snapshot_cut(const struct station *st);
/* Drops some guests that the stream has brought by itself meanwhile. */
void snapshot_drop_guests(struct station *st);

/* ---- ops.c: its changes, one by one ---- */

struct ops_target {
	enum stream stream;
	int64_t gen;
	int64_t epoch, seq; /* for dead letters */
	int64_t count;	    /* kept up to date */
	uint64_t sum;
	bool live;  /* the stream's live generation: facts and conflicts matter */
	bool quiet; /* applied a second time, to a shadow: rejects were told already */
	int rejects;
};
void ops_apply(struct station *st, struct ops_target *t, struct slice ops);
/* The same from byte *at on, 0 to begin, as much as a step may take and until somebody waits at
 * the counter; *at is then behind what was applied. True: that was all. */
bool ops_apply_slice(struct station *st, struct ops_target *t, struct slice ops, size_t *at);

/* ---- filing.c: what records are looked up by ---- */

void file_record(struct station *st, enum stream stream, int64_t gen, const char *id,
		 struct json body);
/* The same for an order that was just read, without reading it again. */
void file_order(struct station *st, int64_t gen, const char *id, const struct order *o);
/* The keys of a body that is replaced. */
void file_record_out(struct station *st, enum stream stream, int64_t gen, const char *id,
		     struct slice text);
/* An order's status by its record and this store's facts. */
void file_order_status(struct station *st, int64_t gen, struct slice order);
/* Orders this store has done with are no longer filed as waiting: many at once, so that a handover
 * writes less. */
void file_out_done(struct station *st);
/* HQ took back what the store did: in the live records and in a snapshot coming in. */
void file_reopened(struct station *st, struct slice order);
/* At start: products that an earlier version filed by fewer codes are filed again, once. */
void files_again(struct station *st);
/* At start: count and sum of every stream follow from the records that are there (recount.c). */
void station_recount(struct station *st);

#endif
