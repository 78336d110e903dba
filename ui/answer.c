// SPDX-License-Identifier: Apache-2.0
#include "ui/answer.h"

#include <stdlib.h>
#include <string.h>

#include "firmware/base/json.h"

#define ERROR_MAX   512
#define COOKIE_NAME "lada_session="
#define COOKIE_REST "; HttpOnly; SameSite=Strict; Path=/"

static const char json_type[] = "application/json; charset=utf-8";

static void add_header(struct MHD_Response *response, const char *name, const char *value)
{
	/* Fails only without memory; an answer without one of its headers is not sent then:
	 * the library fails to queue it, too. */
	(void)MHD_add_response_header(response, name, value);
}

static void add_common(const struct request *r, struct MHD_Response *response)
{
	bool page = r->route == ROUTE_PAGE || r->route == ROUTE_REDIRECT;

	add_header(response, "Content-Security-Policy",
		   "default-src 'self'; frame-ancestors 'none'");
	add_header(response, "X-Content-Type-Options", "nosniff");
	add_header(response, "Referrer-Policy", "no-referrer");
	add_header(response, "Cache-Control", page && r->status == 0 ? "no-cache" : "no-store");
}

enum MHD_Result answer_queue(struct request *r, int status, struct MHD_Response *response)
{
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	add_common(r, response);
	meter_request(&r->ui->meter, r->route, status);
	result = MHD_queue_response(r->connection, (unsigned int)status, response);
	MHD_destroy_response(response);
	return result;
}

static struct MHD_Response *make(const char *type, char *text, size_t n)
{
	struct MHD_Response *response = NULL;

	if (text)
		response = MHD_create_response_from_buffer(n, text, MHD_RESPMEM_MUST_FREE);
	if (!response) {
		free(text);
		return NULL;
	}
	add_header(response, "Content-Type", type);
	return response;
}

enum MHD_Result answer_text(struct request *r, int status, const char *type, char *text, size_t n)
{
	return answer_queue(r, status, make(type, text, n));
}

enum MHD_Result answer_error(struct request *r, int status, const char *code, const char *message)
{
	char *text = malloc(ERROR_MAX);
	struct MHD_Response *response;
	struct buf b;

	if (!text)
		return MHD_NO;
	buf_init(&b, text, ERROR_MAX);
	jw_open(&b, NULL, '{');
	jw_bool(&b, "ok", false);
	jw_open(&b, "error", '{');
	jw_str(&b, "code", code);
	jw_str(&b, "message", message);
	jw_close(&b, '}');
	jw_close(&b, '}');
	response = make(json_type, text, b.len);
	if (!response)
		return MHD_NO;
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED && r->allow)
		add_header(response, "Allow", r->allow);
	if (status == MHD_HTTP_SERVICE_UNAVAILABLE)
		add_header(response, "Retry-After", "1");
	return answer_queue(r, status, response);
}

enum MHD_Result answer_redirect(struct request *r)
{
	struct MHD_Response *response =
		MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);

	if (!response)
		return MHD_NO;
	add_header(response, "Location", r->location);
	return answer_queue(r, MHD_HTTP_FOUND, response);
}

/* If-None-Match is a list of tags, weak ones among them, or '*' (RFC 9110 13.1.2). */
static bool has_tag(struct request *r, const char *etag)
{
	const char *list =
		MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, "If-None-Match");

	return list && (strcmp(list, "*") == 0 || strstr(list, etag));
}

enum MHD_Result answer_page(struct request *r)
{
	const struct web_file *f = r->file;
	bool known = has_tag(r, f->etag);
	struct MHD_Response *response;

	/* PERSISTENT: the library does not write to what it is told not to free. */
	response = MHD_create_response_from_buffer(known ? 0 : f->bytes.n, (void *)f->bytes.p,
						   MHD_RESPMEM_PERSISTENT);
	if (!response)
		return MHD_NO;
	add_header(response, "ETag", f->etag);
	if (!known)
		add_header(response, "Content-Type", f->type);
	return answer_queue(r, known ? MHD_HTTP_NOT_MODIFIED : MHD_HTTP_OK, response);
}

static void add_cookie(const struct reply *reply, struct MHD_Response *response)
{
	char cookie[sizeof(COOKIE_NAME) + TOKEN_TEXT_MAX + sizeof(COOKIE_REST)];

	if (reply->clear_token) {
		add_header(response, "Set-Cookie", COOKIE_NAME COOKIE_REST "; Max-Age=0");
	} else if (reply->set_token[0]) {
		if (text_fmt(cookie, sizeof(cookie), COOKIE_NAME "%s" COOKIE_REST,
			     reply->set_token) == 0)
			add_header(response, "Set-Cookie", cookie);
	}
}

enum MHD_Result answer_reply(struct request *r)
{
	struct reply *reply = &r->reply;
	char *text = reply->text;
	struct MHD_Response *response;

	reply->text = NULL;
	response = make(json_type, text, reply->n);
	if (!response)
		return MHD_NO;
	add_cookie(reply, response);
	return answer_queue(r, reply->status, response);
}
