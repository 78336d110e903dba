// SPDX-License-Identifier: Apache-2.0
/*
 * Bytes written to disk for an order handed over: what the database and its log are given by
 * write() and pwrite(), counted by the kernel, over many orders and with the log moved into the
 * database at the end, so that nothing is left out. A store of 10,000 orders; each order has two
 * lines, a slip that prints, and HQ's acknowledgement of its events after it.
 *
 *	written [ORDERS]	-> one JSON line, bytes an order:
 *	  handover  from the press to HQ's acknowledgement: order, stock, events, outbox, print
 *	            job, the job's end, the press that may be repeated, the acknowledgement
 *	  pickup    all of it: with the scan that opens the order and each piece checked
 *	  settled   the share of both that comes later, when the log is moved into the database
 *	  payload   what the events and the slip of one order are as text
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "tests/shop.h"

#define STOCKED	    10000
#define PER_MESSAGE 50
#define NOTED_MS 1100

struct bench {
	struct shop *s;
	int64_t handover, pickup, payload;
	int acked;
};

static int64_t written(void)
{
	char line[128];
	long long n = -1;
	FILE *f = fopen("/proc/self/io", "r");

	while (f && n < 0 && fgets(line, sizeof(line), f))
		sscanf(line, "wchar: %lld", &n);
	if (f)
		fclose(f);
	return n;
}

static void put_order(struct buf *b, int n)
{
	buf_fmt(b,
		"%s{\"op\":\"put\",\"type\":\"order\",\"id\":\"ZAM-%d\",\"rev\":1,\"body\":{"
		"\"status\":"
		"\"ready\",\"number\":\"%d\",\"totals\":{\"total\":7497,\"due\":0},\"lines\":[{"
		"\"line\":"
		"1,\"sku\":\"SKU-A%d\",\"gtin\":\"5901234123457\",\"name\":\"Skarpety w żółte "
		"łódki\","
		"\"qty\":1,\"paid\":2498},{\"line\":2,\"sku\":\"SKU-B%d\",\"gtin\":"
		"\"4006381333931\","
		"\"name\":\"Koc piknikowy\",\"qty\":1,\"paid\":4999}],\"payments\":[{\"id\":\"p\","
		"\"tender\":\"blik\",\"state\":\"captured\",\"amount\":7497}]}}",
		b->p[b->len - 1] == '[' ? "" : ",", n, n, n % 997, n % 991);
}

static void stock(struct bench *b)
{
	char *memory = malloc(SHOP_TEXT_MAX);

	for (int i = 0; i < STOCKED; i += PER_MESSAGE) {
		struct buf ops;

		buf_init(&ops, memory, SHOP_TEXT_MAX);
		buf_byte(&ops, '[');
		for (int n = i; n < i + PER_MESSAGE; n++)
			put_order(&ops, n * 7919 % STOCKED + 10);
		buf_byte(&ops, ']');
		shop_down(b->s, STREAM_ORDERS, 7, 1 + i / PER_MESSAGE, buf_str(&ops), NULL);
	}
	free(memory);
}

/* Everything told so far has arrived at HQ; it says so once the slip is out. */
static void acknowledge(struct bench *b)
{
	struct door_event e = { .kind = DOOR_ACK };

	e.ack.epoch = b->s->st->ledger.epoch;
	e.ack.seq = b->s->st->ledger.last;
	shop_submit(b->s, &e, NULL);
	b->acked += b->s->st->ledger.acked == e.ack.seq;
}

static void print_out(struct bench *b)
{
	struct door_event e = { .kind = DOOR_JOB };

	e.job.job = b->s->printed_job;
	e.job.result = JOB_RESULT_DONE;
	shop_submit(b->s, &e, NULL);
}

static void hand_over(struct bench *b, int n)
{
	char code[CODE_TEXT_MAX], order[32], press[32];
	const int64_t begun = written();
	int64_t pressed;

	text_fmt(order, sizeof(order), "ZAM-%d", n);
	text_fmt(press, sizeof(press), "press-%d", n);
	shop_sign_code(b->s, order, code);
	shop_scan(b->s, code);
	shop_scan(b->s, "5901234123457");
	shop_scan(b->s, "4006381333931");
	pressed = written();
	shop_verb(b->s, "pickup.handover", "{}", press);
	if (b->s->status != 200) {
		fprintf(stderr, "%s: %s\n", order, b->s->reply);
		exit(1);
	}
	b->payload += (int64_t)(strlen(b->s->up) + strlen(b->s->printed));
	print_out(b);
	acknowledge(b);
	shop_tick(b->s, NOTED_MS); /* until then an acknowledgement may wait to be written down */
	b->handover += written() - pressed;
	b->pickup += written() - begun;
}

int main(int argc, char **argv)
{
	const int orders = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 500;
	struct bench b = { .s = NULL };
	int64_t settled;

	if (orders < 1 || orders > STOCKED || sodium_init() < 0)
		return 2;
	b.s = shop_open_file(1);
	shop_begin_stream(b.s, STREAM_ORDERS);
	shop_begin_stream(b.s, STREAM_POLICY);
	shop_down(b.s, STREAM_POLICY, 7, 1, SHOP_STAFF, NULL);
	stock(&b);
	shop_log_in(b.s);
	store_checkpoint(b.s->st->store);
	for (int i = 0; i < orders; i++)
		hand_over(&b, (i * 6151 + 17) % STOCKED + 10);
	settled = written();
	store_checkpoint(b.s->st->store);
	settled = (written() - settled) / orders;
	printf("{\"handover\":%lld,\"pickup\":%lld,\"settled\":%lld,\"payload\":%lld}\n",
	       (long long)(b.handover / orders + settled), (long long)(b.pickup / orders + settled),
	       (long long)settled, (long long)(b.payload / orders));
	shop_close(b.s);
	return b.acked == orders ? 0 : 1;
}
