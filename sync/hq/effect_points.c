// SPDX-License-Identifier: Apache-2.0
/* What loyalty.* does to members and to the orders it is about; see points.h. */
#include <errno.h>
#include <string.h>

#include "sync/hq/effect_inside.h"
#include "sync/hq/figure.h"
#include "sync/hq/points.h"

#define ONE_MAX 16384 /* bytes of a member's coupons, or missions */

static bool read_id(struct json body, const char *name, char dst[ID_MAX + 1])
{
	return json_string(json_get(body, name), dst, ID_MAX + 1) > 0 && id_valid(slice_of(dst));
}

/* ---- members ---- */

/* What an event changes of a member. */
struct member_change {
	int64_t points;
	const char *mission; /* that is complete, NULL none */
	const char *coupon;  /* that was used */
	const char *event;   /* that happened, for the missions that want it */
};

/* What lanes may redeem at most with HQ silent, as HQ was told; the record's `allowance` is what
 * holds now. */
static struct json limits_of(struct json root)
{
	const struct json limits = json_get(root, "limits");

	return limits.type == JSON_OBJECT ? limits : json_get(root, "allowance");
}

/* Writes the allowances that hold with so many points; false: they are the limits. */
static bool write_allowance(struct hq *hq, const char *member, struct json limits, int64_t points,
			    struct buf *out)
{
	const struct points_account a = { points, points_set_aside(hq, member) };
	bool lowered = false;

	jw_open(out, NULL, '{');
	for (struct json_walk w = json_walk(limits); json_next(&w);) {
		const int64_t limit = figure_of(w.value), now = points_allowance(&a, limit);
		char lane[ID_MAX + 1];

		if (json_string(w.name, lane, sizeof(lane)) < 0)
			continue;
		jw_int(out, lane, now);
		lowered = lowered || now != limit;
	}
	jw_close(out, '}');
	return lowered;
}

/* Copies an array of objects with `change` in the one of this id. False: it has none. */
static bool edit_entry(struct buf *out, struct json array, const char *id,
		       const struct change *change)
{
	bool found = false;

	jw_open(out, NULL, '[');
	for (struct json_walk w = json_walk(array); json_next(&w);) {
		if (json_is(json_get(w.value, "id"), id)) {
			edit_object(out, NULL, w.value, change, 1);
			found = true;
		} else {
			jw_value(out, NULL, w.value);
		}
	}
	return found;
}

/* The entry of a mission or coupon, with a member of it changed; made when there is none. */
static struct slice write_entry(struct buf *out, struct json array, const char *id,
				const struct change *change)
{
	if (!edit_entry(out, array, id, change)) {
		jw_open(out, NULL, '{');
		jw_str(out, "id", id);
		jw_raw(out, change->name, change->json);
		jw_close(out, '}');
	}
	jw_close(out, ']');
	return out->overflow ? (struct slice){ NULL, 0 } : buf_read(out);
}

static struct json entry_of(struct json array, const char *id)
{
	for (struct json_walk w = json_walk(array); json_next(&w);)
		if (json_is(json_get(w.value, "id"), id))
			return w.value;
	return (struct json){ .type = JSON_NONE };
}

/* `done` of a mission with one more of an event. */
static struct slice one_more(struct json state, const char *event, struct buf *out)
{
	const struct json done = json_get(state, "done");
	struct edit_text room;
	struct change change = { .name = event };

	change.json = edit_int(figure_of(json_get(done, event)) + 1, &room);
	edit_object(out, NULL, done, &change, 1);
	return buf_read(out);
}

/* Counts the event for every mission of policy `loyalty` that wants it. `memory`: two rooms, in
 * turn.
 */
static struct slice count_event(const struct happening *h, struct json missions, const char *event,
				struct buf memory[2])
{
	const struct stream_kind *kind = stream_by_name("policy");
	struct json now = missions, policy;
	struct slice text = { NULL, 0 };
	struct record r;
	char id[ID_MAX + 1], small[1024];
	struct buf done;
	int turn = 0;

