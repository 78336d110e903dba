// SPDX-License-Identifier: Apache-2.0
#include "ui/request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "firmware/base/json.h"
#include "ui/answer.h"
#include "ui/calls.h"
#include "ui/live.h"

#define BODY_FIRST 1024 /* bytes of the first allocation for a body of unknown length */
#define DO_PREFIX  "/api/v1/do/"

struct request *request_new(struct ui *ui, struct MHD_Connection *connection, struct conn *conn)
{
	struct request *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->ui = ui;
	r->connection = connection;
	r->conn = conn;
	return r;
}

void request_free(struct request *r)
{
	calls_forget(r);
	if (r->stream)
		live_end(r->stream);
	free(r->body);
	free(r);
}

static void refuse(struct request *r, int status, const char *code, const char *message)
{
	if (r->status)
		return;
	r->status = status;
	r->code = code;
	r->message = message;
}

static const char *header(const struct request *r, const char *name)
{
	return MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, name);
}

/* ---- what it asks for ---- */

struct path {
	const char *text;
	enum route route;
};

static const struct path paths[] = {
	{ "/healthz", ROUTE_HEALTHZ },	      { "/metrics", ROUTE_METRICS },
	{ "/api/v1/state", ROUTE_STATE },     { "/api/v1/live", ROUTE_LIVE },
	{ "/api/v1/devices", ROUTE_DEVICES }, { "/api/v1/record", ROUTE_RECORD },
};

struct redirect {
	const char *from;
	const char *to;
};

static const struct redirect redirects[] = {
	{ "/", "/counter/" },	 { "/counter", "/counter/" }, { "/customer", "/customer/" },
	{ "/board", "/board/" }, { "/manage", "/manage/" },
};

/* VERB_MAX - 1 of a-z 0-9 . _ at most; which ones exist is for the step to say. */
static bool read_verb(struct request *r, const char *text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789._";
	size_t n = strlen(text);

	if (n == 0 || n >= sizeof(r->verb) || strspn(text, allowed) != n)
		return false;
	memcpy(r->verb, text, n + 1);
	return true;
}

static void find_route(struct request *r, const char *path)
{
	for (size_t i = 0; i < COUNT_OF(paths); i++) {
		if (strcmp(path, paths[i].text) == 0)
			r->route = paths[i].route;
	}
	for (size_t i = 0; i < COUNT_OF(redirects); i++) {
		if (strcmp(path, redirects[i].from) == 0) {
			r->route = ROUTE_REDIRECT;
			r->location = redirects[i].to;
		}
	}
	r->file = web_files_find(r->ui->files, r->ui->file_count, path);
	if (r->file)
		r->route = ROUTE_PAGE;
	if (strncmp(path, DO_PREFIX, strlen(DO_PREFIX)) == 0 &&
	    read_verb(r, path + strlen(DO_PREFIX)))
		r->route = ROUTE_DO;
	if (r->route == ROUTE_NONE)
		refuse(r, MHD_HTTP_NOT_FOUND, "not_found", "no such path");
}

static void judge_method(struct request *r, const char *method)
{
	bool get = strcmp(method, "GET") == 0;
	bool ok;

	if (r->route == ROUTE_DO || r->route == ROUTE_RECORD) {
		r->allow = "POST";
		ok = strcmp(method, "POST") == 0;
	} else if (r->route == ROUTE_LIVE) {
		r->allow = "GET";
		ok = get;
	} else {
		r->allow = "GET, HEAD";
		ok = get || strcmp(method, "HEAD") == 0;
	}
	if (!ok)
		refuse(r, MHD_HTTP_METHOD_NOT_ALLOWED, "bad_request",
		       "this path does not take that method");
}

static void judge_screen(struct request *r)
{
	const char *name =
		MHD_lookup_connection_value(r->connection, MHD_GET_ARGUMENT_KIND, "screen");

	if (r->route != ROUTE_STATE && r->route != ROUTE_LIVE)
		return;
	for (int s = 0; name && s < SCREEN_COUNT; s++) {
		if (s != SCREEN_LOGIN && strcmp(name, screen_name((enum screen)s)) == 0) {
			r->screen = (enum screen)s;
			return;
		}
	}
	refuse(r, MHD_HTTP_BAD_REQUEST, "bad_request",
	       "screen is one of counter, customer, board, manage");
}

/* ---- who asks ---- */

struct count {
	const char *name;
	int n;
};

static enum MHD_Result count_header(void *cls, enum MHD_ValueKind kind, const char *key,
				    const char *value)
{
	struct count *c = cls;

	(void)kind;
	(void)value;
	if (strcasecmp(key, c->name) == 0)
		c->n++;
	return MHD_YES;
}

static int times(const struct request *r, const char *name)
{
	struct count c = { name, 0 };

	(void)MHD_get_connection_values(r->connection, MHD_HEADER_KIND, count_header, &c);
	return c.n;
}

