// SPDX-License-Identifier: Apache-2.0
/*
 * Print jobs are rows: queued, then marked as printing in the commit before the first byte goes
 * out, then done when the printer said so. A job that may or may not be out is unknown: a person
 * answers, or, where policy `print` says `copy`, it is printed once more, marked as a copy. Never
 * silently a second time. The states change together in one transaction, so a power cut leaves
 * either the old or the new.
 *
 * A slip whose printer has not been able to print for 3 s goes to its stand-in, if that one can
 * print, and from a stand-in that cannot back home: only while it is queued, so none of its bytes
 * has left. What waits for a printer that lada.conf no longer has goes to the first there is.
 *
 * A printer that says it is well and yet takes nothing of a job is tried ever more rarely, and the
 * clerk is told; at once again when it went away and came back, or a person asks for something.
 *
 * A drawer that is kicked late opens by itself: so a kick that cannot be made within 10 s is
 * dropped and told, never kept, and an unknown one is no question, for a person sees the drawer.
 */
#include <string.h>

#include "firmware/base/doc.h"
#include "firmware/base/log.h"
#include "firmware/counter/training.h"
#include "firmware/desk.h"
#include "firmware/ledger.h"
#include "firmware/orders.h"
#include "firmware/printing.h"
#include "firmware/station.h"
#include "firmware/training.h"

#define RETRY_MS     2000 /* then twice as long each time */
#define RETRY_MAX_MS 60000
#define RETRY_STEPS  5	  /* until then */
#define NOTHING_TOLD 3	  /* jobs in a row that took nothing: the clerk is told */
#define BACK_MS	     1000 /* away for so long is no flicker */
#define STANDIN_MS   3000
#define COPIES_MAX   5
#define KICK_LATE_MS 10000

static const char kind_drawer[] = "drawer";
static const char drawer_doc[] = "D\n"; /* its row says who wants it and why: drawers.c */
static const char kind_test[] = "test";

int device_index(const struct station *st, const char *name)
{
	for (int i = 0; i < st->config->device_count; i++)
		if (!strcmp(st->config->devices[i].name, name))
			return i;
	return -1;
}

static const char *first_printer(const struct station *st)
{
	for (int i = 0; i < st->config->device_count; i++)
		if (st->config->devices[i].kind == DEVICE_PRINTER)
			return st->config->devices[i].name;
	return NULL;
}

static bool is_printer(const struct station *st, const char *name)
{
	int i = device_index(st, name);

	return i >= 0 && st->config->devices[i].kind == DEVICE_PRINTER;
}

bool device_able(const struct device_state *d)
{
	return d->status == DEVICE_OK || d->status == DEVICE_PAPER_LOW;
}

struct print_policy print_policy_now(struct station *st)
{
	struct json policy = policy_get(st, "print");
	struct print_policy p = { json_is(json_get(policy, "unknown"), "copy"),
				  json_int_or(json_get(policy, "copies"), 1) };

	if (p.copies < 0 || p.copies > COPIES_MAX)
		p.copies = 1;
	return p;
}

/* Somebody wants something of it now. */
static void try_soon(struct station *st, const char *printer)
{
	const int i = device_index(st, printer);

	if (i >= 0)
		st->devices[i].retry_ms = 0;
}

void job_printer_back(struct station *st, struct device_state *d)
{
	if (station_mono(st) - d->unable_ms >= BACK_MS)
		d->retry_ms = 0;
}

/* Whatever practising prints says so. False: it does not fit then. */
static bool mark_practice(struct station *st, struct slice *doc)
{
	struct buf marked;

	if (!st->real)
		return true;
	buf_init(&marked, st->screen, sizeof(st->screen)); /* which shows nothing by itself */
	training_mark(*doc, &marked);
	*doc = buf_read(&marked);
	return doc->n > 0 && doc->n < DOC_MAX;
}

int64_t job_queue(struct station *st, const char *kind, const char *printer, struct slice doc)
{
	int64_t job;

	if (!printer || !is_printer(st, printer))
		printer = first_printer(st);
	if (!printer || !mark_practice(st, &doc))
		return 0;
	st->dirty = true;
	try_soon(st, printer);
	job = store_job_add(st->store, printer, kind, doc, station_now(st));
	if (!strcmp(kind, kind_drawer))
		station_wake_at(st, station_mono(st) + KICK_LATE_MS + 1);
	return job;
}

void job_requeue(struct station *st, const struct job_row *job)
{
	const char *standin = "", *first = first_printer(st);

	if (!is_printer(st, job->printer) && first)
		standin = first;
	store_job_send(st->store, job->job, standin);
	try_soon(st, standin[0] ? standin : job->printer);
	store_job_status(st->store, job->job, JOB_QUEUED);
}

