// SPDX-License-Identifier: Apache-2.0
/*
 * ladad: the wiring, and nothing else. The only file that sees every room.
 *
 * The loop thread does all I/O; the step thread alone owns the database. They meet at the door.
 */
#include <getopt.h>
#include <malloc.h>
#include <signal.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <uv.h>

#include "firmware/base/log.h"
#include "firmware/devices.h"
#include "firmware/files.h"
#include "firmware/notify.h"
#include "firmware/station.h"
#include "firmware/training.h"
#include "sync/link.h"
#include "sync/up.h"
#include "ui/ui.h"

#define TICK_MS		1000
#define HEALTHY_MS	10000
#define STOP_LIMIT_MS	3000
#define METRICS_MAX	57344
#define CONNS_PER_START 10000000 /* attempts, at one in 7 s more than two years */
/* What a full window of messages comes and goes with stays ours, and is not given back to the
 * system and asked for again with each. */
#define KEEP_FREE_BYTES (UP_WINDOW_MESSAGES * 65536)
#define EXIT_RESTART	75 /* as EX_TEMPFAIL of sysexits.h; systemd restarts on it */

struct ladad {
	struct config config;
	struct clock clock;
	struct trust_pair identity;
	struct station *station;
	struct door *door;
	struct devices *devices;
	struct sync *sync;
	struct ui *ui;
	uv_loop_t loop;
	uv_thread_t step_thread;
	uv_async_t out_ready;
	uv_timer_t tick, wake, stop_limit;
	uv_signal_t term, interrupt;
	atomic_llong last_step_ms;
	bool stopping;
	bool restart;	   /* HQ's command: the exit status has the service started again */
	bool devices_over; /* closed, or no longer waited for */
	bool stopped;
	char metrics[METRICS_MAX];
	size_t metrics_n;
};

/* ---- the step thread ---- */

static void run_steps(void *arg)
{
	struct ladad *l = arg;

	while (station_step(l->station, true))
		atomic_store(&l->last_step_ms, station_mono(l->station));
	if (store_trouble(l->station->store)[0]) {
		/* Nothing may go on without the truth on disk; the next start recovers. */
		log_error("%s; stopping", store_trouble(l->station->store));
		_Exit(1);
	}
}

static void wake_loop(void *ctx)
{
	uv_async_send(&((struct ladad *)ctx)->out_ready);
}

/* ---- slow hashes on libuv's workers ---- */

/* What a PIN's hash costs: a tenth of a second of a small computer, and memory it can spare. */
#define PIN_PASSES 3
#define PIN_BYTES  (8 * 1024 * 1024)

struct pin_work {
	uv_work_t work;
	struct ladad *ladad;
	uint64_t check;
	bool right;
	size_t n;
	char text[1024]; /* hash, NUL, PIN, NUL, and a new PIN and NUL where wanted */
	char made[crypto_pwhash_STRBYTES]; /* the new one's hash, "" none */
};

static void check_pin(uv_work_t *work)
{
	struct pin_work *p = work->data;
	const char *pin = p->text + strlen(p->text) + 1;

	const char *new_pin = pin + strlen(pin) + 1;

	p->right = crypto_pwhash_str_verify(p->text, pin, strlen(pin)) == 0;
	if (p->right && new_pin < p->text + p->n &&
	    crypto_pwhash_str(p->made, new_pin, strlen(new_pin), PIN_PASSES, PIN_BYTES) < 0)
		p->right = false;
}

static void pin_checked(uv_work_t *work, int status)
{
	struct pin_work *p = work->data;
	struct door_event e = { .kind = DOOR_PIN };

	e.pin.check = p->check;
	e.pin.right = status == 0 && p->right;
	door_submit(p->ladad->door, &e, slice_of(p->made));
	sodium_memzero(p, sizeof(*p));
	free(p);
}

static void start_pin(struct ladad *l, const struct door_out *out, struct slice payload)
{
	struct pin_work *p = calloc(1, sizeof(*p));
	struct door_event no = { .kind = DOOR_PIN };

	no.pin.check = out->pin.check;
	if (!p || payload.n == 0 || payload.n > sizeof(p->text) || payload.p[payload.n - 1]) {
		free(p);
		door_submit(l->door, &no, (struct slice){ 0 });
		return;
	}
	p->ladad = l;
	p->check = out->pin.check;
	p->work.data = p;
	p->n = payload.n;
	memcpy(p->text, payload.p, payload.n);
	uv_queue_work(&l->loop, &p->work, check_pin, pin_checked);
}