static void judge_names(struct request *r, const char *method)
{
	const char *host = header(r, "Host");
	const char *origin = header(r, "Origin");
	const char *site = header(r, "Sec-Fetch-Site");
	bool post = strcmp(method, "POST") == 0;

	if (!host || times(r, "Host") != 1 || !guard_host(&r->ui->guard, host))
		refuse(r, MHD_HTTP_FORBIDDEN, "forbidden", "this station has no such host name");
	if (origin && (times(r, "Origin") != 1 || !guard_origin(&r->ui->guard, origin)))
		refuse(r, MHD_HTTP_FORBIDDEN, "forbidden", "a page of another site may not ask");
	if (post && site && strcasecmp(site, "cross-site") == 0)
		refuse(r, MHD_HTTP_FORBIDDEN, "forbidden", "a page of another site may not ask");
}

static void read_token(struct request *r)
{
	const char *auth = header(r, "Authorization");
	const char *token = NULL;

	if (auth) {
		if (strncasecmp(auth, "Bearer ", 7) == 0)
			token = auth + 7 + strspn(auth + 7, " ");
	} else {
		token = MHD_lookup_connection_value(r->connection, MHD_COOKIE_KIND, "lada_session");
	}
	if (token && sessions_token(token))
		memcpy(r->token, token, sizeof(r->token));
	sessions_hash(r->token, r->session);
}

/* What is plugged into the station, and recordings of it, are the operator's alone. */
static void judge_operator(struct request *r)
{
	const enum role role = sessions_role(&r->ui->sessions, r->session);

	if (r->route != ROUTE_DEVICES && r->route != ROUTE_RECORD)
		return;
	if (role == ROLE_NONE)
		refuse(r, MHD_HTTP_UNAUTHORIZED, "forbidden", "this needs the operator");
	else if (role != ROLE_SERVICE)
		refuse(r, MHD_HTTP_FORBIDDEN, "forbidden", "this needs the operator");
}

/* ---- what it brings ---- */

static uint64_t content_length(const struct request *r)
{
	const char *text = header(r, "Content-Length");

	return text ? strtoull(text, NULL, 10) : 0;
}

static void judge_post(struct request *r)
{
	const char *press = header(r, "Idempotency-Key");

	if (r->route != ROUTE_DO)
		return;
	/* The content type is not asked for: the body is checked, and another site's page is known
	 * by its Origin. So `curl -d` works as it stands. */
	if (content_length(r) > UI_BODY_MAX)
		refuse(r, MHD_HTTP_CONTENT_TOO_LARGE, "bad_request",
		       "a body is at most 65536 bytes");
	if (!press)
		return;
	if (times(r, "Idempotency-Key") == 1 && guard_press(press))
		(void)slice_copy(slice_of(press), r->press, sizeof(r->press));
	else
		refuse(r, MHD_HTTP_BAD_REQUEST, "bad_request",
		       "Idempotency-Key is 1 to 128 visible ASCII characters");
}

