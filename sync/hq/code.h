// SPDX-License-Identifier: Apache-2.0
/*
 * `lada-hq code`: signing a pickup code for an order.
 */
#ifndef LADA_SYNC_HQ_CODE_H
#define LADA_SYNC_HQ_CODE_H

#include "firmware/trust/code.h"
#include "sync/hq/hq.h"

/*
 * Signs with the pickup key `kid`, KEYRING_NEWEST for the newest. `store` NULL: the store that
 * holds the order. A body's `code_nonce` is used, else a random one. The order may be unknown when
 * its store is named. 0 or negative errno with *ret_what.
 */
int code_make(struct hq *hq, const char *order, const char *store, uint32_t expires_s, int kid,
	      char ret_text[CODE_TEXT_MAX], const char **ret_what);
/* "0" never; seconds from now, also below 0; from 1000000000 on Unix seconds; or RFC 3339. 0 or
 * -EINVAL. */
int code_expiry(const char *text, int64_t now_s, uint32_t *ret_expires_s);

#endif
