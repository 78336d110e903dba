// SPDX-License-Identifier: Apache-2.0
#include "firmware/trust/code.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#define CODE_PREFIX	     "L1."
#define CODE_DOMAIN	     "lada-pickup-1"
#define CODE_VERSION	     1
#define CODE_SIGNATURE_BYTES 64
#define CODE_BYTES_MAX                                                                             \
	(1 + 1 + 4 + 1 + ID_MAX + 1 + ID_MAX + CODE_NONCE_BYTES + CODE_SIGNATURE_BYTES)
#define CODE_SIGNED_MAX (sizeof(CODE_DOMAIN) - 1 + CODE_BYTES_MAX)

/* The part behind "L1.": all of the text, or what follows the last '#' of a URL. */
static bool find_code(struct slice text, struct slice *ret_base64)
{
	const char *hash = text.n ? memrchr(text.p, '#', text.n) : NULL;

	if (!slice_starts(text, CODE_PREFIX) && hash) {
		hash++;
		text = (struct slice){ hash, text.n - (size_t)(hash - text.p) };
	}
	if (!slice_starts(text, CODE_PREFIX))
		return false;
	*ret_base64 = (struct slice){ text.p + 3, text.n - 3 };
	return true;
}

struct reader {
	const uint8_t *p;
	size_t n;
};

static const uint8_t *take(struct reader *r, size_t n)
{
	const uint8_t *p = r->p;

	if (r->n < n)
		return NULL;
	r->p += n;
	r->n -= n;
	return p;
}

static int take_id(struct reader *r, char dst[ID_MAX + 1])
{
	const uint8_t *n = take(r, 1), *p;

	if (!n)
		return -EBADMSG;
	p = take(r, *n);
	if (!p || slice_copy((struct slice){ (const char *)p, *n }, dst, ID_MAX + 1) < 0)
		return -EBADMSG;
	return id_valid((struct slice){ (const char *)p, *n }) ? 0 : -EBADMSG;
}

/* Reads all before the signature; what remains in r must then be the signature alone. */
static int parse(struct reader *r, struct pickup_code *ret_code)
{
	const uint8_t *head = take(r, 6), *nonce;

	if (!head || head[0] != CODE_VERSION)
		return -EBADMSG;
	ret_code->kid = head[1];
	ret_code->expires_s = (uint32_t)head[2] << 24 | (uint32_t)head[3] << 16 |
			      (uint32_t)head[4] << 8 | head[5];
	if (take_id(r, ret_code->store) < 0 || take_id(r, ret_code->order) < 0)
		return -EBADMSG;
	if (!store_id_valid(slice_of(ret_code->store)))
		return -EBADMSG;
	nonce = take(r, CODE_NONCE_BYTES);
	if (!nonce || r->n != CODE_SIGNATURE_BYTES)
		return -EBADMSG;
	memcpy(ret_code->nonce, nonce, CODE_NONCE_BYTES);
	return 0;
}

/* Into memory for CODE_BYTES_MAX bytes; r then stands at the signature. */
static enum code_verdict open_code(struct slice text, uint8_t *bytes, struct reader *r,
				   struct pickup_code *ret_code)
{
	struct slice base64;
	int n;

	if (!find_code(text, &base64))
		return CODE_NOT_ONE;
	n = base64_decode(base64, true, bytes, CODE_BYTES_MAX);
	if (n < 0)
		return CODE_BROKEN;
	*r = (struct reader){ bytes, (size_t)n };
	return parse(r, ret_code) < 0 ? CODE_BROKEN : CODE_GOOD;
}

bool code_claims(struct slice text, struct pickup_code *ret_code)
{
	uint8_t bytes[CODE_BYTES_MAX];
	struct pickup_code code;
	struct reader r;

	if (open_code(text, bytes, &r, &code) != CODE_GOOD)
		return false;
	*ret_code = code;
	return true;
}

enum code_verdict code_verify(struct slice text, const struct trust_keys *keys,
			      struct pickup_code *ret_code)
{
	uint8_t message[CODE_SIGNED_MAX], *bytes = message + sizeof(CODE_DOMAIN) - 1;
	const struct trust_key *key;
	struct pickup_code code;
	enum code_verdict opened;
	struct reader r;

	opened = open_code(text, bytes, &r, &code);
	if (opened != CODE_GOOD)
		return opened;
	key = trust_keys_find(keys, KEY_PICKUP, code.kid);
	if (!key) {
		ret_code->kid = code.kid;
		return CODE_UNKNOWN_KEY;
	}
	memcpy(message, CODE_DOMAIN, sizeof(CODE_DOMAIN) - 1);
	if (crypto_sign_verify_detached(r.p, message, (size_t)(r.p - message), key->public_key))
		return CODE_BAD_SIGNATURE;
	*ret_code = code;
	return CODE_GOOD;
}

static void put_id(struct buf *b, const char *id)
{
	buf_byte(b, (uint8_t)strlen(id));
	buf_text(b, id);
}

int code_sign(const struct pickup_code *code, const struct trust_pair *pair,
	      char ret_text[CODE_TEXT_MAX])
{
	uint8_t signature[CODE_SIGNATURE_BYTES];
	char memory[CODE_SIGNED_MAX];
	size_t domain = sizeof(CODE_DOMAIN) - 1;
	struct buf b;
	int n;

	if (!store_id_valid(slice_of(code->store)) || !id_valid(slice_of(code->order)))
		return -EINVAL;
	buf_init(&b, memory, sizeof(memory));
	buf_text(&b, CODE_DOMAIN);
	buf_byte(&b, CODE_VERSION);
	buf_byte(&b, code->kid);
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_byte(&b, (uint8_t)(code->expires_s >> shift));
	put_id(&b, code->store);
	put_id(&b, code->order);
	buf_add(&b, code->nonce, CODE_NONCE_BYTES);
	crypto_sign_detached(signature, NULL, (const uint8_t *)b.p, b.len, pair->secret_key);
	buf_add(&b, signature, sizeof(signature));
	memcpy(ret_text, CODE_PREFIX, 3);
	n = base64_encode((const uint8_t *)b.p + domain, b.len - domain, true, ret_text + 3,
			  CODE_TEXT_MAX - 3);
	return n < 0 ? -EINVAL : n + 3;
}
