// SPDX-License-Identifier: Apache-2.0
/*
 * What the files of ui/ share, and nobody else includes: the structs that hang on struct ui.
 *
 * A connection (struct conn) lives as long as its socket; a request as long as the HTTP library
 * needs it, from its first header to the last byte of its answer; a stream as long as its
 * request. All of them belong to struct ui and are touched on the loop thread only.
 *
 * The library's facts (libmicrohttpd 0.9.75, microhttpd.h): a suspended connection is not
 * polled and has no time-out; without a thread of its own it has no pipe to wake itself, so a
 * resume takes effect at the next MHD_run (http_resume() sees to that); the access handler is
 * called again after a resume; a content reader that returns 0 must have suspended its
 * connection.
 */
#ifndef LADA_UI_INSIDE_H
#define LADA_UI_INSIDE_H

#include <microhttpd.h>
#include <uv.h>

#include "ui/documents.h"
#include "ui/guard.h"
#include "ui/meter.h"
#include "ui/sessions.h"
#include "ui/ui.h"
#include "ui/web_files.h"

/* A connection that gets no request done in this time is closed. */
#define CONN_SLOW_MS 30000
/* A stream whose client takes nothing for this long is closed. */
#define STREAM_STALLED_MS 60000

struct conn {
	bool used;
	bool excused; /* carries a stream or a parked call: has limits of its own */
	int fd;
	uint64_t since_ms; /* accepted, or its last request answered */
};

/* One live stream. `connection` NULL: the slot is free. */
struct stream_client {
	struct ui *ui;
	struct MHD_Connection *connection;
	struct conn *conn;
	char session[HASH_TEXT_MAX]; /* its caller's, "" = none */
	enum screen asked;
	enum screen view;	  /* what its session lets it see */
	uint64_t shown;		  /* serial of the last document begun, 0 none */
	uint64_t moved_ms;	  /* when it last took bytes or waited */
	struct document *sending; /* held while between head and tail */
	char head[96];
	size_t head_n;
	size_t at; /* within head, document text and tail as one */
	bool greeted;
	bool comment;
	bool suspended;
};

struct reply {
	bool here;
	int status;
	char *text; /* owned; goes over to the library with the answer */
	size_t n;
	char set_token[TOKEN_TEXT_MAX];
	bool clear_token;
};

struct request {
	struct ui *ui;
	struct MHD_Connection *connection;
	struct conn *conn;
	enum route route;
	const struct web_file *file; /* ROUTE_PAGE */
	const char *location;	     /* ROUTE_REDIRECT */
	enum screen screen;	     /* ROUTE_STATE, ROUTE_LIVE */
	char verb[VERB_MAX];	     /* ROUTE_DO */
	char token[TOKEN_TEXT_MAX];  /* "" = none; for the step to judge */
	char session[HASH_TEXT_MAX];
	char press[IDEMPOTENCY_KEY_MAX];
	/* What the headers or the body already decided: status 0 = nothing against it. */
	int status;
	const char *code;
	const char *message;
	const char *allow;
	char *body;
	size_t body_n;
	size_t body_cap;
	size_t drained; /* bytes of a body nobody wants */
	/* A press that waits for the step; `parked` = it is in ui->parked and suspended. */
	uint64_t number;
	uint64_t until_ms;
	bool parked;
	bool given_up;
	struct reply reply;
	struct request *next; /* the order of ui->parked */
	struct request *prev;
	struct stream_client *stream;
};

struct ui {
	uv_loop_t *loop;
	struct door *door;
	void (*metrics)(void *ctx, struct buf *b);
	bool (*healthy)(void *ctx);
	void (*devices)(void *ctx, struct buf *b);
	int (*record)(void *ctx, const char *name, int seconds, const char **ret_why);
	void *ctx;
	uint64_t comment_ms;
	uint64_t answer_ms;
	int port;
	bool stopping;
	int handles_open; /* while ending */
	void (*gone)(struct ui *ui);

	struct MHD_Daemon *daemon;
	uv_poll_t poll;	       /* on the library's epoll descriptor */
	uv_timer_t http_timer; /* the library's next time-out */
	uv_timer_t tick_timer; /* runs only while there are connections */
	uv_timer_t call_timer; /* the oldest parked call's end */

	struct guard guard;
	struct sessions sessions;
	struct documents documents;
	struct meter meter;
	uint64_t last_number;
	struct request *parked_first; /* oldest first; all wait equally long */
	struct request *parked_last;
	int conn_count;
	int stream_count;
	int parked_count;
	struct conn conns[UI_CONNECTIONS_MAX];
	struct stream_client streams[UI_STREAMS_MAX];
	struct web_file files[WEB_FILES_MAX];
	int file_count;
};

#endif
