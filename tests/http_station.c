// SPDX-License-Identifier: Apache-2.0
#include "tests/http_station.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "firmware/base/json.h"
#include "firmware/trust/hash.h"

#define REPLY_MAX 4096

static void on_wake(uv_async_t *handle)
{
	struct station *s = handle->data;
	struct door_out out;
	struct slice payload;

	while (door_collect(s->door, &out, &payload))
		ui_output(s->ui, &out, payload);
}

static void on_end(uv_async_t *handle)
{
	struct station *s = handle->data;

	ui_stop(s->ui);
	uv_close((uv_handle_t *)&s->wake, NULL);
	uv_close((uv_handle_t *)&s->end, NULL);
	uv_close((uv_handle_t *)&s->prepare, NULL);
}

static void on_prepare(uv_prepare_t *handle)
{
	struct station *s = handle->data;

	atomic_fetch_add(&s->rounds, 1);
}

static void wake_loop(void *ctx)
{
	struct station *s = ctx;

	uv_async_send(&s->wake);
}

static void *run_loop(void *ctx)
{
	struct station *s = ctx;

	uv_run(&s->loop, UV_RUN_DEFAULT);
	return NULL;
}

static void emit_reply(struct station *s, uint64_t request, int status, const char *token,
		       struct slice body)
{
	struct door_out out = { .kind = OUT_REPLY };

	out.reply.request = request;
	out.reply.http_status = status;
	out.reply.revision = s->revision;
	if (token)
		(void)slice_copy(slice_of(token), out.reply.set_token, sizeof(out.reply.set_token));
	out.reply.clear_token = token && !token[0];
	door_emit(s->door, &out, body);
}

static void emit_ok(struct station *s, uint64_t request, const char *token)
{
	emit_reply(s, request, 200, token, slice_of("{\"ok\":true}"));
}

static void emit_session(struct station *s, const char *token, enum role role, bool open)
{
	struct door_out out = { .kind = OUT_SESSION };

	hash_text(slice_of(token), out.session.token_hash);
	out.session.role = role;
	out.session.open = open;
	door_emit(s->door, &out, slice_of(""));
}

static void emit_screen(struct station *s, struct json screen, struct slice payload)
{
	struct door_out out = { .kind = OUT_SCREEN };

	for (int i = 0; i < SCREEN_COUNT; i++) {
		if (json_is(screen, screen_name((enum screen)i)))
			out.screen.screen = (enum screen)i;
	}
	out.screen.revision = ++s->revision;
	out.screen.scan_ns = (int64_t)uv_hrtime() - 1500000;
	door_emit(s->door, &out, payload);
	door_flush(s->door);
}

/* {"screen","text","fill":BYTES,"times":N}: documents `"text":…,"n":I,"fill":"xx…"`. */
static void step_publish(struct station *s, struct json body)
{
	int64_t fill = json_int_or(json_get(body, "fill"), 0);
	int64_t times = json_int_or(json_get(body, "times"), 1);
	size_t cap = (size_t)fill + 1024;
	char *memory = malloc(cap);
	char *filler = malloc((size_t)fill + 1);
	struct buf b;

	assert_non_null(memory);
	assert_non_null(filler);
	memset(filler, 'x', (size_t)fill);
	for (int64_t i = 1; i <= times; i++) {
		buf_init(&b, memory, cap);
		buf_text(&b, "\"text\":");
		buf_slice(&b, json_text(json_get(body, "text")));
		buf_fmt(&b, ",\n\"n\":%lld,\"fill\":\"", (long long)i);
		buf_add(&b, filler, (size_t)fill);
		buf_text(&b, "\"}");
		emit_screen(s, json_get(body, "screen"), buf_read(&b));
	}
	free(memory);
	free(filler);
}

static void step_echo(struct station *s, const struct door_event *e, struct slice payload)
{
	char memory[REPLY_MAX];
	struct buf b;

	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '{');
	jw_bool(&b, "ok", true);
	jw_str(&b, "verb", e->verb.verb);
	jw_str(&b, "token", e->verb.token);
	jw_str(&b, "press", e->verb.press);
	jw_int(&b, "length", (int64_t)payload.n);
	if (payload.n < REPLY_MAX / 2)
		jw_raw(&b, "body", payload);
	jw_close(&b, '}');
	emit_reply(s, e->verb.request, 200, NULL, buf_read(&b));
}

static void step_sessions(struct station *s, const struct door_event *e, struct json body)
{
	const bool boss = json_is(json_get(body, "staff"), "boss");
	const bool service = json_is(json_get(body, "staff"), "service");
	const char *token = boss ? TOKEN_BOSS : service ? TOKEN_SERVICE : TOKEN_CLERK;

	if (strcmp(e->verb.verb, "staff.login") == 0) {
		/* The reply first: a browser may be faster than the session's own message. */
		emit_ok(s, e->verb.request, token);
		emit_session(s, token,
			     boss      ? ROLE_SUPERVISOR
			     : service ? ROLE_SERVICE
				       : ROLE_CLERK,
			     true);
	} else {
		emit_session(s, e->verb.token, ROLE_NONE, false);
		emit_ok(s, e->verb.request, "");
	}
}

