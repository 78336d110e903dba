// SPDX-License-Identifier: Apache-2.0
/*
 * Print jobs are rows: queued, then marked as printing in the commit before the first byte goes
 * out, then done when the printer said so. A job that may or may not be out is unknown and a
 * person answers; it is never printed a second time by itself.
 */
#include <string.h>

#include "firmware/base/doc.h"
#include "firmware/base/log.h"
#include "firmware/station.h"

#define RETRY_MS 2000

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

int64_t job_queue(struct station *st, const char *kind, const char *printer, struct slice doc)
{
	if (!printer)
		printer = first_printer(st);
	if (!printer)
		return 0;
	st->dirty = true;
	return store_job_add(st->store, printer, kind, doc, station_now(st));
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
	out.print.job = job.job;
	text_fmt(out.print.printer, sizeof(out.print.printer), "%s", d->name);
	door_emit(st->door, &out, (struct slice){ st->doc, job.doc.n });
	st->dirty = true;
}

void job_pump(struct station *st)
{
	int64_t now = station_mono(st);

	for (int i = 0; i < st->config->device_count; i++) {
		struct device_state *d = &st->devices[i];

		if (st->config->devices[i].kind != DEVICE_PRINTER ||
		    (d->status != DEVICE_OK && d->status != DEVICE_PAPER_LOW) || d->retry_ms > now)
			continue;
		send_next(st, i);
	}
}

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

void job_ended(struct station *st, int64_t number, enum job_result result, const char *detail)
{
	struct job_row job;
	int i;

	if (!store_job(st->store, number, &job) || job.status != JOB_PRINTING)
		return;
	st->dirty = true;
	i = device_index(st, job.printer);
	switch (result) {
	case JOB_RESULT_DONE:
		store_job_status(st->store, number, JOB_DONE);
		return;
	case JOB_RESULT_NOTHING:
		/* Not a byte left: it waits for its printer, and not in a tight circle. */
		store_job_status(st->store, number, JOB_QUEUED);
		if (i >= 0) {
			st->devices[i].retry_ms = station_mono(st) + RETRY_MS;
			station_wake_at(st, st->devices[i].retry_ms);
		}
		return;
	case JOB_RESULT_REFUSED:
		store_job_status(st->store, number, JOB_FAILED);
		tell_failed(st, number, detail);
		print_trouble(st, "print_failed", WORD_PRINT_FAILED);
		return;
	case JOB_RESULT_UNKNOWN:
		store_job_status(st->store, number, JOB_UNKNOWN);
		tell_failed(st, number, detail);
		print_trouble(st, "print_unknown", WORD_PRINT_UNKNOWN);
		return;
	}
}

void verb_print_test(struct station *st, const struct call *c, struct json args)
{
	struct word_values v = words_none();
	char name[DEVICE_NAME_MAX], when[WHEN_TEXT_MAX], members[48];
	struct buf doc;
	int i;

	if (!arg_text(args, "name", name, sizeof(name)) || (i = device_index(st, name)) < 0 ||
	    st->config->devices[i].kind != DEVICE_PRINTER) {
		answer_no(st, c, 409, REASON_NOT_FOUND, &v);
		return;
	}
	buf_init(&doc, st->doc, sizeof(st->doc));
	doc_text(&doc, 'H', word_text(WORD_TEST_PRINT, st->config->language));
	doc_text(&doc, 'C', st->config->name);
	when_format(station_now(st), when);
	doc_pair(&doc, slice_of(when), slice_of(name));
	doc_text(&doc, 'T', "ąćęłńóśźż ĄĆĘŁŃÓŚŹŻ");
	doc_text(&doc, 'T', "їієґ ЇІЄҐ Україна");
	doc_text(&doc, 'Q', "LH.TEST");
	doc_text(&doc, 'X', "");
	text_fmt(members, sizeof(members), "\"job\":%lld",
		 (long long)job_queue(st, "test", name, buf_read(&doc)));
	answer_ok(st, c, members);
}

/* The unfinished job an argument names; false and answered when there is none. */
static bool arg_job(struct station *st, const struct call *c, struct json args,
		    struct job_row *ret_job)
{
	struct word_values v = words_none();
	int64_t number;

	if (json_int(json_get(args, "job"), &number) == 0 &&
	    store_job(st->store, number, ret_job) &&
	    (ret_job->status == JOB_UNKNOWN || ret_job->status == JOB_FAILED ||
	     ret_job->status == JOB_QUEUED))
		return true;
	answer_no(st, c, 409, REASON_BAD_REQUEST, &v);
	return false;
}

/* Again, and marked: the first one may be in the customer's hand. */
static bool queue_copy(struct station *st, const struct job_row *job)
{
	struct buf doc;

	buf_init(&doc, st->doc, sizeof(st->doc));
	doc_text(&doc, 'H', word_text(WORD_SLIP_COPY, st->config->language));
	buf_slice(&doc, job->doc);
	return !doc.overflow && job_queue(st, job->kind, job->printer, buf_read(&doc));
}

void verb_print_retry(struct station *st, const struct call *c, struct json args)
{
	struct job_row job;

	if (!arg_job(st, c, args, &job))
		return;
	if (job.status == JOB_UNKNOWN) {
		if (queue_copy(st, &job))
			store_job_status(st->store, job.job, JOB_DROPPED);
		else
			job_missing(st);
	} else {
		store_job_status(st->store, job.job, JOB_QUEUED);
	}
	st->dirty = true;
	answer_ok(st, c, "");
}

void verb_print_drop(struct station *st, const struct call *c, struct json args)
{
	struct job_row job;

	if (!arg_job(st, c, args, &job))
		return;
	store_job_status(st->store, job.job, JOB_DROPPED);
	st->dirty = true;
	answer_ok(st, c, "");
}

/* A person looked: it came out, or it did not and is printed for the first time. */
void verb_print_came(struct station *st, const struct call *c, struct json args)
{
	struct json yes = json_get(args, "yes");
	struct word_values v = words_none();
	struct job_row job;

	if (yes.type != JSON_BOOL) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	if (!arg_job(st, c, args, &job))
		return;
	if (job.status != JOB_UNKNOWN) {
		answer_no(st, c, 409, REASON_BAD_REQUEST, &v);
		return;
	}
	store_job_status(st->store, job.job, json_true(yes) ? JOB_DONE : JOB_QUEUED);
	notice_clear(st, c->desk);
	st->dirty = true;
	answer_ok(st, c, "");
}
