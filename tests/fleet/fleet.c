// SPDX-License-Identifier: Apache-2.0
/*
 * Many stations in one process, with the station's own code: step, store, sync and its broker
 * link, each with a database of its own, in memory or on disk. One thread does all of it.
 *
 *   fleet --url mqtt://HOST:PORT --stores N --first I --orders M [--disk K --dir DIR]
 *
 * Stations are lane k1 of stores F00000 … from I on. Orders of store F00007 are F00007-0 … and
 * HQ is expected to send them, a staff policy with E17 and check_items none. On standard input:
 *
 *   sell N MS     every station hands N of its orders over, spread over MS
 *   status        one line of JSON about all of them
 *   quit
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "firmware/station.h"
#include "firmware/trust/code.h"
#include "sync/link.h"

#define STATIONS_MAX 2000
#define TICK_MS	     1000
#define SELL_MS	     20
#define LINE_MAX_    256
#define KID	     1

struct member {
	struct fleet *fleet;
	struct config config;
	struct station *st;
	struct sync *sync;
	struct trust_pair identity;
	int64_t wake_ms; /* monotonic, 0 none */
	char token[TOKEN_TEXT_MAX];
	uint64_t request;
	bool selling;	     /* an answer is awaited */
	int sold, to_sell, refused;
	int64_t next_sale_ms;
};

struct fleet {
	uv_loop_t loop;
	uv_check_t check;
	uv_timer_t tick, sell;
	uv_pipe_t input;
	struct clock clock;
	struct trust_pair pickup;
	struct member **members;
	int count, first, orders, disks;
	const char *host, *dir;
	char prefix[64];
	int port;
	int64_t sale_every_ms;
	char line[LINE_MAX_];
	size_t line_n;
	bool over;
};

static int64_t now_ms(const struct fleet *f)
{
	return f->clock.mono_ms(f->clock.ctx);
}

/* ---- one station ---- */

static void submit(struct member *m, const struct door_event *e, const char *payload)
{
	if (door_submit(m->st->door, e, slice_of(payload)) < 0)
		fprintf(stderr, "%s: the door is full\n", m->config.store);
}

static void press(struct member *m, const char *verb, const char *args)
{
	struct door_event e = { .kind = DOOR_VERB };

	e.verb.request = ++m->request;
	text_fmt(e.verb.verb, sizeof(e.verb.verb), "%s", verb);
	memcpy(e.verb.token, m->token, sizeof(e.verb.token));
	submit(m, &e, args);
}

static void log_in(struct member *m)
{
	press(m, "staff.login", "{\"staff\":\"E17\",\"pin\":\"482100\"}");
}

static void scan_order(struct member *m, int n)
{
	struct pickup_code c = { .kid = KID };
	struct door_event e = { .kind = DOOR_SCAN };
	char code[CODE_TEXT_MAX];

	text_fmt(c.store, sizeof(c.store), "%s", m->config.store);
	text_fmt(c.order, sizeof(c.order), "%s-%d", m->config.store, n);
	if (code_sign(&c, &m->fleet->pickup, code) > 0)
		submit(m, &e, code);
}

static void sell_next(struct member *m)
{
	if (m->sold + m->refused >= m->to_sell || m->selling || now_ms(m->fleet) < m->next_sale_ms)
		return;
	if (!m->token[0]) {
		m->selling = true;
		log_in(m);
		return;
	}
	m->selling = true;
	m->next_sale_ms = now_ms(m->fleet) + m->fleet->sale_every_ms;
	scan_order(m, m->sold + m->refused);
	press(m, "pickup.handover", "{}");
}

static void answered(struct member *m, const struct door_out *out)
{
	if (out->reply.request != m->request)
		return;
	m->selling = false;
	if (out->reply.set_token[0])
		memcpy(m->token, out->reply.set_token, sizeof(m->token));
	else if (out->reply.http_status == 200)
		m->sold++;
	else
		m->refused++;
}

