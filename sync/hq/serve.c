// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/serve.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "firmware/base/log.h"
#include "firmware/trust/frame.h"
#include "sync/hq/fleet.h"
#include "sync/hq/intake.h"
#include "sync/hq/keyring.h"
#include "sync/hq/snapshot.h"
#include "sync/hq/stream.h"

#define BEATS_RESERVED 1000 /* numbers taken from the file at once */

struct server {
	struct hq *hq;
	struct link link;
	struct intake intake;
	int signal_fd;
	int64_t version;	/* PRAGMA data_version */
	int64_t beat, beat_end; /* the beat's counter, and how far it is reserved */
	int64_t next_beat_ms, next_tick_ms;
	bool sign;
	char kid[8];
	struct trust_pair pair;
	struct buf scratch, payload;
};

/* ---- out ---- */

/* `topic` is whole. Signs where HQ has a stream key. */
static struct slice dress(struct server *s, const char *topic, struct slice json)
{
	if (!s->sign)
		return json;
	frame_sign(s->kid, &s->pair, topic, json, &s->scratch, &s->payload);
	return s->payload.overflow ? (struct slice){ NULL, 0 } : buf_read(&s->payload);
}

static void publish(struct server *s, const char *below, struct slice json, bool retain)
{
	char topic[LINK_TEXT_MAX + POST_TOPIC_MAX];
	struct slice payload;

	if (text_fmt(topic, sizeof(topic), "%s/%s", s->link.opt.prefix, below) < 0)
		return;
	payload = dress(s, topic, json);
	if (payload.n && payload.n <= HQ_MESSAGE_MAX)
		link_publish(&s->link, topic, payload, retain);
}

static void send_post(struct server *s)
{
	while (s->hq->post.first && link_has_room(&s->link)) {
		struct letter *l = post_take(&s->hq->post);

		publish(s, l->topic, (struct slice){ l->text, l->n }, false);
		free(l);
	}
}

/* Numbers are reserved in blocks: they must rise over restarts, not be dense. */
static int64_t next_beat(struct server *s)
{
	if (s->beat >= s->beat_end) {
		s->beat = db_meta(&s->hq->db, "beat", 0);
		s->beat_end = s->beat + BEATS_RESERVED;
		db_begin(&s->hq->db);
		db_meta_set(&s->hq->db, "beat", s->beat_end);
		db_commit(&s->hq->db);
	}
	return ++s->beat;
}

static void send_beat(struct server *s)
{
	char memory[128], at[TIME_TEXT_MAX];
	struct buf b;

	hq_now_text(s->hq, at);
	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '{');
	jw_bool(&b, "online", true);
	jw_int(&b, "n", next_beat(s));
	jw_str(&b, "at", at);
	jw_close(&b, '}');
	if (!s->hq->db.error)
		publish(s, "hq", buf_read(&b), true);
}

static const char offline[] = "{\"online\":false}";

/* Signs with the newest key, also of one made while we run. */
static void load_key(struct server *s)
{
	char topic[LINK_TEXT_MAX + 4];
	uint8_t kid;

	s->sign = keyring_load(s->hq, "stream", KEYRING_NEWEST, &kid, &s->pair) == 0;
	if (s->sign)
		text_fmt(s->kid, sizeof(s->kid), "%d", kid);
	text_fmt(topic, sizeof(topic), "%s/hq", s->link.opt.prefix);
	link_will(&s->link, topic, dress(s, topic, slice_of(offline)));
}

/* ---- in ---- */

static void on_message(void *ctx, const char *topic, struct slice payload, bool retained)
{
	struct server *s = ctx;

	intake_message(&s->intake, topic, payload, retained);
}

static bool file_changed(struct server *s)
{
	int64_t version = db_number(&s->hq->db, 0, "PRAGMA data_version", "");
	bool changed = version != s->version;

	s->version = version;
	return changed;
}

/* ---- the turn ---- */

static int turn(struct server *s)
{
	struct hq *hq = s->hq;
	int64_t now = hq->clock.mono_ms(hq->clock.ctx);
	bool fresh;

	link_turn(&s->link);
	fresh = s->link.fresh;
	s->link.fresh = false;
	if (file_changed(s))
		load_key(s);
	if (s->link.connected && now >= s->next_tick_ms) {
		s->next_tick_ms = now + SERVE_TICK_MS;
		fleet_tick(hq);
		snapshot_drop_old(hq);
	}
	if (db_commit(&hq->db) < 0)
		return -EIO;
	if (!s->link.connected) {
		post_clear(&hq->post); /* whoever waits asks again */
		return 0;
	}
	stream_announce(hq, fresh);
	if (fresh || now >= s->next_beat_ms) {
		s->next_beat_ms = now + SERVE_BEAT_MS;
		send_beat(s);
	}
	send_post(s);
	return hq->db.error ? -EIO : 0;
}

static int run(struct server *s)
{
	for (;;) {
		struct pollfd p[2] = { { .fd = s->signal_fd, .events = POLLIN },
				       { .fd = link_fd(&s->link),
					 .events = link_events(&s->link) } };

		poll(p, 2, SERVE_POLL_MS);
		if (p[0].revents)
			return 0;
		if (turn(s) < 0)
			return -EIO;
	}
}

/* ---- start and stop ---- */

static int make_room(struct buf *b)
{
	char *p = malloc(FRAME_MESSAGE_MAX + FRAME_TOPIC_MAX);

	buf_init(b, p, p ? FRAME_MESSAGE_MAX + FRAME_TOPIC_MAX : 0);
	return p ? 0 : -ENOMEM;
}

/* A name at the broker of this file's own, so that two HQs do not throw each other out. */
static int client_id(struct hq *hq, char *dst, size_t cap)
{
	int64_t n = db_meta(&hq->db, "client", 0);

	if (!n) {
		uint32_t chance;

		hq->clock.random(hq->clock.ctx, &chance, sizeof(chance));
		n = (int64_t)chance + 1;
		db_begin(&hq->db);
		db_meta_set(&hq->db, "client", n);
		if (db_commit(&hq->db) < 0)
			return -EIO;
	}
	return text_fmt(dst, cap, "lada-hq-%llx", (unsigned long long)n);
}

static int start(struct server *s, const struct link_options *opt)
{
	sigset_t ends;
	char id[32];
	int err = db_claim_serve(&s->hq->db);

	if (err < 0)
		return err;
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	s->signal_fd = signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s->signal_fd < 0)
		return -errno;
	if (make_room(&s->scratch) < 0 || make_room(&s->payload) < 0 ||
	    intake_init(&s->intake, s->hq, opt->prefix) < 0)
		return -ENOMEM;
	err = client_id(s->hq, id, sizeof(id));
	if (err == 0)
		err = link_open(&s->link, opt, &s->hq->clock, id);
	if (err < 0)
		return err;
	s->link.on_message = on_message;
	s->link.ctx = s;
	file_changed(s);
	load_key(s);
	return 0;
}

int serve(struct hq *hq, const struct link_options *opt)
{
	struct server s = { .hq = hq, .signal_fd = -1 };
	int err = start(&s, opt);

	if (err == 0)
		err = run(&s);
	if (s.link.connected && err == 0)
		publish(&s, "hq", slice_of(offline), true);
	link_close(&s.link);
	intake_free(&s.intake);
	free(s.scratch.p);
	free(s.payload.p);
	if (s.signal_fd >= 0)
		close(s.signal_fd);
	memset(&s.pair, 0, sizeof(s.pair));
	return err;
}
