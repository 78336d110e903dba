// SPDX-License-Identifier: Apache-2.0
/*
 * Keys: HQ's pinned public keys, the store secret, the station's own identity.
 *
 * The keys file has a line a key, `KID PURPOSE BASE64(Ed25519 public key)`; '#' starts a
 * comment. KID is 0..255, as it stands in a pickup code. Two keys of one purpose may be valid
 * at once (rotation). Needs libsodium initialised (sodium_init) by main.
 */
#ifndef LADA_TRUST_KEYS_H
#define LADA_TRUST_KEYS_H

#include "firmware/base/bytes.h"

#define TRUST_KEYS_MAX 32
#define TRUST_PUBLIC_BYTES 32
#define TRUST_SEED_BYTES 32
#define TRUST_SECRET_BYTES 32

enum key_purpose { KEY_PICKUP, KEY_STREAM, KEY_UPDATE };
const char *trust_purpose_name(enum key_purpose purpose);
int trust_purpose_find(struct slice name, enum key_purpose *ret_purpose); /* -EINVAL */

struct trust_key {
	uint8_t kid;
	enum key_purpose purpose;
	uint8_t public_key[TRUST_PUBLIC_BYTES];
};

struct trust_keys {
	struct trust_key key[TRUST_KEYS_MAX];
	int count;
};

/* Reads the text of a keys file. -EINVAL with *ret_line and a constant *ret_what. */
int trust_keys_parse(struct slice text, struct trust_keys *ret_keys, int *ret_line,
		     const char **ret_what);
/* The same as text that trust_keys_parse() reads; check its overflow. */
void trust_keys_write(const struct trust_keys *keys, struct buf *ret_text);
#define TRUST_KEYS_TEXT_MAX (TRUST_KEYS_MAX * 64)
/* NULL when there is none. */
const struct trust_key *trust_keys_find(const struct trust_keys *keys, enum key_purpose purpose,
					uint8_t kid);
bool trust_keys_has(const struct trust_keys *keys, enum key_purpose purpose);

/* An Ed25519 key pair from its 32-byte seed. Wipe it when done. */
struct trust_pair {
	uint8_t public_key[TRUST_PUBLIC_BYTES];
	uint8_t secret_key[64];
};
void trust_pair_from_seed(const uint8_t seed[TRUST_SEED_BYTES], struct trust_pair *ret_pair);

#endif