int64_t job_queue_copy(struct station *st, const struct job_row *job)
{
	const char *word = word_text(WORD_SLIP_COPY, st->language);
	struct doc_line line;
	struct buf doc;
	int64_t copy;
	size_t at = 0;

	buf_init(&doc, st->doc, sizeof(st->doc));
	doc_text(&doc, 'H', word);
	while (doc_next(job->doc, &at, &line)) {
		/* No drawer opens for a copy, and a copy of a copy says so once. */
		if (line.command == 'D' || (line.command == 'H' && slice_eq(line.text, word)))
			continue;
		if (line.command == 'L')
			doc_pair(&doc, line.text, line.right);
		else
			doc_line(&doc, line.command, line.text);
	}
	if (doc.overflow)
		return 0;
	copy = job_queue(st, job->kind, job->printer, buf_read(&doc));
	if (copy)
		store_job_is(st->store, copy, job->document, job->job);
	return copy;
}

/* ---- out to the printers ---- */

static void tell_failed(struct station *st, int64_t job, const char *why)
{
	struct buf b = event_begin(st);

	jw_int(&b, "job", job);
	jw_str(&b, "why", why);
	event_end(st, "print.failed", &b, (struct slice){ 0 }, NULL);
}

void job_trouble(struct station *st, int64_t job, const char *code, enum word w)
{
	struct word_values v = words_none();

	notice_word(st, DESK_COUNTER, NOTICE_ATTENTION, code, w, w, &v);
	notice_hide_from_customer(st, DESK_COUNTER);
	st->desks[DESK_COUNTER].notice.job = job;
}

bool jobs_ask(struct station *st)
{
	struct job_row job = { .job = INT64_MAX };
	int64_t oldest = 0;

	while (store_job_listed(st->store, &job))
		if (job.status == JOB_UNKNOWN && strcmp(job.kind, kind_test) != 0)
			oldest = job.job;
	if (oldest)
		job_trouble(st, oldest, "print_unknown", WORD_PRINT_UNKNOWN);
	return oldest != 0;
}

void job_settled(struct station *st, int64_t job)
{
	if (st->desks[DESK_COUNTER].notice.job == job)
		notice_clear(st, DESK_COUNTER);
}

void job_missing(struct station *st)
{
	job_trouble(st, 0, "print_failed", WORD_PRINT_FAILED);
}

static void send_next(struct station *st, int i)
{
	const struct config_device *d = &st->config->devices[i];
	struct door_out out = { .kind = OUT_PRINT };
	struct job_row job;

	if (training_prints(st, i) || !store_job_next(st->store, d->name, &job))
		return;
	if (job.doc.n >= sizeof(st->doc))
		return;
	if (!strcmp(job.kind, kind_drawer))
		job.doc = slice_of(drawer_doc);
	memcpy(st->doc, job.doc.p, job.doc.n);
	store_job_status(st->store, job.job, JOB_PRINTING);
	drawer_kick(st, i, (struct slice){ st->doc, job.doc.n });
	training_printing(st, i, job.job);
	out.print.job = job.job;
	text_fmt(out.print.printer, sizeof(out.print.printer), "%s", d->name);
	door_emit(st->door, &out, (struct slice){ st->doc, job.doc.n });
	st->dirty = true;
}

/* What waits for a printer that cannot print goes to its stand-in; what waits there for another
 * one, back to that. */
static void move_jobs(struct station *st, int i)
{
	const char *name = st->config->devices[i].name;
	int64_t since_ms = st->devices[i].unable_ms;

	if (station_mono(st) - since_ms < STANDIN_MS) {
		station_wake_at(st, since_ms + STANDIN_MS);
		return;
	}
	for (int other = 0; other < st->config->device_count; other++) {
		const struct config_device *d = &st->config->devices[other];
		int64_t moved;

		if (d->kind != DEVICE_PRINTER || !device_able(&st->devices[other]))
			continue;
		moved = store_jobs_home(st->store, d->name, name);
		if (!strcmp(st->config->devices[i].standin, d->name))
			moved += store_jobs_stand_in(st->store, name, d->name);
		if (moved == 0)
			continue;
		st->dirty = true;
		log_notice("printer %s cannot print: %lld jobs go to %s", name, (long long)moved,
			   d->name);
	}
}

