// SPDX-License-Identifier: Apache-2.0
/*
 * What the files of preparing share; nobody else includes it. All act on st->order, which the
 * desk's open work is about (prep_loaded()).
 */
#ifndef LADA_FIRMWARE_PREP_INSIDE_H
#define LADA_FIRMWARE_PREP_INSIDE_H

#include "firmware/counter/parcel.h"
#include "firmware/counter/prep.h"
#include "firmware/overlay.h"
#include "firmware/prep.h"

/* What a desk in mode prep does, as it stands in desk_row.method. */
#define PREP_PICK   "pick"
#define PREP_PARCEL "parcel"
#define PREP_BACK   "back"
#define PREP_KEPT   "kept" /* what was not handed over goes back, and nothing else */

/* What is kept of the work beside its lines (store_work_extra). */
#define PREP_SEEN  "seen"  /* the lines as a person has seen them */
#define PREP_WHY   "why"   /* BACK */
#define PREP_LABEL "label" /* PARCEL */

/* The shop says no; nothing of it is for the customer's screen. */
void prep_no(struct station *st, const struct call *c, enum reason r, const struct word_values *v);
void prep_bad(struct station *st, const struct call *c); /* 400 */
/* Loads the order of the open work, if that is `work`; else answers. */
bool prep_loaded(struct station *st, const struct call *c, const char *work);
/* Something is done with st->order now: whoever does it prepares it from now on, at a desk where
 * somebody else began. Its lines are read anew. */
void prep_goes_on(struct station *st, const struct call *c);
bool prep_works(const struct station *st, enum desk desk, const char *work);
/* May a work begin at this desk? Else answers. */
bool prep_may_begin(struct station *st, const struct call *c);
void prep_begin_work(struct station *st, const struct call *c, const char *work);
void prep_end_work(struct station *st, enum desk desk);
/* Opens an order for picking. */
void prep_begin(struct station *st, const struct call *c, const char *order);
void prep_note(struct station *st, enum desk desk, enum notice_level level, const char *code,
	       enum word w, const struct word_values *v);
/* What people call st->order; borrows the caller's memory. */
struct word_values prep_words(struct station *st, char number[128]);
/* A short text as a JSON string, which ends with a NUL. */
struct slice prep_quoted(const char *text, char memory[256]);

/* No piece of it is put aside, and none was said to be short. */
bool prep_nothing_done(const struct order *o);

/* prep_lines.c */
void verb_prep_pick(struct station *st, const struct call *c, struct json args);
void verb_prep_unpick(struct station *st, const struct call *c, struct json args);
void verb_prep_short(struct station *st, const struct call *c, struct json args);
void verb_prep_substitute(struct station *st, const struct call *c, struct json args);
enum reason prep_pick_pieces(struct station *st, const struct call *c, int line, int64_t qty);
enum reason prep_unpick_pieces(struct station *st, const struct call *c, int line, int64_t qty);
/* The same of a substitute. */
enum reason prep_unswap_pieces(struct station *st, const struct call *c, int line, const char *gtin,
			       int64_t qty);
/* The product of a text that somebody typed or scanned; false: not in the catalogue. */
bool prep_product(struct station *st, struct slice text, char ret_sku[ID_MAX + 1]);
bool prep_recalled(struct station *st, const char *sku);

/* prep_gone.c: lines that HQ took out of the order, of which pieces are here */
void gone_note(struct station *st, enum desk desk, const struct order_line *l, int64_t picked);
/* The next one behind `line` ("" to begin), its id as JSON, and how many pieces go back. */
bool gone_next(struct station *st, enum desk desk, char line[WORK_LINE_MAX], int64_t *ret_qty);
bool gone_any(struct station *st, enum desk desk);
enum reason gone_back(struct station *st, enum desk desk, struct slice line, int64_t qty);
void gone_document(struct station *st, struct buf *b); /* member `gone` */

/* prep_stage.c */
void verb_prep_stage(struct station *st, const struct call *c, struct json args);
void prep_stage_on(struct station *st, const struct call *c, const char *shelf, int64_t parcels);
/* From now on it waits as long as policy says, where HQ does not say until when. */
void prep_hold(struct station *st, const struct call *c);
/* Of the order that is loaded: it is ready, or what is here of it lies on that shelf. */
int64_t prep_tell_staged(struct station *st, const struct call *c, const char *shelf, bool whole,
			 int64_t parcels);

/* prep_back.c */
#define NOT_TAKEN "not_taken" /* why, of what was only tried */
void verb_pickup_leave(struct station *st, const struct call *c, struct json args);
/* Do the goods that this desk puts back still have to go? */
bool prep_back_stands(struct station *st, enum desk desk);
void verb_prep_unstage(struct station *st, const struct call *c, struct json args);
/* Opens the work of putting back what is here of the order that is loaded, or says that there is
 * nothing. */
void prep_back_begin(struct station *st, const struct call *c, const char *why);
/* Nothing of the order that is loaded is put aside any more. */
void prep_forget(struct station *st, const struct mark *mark);
/* All of it is back. */
void prep_back_done(struct station *st, const struct call *c);
void prep_back_if_done(struct station *st, const struct call *c);

/* prep_kept.c */
/* Opens the work of putting back what of the order that is loaded was not handed over. */
void kept_begin(struct station *st, const struct call *c);
enum reason kept_back(struct station *st, const struct call *c, int line, int64_t qty);
void kept_if_done(struct station *st, const struct call *c); /* answers */
void kept_scan(struct station *st, const struct call *c, const struct scan *s);
void kept_heard(struct station *st, struct slice order, const struct mark *mark, struct json body);
/* All of the order that is loaded is back. */
void kept_forget(struct station *st);

/* parcels.c */
void verb_parcel_receive(struct station *st, const struct call *c, struct json args);
void verb_parcel_stage(struct station *st, const struct call *c, struct json args);
void verb_parcel_problem(struct station *st, const struct call *c, struct json args);
/* The order with a parcel of this label, into st->order, whose id borrows ret_order; false: there
 * is none. */
bool parcel_order(struct station *st, struct slice label, char ret_order[ID_MAX + 1]);
void parcel_keep_state(struct station *st, struct slice order, struct slice label,
		       enum parcel_state s, const char *shelf, const struct mark *mark);
void parcel_came(struct station *st, const struct call *c, struct slice label);
void parcel_stage_on(struct station *st, const struct call *c, struct slice label,
		     const char *shelf);

#endif
