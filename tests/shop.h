// SPDX-License-Identifier: Apache-2.0
/*
 * A shop for tests of the step: one station in memory, a clock that stands still until it is
 * moved, chance from a seed, a door without a loop. What came out last is kept as text. Include
 * after cmocka.h.
 */
#ifndef LADA_TESTS_SHOP_H
#define LADA_TESTS_SHOP_H

#include <string.h>

#include "firmware/station.h"
#include "firmware/trust/code.h"
#include "firmware/trust/hash.h"

#define SHOP_TEXT_MAX	262144
#define SHOP_CLOSED_MAX 32

struct shop {
	struct config config;
	struct station *st;
	int64_t wall_ms, mono_ms;
	uint64_t random;
	uint64_t request, answered; /* the last one made, the last one answered */
	/* What came out last. */
	char reply[SHOP_TEXT_MAX], screen[SHOP_TEXT_MAX], heartbeat[SHOP_TEXT_MAX],
		printed[SHOP_TEXT_MAX], asked[SHOP_TEXT_MAX], token[TOKEN_TEXT_MAX];
	char given[TOKEN_TEXT_MAX]; /* the token that came with the last reply, or "" */
	int status;
	char printer[DEVICE_NAME_MAX]; /* where it was printed */
	int prints;
	bool served; /* what sync was told last: somebody is at the counter */
	int64_t printed_job, up_first, up_last, asks, wake_ms;
	uint64_t pin;
	int claims; /* words about who serves an order */
	char claim[SHOP_TEXT_MAX];
	char display[DESK_COUNT][SHOP_TEXT_MAX]; /* what the displays of a desk show */
	int displays;				 /* times they changed */
	char up[SHOP_TEXT_MAX * 2];
	char customer[SHOP_TEXT_MAX]; /* the customer's screen */
	char manage[SHOP_TEXT_MAX], keys[SHOP_TEXT_MAX], lanes[SHOP_TEXT_MAX];
	int restarts, log_level;
	int opened, closed_count; /* sessions ui was told of, and their hashes when they ended */
	char closed[SHOP_CLOSED_MAX][HASH_TEXT_MAX];
	char dir[32], path[64]; /* of shop_open_file */
};

/* ZAM-1 as one op: ready, number 4821, two pieces of 5901234123457. */
extern const char SHOP_ORDER[];
/* Ola, a clerk, as one op of policy. */
extern const char SHOP_STAFF[];

/* Takes what has come out of the door. */
void shop_collect(struct shop *s);
/* One event; steps until nothing is left, and collects. */
void shop_submit(struct shop *s, const struct door_event *e, const char *payload);
void shop_verb(struct shop *s, const char *name, const char *args, const char *press);
/* The program ends and is started again: what is in the database is there, nothing else. */
void shop_restart(struct shop *s);
/* Time passes; a negative one sets the clock back, and the monotonic one stands still. */
void shop_tick(struct shop *s, int64_t ms);
void shop_down(struct shop *s, enum stream stream, int64_t epoch, int64_t seq, const char *ops,
	       const char *upto);
/* An empty snapshot puts a stream at (7, 0). */
void shop_begin_stream(struct shop *s, enum stream stream);
void shop_log_in(struct shop *s);
/* A station in memory with a printer that is there. */
struct shop *shop_open(int number);
/* The same with its store in a file, `path`, which shop_close removes. */
struct shop *shop_open_file(int number);
/* With staff, the order ZAM-1, and Ola logged in. */
struct shop *shop_stocked(int number);
void shop_close(struct shop *s);
void shop_scan(struct shop *s, const char *text);
/* A good code of an order here; pins the key it is signed with. */
void shop_sign_code(struct shop *s, const char *order, char code[CODE_TEXT_MAX]);
/* One signed under another number of a key, or that has run out (expires_s; 0 never). */
void shop_sign_code_as(struct shop *s, const char *order, uint8_t kid, int64_t expires_s,
		       char code[CODE_TEXT_MAX]);
/* All of a pickup of ZAM-1 by the scanner, and the press. */
void shop_hand_over(struct shop *s);

#define assert_has(text, part)                                                                     \
	do {                                                                                       \
		if (!strstr(text, part))                                                           \
			fail_msg("no %s in %s", part, text);                                       \
	} while (0)

#endif
