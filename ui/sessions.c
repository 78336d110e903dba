// SPDX-License-Identifier: Apache-2.0
#include "ui/sessions.h"

#include <string.h>

bool sessions_token(const char *text)
{
	size_t n = strlen(text);

	if (n != TOKEN_TEXT_MAX - 1)
		return false;
	return strspn(text, "0123456789abcdef") == n;
}

void sessions_hash(const char *token, char ret_hash[HASH_TEXT_MAX])
{
	ret_hash[0] = '\0';
	if (sessions_token(token))
		hash_text(slice_of(token), ret_hash);
}

static int find(const struct sessions *s, const char *hash)
{
	int found = -1;

	if (strlen(hash) != HASH_TEXT_MAX - 1)
		return -1;
	for (int i = 0; i < UI_SESSIONS_MAX; i++) {
		if (s->slot[i].hash[0] && hash_text_eq(s->slot[i].hash, hash))
			found = i;
	}
	return found;
}

void sessions_open(struct sessions *s, const char *hash, enum role role)
{
	int at = find(s, hash);

	if (strlen(hash) != HASH_TEXT_MAX - 1)
		return;
	for (int i = 0; at < 0 && i < UI_SESSIONS_MAX; i++) {
		if (!s->slot[i].hash[0])
			at = i;
	}
	if (at < 0) {
		at = (int)s->next;
		s->next = (s->next + 1) % UI_SESSIONS_MAX;
	}
	memcpy(s->slot[at].hash, hash, HASH_TEXT_MAX);
	s->slot[at].role = role;
}

void sessions_close(struct sessions *s, const char *hash)
{
	int at = find(s, hash);

	if (at >= 0)
		memset(&s->slot[at], 0, sizeof(s->slot[at]));
}

enum role sessions_role(const struct sessions *s, const char *hash)
{
	int at = find(s, hash);

	return at < 0 ? ROLE_NONE : s->slot[at].role;
}

enum screen sessions_view(const struct sessions *s, enum screen asked, const char *hash)
{
	enum role role = sessions_role(s, hash);

	switch (asked) {
	case SCREEN_COUNTER:
		return role == ROLE_NONE ? SCREEN_LOGIN : asked;
	case SCREEN_MANAGE:
		return role == ROLE_SUPERVISOR || role == ROLE_SERVICE ? asked : SCREEN_LOGIN;
	case SCREEN_CUSTOMER:
	case SCREEN_BOARD:
	case SCREEN_LOGIN:
		break;
	}
	return asked;
}
