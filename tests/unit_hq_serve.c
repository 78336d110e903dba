// SPDX-License-Identifier: Apache-2.0
/*
 * lada-hq serve with a real broker: mosquitto and the HQ are child processes, the test is the
 * station and the other program that writes into HQ's file. Everything waits for a condition.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "firmware/trust/frame.h"
#include "firmware/trust/hash.h"
#include "sync/hq/acl.h"
#include "sync/hq/import.h"
#include "sync/hq/keyring.h"
#include "sync/hq/serve.h"
#include "sync/hq/stream.h"
#include "tests/pg_server.h"

#define DEADLINE_MS 20000
#define BEAT_MAX_MS 10000 /* the contract's */
#define MOSQUITTO   "/usr/sbin/mosquitto"
#define INBOX_MAX   64

struct message {
	char topic[128];
	bool retained;
	size_t n;
	char text[4096]; /* cut, NUL-terminated */
};

struct world {
	char dir[64], db[256];
	char acl[96]; /* the broker's acl_file, "" none */
	int port;
	bool fast; /* HQ's monotonic clock */
	pid_t broker, hq;
	struct mosquitto *m;
	struct message inbox[INBOX_MAX]; /* oldest first; the oldest go when it is full */
	int count;
};

static int64_t mono_ms(void)
{
	const struct clock c = clock_system();

	return c.mono_ms(c.ctx);
}

static int64_t fast_ms(void *ctx)
{
	(void)ctx;
	return mono_ms() * 25;
}

/* ---- processes ---- */

static int free_port(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
	close(fd);
	return ntohs(a.sin_port);
}

static void start_broker(struct world *w)
{
	char path[96];
	FILE *conf;

	text_fmt(path, sizeof(path), "%s/mosquitto.conf", w->dir);
	conf = fopen(path, "we");
	assert_non_null(conf);
	fprintf(conf, "listener %d 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n",
		w->port);
	if (w->acl[0])
		fprintf(conf, "acl_file %s\n", w->acl);
	if (geteuid() == 0)
		fprintf(conf, "user root\n"); /* or it could not read our directory */
	fclose(conf);
	w->broker = fork();
	assert_true(w->broker >= 0);
	if (w->broker == 0) {
		int null = open("/dev/null", O_WRONLY);

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(null, STDERR_FILENO);
		execl(MOSQUITTO, MOSQUITTO, "-c", path, (char *)NULL);
		_exit(127);
	}
}

static void run_hq(const struct world *w)
{
	struct link_options opt = { .prefix = "lada/1" };
	const char *what;
	char url[64];
	struct hq hq;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	text_fmt(url, sizeof(url), "mqtt://127.0.0.1:%d", w->port);
	if (link_parse_url(url, &opt) < 0 || hq_open(&hq, w->db, true, &what) < 0)
		_exit(3);
	if (w->fast)
		hq.clock.mono_ms = fast_ms;
	_exit(serve(&hq, &opt) < 0 ? 1 : 0);
}

static void start_hq(struct world *w)
{
	fflush(NULL);
	w->hq = fork();
	assert_true(w->hq >= 0);
	if (w->hq == 0)
		run_hq(w);
}

static int end(pid_t *pid, int signal)
{
	int status = 0;

	if (*pid > 0) {
		kill(*pid, signal);
		waitpid(*pid, &status, 0);
	}
	*pid = 0;
	return status;
}

/* ---- the station's side ---- */

static void on_message(struct mosquitto *m, void *ctx, const struct mosquitto_message *msg)
{
	struct world *w = ctx;
	struct message *in;

	(void)m;
	if (w->count == INBOX_MAX) {
		memmove(&w->inbox[0], &w->inbox[1], sizeof(w->inbox) - sizeof(w->inbox[0]));
		w->count--;
	}
	in = &w->inbox[w->count++];
	*in = (struct message){ .retained = msg->retain, .n = (size_t)msg->payloadlen };
	slice_copy(slice_of(msg->topic), in->topic, sizeof(in->topic));
	if (in->n)
		memcpy(in->text, msg->payload,
		       in->n < sizeof(in->text) ? in->n : sizeof(in->text) - 1);
}

