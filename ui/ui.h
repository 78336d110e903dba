// SPDX-License-Identifier: Apache-2.0
/*
 * The local web: pages, state documents, live streams and the verbs of INTERFACES section 5.
 *
 * ui runs on the loop thread only, has no thread of its own and decides nothing: a verb goes
 * through the door and its caller is parked until the OUT_REPLY with its number comes; pages
 * read the last published document. What it keeps is one document per screen, the open sessions
 * (UI_SESSIONS_MAX) and the connections (UI_CONNECTIONS_MAX); nothing grows beyond these.
 *
 * Owner: the caller owns loop, door and everything in the setup, and keeps door and `ctx` alive
 * until ui_stop(). Strings of the setup are copied. Times are monotonic milliseconds of the loop.
 * Fails: only ui_start(), with a message for a person. Raises no SIGPIPE.
 */
#ifndef LADA_UI_UI_H
#define LADA_UI_UI_H

#include <uv.h>

#include "firmware/base/bytes.h"
#include "firmware/door.h"

#define UI_HOST_MAX	   256 /* a host name with its port and a NUL */
#define UI_HOSTS_MAX	   8   /* further host names */
#define UI_CONNECTIONS_MAX 256 /* all connections */
#define UI_STREAMS_MAX	   192 /* of these, live streams; the rest is left for presses */
#define UI_SESSIONS_MAX	   64
#define UI_BODY_MAX	   65536 /* bytes of a POST's body */
#define UI_HEADERS_MAX	   8192	 /* bytes of a request's head */
#define UI_METRICS_MAX	   131072
#define UI_DEVICES_MAX	   262144
#define UI_RECORD_MAX_S	   3600

struct ui_setup {
	const char *listen_host;	  /* bound exactly; IPv6 with or without brackets */
	int listen_port;		  /* 0: any free one, see ui_port() */
	const char (*hosts)[UI_HOST_MAX]; /* further Host names, each with or without a port */
	int host_count;
	/* Writes the station's own metrics, text format 0.0.4. NULL: none. */
	void (*metrics)(void *ctx, struct buf *b);
	/* Did the step answer within the last 10 s? NULL: always. */
	bool (*healthy)(void *ctx);
	/* For the operator: what is plugged in and who has it, a JSON object. NULL: none. */
	void (*devices)(void *ctx, struct buf *b);
	/* For the operator: writes a device's conversation down for so many seconds, 0 ends it.
	 * 0, or negative errno with a reason. NULL: none. */
	int (*record)(void *ctx, const char *name, int seconds, const char **ret_why);
	void *ctx;
	int comment_ms; /* between comments on a live stream; 0 = 15 s. Tests shorten it. */
	int answer_ms;	/* a press without a reply is given up after it; 0 = 2.95 s, likewise */
};

struct ui;

/* NULL with a message in ret_message when the address cannot be had or memory is short. */
struct ui *ui_start(uv_loop_t *loop, struct door *door, const struct ui_setup *setup,
		    char *ret_message, size_t cap);
int ui_port(const struct ui *ui);
/* Takes OUT_REPLY, OUT_SCREEN and OUT_SESSION; others are ignored. Copies the payload. */
void ui_output(struct ui *ui, const struct door_out *out, struct slice payload);
/* Ends all connections. The memory goes when the loop has run the handles' close callbacks. */
void ui_stop(struct ui *ui);

#endif
