// SPDX-License-Identifier: Apache-2.0
/*
 * sync/link.c against a real mosquitto that each test starts on a free port, with a second
 * libmosquitto client as the witness. All in one thread: until a condition holds or its time is
 * over, the loop and the witness take turns.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <mosquitto.h>
#include <sodium.h>

#include "firmware/base/json.h"
#include "sync/link.h"

#define BROKER	  "/usr/sbin/mosquitto"
#define ALL	  "lada/1/WAW-042/"
#define ME	  "lada/1/WAW-042/k1/"
#define BIG_BYTES (10 * 1024 * 1024)
#define SEEN_MAX  64

extern char **environ;

struct seen {
	char topic[128];
	char payload[512];
	bool retain;
};

struct fixture {
	char dir[64];
	int port;
	const char *extra; /* more lines for the broker */
	pid_t broker;
	struct clock clock;
	uv_loop_t loop;
	struct trust_keys keys;
	struct trust_pair pair;
	struct sync_setup setup;
	struct door *door;
	struct sync *sync;
	struct mosquitto *witness;
	bool witness_up;
	struct seen seen[SEEN_MAX];
	int seen_count;
	int events[DOOR_STOP + 1]; /* at the door, by kind */
	struct door_event last;
	bool link_up;
	int64_t slowest_ms; /* one turn of the loop */
	char path[3][128];
};

static int64_t now_ms(const struct fixture *f)
{
	return f->clock.mono_ms(f->clock.ctx);
}

/* ---- the broker ---- */

static int free_port(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, n), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
	close(fd);
	return ntohs(a.sin_port);
}

