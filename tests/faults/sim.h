// SPDX-License-Identifier: Apache-2.0
/*
 * The fault simulation: the lanes of one store, HQ and a hostile broker between them, in one
 * thread, under one seed and one virtual clock. The lanes run firmware/station.h and sync/sync.h,
 * HQ runs sync/hq, all of it the code that ships; what is made up here is the broker, the clocks,
 * the people and the printers, and a witness who writes down what left the store and what came
 * out on paper.
 *
 * A schedule: some virtual time in which everything fails that its seed says, then everything is
 * healed, and within a bounded time all must be quiet and right (check.c). Times are virtual
 * milliseconds since its beginning unless named otherwise. All chance comes from the seed, so a
 * schedule replays exactly.
 */
#ifndef LADA_TESTS_FAULTS_SIM_H
#define LADA_TESTS_FAULTS_SIM_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "firmware/base/bytes.h"
#include "firmware/base/text.h"
#include "firmware/trust/code.h"
#include "firmware/trust/keys.h"
#include "tests/faults/centre.h"
#include "tests/faults/memory.h"

#define SIM_STORE	   "S1"
#define SIM_PREFIX	   "lada/1"
#define SIM_LANES_MAX	   3
#define SIM_CLIENTS_MAX	   (SIM_LANES_MAX + 1)
#define SIM_HQ		   0 /* as a client of the broker; lane i is client i + 1 */
#define SIM_ORDERS_MAX	   40
#define SIM_SKUS	   3
#define SIM_LINES_MAX	   3
#define SIM_WALL_MS	   INT64_C(1795363200000)
#define SIM_STOCK	   1000
#define SIM_PIECE	   1500	  /* what a piece costs */
#define SIM_POINTS	   12	  /* of the one member there is */
#define SIM_POINT_VALUE	   500	  /* grosze of a point; it earns one for every piece */
#define SIM_HEAL_MS	   400000 /* by then all must be right */
#define SIM_OLD_MAX	   32
#define SIM_HANDED_MAX	   256
#define SIM_SLIPS_MAX	   512
#define SIM_STATEMENTS_MAX 128

/* ---- what happens when ---- */

enum happening_kind {
	AT_BOOT,    /* of a node, after it died */
	AT_CONNECT, /* a node without a connection tries */
	AT_TURN,    /* a node works on what has come */
	AT_TICK,    /* a lane's step or sync wanted to be woken; HQ's second */
	AT_BROKER,  /* a message reaches the broker */
	AT_DELIVER, /* a message reaches a client */
	AT_PUBACK,  /* the broker tells a lane that it has a message */
	AT_WILL,    /* the broker finds out that a connection is gone */
	AT_PAPER,   /* a slip comes out of a printer */
	AT_PRINTED, /* the printer says how a job went */
	AT_ACTION,  /* somebody does something, or something fails */
	AT_PEOPLE,  /* clerks go on with what they were doing */
};

struct message {
	const char *topic;
	struct slice payload;
	bool retain;
};

struct happening {
	int64_t at_ms;
	uint64_t order; /* of equal times the earlier made comes first */
	enum happening_kind kind;
	int node;
	uint64_t
		life; /* of the node or connection it was meant for; another one: nothing happens */
	bool retained;	/* DELIVER: the broker's stored copy */
	int64_t number; /* job */
	const struct message *message;
};

/* ---- the broker ---- */

struct client {
	bool connected;
	uint64_t life; /* which connection */
	const char *will_topic;
	struct slice will;
	uint64_t will_life;    /* of the connection that is gone and not yet missed */
	int64_t in_ms, out_ms; /* the newest message on each way: order is kept unless ... */
};

/* What may go wrong in this schedule; chances in thousandths. */
struct weather {
	int lose, repeat, reorder, old;
	int64_t delay_ms;	/* the longest on one way */
	int cut, kill, kill_hq; /* of an action */
	int restart_broker, restore, restore_hq, clock, garbage;
};

/* ---- witness ---- */

struct handed {
	int lane;
	int64_t at_ms;
	int64_t epoch, seq;
	char event[32];
	char order[ID_MAX + 1];
	int64_t qty[SIM_LINES_MAX];
	bool orphan;   /* its database is lost: HQ may never hear of it */
	bool answered; /* somebody saw the 200 */
	bool isolated; /* it says so of itself */
	/* What of other lanes HQ's orders had then, so that nobody would tell it again. */
	int64_t upto_epoch[SIM_LANES_MAX], upto_seq[SIM_LANES_MAX];
	bool reopened; /* HQ took it back */
};

struct slip {
	int lane;
	char event[32]; /* of the handover it names */
	bool copy;
};

struct sim {
	uint64_t seed;
	uint64_t chance;
	bool trace;
	bool healing;
	int64_t now_ms;
	int64_t active_ms; /* how long things fail */
	int64_t actions;
	struct weather weather;
	char failure[512]; /* "" while nothing is wrong */

	struct happening *heap;
	size_t heap_n, heap_cap;
	uint64_t made;
	char *arena;
	size_t arena_n, arena_cap;

	struct client clients[SIM_CLIENTS_MAX];
	bool broker_up;
	struct {
		char topic[128];
		const struct message *message;
	} kept[SIM_CLIENTS_MAX]; /* retained */
	const struct message *old[SIM_OLD_MAX];
	int old_n;

	int lane_count;
	struct image template; /* of a lane's database: made, and empty */
	struct lane *lanes[SIM_LANES_MAX];
	struct centre *centre;
	struct {
		uint64_t life;
		bool running, turn; /* turn: one is due */
		int64_t skew_ms;    /* its wall clock is so much ahead */
		char path[MEMORY_NAME_MAX];
		struct image template, backup;
		bool backed_up;
	} hq;
	int64_t undisturbed_ms; /* since then claims travel fast between all that are linked */