/* Its PIN was right: what argon2 costs is not what a fleet is about. */
static void pin_is_right(struct member *m, uint64_t check)
{
	struct door_event e = { .kind = DOOR_PIN, .pin.right = true };

	e.pin.check = check;
	submit(m, &e, "");
}

static void hand_out(struct member *m, const struct door_out *out, struct slice payload)
{
	switch (out->kind) {
	case OUT_UP:
	case OUT_ACKED:
	case OUT_ASK:
	case OUT_CLAIM:
	case OUT_HEARTBEAT:
	case OUT_KEYS:
	case OUT_LANES:
		if (m->sync)
			sync_output(m->sync, out, payload);
		break;
	case OUT_REPLY:
		answered(m, out);
		break;
	case OUT_PIN:
		pin_is_right(m, out->pin.check);
		break;
	case OUT_WAKE:
		m->wake_ms = out->wake.mono_ms;
		break;
	case OUT_SCREEN:
	case OUT_SESSION:
	case OUT_PRINT:
	case OUT_FEEDBACK:
	case OUT_DISPLAY:
	case OUT_METRICS:
	case OUT_STOPPED:
	case OUT_LOG:
	case OUT_RESTART:
		break;
	}
}

static void work(struct member *m)
{
	struct door_out out;
	struct slice payload;
	bool more = true;

	while (more) {
		more = station_step(m->st, false);
		while (door_collect(m->st->door, &out, &payload)) {
			hand_out(m, &out, payload);
			more = true;
		}
	}
	if (store_trouble(m->st->store)[0]) {
		fprintf(stderr, "%s: %s\n", m->config.store, store_trouble(m->st->store));
		exit(1);
	}
}

static void configure(struct member *m, int number)
{
	struct config *c = &m->config;
	struct trust_key *key = &c->keys.key[0];

	text_fmt(c->store, sizeof(c->store), "F%05d", number);
	text_fmt(c->lane, sizeof(c->lane), "k1");
	text_fmt(c->name, sizeof(c->name), "Sklep %d", number);
	text_fmt(c->prefix, sizeof(c->prefix), "%s", m->fleet->prefix);
	text_fmt(c->host, sizeof(c->host), "%s", m->fleet->host);
	c->port = m->fleet->port;
	c->has_secret = true;
	c->keys.count = 1;
	*key = (struct trust_key){ .kid = KID, .purpose = KEY_PICKUP };
	memcpy(key->public_key, m->fleet->pickup.public_key, TRUST_PUBLIC_BYTES);
}

static int open_store(struct member *m, int i)
{
	char path[512], message[512];

	if (i >= m->fleet->disks)
		return store_open(NULL, &m->st->store, message, sizeof(message));
	text_fmt(path, sizeof(path), "%s/%s.db", m->fleet->dir, m->config.store);
	if (store_open(path, &m->st->store, message, sizeof(message)) == 0)
		return 0;
	fprintf(stderr, "%s\n", message);
	return -EIO;
}

static int start(struct member *m, int i)
{
	struct sync_setup setup = { .host = m->config.host,
				    .port = m->config.port,
				    .ca = "",
				    .cert = "",
				    .key = "",
				    .user = "",
				    .password = "",
				    .prefix = m->config.prefix,
				    .store = m->config.store,
				    .lane = m->config.lane,
				    .keys = &m->config.keys };
	uint8_t seed[TRUST_SEED_BYTES];

	m->fleet->clock.random(m->fleet->clock.ctx, seed, sizeof(seed));
	trust_pair_from_seed(seed, &m->identity);
	m->st = calloc(1, sizeof(*m->st));
	if (!m->st || open_store(m, i) < 0)
		return -ENOMEM;
	m->st->clock = m->fleet->clock;
	m->st->config = &m->config;
	m->st->door = door_new(NULL, NULL);
	base64_encode(m->identity.public_key, TRUST_PUBLIC_BYTES, false, m->st->identity,
		      sizeof(m->st->identity));
	if (!m->st->door || station_start(m->st) < 0)
		return -EIO;
	setup.epoch = m->st->ledger.epoch;
	setup.first_conn = 1;
	return sync_start(&m->fleet->loop, m->st->door, &setup, &m->fleet->clock, &m->sync);
}

