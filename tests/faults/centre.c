// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/centre.h"

#include <stdlib.h>
#include <string.h>

#include "sync/hq/fleet.h"
#include "sync/hq/import.h"
#include "sync/hq/intake.h"
#include "sync/hq/quota.h"
#include "sync/hq/snapshot.h"
#include "sync/hq/stream.h"
#include "tests/faults/memory.h"

#define PREFIX	"lada/1"
#define BEAT_MS 5000
#define TICK_MS 2000 /* serve looks every second; this finds the same, later */

struct centre {
	struct hq hq;
	struct intake intake;
	struct centre_pipe pipe;
	char path[MEMORY_NAME_MAX];
	bool connected, fresh;
	int64_t next_beat_ms, next_tick_ms;
};

struct centre *centre_open(const char *path, const struct clock *clock,
			   const struct centre_pipe *pipe)
{
	struct centre *c = calloc(1, sizeof(*c));
	const char *what;

	if (!c || hq_open(&c->hq, path, true, &what) < 0 ||
	    intake_init(&c->intake, &c->hq, PREFIX) < 0) {
		free(c);
		return NULL;
	}
	c->hq.clock = *clock;
	c->pipe = *pipe;
	slice_copy(slice_of(path), c->path, sizeof(c->path));
	return c;
}

void centre_close(struct centre *c)
{
	intake_free(&c->intake);
	hq_close(&c->hq);
	free(c);
}

sqlite3 *centre_db(const struct centre *c)
{
	return memory_connection(c->path);
}

void centre_boot(struct centre *c)
{
	c->next_beat_ms = c->next_tick_ms = 0;
	c->connected = c->fresh = false;
	memory_forget_temporary(c->path);
	/* What HQ has in its memory only. */
	quota_free(&c->hq);
	c->hq.news = (struct hq_news){ .count = 0 };
	c->hq.commands_said_ms = 0;
	c->hq.logged = false;
	c->hq.held = 0;
	c->hq.held_stream[0] = '\0';
}

void centre_kill(struct centre *c)
{
	db_rollback(&c->hq.db);
	post_clear(&c->hq.post);
	c->connected = false;
}

void centre_link(struct centre *c, bool connected)
{
	c->fresh = connected;
	c->connected = connected;
}

void centre_message(struct centre *c, const char *topic, struct slice payload, bool retained)
{
	intake_message(&c->intake, topic, payload, retained);
}

static void publish(struct centre *c, const char *below, struct slice json, bool retain)
{
	char topic[POST_TOPIC_MAX + sizeof(PREFIX)];

	if (text_fmt(topic, sizeof(topic), PREFIX "/%s", below) == 0)
		c->pipe.publish(c->pipe.ctx, topic, json, retain);
}

static void send_post(struct centre *c, int64_t most)
{
	struct letter *l;

	while (most-- > 0 && (l = post_take(&c->hq.post))) {
		publish(c, l->topic, (struct slice){ l->text, l->n }, false);
		free(l);
	}
}

static void send_beat(struct centre *c)
{
	char memory[128], at[TIME_TEXT_MAX];
	int64_t n = db_meta(&c->hq.db, "beat", 0) + 1;
	struct buf b;

	db_begin(&c->hq.db);
	db_meta_set(&c->hq.db, "beat", n);
	db_commit(&c->hq.db);
	hq_now_text(&c->hq, at);
	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '{');
	jw_bool(&b, "online", true);
	jw_int(&b, "n", n);
	jw_str(&b, "at", at);
	jw_close(&b, '}');
	publish(c, "hq", buf_read(&b), true);
}

/* The order of things is serve.c's. */
bool centre_turn(struct centre *c, enum centre_end end)
{
	struct hq *hq = &c->hq;
	int64_t now = hq->clock.mono_ms(hq->clock.ctx);
	bool fresh = c->fresh;

	c->fresh = false;
	if (c->connected && now >= c->next_tick_ms) {
		c->next_tick_ms = now + TICK_MS;
		fleet_tick(hq);
		snapshot_drop_old(hq);
	}
	if (end == CENTRE_BEFORE_COMMIT)
		return true;
	if (db_commit(&hq->db) < 0)
		return false;
	if (!c->connected) {
		post_clear(&hq->post);
		return true;
	}
	stream_announce(hq, fresh);
	if (end == CENTRE_AFTER_COMMIT)
		return true;
	if (fresh || now >= c->next_beat_ms) {
		c->next_beat_ms = now + BEAT_MS;
		send_beat(c);
	}
	send_post(c, end == CENTRE_MIDWAY ? 2 : INT64_MAX);
	return !hq->db.error;
}

bool centre_import(struct centre *c, struct slice element)
{
	struct import_counts counts = { 0 };
	struct json json;
	char room[256];
	const char *why = "no JSON";

	db_begin(&c->hq.db);
	if (json_check(element, &json) == 0)
		why = import_one(&c->hq, json, &counts, room, sizeof(room));
	stream_flush(&c->hq);
	db_commit(&c->hq.db);
	return !why;
}

void centre_force(struct centre *c, const char *store, const char *type, const char *id,
		  struct slice body)
{
	const struct stream_kind *kind = stream_by_type(type);
	struct record was = { .rev = 0 };

	db_begin(&c->hq.db);
	record_find(&c->hq, store, kind, id, &was);
	record_put(&c->hq, store, kind, id, was.rev + 1, body);
	stream_flush(&c->hq);
	db_commit(&c->hq.db);
}
