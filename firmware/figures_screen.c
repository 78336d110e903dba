// SPDX-License-Identifier: Apache-2.0
/*
 * Key figures to be seen: today by hour beside the same day a week ago, for the board and the
 * manager; and this lane's since its start for Prometheus. The hours are read a few a step, only
 * after something was counted, so that nobody at the counter waits for them.
 */
#include <string.h>

#include "firmware/counter/calendar.h"
#include "firmware/counter/figures.h"
#include "firmware/figures.h"
#include "firmware/store/figure.h"

#define HOURS	     24
#define HOURS_A_STEP 4
#define REFRESH_MS   5000

/* ---- reading ---- */

static void read_hour(struct station *st, int at)
{
	struct station_figures *f = &st->figures;
	const int which = at / HOURS, hour = at % HOURS;
	struct tally *t = &f->work;

	t->count = 0;
	store_figures_read(st->store, f->day - (which ? 7 : 0), hour, NULL, t);
	f->hours[which][hour] = (struct figures_hour){
		.handovers = tally_n(t, "handovers", NULL),
		.waited = tally_n(t, "waiting", NULL),
		.waiting_s = tally_percentile(t, "waiting", 50),
		.on_time = tally_n(t, "ready", "on_time"),
		.late = tally_n(t, "ready", "late"),
	};
	tally_add_all(&f->days[which], t);
}

/* ---- writing ---- */

static bool any(const struct figures_hour *h)
{
	return h->handovers || h->waited || h->on_time || h->late;
}

static void write_hour(struct buf *b, const struct figures_hour *h)
{
	jw_int(b, "handovers", h->handovers);
	if (h->waiting_s >= 0)
		jw_int(b, "waiting_s", h->waiting_s);
	else
		jw_null(b, "waiting_s");
	jw_int(b, "on_time", h->on_time);
	jw_int(b, "late", h->late);
}

/* From the first hour of either day in which there is something to the last. */
static void write_hours(const struct station_figures *f, struct buf *b)
{
	int first = HOURS, last = -1;

	for (int hour = 0; hour < HOURS; hour++) {
		if (!any(&f->hours[0][hour]) && !any(&f->hours[1][hour]))
			continue;
		first = hour < first ? hour : first;
		last = hour;
	}
	jw_open(b, "hours", '[');
	for (int hour = first; hour <= last; hour++) {
		jw_open(b, NULL, '{');
		jw_int(b, "hour", hour);
		write_hour(b, &f->hours[0][hour]);
		jw_open(b, "before", '{');
		write_hour(b, &f->hours[1][hour]);
		jw_close(b, '}');
		jw_close(b, '}');
	}
	jw_close(b, ']');
}

/* As many as the queue shows of each, at most. */
static void write_queue(const struct station_figures *f, struct buf *b)
{
	jw_open(b, "queue", '{');
	jw_int(b, "here", f->here);
	jw_int(b, "ready", f->ready);
	jw_int(b, "picking", f->picking);
	jw_int(b, "placed", f->placed);
	jw_close(b, '}');
}

static void begin(const struct station_figures *f, struct buf *b, char *memory, size_t cap)
{
	char date[DATE_TEXT_MAX];

	buf_init(b, memory, cap);
	jw_open(b, NULL, '{');
	date_format(f->day, date);
	jw_str(b, "day", date);
	date_format(f->day - 7, date);
	jw_str(b, "before_day", date);
	write_queue(f, b);
	write_hours(f, b);
}

static size_t end(struct buf *b)
{
	jw_close(b, '}');
	return b->overflow ? 0 : b->len;
}

static void write_both(struct station *st)
{
	struct station_figures *f = &st->figures;
	struct buf b;

	begin(f, &b, f->board, sizeof(f->board));
	f->board_n = end(&b);
	begin(f, &b, f->manage, sizeof(f->manage));
	jw_int(&b, "no_shows_waiting", f->no_shows);
	jw_open(&b, "today", '{');
	tally_summary(&f->days[0], &b);
	jw_close(&b, '}');
	jw_open(&b, "before", '{');
	tally_summary(&f->days[1], &b);
	jw_close(&b, '}');
	f->manage_n = end(&b);
	st->dirty = true;
}

