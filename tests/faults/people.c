// SPDX-License-Identifier: Apache-2.0
/* Clerks and printers of a lane, and the witness who sees what leaves the store. */
#include <stdlib.h>
#include <string.h>

#include "firmware/trust/code.h"
#include "tests/faults/lane.h"

#define WORK_MIN_MS 200
#define WORK_MAX_MS 2500
#define PRINT_MS    1200

static void verb(struct lane *l, const char *name, const char *press, const char *args)
{
	struct door_event e = { .kind = DOOR_VERB };

	e.verb.request = ++l->request;
	text_fmt(e.verb.verb, sizeof(e.verb.verb), "%s", name);
	text_fmt(e.verb.token, sizeof(e.verb.token), "%s", LANE_TOKEN);
	text_fmt(e.verb.press, sizeof(e.verb.press), "%s", press);
	sim_note(l->sim, "%s: %s %s", lane_name(l->i), name, args);
	lane_submit(l, &e, args);
}

/* ---- clerks ---- */

void lane_scan(struct sim *s, int i, int order)
{
	struct lane *l = s->lanes[i];
	char args[CODE_TEXT_MAX + 32];

	if (!l->running)
		return;
	text_fmt(args, sizeof(args), "{\"code\":\"%s\"}", load_code(s, order));
	verb(l, "scan", "", args);
}

static void hand_over(struct lane *l)
{
	const char *order = l->st->desks[DESK_COUNTER].row.order;

	/* A press that was never answered is made again, as a page makes it. */
	if (!l->press[0] || strcmp(l->pressed, order) != 0) {
		text_fmt(l->press, sizeof(l->press), "p%llu",
			 (unsigned long long)sim_chance(l->sim));
		text_fmt(l->pressed, sizeof(l->pressed), "%s", order);
	}
	verb(l, "pickup.handover", l->press, "{}");
	l->handover = l->request;
}

/* Points for some pieces of an order that is to be paid, or for all of them, or cards. */
static void pay(struct lane *l, int order)
{
	struct sim *s = l->sim;
	int64_t pieces = 0;
	char args[64];

	for (int n = 0; n < s->orders[order].lines; n++)
		pieces += s->orders[order].qty[n];
	if (sim_in(s, 500))
		pieces = sim_below(s, pieces + 1);
	if (sim_in(s, 600)) {
		text_fmt(args, sizeof(args), "{\"points\":%lld}",
			 (long long)(pieces * SIM_PIECE / SIM_POINT_VALUE));
		verb(l, "loyalty.redeem", "", args);
	} else {
		text_fmt(args, sizeof(args), "{\"tender\":\"card\",\"amount\":%lld}",
			 (long long)(pieces * SIM_PIECE));
		verb(l, "pickup.pay", "", args);
	}
}

static void work(struct lane *l)
{
	struct sim *s = l->sim;
	const int64_t what = sim_below(s, 100);
	char args[96];
	int order;

	if (l->st->desks[DESK_COUNTER].mode != MODE_PICKUP) {
		if (l->press[0] && what < 30)
			hand_over(l);
		else if (what < 60)
			lane_scan(s, l->i, load_choose(s));
		return;
	}
	order = load_order_of(l->st->desks[DESK_COUNTER].row.order);
	if (s->paying && sim_in(s, 600)) {
		pay(l, order);
		return;
	}
	text_fmt(args, sizeof(args), "{\"line\":%d,\"qty\":1,\"reason\":\"missing\"}",
		 1 + (int)sim_below(s, SIM_LINES_MAX));
	if (what < 10)
		verb(l, "pickup.short", "", args);
	else if (what < 25)
		verb(l, "pickup.check", "", args);
	else if (what < 75)
		hand_over(l);
	else if (what < 85)
		verb(l, "pickup.cancel", "", "{}");
	else if (what < 88)
		lane_scan(s, l->i, load_choose(s));
}

