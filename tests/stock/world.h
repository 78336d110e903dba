// SPDX-License-Identifier: Apache-2.0
/*
 * The world of stock's model check (tests/unit_stock_model.c): three lanes and HQ, the code that
 * ships on databases in memory, what has been said between them, and what the model itself knows to
 * be true. One thread; there is one world.
 */
#ifndef LADA_TESTS_STOCK_WORLD_H
#define LADA_TESTS_STOCK_WORLD_H

#include "firmware/station.h"
#include "firmware/stock.h"
#include "tests/faults/centre.h"
#include "tests/faults/memory.h"

#define LANES	   3
#define HQ	   LANES /* as a node */
#define NODES	   (LANES + 1)
#define EVENTS_MAX 160 /* of a lane */
#define DOWNS_MAX  400
#define DOWN_BYTES 4096
#define DEPTH_MAX  9
#define MEMO_SLOTS (1u << 22)
#define ON_HAND	   5
#define COUNTED	   3
#define WRITTEN	   7 /* by HQ's people */
#define TOKEN	   "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define WALL_MS	   INT64_C(1795363200000)

enum act { ACT_HAND_OVER, ACT_ADJUST, ACT_COUNT, ACTS };

enum step_kind { STEP_ACT, STEP_UP, STEP_HEAR, STEP_DOWN, STEP_ACK, STEP_WRITE, STEP_RESTART };

struct step {
	enum step_kind kind;
	int lane, other; /* HEAR: `lane` hears `other`; WRITE: 0 a figure, 1 the order */
	enum act act;
};

/* A message of HQ to all lanes, and what the model knows of that moment. */
struct down {
	bool stock;
	int64_t on_hand;
	int upto[LANES];
	bool collected; /* of orders: the order is */
	size_t n;
	char text[DOWN_BYTES];
};

/* What is true; goes back together with the databases. */
struct truth {
	int last[LANES];		      /* events of a lane */
	int64_t delta[LANES][EVENTS_MAX + 1]; /* by event */
	bool handed[LANES][EVENTS_MAX + 1];   /* it is a handover */
	int at_hq[LANES];		      /* of them HQ has so many */
	bool heard[LANES][LANES][EVENTS_MAX + 1];
	int pos[LANES];	   /* messages of HQ a lane has */
	int figure[LANES]; /* the newest of stock among them, -1 the first state */
	bool told[LANES];  /* one of them says that the order is collected */
	int acked[LANES], ack[LANES];
	int64_t on_hand;	    /* HQ's */
	int64_t said[STREAM_COUNT]; /* the last number HQ gave out */
	int writes;
	int downs;
};

struct world {
	struct config config[LANES];
	struct store *store[LANES];
	struct station *st[LANES]; /* NULL: to be started */
	struct centre *centre;
	char path[NODES][MEMORY_NAME_MAX];
	struct image root[NODES];
	struct truth t, first;
	struct down *down;
	bool setting_up;
	uint64_t chance;
	int64_t request;
	int status;
	char failure[512];
	char trail[2048];
	struct image saved[DEPTH_MAX + 1];
	struct {
		uint64_t key;
		int left;
	} * memo;
	int64_t states, steps;
};

/* As HQ's people write it. */
#define WORLD_ORDER                                                                                \
	"{\"store\":\"S1\",\"type\":\"order\",\"id\":\"ZAM-1\",\"body\":{\"status\":"              \
	"\"ready\",\"lines\":[{\"line\":1,\"sku\":\"A\",\"qty\":1,\"paid\":1500}],"                \
	"\"totals\":{\"total\":1500,\"due\":0},\"payments\":[{\"id\":\"p1\",\"tender\":"           \
	"\"blik\",\"state\":\"captured\",\"amount\":1500}]}}"

extern struct world world;

/* ---- world.c ---- */

__attribute__((format(printf, 1, 2))) void world_wrong(const char *fmt, ...);
uint64_t world_chance(void);
int world_below(int n);
const char *world_lane(int i);
struct json world_message(struct slice text);
int64_t world_number(struct json v);
void world_hq_turn(void);
void world_hq_import(const char *element);
int64_t world_hq_figure(void);
void world_submit(int i, const struct door_event *e, struct slice payload);
void world_stop(int i);
void world_start(int i);
void world_deliver(int i, enum stream stream, bool direct, struct slice text);
void world_press(int i, const char *verb, const char *args);
void world_note_events(int i);
struct slice world_events(int i, int after, struct buf *b);
int world_open(void **state);
int world_close(void **state);
void world_begin_again(void);

/* ---- steps.c ---- */

struct stock_figures step_shown(int i);
void step_check(int i);
void step_up(int i, int after);
void step_hear(int i, int other, int after);
void step_hear_hq(int i, int n);
int step_heard_from(int i, int other);
bool step_possible(const struct step *s);
int step_node(const struct step *s);
void step_do(const struct step *s);
void step_settle(void);

#endif
