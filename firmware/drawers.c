// SPDX-License-Identifier: Apache-2.0
/*
 * Cash drawers: kicked by a print job, seen by the contact that some printers read.
 *
 * `drawer.opened` is written when it is known, not when it is asked for, and says by whom: by the
 * `contact`, where the drawer was shut at the kick and has been open since; else by the `printer`,
 * which said that the job with the kick is done. A contact that has not moved when it should have
 * says that the drawer stayed shut: then, and when the kick was not made or nobody knows, there is
 * `print.failed` instead. Either names who asked, and why; so every kick leaves one of the two.
 *
 * The row of a kick keeps who and why, and a number in the database the one kick whose contact is
 * still waited for, so a power cut between the two loses neither.
 */
#include <string.h>

#include "firmware/base/log.h"
#include "firmware/ledger.h"
#include "firmware/printing.h"
#include "firmware/station.h"

/* A drawer opens within 2 s of its kick; without automatic status the printer is asked every 2 s
 * and a tick, so it is seen this long after the job at the latest. */
#define KICK_SEEN_MS 3500
#define WISH_MAX     1024 /* who and why: 200 bytes and an id, escaped */

static const char key_untold[] = "kick_untold"; /* the job whose contact is waited for */

/* ---- what becomes of a kick ---- */

int64_t drawer_queue(struct station *st, int device, const char *reason, const char *staff)
{
	char wish[WISH_MAX];
	struct buf b;

	if (st->real)
		return 0; /* there is real money in it */
	buf_init(&b, wish, sizeof(wish));
	jw_open(&b, NULL, '{');
	jw_str(&b, "reason", reason);
	jw_str(&b, "staff", staff);
	jw_close(&b, '}');
	return job_queue(st, "drawer", st->config->devices[device].name, buf_read(&b));
}

/* What the row of a kick says of who and why. */
static void add_wish(struct station *st, int64_t number, struct buf *b)
{
	struct job_row job;
	struct json wish;

	if (!store_job(st->store, number, &job) || json_check(job.doc, &wish) < 0)
		return;
	jw_value(b, "reason", json_get(wish, "reason"));
	jw_value(b, "staff", json_get(wish, "staff"));
}

static void tell_opened(struct station *st, int64_t job, const char *known)
{
	struct buf b = event_begin(st);

	add_wish(st, job, &b);
	jw_str(&b, "known", known);
	event_end(st, "drawer.opened", &b, (struct slice){ 0 }, NULL);
}

static void tell_failed(struct station *st, int64_t job, const char *why)
{
	struct buf b = event_begin(st);

	jw_int(&b, "job", job);
	jw_str(&b, "why", why);
	add_wish(st, job, &b);
	event_end(st, "print.failed", &b, (struct slice){ 0 }, NULL);
	job_trouble(st, job, "drawer_failed", WORD_DRAWER_FAILED);
}

void drawer_failed(struct station *st, int64_t job, const char *why)
{
	store_job_status(st->store, job, JOB_DROPPED);
	st->dirty = true;
	tell_failed(st, job, why);
}

/* The one kick whose contact is waited for needs no more waiting. */
static int64_t take_waiting(struct station *st)
{
	const int64_t job = st->kick.job;

	st->kick.job = 0;
	store_meta_set(st->store, key_untold, 0);
	return job;
}

static void wait_for_contact(struct station *st, int device, int64_t job)
{
	if (st->kick.job)
		tell_opened(st, take_waiting(st), "printer");
	st->kick.job = job;
	st->kick.device = device;
	st->kick.until_ms = station_mono(st) + KICK_SEEN_MS;
	store_meta_set(st->store, key_untold, job);
	station_wake_at(st, st->kick.until_ms);
}

static void was_kicked(struct station *st, int device, int64_t job)
{
	const struct device_state *d = &st->devices[device];

	if (d->kick_shut && d->kick_seen)
		tell_opened(st, job, "contact");
	else if (d->kick_shut && d->drawer_known)
		wait_for_contact(st, device, job);
	else
		tell_opened(st, job, "printer");
}

