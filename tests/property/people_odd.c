// SPDX-License-Identifier: Apache-2.0
/* What nobody should do, and what happens whatever anybody does. */
#include "tests/property/property.h"

#include <stdio.h>
#include <string.h>

#include "tests/property/kinds.h"

#define HOUR_MS (3600 * INT64_C(1000))

static void scan_odd(struct run *r, struct chance *c)
{
	static const char *const texts[] = {
		"",
		"LB.E2.TOKEN",
		"LM.CARD1",
		"LR.ZAM-1.",
		"LR.ZAM-1.01XXXXXXXXXXXXXXXXXXXXXXXX",
		"LH.",
		"LP.ZAM-1",
		"L1.AAAA",
		"4111111111111111",
		"5901234123450",
		"\x1d\x1d",
		"123456",
		"zzz",
		"https://sklep.example/01/05901234123457",
		"]C1015901234123457",
	};

	scan(r, c, texts[chance_below(c, COUNT_OF(texts))], chance_in(c, 200));
}

/* Any verb with arguments of any other. */
static void bad_input(struct run *r, struct chance *c)
{
	static const char *const verbs[] = {
		"pickup.check",	   "pickup.short",   "pickup.pay",	"pay.reverse",
		"pickup.handover", "fiscal.record",  "prep.start",	"prep.pick",
		"prep.unpick",	   "prep.short",     "prep.substitute", "prep.stage",
		"prep.unstage",	   "parcel.stage",   "return.start",	"return.line",
		"return.accept",   "complaint.open", "shift.open",	"shift.close",
		"cash.move",	   "pickup.take",    "pickup.vouch",	"order.extend",
		"approve",	   "scan",	     "staff.pin",	"no.such",
	};
	static const char *const args[] = {
		"{}",
		"[]",
		"{\"line\":1}",
		"{\"line\":1,\"qty\":0}",
		"{\"line\":1,\"qty\":-1}",
		"{\"line\":1,\"qty\":9223372036854775807}",
		"{\"line\":1,\"qty\":1.5,\"condition\":\"good\"}",
		"{\"line\":\"x\",\"qty\":1,\"condition\":\"good\"}",
		"{\"line\":null,\"qty\":null}",
		"{\"line\":99,\"qty\":1,\"reason\":\"r\",\"then\":\"refund\"}",
		"{\"tender\":\"cash\",\"amount\":1e3}",
		"{\"tender\":\"cash\",\"amount\":\"12\"}",
		"{\"tender\":5,\"amount\":-5,\"given\":-5}",
		"{\"order\":\"../..\",\"qty\":1}",
		"{\"order\":\"\",\"how\":\"document\"}",
		"{\"order\":\"ZAM-0\",\"until\":\"never\"}",
		"{\"shelf\":\"a b\",\"parcels\":0}",
		"{\"float\":-1,\"counted\":-1,\"amount\":0,\"reason\":\"\"}",
		"{\"payment\":\"p1\",\"reason\":\"\\u0000\"}",
		"{\"rest\":\"never\",\"collector\":\"dog\"}",
		"{\"tender\":[],\"exchange\":7}",
		"{\"register\":\"\",\"number\":{},\"total\":0}",
		"{\"staff\":\"E3\",\"pin\":\"\",\"reason\":\"\"}",
		"{\"desk\":\"roof\"}",
		"{\"desk\":\"kiosk\",\"line\":1,\"qty\":1}",
	};

	press(r, c, verbs[chance_below(c, COUNT_OF(verbs))], args[chance_below(c, COUNT_OF(args))]);
}

/* The very same press, as a browser does that heard no answer: nothing may happen. */
static void press_again(struct run *r)
{
	const int64_t events = r->books.seq;

	if (!r->last_press[0] || !r->station.token[0] || !strcmp(r->last_verb, "staff.login") ||
	    !strcmp(r->last_verb, "approve") || r->station.status != 200 ||
	    r->station.answered != r->station.request)
		return;
	bench_verb(&r->station, r->last_verb, r->last_args, r->last_press);
	if (r->station.status == 200 && r->books.seq != events)
		run_fail(r, "press", "%s pressed once more with the same key tells %lld events",
			 r->last_verb, (long long)(r->books.seq - events));
}

