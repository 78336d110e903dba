// SPDX-License-Identifier: Apache-2.0
/*
 * A station for the tests of ui/: a loop thread runs ui on a free port of 127.0.0.1, a step
 * thread stands in for the shop's rules and answers the verbs below; every other verb is echoed.
 *
 *   publish {screen, text, fill, times}   documents `"text":…,"n":I,"fill":"xx…"`
 *   staff.login {staff: "boss", "service" or else}   opens a session and sets its cookie
 *   staff.logout                          ends the caller's session
 *   hold, release                         the first is answered by the second
 *   refuse                                409 not_ready
 *   silent                                never answered
 *   block                                 the step posts `blocked` and waits for `go_on`
 *
 * The test owns the station; failures are cmocka's.
 */
#ifndef LADA_TESTS_HTTP_STATION_H
#define LADA_TESTS_HTTP_STATION_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <uv.h>

#include "firmware/door.h"
#include "ui/ui.h"

#define TOKEN_CLERK   "00000000000000000000000000000000000000000000000000000000000000c1"
#define TOKEN_BOSS    "00000000000000000000000000000000000000000000000000000000000000b0"
#define TOKEN_SERVICE "00000000000000000000000000000000000000000000000000000000000000e5"
#define HELD_MAX      8

struct station {
	uv_loop_t loop;
	uv_async_t wake;
	uv_async_t end;
	uv_prepare_t prepare;
	struct door *door;
	struct ui *ui;
	int port;
	pthread_t loop_thread;
	pthread_t step_thread;
	atomic_ulong rounds; /* of the loop */
	atomic_bool healthy;
	sem_t blocked; /* the step has stopped taking */
	sem_t go_on;
	uint64_t held[HELD_MAX];
	int held_count;
	int64_t revision;
};

struct station *station_new(int comment_ms, int answer_ms);
void station_free(struct station *s);

#endif