static bool healthy(void *ctx)
{
	struct ladad *l = ctx;

	return l->clock.mono_ms(l->clock.ctx) - atomic_load(&l->last_step_ms) < HEALTHY_MS;
}

/* ---- what comes out of the door ---- */

static void submit_tick(uv_timer_t *timer)
{
	struct ladad *l = timer->data;
	struct door_event e = { .kind = DOOR_TICK };

	door_submit(l->door, &e, (struct slice){ 0 });
	if (timer == &l->tick && healthy(l)) /* fed by progress of the step, not by the loop */
		notify_send("WATCHDOG=1");
}

static void wake_at(struct ladad *l, int64_t mono_ms)
{
	int64_t in = mono_ms - l->clock.mono_ms(l->clock.ctx);

	/* One more: libuv counts from the loop's own idea of now, which may lie behind. */
	uv_update_time(&l->loop);
	uv_timer_start(&l->wake, submit_tick, in > 0 ? (uint64_t)in + 1 : 0, 0);
}

static void close_handles(struct ladad *l)
{
	uv_handle_t *mine[] = { (uv_handle_t *)&l->out_ready, (uv_handle_t *)&l->tick,
				(uv_handle_t *)&l->wake, (uv_handle_t *)&l->term,
				(uv_handle_t *)&l->interrupt };

	for (size_t i = 0; i < COUNT_OF(mine); i++)
		uv_close(mine[i], NULL);
}

static void keep_metrics(struct ladad *l, struct slice text)
{
	l->metrics_n = text.n <= sizeof(l->metrics) ? text.n : 0;
	memcpy(l->metrics, text.p, l->metrics_n);
}

static void begin_stop(struct ladad *l);

static void restart(struct ladad *l)
{
	log_notice("ending, to be started again, as HQ has commanded");
	l->restart = true;
	begin_stop(l);
}

static void hand_out(struct ladad *l, const struct door_out *out, struct slice payload)
{
	switch (out->kind) {
	case OUT_REPLY:
	case OUT_SCREEN:
	case OUT_SESSION:
		if (l->ui)
			ui_output(l->ui, out, payload);
		break;
	case OUT_UP:
	case OUT_ACKED:
	case OUT_ASK:
	case OUT_CLAIM:
	case OUT_HEARTBEAT:
	case OUT_KEYS:
	case OUT_LANES:
		if (!l->stopping)
			sync_output(l->sync, out, payload);
		break;
	case OUT_PRINT:
	case OUT_FEEDBACK:
	case OUT_DISPLAY:
		devices_output(l->devices, out, payload);
		break;
	case OUT_PIN:
		start_pin(l, out, payload);
		break;
	case OUT_WAKE:
		wake_at(l, out->wake.mono_ms);
		break;
	case OUT_METRICS:
		keep_metrics(l, payload);
		break;
	case OUT_LOG:
		log_limit((enum log_level)out->log.level);
		break;
	case OUT_RESTART:
		restart(l);
		break;
	case OUT_STOPPED:
		l->stopped = true;
		close_handles(l);
		break;
	}
}

static void collect(uv_async_t *async)
{
	struct ladad *l = async->data;
	struct door_out out;
	struct slice payload;

	while (!l->stopped && door_collect(l->door, &out, &payload)) {
		hand_out(l, &out, payload);
		/* Between two of thousands of rows everybody else has a turn. */
		if (door_is_rows(&out)) {
			uv_async_send(async);
			return;
		}
	}
}

/* ---- stopping ---- */

static void devices_stopped(void *ctx)
{
	struct ladad *l = ctx;
	struct door_event e = { .kind = DOOR_STOP };

	if (l->devices_over)
		return;
	l->devices_over = true;
	door_submit(l->door, &e, (struct slice){ 0 });
}

/* Their jobs have ended already; what may be left is a line that the kernel does not let go. */
static void give_up(uv_timer_t *timer)
{
	struct ladad *l = timer->data;

	if (l->devices_over) {
		uv_stop(timer->loop);
		return;
	}
	log_notice("a device does not let itself be closed; stopping without it");
	devices_stopped(l);
	uv_timer_start(timer, give_up, STOP_LIMIT_MS, 0);
}

