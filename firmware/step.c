// SPDX-License-Identifier: Apache-2.0
/* The step: take, decide, commit once, let out. The only BEGIN and COMMIT are here. */
#include <errno.h>
#include <string.h>

#include "firmware/approvals.h"
#include "firmware/base/log.h"
#include "firmware/commands.h"
#include "firmware/desk.h"
#include "firmware/documents.h"
#include "firmware/figures.h"
#include "firmware/lanes.h"
#include "firmware/ledger.h"
#include "firmware/loyalty.h"
#include "firmware/orders.h"
#include "firmware/printing.h"
#include "firmware/privacy.h"
#include "firmware/station.h"
#include "firmware/story.h"
#include "firmware/streams.h"
#include "firmware/survey.h"
#include "firmware/training.h"
#include "firmware/trust/hash.h"

/* One commit for all that waited, within what a person would notice. */
#define EVENTS_PER_STEP 128
#define BULK_PER_STEP	8
#define BULK_MS		3
#define FRESH_PER_STEP	2000 /* events */
#define SWEEP_ROWS	400
#define PRESS_KEEP_MS	(24 * 3600 * INT64_C(1000))
#define PRUNE_EVERY_MS	(600 * 1000)
#define ALARM_EARLY_MS	5
#define QUIET_MS	5000 /* no work for so long: time to move the write-ahead log */
#define JOBS_KEEP	500

int64_t station_mono(const struct station *st)
{
	return st->clock.mono_ms(st->clock.ctx);
}

void station_wake_at(struct station *st, int64_t mono_ms)
{
	struct door_out out = { .kind = OUT_WAKE, .wake.mono_ms = mono_ms };

	if (st->real) {
		training_wake_at(st, mono_ms);
		return;
	}
	if (st->wake_ms && st->wake_ms <= mono_ms && st->wake_ms > station_mono(st))
		return;
	st->wake_ms = mono_ms;
	door_emit(st->door, &out, (struct slice){ 0 });
}

bool station_hq_reachable(const struct station *st)
{
	/* What is practised is a day on which nothing is wrong. */
	return st->real ||
	       (st->link_up && st->beat_known && station_mono(st) - st->beat_ms <= BEAT_FRESH_MS);
}

/* Above any epoch this database has seen, and otherwise the time it was made. */
int station_start(struct station *st)
{
	int64_t starts;

	store_begin(st->store);
	clocks_start(st);
	ledger_load(st);
	if (st->ledger.epoch == 0 || store_meta(st->store, "restored", 0))
		ledger_open_epoch(st);
	loyalty_start(st);
	figures_start(st);
	if (store_meta(st->store, "restored", 0))
		store_work_forget(st->store);
	store_meta_set(st->store, "restored", 0);
	starts = store_meta(st->store, "starts", 0) + 1;
	store_meta_set(st->store, "starts", starts);
	st->revision = starts * REVISIONS_PER_START;
	st->fresh_after = st->ledger.last;
	for (int i = 0; i < st->config->device_count; i++) {
		st->devices[i].status = DEVICE_OFFLINE;
		st->devices[i].unable_ms = station_mono(st);
		memcpy(st->devices[i].protocol, st->config->devices[i].protocol,
		       sizeof(st->devices[i].protocol));
	}
	claims_init(&st->claims, st->config->lane);
	st->lanes_stale = true;
	st->load.guests = true;
	files_again(st);
	station_recount(st);
	desk_load(st);
	settings_start(st);
	policies_follow(st);
	staff_start(st);
	jobs_start(st);
	training_broken_off(st);
	privacy_start(st);
	ledger_announce(st);
	st->dirty = true;
	documents_publish(st);
	heartbeat_publish(st);
	if (store_commit(st->store) < 0)
		return -EIO;
	door_flush(st->door);
	return 0;
}

