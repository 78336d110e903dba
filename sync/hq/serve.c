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
#include "sync/hq/inbox.h"
#include "sync/hq/intake.h"
#include "sync/hq/keyring.h"
#include "sync/hq/lease.h"
#include "sync/hq/snapshot.h"
#include "sync/hq/stream.h"

/* Numbers taken from the file at once: few at first, then so many that two minutes of them are left
 * whenever another program begins to write for long. No more: what a life leaves unused must not
 * run ahead of the seconds that the counter is held to, or a copy put back begins below it. */
#define BEATS_FIRST    10
#define BEATS_RESERVED 48
#define PAUSE_MIN_MS   250
/* Who answers the will of one that died when it is not its task; the others hear and are still. */
#define ANSWER_MIN_MS 50
#define ANSWER_MAX_MS 250

struct server {
	struct hq *hq;
	struct link link;
	struct intake intake;
	struct inbox inbox;
	struct lease lease; /* used where the database is shared */
	int signal_fd;
	int tries;		    /* of the transaction that is due */
	int64_t pause_ms, retry_ms; /* while the database is away */
	int64_t life;		    /* of its connection, as we know it */
	bool again;		    /* at once: a transaction failed */
	bool fresh, changed;	    /* all, or what is new, is to be published */
	int64_t beat, beat_end;	    /* the beat's counter, and how far it is reserved */
	int64_t reserved;	    /* how many were taken for that */
	int64_t answer_ms;	    /* when to answer a will, 0 never */
	int64_t next_beat_ms, next_tick_ms, next_tidy_ms;
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

/*
 * Numbers must rise over restarts, not be dense: they are reserved in blocks. Of several
 * instances each takes one at a time, so that they rise whoever speaks. They begin at the time in
 * seconds, which a database put back from a copy does not go below: stations take a signed beat
 * with a number they have seen for a replay.
 */
static int reserve_beats(struct server *s, int64_t count)
{
	int64_t least = s->hq->clock.wall_ms(s->hq->clock.ctx) / 1000, end;
	struct hq_db *db = &s->hq->db;

	db_begin(db);
	end = db_number(db, 0,
			"INSERT INTO meta (name, value) VALUES ('beat', ?1 + ?2)"
			" ON CONFLICT (name) DO UPDATE SET value = CASE WHEN"
			" meta.value > ?1 THEN meta.value ELSE ?1 END + ?2"
			" RETURNING value",
			"ii", least, count);
	if (db_commit(db) < 0)
		return -EAGAIN;
	s->beat_end = end;
	s->beat = end - count;
	s->reserved = count;
	return 0;
}

/* While another program writes, those that are left will do. */
static int64_t next_beat(struct server *s)
{
	int64_t left = s->beat_end - s->beat;
	bool busy = s->tries > 0;

	if (s->hq->lease)
		return reserve_beats(s, 1) < 0 ? 0 : ++s->beat;
	if (left > s->reserved / 2 || (busy && left > 0))
		return ++s->beat;
	if (reserve_beats(s, s->reserved ? BEATS_RESERVED : BEATS_FIRST) < 0 &&
	    (left <= 0 || s->hq->db.error != DB_LATER || !db_again(&s->hq->db)))
		return 0;
	return ++s->beat;
}

/* They were set ahead, by us or another program: those reserved before are too low. */
static void look_at_beats(struct server *s)
{
	if (!s->hq->lease && db_meta(&s->hq->db, "beat", 0) > s->beat_end)
		s->beat = s->beat_end;
}

static void send_beat(struct server *s)
{
	int64_t n = next_beat(s);
	char memory[128], at[TIME_TEXT_MAX];
	struct buf b;

	if (!n)
		return;
	s->answer_ms = 0;
	s->next_beat_ms = s->hq->clock.mono_ms(s->hq->clock.ctx) + SERVE_BEAT_MS;
	hq_now_text(s->hq, at);
	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '{');
	jw_bool(&b, "online", true);
	jw_int(&b, "n", n);
	jw_str(&b, "at", at);
	jw_close(&b, '}');
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

/* Ours are one HQ's beats when we hold its lease; without leases they always are. */
static bool leads(const struct server *s)
{
	return lease_mine(s->hq, LEASE_HQ);
}

/* ---- in ---- */

/* What an instance says of HQ, ourselves included. */
static void hear_hq(struct server *s, struct slice payload)
{
	int64_t now = s->hq->clock.mono_ms(s->hq->clock.ctx);
	struct frame frame;
	struct json root;
	uint32_t chance;

	if (frame_open(payload, &frame) < 0 || json_check(frame.json, &root) < 0)
		return;
	if (json_true(json_get(root, "online"))) {
		s->answer_ms = 0;
	} else if (leads(s)) {
		s->next_beat_ms = 0;
	} else {
		s->hq->clock.random(s->hq->clock.ctx, &chance, sizeof(chance));
		s->answer_ms = now + ANSWER_MIN_MS + chance % (ANSWER_MAX_MS - ANSWER_MIN_MS);
	}
}

static void on_message(void *ctx, const char *topic, struct slice payload, bool retained)
{
	struct server *s = ctx;
	size_t n = strlen(s->link.opt.prefix);

	if (strncmp(topic, s->link.opt.prefix, n) != 0 || topic[n] != '/')
		return;
	if (strcmp(topic + n, "/hq") != 0)
		inbox_add(&s->inbox, topic, topic + n + 1, payload, retained);
	else if (!retained)
		hear_hq(s, payload);
}

/* On a new connection; which stores are ours may not be known yet. */
static void listen_anew(struct server *s)
{
	if (!s->hq->lease) {
		link_listen(&s->link, "+", true);
		return;
	}
	link_listen_topic(&s->link, "hq", true);
	for (size_t i = 0; i < s->lease.count; i++)
		s->lease.store[i].heard = false;
	s->lease.changed = true;
	lease_hurry(&s->lease);
}

static void listen_to(struct server *s, const char *store, bool on)
{
	if (strcmp(store, LEASE_HQ) == 0)
		link_listen_topic(&s->link, "+/+/state", on);
	else
		link_listen(&s->link, store, on);
}

/* Those that were ours, as listed before the tick, and are no longer. */
static void forget_lost(struct server *s, const struct lease_store *was, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (was[i].heard && !lease_mine(s->hq, was[i].store))
			listen_to(s, was[i].store, false);
	}
}