static void begin_stop(struct ladad *l)
{
	if (l->stopping)
		return;
	l->stopping = true;
	notify_send("STOPPING=1");
	uv_timer_start(&l->stop_limit, give_up, STOP_LIMIT_MS, 0);
	uv_unref((uv_handle_t *)&l->stop_limit);
	ui_stop(l->ui);
	l->ui = NULL;
	sync_stop(l->sync);
	devices_stop(l->devices, devices_stopped, l);
}

static void on_signal(uv_signal_t *signal, int number)
{
	(void)number;
	begin_stop(signal->data);
}

/* ---- starting ---- */

static void write_metrics(void *ctx, struct buf *b)
{
	struct ladad *l = ctx;

	buf_add(b, l->metrics, l->metrics_n);
	sync_metrics(l->sync, b);
	devices_metrics(l->devices, b);
}

static void write_devices(void *ctx, struct buf *b)
{
	devices_inventory(((struct ladad *)ctx)->devices, b);
}

static int record_device(void *ctx, const char *name, int seconds, const char **ret_why)
{
	struct ladad *l = ctx;

	return devices_record(l->devices, name, seconds, ret_why);
}

/* What is committed: after database trouble the station's own mirror is ahead of that. */
static void mark_journal(const struct ladad *l)
{
	const struct ledger ledger = store_ledger(l->station->store);

	if (ledger.epoch)
		files_mark(l->config.data, ledger.epoch, ledger.last);
}

static int open_station(struct ladad *l, char *message, size_t cap)
{
	struct station *st = calloc(1, sizeof(*st));
	char path[CONFIG_TEXT_MAX + 16];
	int64_t epoch, last;
	bool copied;

	if (!st)
		return -1;
	l->station = st;
	if (files_identity(l->config.data, &l->clock, &l->identity, message, cap) < 0 ||
	    files_operator_token(l->config.data, &l->clock, st->operator_token, message, cap) < 0)
		return -1;
	text_fmt(path, sizeof(path), "%s/lada.db", l->config.data);
	if (store_open(path, &st->store, message, cap) < 0)
		return -1;
	copied = store_know_file(st->store, path);
	if (files_marked(l->config.data, &epoch, &last))
		copied = store_know_mark(st->store, epoch, last) || copied;
	if (copied)
		log_warning("%s is a copy put in the place of another file: going on as after a "
			    "restore, under a new epoch",
			    path);
	base64_encode(l->identity.public_key, TRUST_PUBLIC_BYTES, false, st->identity,
		      sizeof(st->identity));
	l->door = door_new(wake_loop, l);
	st->clock = l->clock;
	st->config = &l->config;
	st->door = l->door;
	if (!l->door || station_start(st) < 0) {
		text_fmt(message, cap, "%s", store_trouble(st->store));
		return -1;
	}
	mark_journal(l);
	return 0;
}

static struct sync_setup sync_setup_of(const struct ladad *l)
{
	const struct config *c = &l->config;
	struct sync_setup s = { .host = c->host, .port = c->port, .tls = c->tls };

	s.ca = c->ca;
	s.cert = c->cert;
	s.key = c->key;
	s.user = c->user;
	s.password = c->password;
	s.prefix = c->prefix;
	s.store = c->store;
	s.lane = c->lane;
	s.keys = &c->keys;
	s.pair = c->sign ? &l->identity : NULL;
	s.sign = c->sign;
	s.epoch = l->station->ledger.epoch;
	s.known_ms = store_meta(l->station->store, "hq_time", 0);
	s.first_beat = clocks_first_beat(l->station);
	s.first_conn = l->station->revision / REVISIONS_PER_START * CONNS_PER_START + 1;
	return s;
}

static int start_modules(struct ladad *l, const struct sync_setup *sync, char *message, size_t cap)
{
	struct ui_setup ui = { .listen_host = l->config.listen_host,
			       .listen_port = l->config.listen_port };

	ui.hosts = (const char(*)[UI_HOST_MAX])l->config.hosts;
	ui.host_count = l->config.host_count;
	ui.metrics = write_metrics;
	ui.healthy = healthy;
	ui.devices = write_devices;
	ui.record = record_device;
	ui.ctx = l;
	l->devices = devices_start(&l->loop, l->door, &l->config, &l->clock);
	if (!l->devices || sync_start(&l->loop, l->door, sync, &l->clock, &l->sync) < 0) {
		text_fmt(message, cap, "out of memory");
		return -1;
	}
	for (int i = 0; i < l->config.device_count; i++)
		if (l->station->devices[i].cut_off)
			devices_cut_off(l->devices, l->config.devices[i].name);
	l->ui = ui_start(&l->loop, l->door, &ui, message, cap);
	return l->ui ? 0 : -1;
}