static void connect_station(struct world *w, const char *user)
{
	int64_t until = mono_ms() + DEADLINE_MS;

	w->m = mosquitto_new(NULL, true, w);
	assert_non_null(w->m);
	if (user)
		mosquitto_username_pw_set(w->m, user, "-");
	mosquitto_message_callback_set(w->m, on_message);
	while (mosquitto_connect(w->m, "127.0.0.1", w->port, 60) != MOSQ_ERR_SUCCESS) {
		assert_true(mono_ms() < until);
		usleep(10000);
	}
	assert_int_equal(mosquitto_subscribe(w->m, NULL, "#", 1), MOSQ_ERR_SUCCESS);
}

/* A message on this topic in which `part` stands, taken out of the inbox; waits for it. */
static bool hears(struct world *w, const char *topic, const char *part, int64_t wait_ms,
		  struct message *ret_message)
{
	int64_t until = mono_ms() + wait_ms;

	for (;;) {
		for (int i = 0; i < w->count; i++) {
			struct message found = w->inbox[i];

			if (strcmp(found.topic, topic) != 0 || !strstr(found.text, part))
				continue;
			memmove(&w->inbox[i], &w->inbox[i + 1],
				(size_t)(w->count - i - 1) * sizeof(w->inbox[0]));
			w->count--;
			*ret_message = found;
			return true;
		}
		if (mono_ms() > until)
			return false;
		assert_int_equal(mosquitto_loop(w->m, 50, 1), MOSQ_ERR_SUCCESS);
	}
}

static struct message expect(struct world *w, const char *topic, const char *part)
{
	struct message m;

	if (!hears(w, topic, part, DEADLINE_MS, &m))
		fail_msg("no message on %s with %s", topic, part);
	return m;
}

static const char state_text[] =
	"{\"online\":true,\"conn\":1,\"store\":\"WAW-042\",\"lane\":\"k1\",\"epoch\":1795366197,"
	"\"version\":\"0.1.0\",\"cursors\":{},\"outbox\":0,\"acked\":0,\"devices\":[]}";

static void say(struct world *w, const char *topic, const char *text, size_t n)
{
	assert_int_equal(mosquitto_publish(w->m, NULL, topic, (int)n, text, 1, false),
			 MOSQ_ERR_SUCCESS);
}

/* As a station does: tells its state, and says it again until it is answered. An instance among
 * several must first learn of the store, or wait until another's lease is over. */
static struct message insist(struct world *w, const char *what, const char *text, const char *topic,
			     const char *part)
{
	int64_t until = mono_ms() + DEADLINE_MS;
	struct message m;
	char to[64];

	text_fmt(to, sizeof(to), "lada/1/WAW-042/k1/%s", what);
	do {
		say(w, "lada/1/WAW-042/k1/state", state_text, strlen(state_text));
		say(w, to, text, strlen(text));
		if (hears(w, topic, part, 1000, &m))
			return m;
	} while (mono_ms() < until);
	fail_msg("no message on %s with %s", topic, part);
	return m;
}

static int64_t beat_number(const struct message *m)
{
	struct json root;

	assert_int_equal(json_check(slice_of(m->text), &root), 0);
	return json_int_or(json_get(root, "n"), -1);
}

/* Says an import as another program would. */
static void import_beside(struct world *w, const char *text)
{
	struct import_counts counts = { 0 };
	const char *what;
	struct hq hq;

	assert_int_equal(hq_open(&hq, w->db, true, &what), 0);
	assert_int_equal(import_text(&hq, "test", slice_of(text), &counts), 0);
	assert_int_equal(counts.changed, 1);
	hq_close(&hq);
}

static int64_t count_events(struct world *w)
{
	const char *what;
	struct hq hq;
	int64_t n;

	assert_int_equal(hq_open(&hq, w->db, false, &what), 0);
	n = db_number(&hq.db, -1, "SELECT count(*) FROM event", "");
	hq_close(&hq);
	return n;
}

static int group_setup(void **state)
{
	*state = pg_server_wanted();
	return 0;
}

