// SPDX-License-Identifier: Apache-2.0
/*
 * What the step shows: the screens' documents, customer displays, the heartbeat and the figures.
 * On the step thread, at a step's end.
 */
#ifndef LADA_FIRMWARE_DOCUMENTS_H
#define LADA_FIRMWARE_DOCUMENTS_H

#include "firmware/station.h"

/* ---- displays.c: what the customer displays of a desk show ---- */

void displays_publish(struct station *st);
void displays_tick(struct station *st);
/* The return code of what was just handed over at this desk. */
void display_receipt(struct station *st, enum desk desk, struct slice order, const char *document);

/* ---- queue.c ---- */

void queue_refresh(struct station *st);
/* An order left: who waits for the answer does not wait for the others to be read again, which is
 * done a tick later. */
void queue_without(struct station *st, const char *order);
void queue_tick(struct station *st);
void queue_document(struct station *st, struct buf *b); /* members `queue`, `tasks`: for staff */
void queue_board(struct station *st, struct buf *b);	/* member `queue`, for customers */

/* ---- documents.c ---- */

void documents_publish(struct station *st);
/* Member `cursors` of the heartbeat. */
void documents_streams(struct station *st, struct buf *b);
/* Is it another text than the one of `last`, which becomes its hash? HASH_BYTES. */
bool document_differs(struct slice text, uint8_t *last);

/* ---- documents_beat.c ---- */

void documents_devices_brief(struct station *st, struct buf *b); /* member `devices` */
void heartbeat_publish(struct station *st);
void metrics_publish(struct station *st);

#endif
