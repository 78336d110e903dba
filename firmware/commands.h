// SPDX-License-Identifier: Apache-2.0
/*
 * What HQ says about the station itself: which keys and lanes count, by policy, and what it
 * commands. On the step thread, inside a step's transaction.
 */
#ifndef LADA_FIRMWARE_COMMANDS_H
#define LADA_FIRMWARE_COMMANDS_H

#include "firmware/station.h"

/* ---- policies.c: what policy says of keys and lanes ---- */

void policies_follow(struct station *st);
/* HQ's keys that are valid now; borrows st->keys. */
const struct trust_keys *station_keys(struct station *st);
/* A message was signed by this key: is it still one? */
bool station_signer_valid(struct station *st, uint16_t signer);
/* NULL, or why policy `keys` cannot be followed. */
const char *policy_keys_wrong(const struct station *st, struct json body);
/* Is this what a lane does not do that its store has withdrawn? */
bool revoked_verb(const char *verb);

/* ---- commands.c, settings.c: what HQ commands ---- */

void command_take(struct station *st, const struct door_event *e, struct slice payload);
/* At a desk that has nothing to say a message of HQ stands until it is answered. */
void message_show(struct station *st);
/* The notice of a message was put away: it is answered. */
void message_answered(struct station *st, const char *id);
void verb_message_done(struct station *st, const struct call *c, struct json args);
void settings_start(struct station *st);
/* `value`: a string, or null to undo it. NULL, or why not. */
const char *setting_set(struct station *st, const char *key, struct json value);
void settings_write(struct station *st, struct buf *b); /* a JSON object's members */

#endif
