// SPDX-License-Identifier: Apache-2.0
#include "ui/calls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/base/json.h"
#include "ui/answer.h"
#include "ui/http.h"

static void on_call_timer(uv_timer_t *timer)
{
	calls_expire(timer->data);
}

/* All wait equally long, so the oldest is the next to end. */
static void set_timer(struct ui *ui)
{
	uint64_t now = uv_now(ui->loop);
	const struct request *r = ui->parked_first;

	if (!r)
		uv_timer_stop(&ui->call_timer);
	else
		uv_timer_start(&ui->call_timer, on_call_timer,
			       r->until_ms > now ? r->until_ms - now : 0, 0);
}

static void park(struct request *r)
{
	struct ui *ui = r->ui;

	r->until_ms = uv_now(ui->loop) + ui->answer_ms;
	r->parked = true;
	r->prev = ui->parked_last;
	r->next = NULL;
	if (ui->parked_last)
		ui->parked_last->next = r;
	else
		ui->parked_first = r;
	ui->parked_last = r;
	ui->parked_count++;
	if (r->conn)
		r->conn->excused = true;
	if (ui->parked_first == r)
		set_timer(ui);
	MHD_suspend_connection(r->connection);
}

static void unpark(struct request *r)
{
	struct ui *ui = r->ui;
	bool first = ui->parked_first == r;

	if (r->prev)
		r->prev->next = r->next;
	else
		ui->parked_first = r->next;
	if (r->next)
		r->next->prev = r->prev;
	else
		ui->parked_last = r->prev;
	r->parked = false;
	ui->parked_count--;
	if (r->conn)
		r->conn->excused = false;
	if (first)
		set_timer(ui);
}

static enum MHD_Result submit(struct request *r)
{
	struct ui *ui = r->ui;
	struct slice body = { r->body ? r->body : "", r->body_n };
	struct door_event event;
	struct json root;
	int err;

	if (json_check(body, &root) < 0 || root.type != JSON_OBJECT)
		return answer_error(r, MHD_HTTP_BAD_REQUEST, "bad_request",
				    "the body is not a JSON object");
	memset(&event, 0, sizeof(event));
	event.kind = DOOR_VERB;
	event.verb.request = ++ui->last_number;
	memcpy(event.verb.verb, r->verb, sizeof(event.verb.verb));
	memcpy(event.verb.token, r->token, sizeof(event.verb.token));
	memcpy(event.verb.press, r->press, sizeof(event.verb.press));
	err = ui->stopping ? -ENOBUFS : door_submit(ui->door, &event, body);
	if (err == -EMSGSIZE)
		return answer_error(r, MHD_HTTP_CONTENT_TOO_LARGE, "bad_request",
				    "the body is too long");
	if (err < 0)
		return answer_error(r, MHD_HTTP_SERVICE_UNAVAILABLE, "busy",
				    "the station is busy, try again");
	r->number = event.verb.request;
	park(r);
	return MHD_YES;
}

enum MHD_Result calls_answer(struct request *r)
{
	if (r->reply.here)
		return answer_reply(r);
	if (r->given_up)
		return answer_error(r, MHD_HTTP_SERVICE_UNAVAILABLE, "busy",
				    "no answer in time, try again with the same Idempotency-Key");
	return submit(r);
}

static struct request *find(struct ui *ui, uint64_t number)
{
	struct request *r = ui->parked_first;

	while (r && r->number != number)
		r = r->next;
	return r;
}

/* The library aborts on a status that is none. */
static int sane(int status)
{
	return status >= 200 && status <= 599 ? status : MHD_HTTP_INTERNAL_SERVER_ERROR;
}

void calls_reply(struct ui *ui, const struct door_out *out, struct slice payload)
{
	struct request *r = find(ui, out->reply.request);
	struct reply *reply;

	if (!r)
		return;
	reply = &r->reply;
	reply->text = malloc(payload.n + 1);
	if (reply->text) {
		memcpy(reply->text, payload.p, payload.n);
		reply->n = payload.n;
		reply->status = sane(out->reply.http_status);
		reply->clear_token = out->reply.clear_token;
		memcpy(reply->set_token, out->reply.set_token, sizeof(reply->set_token));
		reply->here = true;
	} else {
		r->given_up = true;
	}
	unpark(r);
	http_resume(r->ui, r->connection);
}

static void give_up(struct request *r)
{
	r->given_up = true;
	r->ui->meter.given_up++;
	unpark(r);
	http_resume(r->ui, r->connection);
}

void calls_expire(struct ui *ui)
{
	uint64_t now = uv_now(ui->loop);

	while (ui->parked_first && ui->parked_first->until_ms <= now)
		give_up(ui->parked_first);
	set_timer(ui);
}

void calls_forget(struct request *r)
{
	if (r->parked)
		unpark(r);
	free(r->reply.text);
	r->reply.text = NULL;
}

void calls_stop(struct ui *ui)
{
	while (ui->parked_first)
		give_up(ui->parked_first);
}