/* The newest first: the order must not matter. Each is told its number. */
static void step_release(struct station *s)
{
	char text[32];

	while (s->held_count) {
		s->held_count--;
		snprintf(text, sizeof(text), "{\"held\":%d}", s->held_count);
		emit_reply(s, s->held[s->held_count], 200, NULL, slice_of(text));
	}
}

static void step_verb(struct station *s, const struct door_event *e, struct slice payload)
{
	const char *verb = e->verb.verb;
	struct json body;

	assert_int_equal(json_check(payload, &body), 0);
	if (strcmp(verb, "publish") == 0) {
		step_publish(s, body);
		emit_ok(s, e->verb.request, NULL);
	} else if (strncmp(verb, "staff.", 6) == 0) {
		step_sessions(s, e, body);
	} else if (strcmp(verb, "hold") == 0) {
		assert_true(s->held_count < HELD_MAX);
		s->held[s->held_count++] = e->verb.request;
	} else if (strcmp(verb, "release") == 0) {
		step_release(s);
		emit_ok(s, e->verb.request, NULL);
	} else if (strcmp(verb, "refuse") == 0) {
		emit_reply(s, e->verb.request, 409, NULL,
			   slice_of("{\"ok\":false,\"error\":{\"code\":\"not_ready\","
				    "\"message\":\"jeszcze nie\"}}"));
	} else if (strcmp(verb, "block") == 0) {
		sem_post(&s->blocked);
		sem_wait(&s->go_on);
		emit_ok(s, e->verb.request, NULL);
	} else if (strcmp(verb, "silent") != 0) {
		step_echo(s, e, payload);
	}
}

static void *run_step(void *ctx)
{
	struct station *s = ctx;
	struct door_event e;
	struct slice payload;

	while (door_take(s->door, true, &e, &payload) && e.kind != DOOR_STOP) {
		if (e.kind == DOOR_VERB)
			step_verb(s, &e, payload);
		door_flush(s->door);
	}
	return NULL;
}

static void write_metrics(void *ctx, struct buf *b)
{
	(void)ctx;
	buf_text(b, "# HELP lada_test A number.\n# TYPE lada_test gauge\nlada_test 42\n");
}

static void write_devices(void *ctx, struct buf *b)
{
	(void)ctx;
	buf_text(b, "{\"plugged\":[]}");
}

/* There is one device, `counter`, that can be recorded for five seconds. */
static int record(void *ctx, const char *name, int seconds, const char **ret_why)
{
	(void)ctx;
	*ret_why = seconds == 5 ? "no such device" : "a recording is under way";
	if (strcmp(name, "counter") != 0)
		return -ENOENT;
	return seconds == 5 ? 0 : -EBUSY;
}

static bool is_healthy(void *ctx)
{
	struct station *s = ctx;

	return atomic_load(&s->healthy);
}

struct station *station_new(int comment_ms, int answer_ms)
{
	static const char hosts[2][UI_HOST_MAX] = { "kasa.example", "proxy.example:8443" };
	struct station *s = calloc(1, sizeof(*s));
	struct ui_setup setup = { .listen_host = "127.0.0.1",
				  .hosts = hosts,
				  .host_count = 2,
				  .metrics = write_metrics,
				  .healthy = is_healthy,
				  .devices = write_devices,
				  .record = record,
				  .ctx = s,
				  .comment_ms = comment_ms,
				  .answer_ms = answer_ms };
	char message[256];

	assert_non_null(s);
	uv_loop_init(&s->loop);
	uv_async_init(&s->loop, &s->wake, on_wake);
	uv_async_init(&s->loop, &s->end, on_end);
	uv_prepare_init(&s->loop, &s->prepare);
	uv_prepare_start(&s->prepare, on_prepare);
	s->wake.data = s->end.data = s->prepare.data = s;
	sem_init(&s->blocked, 0, 0);
	sem_init(&s->go_on, 0, 0);
	atomic_store(&s->healthy, true);
	s->door = door_new(wake_loop, s);
	s->ui = ui_start(&s->loop, s->door, &setup, message, sizeof(message));
	assert_non_null(s->ui);
	s->port = ui_port(s->ui);
	assert_int_equal(pthread_create(&s->loop_thread, NULL, run_loop, s), 0);
	assert_int_equal(pthread_create(&s->step_thread, NULL, run_step, s), 0);
	return s;
}

void station_free(struct station *s)
{
	const struct door_event stop = { .kind = DOOR_STOP };

	assert_int_equal(door_submit(s->door, &stop, slice_of("")), 0);
	pthread_join(s->step_thread, NULL);
	uv_async_send(&s->end);
	pthread_join(s->loop_thread, NULL);
	assert_int_equal(uv_loop_close(&s->loop), 0); /* nothing was left behind */
	door_free(s->door);
	sem_destroy(&s->blocked);
	sem_destroy(&s->go_on);
	free(s);
}