void station_scanned(struct station *st, const struct door_event *e, struct slice text)
{
	struct call c = { .desk = e->scan.desk, .scan_ns = e->scan.read_ns };
	struct word_values v = words_none();

	if (!st->oldest_scan_ns)
		st->oldest_scan_ns = e->scan.read_ns;
	if (st->revoked) {
		answer_no(st, &c, 409, REASON_REVOKED, &v);
		return;
	}
	c.session = staff_at(st, e->scan.desk);
	if (st->locked && e->scan.desk == DESK_COUNTER)
		c.session = (struct session){ 0 };
	else if (c.session.valid)
		staff_acted(st);
	desk_scan(st, &c, text, e->scan.symbology);
}

static void on_link(struct station *st, bool up)
{
	st->link_up = up;
	lanes_link(st);
	serving_link(st);
	if (up)
		stream_link_up(st);
	else
		st->beat_known = false;
	ledger_announce(st);
	st->dirty = true;
}

static void on_beat(struct station *st, const struct door_event *e)
{
	bool before = station_hq_reachable(st);

	st->beat_known = e->beat.online;
	st->beat_ms = station_mono(st);
	if (e->beat.online) {
		station_wake_at(st, st->beat_ms + BEAT_FRESH_MS + 1);
		clocks_beat(st, e->beat.at_ms);
		if (e->beat.n > st->clocks.beat_n)
			st->clocks.beat_n = e->beat.n;
	}
	st->dirty = st->dirty || before != station_hq_reachable(st);
}

static void on_broker(struct station *st, const struct door_event *e)
{
	struct buf b;

	if (e->broker.taken && !st->taken) {
		b = event_begin(st);
		event_end(st, "session.taken", &b, (struct slice){ 0 }, NULL);
	}
	st->taken = e->broker.taken;
	memcpy(st->trouble, e->broker.trouble, sizeof(st->trouble));
	st->dirty = true;
}

/* Signed by a key that was withdrawn after sync let it in. */
static bool signer_gone(struct station *st, const char *topic, uint16_t signer)
{
	if (station_signer_valid(st, signer))
		return false;
	st->counters.refused_messages++;
	report_refused(st, slice_of(topic), "signature");
	return true;
}

static void on_down(struct station *st, const struct door_event *e, struct slice payload)
{
	if (signer_gone(st, stream_name(e->down.stream), e->down.signer))
		return;
	if (e->down.what == DOWN_ANSWER)
		desk_answer_ops(st, &e->down, payload);
	else if (e->down.what == DOWN_GRANT)
		loyalty_answered(st, &e->down);
	else
		stream_down(st, &e->down, payload);
}

void report_refused(struct station *st, struct slice topic, const char *why)
{
	int64_t now = station_mono(st);
	struct buf body;

	if (st->refused_told_ms && now - st->refused_told_ms < 60000)
		return;
	st->refused_told_ms = now;
	body = event_begin(st);
	jw_slice(&body, "topic", topic);
	jw_str(&body, "why", why);
	event_end(st, "frame.refused", &body, (struct slice){ 0 }, NULL);
}

static void on_drawer(struct station *st, int i, const struct door_event *e)
{
	struct device_state *d = &st->devices[i];

	st->dirty = st->dirty || d->drawer_known != e->device.drawer_known ||
		    d->drawer_high != e->device.drawer_high;
	d->drawer_known = e->device.drawer_known;
	d->drawer_high = e->device.drawer_high;
	drawer_heard(st, i);
}

