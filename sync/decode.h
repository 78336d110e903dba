// SPDX-License-Identifier: Apache-2.0
/*
 * The shapes of what HQ says (INTERFACES section 4): from JSON text that json_check accepted to
 * a typed event with spans into that text. Only what the protocol needs to number and route a
 * message is checked here; what is inside `ops`, `upto` and `reject` is judged by the step, op
 * by op, so that one bad record never holds up a stream.
 */
#ifndef LADA_SYNC_DECODE_H
#define LADA_SYNC_DECODE_H

#include "firmware/base/json.h"
#include "firmware/door.h"

#define DECODE_PARTS_MAX 1000000 /* parts of one snapshot */

/* A message on a down topic of `stream`: 0 and ret_event (kind DOOR_DOWN), or
 * -EBADMSG wrong types or missing members, -ENOENT it names another stream than its topic,
 * -ENOMSG well-formed, but nothing this version acts on (an answer to a later kind of ask). */
int decode_down(struct slice text, struct json root, enum stream stream, bool direct,
		struct door_event *ret_event);

/* 0 and ret_event (kind DOOR_ACK), or -EBADMSG. */
int decode_ack(struct slice text, struct json root, struct door_event *ret_event);

/* 0 and ret_event (kind DOOR_CMD), or -EBADMSG. */
int decode_cmd(struct slice text, struct json root, struct door_event *ret_event);

/* 0 and ret_event (kind DOOR_BEAT); ret_n is the beat's counter, -1 where it has none. -EBADMSG. */
int decode_beat(struct json root, struct door_event *ret_event, int64_t *ret_n);

/*
 * What other lanes of the store say. `lane` is the topic's, `store` and `own` this station's.
 * 0 and ret_event; -ENOMSG: well-formed and nothing for this station; -EBADMSG.
 */
int decode_up(struct slice text, struct json root, const char *store, const char *lane,
	      struct door_event *ret_event);					    /* DOOR_UP */
int decode_state(struct json root, const char *lane, struct door_event *ret_event); /* DOOR_LANE */
int decode_ask(struct json root, const char *lane, const char *own,
	       struct door_event *ret_event);			  /* DOOR_AGAIN, DOOR_TOLD */
int decode_claim(struct json root, struct door_event *ret_event); /* DOOR_CLAIM */

#endif
