// SPDX-License-Identifier: Apache-2.0
/*
 * Slips and drawers: jobs queued, sent once, asked about when nobody knows. On the step thread,
 * inside a step's transaction.
 */
#ifndef LADA_FIRMWARE_PRINTING_H
#define LADA_FIRMWARE_PRINTING_H

#include "firmware/station.h"

/* ---- jobs.c ---- */

struct print_policy {
	bool copy_unknown; /* an unknown slip is printed again by itself, once, as a copy */
	int64_t copies;	   /* slips a handover */
};
struct print_policy print_policy_now(struct station *st); /* uses st->policy */
/* Queues a document at the first printer; 0 when there is none. */
int64_t job_queue(struct station *st, const char *kind, const char *printer, struct slice doc);
/* There is no slip: no printer, or nothing it could print. Staff are told. */
void job_missing(struct station *st);
void job_pump(struct station *st);
void job_ended(struct station *st, int64_t job, enum job_result result, const char *detail);
/* Again, and marked: the first one may be in the customer's hand. Uses st->doc; 0: it could not
 * be queued. */
int64_t job_queue_copy(struct station *st, const struct job_row *job);
/* Waits for its printer again, not for its stand-in. */
void job_requeue(struct station *st, const struct job_row *job);
/* At start: what was printing when the station stopped; whose printer is no more. */
void jobs_start(struct station *st);
bool device_able(const struct device_state *d);
/* It was not able to print and now is: a job that waits is tried soon. */
void job_printer_back(struct station *st, struct device_state *d);
/* A matter for staff alone, about a job (0 none). */
void job_trouble(struct station *st, int64_t job, const char *code, enum word w);
/* The desk's notice goes, if it is about this job. */
void job_settled(struct station *st, int64_t job);
/* The oldest slip nobody knows about is asked for again; false: there is none. */
bool jobs_ask(struct station *st);

/* ---- drawers.c ---- */

/* Queues a kick; the job's number. */
int64_t drawer_queue(struct station *st, int device, const char *reason, const char *staff);
/* A document goes to a printer; if it kicks a drawer, what follows tells of it. */
void drawer_kick(struct station *st, int device, struct slice doc);
/* Such a job ended (device -1: nobody's): its result, or DONE where the contact knows better. */
enum job_result drawer_kicked(struct station *st, int device, const struct job_row *job,
			      enum job_result result);
/* A kick was not made, or nobody knows. */
void drawer_failed(struct station *st, int64_t job, const char *why);
void drawers_tick(struct station *st);
void drawers_start(struct station *st);
/* The contact's level while the drawer is open: 1 high, 0 low, -1 not known yet. */
int drawer_open_level(struct station *st, int device);
/* Its contact may have changed: the first change after a kick says which level is open. */
void drawer_heard(struct station *st, int device);

/* ---- print_verbs.c ---- */

void verb_print_again(struct station *st, const struct call *c, struct json args);
void verb_drawer_open(struct station *st, const struct call *c, struct json args);
int64_t print_test_queue(struct station *st, int device); /* the job's number, 0 none */
void verb_print_test(struct station *st, const struct call *c, struct json args);
void verb_print_retry(struct station *st, const struct call *c, struct json args);
void verb_print_drop(struct station *st, const struct call *c, struct json args);
void verb_print_came(struct station *st, const struct call *c, struct json args);

#endif