static void on_device(struct station *st, const struct door_event *e)
{
	int i = device_index(st, e->device.name);
	struct device_state *d = &st->devices[i < 0 ? 0 : i];
	bool able = device_able(d);
	struct buf body;

	if (i < 0)
		return;
	on_drawer(st, i, e);
	if (d->status == e->device.status && d->trouble == e->device.trouble &&
	    !strcmp(d->detail, e->device.detail) && !strcmp(d->protocol, e->device.protocol))
		return;
	if (d->status != e->device.status) {
		body = event_begin(st);
		jw_str(&body, "name", e->device.name);
		jw_str(&body, "kind", device_kind_name(st->config->devices[i].kind));
		jw_str(&body, "status", device_status_name(e->device.status));
		jw_str(&body, "detail", e->device.detail);
		event_end(st, "device.changed", &body, (struct slice){ 0 }, NULL);
	}
	d->status = e->device.status;
	d->trouble = e->device.trouble;
	if (able)
		d->unable_ms = station_mono(st);
	else if (device_able(d))
		job_printer_back(st, d);
	memcpy(d->detail, e->device.detail, sizeof(d->detail));
	if (e->device.protocol[0])
		memcpy(d->protocol, e->device.protocol, sizeof(d->protocol));
	st->dirty = true;
}

static void on_tick(struct station *st)
{
	int64_t now = station_mono(st);

	/* The loop's alarm may be a little early by its rounding; taken as still ahead, it would
	 * never be set again. */
	if (st->wake_ms <= now + ALARM_EARLY_MS)
		st->wake_ms = 0;
	stream_tick(st);
	order_conflicts_tick(st);
	staff_tick(st);
	desk_tick(st);
	loyalty_tick(st);
	survey_tick(st);
	story_tick(st);
	ledger_tick(st);
	lanes_tick(st);
	serving_tick(st);
	displays_tick(st);
	queue_tick(st);
	figures_tick(st);
	approvals_tick(st);
	privacy_tick(st);
	if (st->beat_known && st->beat_ms + BEAT_FRESH_MS >= now)
		station_wake_at(st, st->beat_ms + BEAT_FRESH_MS + 1);
	/* HQ may have gone silent, ages have grown. */
	if (st->reachable_shown != station_hq_reachable(st) ||
	    st->acked.shown != st->ledger.acked || now - st->queue_ms >= QUEUE_AGE_MS)
		st->dirty = true;
	if (!st->pruned_ms || now - st->pruned_ms > PRUNE_EVERY_MS) {
		st->pruned_ms = now;
		store_jobs_prune(st->store, JOBS_KEEP);
		if (!clocks_settled(st))
			return;
		store_press_prune(st->store, station_now(st) - PRESS_KEEP_MS);
		store_prune(st->store, station_now(st), ledger_keep_days(st));
		figures_prune(st);
		store_here_expire(st->store, station_now(st) - HERE_KEEP_MS);
	}
}

static void on_event(struct station *st, const struct door_event *e, struct slice payload)
{
	if (training_takes(st, e, payload))
		return;
	switch (e->kind) {
	case DOOR_SCAN:
		station_scanned(st, e, payload);
		break;
	case DOOR_VERB:
		verb_call(st, e, payload);
		break;
	case DOOR_PIN:
		staff_pin_checked(st, e->pin.check, e->pin.right, payload);
		break;
	case DOOR_DOWN:
		on_down(st, e, payload);
		break;
	case DOOR_CMD:
		if (!signer_gone(st, "cmd", e->cmd.signer))
			command_take(st, e, payload);
		break;
	case DOOR_BROKER:
		on_broker(st, e);
		break;
	case DOOR_ACK:
		ledger_acked(st, e->ack.epoch, e->ack.seq, span_of(payload, e->ack.reject));
		break;
	case DOOR_PULL:
		ledger_pull(st, e->pull.epoch, e->pull.after, e->pull.messages);
		break;
	case DOOR_LINK:
		on_link(st, e->link.up);
		break;
	case DOOR_BEAT:
		on_beat(st, e);
		break;
	case DOOR_UP:
		lane_events(st, e, payload);
		break;
	case DOOR_LANE:
		lane_state(st, e);
		break;
	case DOOR_AGAIN:
		lane_again(st, e);
		break;
	case DOOR_TOLD:
		lane_told(st, e);
		break;
	case DOOR_CLAIM:
		serving_heard(st, &e->claim);
		break;
	case DOOR_REFUSED:
		st->counters.refused_messages++;
		report_refused(st, payload, e->refused.why);
		break;
	case DOOR_JOB:
		job_ended(st, e->job.job, e->job.result, e->job.detail);
		break;
	case DOOR_DEVICE:
		on_device(st, e);
		break;
	case DOOR_TICK:
		on_tick(st);
		break;
	case DOOR_STOP:
		st->stopping = true;
		break;
	}
}

