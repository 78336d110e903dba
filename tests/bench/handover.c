// SPDX-License-Identifier: Apache-2.0
/*
 * What deciding a handover costs beside writing it: the whole step of `pickup.handover` (rules,
 * documents, commit) against a bare SQLite transaction that writes the same rows into a database
 * of the same shape. Interleaved, medians of both, on the disk DIR is on.
 *
 *	handover DIR [ROUNDS]	-> one JSON line
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sodium.h>
#include <sqlite3.h>

#include "firmware/desk.h"
#include "firmware/station.h"

#define ROUNDS	 200
#define TEXT_MAX 4096

struct bench {
	struct config config;
	struct station *st;
	sqlite3 *bare;
	char token[TOKEN_TEXT_MAX];
	uint64_t request, pin;
	int64_t printed; /* the job the printer was given, 0 none */
	int status;
};

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void collect(struct bench *b)
{
	struct door_out out;
	struct slice payload;

	while (door_collect(b->st->door, &out, &payload)) {
		if (out.kind == OUT_REPLY) {
			b->status = out.reply.http_status;
			if (out.reply.set_token[0])
				memcpy(b->token, out.reply.set_token, sizeof(b->token));
		} else if (out.kind == OUT_PIN) {
			b->pin = out.pin.check;
		} else if (out.kind == OUT_PRINT) {
			b->printed = out.print.job;
		}
	}
}

/* Submits, steps, and says how long the step took. */
static double step(struct bench *b, const struct door_event *e, const char *payload)
{
	double start;

	if (door_submit(b->st->door, e, slice_of(payload)) < 0)
		exit(1);
	start = now_us();
	station_step(b->st, false);
	start = now_us() - start;
	collect(b);
	return start;
}

static double verb(struct bench *b, const char *name, const char *args)
{
	struct door_event e = { .kind = DOOR_VERB };

	e.verb.request = ++b->request;
	text_fmt(e.verb.verb, sizeof(e.verb.verb), "%s", name);
	memcpy(e.verb.token, b->token, sizeof(b->token));
	return step(b, &e, args);
}

/* The printer says that it is there, and that a slip is out. */
static void printer(struct bench *b)
{
	struct door_event device = { .kind = DOOR_DEVICE }, job = { .kind = DOOR_JOB };

	text_fmt(device.device.name, sizeof(device.device.name), "receipt");
	step(b, &device, "");
	job.job.job = b->printed;
	if (b->printed)
		step(b, &job, "");
	b->printed = 0;
}

static void stream(struct bench *b, enum stream s, int64_t seq, const char *ops)
{
	struct door_event e = { .kind = DOOR_DOWN };

	e.down.stream = s;
	e.down.epoch = 7;
	if (seq == 0) {
		e.down.what = DOWN_OFFER;
		e.down.parts = 1;
		text_fmt(e.down.snapshot, sizeof(e.down.snapshot), "s%d", (int)s);
		step(b, &e, "");
		e.down.what = DOWN_PART;
		e.down.part = 1;
	}
	e.down.seq = seq;
	e.down.ops = (struct span){ 0, (uint32_t)strlen(ops) };
	step(b, &e, ops);
}

static void open_station(struct bench *b, const char *dir)
{
	char path[512], message[512];

	text_fmt(path, sizeof(path), "%s/handover.db", dir);
	text_fmt(b->config.store, sizeof(b->config.store), "WAW-042");
	text_fmt(b->config.lane, sizeof(b->config.lane), "k1");
	b->config.device_count = 1;
	b->config.devices[0].kind = DEVICE_PRINTER;
	text_fmt(b->config.devices[0].name, DEVICE_NAME_MAX, "receipt");
	b->st = calloc(1, sizeof(*b->st));
	b->st->clock = clock_system();
	b->st->config = &b->config;
	b->st->door = door_new(NULL, NULL);
	if (store_open(path, &b->st->store, message, sizeof(message)) < 0 ||
	    station_start(b->st) < 0) {
		fprintf(stderr, "%s\n", message);
		exit(1);
	}
	collect(b);
}

static void log_in(struct bench *b)
{
	struct door_event e = { .kind = DOOR_PIN };

	stream(b, STREAM_POLICY, 0,
	       "[{\"op\":\"put\",\"type\":\"policy\",\"id\":\"staff\",\"rev\":1,\"body\":{"
	       "\"people\":"
	       "[{\"id\":\"E17\",\"name\":\"Ola\",\"role\":\"clerk\",\"pin\":\"x\"}]}}]");
	verb(b, "staff.login", "{\"staff\":\"E17\",\"pin\":\"1\"}");
	e.pin.check = b->pin;
	e.pin.right = true;
	step(b, &e, "");
}

static void put_order(struct bench *b, int n)
{
	char ops[TEXT_MAX];

	text_fmt(ops, sizeof(ops),
		 "[{\"op\":\"put\",\"type\":\"order\",\"id\":\"ZAM-%d\",\"rev\":1,\"body\":{"
		 "\"status\":"
		 "\"ready\",\"totals\":{\"total\":7497,\"due\":0},\"lines\":[{\"line\":1,\"sku\":"
		 "\"A\","
		 "\"name\":\"Skarpety w żółte łódki\",\"qty\":2,\"paid\":2498},{\"line\":2,\"sku\":"
		 "\"B\",\"name\":\"Koc piknikowy\",\"qty\":1,\"paid\":4999}],\"payments\":[{\"id\":"
		 "\"p\",\"tender\":\"blik\",\"state\":\"captured\",\"amount\":7497}]}}]",
		 n);
	stream(b, STREAM_ORDERS, n, ops);
}