	if (!record_find(h->hq, h->store, kind, "loyalty", &r) || !r.live ||
	    json_check(r.body, &policy) < 0)
		return text;
	for (struct json_walk w = json_walk(json_get(policy, "missions")); json_next(&w);) {
		struct change change = { .name = "done" };

		if (json_string(json_get(w.value, "id"), id, sizeof(id)) <= 0 ||
		    json_get(json_get(w.value, "needs"), event).type == JSON_NONE)
			continue;
		buf_init(&done, small, sizeof(small));
		change.json = one_more(entry_of(now, id), event, &done);
		buf_reset(&memory[turn]);
		text = write_entry(&memory[turn], now, id, &change);
		if (done.overflow || !text.n || json_check(text, &now) < 0)
			return (struct slice){ NULL, 0 };
		turn = 1 - turn;
	}
	return text;
}

/* One store's record of the member. */
static void write_member(const struct happening *h, const char *store, const char *member,
			 const struct member_change *ch)
{
	enum { POINTS, ALLOWANCE, LIMITS, MISSIONS, COUPONS, ALL };
	char memory[2][ONE_MAX];
	const struct stream_kind *kind = stream_by_name("loyalty");
	struct change changes[ALL] = { { .name = "points" },
				       { .name = "allowance" },
				       { .name = "limits" },
				       { .name = "missions" },
				       { .name = "coupons" } };
	const struct change given = { .name = "given", .json = slice_of("true") };
	const struct change used = { .name = "used", .json = slice_of("true") };
	struct edit_text room;
	struct buf rooms[2];
	struct buf *copy = &h->hq->message;
	struct record r;
	struct json root, limits;
	int64_t points;

	for (int i = 0; i < 2; i++)
		buf_init(&rooms[i], memory[i], sizeof(memory[i]));
	if (!record_find(h->hq, store, kind, member, &r))
		return;
	/* The policy is read on the way. */
	buf_reset(copy);
	buf_slice(copy, r.body);
	if (copy->overflow || json_check(buf_read(copy), &root) < 0 ||
	    !figure_add(figure_of(json_get(root, "points")), ch->points, &points))
		return;
	limits = limits_of(root);
	if (ch->points)
		changes[POINTS].json = edit_int(points, &room);
	if (ch->event)
		changes[MISSIONS].json =
			count_event(h, json_get(root, "missions"), ch->event, rooms);
	if (ch->mission)
		changes[MISSIONS].json =
			write_entry(&rooms[0], json_get(root, "missions"), ch->mission, &given);
	if (ch->coupon)
		changes[COUPONS].json =
			write_entry(&rooms[1], json_get(root, "coupons"), ch->coupon, &used);
	buf_reset(&h->hq->lines);
	if (limits.type == JSON_OBJECT) {
		const bool lowered = write_allowance(h->hq, member, limits, points, &h->hq->lines);

		changes[ALLOWANCE].json = buf_read(&h->hq->lines);
		if (lowered || json_get(root, "limits").type == JSON_OBJECT)
			changes[LIMITS].json = json_text(limits);
	}
	buf_reset(&h->hq->edited);
	edit_object(&h->hq->edited, NULL, root, changes, ALL);
	if (!h->hq->edited.overflow)
		record_put(h->hq, store, kind, member, r.rev + 1, buf_read(&h->hq->edited));
}

/* NULL, or why it cannot be: then nothing was changed. */
static const char *check_member(const struct happening *h, const char *member,
				const struct member_change *ch)
{
	char store[ID_MAX + 1] = "";
	bool any = false;

	while (record_next_holder(h->hq, stream_by_name("loyalty"), member, store)) {
		struct record r;
		struct json root;
		int64_t points;

		any = true;
		if (!record_find(h->hq, store, stream_by_name("loyalty"), member, &r) ||
		    json_check(r.body, &root) < 0 ||
		    !figure_add(figure_of(json_get(root, "points")), ch->points, &points))
			return "range";
		if (ch->mission &&
		    json_true(json_get(entry_of(json_get(root, "missions"), ch->mission), "given")))
			return "mission_given";
		if (ch->coupon &&
		    json_true(json_get(entry_of(json_get(root, "coupons"), ch->coupon), "used")))
			hq_alarm(h->hq, h->store, h->lane, "coupon_twice", member);
	}
	if (!any)
		hq_alarm(h->hq, h->store, h->lane, "member_unknown", member);
	return NULL;
}