/* ---- all of them ---- */

static void work_all(uv_check_t *check)
{
	struct fleet *f = check->data;

	for (int i = 0; i < f->count; i++)
		work(f->members[i]);
}

static void tick_all(uv_timer_t *timer)
{
	struct fleet *f = timer->data;
	const struct door_event e = { .kind = DOOR_TICK };
	const int64_t now = now_ms(f);

	for (int i = 0; i < f->count; i++) {
		struct member *m = f->members[i];

		/* Most seconds nothing is due at most of them; each is asked every fifth anyway. */
		if ((m->wake_ms && m->wake_ms <= now) || (now / TICK_MS + i) % 5 == 0) {
			m->wake_ms = 0;
			submit(m, &e, "");
		}
	}
}

static void sell_all(uv_timer_t *timer)
{
	struct fleet *f = timer->data;
	const struct door_event e = { .kind = DOOR_TICK };
	const int64_t now = now_ms(f);

	for (int i = 0; i < f->count; i++) {
		struct member *m = f->members[i];

		if (m->wake_ms && m->wake_ms <= now) {
			m->wake_ms = 0;
			submit(m, &e, "");
		}
		sell_next(m);
	}
}

static void say_status(const struct fleet *f)
{
	int64_t linked = 0, waiting = 0, sold = 0, refused = 0, to_sell = 0, orders = 0;

	for (int i = 0; i < f->count; i++) {
		const struct member *m = f->members[i];

		linked += sync_connected(m->sync);
		store_begin(m->st->store);
		waiting += store_waiting(m->st->store);
		orders += store_cursor(m->st->store, STREAM_ORDERS).count;
		store_commit(m->st->store);
		sold += m->sold;
		refused += m->refused;
		to_sell += m->to_sell;
	}
	printf("{\"stations\":%d,\"linked\":%lld,\"orders\":%lld,\"outbox\":%lld,\"sold\":%lld,"
	       "\"refused\":%lld,\"to_sell\":%lld}\n",
	       f->count, (long long)linked, (long long)orders, (long long)waiting, (long long)sold,
	       (long long)refused, (long long)to_sell);
	fflush(stdout);
}

static void sell(struct fleet *f, int each, int64_t over_ms)
{
	f->sale_every_ms = over_ms / (each > 0 ? each : 1);
	for (int i = 0; i < f->count; i++) {
		struct member *m = f->members[i];

		m->to_sell += each;
		if (m->to_sell > f->orders)
			m->to_sell = f->orders;
		m->next_sale_ms = now_ms(f) + (int64_t)i * f->sale_every_ms / f->count;
	}
}

static void obey(struct fleet *f, char *line)
{
	int each;
	long long over_ms;

	if (strcmp(line, "status") == 0)
		say_status(f);
	else if (strcmp(line, "quit") == 0)
		uv_stop(&f->loop);
	else if (sscanf(line, "sell %d %lld", &each, &over_ms) == 2)
		sell(f, each, over_ms);
	else
		fprintf(stderr, "what is \"%s\"?\n", line);
}

static void give_memory(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	static char memory[LINE_MAX_];

	(void)handle;
	(void)suggested;
	*buf = uv_buf_init(memory, sizeof(memory));
}

static void on_input(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct fleet *f = stream->data;

	if (n < 0) {
		uv_stop(&f->loop);
		return;
	}
	for (ssize_t i = 0; i < n; i++) {
		if (buf->base[i] != '\n') {
			if (f->line_n + 1 < sizeof(f->line))
				f->line[f->line_n++] = buf->base[i];
			continue;
		}
		f->line[f->line_n] = '\0';
		f->line_n = 0;
		obey(f, f->line);
	}
}