static int group_teardown(void **state)
{
	if (*state)
		pg_server_remove(*state);
	free(*state);
	return 0;
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct pg_server *server = *state;

	assert_non_null(w);
	text_fmt(w->dir, sizeof(w->dir), "/tmp/unit_hq_serve.XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	if (server)
		pg_server_url(server, w->db, sizeof(w->db));
	else
		text_fmt(w->db, sizeof(w->db), "%s/hq.db", w->dir);
	w->port = free_port();
	start_broker(w);
	connect_station(w, NULL);
	start_hq(w);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	static const char *const names[] = { "hq.db", "hq.db-wal", "hq.db-shm", "hq.db.lock",
					     "mosquitto.conf" };
	struct world *w = *state;

	end(&w->hq, SIGKILL);
	end(&w->broker, SIGKILL);
	mosquitto_destroy(w->m);
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		char path[128];

		text_fmt(path, sizeof(path), "%s/%s", w->dir, names[i]);
		unlink(path);
	}
	rmdir(w->dir);
	free(w);
	return 0;
}

/* ---- tests ---- */

static const char batch[] =
	"{\"store\":\"WAW-042\",\"lane\":\"k1\",\"epoch\":1795366197,\"events\":[{\"e\":{\"seq\":1,"
	"\"id\":\"01JD0000000000000000000001\",\"type\":\"customer.arrived\","
	"\"at\":\"2026-11-22T16:00:00.123Z\",\"prev\":\"00000000000000000000000000000000\","
	"\"body\":{\"order\":\"ZAM-1\",\"desk\":\"kiosk\"}}}]}";

static void beats_rise_over_restarts(void **state)
{
	struct world *w = *state;
	struct message m = expect(w, "lada/1/hq", "\"online\":true");
	int64_t first = beat_number(&m), start_s = (int64_t)time(NULL);
	const char *what;
	struct hq hq;

	assert_true(first > 0);
	end(&w->hq, SIGKILL);
	m = expect(w, "lada/1/hq", "\"online\":false");
	assert_string_equal(m.text, "{\"online\":false}");
	start_hq(w);
	m = expect(w, "lada/1/hq", "\"online\":true");
	assert_true(beat_number(&m) > first);
	first = beat_number(&m);
	m = expect(w, "lada/1/hq", "\"online\":true");
	assert_true(beat_number(&m) > first);
	/* Told to stop it says good-bye itself. */
	assert_int_equal(end(&w->hq, SIGTERM), 0);
	expect(w, "lada/1/hq", "\"online\":false");
	/* The file is put back from an old copy. */
	assert_int_equal(hq_open(&hq, w->db, true, &what), 0);
	assert_int_equal(db_run(&hq.db, "UPDATE meta SET value = 1 WHERE name = 'beat'", ""), 1);
	hq_close(&hq);
	start_hq(w);
	m = expect(w, "lada/1/hq", "\"online\":true");
	assert_true(beat_number(&m) >= start_s);
}

static void other_programs_are_noticed(void **state)
{
	struct world *w = *state;
	int64_t from;

	expect(w, "lada/1/hq", "\"online\":true");
	from = mono_ms();
	import_beside(
		w,
		"{\"store\":\"WAW-042\",\"type\":\"stock\",\"id\":\"A\",\"body\":{\"on_hand\":1}}");
	expect(w, "lada/1/WAW-042/down/stock", "\"seq\":1");
	assert_true(mono_ms() - from < 2000);
	import_beside(
		w,
		"{\"store\":\"WAW-042\",\"type\":\"stock\",\"id\":\"A\",\"body\":{\"on_hand\":2}}");
	expect(w, "lada/1/WAW-042/down/stock", "\"seq\":2");
}

/* Acknowledged means kept: kill -9 right after the acknowledgement, and again at once. */
static void acknowledged_events_survive(void **state)
{
	struct world *w = *state;

	expect(w, "lada/1/hq", "\"online\":true");
	for (int i = 0; i < 3; i++) {
		insist(w, "up", batch, "lada/1/WAW-042/k1/ack", "{\"epoch\":1795366197,\"seq\":1}");
		end(&w->hq, SIGKILL);
		assert_int_equal(count_events(w), 1);
		w->count = 0;
		start_hq(w);
		expect(w, "lada/1/hq", "\"online\":true");
	}
}

/* Another program holds what the event needs for as long as it likes: HQ stays reachable, and takes
 * the event afterwards. */
