// SPDX-License-Identifier: Apache-2.0
/*
 * Pickup codes (INTERFACES section 3): `L1.` and base64url of
 * u8 version=1 | u8 kid | u32be expires | u8 n, store[n] | u8 m, order[m] | nonce[8] | sig[64],
 * signed with Ed25519 over "lada-pickup-1" and all before sig.
 */
#ifndef LADA_TRUST_CODE_H
#define LADA_TRUST_CODE_H

#include "firmware/base/text.h"
#include "firmware/trust/keys.h"

#define CODE_TEXT_MAX 320 /* the longest code with its NUL: 3 + 4/3 * (16+64+64+64) */
#define CODE_NONCE_BYTES 8

struct pickup_code {
	uint8_t kid;
	uint32_t expires_s; /* Unix seconds, 0 = never */
	char store[ID_MAX + 1];
	char order[ID_MAX + 1];
	uint8_t nonce[CODE_NONCE_BYTES];
};

enum code_verdict {
	CODE_GOOD,
	CODE_NOT_ONE,	    /* does not begin like a pickup code */
	CODE_BROKEN,	    /* begins like one, cannot be read: treat as a bad signature */
	CODE_UNKNOWN_KEY,
	CODE_BAD_SIGNATURE,
};

/* Reads and verifies; the caller judges store and time. `L1.…` may stand alone or after a '#'
 * at the end of a URL. ret_code is written for GOOD, and its kid for UNKNOWN_KEY. */
enum code_verdict code_verify(struct slice text, const struct trust_keys *keys,
			      struct pickup_code *ret_code);
/* What it says, whoever signed it: nothing may be done by it but to refuse it. */
bool code_claims(struct slice text, struct pickup_code *ret_code);
/* Signs: the text's length or -EINVAL (an id is no id). */
int code_sign(const struct pickup_code *code, const struct trust_pair *pair,
	      char ret_text[CODE_TEXT_MAX]);

#endif
