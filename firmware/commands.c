// SPDX-License-Identifier: Apache-2.0
/*
 * Commands of HQ: each id is taken once, whatever is repeated and across restarts, and answered
 * by event cmd.done in the transaction of its effect. One that has expired by HQ's clock is
 * answered and does nothing.
 */
#include <string.h>
#include <sys/statvfs.h>

#include "firmware/base/log.h"
#include "firmware/commands.h"
#include "firmware/desk.h"
#include "firmware/documents.h"
#include "firmware/lanes.h"
#include "firmware/ledger.h"
#include "firmware/printing.h"
#include "firmware/station.h"
#include "firmware/streams.h"

#define DETAIL_MAX 8192

/* True: done. The detail says what was done, or why not. */
struct command {
	const char *name;
	bool (*run)(struct station *st, const char *id, struct json args, struct buf *detail);
};

static bool refuse(struct buf *detail, const char *why)
{
	buf_reset(detail);
	buf_text(detail, why);
	return false;
}

static bool run_resync(struct station *st, const char *id, struct json args, struct buf *detail)
{
	struct json which = json_get(args, "stream");
	char name[16];
	enum stream s;

	(void)id;
	if (which.type == JSON_NONE || json_is(which, "all")) {
		for (int i = 0; i < STREAM_COUNT; i++)
			stream_resync(st, (enum stream)i);
		buf_text(detail, "asked for all streams");
		return true;
	}
	if (json_string(which, name, sizeof(name)) <= 0 || stream_find(slice_of(name), &s) < 0)
		return refuse(detail, "no such stream");
	stream_resync(st, s);
	buf_fmt(detail, "asked for %s", name);
	return true;
}

static bool run_print_test(struct station *st, const char *id, struct json args, struct buf *detail)
{
	char name[DEVICE_NAME_MAX];
	int64_t job;
	int i = -1;

	(void)id;
	if (json_string(json_get(args, "name"), name, sizeof(name)) > 0)
		i = device_index(st, name);
	if (i < 0 || st->config->devices[i].kind != DEVICE_PRINTER)
		return refuse(detail, "no such printer");
	job = print_test_queue(st, i);
	if (job == 0)
		return refuse(detail, "no room for the document");
	buf_fmt(detail, "job %lld", (long long)job);
	return true;
}

static bool run_restart(struct station *st, const char *id, struct json args, struct buf *detail)
{
	(void)id;
	(void)args;
	st->restarting = true;
	buf_text(detail, "restarting");
	return true;
}

static void write_disk(struct station *st, struct buf *b)
{
	struct statvfs disk;

	if (st->config->data[0] && statvfs(st->config->data, &disk) == 0)
		jw_int(b, "disk_free_bytes", (int64_t)disk.f_bavail * (int64_t)disk.f_frsize);
}

static bool run_diagnose(struct station *st, const char *id, struct json args, struct buf *detail)
{
	(void)id;
	(void)args;
	jw_open(detail, NULL, '{');
	jw_str(detail, "version", LADA_VERSION);
	jw_int(detail, "uptime_s", (station_mono(st) - st->clocks.start_mono_ms) / 1000);
	jw_int(detail, "clock_offset_ms", clocks_offset(st));
	documents_streams(st, detail);
	jw_int(detail, "epoch", st->ledger.epoch);
	jw_int(detail, "last", st->ledger.last);
	jw_int(detail, "outbox", store_waiting(st->store));
	jw_int(detail, "letters", store_letter_count(st->store));
	jw_bool(detail, "isolated", station_isolated(st));
	jw_open(detail, "settings", '{');
	settings_write(st, detail);
	jw_close(detail, '}');
	write_disk(st, detail);
	documents_devices_brief(st, detail);
	jw_close(detail, '}');
	return !detail->overflow || refuse(detail, "too much to tell");
}

/* An enum notice_level, or -1. */
static int level_of(struct json level)
{
	if (level.type == JSON_NONE || json_is(level, "attention"))
		return NOTICE_ATTENTION;
	if (json_is(level, "good"))
		return NOTICE_GOOD;
	return json_is(level, "bad") ? NOTICE_BAD : -1;
}

