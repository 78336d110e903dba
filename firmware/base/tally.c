// SPDX-License-Identifier: Apache-2.0
#include "firmware/base/tally.h"

#include <stdlib.h>
#include <string.h>

/* ---- rows ---- */

static int64_t bounded(int64_t n)
{
	return n > TALLY_MAX ? TALLY_MAX : n < -TALLY_MAX ? -TALLY_MAX : n;
}

static void name_of(struct slice text, char *dst, size_t cap)
{
	if (slice_copy(text, dst, cap) < 0)
		text_fmt(dst, cap, "%s", TALLY_OTHER);
}

static struct tally_row *find(struct tally *t, const char *what, const char *part, int *ret_parts)
{
	*ret_parts = 0;
	for (int i = 0; i < t->count; i++) {
		if (strcmp(t->rows[i].what, what) != 0)
			continue;
		if (strcmp(t->rows[i].part, part) == 0)
			return &t->rows[i];
		++*ret_parts;
	}
	return NULL;
}

void tally_add(struct tally *t, struct slice what, struct slice part, int64_t n, int64_t sum)
{
	struct tally_row add = { .n = 0 }, *row;
	int parts;

	name_of(what, add.what, sizeof(add.what));
	name_of(part, add.part, sizeof(add.part));
	row = find(t, add.what, add.part, &parts);
	if (!row && parts >= TALLY_PARTS - 1) {
		text_fmt(add.part, sizeof(add.part), "%s", TALLY_OTHER);
		row = find(t, add.what, add.part, &parts);
	}
	if (!row) {
		if (t->count == TALLY_ROWS)
			return;
		row = &t->rows[t->count++];
		*row = add;
	}
	row->n = bounded(row->n + bounded(n));
	row->sum = bounded(row->sum + bounded(sum));
}

void tally_add_all(struct tally *t, const struct tally *from)
{
	for (int i = 0; i < from->count; i++)
		tally_add(t, slice_of(from->rows[i].what), slice_of(from->rows[i].part),
			  from->rows[i].n, from->rows[i].sum);
}

static bool is(const struct tally_row *row, const char *what, const char *part)
{
	return strcmp(row->what, what) == 0 && (!part || strcmp(row->part, part) == 0);
}

int64_t tally_n(const struct tally *t, const char *what, const char *part)
{
	int64_t n = 0;

	for (int i = 0; i < t->count; i++)
		if (is(&t->rows[i], what, part))
			n = bounded(n + t->rows[i].n);
	return n;
}

int64_t tally_sum(const struct tally *t, const char *what, const char *part)
{
	int64_t sum = 0;

	for (int i = 0; i < t->count; i++)
		if (is(&t->rows[i], what, part))
			sum = bounded(sum + t->rows[i].sum);
	return sum;
}

/* ---- durations ---- */

static const struct {
	int64_t bound;
	const char *name;
} buckets[TALLY_BUCKETS] = {
	{ 10, "10" },	  { 20, "20" },	    { 30, "30" },     { 45, "45" },	  { 60, "60" },
	{ 90, "90" },	  { 120, "120" },   { 180, "180" },   { 240, "240" },	  { 300, "300" },
	{ 420, "420" },	  { 600, "600" },   { 900, "900" },   { 1200, "1200" },	  { 1800, "1800" },
	{ 2700, "2700" }, { 3600, "3600" }, { 7200, "7200" }, { 14400, "14400" }, { -1, "inf" },
};

int64_t tally_bound(int bucket)
{
	return buckets[bucket].bound;
}

const char *tally_bucket_name(int bucket)
{
	return buckets[bucket].name;
}

const char *tally_bucket(int64_t seconds)
{
	int i = 0;

	while (i < TALLY_BUCKETS - 1 && seconds > buckets[i].bound)
		i++;
	return buckets[i].name;
}

int64_t tally_percentile(const struct tally *t, const char *what, int percent)
{
	int64_t all = 0, before = 0, rank;

	for (int i = 0; i < TALLY_BUCKETS; i++)
		all += tally_n(t, what, buckets[i].name);
	if (all <= 0)
		return -1;
	rank = (all * percent + 99) / 100;
	rank = rank < 1 ? 1 : rank;
	for (int i = 0; i < TALLY_BUCKETS; i++) {
		const int64_t n = tally_n(t, what, buckets[i].name);
		const int64_t from = i > 0 ? buckets[i - 1].bound : 0;

		if (n <= 0 || before + n < rank) {
			before += n;
			continue;
		}
		if (i == TALLY_BUCKETS - 1)
			return from;
		return from + ((buckets[i].bound - from) * (rank - before) * 2 + n) / (2 * n);
	}
	return buckets[TALLY_BUCKETS - 2].bound;
}

