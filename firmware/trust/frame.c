// SPDX-License-Identifier: Apache-2.0
#include "firmware/trust/frame.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#define FRAME_PREFIX	   "LS1 "
#define FRAME_DOMAIN	   "lada-frame-1 "
#define SIGNATURE_TEXT_MAX 89 /* base64 of 64 bytes and a NUL */

int frame_open(struct slice payload, struct frame *ret_frame)
{
	struct frame f = { .is_signed = true };
	const char *lf, *space;
	struct slice head;

	if (!slice_starts(payload, FRAME_PREFIX)) {
		*ret_frame = (struct frame){ .json = payload };
		return 0;
	}
	lf = memchr(payload.p, '\n', payload.n);
	if (!lf)
		return -EBADMSG;
	head = (struct slice){ payload.p + 4, (size_t)(lf - payload.p) - 4 };
	space = memchr(head.p, ' ', head.n);
	if (!space || slice_copy((struct slice){ head.p, (size_t)(space - head.p) }, f.kid,
				 sizeof(f.kid)) < 0)
		return -EBADMSG;
	if (!id_valid(slice_of(f.kid)))
		return -EBADMSG;
	space++;
	head = (struct slice){ space, (size_t)(lf - space) };
	if (base64_decode(head, false, f.signature, sizeof(f.signature)) !=
	    (int)sizeof(f.signature))
		return -EBADMSG;
	f.json = (struct slice){ lf + 1, payload.n - (size_t)(lf + 1 - payload.p) };
	*ret_frame = f;
	return 0;
}

/* The bytes that are signed; false when scratch is too small. */
static bool compose(const char *topic, struct slice json, struct buf *scratch)
{
	buf_reset(scratch);
	buf_text(scratch, FRAME_DOMAIN);
	buf_text(scratch, topic);
	buf_byte(scratch, '\n');
	buf_slice(scratch, json);
	return !scratch->overflow;
}

bool frame_verify(const struct frame *f, const char *topic,
		  const uint8_t public_key[TRUST_PUBLIC_BYTES], struct buf *scratch)
{
	if (!f->is_signed || !compose(topic, f->json, scratch))
		return false;
	return crypto_sign_verify_detached(f->signature, (const uint8_t *)scratch->p, scratch->len,
					   public_key) == 0;
}

void frame_sign(const char *kid, const struct trust_pair *pair, const char *topic,
		struct slice json, struct buf *scratch, struct buf *ret_payload)
{
	uint8_t signature[64];
	char base64[SIGNATURE_TEXT_MAX];

	buf_reset(ret_payload);
	if (!compose(topic, json, scratch)) {
		ret_payload->overflow = true;
		return;
	}
	crypto_sign_detached(signature, NULL, (const uint8_t *)scratch->p, scratch->len,
			     pair->secret_key);
	if (base64_encode(signature, sizeof(signature), false, base64, sizeof(base64)) < 0) {
		ret_payload->overflow = true;
		return;
	}
	buf_text(ret_payload, FRAME_PREFIX);
	buf_text(ret_payload, kid);
	buf_byte(ret_payload, ' ');
	buf_text(ret_payload, base64);
	buf_byte(ret_payload, '\n');
	buf_slice(ret_payload, json);
}
