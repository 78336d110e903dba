// SPDX-License-Identifier: Apache-2.0
/* What the station says of itself to programs: its heartbeat, and the figures of /metrics. */
#include <string.h>

#include "firmware/documents.h"
#include "firmware/figures.h"
#include "firmware/ledger.h"
#include "firmware/station.h"
#include "firmware/trust/hash.h"

void documents_devices_brief(struct station *st, struct buf *b)
{
	jw_open(b, "devices", '[');
	for (int i = 0; i < st->config->device_count; i++) {
		jw_open(b, NULL, '{');
		jw_str(b, "name", st->config->devices[i].name);
		jw_str(b, "kind", device_kind_name(st->config->devices[i].kind));
		jw_str(b, "status", device_status_name(st->devices[i].status));
		jw_close(b, '}');
	}
	jw_close(b, ']');
}

/* Most steps change nothing of it. */
static bool heartbeat_stands(struct station *st)
{
	struct heartbeat_of now;

	memset(&now, 0, sizeof(now));
	now.changes = store_changes(st->store);
	now.epoch = st->ledger.epoch;
	now.acked = st->ledger.acked;
	now.noted = st->acked.noted;
	now.isolated = station_isolated(st);
	now.revoked = st->revoked;
	for (int i = 0; i < st->config->device_count; i++)
		now.devices[i] = (uint8_t)st->devices[i].status;
	if (memcmp(&now, &st->heartbeat_of, sizeof(now)) == 0)
		return true;
	st->heartbeat_of = now;
	return false;
}

void heartbeat_publish(struct station *st)
{
	struct door_out out = { .kind = OUT_HEARTBEAT, .heartbeat.epoch = st->ledger.epoch };
	char memory[8192];
	struct buf b;

	if (heartbeat_stands(st))
		return;
	buf_init(&b, memory, sizeof(memory));
	jw_str(&b, "store", st->config->store);
	jw_str(&b, "lane", st->config->lane);
	jw_int(&b, "epoch", st->ledger.epoch);
	jw_str(&b, "version", LADA_VERSION);
	jw_str(&b, "key", st->identity);
	if (st->revoked)
		jw_bool(&b, "revoked", true);
	documents_streams(st, &b);
	/* Of this epoch, so that the two add up to its newest event, which siblings wait for. */
	jw_int(&b, "outbox", st->ledger.last - st->ledger.acked);
	jw_int(&b, "acked", st->ledger.acked);
	jw_bool(&b, "isolated", st->heartbeat_of.isolated);
	documents_devices_brief(st, &b);
	jw_close(&b, '}');
	if (!b.overflow && document_differs(buf_read(&b), st->heartbeat_hash))
		door_emit(st->door, &out, buf_read(&b));
}

static void metric(struct buf *b, const char *name, const char *type, const char *help, int64_t v)
{
	buf_fmt(b, "# HELP lada_%s %s\n# TYPE lada_%s %s\nlada_%s %lld\n", name, help, name, type,
		name, (long long)v);
}

void metrics_publish(struct station *st)
{
	struct door_out out = { .kind = OUT_METRICS };
	const struct counters *c = &st->counters;
	char memory[8192 + sizeof(st->figures.metrics)];
	struct buf b;

	buf_init(&b, memory, sizeof(memory));
	metric(&b, "codes_total", "counter", "Codes read or typed as a scan.", c->scans);
	metric(&b, "scans_refused_total", "counter", "Pickups refused.", c->scans_refused);
	metric(&b, "verbs_total", "counter", "Presses and calls.", c->verbs);
	metric(&b, "handovers_total", "counter", "Orders handed over.", c->handovers);
	metric(&b, "down_applied_total", "counter", "Stream messages applied.", c->down_applied);
	metric(&b, "down_dropped_total", "counter", "Stream messages known already.",
	       c->down_dropped);
	metric(&b, "down_old_epoch_total", "counter", "Stream messages of an older epoch.",
	       c->down_old_epoch);
	metric(&b, "letters_total", "counter", "Ops that could not be applied.", c->letters);
	metric(&b, "messages_refused_total", "counter", "Messages not let in.",
	       c->refused_messages);
	metric(&b, "acks_ignored_total", "counter", "Acknowledgements above what was sent.",
	       c->acks_ignored);
	metric(&b, "outbox", "gauge", "Events HQ has not acknowledged.", ledger_waiting(st));
	metric(&b, "hq_reachable", "gauge", "1 while HQ's beat is fresh.",
	       station_hq_reachable(st));
	metric(&b, "outbox_stuck", "gauge", "1 while HQ answers and acknowledges no events.",
	       ledger_stuck(st));
	metric(&b, "session_taken", "gauge", "1 while another client uses this client id.",
	       st->taken);
	metric(&b, "revoked", "gauge", "1 while policy lanes does not list this lane.",
	       st->revoked);
	metric(&b, "clock_ahead_seconds", "gauge",
	       "By which this machine's clock is ahead of HQ's, in whole minutes.",
	       st->clocks.shown_s);
	figures_metrics(st, &b);
	if (!b.overflow && document_differs(buf_read(&b), st->metrics_hash))
		door_emit(st->door, &out, buf_read(&b));
}
