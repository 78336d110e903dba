// SPDX-License-Identifier: Apache-2.0
#include "ui/meter.h"

#include <inttypes.h>

static const uint64_t edge_us[METER_BUCKETS] = { 500,	1000,  2000,   3000,   5000,	  10000,
						 20000, 50000, 100000, 500000, UINT64_MAX };

static const char *const route_names[ROUTE_COUNT] = {
	[ROUTE_NONE] = "none",	     [ROUTE_PAGE] = "page",	  [ROUTE_REDIRECT] = "redirect",
	[ROUTE_HEALTHZ] = "healthz", [ROUTE_METRICS] = "metrics", [ROUTE_STATE] = "state",
	[ROUTE_LIVE] = "live",	     [ROUTE_DO] = "do",		  [ROUTE_DEVICES] = "devices",
	[ROUTE_RECORD] = "record",
};

void meter_request(struct meter *m, enum route route, int status)
{
	int class = status / 100;

	if (class >= 0 && class < 6)
		m->requests[route][class]++;
}

void meter_scan(struct meter *m, enum screen screen, uint64_t took_ns)
{
	struct histogram *h = &m->scan[screen];
	int i = 0;

	while (i < METER_BUCKETS - 1 && took_ns > edge_us[i] * 1000)
		i++;
	h->bucket[i]++;
	h->count++;
	h->sum_ns += took_ns;
	h->last_ns = took_ns;
}

static void head(struct buf *b, const char *name, const char *type, const char *help)
{
	buf_fmt(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void single(struct buf *b, const char *name, const char *type, const char *help,
		   uint64_t value)
{
	head(b, name, type, help);
	buf_fmt(b, "%s %" PRIu64 "\n", name, value);
}

/* Nanoseconds as decimal seconds, without floating point. */
static void seconds(struct buf *b, uint64_t ns)
{
	buf_fmt(b, "%" PRIu64 ".%09" PRIu64, ns / UINT64_C(1000000000), ns % UINT64_C(1000000000));
}

static void write_requests(const struct meter *m, struct buf *b)
{
	head(b, "lada_http_requests_total", "counter", "HTTP requests answered.");
	for (int r = 0; r < ROUTE_COUNT; r++) {
		for (int c = 1; c < 6; c++) {
			if (m->requests[r][c])
				buf_fmt(b,
					"lada_http_requests_total{route=\"%s\",code=\"%dxx\"} "
					"%" PRIu64 "\n",
					route_names[r], c, m->requests[r][c]);
		}
	}
}

static void write_histogram(const struct histogram *h, const char *screen, struct buf *b)
{
	uint64_t sum = 0;

	for (int i = 0; i < METER_BUCKETS; i++) {
		sum += h->bucket[i];
		buf_fmt(b, "lada_scan_to_state_seconds_bucket{screen=\"%s\",le=\"", screen);
		if (i == METER_BUCKETS - 1)
			buf_text(b, "+Inf");
		else
			buf_fmt(b, "0.%06" PRIu64, edge_us[i]);
		buf_fmt(b, "\"} %" PRIu64 "\n", sum);
	}
	buf_fmt(b, "lada_scan_to_state_seconds_sum{screen=\"%s\"} ", screen);
	seconds(b, h->sum_ns);
	buf_fmt(b, "\nlada_scan_to_state_seconds_count{screen=\"%s\"} %" PRIu64 "\n", screen,
		h->count);
}

static void write_scans(const struct meter *m, struct buf *b)
{
	head(b, "lada_scan_to_state_seconds", "histogram",
	     "From the last byte of a scan to the published document.");
	for (int s = 0; s < SCREEN_COUNT; s++) {
		if (m->scan[s].count)
			write_histogram(&m->scan[s], screen_name((enum screen)s), b);
	}
	head(b, "lada_scan_to_state_last_seconds", "gauge", "The same, of the last scan.");
	for (int s = 0; s < SCREEN_COUNT; s++) {
		if (!m->scan[s].count)
			continue;
		buf_fmt(b, "lada_scan_to_state_last_seconds{screen=\"%s\"} ",
			screen_name((enum screen)s));
		seconds(b, m->scan[s].last_ns);
		buf_byte(b, '\n');
	}
}

void meter_write(const struct meter *m, struct meter_now now, struct buf *b)
{
	write_requests(m, b);
	single(b, "lada_http_connections", "gauge", "Open connections.", (uint64_t)now.connections);
	single(b, "lada_http_live_clients", "gauge", "Live streams.", (uint64_t)now.streams);
	single(b, "lada_http_parked_calls", "gauge", "Presses that wait for the step.",
	       (uint64_t)now.parked);
	single(b, "lada_http_live_coalesced_total", "counter",
	       "Documents a slow live stream was not shown.", m->coalesced);
	single(b, "lada_http_given_up_total", "counter", "Presses without a reply in time.",
	       m->given_up);
	single(b, "lada_http_library_messages_total", "counter",
	       "Messages of the HTTP library, most of them clients that went away.",
	       m->library_lines);
	write_scans(m, b);
}