int64_t tally_mean_100(int64_t sum, int64_t n)
{
	if (n <= 0)
		return 0;
	sum *= 100;
	return sum < 0 ? -((-sum * 2 + n) / (2 * n)) : (sum * 2 + n) / (2 * n);
}

int64_t tally_share(int64_t part, int64_t n)
{
	return n > 0 ? (part * 200 + n) / (2 * n) : -1;
}

bool tally_nps(const struct tally *t, int64_t *ret_score)
{
	int64_t promoters = 0, detractors = 0, all = 0;
	char part[TALLY_PART_MAX];

	for (int score = 0; score <= 10; score++) {
		int64_t n;

		text_fmt(part, sizeof(part), "%d", score);
		n = tally_n(t, "nps", part);
		all += n;
		promoters += score >= 9 ? n : 0;
		detractors += score <= 6 ? n : 0;
	}
	if (all == 0)
		return false;
	*ret_score = tally_mean_100(promoters - detractors, all);
	return true;
}

/* ---- as told ---- */

static void read_pair(struct tally *t, struct slice what, struct slice part, struct json pair)
{
	int64_t v[2] = { 0, 0 };
	int i = 0;

	if (pair.type != JSON_ARRAY)
		return;
	for (struct json_walk w = json_walk(pair); i < 2 && json_next(&w); i++)
		v[i] = json_int_or(w.value, 0);
	if (v[0] || v[1])
		tally_add(t, what, part, v[0], v[1]);
}

void tally_read(struct tally *t, struct json figures)
{
	char what[TALLY_NAME_MAX], part[TALLY_PART_MAX];

	if (figures.type != JSON_OBJECT)
		return;
	for (struct json_walk w = json_walk(figures); json_next(&w);) {
		if (json_string(w.name, what, sizeof(what)) <= 0)
			continue;
		read_pair(t, slice_of(what), slice_of(""), w.value);
		if (w.value.type != JSON_OBJECT)
			continue;
		for (struct json_walk p = json_walk(w.value); json_next(&p);)
			if (json_string(p.name, part, sizeof(part)) > 0)
				read_pair(t, slice_of(what), slice_of(part), p.value);
	}
}

static void write_pair(struct buf *b, const char *name, const struct tally_row *row)
{
	jw_open(b, name, '[');
	jw_int(b, NULL, row->n);
	jw_int(b, NULL, row->sum);
	jw_close(b, ']');
}

static int by_name(const void *a, const void *b)
{
	const struct tally_row *const *x = a, *const *y = b;
	const int what = strcmp((*x)->what, (*y)->what);

	return what ? what : strcmp((*x)->part, (*y)->part);
}

/* In the order of their names, whatever came first: the same figures are the same text. */
void tally_write(const struct tally *t, struct buf *b, const char *name)
{
	const struct tally_row *sorted[TALLY_ROWS];
	bool open = false;

	for (int i = 0; i < t->count; i++)
		sorted[i] = &t->rows[i];
	qsort(sorted, (size_t)t->count, sizeof(sorted[0]), by_name);
	jw_open(b, name, '{');
	for (int i = 0; i < t->count; i++) {
		const struct tally_row *row = sorted[i];

		if (open && strcmp(sorted[i - 1]->what, row->what) != 0) {
			jw_close(b, '}');
			open = false;
		}
		if (row->part[0] && !open) {
			jw_open(b, row->what, '{');
			open = true;
		}
		write_pair(b, row->part[0] ? row->part : row->what, row);
	}
	if (open)
		jw_close(b, '}');
	jw_close(b, '}');
}

/* ---- as people read it ---- */

static void write_time(const struct tally *t, struct buf *b, const char *what)
{
	const int64_t n = tally_n(t, what, NULL);

	jw_open(b, what, '{');
	jw_int(b, "n", n);
	if (n > 0) {
		jw_int(b, "median_s", tally_percentile(t, what, 50));
		jw_int(b, "p90_s", tally_percentile(t, what, 90));
		jw_int(b, "mean_s", (tally_mean_100(tally_sum(t, what, NULL), n) + 50) / 100);
	}
	jw_close(b, '}');
}