static bool came_out(const struct sim *s, const char *event)
{
	for (int i = 0; i < s->slip_n; i++)
		if (strcmp(s->slips[i].event, event) == 0)
			return true;
	return false;
}

/* A job nobody knows of: they look whether there is paper, when the printer is quiet. */
static void answer_printer(struct lane *l)
{
	char event[ID_MAX + 1], args[64] = "";
	sqlite3_stmt *q;

	if (l->sim->now_ms <= l->paper_ms)
		return;
	q = check_ask(l->sim, l->db, "SELECT job, document FROM job WHERE status=3 LIMIT 1", "");
	if (sqlite3_step(q) == SQLITE_ROW) {
		text_fmt(event, sizeof(event), "%s", (const char *)sqlite3_column_text(q, 1));
		text_fmt(args, sizeof(args), "{\"job\":%lld,\"yes\":%s}",
			 (long long)sqlite3_column_int64(q, 0),
			 came_out(l->sim, event) ? "true" : "false");
	}
	sqlite3_reset(q);
	if (args[0])
		verb(l, "print.came", "", args);
}

void lane_people(struct sim *s, int i)
{
	struct lane *l = s->lanes[i];

	if (!l->running)
		return;
	answer_printer(l);
	if (!s->healing)
		work(l);
	else if (l->st->desks[DESK_COUNTER].mode != MODE_IDLE)
		verb(l, "pickup.cancel", "", "{}");
	sim_at(s, lane_event(l, AT_PEOPLE, WORK_MIN_MS + sim_below(s, WORK_MAX_MS)));
}

/* ---- printers ---- */

/* The document a slip names: LR.ORDER.DOC. */
static void event_of(struct slice doc, char ret_event[ID_MAX + 1])
{
	const char *at = memmem(doc.p, doc.n, "LR.", 3), *end;

	ret_event[0] = '\0';
	if (!at)
		return;
	end = at;
	while (end<doc.p + doc.n && * end> ' ')
		end++;
	while (end > at && end[-1] != '.')
		end--;
	at = end;
	while (end<doc.p + doc.n && * end> ' ')
		end++;
	slice_copy((struct slice){ at, (size_t)(end - at) }, ret_event, ID_MAX + 1);
}

void printer_takes(struct lane *l, const struct door_out *out, struct slice doc)
{
	struct sim *s = l->sim;
	struct happening paper = lane_event(l, AT_PAPER, 1 + sim_below(s, PRINT_MS)), said;
	struct message m = { 0 };
	char event[ID_MAX + 1];
	int64_t how = s->healing ? 99 : sim_below(s, 100);

	l->paper_ms = paper.at_ms;
	event_of(doc, event);
	m.topic = sim_keep(s, event, strlen(event));
	paper.message = sim_keep(s, &m, sizeof(m));
	said = lane_event(l, AT_PRINTED, paper.at_ms - s->now_ms + 1);
	said.number = out->print.job * 8 + JOB_RESULT_DONE;
	said.message = paper.message;
	if (how < 5) {
		said.number = out->print.job * 8 + JOB_RESULT_NOTHING;
	} else if (how < 10) {
		said.number = out->print.job * 8 + JOB_RESULT_UNKNOWN;
		if (how < 7)
			sim_at(s, paper);
	} else {
		sim_at(s, paper);
	}
	sim_at(s, said);
}

void lane_paper(struct sim *s, const struct happening *h)
{
	const struct lane *l = s->lanes[h->node - 1];

	/* A card for the shop's till: policy `fiscal` was not there yet. */
	if (!h->message->topic[0])
		return;
	/* The cable may have gone with the station. */
	if (l->life != h->life && sim_in(s, 500))
		return;
	if (s->slip_n == SIM_SLIPS_MAX) {
		sim_fail(s, "paper without end");
		return;
	}
	sim_note(s, "%s prints %s", lane_name(l->i), h->message->topic);
	s->slips[s->slip_n].lane = l->i;
	text_fmt(s->slips[s->slip_n++].event, sizeof(s->slips[0].event), "%s", h->message->topic);
}

