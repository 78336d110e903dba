// SPDX-License-Identifier: Apache-2.0
/* Random policies, and the goods and people of every shop. */
#include "tests/property/property.h"

#include <string.h>

const char *const sku_names[SKUS] = { "MUG",   "TEA",	"BREAD", "WINE",
				      "SHIRT", "SOCKS", "PHONE", "LAPTOP" };
const char *const sku_gtins[SKUS] = { "5901234123457", "4006381333931", "5900000000107",
				      "5900000000206", "5900000000305", "5900000000404",
				      "5900000000503", "5900000009902" };
const int64_t sku_prices[SKUS] = { 2499, 1299, 649, 3999, 3998, 1999, 129900, 399900 };

static const char *const policies[] = { "pickup", "returns", "fiscal", "till",
					"staff",  "lanes",   "print" };

const char *plan_policy_name(int n)
{
	return n < (int)COUNT_OF(policies) ? policies[n] : NULL;
}

static const char *one_of(struct chance *c, const char *const *words, int64_t n)
{
	return words[chance_below(c, n)];
}

static const char *rule(struct chance *c)
{
	static const char *const words[] = { "allow", "approve", "refuse" };

	return one_of(c, words, 3);
}

static void pickup(struct chance *c, struct buf *b)
{
	static const char *const checks[] = { "each", "parcel", "none", "none" };
	static const char *const tenders[] = { "cash", "card", "blik", "gift" };

	jw_str(b, "late", rule(c));
	jw_str(b, "isolated_handover", rule(c));
	jw_str(b, "returns_isolated", rule(c));
	jw_str(b, "id_search", rule(c));
	jw_str(b, "check_items", one_of(c, checks, 4));
	if (chance_in(c, 150))
		jw_bool(b, "partial", false);
	if (chance_in(c, 850)) {
		jw_open(b, "tenders", '[');
		for (size_t i = 0; i < COUNT_OF(tenders); i++)
			if (i == 0 || chance_in(c, 750))
				jw_str(b, NULL, tenders[i]);
		jw_close(b, ']');
	}
	if (chance_in(c, 200))
		jw_raw(b, "night_ban",
		       slice_of("{\"category\":\"alcohol\",\"from\":\"22:00\",\"to\":\"06:00\"}"));
}

static void returns(struct chance *c, struct buf *b)
{
	static const int64_t limits[] = { 0, 1000, 10000, 50000, 1000000 };

	jw_int(b, "window_days", chance_in(c, 200) ? 0 : 30);
	jw_int(b, "refund_limit", limits[chance_below(c, 5)]);
	jw_open(b, "hq_down", '{');
	jw_str(b, "own_store", rule(c));
	jw_str(b, "other_store", rule(c));
	jw_close(b, '}');
	jw_str(b, "no_receipt", rule(c));
	jw_str(b, "foreign", rule(c));
	jw_str(b, "goodwill", rule(c));
	jw_str(b, "refund_to", chance_in(c, 500) ? "any" : "original");
	jw_bool(b, "exchange", chance_in(c, 800));
	if (chance_in(c, 300))
		jw_bool(b, "reason_needed", true);
	if (chance_in(c, 300))
		jw_raw(b, "refund_order", slice_of("[\"gift\",\"cash\",\"card\"]"));
	jw_raw(b, "by_category",
	       slice_of("{\"underwear\":{\"returnable\":false,\"withdrawal\":\"sealed\"}}"));
}

static void staff(struct chance *c, struct buf *b)
{
	static const char *const people[][3] = {
		{ "E1", "Ola", "clerk" },      { "E2", "Adam", "clerk" },
		{ "E3", "Ewa", "supervisor" }, { "E4", "Jan", "supervisor" },
		{ "E5", "Iga", "service" },    { "E6", "Odchodząca", "clerk" },
	};

	jw_open(b, "people", '[');
	for (size_t i = 0; i < COUNT_OF(people); i++) {
		if (i == 5 && chance_in(c, 500))
			continue; /* who has left */
		jw_open(b, NULL, '{');
		jw_str(b, "id", people[i][0]);
		jw_str(b, "name", people[i][1]);
		jw_str(b, "role", people[i][2]);
		jw_str(b, "pin", "x");
		if (i == 3)
			jw_str(b, "customer", "C-1");
		jw_close(b, '}');
	}
	jw_close(b, ']');
	if (chance_in(c, 150))
		jw_int(b, "lock_s", 300);
}

static void fiscal(struct run *r, struct chance *c, struct buf *b)
{
	r->plan.external = chance_in(c, 250);
	r->plan.ref = chance_in(c, 200);
	jw_str(b, "mode", r->plan.external ? "external" : "none");
	jw_bool(b, "ref", r->plan.ref);
}

void plan_policy(struct run *r, struct chance *c, const char *id, char *dst, size_t cap)
{
	struct buf b;

	buf_init(&b, dst, cap);
	jw_open(&b, NULL, '{');
	if (!strcmp(id, "pickup")) {
		pickup(c, &b);
	} else if (!strcmp(id, "returns")) {
		returns(c, &b);
	} else if (!strcmp(id, "fiscal")) {
		fiscal(r, c, &b);
	} else if (!strcmp(id, "till")) {
		r->plan.shifts = chance_in(c, 600);
		jw_bool(&b, "shifts", r->plan.shifts);
	} else if (!strcmp(id, "staff")) {
		staff(c, &b);
	} else if (!strcmp(id, "lanes") && r->plan.two_lanes) {
		jw_raw(&b, "lanes",
		       slice_of("[{\"lane\":\"k1\"},{\"lane\":\"k2\"},{\"lane\":\"k3\"}]"));
	} else if (!strcmp(id, "print")) {
		jw_int(&b, "copies", chance_below(c, 3));
		jw_bool(&b, "pick_slips", chance_in(c, 500));
		jw_bool(&b, "labels", chance_in(c, 500));
	}
	jw_close(&b, '}');
	if (!buf_str(&b))
		dst[0] = '\0';
}

void plan_draw(struct run *r)
{
	struct chance c = { r->seed ^ UINT64_C(0x5bd1e995) };

	r->plan = (struct plan){ .two_lanes = chance_in(&c, 350),
				 .screens = chance_in(&c, 60),
				 .orders = 5 + (int)chance_below(&c, ORDERS_MAX - 4) };
	r->screens = r->plan.screens;
}
