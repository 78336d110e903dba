// SPDX-License-Identifier: Apache-2.0
/* What a person can do about paper: test, print again, answer for what nobody knows; the drawer. */
#include <string.h>

#include "firmware/base/doc.h"
#include "firmware/desk.h"
#include "firmware/printing.h"
#include "firmware/station.h"

#define REASON_TEXT_MAX 200
#define DOC_ARG_MAX	160 /* LR.ORDER.DOC */

int64_t print_test_queue(struct station *st, int device)
{
	const char *name = st->config->devices[device].name;
	char when[WHEN_TEXT_MAX];
	struct buf doc;

	buf_init(&doc, st->doc, sizeof(st->doc));
	doc_text(&doc, 'H', word_text(WORD_TEST_PRINT, st->language));
	doc_text(&doc, 'C', st->config->name);
	when_format(station_now(st), when);
	doc_pair(&doc, slice_of(when), slice_of(name));
	doc_text(&doc, 'T', "ąćęłńóśźż ĄĆĘŁŃÓŚŹŻ");
	doc_text(&doc, 'T', "їієґ ЇІЄҐ Україна");
	doc_text(&doc, 'Q', "LH.TEST");
	doc_text(&doc, 'X', "");
	return job_queue(st, "test", name, buf_read(&doc));
}

void verb_print_test(struct station *st, const struct call *c, struct json args)
{
	struct word_values v = words_none();
	char name[DEVICE_NAME_MAX], members[48];
	int i;

	if (!arg_text(args, "name", name, sizeof(name)) || (i = device_index(st, name)) < 0 ||
	    st->config->devices[i].kind != DEVICE_PRINTER) {
		answer_no(st, c, 409, REASON_NOT_FOUND, &v);
		return;
	}
	text_fmt(members, sizeof(members), "\"job\":%lld", (long long)print_test_queue(st, i));
	answer_aside(st, c, members);
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

void verb_print_retry(struct station *st, const struct call *c, struct json args)
{
	struct job_row job;

	if (!arg_job(st, c, args, &job))
		return;
	job_settled(st, job.job);
	if (job.status == JOB_UNKNOWN) {
		if (job_queue_copy(st, &job))
			store_job_status(st->store, job.job, JOB_DROPPED);
		else
			job_missing(st);
	} else {
		job_requeue(st, &job);
	}
	st->dirty = true;
	answer_aside(st, c, "");
}

void verb_print_drop(struct station *st, const struct call *c, struct json args)
{
	struct job_row job;

	if (!arg_job(st, c, args, &job))
		return;
	if (!strcmp(job.kind, "drawer"))
		drawer_failed(st, job.job, "a person dropped it");
	else
		store_job_status(st->store, job.job, JOB_DROPPED);
	job_settled(st, job.job);
	st->dirty = true;
	answer_aside(st, c, "");
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
	if (json_true(yes))
		store_job_status(st->store, job.job, JOB_DONE);
	else
		job_requeue(st, &job);
	job_settled(st, job.job);
	st->dirty = true;
	answer_aside(st, c, "");
}

/* By the slip's document id, what its code says (LR.ORDER.DOC), or the job's number. */
static bool find_printed(struct station *st, struct json doc, struct job_row *ret_job)
{
	char text[DOC_ARG_MAX];
	const char *id = text;
	int64_t number;

	if (json_int(doc, &number) == 0)
		return store_job(st->store, number, ret_job);
	if (json_string(doc, text, sizeof(text)) <= 0)
		return false;
	if (strncmp(text, "LR.", 3) == 0 && strrchr(text, '.') > text + 2)
		id = strrchr(text, '.') + 1;
	return id_valid(slice_of(id)) && store_job_of(st->store, id, ret_job);
}

void verb_print_again(struct station *st, const struct call *c, struct json args)
{
	struct json doc = json_get(args, "doc");
	struct word_values v = words_none();
	struct job_row job;
	char members[48];
	int64_t copy;

	if (doc.type == JSON_NONE) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	if (!find_printed(st, doc, &job) || !strcmp(job.kind, "drawer")) {
		answer_no(st, c, 409, REASON_NOT_FOUND, &v);
		return;
	}
	/* What is still on its way, or waits for an answer, has verbs of its own. */
	if (job.status == JOB_QUEUED || job.status == JOB_PRINTING || job.status == JOB_UNKNOWN) {
		answer_no(st, c, 409, REASON_BAD_REQUEST, &v);
		return;
	}
	copy = job_queue_copy(st, &job);
	if (!copy) {
		answer_no(st, c, 409, REASON_NOT_FOUND, &v);
		return;
	}
	text_fmt(members, sizeof(members), "\"job\":%lld", (long long)copy);
	answer_aside(st, c, members);
}

/* The named printer, or the first that has a drawer; -1 none. */
static int find_drawer(const struct station *st, struct json args)
{
	char name[DEVICE_NAME_MAX] = "";
	const bool named = arg_text(args, "name", name, sizeof(name));

	for (int i = 0; i < st->config->device_count; i++) {
		const struct config_device *d = &st->config->devices[i];

		if (d->kind == DEVICE_PRINTER && d->drawer > 0 &&
		    (!named || strcmp(d->name, name) == 0))
			return i;
	}
	return -1;
}

void verb_drawer_open(struct station *st, const struct call *c, struct json args)
{
	struct word_values v = words_none();
	char reason[REASON_TEXT_MAX + 1], members[48];
	const int i = find_drawer(st, args);

	if (!arg_why(args, reason, sizeof(reason))) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	if (!reason[0]) {
		answer_no(st, c, 400, REASON_REASON_NEEDED, &v);
		return;
	}
	if (i < 0 || !device_able(&st->devices[i])) {
		answer_no(st, c, 409, i < 0 ? REASON_NOT_FOUND : REASON_DRAWER, &v);
		return;
	}
	text_fmt(members, sizeof(members), "\"job\":%lld",
		 (long long)drawer_queue(st, i, reason, c->session.row.staff));
	answer_aside(st, c, members);
}