	/* The load. */
	int order_count;
	int hot; /* orders that everybody wants */
	struct {
		bool spoiled; /* HQ sent what no station can read */
		int lines;
		int64_t qty[SIM_LINES_MAX];
	} orders[SIM_ORDERS_MAX];
	bool allow;	  /* isolated_handover */
	bool paying;	  /* orders are paid at the counter */
	int64_t limits;	  /* points that all lanes may redeem with HQ silent */
	bool hq_restored; /* its numbers may have been given twice */
	char codes[SIM_ORDERS_MAX][CODE_TEXT_MAX];

	/* Statements of check.c, kept over schedules. */
	struct {
		sqlite3 *db;
		const char *text;
		sqlite3_stmt *q;
	} check[SIM_STATEMENTS_MAX];
	int check_n;

	int64_t redeemed, overspent; /* in all schedules: so that one sees that it is tried */

	struct handed handed[SIM_HANDED_MAX];
	int handed_n;
	struct slip slips[SIM_SLIPS_MAX];
	int slip_n;
};

/* ---- sim.c ---- */

uint64_t sim_chance(struct sim *s);
/* 0 .. n - 1 */
int64_t sim_below(struct sim *s, int64_t n);
bool sim_in(struct sim *s, int thousandths);
void sim_at(struct sim *s, struct happening h);
void *sim_keep(struct sim *s, const void *p, size_t n);
__attribute__((format(printf, 2, 3))) void sim_note(struct sim *s, const char *fmt, ...);
/* The first thing that is wrong ends the schedule. */
__attribute__((format(printf, 2, 3))) void sim_fail(struct sim *s, const char *fmt, ...);
/* One schedule; false when it failed, and s->failure says why. */
bool sim_run(struct sim *s, uint64_t seed);
const char *sim_name(const struct sim *s, int node);

/* ---- hq.c ---- */

void hq_open_once(struct sim *s, const char *dir);
void hq_reset(struct sim *s);
void hq_boot(struct sim *s);
/* Dies at any point of a turn. */
void hq_kill(struct sim *s);
void hq_cut(struct sim *s);
void hq_happens(struct sim *s, const struct happening *h);
/* Somebody changed its database. */
void hq_worked(struct sim *s);
void hq_backup(struct sim *s);
bool hq_restore(struct sim *s);

/* ---- pipe.c ---- */

void pipe_reset(struct sim *s);
void pipe_connect(struct sim *s, int node, const char *will_topic, struct slice will);
/* The connection breaks; both ends' messages under way are gone. The client is told by its node. */
void pipe_cut(struct sim *s, int node);
void pipe_restart(struct sim *s, bool keeps);
int pipe_publish(struct sim *s, int node, const char *topic, struct slice payload, bool retain);
void pipe_arrived(struct sim *s, const struct happening *h);
void pipe_missed(struct sim *s, const struct happening *h);
/* Something heard long ago is said again, to whoever listens now. */
void pipe_say_old(struct sim *s);
/* Somebody else publishes. */
void pipe_inject(struct sim *s, const char *topic, struct slice payload);

/* ---- lane.c ---- */

void lanes_open(struct sim *s);
void lanes_reset(struct sim *s);
void lane_boot(struct sim *s, int i);
/* Dies, between any two steps, or between a step and what follows from it. */
void lane_kill(struct sim *s, int i);
void lane_cut(struct sim *s, int i);
void lane_connect(struct sim *s, int i);
void lane_turn(struct sim *s, int i);
void lane_tick(struct sim *s, const struct happening *h);
void lane_deliver(struct sim *s, const struct happening *h);
void lane_puback(struct sim *s, const struct happening *h);
void lane_paper(struct sim *s, const struct happening *h);
void lane_printed(struct sim *s, const struct happening *h);
void lane_people(struct sim *s, int i);
void lane_scan(struct sim *s, int i, int order);
void lane_backup(struct sim *s, int i);
/* False: there is no backup. */
bool lane_restore(struct sim *s, int i);
void lane_clock(struct sim *s, int i, int64_t by_ms);
void lane_heal(struct sim *s, int i);
bool lane_running(const struct sim *s, int i);
bool lane_linked(const struct sim *s, int i);
uint64_t lane_life(const struct sim *s, int i);
sqlite3 *lane_db(const struct sim *s, int i);
const char *lane_name(int i);
/* Its claims, seen from outside, are as they must be. */
void lane_check_claims(struct sim *s);
/* Nothing waits to be done inside. */
bool lane_idle(const struct sim *s, int i);
/* The i-th topic it subscribes to, NULL behind the last. */
const char *lane_subscription(const struct sim *s, int lane, int i);
void lane_end(struct sim *s, int i);

/* ---- load.c ---- */

void load_begin(struct sim *s);
void load_action(struct sim *s);
void load_order_id(int order, char ret_id[ID_MAX + 1]);
int load_order_of(const char *id); /* ZAM-7: 7 */
/* An order somebody comes for, most often one of the few that all come for. */
int load_choose(struct sim *s);
/* Its signed pickup code. */
const char *load_code(struct sim *s, int order);
void load_pin_key(struct trust_keys *keys);

/* ---- check.c ---- */

/* A statement, prepared once a connection; `text` is a literal, types: i = int64_t, t = const
 * char *. Whoever asked resets it. */
sqlite3_stmt *check_ask(struct sim *s, sqlite3 *db, const char *text, const char *types, ...);
bool check_hq_has(struct sim *s, const char *lane, int64_t epoch, int64_t seq);
/* What holds at any time. */
void check_always(struct sim *s);
/* What holds when all is healed and quiet; false, with why, when not yet. */
bool check_quiet(struct sim *s, char *ret_why, size_t cap);

#endif