static int start_all(struct fleet *f)
{
	f->members = calloc((size_t)f->count, sizeof(*f->members));
	for (int i = 0; f->members && i < f->count; i++) {
		struct member *m = calloc(1, sizeof(*m));

		if (!m)
			return -ENOMEM;
		f->members[i] = m;
		m->fleet = f;
		configure(m, f->first + i);
		if (start(m, i) < 0)
			return -EIO;
	}
	uv_check_init(&f->loop, &f->check);
	f->check.data = f;
	uv_check_start(&f->check, work_all);
	uv_timer_init(&f->loop, &f->tick);
	f->tick.data = f;
	uv_timer_start(&f->tick, tick_all, TICK_MS, TICK_MS);
	uv_timer_init(&f->loop, &f->sell);
	f->sell.data = f;
	uv_timer_start(&f->sell, sell_all, SELL_MS, SELL_MS);
	uv_pipe_init(&f->loop, &f->input, 0);
	f->input.data = f;
	uv_pipe_open(&f->input, STDIN_FILENO);
	return uv_read_start((uv_stream_t *)&f->input, give_memory, on_input);
}

static int read_url(struct fleet *f, char *url)
{
	char *colon;

	if (strncmp(url, "mqtt://", 7) != 0)
		return -EINVAL;
	f->host = url + 7;
	colon = strrchr(url + 7, ':');
	if (!colon)
		return -EINVAL;
	*colon = '\0';
	f->port = (int)strtol(colon + 1, NULL, 10);
	return f->port > 0 ? 0 : -EINVAL;
}

static int read_options(struct fleet *f, int argc, char **argv)
{
	static const struct option options[] = {
		{ "url", required_argument, NULL, 'u' },   { "stores", required_argument, NULL, 'n' },
		{ "first", required_argument, NULL, 'i' }, { "orders", required_argument, NULL, 'm' },
		{ "disk", required_argument, NULL, 'k' },  { "dir", required_argument, NULL, 'd' },
		{ NULL, 0, NULL, 0 },
	};
	int option, err = 0;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1 && err == 0) {
		switch (option) {
		case 'u':
			err = read_url(f, optarg);
			break;
		case 'n':
			f->count = (int)strtol(optarg, NULL, 10);
			break;
		case 'i':
			f->first = (int)strtol(optarg, NULL, 10);
			break;
		case 'm':
			f->orders = (int)strtol(optarg, NULL, 10);
			break;
		case 'k':
			f->disks = (int)strtol(optarg, NULL, 10);
			break;
		case 'd':
			f->dir = optarg;
			break;
		default:
			err = -EINVAL;
		}
	}
	if (err < 0 || !f->host || f->count < 1 || f->count > STATIONS_MAX || (f->disks && !f->dir))
		return -EINVAL;
	return 0;
}

int main(int argc, char **argv)
{
	static struct fleet fleet;
	const uint8_t seed[TRUST_SEED_BYTES] = { 1 };

	signal(SIGPIPE, SIG_IGN);
	text_fmt(fleet.prefix, sizeof(fleet.prefix), "lada/1");
	if (sodium_init() < 0 || read_options(&fleet, argc, argv) < 0) {
		fprintf(stderr, "fleet: see the beginning of tests/fleet/fleet.c\n");
		return 2;
	}
	fleet.clock = clock_system();
	trust_pair_from_seed(seed, &fleet.pickup);
	uv_loop_init(&fleet.loop);
	if (start_all(&fleet) < 0) {
		fprintf(stderr, "fleet: out of memory or disk\n");
		return 1;
	}
	say_status(&fleet);
	uv_run(&fleet.loop, UV_RUN_DEFAULT);
	say_status(&fleet);
	return 0;
}