static void a_long_import_holds_up_no_beats(void **state)
{
	struct world *w = *state;
	struct message m;
	const char *what;
	struct hq other;

	expect(w, "lada/1/hq", "\"online\":true");
	import_beside(w, "{\"store\":\"WAW-042\",\"type\":\"order\",\"id\":\"ZAM-1\","
			 "\"body\":{\"status\":\"ready\"}}");
	expect(w, "lada/1/WAW-042/down/orders", "\"seq\":1");
	assert_int_equal(hq_open(&other, w->db, false, &what), 0);
	assert_int_equal(db_begin(&other.db), 0);
	stream_hold(&other, "WAW-042", stream_by_name("orders"));
	say(w, "lada/1/WAW-042/k1/up", batch, strlen(batch));
	w->count = 0;
	for (int i = 0; i < 3; i++) {
		say(w, "lada/1/WAW-042/k1/up", batch, strlen(batch));
		assert_true(hears(w, "lada/1/hq", "\"online\":true", BEAT_MAX_MS, &m));
	}
	assert_false(hears(w, "lada/1/WAW-042/k1/ack", "\"seq\"", 0, &m));
	db_rollback(&other.db);
	hq_close(&other);
	insist(w, "up", batch, "lada/1/WAW-042/k1/ack", "{\"epoch\":1795366197,\"seq\":1}");
}

/* Its clock runs fast, or this would take minutes. */
static void beats_outlast_a_locked_file(void **state)
{
	struct world *w = *state;
	const char *what;
	struct hq other;

	if (db_is_url(w->db))
		skip(); /* its beats come from the database one by one */
	end(&w->hq, SIGKILL);
	w->fast = true;
	start_hq(w);
	for (int i = 0; i < 10; i++)
		expect(w, "lada/1/hq", "\"online\":true");
	assert_int_equal(hq_open(&other, w->db, false, &what), 0);
	assert_int_equal(db_begin(&other.db), 0);
	for (int i = 0; i < 20; i++)
		expect(w, "lada/1/hq", "\"online\":true");
	db_rollback(&other.db);
	hq_close(&other);
}

/* Somebody sits on one store's rows: the others are served, and it is afterwards. */
static void a_locked_store_holds_up_no_other(void **state)
{
	static const char another[] =
		"{\"store\":\"KRK-1\",\"lane\":\"k1\",\"epoch\":1795366197,\"events\":[{\"e\":{"
		"\"seq\":1,\"id\":\"01JD0000000000000000000002\",\"type\":\"code.requested\","
		"\"at\":\"2026-11-22T16:00:00.123Z\","
		"\"prev\":\"00000000000000000000000000000000\",\"body\":{\"order\":\"K\"}}}]}";
	struct world *w = *state;
	struct message m;
	const char *what;
	struct hq other;

	if (!db_is_url(w->db))
		skip(); /* a file has one lock */
	expect(w, "lada/1/hq", "\"online\":true");
	import_beside(w, "{\"store\":\"WAW-042\",\"type\":\"order\",\"id\":\"ZAM-1\","
			 "\"body\":{\"status\":\"ready\"}}");
	import_beside(w, "{\"store\":\"KRK-1\",\"type\":\"stock\",\"id\":\"A\",\"body\":{}}");
	expect(w, "lada/1/WAW-042/down/orders", "\"seq\":1");
	expect(w, "lada/1/KRK-1/down/stock", "\"seq\":1");
	assert_int_equal(hq_open(&other, w->db, false, &what), 0);
	assert_int_equal(db_begin(&other.db), 0);
	stream_hold(&other, "WAW-042", stream_by_name("orders"));
	for (int i = 0; i < 3; i++) {
		say(w, "lada/1/WAW-042/k1/up", batch, strlen(batch));
		say(w, "lada/1/KRK-1/k1/up", another, strlen(another));
		assert_true(hears(w, "lada/1/KRK-1/k1/ack", "\"seq\":1", 2000, &m));
	}
	assert_false(hears(w, "lada/1/WAW-042/k1/ack", "\"seq\"", 0, &m));
	db_rollback(&other.db);
	hq_close(&other);
	/* What came meanwhile was kept. */
	expect(w, "lada/1/WAW-042/k1/ack", "{\"epoch\":1795366197,\"seq\":1}");
}

