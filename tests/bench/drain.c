// SPDX-License-Identifier: Apache-2.0
/*
 * The parts of the drain bench (drain.js) that JavaScript would be too slow for.
 *
 *	drain fill DATABASE N       N events into a station's journal, waiting
 *	drain peer PORT N FILE [TIMES]
 *	                            an HQ that does nothing but acknowledge: takes every batch in
 *	                            order and acknowledges it. Ends after N events with a JSON line;
 *	                            what came in order is written to FILE, unless that is "-". With
 *	                            TIMES it then wants them all again, as an HQ put back would
 *	drain bare PORT FILE        the bare loop: publishes what FILE holds, as it is, the same
 *window of messages ahead of the acknowledgements, by libmosquitto's loop
 */
#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <mosquitto.h>
#include <sodium.h>

#include "firmware/ledger.h"
#include "firmware/station.h"
#include "sync/up.h"

#define UP_TOPIC   "lada/1/WAW-042/k1/up"
#define ACK_TOPIC  "lada/1/WAW-042/k1/ack"
#define PER_COMMIT 500

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- fill ---- */

static void add_event(struct station *st, int n)
{
	static const char person[] = "{\"salt\":\"0123456789abcdef\",\"collector\":\"Jan N.\"}";
	struct buf b = event_begin(st);
	char order[32];

	text_fmt(order, sizeof(order), "ZAM-2026-%06d", n);
	jw_str(&b, "order", order);
	if (n % 3) {
		jw_str(&b, "sku", "SKU-MUG");
		jw_int(&b, "delta", -1);
		jw_str(&b, "why", "pickup");
		jw_str(&b, "staff", "E17");
		event_end(st, "stock.changed", &b, (struct slice){ 0 }, NULL);
		return;
	}
	jw_int(&b, "rev", 3);
	jw_str(&b, "method", "code");
	jw_str(&b, "mode", "online");
	jw_raw(&b, "lines",
	       slice_of("[{\"line\":1,\"sku\":\"SKU-MUG\",\"qty\":2,\"short\":0},"
			"{\"line\":2,\"sku\":\"SKU-TEA\",\"qty\":1,\"short\":0}]"));
	jw_raw(&b, "paid", slice_of("[]"));
	jw_str(&b, "collector", "self");
	jw_str(&b, "staff", "E17");
	event_end(st, "pickup.completed", &b, slice_of(person), NULL);
}

static int fill(const char *path, int count)
{
	static struct config config;
	struct station *st = calloc(1, sizeof(*st));
	char message[512];

	text_fmt(config.store, sizeof(config.store), "WAW-042");
	text_fmt(config.lane, sizeof(config.lane), "k1");
	st->clock = clock_system();
	st->config = &config;
	st->door = door_new(NULL, NULL);
	if (store_open(path, &st->store, message, sizeof(message)) < 0 || station_start(st) < 0) {
		fprintf(stderr, "%s: %s\n", path, message);
		return 1;
	}
	for (int i = 0; i < count; i++) {
		if (i % PER_COMMIT == 0)
			store_begin(st->store);
		add_event(st, i);
		if ((i + 1) % PER_COMMIT == 0 || i + 1 == count)
			store_commit(st->store);
	}
	store_checkpoint(st->store);
	printf("{\"last\":%lld}\n", (long long)st->ledger.last);
	store_close(st->store);
	return 0;
}

/* ---- what both ends of the pipe share ---- */

struct end {
	struct mosquitto *mosq;
	FILE *file;
	long long count, next, epoch; /* peer */
	long long messages, bytes, again, acks, delivered, times;
	double begun;
	bool done;
	bool anew; /* peer: waits for the first of them once more */
	/* bare */
	char **text;
	uint32_t *n;
	long long *last; /* event of each message */
	int total, sent, acked;
};

static struct mosquitto *connect_to(const char *port, const char *id, struct end *e)
{
	struct mosquitto *m = mosquitto_new(id, true, e);

	mosquitto_int_option(m, MOSQ_OPT_TCP_NODELAY, 1);
	mosquitto_int_option(m, MOSQ_OPT_SEND_MAXIMUM, 256);
	if (mosquitto_connect(m, "127.0.0.1", (int)strtol(port, NULL, 10), 60)) {
		fprintf(stderr, "no broker at %s\n", port);
		exit(1);
	}
	return m;
}

static void loop(struct end *e)
{
	while (!e->done && mosquitto_loop(e->mosq, 1000, 1) == MOSQ_ERR_SUCCESS)
		;
}

static long long number_after(const char *at, const char *name)
{
	const char *p = at ? strstr(at, name) : NULL;

	return p ? strtoll(p + strlen(name), NULL, 10) : -1;
}

/* The last event's seq: its object is looked for from the end. */
static long long last_seq(const char *text, size_t n)
{
	static const char mark[] = "{\"e\":{\"seq\":";

	for (const char *p = text + n - sizeof(mark); p > text; p--)
		if (memcmp(p, mark, sizeof(mark) - 1) == 0)
			return strtoll(p + sizeof(mark) - 1, NULL, 10);
	return -1;
}

/* ---- peer ---- */

static void acknowledge(struct end *e)
{
	char text[96];
	const int n = snprintf(text, sizeof(text), "{\"epoch\":%lld,\"seq\":%lld}", e->epoch,
			       e->next - 1);

	e->acks += mosquitto_publish(e->mosq, NULL, ACK_TOPIC, n, text, 1, false) == 0;
}

static void on_delivered(struct mosquitto *m, void *ctx, int mid)
{
	(void)m, (void)mid;
	((struct end *)ctx)->delivered++;
}