static void write_members(const struct happening *h, const char *member,
			  const struct member_change *ch)
{
	char store[ID_MAX + 1] = "";

	while (record_next_holder(h->hq, stream_by_name("loyalty"), member, store))
		write_member(h, store, member, ch);
}

static const char *change_member(const struct happening *h, const char *member,
				 const struct member_change *ch)
{
	const char *why = check_member(h, member, ch);

	if (!why)
		write_members(h, member, ch);
	return why;
}

struct slice points_import(struct hq *hq, const char *member, struct json body)
{
	const struct json limits = limits_of(body);
	struct change changes[2] = { { .name = "allowance" }, { .name = "limits" } };
	char memory[8192];
	struct buf b;

	buf_init(&b, memory, sizeof(memory));
	if (limits.type != JSON_OBJECT ||
	    !write_allowance(hq, member, limits, figure_of(json_get(body, "points")), &b) ||
	    b.overflow)
		return json_text(body);
	changes[0].json = buf_read(&b);
	changes[1].json = json_text(limits);
	buf_reset(&hq->lines);
	edit_object(&hq->lines, NULL, body, changes, 2);
	return hq->lines.overflow ? (struct slice){ NULL, 0 } : buf_read(&hq->lines);
}

/* ---- orders ---- */

struct order_change {
	int64_t earned, back, redeemed, worth, given;
};

struct slice points_of_order(struct hq *hq, const char *holder, const char *order, struct buf *out)
{
	struct db_stmt *q = db_query(&hq->db,
				     "SELECT member, earned, back, redeemed, worth, given"
				     " FROM points_fact WHERE holder = ? AND order_id = ?"
				     " ORDER BY member",
				     "tt", holder, order);
	static const char *const names[] = { "earned", "back", "redeemed", "worth", "given" };
	bool any = false;

	jw_open(out, NULL, '[');
	while (db_row(&hq->db, q)) {
		char member[ID_MAX + 1];

		db_copy(q, 0, member, sizeof(member));
		jw_open(out, NULL, '{');
		jw_str(out, "member", member);
		for (int i = 0; i < (int)COUNT_OF(names); i++)
			jw_int(out, names[i], db_int(q, i + 1));
		jw_close(out, '}');
		any = true;
	}
	jw_close(out, ']');
	return any && !out->overflow ? buf_read(out) : (struct slice){ NULL, 0 };
}

/* What it says of an order is kept, whether HQ has that one or not. */
static void change_order(const struct happening *h, const char *member,
			 const struct order_change *ch)
{
	struct change change = { .name = "loyalty" };
	struct effect_order o;
	char memory[4096];
	struct buf b;
	const int err = effect_open_sold(h, &o);

	if (err == -EINVAL)
		return;
	db_run(&h->hq->db,
	       "INSERT INTO points_fact (holder, order_id, member, earned, back, redeemed, worth,"
	       " given) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (holder, order_id, member)"
	       " DO UPDATE SET earned = points_fact.earned + excluded.earned,"
	       " back = points_fact.back + excluded.back,"
	       " redeemed = points_fact.redeemed + excluded.redeemed,"
	       " worth = points_fact.worth + excluded.worth,"
	       " given = points_fact.given + excluded.given",
	       "tttiiiii", o.holder, o.id, member, ch->earned, ch->back, ch->redeemed, ch->worth,
	       ch->given);
	if (err < 0)
		return;
	buf_init(&b, memory, sizeof(memory));
	change.json = points_of_order(h->hq, o.holder, o.id, &b);
	if (change.json.n)
		effect_save(h, &o, &change, 1);
}

