// SPDX-License-Identifier: Apache-2.0
/*
 * Signed frames (INTERFACES section 4): `LS1 KID BASE64(sig)` LF JSON, sig = Ed25519 over
 * "lada-frame-1 " TOPIC LF JSON. The pipe is not trusted; a signed frame is.
 */
#ifndef LADA_TRUST_FRAME_H
#define LADA_TRUST_FRAME_H

#include "firmware/base/text.h"
#include "firmware/trust/keys.h"

#define FRAME_TOPIC_MAX 512
#define FRAME_MESSAGE_MAX (1024 * 1024) /* a message of any kind, bytes */

struct frame {
	bool is_signed;
	char kid[ID_MAX + 1];
	uint8_t signature[64];
	struct slice json; /* borrows the payload */
};

/* Splits a payload: 0 or -EBADMSG (starts like a frame, is none). No signature is checked. */
int frame_open(struct slice payload, struct frame *ret_frame);
/* `scratch` holds topic and JSON for one contiguous message: FRAME_MESSAGE_MAX +
 * FRAME_TOPIC_MAX bytes. */
bool frame_verify(const struct frame *f, const char *topic,
		  const uint8_t public_key[TRUST_PUBLIC_BYTES], struct buf *scratch);
/* Writes the whole signed payload into ret_payload; check its overflow. */
void frame_sign(const char *kid, const struct trust_pair *pair, const char *topic,
		struct slice json, struct buf *scratch, struct buf *ret_payload);

#endif
