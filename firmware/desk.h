// SPDX-License-Identifier: Apache-2.0
/*
 * A desk at work: who stands there, what is scanned and pressed, and what is answered. On the step
 * thread, inside a step's transaction.
 */
#ifndef LADA_FIRMWARE_DESK_H
#define LADA_FIRMWARE_DESK_H

#include "firmware/station.h"

/* ---- answers.c ---- */

/* 200 with `members` (JSON text of further members or ""); a refusal shown at the desk goes. */
void answer_ok(struct station *st, const struct call *c, const char *members);
/* The same for what is done beside the desk's work, as with a print job: a refusal stays. */
void answer_aside(struct station *st, const struct call *c, const char *members);
void answer_login(struct station *st, const struct call *c, const char *token);
void answer_logout(struct station *st, const struct call *c);
/* The shop says no: notice at the desk, and for a verb `http` (409, 401, 403, 404, 400). */
void answer_no(struct station *st, const struct call *c, int http, enum reason r,
	       const struct word_values *values);
/* The same without a notice at the desk: logging in is between one person and the page. */
void answer_quiet(struct station *st, const struct call *c, int http, enum reason r);
/* There is no such verb. */
void answer_no_verb(struct station *st, const struct call *c);
void notice_hide_from_customer(struct station *st, enum desk desk);
/* Somebody is wanted at the kiosk. */
void counter_call(struct station *st, enum word w, const struct word_values *values);
void notice_word(struct station *st, enum desk desk, enum notice_level level, const char *code,
		 enum word w, enum word customer, const struct word_values *values);
/* HQ's own words. */
void notice_message(struct station *st, enum desk desk, enum notice_level level, const char *id,
		    const char *text);
void notice_clear(struct station *st, enum desk desk);
void feedback_send(struct station *st, enum desk desk, enum feedback f);
struct word_values words_none(void);
/* Refused in other words than its reason has. */
void answer_said(struct station *st, const struct call *c, int http, enum reason r, enum word w);

/* ---- scans.c: what a scan does ---- */

void desk_scan(struct station *st, const struct call *c, struct slice text, enum symbology sym);
/* What looks like a card number may be a product, an order or a member known here: then s->kind
 * says so. */
void desk_resolve_card_like(struct station *st, struct scan *s);

/* ---- pickups.c: a desk at work ---- */

void desk_set_mode(struct station *st, enum desk desk, enum desk_mode mode);
/* A work is given up by its own verb; where none is open there is nothing to do, which is fine. */
bool desk_may_cancel(const struct station *st, enum desk desk, enum desk_mode work);
/* A signed code opens its order, or is refused. */
void pickup_scan_code(struct station *st, const struct call *c, struct slice text);
/* Refused at the door: told to HQ, shown at the desk. `order` "" when it is not known which. */
void pickup_refuse(struct station *st, const struct call *c, enum reason r, const char *order,
		   const char *method, const struct word_values *values);
/* HQ's answer to an ask for one order. */
void desk_answer_ops(struct station *st, const struct door_down *d, struct slice payload);
/* Forgets what the last customer saw. */
void desk_wipe(struct station *st, enum desk desk);
void desk_tick(struct station *st);
void desk_load(struct station *st);
void pickup_open(struct station *st, const struct call *c, const char *named, const char *method);
/* A wait at this desk is over: scans that were kept take their turn. */
void desk_resume(struct station *st, enum desk desk);
/* Scans that were kept for a wait that is over without its answer. */
void desk_forget_kept(struct station *st, enum desk desk);
void pickup_close(struct station *st, enum desk desk);
/* Staff see st->order as it is now: what of it they hand over by is remembered. */
void pickup_seen(struct station *st, enum desk desk);
/* HQ wrote st->order, which this desk has open: where what they have seen is still so (it wrote
 * what this store had told it), nobody has to look again. */
void pickup_still_seen(struct station *st, enum desk desk);
void pickup_done_load(struct station *st, enum desk desk); /* st->order -> st->done */

/* ---- typed_codes.c, pickup_verbs.c, handover.c ---- */
/* Loads the order this desk has open, and what was done with it; false and answered when there
 * is none. */
bool pickup_loaded(struct station *st, const struct call *c);
/* Every parcel that is still here was scanned. */
bool pickup_parcels_checked(struct station *st, enum desk desk);
/* Policy `parcel`: the pieces of scanned parcels are checked, in st->done alone. */
void pickup_parcels_count(struct station *st, enum desk desk);
void pickup_parcels_document(struct station *st, enum desk desk, struct buf *b);
void pickup_try_pin(struct station *st, const struct call *c, const char *order,
		    struct slice digits);
