// SPDX-License-Identifier: Apache-2.0
#include "firmware/training.h"

#include <stdlib.h>
#include <string.h>

#include "firmware/base/log.h"
#include "firmware/counter/training.h"
#include "firmware/ledger.h"
#include "firmware/orders.h"
#include "firmware/printing.h"
#include "firmware/training_shop.h"

#define NUMBERS_EACH  (INT64_C(1) << 20) /* of jobs and of checks in one training */
#define JOBS_KEEP     20
#define JOBS_KEEP_MS  60000
#define MARK_TEXT_MAX 256

static const char key_training[] = "training"; /* setting: who practises, and since when */

/* All that leaves it; a session that ends there is a real one. Its screen is written with the
 * others (documents.c). */
static const uint32_t outputs =
	1u << OUT_REPLY | 1u << OUT_PIN | 1u << OUT_PRINT | 1u << OUT_FEEDBACK | 1u << OUT_SESSION;

/* ---- in and out of it ---- */

static void lend_device(struct station *t, const struct device_state *real, struct device_state *d)
{
	const bool able = device_able(d);

	memcpy(d->protocol, real->protocol, sizeof(d->protocol));
	memcpy(d->detail, real->detail, sizeof(d->detail));
	d->status = real->status;
	d->trouble = real->trouble;
	d->unable_ms = real->unable_ms;
	d->drawer_known = real->drawer_known;
	d->drawer_high = real->drawer_high;
	if (!able && device_able(d))
		job_printer_back(t, d);
}

/* What is one for both: the time, the devices, the numbers of notices and documents. */
static struct station *enter(struct station *st)
{
	struct station *t = st->training.station;

	t->clocks = st->clocks;
	t->notice_n = st->notice_n;
	t->revision = st->revision;
	for (int i = 0; i < st->config->device_count; i++)
		lend_device(t, &st->devices[i], &t->devices[i]);
	door_only(st->door, outputs);
	return t;
}

static void leave(struct station *st)
{
	struct station *t = st->training.station;

	door_only(st->door, DOOR_ALL);
	st->notice_n = t->notice_n;
	st->dirty = st->dirty || t->dirty;
	t->dirty = false;
}

void training_begin(struct station *st)
{
	if (st->training.station)
		store_begin(st->training.station->store);
}

void training_commit(struct station *st)
{
	if (st->training.station && store_commit(st->training.station->store) < 0)
		st->training.broken = true;
}

void training_wake_at(struct station *st, int64_t mono_ms)
{
	const uint32_t before = door_only(st->door, DOOR_ALL);

	station_wake_at(st->real, mono_ms);
	door_only(st->door, before);
}

/* ---- its end ---- */

static void tell(struct station *st, const char *staff, int64_t began_ms, const char *outcome)
{
	const int64_t ms = station_now(st) - began_ms;
	struct buf b = event_begin(st);
	char from[TIME_TEXT_MAX];

	time_format(began_ms, from);
	jw_str(&b, "kind", "training");
	jw_str(&b, "outcome", outcome);
	jw_int(&b, "seconds", ms > 0 ? ms / 1000 : 0);
	jw_str(&b, "from", from);
	jw_str(&b, "staff", staff);
	event_end(st, "interaction.recorded", &b, (struct slice){ 0 }, NULL);
}

/* Whoever still waits for an answer from it. */
static void answer_waiting(struct station *t)
{
	struct waiting *w = &t->desks[DESK_COUNTER].waiting;

	for (int i = 0; i < PIN_CHECKS_MAX; i++)
		if (t->pins[i].active)
			answer_quiet(t, &t->pins[i].call, 409, REASON_TRAINING);
	if (w->active)
		answer_quiet(t, &w->call, 409, REASON_TRAINING);
	desk_forget_kept(t, DESK_COUNTER);
}

void training_free(struct station *st)
{
	if (!st->training.station)
		return;
	store_close(st->training.station->store);
	free(st->training.station);
	st->training.station = NULL;
	st->training.broken = false;
}