void lane_printed(struct sim *s, const struct happening *h)
{
	struct lane *l = s->lanes[h->node - 1];
	struct door_event e = { .kind = DOOR_JOB };

	e.job.job = h->number / 8;
	e.job.result = (enum job_result)(h->number % 8);
	text_fmt(e.job.detail, sizeof(e.job.detail), "simulated");
	lane_submit(l, &e, NULL);
}

/* ---- the witness ---- */

int witness_find(const struct sim *s, const char *event)
{
	for (int i = 0; i < s->handed_n; i++)
		if (strcmp(s->handed[i].event, event) == 0)
			return i;
	return -1;
}

static void note_handover(struct lane *l, int64_t epoch, int64_t seq, struct slice text)
{
	struct sim *s = l->sim;
	struct handed h = { .lane = l->i, .at_ms = s->now_ms, .epoch = epoch, .seq = seq };
	struct json e, body;

	if (json_check(text, &e) < 0)
		return;
	body = json_get(e, "body");
	json_string(json_get(e, "id"), h.event, sizeof(h.event));
	json_string(json_get(body, "order"), h.order, sizeof(h.order));
	h.isolated = json_is(json_get(body, "mode"), "isolated");
	for (struct json_walk w = json_walk(json_get(body, "lines")); json_next(&w);) {
		int64_t line = json_int_or(json_get(w.value, "line"), 0);

		if (line >= 1 && line <= SIM_LINES_MAX)
			h.qty[line - 1] = json_int_or(json_get(w.value, "qty"), 0);
	}
	if (witness_find(s, h.event) >= 0)
		return;
	for (int i = 0; i < s->lane_count; i++) {
		sqlite3_stmt *q =
			check_ask(s, l->db, "SELECT epoch, seq FROM upto WHERE stream=0 AND lane=?",
				  "t", lane_name(i));

		if (sqlite3_step(q) == SQLITE_ROW) {
			h.upto_epoch[i] = sqlite3_column_int64(q, 0);
			h.upto_seq[i] = sqlite3_column_int64(q, 1);
		}
		sqlite3_reset(q);
	}
	if (s->handed_n == SIM_HANDED_MAX) {
		sim_fail(s, "handovers without end");
		return;
	}
	sim_note(s, "%s hands over %s: %s, event %lld/%lld", lane_name(l->i), h.order, h.event,
		 (long long)epoch, (long long)seq);
	s->handed[s->handed_n++] = h;
}

void witness_look(struct lane *l)
{
	sqlite3_stmt *q = NULL;

	if (l->st->counters.handovers == l->handovers)
		return;
	l->handovers = l->st->counters.handovers;
	sqlite3_prepare_v2(l->db,
			   "SELECT epoch, seq, e FROM journal WHERE type='pickup.completed'"
			   " AND epoch=?",
			   -1, &q, NULL);
	sqlite3_bind_int64(q, 1, l->st->ledger.epoch);
	while (sqlite3_step(q) == SQLITE_ROW)
		note_handover(l, sqlite3_column_int64(q, 0), sqlite3_column_int64(q, 1),
			      slice_of((const char *)sqlite3_column_text(q, 2)));
	sqlite3_finalize(q);
}

void witness_answered(struct lane *l, struct slice body)
{
	struct sim *s = l->sim;
	struct json root;
	char order[ID_MAX + 1] = "";

	if (json_check(body, &root) == 0)
		json_string(json_get(root, "order"), order, sizeof(order));
	for (int i = s->handed_n - 1; i >= 0; i--)
		if (s->handed[i].lane == l->i && strcmp(s->handed[i].order, order) == 0) {
			s->handed[i].answered = true;
			return;
		}
	sim_fail(s, "%s says that %s was handed over, and it was not", lane_name(l->i), order);
}