void request_judge(struct request *r, const char *path, const char *method)
{
	const union MHD_ConnectionInfo *size =
		MHD_get_connection_info(r->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

	if (size && size->header_size > UI_HEADERS_MAX)
		refuse(r, MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE, "bad_request",
		       "a request's head is at most 8192 bytes");
	judge_names(r, method);
	find_route(r, path);
	judge_method(r, method);
	judge_screen(r);
	judge_post(r);
	read_token(r);
	judge_operator(r);
}

bool request_early(const struct request *r)
{
	return r->status && (content_length(r) > DRAIN_MAX || header(r, "Expect"));
}

static bool grow(struct request *r, size_t need)
{
	size_t cap = r->body_cap ? r->body_cap : BODY_FIRST;
	char *body;

	if (need <= r->body_cap)
		return true;
	while (cap < need)
		cap *= 2;
	body = realloc(r->body, cap);
	if (!body)
		return false;
	r->body = body;
	r->body_cap = cap;
	return true;
}

bool request_body(struct request *r, const char *bytes, size_t n)
{
	if (!r->status && r->route != ROUTE_DO)
		refuse(r, MHD_HTTP_BAD_REQUEST, "bad_request", "this path takes no body");
	if (!r->status && r->body_n + n > UI_BODY_MAX)
		refuse(r, MHD_HTTP_CONTENT_TOO_LARGE, "bad_request",
		       "a body is at most 65536 bytes");
	if (!r->status && !grow(r, r->body_n + n))
		refuse(r, MHD_HTTP_SERVICE_UNAVAILABLE, "busy", "short of memory, try again");
	if (r->status) {
		r->drained += n;
		return r->drained <= DRAIN_MAX;
	}
	memcpy(r->body + r->body_n, bytes, n);
	r->body_n += n;
	return true;
}

/* ---- answers ---- */

static enum MHD_Result answer_healthz(struct request *r)
{
	struct ui *ui = r->ui;

	if (ui->healthy && !ui->healthy(ui->ctx))
		return answer_error(r, MHD_HTTP_SERVICE_UNAVAILABLE, "busy",
				    "the step has not answered for 10 s");
	return answer_text(r, MHD_HTTP_OK, "application/json; charset=utf-8",
			   strdup("{\"ok\":true}"), strlen("{\"ok\":true}"));
}

static enum MHD_Result answer_metrics(struct request *r)
{
	struct ui *ui = r->ui;
	const struct meter_now now = { ui->conn_count, ui->stream_count, ui->parked_count };
	char *text = malloc(UI_METRICS_MAX);
	struct buf b;

	if (!text)
		return MHD_NO;
	buf_init(&b, text, UI_METRICS_MAX);
	if (ui->metrics)
		ui->metrics(ui->ctx, &b);
	meter_write(&ui->meter, now, &b);
	if (b.overflow) {
		free(text);
		return answer_error(r, MHD_HTTP_INTERNAL_SERVER_ERROR, "busy",
				    "the metrics do not fit");
	}
	return answer_text(r, MHD_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8", text, b.len);
}

static enum MHD_Result answer_state(struct request *r)
{
	struct ui *ui = r->ui;
	enum screen view = sessions_view(&ui->sessions, r->screen, r->session);
	const struct document *doc = ui->documents.current[view];
	char *text;
	struct buf b;

	if (!doc)
		return answer_error(r, MHD_HTTP_SERVICE_UNAVAILABLE, "busy",
				    "the station is starting");
	text = malloc(doc->n + 64);
	if (!text)
		return MHD_NO;
	buf_init(&b, text, doc->n + 64);
	buf_fmt(&b, "{\"revision\":%lld,", (long long)ui->documents.newest);
	buf_add(&b, doc->text, doc->n);
	return answer_text(r, MHD_HTTP_OK, "application/json; charset=utf-8", text, b.len);
}

static enum MHD_Result answer_devices(struct request *r)
{
	struct ui *ui = r->ui;
	char *text = ui->devices ? malloc(UI_DEVICES_MAX) : NULL;
	struct buf b;

	if (!ui->devices)
		return answer_error(r, MHD_HTTP_NOT_FOUND, "not_found", "no devices here");
	if (!text)
		return MHD_NO;
	buf_init(&b, text, UI_DEVICES_MAX);
	ui->devices(ui->ctx, &b);
	if (b.overflow) {
		free(text);
		return answer_error(r, MHD_HTTP_INTERNAL_SERVER_ERROR, "busy",
				    "the devices do not fit");
	}
	return answer_text(r, MHD_HTTP_OK, "application/json; charset=utf-8", text, b.len);
}

static const char *argument(const struct request *r, const char *name)
{
	const char *value = MHD_lookup_connection_value(r->connection, MHD_GET_ARGUMENT_KIND, name);

	return value ? value : "";
}

static enum MHD_Result answer_record(struct request *r)
{
	struct ui *ui = r->ui;
	const char *seconds = argument(r, "seconds"), *why = "no devices here";
	char *end;
	const long n = strtol(seconds, &end, 10);
	int err = -ENOENT;

	if (!seconds[0] || *end || n < 0 || n > UI_RECORD_MAX_S)
		return answer_error(r, MHD_HTTP_BAD_REQUEST, "bad_request",
				    "seconds is a number from 0 to 3600");
	if (ui->record)
		err = ui->record(ui->ctx, argument(r, "name"), (int)n, &why);
	if (err < 0)
		return answer_error(r, err == -ENOENT ? MHD_HTTP_NOT_FOUND : MHD_HTTP_CONFLICT,
				    err == -ENOENT ? "not_found" : "busy", why);
	return answer_text(r, MHD_HTTP_OK, "application/json; charset=utf-8",
			   strdup("{\"ok\":true}"), strlen("{\"ok\":true}"));
}

enum MHD_Result request_answer(struct request *r)
{
	if (r->status)
		return answer_error(r, r->status, r->code, r->message);
	switch (r->route) {
	case ROUTE_PAGE:
		return answer_page(r);
	case ROUTE_REDIRECT:
		return answer_redirect(r);
	case ROUTE_HEALTHZ:
		return answer_healthz(r);
	case ROUTE_METRICS:
		return answer_metrics(r);
	case ROUTE_STATE:
		return answer_state(r);
	case ROUTE_LIVE:
		return live_begin(r);
	case ROUTE_DO:
		return calls_answer(r);
	case ROUTE_DEVICES:
		return answer_devices(r);
	case ROUTE_RECORD:
		return answer_record(r);
	case ROUTE_NONE:
		break;
	}
	return MHD_NO;
}