static void end(struct station *st, const char *outcome)
{
	struct word_values v = words_none();

	answer_waiting(enter(st));
	leave(st);
	st->desks[DESK_COUNTER].language = st->training.station->desks[DESK_COUNTER].language;
	training_free(st);
	tell(st, st->training.staff, st->training.began_ms, outcome);
	store_setting_set(st->store, key_training, NULL);
	notice_word(st, DESK_COUNTER, NOTICE_ATTENTION, "training_over", WORD_TRAINING_OVER,
		    WORD_TRAINING_OVER, &v);
	notice_hide_from_customer(st, DESK_COUNTER);
	log_notice("training at the counter is over: %s", outcome);
}

/* NULL: it goes on. */
static const char *why_over(struct station *st)
{
	struct session s;

	if (st->training.broken)
		return "broken";
	if (st->locked)
		return "locked";
	if (st->revoked)
		return "revoked";
	s = staff_at(st, DESK_COUNTER);
	return s.valid && !strcmp(s.row.staff, st->training.staff) ? NULL : "logged_out";
}

static bool goes_on(struct station *st)
{
	const char *why = st->training.station ? why_over(st) : NULL;

	if (why)
		end(st, why);
	return st->training.station != NULL;
}

void training_broken_off(struct station *st)
{
	char text[MARK_TEXT_MAX], staff[ID_MAX + 1];
	struct json root;
	int64_t at_ms;

	if (!store_setting(st->store, key_training, text, sizeof(text)))
		return;
	if (json_check(slice_of(text), &root) == 0 &&
	    json_string(json_get(root, "staff"), staff, sizeof(staff)) > 0 &&
	    json_int(json_get(root, "at"), &at_ms) == 0)
		tell(st, staff, at_ms, "restart");
	store_setting_set(st->store, key_training, NULL);
	/* Its prints are in no table: the last one may have broken off in a command. */
	for (int i = 0; i < st->config->device_count; i++)
		st->devices[i].cut_off =
			st->devices[i].cut_off || st->config->devices[i].kind == DEVICE_PRINTER;
}

/* ---- what belongs to it ---- */

/* These are about the person, the station and its real prints, wherever the counter is. */
static bool stays_real(struct station *st, const struct door_event *e, struct slice payload)
{
	static const char *const always[] = { "staff.login",   "staff.logout", "training.start",
					      "training.stop", "message.done", "letter.drop",
					      "reject.drop" };
	const char *verb = e->verb.verb;
	struct json args;

	for (size_t i = 0; i < COUNT_OF(always); i++)
		if (!strcmp(verb, always[i]))
			return true;
	if (strncmp(verb, "print.", 6) != 0)
		return false;
	/* The operator's token is a program's (lada print-test). */
	return !staff_session(st, e->verb.token).token_hash[0] ||
	       (json_check(payload, &args) == 0 &&
		json_int_or(json_get(args, "job"), INT64_MAX) <= PRACTICE_FIRST);
}

static bool is_practised(struct station *st, const struct door_event *e, struct slice payload)
{
	if (e->kind == DOOR_SCAN)
		return e->scan.desk == DESK_COUNTER && !slice_starts(payload, "LB.");
	if (e->kind == DOOR_VERB)
		return verb_at_counter(st, e, payload) && !stays_real(st, e, payload);
	return (e->kind == DOOR_JOB && e->job.job > PRACTICE_FIRST) ||
	       (e->kind == DOOR_PIN && (int64_t)e->pin.check > PRACTICE_FIRST);
}

static void note_printed(struct station *st, const struct door_event *e)
{
	for (int i = 0; i < st->config->device_count; i++)
		if (e->kind == DOOR_JOB && st->devices[i].practice_job == e->job.job)
			st->devices[i].practice_job = 0;
}

