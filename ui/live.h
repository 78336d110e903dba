// SPDX-License-Identifier: Apache-2.0
/*
 * Live streams: server-sent events (WHATWG HTML, 9.2) of a screen's documents.
 *
 * A stream never queues: it holds the document it is sending, and takes the newest when that
 * is through. While it has nothing to send its connection is suspended; a comment every
 * `comment_ms` finds out whether the client is still there.
 */
#ifndef LADA_UI_LIVE_H
#define LADA_UI_LIVE_H

#include "ui/inside.h"

/* Answers r with a stream; 503 when there are UI_STREAMS_MAX. */
enum MHD_Result live_begin(struct request *r);
/* The request of this stream ended. */
void live_end(struct stream_client *s);
/* `screen` has a new document; `before` is the serial of the one it replaced, 0 none. */
void live_publish(struct ui *ui, enum screen screen, uint64_t before);
/* Sessions changed: streams that may see more or less now switch. */
void live_sessions(struct ui *ui);
/* Comments to all, an end to those that take nothing. */
void live_tick(struct ui *ui);
void live_stop(struct ui *ui);

#endif