/* ---- the turn ---- */

static int keep_leases(struct server *s, int64_t now)
{
	struct lease *l = &s->lease;
	struct lease_store *was;
	size_t count = l->count;
	bool led = leads(s);
	int err;

	/* Who is not at the broker lets others serve. */
	if (!s->hq->lease || !s->link.connected || now < l->next_ms)
		return 0;
	was = calloc(count + 1, sizeof(*was));
	if (!was)
		return -ENOMEM;
	if (count)
		memcpy(was, l->store, count * sizeof(*was));
	err = lease_tick(l, now);
	if (err == 0 && l->changed) {
		forget_lost(s, was, count);
		for (size_t i = 0; i < l->count; i++) {
			if (!l->store[i].heard)
				listen_to(s, l->store[i].store, true);
			l->store[i].heard = true;
		}
		l->changed = false;
		s->changed = true;
		if (leads(s) && !led)
			s->next_beat_ms = 0;
	}
	free(was);
	return err;
}

/* What came, and what is due. */
static int work(struct server *s, int64_t now)
{
	struct hq *hq = s->hq;
	bool due = s->link.connected && now >= s->next_tick_ms;
	int err;

	err = intake_take(&s->intake, &s->inbox);
	if (err < 0)
		return err;
	s->again = s->intake.apart > 0;
	if (s->inbox.dropped)
		log_warning("%lld messages were not taken while the database was away or busy",
			    (long long)s->inbox.dropped);
	s->inbox.dropped = 0;
	if (due) {
		fleet_tick(hq);
		if (leads(s))
			snapshot_drop_old(hq);
	}
	err = db_commit(&hq->db);
	if (err < 0)
		return err;
	s->tries = 0;
	if (due)
		s->next_tick_ms = now + SERVE_TICK_MS;
	return 0;
}

/* Publishes what is in the log and was not; a transaction where the database is shared. */
static int announce(struct server *s)
{
	struct hq *hq = s->hq;
	int err;

	if (!s->fresh && !s->changed && !hq->logged)
		return 0;
	if (s->changed)
		hq->news.all = true; /* another program's, or of stores that were not ours */
	if (hq->lease && s->changed && !s->fresh)
		stream_announce_heads(hq);
	stream_announce(hq, s->fresh);
	err = db_commit(&hq->db);
	if (err < 0)
		return err;
	s->fresh = s->changed = hq->logged = false;
	return 0;
}

static void beat(struct server *s, int64_t now)
{
	bool answers = s->answer_ms && now >= s->answer_ms;

	if (!answers && (!leads(s) || now < s->next_beat_ms))
		return;
	look_at_beats(s);
	send_beat(s);
}