/* {"n":…,"sum":…,"by":{PART:{"n":…,"sum":…}}} */
static void write_parts(const struct tally *t, struct buf *b, const char *what, const char *sum)
{
	jw_open(b, what, '{');
	jw_int(b, "n", tally_n(t, what, NULL));
	if (sum)
		jw_int(b, sum, tally_sum(t, what, NULL));
	jw_open(b, "by", '{');
	for (int i = 0; i < t->count; i++) {
		const struct tally_row *row = &t->rows[i];

		if (strcmp(row->what, what) != 0 || !row->part[0])
			continue;
		if (!sum) {
			jw_int(b, row->part, row->n);
			continue;
		}
		jw_open(b, row->part, '{');
		jw_int(b, "n", row->n);
		jw_int(b, sum, row->sum);
		jw_close(b, '}');
	}
	jw_close(b, '}');
	jw_close(b, '}');
}

static void write_hundredths(struct buf *b, const char *name, int64_t v)
{
	char text[32];

	text_fmt(text, sizeof(text), "%s%lld.%02lld", v < 0 ? "-" : "", (long long)(llabs(v) / 100),
		 (long long)(llabs(v) % 100));
	jw_raw(b, name, slice_of(text));
}

static void write_scale(const struct tally *t, struct buf *b, const char *what)
{
	const int64_t n = tally_n(t, what, NULL);

	jw_open(b, what, '{');
	jw_int(b, "n", n);
	if (n > 0)
		write_hundredths(b, "mean", tally_mean_100(tally_sum(t, what, NULL), n));
	jw_close(b, '}');
}

static void write_ratings(const struct tally *t, struct buf *b)
{
	int64_t score;

	write_scale(t, b, "csat");
	jw_open(b, "nps", '{');
	jw_int(b, "n", tally_n(t, "nps", NULL));
	if (tally_nps(t, &score))
		jw_int(b, "score", score);
	jw_close(b, '}');
	write_scale(t, b, "ces");
}

static void write_ready(const struct tally *t, struct buf *b)
{
	const int64_t on_time = tally_n(t, "ready", "on_time"), late = tally_n(t, "ready", "late");

	jw_open(b, "ready", '{');
	jw_int(b, "n", tally_n(t, "ready", NULL));
	jw_int(b, "on_time", on_time);
	jw_int(b, "late", late);
	if (on_time + late > 0)
		jw_int(b, "on_time_percent", tally_share(on_time, on_time + late));
	jw_close(b, '}');
}

static void write_interactions(const struct tally *t, struct buf *b)
{
	const int64_t n = tally_n(t, "interactions", NULL);
	const int64_t yes = tally_n(t, "resolved", "yes"), no = tally_n(t, "resolved", "no");

	write_parts(t, b, "interactions", "seconds");
	if (n > 0)
		jw_int(b, "aht_s",
		       (tally_mean_100(tally_sum(t, "interactions", NULL), n) + 50) / 100);
	if (yes + no > 0)
		jw_int(b, "fcr_percent", tally_share(yes, yes + no));
}

/* Each part names a pair of handovers, which both lanes may have told, on either side of an hour.
 */
static int64_t pairs(const struct tally *t)
{
	int64_t n = 0;

	for (int i = 0; i < t->count; i++)
		n += strcmp(t->rows[i].what, "doubled") == 0;
	return n;
}

void tally_summary(const struct tally *t, struct buf *b)
{
	static const char *const counts[] = { "arrivals", "handovers",	   "partial",	   "short",
					      "no_shows", "prints_failed", "drawer_opened" };

	for (size_t i = 0; i < COUNT_OF(counts); i++)
		jw_int(b, counts[i], tally_n(t, counts[i], NULL));
	jw_int(b, "doubled", pairs(t));
	write_time(t, b, "waiting");
	write_time(t, b, "handling");
	write_ready(t, b);
	write_parts(t, b, "returns", "amount");
	write_parts(t, b, "returned", "amount");
	write_parts(t, b, "complaints", NULL);
	write_parts(t, b, "refused", NULL);
	write_parts(t, b, "return_refused", NULL);
	write_ratings(t, b);
	jw_open(b, "points", '{');
	jw_int(b, "earned", tally_sum(t, "points_earned", NULL));
	jw_int(b, "taken_back", tally_sum(t, "points_taken_back", NULL));
	jw_int(b, "redeemed", tally_sum(t, "points_redeemed", NULL));
	jw_close(b, '}');
	jw_open(b, "offline_s", '{');
	jw_int(b, "broker", tally_sum(t, "offline", "broker"));
	jw_int(b, "hq", tally_sum(t, "offline", "hq"));
	jw_int(b, "isolated", tally_sum(t, "offline", "isolated"));
	jw_close(b, '}');
	write_parts(t, b, "approvals", NULL);
	write_interactions(t, b);
}
