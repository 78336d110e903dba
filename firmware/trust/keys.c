// SPDX-License-Identifier: Apache-2.0
#include "firmware/trust/keys.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

/* Cuts the next word off *line; empty at its end. */
static struct slice next_word(struct slice *line)
{
	struct slice word;
	size_t at = 0, end;

	while (at < line->n && (line->p[at] == ' ' || line->p[at] == '\t'))
		at++;
	end = at;
	while (end < line->n && line->p[end] != ' ' && line->p[end] != '\t')
		end++;
	word = (struct slice){ line->p + at, end - at };
	*line = (struct slice){ line->p + end, line->n - end };
	return word;
}

static int parse_kid(struct slice word, uint8_t *ret_kid)
{
	unsigned value = 0;

	if (word.n < 1 || word.n > 3)
		return -EINVAL;
	for (size_t i = 0; i < word.n; i++) {
		if (word.p[i] < '0' || word.p[i] > '9')
			return -EINVAL;
		value = value * 10 + (unsigned)(word.p[i] - '0');
	}
	if (value > 255)
		return -EINVAL;
	*ret_kid = (uint8_t)value;
	return 0;
}

const char *trust_purpose_name(enum key_purpose purpose)
{
	switch (purpose) {
	case KEY_PICKUP:
		return "pickup";
	case KEY_STREAM:
		return "stream";
	case KEY_UPDATE:
		return "update";
	}
	return "?";
}

int trust_purpose_find(struct slice name, enum key_purpose *ret_purpose)
{
	static const enum key_purpose all[] = { KEY_PICKUP, KEY_STREAM, KEY_UPDATE };

	for (size_t i = 0; i < COUNT_OF(all); i++) {
		if (slice_eq(name, trust_purpose_name(all[i]))) {
			*ret_purpose = all[i];
			return 0;
		}
	}
	return -EINVAL;
}

/* NULL, or what is wrong with the line. */
static const char *parse_line(struct slice line, struct trust_keys *keys)
{
	struct slice kid = next_word(&line), purpose = next_word(&line);
	struct slice base64 = next_word(&line), more = next_word(&line);
	struct trust_key key;

	if (more.n || !base64.n)
		return "a line is KID PURPOSE BASE64";
	if (parse_kid(kid, &key.kid) < 0)
		return "KID must be 0..255";
	if (trust_purpose_find(purpose, &key.purpose) < 0)
		return "PURPOSE must be pickup, stream or update";
	if (base64_decode(base64, false, key.public_key, sizeof(key.public_key)) !=
	    (int)sizeof(key.public_key))
		return "the key must be 32 bytes in base64";
	if (trust_keys_find(keys, key.purpose, key.kid))
		return "this KID and PURPOSE are listed twice";
	if (keys->count == TRUST_KEYS_MAX)
		return "more than 32 keys";
	keys->key[keys->count++] = key;
	return NULL;
}

int trust_keys_parse(struct slice text, struct trust_keys *ret_keys, int *ret_line,
		     const char **ret_what)
{
	struct trust_keys keys = { .count = 0 };
	size_t at = 0;

	for (int number = 1; at < text.n; number++) {
		const char *from = text.p + at, *lf = memchr(from, '\n', text.n - at);
		struct slice line = { from, lf ? (size_t)(lf - from) : text.n - at };
		const char *hash, *what;
		struct slice look;

		at += line.n + 1;
		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		hash = line.n ? memchr(line.p, '#', line.n) : NULL;
		if (hash)
			line.n = (size_t)(hash - line.p);
		look = line;
		if (!next_word(&look).n)
			continue;
		what = parse_line(line, &keys);
		if (what) {
			*ret_line = number;
			*ret_what = what;
			return -EINVAL;
		}
	}
	*ret_keys = keys;
	return 0;
}

void trust_keys_write(const struct trust_keys *keys, struct buf *ret_text)
{
	for (int i = 0; i < keys->count; i++) {
		const struct trust_key *k = &keys->key[i];
		char base64[48];

		base64_encode(k->public_key, sizeof(k->public_key), false, base64, sizeof(base64));
		buf_fmt(ret_text, "%u %s %s\n", (unsigned)k->kid, trust_purpose_name(k->purpose),
			base64);
	}
}

const struct trust_key *trust_keys_find(const struct trust_keys *keys, enum key_purpose purpose,
					uint8_t kid)
{
	for (int i = 0; i < keys->count; i++) {
		if (keys->key[i].purpose == purpose && keys->key[i].kid == kid)
			return &keys->key[i];
	}
	return NULL;
}

bool trust_keys_has(const struct trust_keys *keys, enum key_purpose purpose)
{
	for (int i = 0; i < keys->count; i++) {
		if (keys->key[i].purpose == purpose)
			return true;
	}
	return false;
}

void trust_pair_from_seed(const uint8_t seed[TRUST_SEED_BYTES], struct trust_pair *ret_pair)
{
	_Static_assert(TRUST_PUBLIC_BYTES == crypto_sign_PUBLICKEYBYTES, "Ed25519");
	_Static_assert(TRUST_SEED_BYTES == crypto_sign_SEEDBYTES, "Ed25519");
	_Static_assert(sizeof(ret_pair->secret_key) == crypto_sign_SECRETKEYBYTES, "Ed25519");

	crypto_sign_seed_keypair(ret_pair->public_key, ret_pair->secret_key, seed);
}
