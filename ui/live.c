// SPDX-License-Identifier: Apache-2.0
#include "ui/live.h"

#include <inttypes.h>
#include <string.h>
#include <sys/socket.h>

#include "ui/answer.h"
#include "ui/http.h"

/* What the library reads at once; it keeps a buffer of this size for each stream. */
#define BLOCK_BYTES 2048

static const char tail[] = "\n\n";
#define TAIL_BYTES (sizeof(tail) - 1)

static void resume(struct stream_client *s)
{
	if (!s->suspended)
		return;
	s->suspended = false;
	s->moved_ms = uv_now(s->ui->loop);
	http_resume(s->ui, s->connection);
}

static const struct document *pending(const struct stream_client *s)
{
	const struct document *doc = s->ui->documents.current[s->view];

	return doc && doc->serial != s->shown ? doc : NULL;
}

/* Chooses what is sent next; false when there is nothing. */
static bool next(struct stream_client *s)
{
	const struct document *doc = pending(s);

	s->at = 0;
	if (!s->greeted) {
		s->greeted = true;
		/* How soon a browser comes back after a break. */
		(void)text_fmt(s->head, sizeof(s->head), "retry: 1000\n\n");
	} else if (doc) {
		s->sending = document_hold(s->ui->documents.current[s->view]);
		s->shown = doc->serial;
		s->comment = false;
		(void)text_fmt(s->head, sizeof(s->head),
			       "event: state\nid: %" PRId64 "\ndata: {\"revision\":%" PRId64 ",",
			       doc->revision, doc->revision);
	} else if (s->comment) {
		s->comment = false;
		(void)text_fmt(s->head, sizeof(s->head), ": here\n\n");
	} else {
		s->head_n = 0;
		return false;
	}
	s->head_n = strlen(s->head);
	return true;
}

/* Copies what is left of a piece that begins at `start`, if s->at stands in it. */
static size_t copy_piece(struct stream_client *s, size_t start, struct slice piece, char *dst,
			 size_t room)
{
	size_t from, n;

	if (s->at < start || s->at >= start + piece.n)
		return 0;
	from = s->at - start;
	n = piece.n - from < room ? piece.n - from : room;
	memcpy(dst, piece.p + from, n);
	s->at += n;
	return n;
}

static size_t copy_current(struct stream_client *s, char *dst, size_t room)
{
	size_t text_n = s->sending ? s->sending->n : 0;
	size_t end = s->head_n + text_n + (s->sending ? TAIL_BYTES : 0);
	size_t n;

	n = copy_piece(s, 0, (struct slice){ s->head, s->head_n }, dst, room);
	if (s->sending) {
		n += copy_piece(s, s->head_n, (struct slice){ s->sending->text, text_n }, dst + n,
				room - n);
		n += copy_piece(s, s->head_n + text_n, (struct slice){ tail, TAIL_BYTES }, dst + n,
				room - n);
	}
	if (s->at == end) {
		document_drop(s->sending);
		s->sending = NULL;
		s->head_n = 0;
		s->at = 0;
	}
	return n;
}

static ssize_t read_stream(void *cls, uint64_t position, char *dst, size_t max)
{
	struct stream_client *s = cls;
	size_t n = 0;

	(void)position;
	s->moved_ms = uv_now(s->ui->loop);
	if (s->ui->stopping)
		return MHD_CONTENT_READER_END_OF_STREAM;
	while (n < max && (s->head_n || next(s)))
		n += copy_current(s, dst + n, max - n);
	if (n == 0) {
		s->suspended = true;
		MHD_suspend_connection(s->connection);
	}
	return (ssize_t)n;
}

static struct stream_client *free_slot(struct ui *ui)
{
	for (int i = 0; i < UI_STREAMS_MAX; i++) {
		if (!ui->streams[i].connection)
			return &ui->streams[i];
	}
	return NULL;
}

enum MHD_Result live_begin(struct request *r)
{
	struct ui *ui = r->ui;
	struct stream_client *s = free_slot(ui);
	struct MHD_Response *response;

	if (!s || ui->stopping)
		return answer_error(r, MHD_HTTP_SERVICE_UNAVAILABLE, "busy",
				    "too many live streams");
	response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_stream, s,
						     NULL);
	if (!response)
		return MHD_NO;
	(void)MHD_add_response_header(response, "Content-Type", "text/event-stream; charset=utf-8");
	(void)MHD_add_response_header(response, "X-Accel-Buffering", "no");
	(void)MHD_set_connection_option(r->connection, MHD_CONNECTION_OPTION_TIMEOUT, 0U);
	memset(s, 0, sizeof(*s));
	s->ui = ui;
	s->connection = r->connection;
	s->conn = r->conn;
	s->asked = r->screen;
	s->view = sessions_view(&ui->sessions, r->screen, r->session);
	s->moved_ms = uv_now(ui->loop);
	memcpy(s->session, r->session, sizeof(s->session));
	if (s->conn)
		s->conn->excused = true;
	r->stream = s;
	ui->stream_count++;
	return answer_queue(r, MHD_HTTP_OK, response);
}

void live_end(struct stream_client *s)
{
	document_drop(s->sending);
	s->sending = NULL;
	s->connection = NULL;
	s->ui->stream_count--;
}

void live_publish(struct ui *ui, enum screen screen, uint64_t before)
{
	for (int i = 0; i < UI_STREAMS_MAX; i++) {
		struct stream_client *s = &ui->streams[i];

		if (!s->connection || s->view != screen)
			continue;
		if (before && s->shown != before)
			ui->meter.coalesced++;
		resume(s);
	}
}

void live_sessions(struct ui *ui)
{
	for (int i = 0; i < UI_STREAMS_MAX; i++) {
		struct stream_client *s = &ui->streams[i];
		enum screen view;

		if (!s->connection)
			continue;
		view = sessions_view(&ui->sessions, s->asked, s->session);
		if (view == s->view)
			continue;
		s->view = view;
		resume(s);
	}
}

void live_tick(struct ui *ui)
{
	uint64_t now = uv_now(ui->loop);

	for (int i = 0; i < UI_STREAMS_MAX; i++) {
		struct stream_client *s = &ui->streams[i];

		if (!s->connection)
			continue;
		if (s->suspended) {
			s->comment = true;
			resume(s);
		} else if (now - s->moved_ms > STREAM_STALLED_MS && s->conn) {
			/* The library then finds a dead connection and ends it. */
			(void)shutdown(s->conn->fd, SHUT_RDWR);
		}
	}
}

void live_stop(struct ui *ui)
{
	for (int i = 0; i < UI_STREAMS_MAX; i++) {
		if (ui->streams[i].connection)
			resume(&ui->streams[i]);
	}
}