static void finish_step(struct station *st)
{
	struct door_out restart = { .kind = OUT_RESTART };

	policies_follow(st);
	message_show(st);
	job_pump(st);
	training_step(st);
	if (st->ledger.last > st->fresh_after)
		ledger_publish_fresh(st);
	if (st->dirty)
		documents_publish(st);
	heartbeat_publish(st);
	metrics_publish(st);
	ledger_note_acked(st);
	clocks_note_beat(st);
	/* Last: what this step has to say goes out before. */
	if (st->restarting)
		door_emit(st->door, &restart, (struct slice){ 0 });
	st->restarting = false;
}

static void checkpoint_when_quiet(struct station *st, bool only_tick)
{
	int64_t now = station_mono(st);

	if (!only_tick) {
		st->busy_ms = now;
		st->log_unmoved = true;
	} else if (st->log_unmoved && now - st->busy_ms > QUIET_MS) {
		st->log_unmoved = false;
		store_checkpoint(st->store);
	}
}

static bool more_fits(const struct station *st, int taken, int bulk)
{
	return taken < EVENTS_PER_STEP && bulk < BULK_PER_STEP && !st->stopping &&
	       door_pending(st->door) < OUT_STEP_MAX / 4 &&
	       st->ledger.last - st->fresh_after < FRESH_PER_STEP;
}

/* What is left of HQ's words goes before further ones, and behind everybody at the counter. */
static bool take_next(struct station *st, bool wait, struct door_event *event,
		      struct slice *payload)
{
	if (stream_busy(st))
		return door_take_now(st->door, event, payload);
	return door_take(st->door, wait, event, payload);
}

/* Events until enough was done for one commit; how many, and the last one in `event`. */
static int take_events(struct station *st, struct door_event *event, struct slice payload)
{
	const int64_t began = station_mono(st);
	int bulk = 0, taken = 0;

	do {
		const bool is_bulk = door_is_bulk(event->kind);

		if (event->kind == DOOR_SCAN || event->kind == DOOR_VERB || event->kind == DOOR_PIN)
			st->served_ms = began;
		on_event(st, event, payload);
		taken++;
		bulk += is_bulk;
		/* A person who came behind bulk work is answered now, not after more of it. */
		if (snapshot_cut(st) || (bulk && (!is_bulk || station_mono(st) - began >= BULK_MS)))
			break;
	} while (more_fits(st, taken, bulk) && take_next(st, false, event, &payload));
	return taken;
}

bool station_step(struct station *st, bool wait)
{
	struct door_out stopped = { .kind = OUT_STOPPED };
	struct door_event event;
	struct slice payload;
	bool got, only_tick = false;

	got = !st->stopping && take_next(st, wait, &event, &payload);
	if (!got && (st->stopping || !stream_busy(st)))
		return false;
	store_begin(st->store);
	training_begin(st);
	clocks_look(st);
	if (got)
		only_tick = take_events(st, &event, payload) == 1 && event.kind == DOOR_TICK;
	else
		stream_work(st);
	if (only_tick)
		store_gen_sweep(st->store, SWEEP_ROWS);
	finish_step(st);
	st->counters.steps++;
	st->oldest_scan_ns = 0;
	training_commit(st);
	if (store_commit(st->store) < 0)
		return false;
	checkpoint_when_quiet(st, only_tick);
	privacy_after_commit(st, only_tick);
	if (st->stopping)
		door_emit(st->door, &stopped, (struct slice){ 0 });
	door_flush(st->door);
	return !st->stopping;
}