static void on_batch(struct mosquitto *m, void *ctx, const struct mosquitto_message *msg)
{
	struct end *e = ctx;
	const char *text = msg->payload; /* libmosquitto puts a NUL behind it */
	const long long first = number_after(text, "{\"e\":{\"seq\":");
	const long long last = last_seq(text, (size_t)msg->payloadlen);
	const uint32_t n = htole32((uint32_t)msg->payloadlen);

	(void)m;
	if (e->done || (e->anew && first > 1))
		return; /* what came behind the last of them */
	e->anew = false;
	e->begun = e->begun > 0 ? e->begun : now_s();
	e->epoch = number_after(text, "\"epoch\":");
	if (first == e->next && last >= first) {
		e->next = last + 1;
		e->messages++;
		e->bytes += msg->payloadlen;
		if (e->file && (fwrite(&n, sizeof(n), 1, e->file) != 1 ||
				fwrite(text, (size_t)msg->payloadlen, 1, e->file) != 1))
			perror("peer");
	} else if (last < e->next) {
		e->again++;
	} /* else one that happened just now, ahead of those that waited: it comes again */
	acknowledge(e);
	if (e->next <= e->count)
		return;
	e->done = --e->times <= 0;
	if (!e->done) {
		e->next = 1;
		e->anew = true;
		acknowledge(e);
	}
}

static void on_ready(struct mosquitto *m, void *ctx, int mid, int n, const int *granted)
{
	(void)m, (void)ctx, (void)mid, (void)n, (void)granted;
	puts("ready");
	fflush(stdout);
}

static int peer(const char *port, const char *count, const char *path, const char *times)
{
	struct end e = { .count = strtoll(count, NULL, 10), .next = 1 };
	double took;

	e.times = strtoll(times, NULL, 10);
	e.file = strcmp(path, "-") ? fopen(path, "wb") : NULL;
	e.mosq = connect_to(port, "bench-peer", &e);
	mosquitto_message_callback_set(e.mosq, on_batch);
	mosquitto_publish_callback_set(e.mosq, on_delivered);
	mosquitto_subscribe_callback_set(e.mosq, on_ready);
	mosquitto_subscribe(e.mosq, NULL, UP_TOPIC, 1);
	loop(&e);
	took = now_s() - e.begun;
	printf("{\"seconds\":%.4f,\"messages\":%lld,\"bytes\":%lld,\"again\":%lld}\n", took,
	       e.messages, e.bytes, e.again);
	while (e.delivered < e.acks && mosquitto_loop(e.mosq, 1000, 1) == MOSQ_ERR_SUCCESS)
		;
	mosquitto_disconnect(e.mosq);
	return e.file && fclose(e.file) ? 1 : 0;
}

/* ---- bare ---- */

static void load(struct end *e, const char *path)
{
	FILE *f = fopen(path, "rb");
	uint32_t n;

	while (f && fread(&n, sizeof(n), 1, f) == 1) {
		const int i = e->total++;

		n = le32toh(n);
		e->text = realloc(e->text, (size_t)e->total * sizeof(*e->text));
		e->n = realloc(e->n, (size_t)e->total * sizeof(*e->n));
		e->last = realloc(e->last, (size_t)e->total * sizeof(*e->last));
		e->text[i] = malloc(n);
		e->n[i] = n;
		if (fread(e->text[i], n, 1, f) != 1)
			exit(1);
		e->last[i] = last_seq(e->text[i], n);
	}
	if (f)
		fclose(f);
}

static void send_more(struct end *e)
{
	for (; e->sent < e->total && e->sent - e->acked < UP_WINDOW_MESSAGES; e->sent++)
		mosquitto_publish(e->mosq, NULL, UP_TOPIC, (int)e->n[e->sent], e->text[e->sent], 1,
				  false);
}

static void on_ack(struct mosquitto *m, void *ctx, const struct mosquitto_message *msg)
{
	struct end *e = ctx;
	const long long seq = number_after(msg->payload, "\"seq\":");

	(void)m;
	while (e->acked < e->sent && e->last[e->acked] <= seq)
		e->acked++;
	e->done = e->acked == e->total;
	send_more(e);
}

static void on_subscribed(struct mosquitto *m, void *ctx, int mid, int n, const int *granted)
{
	(void)m, (void)mid, (void)n, (void)granted;
	send_more(ctx);
}

static int bare(const char *port, const char *path)
{
	struct end e = { 0 };

	load(&e, path);
	if (e.total == 0)
		return 1;
	e.mosq = connect_to(port, "bench-bare", &e);
	mosquitto_message_callback_set(e.mosq, on_ack);
	mosquitto_subscribe_callback_set(e.mosq, on_subscribed);
	mosquitto_subscribe(e.mosq, NULL, ACK_TOPIC, 1);
	loop(&e);
	mosquitto_disconnect(e.mosq);
	return 0;
}

int main(int argc, char **argv)
{
	if (sodium_init() < 0 || mosquitto_lib_init())
		return 1;
	if (argc == 4 && !strcmp(argv[1], "fill"))
		return fill(argv[2], (int)strtol(argv[3], NULL, 10));
	if ((argc == 5 || argc == 6) && !strcmp(argv[1], "peer"))
		return peer(argv[2], argv[3], argv[4], argc == 6 ? argv[5] : "1");
	if (argc == 4 && !strcmp(argv[1], "bare"))
		return bare(argv[2], argv[3]);
	fputs("drain fill DATABASE N | peer PORT N FILE [TIMES] | bare PORT FILE\n", stderr);
	return 2;
}