/* Locked at another lane: here too, for what is left of it. */
void typed_codes_lock(struct station *st, const char *order, int64_t since_ms);
/* What orders of a phone are looked up by; false: it is no phone number, or there is no secret. */
bool typed_phone_hash(struct station *st, const char *typed, char ret_hash[HASH_TEXT_MAX]);
void verb_pickup_find(struct station *st, const struct call *c, struct json args);
void verb_pickup_take(struct station *st, const struct call *c, struct json args);
void verb_pickup_check(struct station *st, const struct call *c, struct json args);
void verb_pickup_short(struct station *st, const struct call *c, struct json args);
void verb_pickup_handover(struct station *st, const struct call *c, struct json args);
void verb_pickup_cancel(struct station *st, const struct call *c, struct json args);
enum reason pickup_check_pieces(struct station *st, enum desk desk, int line, int64_t qty);
bool pickup_has_parcel(const struct station *st, struct slice label);
enum reason pickup_check_parcel(struct station *st, enum desk desk, struct slice label);

/* ---- pickup_lines.c ---- */

/* What the catalogue says of the goods of st->order, and their serial numbers, into st->done; of
 * one line, or of all (-1). */
void pickup_goods_load(struct station *st, enum desk desk, int only);
/* A serial number for a line; or for the first that still wants one: false when none does. */
enum reason pickup_add_serial(struct station *st, enum desk desk, int line, struct slice serial);
bool pickup_take_serial(struct station *st, enum desk desk, struct slice text,
			enum reason *ret_reason);
void pickup_serials(struct station *st, enum desk desk, int line, struct buf *b);
bool pickup_age_checked(struct station *st, enum desk desk);
/* Which pieces stay here for the collector's age, into st->done. */
void pickup_kept_load(struct station *st, enum desk desk);
void pickup_age_document(struct station *st, enum desk desk, struct buf *b); /* member `age` */
void verb_pickup_age(struct station *st, const struct call *c, struct json args);

/* ---- identify.c ---- */

/* Event profile.viewed of a customer who is not being served; once in a while for the same two. */
void profile_viewed(struct station *st, const struct call *c, const char *customer,
		    const char *why);
void verb_pickup_search(struct station *st, const struct call *c, struct json args);
void verb_pickup_vouch(struct station *st, const struct call *c, struct json args);
void verb_code_resend(struct station *st, const struct call *c, struct json args);
void verb_order_extend(struct station *st, const struct call *c, struct json args);

/* ---- staff.c ---- */

/* Answers when the slow hash is done: wrong, locked, or what a right PIN was wanted for. */
void staff_check_pin(struct station *st, const struct call *c, enum pin_for why, const char *id,
		     const char *pin, const char *note);
/* Is this person that customer, by member `customer` of policy `staff`? */
bool staff_is_customer(struct station *st, const char *id, const char *customer);
/* Is who does this the customer of st->order? Nobody serves themselves. */
bool staff_own_order(struct station *st, const struct call *c);
void verb_staff_login(struct station *st, const struct call *c, struct json args);
void verb_staff_logout(struct station *st, const struct call *c, struct json args);
void staff_pin_checked(struct station *st, uint64_t number, bool right, struct slice made);
void verb_staff_pin(struct station *st, const struct call *c, struct json args);
void staff_badge(struct station *st, const struct call *c, const struct scan *s);
/* Whose token this is, or who is at a desk: not valid for a leaver and after twelve hours. */
struct session staff_session(struct station *st, const char *token);
struct session staff_at(struct station *st, enum desk desk);
void staff_tick(struct station *st);
/* Somebody who is logged in did something at the counter. */
void staff_acted(struct station *st);
void staff_start(struct station *st);
/* Display name and role of a person; false when policy does not know them. */
bool staff_name(struct station *st, const char *id, char *ret_name, size_t cap,
		enum role *ret_role);
/* By member `langs` of policy `staff`; who has none speaks the shop's language. */
bool staff_speaks(struct station *st, const char *id, const char *lang);

/* ---- verbs.c ---- */

struct verb {
	const char *name;
	bool customer; /* works at the kiosk without a session */
	bool anyone;   /* works at the counter without a session */
	enum role role;
	void (*run)(struct station *st, const struct call *c, struct json args);
};
/* Each room's own verbs end with one that has no name. */

/* Does somebody who is logged in press this at the counter? */
bool verb_at_counter(struct station *st, const struct door_event *e, struct slice payload);
void verb_call(struct station *st, const struct door_event *e, struct slice payload);
/* One that was refused for want of an approval. */
void verb_again(struct station *st, const struct call *c, const char *name, struct slice args);
/* A string argument that is an id; false (and answered) when it is not. */
/* Why an order that is not ready is not, where its status says more than that. */
void refusal_of_status(const struct order *o, struct word_values *v);
bool arg_text(struct json args, const char *name, char *dst, size_t cap);
/* Member `reason`, in people's words; "" where none was said. False: it is no text. */
bool arg_why(struct json args, char *dst, size_t cap);

#endif
