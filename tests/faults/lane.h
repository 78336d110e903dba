// SPDX-License-Identifier: Apache-2.0
/* A lane as a node of the simulation; what lane.c and people.c share. */
#ifndef LADA_TESTS_FAULTS_LANE_H
#define LADA_TESTS_FAULTS_LANE_H

#include "firmware/station.h"
#include "sync/sync.h"
#include "tests/faults/sim.h"

#define LANE_DEAD_MAX 64 /* claims it heard end */
#define LANE_TOKEN    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

struct lane {
	struct sim *sim;
	int i;
	struct config config;
	struct station *st;
	struct sync *sync;
	struct store *store; /* stays open over restarts: what they lose is taken from it */
	sqlite3 *db;
	char path[MEMORY_NAME_MAX];
	struct image backup;
	bool backed_up;
	bool clock_counts; /* its epochs are lost: only the clock keeps it off old ones */
	uint64_t life;
	bool running, turn;	  /* turn: one is due */
	int64_t wake_ms, sync_ms; /* when the step, and sync, want to be woken; 0 never */
	int64_t skew_ms;
	int64_t drift_ppm;
	int64_t epoch_max; /* the newest it ever had */

	int64_t paper_ms; /* by then what the printer has is out, or never comes */

	uint64_t request;
	uint64_t handover;	  /* the request that waits for an answer, 0 none */
	char press[40];		  /* its key; the same again when there was no answer */
	char pressed[ID_MAX + 1]; /* the order it was for */
	int64_t handovers;	  /* counted by the station, and seen by the witness */

	char dead[LANE_DEAD_MAX][ID_MAX + 1];
	int dead_n;
};

struct happening lane_event(const struct lane *l, enum happening_kind kind, int64_t in_ms);
void lane_submit(struct lane *l, const struct door_event *e, const char *payload);
void lane_turn_soon(struct lane *l);
/* The witness looks into what was committed. */
void witness_look(struct lane *l);
void witness_answered(struct lane *l, struct slice body);
/* Which of them: -1 none. */
int witness_find(const struct sim *s, const char *event);
void printer_takes(struct lane *l, const struct door_out *out, struct slice doc);

#endif
