// SPDX-License-Identifier: Apache-2.0
/*
 * Signing keys. The file keeps the 32-byte seeds; it is readable by its owner only. Of several
 * keys of a purpose HQ signs with the newest, so a new one must be in the stations' keys files
 * before it is made here with --kid, or stations will not believe it.
 */
#ifndef LADA_SYNC_HQ_KEYRING_H
#define LADA_SYNC_HQ_KEYRING_H

#include "firmware/trust/keys.h"
#include "sync/hq/hq.h"

#define KEYRING_LINE_MAX 128

bool keyring_purpose_valid(const char *purpose);
/* Makes a key; kid -1 takes the next free. Writes its line for the keys file, without LF.
 * -EEXIST: kid and purpose are taken; -ENOSPC: no kid is left; -EIO. */
int keyring_make(struct hq *hq, const char *purpose, int kid, char ret_line[KEYRING_LINE_MAX]);
/* The newest key of a purpose: 0 or -ENOENT. */
int keyring_load(struct hq *hq, const char *purpose, uint8_t *ret_kid, struct trust_pair *ret_pair);
/* The public key that policy `lanes` of this store lists for the lane: 0 or -ENOENT. */
int keyring_lane(struct hq *hq, const char *store, const char *lane,
		 uint8_t ret_public[TRUST_PUBLIC_BYTES]);

#endif