/* A customer came: the order stands open with all checked; only the handover is timed. */
static double hand_over(struct bench *b, int n)
{
	char order[64];
	struct call c = { .desk = DESK_COUNTER };
	double took;

	put_order(b, n);
	text_fmt(order, sizeof(order), "ZAM-%d", n);
	store_begin(b->st->store);
	c.session.valid = true;
	text_fmt(c.session.row.staff, sizeof(c.session.row.staff), "E17");
	pickup_open(b->st, &c, order, "code");
	store_commit(b->st->store);
	door_flush(b->st->door);
	collect(b);
	verb(b, "pickup.check", "{\"line\":1,\"qty\":2}");
	verb(b, "pickup.check", "{\"line\":2,\"qty\":1}");
	took = verb(b, "pickup.handover", "{}");
	if (b->status != 200) {
		fprintf(stderr, "handover of %s: %d\n", order, b->status);
		exit(1);
	}
	printer(b);
	return took;
}

static void run(sqlite3 *db, const char *sql)
{
	char *why = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &why)) {
		fprintf(stderr, "%s: %s\n", sql, why);
		exit(1);
	}
}

/* The bare side: an empty copy of the station's schema and the rows of one handover. */
static void open_bare(struct bench *b, const char *dir)
{
	char path[512], message[512];
	struct store *made;

	text_fmt(path, sizeof(path), "%s/bare.db", dir);
	if (store_open(path, &made, message, sizeof(message)) < 0)
		exit(1);
	store_close(made);
	sqlite3_open(path, &b->bare);
	run(b->bare, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
		     "PRAGMA wal_autocheckpoint=4000;"
		     "ATTACH '' AS src;");
}

static void prepare_rows(struct bench *b, const char *dir)
{
	char sql[1024];

	text_fmt(sql, sizeof(sql),
		 "ATTACH 'file:%s/handover.db?mode=ro' AS st;"
		 "CREATE TABLE src.journal AS SELECT * FROM st.journal ORDER BY n DESC LIMIT 3;"
		 "CREATE TABLE src.job AS SELECT * FROM st.job ORDER BY job DESC LIMIT 1;"
		 "CREATE TABLE src.fact AS SELECT * FROM st.fact WHERE line='' LIMIT 1;"
		 "DETACH st;",
		 dir);
	run(b->bare, sql);
}

static double write_bare(struct bench *b, int n)
{
	char sql[2048];
	double start;

	text_fmt(sql, sizeof(sql),
		 "INSERT INTO work (desk, line, checked, short, reason, mode, id, method, how, "
		 "rev) VALUES (0,'',0,0,'','pickup','ZAM-%d','code','online',1);"
		 "INSERT INTO work (desk, line, checked, short, reason) VALUES (0,'1',2,0,''),"
		 "(0,'2',1,0,'');"
		 "INSERT OR REPLACE INTO ledger (epoch, last, acked, prev) VALUES (1,0,0,'0');",
		 n);
	run(b->bare, sql);
	text_fmt(sql, sizeof(sql),
		 "BEGIN IMMEDIATE;"
		 "INSERT INTO journal (epoch, seq, type, e, person) SELECT 1, %d + rowid, type, e,"
		 " person FROM src.journal;"
		 "INSERT INTO passing (sku, delta, lane, epoch, seq) VALUES ('A',-2,'k1',1,%d),"
		 "('B',-1,'k1',1,%d);"
		 "INSERT INTO job (printer, kind, status, doc, at) SELECT printer, kind, 0, doc, at"
		 " FROM src.job;"
		 "UPDATE job SET status=1 WHERE job=last_insert_rowid();"
		 "INSERT INTO fact (id, line, handed, short, status, at, lane, epoch, seq, event)"
		 " SELECT 'ZAM-%d', '', 0, 0, status, at, lane, epoch, seq, event FROM src.fact;"
		 "INSERT INTO fact (id, line, handed, short) VALUES ('ZAM-%d','1',2,0),"
		 "('ZAM-%d','2',1,0);"
		 "DELETE FROM work WHERE desk=0;"
		 "COMMIT;",
		 n * 3, n, n, n, n, n);
	start = now_us();
	run(b->bare, sql);
	return now_us() - start;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values, int n)
{
	qsort(values, (size_t)n, sizeof(*values), by_value);
	return values[n / 2];
}

int main(int argc, char **argv)
{
	static struct bench b;
	int rounds = argc > 2 ? (int)strtol(argv[2], NULL, 10) : ROUNDS;
	double *ours = calloc((size_t)rounds, sizeof(*ours));
	double *bare = calloc((size_t)rounds, sizeof(*bare));
	double m, n;

	if (argc < 2 || rounds < 1 || sodium_init() < 0)
		return 2;
	sqlite3_config(SQLITE_CONFIG_URI, 1);
	open_station(&b, argv[1]);
	open_bare(&b, argv[1]);
	stream(&b, STREAM_ORDERS, 0, "[]");
	log_in(&b);
	printer(&b);
	hand_over(&b, 1);
	prepare_rows(&b, argv[1]);
	for (int i = 0; i < rounds; i++) {
		ours[i] = hand_over(&b, i + 2);
		bare[i] = write_bare(&b, i + 2);
	}
	m = median(ours, rounds);
	n = median(bare, rounds);
	printf("{\"handover_us\":%.0f,\"bare_us\":%.0f,\"ratio\":%.2f}\n", m, n, m / n);
	return 0;
}
