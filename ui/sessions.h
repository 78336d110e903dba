// SPDX-License-Identifier: Apache-2.0
/*
 * The sessions that are open now, as OUT_SESSION tells them: not tokens but their hashes, so
 * that no token stays in memory. Bounded: a new one takes the place of the oldest. Looking one
 * up takes the same time whatever is in the table.
 */
#ifndef LADA_UI_SESSIONS_H
#define LADA_UI_SESSIONS_H

#include "firmware/trust/hash.h"
#include "ui/ui.h"

struct session {
	char hash[HASH_TEXT_MAX]; /* "" = free */
	enum role role;
};

struct sessions {
	struct session slot[UI_SESSIONS_MAX];
	unsigned next; /* the slot that is overwritten next */
};

/* Is this text shaped like a token: 64 lower-case hex digits? */
bool sessions_token(const char *text);
/* The hash by which the step names this token's session; "" for a text that is no token. */
void sessions_hash(const char *token, char ret_hash[HASH_TEXT_MAX]);

void sessions_open(struct sessions *s, const char *hash, enum role role);
void sessions_close(struct sessions *s, const char *hash);
/* ROLE_NONE for a session that is not open. */
enum role sessions_role(const struct sessions *s, const char *hash);
/* What a caller of this session ("" = none) sees when it asks for this screen. */
enum screen sessions_view(const struct sessions *s, enum screen asked, const char *hash);

#endif