bool training_takes(struct station *st, const struct door_event *e, struct slice payload)
{
	struct station *t;

	note_printed(st, e);
	if (!goes_on(st) || !is_practised(st, e, payload))
		return false;
	t = enter(st);
	if (e->kind == DOOR_SCAN)
		station_scanned(t, e, payload);
	else if (e->kind == DOOR_VERB)
		verb_call(t, e, payload);
	else if (e->kind == DOOR_JOB)
		job_ended(t, e->job.job, e->job.result, e->job.detail);
	else
		staff_pin_checked(t, e->pin.check, e->pin.right, payload);
	leave(st);
	return true;
}

void training_step(struct station *st)
{
	struct station *t;

	if (!goes_on(st))
		return;
	t = enter(st);
	training_shop_tick(t);
	if (station_mono(t) - t->pruned_ms > JOBS_KEEP_MS) {
		t->pruned_ms = station_mono(t);
		store_jobs_prune(t->store, JOBS_KEEP);
	}
	leave(st);
}

bool training_prints(const struct station *st, int device)
{
	const struct station *real = st->real ? st->real : st;

	return real->devices[device].practice_job ||
	       (st->real && store_job_printing(real->store, st->config->devices[device].name));
}

void training_printing(struct station *st, int device, int64_t job)
{
	if (st->real)
		st->real->devices[device].practice_job = job;
}

/* ---- verbs ---- */

static bool may_begin(struct station *st)
{
	const struct desk_state *d = &st->desks[DESK_COUNTER];

	return d->mode == MODE_IDLE && !d->waiting.active && d->kept_count == 0 &&
	       !st->parked.active;
}

static void remember(struct station *st, const char *staff)
{
	char text[MARK_TEXT_MAX];
	struct buf b;

	text_fmt(st->training.staff, sizeof(st->training.staff), "%s", staff);
	st->training.began_ms = station_now(st);
	buf_init(&b, text, sizeof(text));
	jw_open(&b, NULL, '{');
	jw_str(&b, "staff", staff);
	jw_int(&b, "at", st->training.began_ms);
	jw_close(&b, '}');
	store_setting_set(st->store, key_training, buf_str(&b));
}

static void verb_training_start(struct station *st, const struct call *c, struct json args)
{
	struct word_values v = words_none();
	struct station *t;

	(void)args;
	if (c->desk != DESK_COUNTER || st->training.station) {
		answer_no(st, c, 409, REASON_BAD_REQUEST, &v);
		return;
	}
	/* The operator's token is a program's: nobody would be there to end it. */
	if (!c->session.token_hash[0]) {
		answer_no(st, c, 409, REASON_FORBIDDEN, &v);
		return;
	}
	if (!may_begin(st)) {
		answer_no(st, c, 409, REASON_BUSY, &v);
		return;
	}
	t = training_shop_open(st, PRACTICE_FIRST + ++st->training.count * NUMBERS_EACH);
	if (!t) {
		answer_no(st, c, 409, REASON_BUSY, &v);
		return;
	}
	st->training.station = t;
	remember(st, c->session.row.staff);
	enter(st);
	training_shop_fill(t);
	notice_word(t, DESK_COUNTER, NOTICE_ATTENTION, "training", WORD_TRAINING, WORD_TRAINING,
		    &v);
	notice_hide_from_customer(t, DESK_COUNTER);
	leave(st);
	notice_clear(st, DESK_COUNTER);
	st->dirty = true;
	answer_ok(st, c, "");
}

static void verb_training_stop(struct station *st, const struct call *c, struct json args)
{
	struct word_values v = words_none();

	(void)args;
	if (c->desk != DESK_COUNTER || !st->training.station) {
		answer_no(st, c, 409, REASON_BAD_REQUEST, &v);
		return;
	}
	end(st, "stopped");
	answer_ok(st, c, "");
}

const struct verb training_verbs[] = {
	{ "training.start", false, false, ROLE_CLERK, verb_training_start },
	{ "training.stop", false, false, ROLE_CLERK, verb_training_stop },
	{ "training.sheet", false, false, ROLE_CLERK, verb_training_sheet },
	{ 0 },
};
