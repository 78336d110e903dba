// SPDX-License-Identifier: Apache-2.0
#include "firmware/trust/hash.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

void hash_bytes(struct slice text, uint8_t ret_hash[HASH_BYTES])
{
	crypto_generichash(ret_hash, HASH_BYTES, (const uint8_t *)text.p, text.n, NULL, 0);
}

void hash_text(struct slice text, char ret_hex[HASH_TEXT_MAX])
{
	uint8_t hash[HASH_BYTES];

	hash_bytes(text, hash);
	hex_encode(hash, sizeof(hash), ret_hex);
}

static void update(crypto_generichash_state *state, const char *p, size_t n)
{
	if (n)
		crypto_generichash_update(state, (const uint8_t *)p, n);
}

void hash_keyed(const uint8_t secret[32], const char *label, struct slice a, const struct slice *b,
		char ret_hex[HASH_TEXT_MAX])
{
	crypto_generichash_state state;
	uint8_t hash[HASH_BYTES];

	crypto_generichash_init(&state, secret, 32, sizeof(hash));
	update(&state, label, strlen(label));
	update(&state, ":", 1);
	update(&state, a.p, a.n);
	if (b) {
		update(&state, ":", 1);
		update(&state, b->p, b->n);
	}
	crypto_generichash_final(&state, hash, sizeof(hash));
	hex_encode(hash, sizeof(hash), ret_hex);
	sodium_memzero(&state, sizeof(state));
}

uint64_t hash_record(const char *type, struct slice id, int64_t rev)
{
	crypto_generichash_state state;
	uint8_t hash[HASH_BYTES];
	char tail[24];
	int n = snprintf(tail, sizeof(tail), "|%" PRId64, rev);
	uint64_t first = 0;

	crypto_generichash_init(&state, NULL, 0, sizeof(hash));
	update(&state, type, strlen(type));
	update(&state, "|", 1);
	update(&state, id.p, id.n);
	update(&state, tail, (size_t)n);
	crypto_generichash_final(&state, hash, sizeof(hash));
	for (int i = 0; i < 8; i++)
		first = first << 8 | hash[i];
	return first;
}

bool hash_text_eq(const char *a, const char *b)
{
	size_t n = strlen(a);

	return n == strlen(b) && sodium_memcmp(a, b, n) == 0;
}