static void asks_are_answered(void **state)
{
	static const char ask[] =
		"{\"ask\":\"stream\",\"id\":\"a1\",\"stream\":\"orders\",\"epoch\":0,"
		"\"after\":0}";
	struct world *w = *state;
	struct message m;
	char part[256];
	struct json root;
	char id[ID_MAX + 1];

	expect(w, "lada/1/hq", "\"online\":true");
	m = insist(w, "ask", ask, "lada/1/WAW-042/k1/down/orders", "\"snapshot\"");
	assert_int_equal(json_check(slice_of(m.text), &root), 0);
	json_string(json_get(json_get(root, "snapshot"), "id"), id, sizeof(id));
	text_fmt(part, sizeof(part),
		 "{\"ask\":\"part\",\"id\":\"a2\",\"snapshot\":\"%s\","
		 "\"stream\":\"orders\",\"from\":1,\"count\":8}",
		 id);
	say(w, "lada/1/WAW-042/k1/ask", part, strlen(part));
	expect(w, "lada/1/WAW-042/k1/down/orders", "\"part\":1");
}

static void a_flood_of_rubbish_does_no_harm(void **state)
{
	size_t n = 10 * 1024 * 1024;
	struct world *w = *state;
	char *rubbish = malloc(n);

	assert_non_null(rubbish);
	expect(w, "lada/1/hq", "\"online\":true");
	memset(rubbish, '{', n);
	say(w, "lada/1/WAW-042/k1/up", rubbish, n);
	for (size_t size = 0; size < 300; size++) {
		randombytes_buf(rubbish, size);
		say(w, "lada/1/WAW-042/k1/up", rubbish, size);
		say(w, "lada/1/WAW-042/k1/ask", rubbish, size);
	}
	insist(w, "up", batch, "lada/1/WAW-042/k1/ack", "\"seq\":1");
	free(rubbish);
}

static void the_broker_may_come_and_go(void **state)
{
	struct world *w = *state;

	expect(w, "lada/1/hq", "\"online\":true");
	end(&w->broker, SIGKILL);
	import_beside(
		w,
		"{\"store\":\"WAW-042\",\"type\":\"stock\",\"id\":\"A\",\"body\":{\"on_hand\":1}}");
	/* HQ sleeps until the station listens, or it would miss what HQ says first. */
	kill(w->hq, SIGSTOP);
	mosquitto_destroy(w->m);
	w->count = 0;
	start_broker(w);
	connect_station(w, NULL);
	say(w, "test/ready", "x", 1);
	expect(w, "test/ready", "x");
	kill(w->hq, SIGCONT);
	expect(w, "lada/1/hq", "\"online\":true");
	expect(w, "lada/1/WAW-042/down/stock", "\"on_hand\":1");
	say(w, "lada/1/WAW-042/k1/up", batch, strlen(batch));
	expect(w, "lada/1/WAW-042/k1/ack", "\"seq\":1");
}

/* From the moment there is a stream key all that HQ says is signed, bound to its topic. */
static void everything_is_signed(void **state)
{
	static char scratch[65536];
	struct world *w = *state;
	char line[KEYRING_LINE_MAX];
	struct trust_keys keys;
	const char *what;
	struct message m[3];
	struct buf s;
	struct hq hq;
	int number;

	expect(w, "lada/1/hq", "{\"online\":true");
	assert_int_equal(hq_open(&hq, w->db, false, &what), 0);
	assert_int_equal(keyring_make(&hq, "stream", 7, false, line), 0);
	hq_close(&hq);
	assert_int_equal(trust_keys_parse(slice_of(line), &keys, &number, &what), 0);
	m[0] = expect(w, "lada/1/hq", "LS1 7 ");
	import_beside(
		w,
		"{\"store\":\"WAW-042\",\"type\":\"stock\",\"id\":\"A\",\"body\":{\"on_hand\":1}}");
	m[1] = expect(w, "lada/1/WAW-042/down/stock", "LS1 7 ");
	say(w, "lada/1/WAW-042/k1/up", batch, strlen(batch));
	m[2] = expect(w, "lada/1/WAW-042/k1/ack", "LS1 7 ");
	buf_init(&s, scratch, sizeof(scratch));
	for (int i = 0; i < 3; i++) {
		struct frame f;

		assert_int_equal(frame_open((struct slice){ m[i].text, m[i].n }, &f), 0);
		assert_true(frame_verify(&f, m[i].topic, keys.key[0].public_key, &s));
		assert_false(frame_verify(&f, "lada/1/KRK-1/k1/ack", keys.key[0].public_key, &s));
	}
}

