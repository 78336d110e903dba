// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/secret.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "firmware/base/text.h"

void secret_make(char ret_text[SECRET_TEXT_MAX])
{
	uint8_t secret[TRUST_SECRET_BYTES];

	randombytes_buf(secret, sizeof(secret));
	hex_encode(secret, sizeof(secret), ret_text);
	sodium_memzero(secret, sizeof(secret));
}

int secret_read(const char *path, uint8_t ret_secret[TRUST_SECRET_BYTES])
{
	char text[SECRET_TEXT_MAX + 8];
	FILE *f = fopen(path, "re");
	size_t n;
	int err;

	if (!f)
		return -errno;
	n = fread(text, 1, sizeof(text), f);
	fclose(f);
	while (n && (text[n - 1] == '\n' || text[n - 1] == '\r'))
		n--;
	err = hex_decode((struct slice){ text, n }, ret_secret, TRUST_SECRET_BYTES);
	sodium_memzero(text, sizeof(text));
	return err;
}

int secret_hash(const uint8_t secret[TRUST_SECRET_BYTES], char **words, int count,
		char ret_hex[HASH_TEXT_MAX])
{
	if (count == 3 && strcmp(words[0], "pin") == 0) {
		struct slice digits = slice_of(words[2]);

		if (!id_valid(slice_of(words[1])) || digits.n != 6 || !text_digits(digits))
			return -EINVAL;
		hash_keyed(secret, "pin", slice_of(words[1]), &digits, ret_hex);
		return 0;
	}
	if (count == 2 && strcmp(words[0], "phone") == 0) {
		if (words[1][0] != '+' || !text_digits(slice_of(words[1] + 1)))
			return -EINVAL;
		hash_keyed(secret, "phone", slice_of(words[1]), NULL, ret_hex);
		return 0;
	}
	if (count == 2 && strcmp(words[0], "badge") == 0) {
		hash_keyed(secret, "badge", slice_of(words[1]), NULL, ret_hex);
		return 0;
	}
	return -EINVAL;
}