/* ---- the events ---- */

static bool read_points(const struct happening *h, char member[ID_MAX + 1], int64_t *ret_points)
{
	return read_id(h->body, "member", member) &&
	       json_int(json_get(h->body, "points"), ret_points) == 0 &&
	       *ret_points >= -INT32_MAX && *ret_points <= INT32_MAX;
}

const char *effect_loyalty_earned(const struct happening *h)
{
	const struct json why = json_get(h->body, "why");
	const bool back = json_is(why, "return"), refund = json_is(why, "refund"),
		   mission = json_is(why, "mission");
	char member[ID_MAX + 1], id[ID_MAX + 1];
	struct member_change ch = { .points = 0 };
	struct order_change order = { .earned = 0 };
	const char *no;

	if (!read_points(h, member, &ch.points) || (back ? ch.points > 0 : ch.points < 0) ||
	    (mission && !read_id(h->body, "mission", id)))
		return "body";
	ch.mission = mission ? id : NULL;
	no = change_member(h, member, &ch);
	if (no || mission)
		return no;
	*(back	   ? &order.back
	  : refund ? &order.given
		   : &order.earned) = back ? -ch.points : ch.points;
	change_order(h, member, &order);
	return NULL;
}

/* What the lane should not have done, or nobody could prevent; the ledger has it all the same. */
static void look_at_redeemed(const struct happening *h, const char *member, int64_t points)
{
	const struct json against = json_get(h->body, "against");
	struct record r;
	struct json root;
	int64_t limit;

	if (!record_find_anywhere(h->hq, h->store, stream_by_name("loyalty"), member, &r) ||
	    json_check(r.body, &root) < 0)
		return;
	limit = figure_of(json_get(limits_of(root), h->lane));
	if (json_is(against, "allowance") && points > limit)
		hq_alarm(h->hq, h->store, h->lane, "allowance_exceeded", member);
	if (figure_of(json_get(root, "points")) < 0)
		hq_alarm(h->hq, h->store, h->lane, "points_overspent", member);
}

const char *effect_loyalty_redeemed(const struct happening *h)
{
	char member[ID_MAX + 1], grant[ID_MAX + 1];
	struct order_change order = { .earned = 0 };
	struct member_change ch = { .points = 0 };
	const char *wrong = NULL, *no;

	if (!read_points(h, member, &ch.points) || ch.points < 0)
		return "body";
	order.redeemed = ch.points;
	order.worth = figure_of(json_get(h->body, "amount"));
	ch.points = -ch.points;
	no = check_member(h, member, &ch);
	if (no)
		return no;
	/* Before the allowances are written anew: this grant is over. */
	if (read_id(h->body, "grant", grant))
		wrong = points_grant_used(h, grant, member, order.redeemed);
	if (wrong)
		hq_alarm(h->hq, h->store, h->lane, wrong, member);
	write_members(h, member, &ch);
	look_at_redeemed(h, member, order.redeemed);
	change_order(h, member, &order);
	return NULL;
}

const char *effect_loyalty_released(const struct happening *h)
{
	const struct member_change none = { .points = 0 };
	char member[ID_MAX + 1], ask[ID_MAX + 1];

	if (!read_id(h->body, "member", member) || !read_id(h->body, "ask", ask))
		return "body";
	points_grant_released(h, ask, member);
	return change_member(h, member, &none);
}

const char *effect_loyalty_used(const struct happening *h)
{
	char member[ID_MAX + 1], coupon[ID_MAX + 1];
	struct member_change ch = { .coupon = coupon };

	if (!read_id(h->body, "member", member) || !read_id(h->body, "coupon", coupon))
		return "body";
	return change_member(h, member, &ch);
}

const char *effect_loyalty_counted(const struct happening *h)
{
	char member[ID_MAX + 1], event[ID_MAX + 1];
	struct member_change ch = { .event = event };

	if (!read_id(h->body, "member", member) || !read_id(h->body, "event", event))
		return "body";
	return change_member(h, member, &ch);
}