static int with_database(struct server *s, int64_t now)
{
	struct hq *hq = s->hq;
	int err;

	if (db_changed(&hq->db)) {
		s->changed = true;
		load_key(s);
		if (hq->lease)
			lease_hurry(&s->lease);
	}
	err = keep_leases(s, now);
	if (err == 0)
		err = work(s, now);
	if (err < 0)
		return err;
	if (!s->link.connected) {
		post_clear(&hq->post); /* whoever waits asks again */
		return db_commit(&hq->db);
	}
	send_post(s);
	if (s->fresh)
		s->next_beat_ms = 0;
	err = announce(s);
	if (err < 0)
		return err;
	beat(s, now);
	send_post(s);
	if (now >= s->next_tidy_ms) {
		s->next_tidy_ms = now + SERVE_TIDY_MS;
		db_tidy(&hq->db);
	}
	return db_commit(&hq->db);
}

/* Something failed. 0 when it may go on, perhaps later. */
static int recover(struct server *s, int64_t now)
{
	struct hq_db *db = &s->hq->db;

	post_clear(&s->hq->post); /* it says what was not committed */
	s->hq->logged = s->hq->news.all = true;
	if (db->error == DB_LATER && !db_is_shared(db) && ++s->tries > DB_TRIES_MAX) {
		log_warning("database: %d messages could not be taken; they come again",
			    s->inbox.count);
		inbox_clear(&s->inbox);
		s->tries = 0;
	}
	if (db->error == DB_LOST && now < s->retry_ms)
		return 0;
	if (db_again(db)) {
		s->again = true;
		s->pause_ms = 0;
		if (s->life != db->life)
			s->fresh = true; /* our tables are empty */
		if (s->life != db->life && s->hq->lease)
			lease_hurry(&s->lease);
		s->life = db->life;
		/* Others may hold for long what the transaction needs; HQ is there all the same. */
		if (s->link.connected)
			beat(s, s->hq->clock.mono_ms(s->hq->clock.ctx));
		return 0;
	}
	s->pause_ms = s->pause_ms ? 2 * s->pause_ms : PAUSE_MIN_MS;
	if (s->pause_ms > SERVE_PAUSE_MAX_MS)
		s->pause_ms = SERVE_PAUSE_MAX_MS;
	s->retry_ms = now + s->pause_ms;
	return db->error == DB_LOST ? 0 : -EIO;
}

static int turn(struct server *s)
{
	struct hq *hq = s->hq;
	int64_t now = hq->clock.mono_ms(hq->clock.ctx);
	int err = 0;

	link_turn(&s->link);
	if (s->link.fresh) {
		s->link.fresh = false;
		s->fresh = true;
		listen_anew(s);
	}
	if (!hq->db.error)
		err = with_database(s, now);
	if (hq->db.error)
		return recover(s, now);
	return err;
}

static int run(struct server *s)
{
	for (;;) {
		struct pollfd p[3] = { { .fd = s->signal_fd, .events = POLLIN },
				       { .fd = link_fd(&s->link), .events = link_events(&s->link) },
				       { .fd = db_fd(&s->hq->db), .events = POLLIN } };

		poll(p, 3, s->again ? 1 : SERVE_POLL_MS);
		s->again = false;
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

/* A name at the broker of this file's own, so that two HQs do not throw each other out; where the
 * database is shared, of this process's own. */
static int client_id(struct hq *hq, char *dst, size_t cap)
{
	int64_t n;

	if (hq->lease)
		return text_fmt(dst, cap, "lada-hq-%llx", (unsigned long long)hq->lease->chance);
	n = db_meta(&hq->db, "client", 0);
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
	if (db_is_shared(&s->hq->db))
		lease_open(&s->lease, s->hq);
	s->life = s->hq->db.life;
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
	db_changed(&s->hq->db);
	load_key(s);
	return 0;
}

/* The good-bye: of an HQ that goes, not of one instance of several. */
static void stop(struct server *s)
{
	bool alone = true;

	if (s->hq->lease)
		lease_release(&s->lease, &alone);
	if (s->link.connected && alone)
		publish(s, "hq", slice_of(offline), true);
}

int serve(struct hq *hq, const struct link_options *opt)
{
	struct server s = { .hq = hq, .signal_fd = -1 };
	int err = start(&s, opt);

	if (err == 0)
		err = run(&s);
	if (err == 0)
		stop(&s);
	link_close(&s.link);
	lease_close(&s.lease);
	inbox_clear(&s.inbox);
	intake_free(&s.intake);
	free(s.scratch.p);
	free(s.payload.p);
	if (s.signal_fd >= 0)
		close(s.signal_fd);
	memset(&s.pair, 0, sizeof(s.pair));
	return err;
}