static void start_handles(struct ladad *l)
{
	uv_async_init(&l->loop, &l->out_ready, collect);
	uv_timer_init(&l->loop, &l->tick);
	uv_timer_init(&l->loop, &l->wake);
	uv_timer_init(&l->loop, &l->stop_limit);
	uv_signal_init(&l->loop, &l->term);
	uv_signal_init(&l->loop, &l->interrupt);
	l->out_ready.data = l->tick.data = l->wake.data = l->stop_limit.data = l;
	l->term.data = l->interrupt.data = l;
	uv_signal_start(&l->term, on_signal, SIGTERM);
	uv_signal_start(&l->interrupt, on_signal, SIGINT);
	uv_timer_start(&l->tick, submit_tick, TICK_MS, TICK_MS);
}

static int run(struct ladad *l)
{
	char message[512] = "", workers[8];
	struct sync_setup sync;

	l->clock = clock_system();
	if (files_lock(l->config.data, message, sizeof(message)) < 0)
		goto fail;
	setenv("TZ", l->config.timezone, 1);
	tzset();
	/* For libuv, before its first work: a worker for each device that hangs, and the usual
	 * four. */
	text_fmt(workers, sizeof(workers), "%d", DEVICES_MAX + 4);
	setenv("UV_THREADPOOL_SIZE", workers, 0);
	signal(SIGPIPE, SIG_IGN);
	uv_loop_init(&l->loop);
	start_handles(l);
	if (open_station(l, message, sizeof(message)) < 0)
		goto fail;
	sync = sync_setup_of(l);
	if (start_modules(l, &sync, message, sizeof(message)) < 0)
		goto fail;
	atomic_store(&l->last_step_ms, l->clock.mono_ms(l->clock.ctx));
	uv_thread_create(&l->step_thread, run_steps, l);
	log_notice("station %s/%s is up: http://%s:%d/", l->config.store, l->config.lane,
		   l->config.listen_host, ui_port(l->ui));
	notify_send("READY=1");
	uv_async_send(&l->out_ready);
	uv_run(&l->loop, UV_RUN_DEFAULT);
	if (!l->stopped) {
		log_error("the step did not end in time; what is committed is safe");
		_Exit(1);
	}
	uv_thread_join(&l->step_thread);
	mark_journal(l);
	training_free(l->station);
	store_close(l->station->store);
	log_notice("stopped");
	return l->restart ? EXIT_RESTART : 0;
fail:
	log_error("%s", message[0] ? message : "cannot start");
	return 1;
}

static void usage(FILE *to)
{
	fputs("Usage: ladad -c lada.conf [--check-config]\n"
	      "The Lada appliance: serves one counter or kiosk, in the foreground, log on stderr.\n"
	      "  -c FILE          configuration (see lada.conf(5))\n"
	      "  --check-config   read the configuration, say what is wrong, and end\n"
	      "  --help, --version\n",
	      to);
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "check-config", no_argument, NULL, 'k' },
						 { "config", required_argument, NULL, 'c' },
						 { "help", no_argument, NULL, 'h' },
						 { "version", no_argument, NULL, 'v' },
						 { 0 } };
	static struct ladad ladad; /* main's own; handed on by pointer */
	const char *path = NULL;
	char message[1024];
	bool check = false;
	int o;

	while ((o = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
		if (o == 'c') {
			path = optarg;
		} else if (o == 'k') {
			check = true;
		} else if (o == 'v') {
			puts("ladad " LADA_VERSION);
			return 0;
		} else {
			usage(o == 'h' ? stdout : stderr);
			return o == 'h' ? 0 : 2;
		}
	}
	if (!path || optind != argc) {
		usage(stderr);
		return 2;
	}
	umask(077);
	mallopt(M_TRIM_THRESHOLD, KEEP_FREE_BYTES);
	if (sodium_init() < 0) {
		log_error("libsodium does not start");
		return 1;
	}
	if (config_load(path, &ladad.config, message, sizeof(message)) < 0) {
		fprintf(stderr, "%s\n", message);
		return 2;
	}
	if (check) {
		printf("%s: good\n", path);
		return 0;
	}
	return run(&ladad);
}