enum job_result drawer_kicked(struct station *st, int device, const struct job_row *job,
			      enum job_result result)
{
	struct device_state *d = &st->devices[device < 0 ? 0 : device];

	if (device < 0)
		return result;
	if (d->kicked && d->kick_ms == 0)
		d->kick_ms = station_mono(st);
	d->kicked = d->kicked && result == JOB_RESULT_DONE;
	if (strcmp(job->kind, "drawer") != 0)
		return result;
	if (result == JOB_RESULT_UNKNOWN && d->kick_shut && d->kick_seen)
		result = JOB_RESULT_DONE;
	if (result == JOB_RESULT_DONE)
		was_kicked(st, device, job->job);
	return result;
}

void drawers_tick(struct station *st)
{
	if (!st->kick.job)
		return;
	if (station_mono(st) < st->kick.until_ms)
		station_wake_at(st, st->kick.until_ms);
	else if (st->devices[st->kick.device].drawer_known)
		tell_failed(st, take_waiting(st),
			    "the printer kicked the drawer and it stayed shut");
	else
		tell_opened(st, take_waiting(st), "printer");
}

void drawers_start(struct station *st)
{
	st->kick.job = store_meta(st->store, key_untold, 0);
	if (st->kick.job)
		tell_opened(st, take_waiting(st), "printer");
}

/* ---- the contact ---- */

static void drawer_key(const struct station *st, int i, char *dst, size_t cap)
{
	text_fmt(dst, cap, "drawer_open.%s", st->config->devices[i].name);
}

int drawer_open_level(struct station *st, int i)
{
	char key[DEVICE_NAME_MAX + 16];

	if (st->config->devices[i].drawer_open >= 0)
		return st->config->devices[i].drawer_open;
	drawer_key(st, i, key, sizeof(key));
	return (int)store_meta(st->store, key, -1);
}

static void seen_open(struct station *st, int i)
{
	st->devices[i].kick_seen = true;
	if (st->kick.job && st->kick.device == i)
		tell_opened(st, take_waiting(st), "contact");
}

/* The first change after a kick. */
static void learn_level(struct station *st, int i)
{
	struct device_state *d = &st->devices[i];
	char key[DEVICE_NAME_MAX + 16];

	if (!d->kicked || !d->drawer_known || d->drawer_high == d->kick_high)
		return;
	d->kicked = false;
	if ((d->kick_ms && station_mono(st) > d->kick_ms + KICK_SEEN_MS) ||
	    st->config->devices[i].drawer_open >= 0 ||
	    drawer_open_level(st, i) == (int)d->drawer_high)
		return;
	drawer_key(st, i, key, sizeof(key));
	/* It stood open when it was kicked, now or when this was learnt: the next kick tells. */
	if (drawer_open_level(st, i) >= 0) {
		store_meta_set(st->store, key, -1);
		log_notice("printer %s: what the drawer's contact says is not known any more",
			   st->config->devices[i].name);
		return;
	}
	store_meta_set(st->store, key, d->drawer_high);
	log_notice("printer %s: the drawer's contact is %s while it is open",
		   st->config->devices[i].name, d->drawer_high ? "high" : "low");
}

void drawer_heard(struct station *st, int i)
{
	const struct device_state *d = &st->devices[i];

	if (d->drawer_known && drawer_open_level(st, i) == (int)d->drawer_high)
		seen_open(st, i);
	learn_level(st, i);
}

void drawer_kick(struct station *st, int i, struct slice doc)
{
	struct device_state *d = &st->devices[i];
	const int open = drawer_open_level(st, i);
	struct doc_line line;
	size_t at = 0;

	while (doc_next(doc, &at, &line)) {
		if (line.command != 'D')
			continue;
		d->kick_seen = false;
		d->kick_shut = d->drawer_known && open >= 0 && d->drawer_high != (open == 1);
		d->kicked = d->drawer_known;
		d->kick_high = d->drawer_high;
		d->kick_ms = 0;
		return;
	}
}