/* ---- when ---- */

static bool is_due(struct station *st, int64_t day, int hour)
{
	struct station_figures *f = &st->figures;
	const int64_t now = station_mono(st);

	if (f->made_ms && f->day == day && f->made_hour == hour && !f->stale)
		return false;
	if (f->made_ms && now < f->made_ms + REFRESH_MS) {
		station_wake_at(st, f->made_ms + REFRESH_MS);
		return false;
	}
	return true;
}

void figures_screen_tick(struct station *st)
{
	struct station_figures *f = &st->figures;
	int hour;
	const int64_t day = figures_day(station_now(st), &hour);

	if (f->at == 0) {
		if (!is_due(st, day, hour))
			return;
		f->day = day;
		f->made_hour = hour;
		f->stale = false;
		f->days[0].count = f->days[1].count = 0;
	}
	for (int n = 0; n < HOURS_A_STEP && f->at < 2 * HOURS; n++)
		read_hour(st, f->at++);
	if (f->at < 2 * HOURS) {
		station_wake_at(st, station_mono(st) + FIGURES_NEXT_MS);
		return;
	}
	f->at = 0;
	f->made_ms = station_mono(st);
	write_both(st);
}

static void add_made(struct buf *b, const char *text, size_t n)
{
	if (n)
		jw_raw(b, "figures", (struct slice){ text, n });
	else
		jw_null(b, "figures");
}

void figures_board(struct station *st, struct buf *b)
{
	add_made(b, st->figures.board, st->figures.board_n);
}

void figures_manage(struct station *st, struct buf *b)
{
	add_made(b, st->figures.manage, st->figures.manage_n);
}

/* ---- Prometheus ---- */

static void write_histogram(const struct tally *t, struct buf *b, const char *what,
			    const char *help)
{
	int64_t n = 0;

	buf_fmt(b, "# HELP lada_%s_seconds %s\n# TYPE lada_%s_seconds histogram\n", what, help,
		what);
	for (int i = 0; i < TALLY_BUCKETS; i++) {
		n += tally_n(t, what, tally_bucket_name(i));
		buf_fmt(b, "lada_%s_seconds_bucket{le=\"%s\"} %lld\n", what,
			i < TALLY_BUCKETS - 1 ? tally_bucket_name(i) : "+Inf", (long long)n);
	}
	buf_fmt(b, "lada_%s_seconds_sum %lld\nlada_%s_seconds_count %lld\n", what,
		(long long)tally_sum(t, what, NULL), what, (long long)n);
}

/* A counter of one figure: of n, or of its sum; by part where it has a label. */
static const struct {
	const char *name, *what, *label;
	bool sum;
	const char *help;
} counters[] = {
	{ "arrivals", "arrivals", NULL, false, "Customers who checked in." },
	{ "handovers_partial", "partial", NULL, false, "Handovers that left a rest." },
	{ "handovers_short", "short", NULL, false, "Handovers in which something was missing." },
	{ "orders_ready", "ready", "promise", false, "Orders ready for the first time." },
	{ "no_shows", "no_shows", NULL, false, "Orders nobody came for, put back." },
	{ "returns", "returns", "basis", false, "Returns accepted." },
	{ "returns_minor_units", "returns", "basis", true, "What they were worth, gross." },
	{ "returned_pieces", "returned", "reason", false, "Pieces that came back." },
	{ "complaints", "complaints", "basis", false, "Complaints taken." },
	{ "refusals", "refused", "reason", false, "Pickups refused." },
	{ "return_refusals", "return_refused", "reason", false, "Returns refused." },
	{ "csat", "csat", "score", false, "Answers 1 to 5 to how content." },
	{ "nps", "nps", "score", false, "Answers 0 to 10 to would you recommend." },
	{ "ces", "ces", "score", false, "Answers 1 to 7 to how easy." },
	{ "points_earned", "points_earned", NULL, true, "Points earned." },
	{ "points_taken_back", "points_taken_back", NULL, true, "Points taken back." },
	{ "points_redeemed", "points_redeemed", NULL, true, "Points redeemed." },
	{ "offline_seconds", "offline", "why", true, "Cut off from broker, HQ or other lanes." },
	{ "prints_failed", "prints_failed", NULL, false, "Print jobs that failed." },
	{ "drawer_opened", "drawer_opened", NULL, false, "Times the drawer was opened." },
	{ "approvals", "approvals", "need", false, "Acts a second person agreed to." },
	{ "interactions", "interactions", "kind", false, "Contacts at the counter." },
	{ "interactions_seconds", "interactions", "kind", true, "How long they took." },
	{ "interactions_resolved", "resolved", "resolved", false, "Settled at first contact?" },
};

