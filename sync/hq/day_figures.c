// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/day_figures.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "firmware/base/tally.h"
#include "firmware/base/text.h"

#define DAY_MAX	    11
#define SUMMARY_MAX 65536

/* ---- taking ---- */

static bool is_day(const char *s)
{
	return strlen(s) == DAY_MAX - 1 && text_digits((struct slice){ s, 4 }) && s[4] == '-' &&
	       text_digits((struct slice){ s + 5, 2 }) && s[7] == '-' &&
	       text_digits((struct slice){ s + 8, 2 });
}

const char *effect_day_figures(const struct happening *h)
{
	const struct json hours = json_get(h->body, "hours");
	char day[DAY_MAX], at[TIME_TEXT_MAX];

	if (json_string(json_get(h->body, "day"), day, sizeof(day)) <= 0 || !is_day(day) ||
	    hours.type != JSON_OBJECT)
		return "body";
	if (!json_true(json_get(h->body, "again")) &&
	    db_number(&h->hq->db, 0,
		      "SELECT 1 FROM day_figures WHERE store = ? AND day = ? AND lane = ?", "ttt",
		      h->store, day, h->lane)) {
		/* A lane that was put back does not know that it has told. */
		hq_alarm(h->hq, h->store, h->lane, "figures_twice", day);
		return NULL;
	}
	time_format(h->hq->clock.wall_ms(h->hq->clock.ctx), at);
	db_run(&h->hq->db,
	       "INSERT INTO day_figures (store, day, lane, hours, taken_at) VALUES (?, ?, ?, ?, ?)"
	       " ON CONFLICT (store, day, lane) DO UPDATE SET hours = excluded.hours,"
	       " taken_at = excluded.taken_at",
	       "tttst", h->store, day, h->lane, json_text(hours), at);
	return NULL;
}

/* ---- listing ---- */

struct sheet {
	char store[ID_MAX + 1], day[DAY_MAX];
	int lanes;
	struct tally t;
};

static void print_json(const struct sheet *s, FILE *out)
{
	char memory[SUMMARY_MAX];
	struct buf b;

	buf_init(&b, memory, sizeof(memory));
	jw_open(&b, NULL, '{');
	jw_str(&b, "store", s->store);
	jw_str(&b, "day", s->day);
	jw_int(&b, "lanes", s->lanes);
	tally_summary(&s->t, &b);
	jw_close(&b, '}');
	fwrite(b.p, 1, b.overflow ? 0 : b.len, out);
	fputc('\n', out);
}

static void print_number(int64_t n, const char *unit, int width, FILE *out)
{
	char text[32];

	text_fmt(text, sizeof(text), n < 0 ? "-" : "%" PRId64 "%s", n, unit);
	fprintf(out, " %*s", width, text);
}

static void print_line(const struct sheet *s, FILE *out)
{
	const int64_t on_time = tally_n(&s->t, "ready", "on_time");
	const int64_t late = tally_n(&s->t, "ready", "late");
	int64_t score;

	fprintf(out, "%-10s %-12s %5d %9" PRId64, s->day, s->store, s->lanes,
		tally_n(&s->t, "handovers", NULL));
	print_number(tally_percentile(&s->t, "waiting", 50), " s", 8, out);
	print_number(tally_percentile(&s->t, "waiting", 90), " s", 8, out);
	print_number(tally_share(on_time, on_time + late), "%", 8, out);
	print_number(tally_n(&s->t, "returns", NULL), "", 8, out);
	print_number(tally_n(&s->t, "refused", NULL), "", 8, out);
	print_number(tally_n(&s->t, "no_shows", NULL), "", 8, out);
	if (tally_nps(&s->t, &score))
		fprintf(out, " %6" PRId64 "\n", score);
	else
		fprintf(out, " %6s\n", "-");
}

static void print_sheet(const struct sheet *s, bool json, FILE *out)
{
	if (s->lanes == 0)
		return;
	if (json)
		print_json(s, out);
	else
		print_line(s, out);
}

static void add_lane(struct sheet *s, struct slice text)
{
	struct json hours;

	s->lanes++;
	if (json_check(text, &hours) < 0)
		return;
	for (struct json_walk w = json_walk(hours); json_next(&w);)
		tally_read(&s->t, w.value);
}

int list_figures(struct hq *hq, const char *store, bool json, FILE *out)
{
	struct db_stmt *q = db_walk(&hq->db,
				    "SELECT store, day, hours FROM day_figures"
				    " WHERE store = coalesce(?, store) ORDER BY store, day, lane",
				    "t", store);
	struct sheet s = { .lanes = 0 };
	char at[ID_MAX + 1], day[DAY_MAX];

	if (!json)
		fprintf(out, "%-10s %-12s %5s %9s %8s %8s %8s %8s %8s %8s %6s\n", "DAY", "STORE",
			"LANES", "HANDOVERS", "MEDIAN", "P90", "ON TIME", "RETURNS", "REFUSED",
			"NO-SHOWS", "NPS");
	while (db_row(&hq->db, q)) {
		db_copy(q, 0, at, sizeof(at));
		db_copy(q, 1, day, sizeof(day));
		if (s.lanes && (strcmp(s.store, at) != 0 || strcmp(s.day, day) != 0)) {
			print_sheet(&s, json, out);
			s.lanes = s.t.count = 0;
		}
		text_fmt(s.store, sizeof(s.store), "%s", at);
		text_fmt(s.day, sizeof(s.day), "%s", day);
		add_lane(&s, db_slice(q, 2));
	}
	print_sheet(&s, json, out);
	return hq->db.error ? -EIO : 0;
}