static void a_file_is_served_once(void **state)
{
	struct world *w = *state;
	pid_t second;
	int status = 0;

	if (db_is_url(w->db))
		return; /* there several may */
	expect(w, "lada/1/hq", "\"online\":true");
	fflush(NULL);
	second = fork();
	assert_true(second >= 0);
	if (second == 0)
		run_hq(w);
	assert_int_equal(waitpid(second, &status, 0), second);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
}

static bool was_heard(const struct world *w, const char *text)
{
	for (int i = 0; i < w->count; i++) {
		if (strcmp(w->inbox[i].text, text) == 0)
			return true;
	}
	return false;
}

static void write_acl(struct world *w)
{
	static const char *const lanes[] = { "WAW-042/k1", "KRK-1/k1" };
	const struct acl_wanted wanted = { .prefix = "lada/1", .lane = lanes, .lane_count = 2 };
	FILE *acl = fopen(w->acl, "we");
	const char *what;
	struct hq hq;

	assert_non_null(acl);
	assert_int_equal(hq_open(&hq, w->db, true, &what), 0);
	assert_int_equal(acl_print(&hq, &wanted, acl), 0);
	hq_close(&hq);
	fclose(acl);
}

/* The access list that `acl` prints, on a broker: a store neither speaks nor hears for another,
 * and does not speak for HQ. */
static void stores_are_kept_apart(void **state)
{
	struct world *w = *state, *waw = calloc(1, sizeof(*w)), *krk = calloc(1, sizeof(*w));

	assert_true(waw && krk);
	end(&w->hq, SIGKILL);
	end(&w->broker, SIGKILL);
	mosquitto_destroy(w->m);
	text_fmt(w->acl, sizeof(w->acl), "%s/acl", w->dir);
	write_acl(w);
	start_broker(w);
	w->count = 0;
	waw->port = krk->port = w->port;
	connect_station(w, "hq");
	connect_station(waw, "lada-WAW-042-k1");
	connect_station(krk, "lada-KRK-1-k1");
	say(krk, "lada/1/KRK-1/claim", "ready", 5);
	expect(krk, "lada/1/KRK-1/claim", "ready");
	say(waw, "lada/1/KRK-1/k1/up", "a", 1);
	say(waw, "lada/1/KRK-1/claim", "a", 1);
	say(waw, "lada/1/WAW-042/down/stock", "b", 1);
	say(waw, "lada/1/WAW-042/k1/ack", "b", 1);
	say(waw, "lada/1/hq", "b", 1);
	say(waw, "lada/1/WAW-042/k1/up", "c", 1);
	expect(waw, "lada/1/WAW-042/k1/up", "c");
	expect(w, "lada/1/WAW-042/k1/up", "c");
	assert_false(was_heard(w, "a"));
	assert_false(was_heard(waw, "b"));
	say(w, "lada/1/KRK-1/k1/ack", "d", 1);
	say(w, "lada/1/hq", "e", 1);
	expect(krk, "lada/1/hq", "e");
	assert_true(was_heard(krk, "d"));
	assert_false(was_heard(krk, "a"));
	assert_false(was_heard(krk, "b"));
	assert_false(was_heard(krk, "c"));
	expect(waw, "lada/1/hq", "e");
	assert_false(was_heard(waw, "d"));
	mosquitto_destroy(waw->m);
	mosquitto_destroy(krk->m);
	unlink(w->acl);
	free(waw);
	free(krk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(beats_rise_over_restarts),	T(other_programs_are_noticed),
		T(acknowledged_events_survive), T(a_long_import_holds_up_no_beats),
		T(beats_outlast_a_locked_file), T(a_locked_store_holds_up_no_other),
		T(asks_are_answered),		T(a_flood_of_rubbish_does_no_harm),
		T(the_broker_may_come_and_go),	T(everything_is_signed),
		T(a_file_is_served_once),	T(stores_are_kept_apart),
	};

	if (sodium_init() < 0)
		return 1;
	mosquitto_lib_init();
	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