static bool run_message(struct station *st, const char *id, struct json args, struct buf *detail)
{
	const int level = level_of(json_get(args, "level"));
	char text[MESSAGE_TEXT_MAX];
	int n = json_string(json_get(args, "text"), text, sizeof(text));

	if (n <= 0 || text_has_control((struct slice){ text, (size_t)n }))
		return refuse(detail, "text must be 1 to 400 bytes without control characters");
	if (level < 0)
		return refuse(detail, "level must be good, attention or bad");
	if (!store_message_add(st->store, id, (struct slice){ text, (size_t)n }, level))
		return refuse(detail, "eight messages wait already");
	st->dirty = true;
	buf_text(detail, "shown");
	return true;
}

static bool run_set(struct station *st, const char *id, struct json args, struct buf *detail)
{
	char key[32];
	const char *why;

	(void)id;
	if (json_string(json_get(args, "key"), key, sizeof(key)) <= 0)
		return refuse(detail, "no such setting");
	why = setting_set(st, key, json_get(args, "value"));
	if (why)
		return refuse(detail, why);
	buf_fmt(detail, "%s %s", key,
		json_get(args, "value").type == JSON_NULL ? "as configured" : "set");
	return true;
}

static bool run(struct station *st, const char *name, const char *id, struct json args,
		struct buf *detail)
{
	static const struct command commands[] = {
		{ "resync", run_resync },   { "print-test", run_print_test },
		{ "restart", run_restart }, { "diagnose", run_diagnose },
		{ "message", run_message }, { "set", run_set },
	};

	for (size_t i = 0; i < COUNT_OF(commands); i++)
		if (strcmp(name, commands[i].name) == 0)
			return commands[i].run(st, id, args, detail);
	return refuse(detail, "unknown command");
}

void command_take(struct station *st, const struct door_event *e, struct slice payload)
{
	const char *id = e->cmd.id;
	struct slice text = span_of(payload, e->cmd.args);
	struct json args = { 0 };
	char memory[DETAIL_MAX];
	struct buf detail, b;
	bool ok;

	if (store_command_known(st->store, id))
		return; /* its answer is on its way, or there */
	buf_init(&detail, memory, sizeof(memory));
	if (text.n && json_check(text, &args) < 0)
		return;
	if (e->cmd.expires_ms <= station_now(st))
		ok = refuse(&detail, "expired");
	else
		ok = run(st, e->cmd.name, id, args, &detail);
	log_notice("command %s %s of HQ: %s", e->cmd.name, id, ok ? "done" : "not done");
	store_command_add(st->store, id, e->cmd.expires_ms, ok, buf_read(&detail));
	b = event_begin(st);
	jw_str(&b, "id", id);
	jw_bool(&b, "ok", ok);
	jw_slice(&b, "detail", buf_read(&detail));
	event_end(st, "cmd.done", &b, (struct slice){ 0 }, NULL);
}

/* ---- what HQ has to say ---- */

void message_show(struct station *st)
{
	const struct desk_state *desk = &st->desks[DESK_COUNTER];
	struct message_row row = { 0 };

	if (desk->mode != MODE_IDLE || desk->notice.shown || desk->waiting.active ||
	    !store_message_next(st->store, &row))
		return;
	notice_message(st, DESK_COUNTER, (enum notice_level)row.level, row.id, row.text);
}

void message_answered(struct station *st, const char *id)
{
	for (int d = 0; d < DESK_COUNT; d++)
		if (st->desks[d].notice.shown && strcmp(st->desks[d].notice.message, id) == 0)
			st->desks[d].notice.shown = false;
	store_message_drop(st->store, id);
	st->dirty = true;
}

void verb_message_done(struct station *st, const struct call *c, struct json args)
{
	struct word_values v = words_none();
	char id[ID_MAX + 1];

	if (!arg_text(args, "id", id, sizeof(id))) {
		answer_no(st, c, 400, REASON_BAD_REQUEST, &v);
		return;
	}
	message_answered(st, id);
	answer_ok(st, c, "");
}
