// SPDX-License-Identifier: Apache-2.0
/*
 * Forgetting people. HQ erases a customer with a tombstone (op `erase` of a member): everything
 * this station holds on them goes, now and when it arrives later, and event customer.erased says
 * so once nothing of it is left in the file either. What is too old by policy `privacy` goes the
 * same way. All of it in slices from the tick; what this station told HQ keeps its chain.
 *
 * The tombstones stand in the database and, for a backup that is put back, in the file `erased` of
 * the data directory. On the step thread; but for privacy_after_commit() inside a step's
 * transaction.
 */
#ifndef LADA_FIRMWARE_PRIVACY_H
#define LADA_FIRMWARE_PRIVACY_H

#include "firmware/counter/masking.h"
#include "firmware/counter/retention.h"
#include "firmware/desk.h"
#include "firmware/station.h"
#include "firmware/store/person.h"
#include "firmware/streams.h"

/* At start: tombstones that the database lacks, an older copy. */
void privacy_start(struct station *st);
void privacy_tick(struct station *st);
/* After the step's commit: `idle`, nothing waits. */
void privacy_after_commit(struct station *st, bool idle);
/* HQ has erased a customer. */
void privacy_erase(struct station *st, const char *customer, const char *member, struct json about);
/* HQ writes an order anew. One that loses its customer may be told of before the tombstone is: what
 * it said is remembered until then, for a day at most. */
void privacy_replaced(struct station *st, const char *order, struct slice was, struct slice now);
/* Is the body that of an erased customer, who is looked for again then? */
bool privacy_is_erased(struct station *st, enum stream stream, const char *id, struct json body);
/* What may be kept of it: of an order all but its person; n = 0: nothing. In st->screen. */
struct slice privacy_rest(struct station *st, enum stream stream, struct json body);
int64_t privacy_days(struct station *st, enum keep k);

/* Who looks at a desk's screens: of the kiosk's, a customer. */
enum viewer viewer_at(struct station *st, enum desk desk);
/* A personal value as a member of a document, masked for who looks; null where nothing may be seen.
 */
void jw_shown(struct buf *b, const char *name, enum personal what, enum viewer who, struct json v);

/* Member `consents` of a document: of whom the desk serves. */
void consents_document(struct station *st, enum desk desk, struct buf *b);
/* What another lane was told. */
struct origin;
void consent_effect(struct station *st, const struct origin *o, const char *type, struct json body);
extern const struct verb privacy_verbs[]; /* ends with one without a name */

/* ---- among its own files ---- */

/* One slice of an erasure (privacy_erase.c). */
void erase_slice(struct station *st);
/* What a record says of a customer who is being erased. */
void erase_gather(struct station *st, enum stream stream, const char *id, struct json body);
/* One slice of what is too old (privacy_purge.c). */
void purge_slice(struct station *st);
/* A record of a person without them; false: there was nothing to take away. */
bool privacy_strip(struct station *st, const struct person_record *r);

#endif