static void other_press(struct run *r, struct chance *c)
{
	static const char *const verbs[][2] = {
		{ "end", "{}" },
		{ "help", "{}" },
		{ "language", "{\"lang\":\"en\"}" },
		{ "pickup.search", "{\"text\":\"Anna\"}" },
		{ "code.resend", "{\"order\":\"ZAM-1\"}" },
		{ "print.test", "{\"name\":\"receipt\"}" },
		{ "drawer.open", "{\"reason\":\"rozmiana\"}" },
		{ "pickup.till_card", "{}" },
		{ "pickup.age", "{\"ok\":true,\"how\":\"looked\"}" },
		{ "print.again", "{\"doc\":\"1\"}" },
		{ "print.came", "{\"job\":1,\"yes\":true}" },
		{ "print.retry", "{\"job\":1}" },
		{ "end", "{\"desk\":\"kiosk\"}" },
		{ "pickup.take", "{\"order\":\"ZAM-2\",\"desk\":\"kiosk\"}" },
		{ "more_time", "{\"desk\":\"kiosk\"}" },
	};
	const int64_t n = chance_below(c, COUNT_OF(verbs));

	press(r, c, verbs[n][0], verbs[n][1]);
}

void do_odd(struct run *r, int kind, struct chance *c)
{
	if (kind == ODD_SCAN)
		scan_odd(r, c);
	else if (kind == BAD_INPUT)
		bad_input(r, c);
	else if (kind == PRESSED_AGAIN)
		press_again(r);
	else
		other_press(r, c);
}

/* ---- the world ---- */

/* What was sent to the printer comes out, or not, or nobody knows. */
static void paper(struct run *r, struct chance *c)
{
	struct door_event e = { .kind = DOOR_JOB };

	for (int n = 0; n < 4 && r->station.job; n++) {
		e.job.job = r->station.job;
		e.job.result = chance_in(c, 850)   ? JOB_RESULT_DONE
			       : chance_in(c, 500) ? JOB_RESULT_UNKNOWN
						   : JOB_RESULT_NOTHING;
		r->station.job = 0;
		run_note(r, "   job %lld ends with %d", (long long)e.job.job, (int)e.job.result);
		bench_submit(&r->station, &e, slice_of(""));
	}
}

static void printer(struct run *r, struct chance *c)
{
	struct door_event e = { .kind = DOOR_DEVICE };
	const bool there = chance_in(c, 600);

	text_fmt(e.device.name, sizeof(e.device.name), "receipt");
	e.device.status = there ? DEVICE_OK : DEVICE_OFFLINE;
	e.device.trouble = there ? TROUBLE_NONE : TROUBLE_UNPLUGGED;
	run_note(r, "   the printer is %s", there ? "there" : "gone");
	bench_submit(&r->station, &e, slice_of(""));
}

static void restart(struct run *r)
{
	const uint64_t before = state_hash(r);
	const bool up = r->station.st->link_up;

	run_note(r, "   the station is started again");
	bench_restart(&r->station);
	if (state_hash(r) != before)
		run_fail(r, "restart", "orders are not what they were before the restart");
	bench_link(&r->station, up);
	bench_beat(&r->station);
}

static void time_passes(struct run *r, struct chance *c)
{
	static const int64_t spans[] = { 400,	      1500,	    3100,	  40000,
					 61000,	      4 * 60000,    20 * 60000,	  2 * HOUR_MS,
					 9 * HOUR_MS, 26 * HOUR_MS, 200 * HOUR_MS };
	const int64_t ms = spans[chance_below(c, chance_in(c, 300) ? 11 : 6)];
	const bool up = r->station.st->link_up;

	run_note(r, "   %lld s pass", (long long)ms / 1000);
	bench_time(&r->station, ms);
	if (up && chance_in(c, 850))
		bench_beat(&r->station);
}

void do_world(struct run *r, int kind, struct chance *c)
{
	switch (kind) {
	case SIBLING:
		if (r->plan.two_lanes)
			sibling_act(r, c);
		break;
	case PAPER:
		paper(r, c);
		break;
	case PRINTER:
		printer(r, c);
		break;
	case RESTART:
		restart(r);
		break;
	case TIME_PASSES:
		time_passes(r, c);
		break;
	default:
		run_note(r, "   the line %s", r->station.st->link_up ? "breaks" : "comes back");
		bench_link(&r->station, !r->station.st->link_up);
		if (r->station.st->link_up)
			bench_beat(&r->station);
		break;
	}
}