static bool answers(int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons((uint16_t)port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	bool ok = connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0;

	close(fd);
	return ok;
}

static void start_broker(struct fixture *f)
{
	char conf[128];
	char *const argv[] = { (char *)(uintptr_t)BROKER, (char *)(uintptr_t) "-c", conf, NULL };
	int64_t until = now_ms(f) + 10000;
	posix_spawn_file_actions_t quiet;
	FILE *file;

	assert_int_equal(text_fmt(conf, sizeof(conf), "%s/mosquitto.conf", f->dir), 0);
	file = fopen(conf, "w");
	assert_non_null(file);
	fprintf(file,
		"listener %d 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n"
		"persistence false\n%s",
		f->port, f->extra ? f->extra : "");
	if (geteuid() == 0)
		fprintf(file, "user root\n");
	fclose(file);
	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", O_WRONLY, 0);
	assert_int_equal(posix_spawn(&f->broker, BROKER, &quiet, NULL, argv, environ), 0);
	posix_spawn_file_actions_destroy(&quiet);
	while (!answers(f->port)) {
		assert_true(now_ms(f) < until);
		assert_int_equal(waitpid(f->broker, NULL, WNOHANG), 0);
		usleep(2000);
	}
}

static void kill_broker(struct fixture *f)
{
	if (f->broker <= 0)
		return;
	kill(f->broker, SIGKILL);
	waitpid(f->broker, NULL, 0);
	f->broker = 0;
}

/* ---- the witness ---- */

static void on_seen(struct mosquitto *mosq, void *ctx, const struct mosquitto_message *m)
{
	struct fixture *f = ctx;
	struct seen *s = &f->seen[f->seen_count % SEEN_MAX];
	size_t n = (size_t)m->payloadlen;

	(void)mosq;
	slice_copy(slice_of(m->topic), s->topic, sizeof(s->topic));
	slice_copy((struct slice){ m->payload, n < 511 ? n : 511 }, s->payload, sizeof(s->payload));
	s->retain = m->retain;
	f->seen_count++;
}

static void on_granted(struct mosquitto *mosq, void *ctx, int mid, int n, const int *qos)
{
	struct fixture *f = ctx;

	(void)mosq;
	(void)mid;
	(void)n;
	(void)qos;
	f->witness_up = true;
}

static const char *last_seen(const struct fixture *f)
{
	return f->seen_count ? f->seen[(f->seen_count - 1) % SEEN_MAX].payload : "";
}

/* ---- turns ---- */

static void drain_door(struct fixture *f)
{
	struct door_event e;
	struct slice payload;

	while (door_take(f->door, false, &e, &payload)) {
		f->events[e.kind]++;
		f->last = e;
		if (e.kind == DOOR_LINK)
			f->link_up = e.link.up;
	}
}

static void turn(struct fixture *f)
{
	int64_t before = now_ms(f), took;

	uv_run(&f->loop, UV_RUN_NOWAIT);
	took = now_ms(f) - before;
	f->slowest_ms = took > f->slowest_ms ? took : f->slowest_ms;
	drain_door(f);
	if (f->witness)
		mosquitto_loop(f->witness, 1, 1);
	else
		usleep(1000);
}

#define until(f, condition, ms)                                                                    \
	do {                                                                                       \
		int64_t end_ms = now_ms(f) + (ms);                                                 \
		while (!(condition)) {                                                             \
			if (now_ms(f) > end_ms)                                                    \
				fail_msg("not within %d ms: %s", (ms), #condition);                \
			turn(f);                                                                   \
		}                                                                                  \
	} while (0)

static void add_witness(struct fixture *f, const char *topic)
{
	f->witness_up = false;
	f->witness = mosquitto_new("witness", true, f);
	assert_non_null(f->witness);
	mosquitto_message_callback_set(f->witness, on_seen);
	mosquitto_subscribe_callback_set(f->witness, on_granted);
	assert_int_equal(mosquitto_connect(f->witness, "127.0.0.1", f->port, 60), 0);
	assert_int_equal(mosquitto_subscribe(f->witness, NULL, topic, 1), 0);
	until(f, f->witness_up, 5000);
}

static void say(struct fixture *f, const char *topic, const char *payload, size_t n)
{
	assert_int_equal(mosquitto_publish(f->witness, NULL, topic, (int)n, payload, 1, false), 0);
}

static void start_station(struct fixture *f)
{
	assert_int_equal(sync_start(&f->loop, f->door, &f->setup, &f->clock, &f->sync), 0);
}

static void stop_station(struct fixture *f)
{
	int64_t end = now_ms(f) + 5000;

	sync_stop(f->sync);
	f->sync = NULL;
	while (uv_loop_alive(&f->loop)) {
		assert_true(now_ms(f) < end);
		turn(f);
	}
}

static void heartbeat(struct fixture *f, const char *payload)
{
	const struct door_out out = { .kind = OUT_HEARTBEAT };

	sync_output(f->sync, &out, slice_of(payload));
}

static long metric(struct fixture *f, const char *name)
{
	char text[8192], line[96], *at;
	struct buf b;

	buf_init(&b, text, sizeof(text));
	sync_metrics(f->sync, &b);
	assert_non_null(buf_str(&b));
	assert_int_equal(text_fmt(line, sizeof(line), "\n%s ", name), 0);
	at = strstr(text, line);
	assert_non_null(at);
	return strtol(at + strlen(line), NULL, 10);
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->clock = clock_system();
	slice_copy(slice_of("/tmp/lada-link-XXXXXX"), f->dir, sizeof(f->dir));
	assert_non_null(mkdtemp(f->dir));
	f->port = free_port();
	assert_int_equal(uv_loop_init(&f->loop), 0);
	f->door = door_new(NULL, NULL);
	assert_non_null(f->door);
	f->setup = (struct sync_setup){
		.host = "127.0.0.1",
		.port = f->port,
		.ca = "",
		.cert = "",
		.key = "",
		.user = "",
		.password = "",
		.prefix = "lada/1",
		.store = "WAW-042",
		.lane = "k1",
		.keys = &f->keys,
		.pair = &f->pair,
		.epoch = 1795366197,
		.first_conn = 1,
	};
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	static const char *const names[] = { "mosquitto.conf", "ca.key",      "ca.pem",
					     "station.key",    "station.pem", "server.key",
					     "server.pem",     "station.csr", "server.csr",
					     "ca.srl" };
	struct fixture *f = *state;
	char path[128];

	if (f->sync)
		stop_station(f);
	if (f->witness)
		mosquitto_destroy(f->witness);
	kill_broker(f);
	assert_int_equal(uv_loop_close(&f->loop), 0);
	door_free(f->door);
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (text_fmt(path, sizeof(path), "%s/%s", f->dir, names[i]) == 0)
			unlink(path);
	rmdir(f->dir);
	free(f);
	return 0;
}

/* ---- tests ---- */

static void connects_and_talks(void **state)
{
	struct fixture *f = *state;
	const char *down = "{\"stream\":\"orders\",\"epoch\":7,\"seq\":1,\"ops\":[]}";
	const struct door_out up = { .kind = OUT_UP, .up = { 5, 1, 1, false } };

	start_broker(f);
	add_witness(f, ALL "#");
	start_station(f);
	heartbeat(f, "\"v\":1}");
	until(f, f->link_up, 5000);
	assert_true(sync_connected(f->sync));
	until(f, f->seen_count == 1, 2000);
	assert_string_equal(f->seen[0].topic, ME "state");
	assert_string_equal(f->seen[0].payload, "{\"online\":true,\"conn\":1,\"v\":1}");

	say(f, ALL "down/orders", down, strlen(down));
	until(f, f->events[DOOR_DOWN] == 1, 2000);
	assert_int_equal(f->last.down.seq, 1);
	assert_false(f->last.down.direct);
	say(f, ME "down/orders", down, strlen(down));
	until(f, f->events[DOOR_DOWN] == 2, 2000);
	assert_true(f->last.down.direct);
	say(f, ME "ack", "{\"epoch\":5,\"seq\":0}", 19);
	until(f, f->events[DOOR_ACK] == 1, 2000);
	say(f, "lada/1/hq", "{\"online\":true,\"n\":1}", 21);
	until(f, f->events[DOOR_BEAT] == 1, 2000);

	sync_output(f->sync, &up, slice_of("{\"events\":[]}"));
	until(f, strcmp(last_seen(f), "{\"events\":[]}") == 0, 2000);
	until(f, sync_outstanding(f->sync) == 0, 2000);
	assert_int_equal(f->events[DOOR_REFUSED], 0);
}

static void it_stops_at_any_moment(void **state)
{
	struct fixture *f = *state;

	start_broker(f);
	for (int turns = 0; turns < 40; turns++) {
		start_station(f);
		heartbeat(f, "\"v\":1}");
		for (int i = 0; i < turns; i++)
			turn(f);
		stop_station(f);
		drain_door(f);
	}
	assert_true(f->events[DOOR_LINK] > 0);
}

static void a_clean_stop_says_so(void **state)
{
	struct fixture *f = *state;
	const char *offline = "{\"online\":false,\"epoch\":1795366197,\"conn\":1}";

	start_broker(f);
	start_station(f);
	heartbeat(f, "\"v\":1}");
	until(f, f->link_up, 5000);
	stop_station(f);
	add_witness(f, ME "state");
	until(f, f->seen_count == 1, 2000);
	assert_string_equal(last_seen(f), offline);
	assert_true(f->seen[0].retain);
}

/* The station's process dies; the broker speaks its will. */
static void the_will_is_heard(void **state)
{
	struct fixture *f = *state;
	pid_t station;

	start_broker(f);
	add_witness(f, ME "state");
	station = fork();
	assert_true(station >= 0);
	if (station == 0) {
		uv_loop_t loop;

		f->setup.first_conn = 41;
		if (uv_loop_init(&loop) == 0 &&
		    sync_start(&loop, f->door, &f->setup, &f->clock, &f->sync) == 0) {
			heartbeat(f, "\"v\":1}");
			uv_run(&loop, UV_RUN_DEFAULT);
		}
		_exit(1);
	}
	until(f, strstr(last_seen(f), "\"online\":true"), 5000);
	kill(station, SIGKILL);
	waitpid(station, NULL, 0);
	until(f, strstr(last_seen(f), "\"online\":false"), 5000);
	assert_string_equal(last_seen(f), "{\"online\":false,\"epoch\":1795366197,\"conn\":41}");
}

static void a_killed_broker_comes_back(void **state)
{
	struct fixture *f = *state;

	start_station(f);
	heartbeat(f, "\"v\":1}");
	until(f, metric(f, "lada_broker_attempts_total") >= 2, 5000);
	assert_false(f->link_up);
	start_broker(f);
	until(f, f->link_up, 16000);
	kill_broker(f);
	until(f, !f->link_up, 5000);
	assert_false(sync_connected(f->sync));
	start_broker(f);
	until(f, f->link_up, 16000);
	add_witness(f, ME "state");
	until(f, f->seen_count >= 1, 3000);
	assert_null(strstr(last_seen(f), "\"conn\":1,"));
	assert_true(f->slowest_ms < 200);
}

static void ten_megabytes_do_not_hurt(void **state)
{
	struct fixture *f = *state;
	const char *down = "{\"stream\":\"orders\",\"epoch\":7,\"seq\":1,\"ops\":[]}";
	char *big = malloc(BIG_BYTES);

	assert_non_null(big);
	memset(big, '[', BIG_BYTES);
	start_broker(f);
	add_witness(f, "nothing");
	start_station(f);
	until(f, f->link_up, 5000);
	say(f, ALL "down/orders", big, BIG_BYTES);
	until(f, f->events[DOOR_REFUSED] == 1, 20000);
	assert_string_equal(f->last.refused.why, "too_big");
	assert_int_equal(metric(f, "lada_sync_refused_total{why=\"too_big\"}"), 1);
	/* The largest there may be: let in as far as its JSON. */
	say(f, ALL "down/orders", big, FRAME_MESSAGE_MAX);
	until(f, f->events[DOOR_REFUSED] == 2, 20000);
	assert_string_equal(f->last.refused.why, "json");
	say(f, ALL "down/orders", down, strlen(down));
	until(f, f->events[DOOR_DOWN] == 1, 5000);
	assert_int_equal(metric(f, "lada_broker_lost_total"), 0);
	free(big);
}

/* Two boxes with one name: the broker throws them out in turn, but not in a storm. */
static void a_taken_name_is_no_storm(void **state)
{
	struct fixture *f = *state;
	struct door *door = door_new(NULL, NULL);
	struct sync *other;
	int64_t end;

	start_broker(f);
	start_station(f);
	until(f, f->link_up, 5000);
	assert_int_equal(sync_start(&f->loop, door, &f->setup, &f->clock, &other), 0);
	end = now_ms(f) + 6000;
	until(f, now_ms(f) >= end, 7000);
	assert_true(metric(f, "lada_broker_attempts_total") <= 5);
	assert_true(f->events[DOOR_LINK] >= 2);
	sync_stop(other);
	stop_station(f);
	door_free(door);
}

/* What cannot be resolved or reached does not hold up the loop. */
static void nothing_blocks_the_loop(void **state)
{
	struct fixture *f = *state;
	int64_t end = now_ms(f) + 1500;

	f->setup.host = "no-such-host.invalid";
	start_station(f);
	until(f, now_ms(f) >= end, 5000);
	assert_false(sync_connected(f->sync));
	assert_true(f->slowest_ms < 200);
}

static int listen_on(int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons((uint16_t)port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(fd, 8), 0);
	return fd;
}

/* A listener that accepts and says nothing is given up after a while. */
static void a_silent_broker_is_given_up(void **state)
{
	struct fixture *f = *state;
	int fd = listen_on(f->port);

	start_station(f);
	until(f, metric(f, "lada_broker_attempts_total") == 2, 14000);
	assert_false(sync_connected(f->sync));
	close(fd);
}

static void run_openssl(const struct fixture *f, const char *fmt, const char *name)
{
	char args[512], line[640];

	assert_int_equal(text_fmt(args, sizeof(args), fmt, name, name, name), 0);
	assert_int_equal(
		text_fmt(line, sizeof(line), "cd %s && openssl %s 2>/dev/null", f->dir, args), 0);
	assert_int_equal(system(line), 0);
}

static void make_certificates(const struct fixture *f)
{
	static const char *const names[] = { "server", "station" };

	run_openssl(f,
		    "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
		    "-subj /CN=%s -keyout ca.key -out ca.pem",
		    "test-authority");
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		run_openssl(f,
			    "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
			    "-subj /CN=localhost -addext subjectAltName=DNS:localhost "
			    "-keyout %s.key -out %s.csr",
			    names[i]);
		run_openssl(f,
			    "x509 -req -in %s.csr -CA ca.pem -CAkey ca.key -CAcreateserial "
			    "-days 2 -copy_extensions copy -out %s.pem",
			    names[i]);
	}
}

/* Mutual TLS by name; a certificate of another authority is not accepted. */
static void tls_both_ways(void **state)
{
	static const char *const names[] = { "ca.pem", "station.pem", "station.key" };
	struct fixture *f = *state;
	char extra[512];

	if (system("openssl version >/dev/null 2>&1") != 0)
		skip();
	make_certificates(f);
	for (size_t i = 0; i < COUNT_OF(names); i++)
		assert_int_equal(
			text_fmt(f->path[i], sizeof(f->path[i]), "%s/%s", f->dir, names[i]), 0);
	assert_int_equal(
		text_fmt(extra, sizeof(extra),
			 "cafile %s/ca.pem\ncertfile %s/server.pem\nkeyfile %s/server.key\n"
			 "require_certificate true\n",
			 f->dir, f->dir, f->dir),
		0);
	f->extra = extra;
	start_broker(f);
	f->setup.host = "localhost";
	f->setup.tls = true;
	f->setup.ca = f->path[0];
	f->setup.cert = f->path[1];
	f->setup.key = f->path[2];
	start_station(f);
	heartbeat(f, "\"v\":1}");
	until(f, f->link_up, 16000);
	until(f, sync_outstanding(f->sync) == 0, 3000);
	stop_station(f);
	drain_door(f);
	f->link_up = false;

	f->setup.ca = "";
	start_station(f);
	until(f, metric(f, "lada_broker_attempts_total") >= 3, 8000);
	assert_false(f->link_up);
	stop_station(f);

	/* The machine's clock is behind: by what HQ said last, the certificates have expired. */
	f->setup.ca = f->path[0];
	f->setup.known_ms = f->clock.wall_ms(f->clock.ctx) + 3 * 24 * 3600 * INT64_C(1000);
	start_station(f);
	until(f, metric(f, "lada_broker_attempts_total") >= 3, 8000);
	assert_false(f->link_up);
	stop_station(f);
	f->setup.known_ms -= 2 * 24 * 3600 * INT64_C(1000);
	start_station(f);
	until(f, f->link_up, 16000);
}

/* ---- a broker of our own, as far as its goodbye ---- */

static size_t take_packet(struct fixture *f, int fd, unsigned char *dst, size_t cap)
{
	ssize_t n = -1;

	until(f, (n = recv(fd, dst, cap, MSG_DONTWAIT)) > 0, 3000);
	return (size_t)n;
}

/* The connection is reset with answers still to be read: each is read, and then that it is over. */
static void a_reset_behind_the_last_words(void **state)
{
	struct fixture *f = *state;
	static const unsigned char connack[] = { 0x20, 2, 0, 0 };
	unsigned char words[2 * 200] = { 0 }; /* PINGRESP, more than libmosquitto reads at once */
	unsigned char suback[4 + ROUTE_SUBSCRIPTIONS] = { 0x90, 2 + ROUTE_SUBSCRIPTIONS };
	unsigned char got[4096];
	int listener = listen_on(f->port), fd = -1;

	for (size_t i = 0; i < sizeof(words); i += 2)
		words[i] = 0xd0;
	assert_int_equal(fcntl(listener, F_SETFL, O_NONBLOCK), 0);
	start_station(f);
	until(f, (fd = accept(listener, NULL, NULL)) >= 0, 3000);
	take_packet(f, fd, got, sizeof(got));
	assert_int_equal(send(fd, connack, sizeof(connack), 0), sizeof(connack));
	take_packet(f, fd, got, sizeof(got));
	assert_int_equal(got[0], 0x82);
	/* The packet's id stands behind a length of one byte or two. */
	memcpy(suback + 2, got + (got[1] & 0x80 ? 3 : 2), 2);
	assert_int_equal(send(fd, suback, sizeof(suback), 0), sizeof(suback));
	until(f, f->link_up, 3000);
	while (recv(fd, got, sizeof(got), MSG_DONTWAIT) > 0)
		;
	assert_int_equal(send(fd, words, sizeof(words), 0), sizeof(words));
	close(fd);
	close(listener);
	heartbeat(f, "\"v\":1}"); /* comes too late, and is answered by the reset */
	until(f, !f->link_up, 800);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(connects_and_talks),		T(it_stops_at_any_moment),
		T(a_clean_stop_says_so),	T(the_will_is_heard),
		T(a_killed_broker_comes_back),	T(ten_megabytes_do_not_hurt),
		T(a_taken_name_is_no_storm),	T(nothing_blocks_the_loop),
		T(a_silent_broker_is_given_up), T(a_reset_behind_the_last_words),
		T(tls_both_ways),
	};

	signal(SIGPIPE, SIG_IGN);
	if (sodium_init() < 0 || mosquitto_lib_init() != MOSQ_ERR_SUCCESS)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
