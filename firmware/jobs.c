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
 * A drawer that is kicked late opens by itself: so a kick that cannot be made within 10 s is
 * dropped and told, never kept, and an unknown one is no question, for a person sees the drawer.
 */
#include <string.h>

#include "firmware/base/doc.h"
#include "firmware/base/log.h"
#include "firmware/station.h"

#define RETRY_MS     2000
#define STANDIN_MS   3000
#define COPIES_MAX   5
#define KICK_LATE_MS 10000
/* A drawer opens within 2 s of its kick; without automatic status the printer is asked every 2 s
 * and a tick, so it is seen this long after the job at the latest. */
#define KICK_SEEN_MS 3500

static const char kind_drawer[] = "drawer";
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

int64_t job_queue(struct station *st, const char *kind, const char *printer, struct slice doc)
{
	int64_t job;

	if (!printer || !is_printer(st, printer))
		printer = first_printer(st);
	if (!printer)
		return 0;
	st->dirty = true;
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
	store_job_status(st->store, job->job, JOB_QUEUED);
}

int64_t job_queue_copy(struct station *st, const struct job_row *job)
{
	const char *word = word_text(WORD_SLIP_COPY, st->config->language);
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

/* ---- the drawer's contact ---- */

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

void drawer_heard(struct station *st, int i)
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

static void kick_over(struct station *st, struct device_state *d, enum job_result result)
{
	if (d->kicked && d->kick_ms == 0)
		d->kick_ms = station_mono(st);
	d->kicked = d->kicked && result == JOB_RESULT_DONE;
}

static void watch_kick(struct device_state *d, struct slice doc)
{
	struct doc_line line;
	size_t at = 0;

	while (doc_next(doc, &at, &line)) {
		if (line.command != 'D' || !d->drawer_known)
			continue;
		d->kicked = true;
		d->kick_high = d->drawer_high;
		d->kick_ms = 0;
		return;
	}
}

/* ---- out to the printers ---- */

static void tell_failed(struct station *st, int64_t job, const char *why)
{
	struct buf b = event_begin(st);

	jw_int(&b, "job", job);
	jw_str(&b, "why", why);
	event_end(st, "print.failed", &b, (struct slice){ 0 }, NULL);
}

/* A matter for staff alone. */
static void print_trouble(struct station *st, const char *code, enum word w)
{
	struct word_values v = words_none();

	notice_word(st, DESK_COUNTER, NOTICE_ATTENTION, code, w, w, &v);
	notice_hide_from_customer(st, DESK_COUNTER);
}

void job_missing(struct station *st)
{
	print_trouble(st, "print_failed", WORD_PRINT_FAILED);
}

static void kick_failed(struct station *st, int64_t job, const char *why)
{
	store_job_status(st->store, job, JOB_DROPPED);
	st->dirty = true;
	tell_failed(st, job, why);
	print_trouble(st, "drawer_failed", WORD_DRAWER_FAILED);
}

static void send_next(struct station *st, int i)
{
	const struct config_device *d = &st->config->devices[i];
	struct door_out out = { .kind = OUT_PRINT };
	struct job_row job;

	if (!store_job_next(st->store, d->name, &job))
		return;
	if (job.doc.n >= sizeof(st->doc))
		return;
	memcpy(st->doc, job.doc.p, job.doc.n);
	store_job_status(st->store, job.job, JOB_PRINTING);
	watch_kick(&st->devices[i], (struct slice){ st->doc, job.doc.n });
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
		kick_failed(st, job.job, "too late to open the drawer");
}

void job_pump(struct station *st)
{
	int64_t now = station_mono(st);

	drop_late_kicks(st);
	for (int i = 0; i < st->config->device_count; i++)
		if (st->config->devices[i].kind == DEVICE_PRINTER && !device_able(&st->devices[i]))
			move_jobs(st, i);
	for (int i = 0; i < st->config->device_count; i++)
		if (st->config->devices[i].kind == DEVICE_PRINTER && device_able(&st->devices[i]) &&
		    st->devices[i].retry_ms <= now)
			send_next(st, i);
}

/* ---- what became of them ---- */

static void job_unknown(struct station *st, const struct job_row *job, const char *detail)
{
	const bool slip = strcmp(job->kind, kind_test) != 0;

	if (!strcmp(job->kind, kind_drawer)) {
		kick_failed(st, job->job, detail);
		return;
	}
	store_job_status(st->store, job->job, JOB_UNKNOWN);
	tell_failed(st, job->job, detail);
	/* A copy that is unknown as well asks: no printer prints all night. */
	if (slip && job->copy_of == 0 && print_policy_now(st).copy_unknown &&
	    job_queue_copy(st, job)) {
		store_job_status(st->store, job->job, JOB_DROPPED);
		print_trouble(st, "print_copied", WORD_PRINT_COPIED);
		return;
	}
	print_trouble(st, "print_unknown", WORD_PRINT_UNKNOWN);
}

static void job_waits(struct station *st, const struct job_row *job, int i, const char *detail)
{
	if (!strcmp(job->kind, kind_drawer)) {
		kick_failed(st, job->job, detail);
		return;
	}
	/* Not a byte left: it waits for its printer, and not in a tight circle. */
	store_job_status(st->store, job->job, JOB_QUEUED);
	if (i >= 0) {
		st->devices[i].retry_ms = station_mono(st) + RETRY_MS;
		station_wake_at(st, st->devices[i].retry_ms);
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
	if (i >= 0)
		kick_over(st, &st->devices[i], result);
	switch (result) {
	case JOB_RESULT_DONE:
		store_job_status(st->store, number, JOB_DONE);
		return;
	case JOB_RESULT_NOTHING:
		job_waits(st, &job, i, detail);
		return;
	case JOB_RESULT_REFUSED:
		store_job_status(st->store, number, JOB_FAILED);
		tell_failed(st, number, detail);
		print_trouble(st, "print_failed", WORD_PRINT_FAILED);
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
		st->devices[i].cut_off =
			store_job_cut_off(st->store, st->config->devices[i].name);
	send_on(st);
}