static void write_counter(const struct tally *t, struct buf *b, size_t c)
{
	buf_fmt(b, "# HELP lada_%s_total %s\n# TYPE lada_%s_total counter\n", counters[c].name,
		counters[c].help, counters[c].name);
	if (!counters[c].label) {
		buf_fmt(b, "lada_%s_total %lld\n", counters[c].name,
			(long long)(counters[c].sum ? tally_sum(t, counters[c].what, NULL)
						    : tally_n(t, counters[c].what, NULL)));
		return;
	}
	for (int i = 0; i < t->count; i++) {
		const struct tally_row *row = &t->rows[i];

		if (strcmp(row->what, counters[c].what) == 0)
			buf_fmt(b, "lada_%s_total{%s=\"%s\"} %lld\n", counters[c].name,
				counters[c].label, row->part,
				(long long)(counters[c].sum ? row->sum : row->n));
	}
}

/* Each pair once, though both lanes may say so; this lane's word counts here. */
static void write_doubled(const struct tally *t, struct buf *b)
{
	buf_fmt(b,
		"# HELP lada_handovers_doubled_total Handovers of what another lane gave too.\n"
		"# TYPE lada_handovers_doubled_total counter\nlada_handovers_doubled_total %lld\n",
		(long long)tally_n(t, "doubled", NULL));
}

static void write_gauges(const struct station_figures *f, struct buf *b)
{
	const struct {
		const char *status;
		int64_t n;
	} gauges[] = { { "here", f->here },
		       { "ready", f->ready },
		       { "picking", f->picking },
		       { "placed", f->placed } };

	buf_fmt(b, "# HELP lada_queue Orders that wait, as the queue shows them.\n"
		   "# TYPE lada_queue gauge\n");
	for (size_t i = 0; i < COUNT_OF(gauges); i++)
		buf_fmt(b, "lada_queue{status=\"%s\"} %lld\n", gauges[i].status,
			(long long)gauges[i].n);
	buf_fmt(b,
		"# HELP lada_no_shows_waiting Orders past their last day, to be put back.\n"
		"# TYPE lada_no_shows_waiting gauge\nlada_no_shows_waiting %lld\n",
		(long long)f->no_shows);
}

static void write_metrics(struct station_figures *f)
{
	struct buf b;

	buf_init(&b, f->metrics, sizeof(f->metrics));
	write_histogram(&f->since, &b, "waiting", "From check-in to handover.");
	write_histogram(&f->since, &b, "handling", "From the pickup's opening to its end.");
	for (size_t c = 0; c < COUNT_OF(counters); c++)
		write_counter(&f->since, &b, c);
	write_doubled(&f->since, &b);
	write_gauges(f, &b);
	f->metrics_n = b.overflow ? 0 : b.len;
}

/* They are text to be hashed at the end of each step, so they are written when they change. */
void figures_metrics(struct station *st, struct buf *b)
{
	struct station_figures *f = &st->figures;

	if (f->metrics_stale || f->metrics_n == 0)
		write_metrics(f);
	f->metrics_stale = false;
	buf_add(b, f->metrics, f->metrics_n);
}