/* The clock may have been set in either direction since. */
static void drop_late_kicks(struct station *st)
{
	const int64_t now = station_now(st);
	struct job_row job;

	while (store_job_late(st->store, kind_drawer, now - KICK_LATE_MS, now + KICK_LATE_MS, &job))
		drawer_failed(st, job.job, "too late to open the drawer");
}

void job_pump(struct station *st)
{
	int64_t now = station_mono(st);

	drop_late_kicks(st);
	drawers_tick(st);
	for (int i = 0; i < st->config->device_count; i++)
		if (st->config->devices[i].kind == DEVICE_PRINTER && !device_able(&st->devices[i]))
			move_jobs(st, i);
	for (int i = 0; i < st->config->device_count; i++) {
		const struct device_state *d = &st->devices[i];

		if (st->config->devices[i].kind != DEVICE_PRINTER || !device_able(d))
			continue;
		if (d->retry_ms <= now)
			send_next(st, i);
		else
			station_wake_at(st, d->retry_ms);
	}
}

/* ---- what became of them ---- */

static void job_unknown(struct station *st, const struct job_row *job, const char *detail)
{
	const bool slip = strcmp(job->kind, kind_test) != 0;

	if (!strcmp(job->kind, kind_drawer)) {
		drawer_failed(st, job->job, detail);
		return;
	}
	store_job_status(st->store, job->job, JOB_UNKNOWN);
	tell_failed(st, job->job, detail);
	/* A copy that is unknown as well asks: no printer prints all night. */
	if (slip && job->copy_of == 0 && print_policy_now(st).copy_unknown &&
	    job_queue_copy(st, job)) {
		store_job_status(st->store, job->job, JOB_DROPPED);
		job_trouble(st, job->job, "print_copied", WORD_PRINT_COPIED);
		return;
	}
	job_trouble(st, job->job, "print_unknown", WORD_PRINT_UNKNOWN);
}

/* Not a byte left: it waits for its printer, and not in a tight circle. */
static void job_waits(struct station *st, const struct job_row *job, int i, const char *detail)
{
	struct device_state *d = &st->devices[i < 0 ? 0 : i];

	if (!strcmp(job->kind, kind_drawer)) {
		drawer_failed(st, job->job, detail);
		return;
	}
	store_job_status(st->store, job->job, JOB_QUEUED);
	if (i < 0)
		return;
	d->retry_ms = station_mono(st) +
		      (d->nothings < RETRY_STEPS ? (int64_t)RETRY_MS << d->nothings : RETRY_MAX_MS);
	station_wake_at(st, d->retry_ms);
	if (++d->nothings == NOTHING_TOLD) {
		log_warning("printer %s takes no jobs: %s", st->config->devices[i].name, detail);
		job_trouble(st, job->job, "print_waits", WORD_PRINT_WAITS);
	}
}

void job_ended(struct station *st, int64_t number, enum job_result result, const char *detail)
{
	struct job_row job;
	int i;

	if (!store_job(st->store, number, &job) || job.status != JOB_PRINTING)
		return;
	st->dirty = true;
	i = device_index(st, store_job_goes(&job));
	if (i >= 0 && result != JOB_RESULT_NOTHING)
		st->devices[i].nothings = 0;
	result = drawer_kicked(st, i, &job, result);
	switch (result) {
	case JOB_RESULT_DONE:
		store_job_status(st->store, number, JOB_DONE);
		job_settled(st, number);
		return;
	case JOB_RESULT_NOTHING:
		job_waits(st, &job, i, detail);
		return;
	case JOB_RESULT_REFUSED:
		store_job_status(st->store, number, JOB_FAILED);
		tell_failed(st, number, detail);
		job_trouble(st, number, "print_failed", WORD_PRINT_FAILED);
		return;
	case JOB_RESULT_UNKNOWN:
		job_unknown(st, &job, detail);
		return;
	}
}

/* lada.conf may have other printers than when they were queued. */
static void send_on(struct station *st)
{
	struct job_row job = { 0 };

	while (store_job_queued(st->store, &job))
		if (strcmp(job.kind, kind_drawer) != 0 && !is_printer(st, store_job_goes(&job)))
			job_requeue(st, &job);
}

void jobs_start(struct station *st)
{
	struct job_row job;

	while (store_job_interrupted(st->store, &job)) {
		log_notice("print job %lld was interrupted", (long long)job.job);
		job_ended(st, job.job, JOB_RESULT_UNKNOWN, "the station stopped in the middle");
	}
	for (int i = 0; i < st->config->device_count; i++)
		st->devices[i].cut_off = store_job_cut_off(st->store, st->config->devices[i].name);
	drawers_start(st);
	send_on(st);
}
