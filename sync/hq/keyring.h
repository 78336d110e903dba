// SPDX-License-Identifier: Apache-2.0
/*
 * Signing keys. The file keeps the 32-byte seeds; it is readable by its owner only. Of several
 * keys of a purpose HQ signs with the newest that is in use, so stations must know a new one
 * first: by a line in their keys file, or by policy `keys`, which keyring_publish() writes and
 * which goes out signed by the key before it.
 *
 * A new key is `used` at once, or `later`: announced, and used from keyring_use() on. A withdrawn
 * one signs nothing, and policy `keys` tells stations not to believe it.
 */
#ifndef LADA_SYNC_HQ_KEYRING_H
#define LADA_SYNC_HQ_KEYRING_H

#include <stdio.h>

#include "firmware/trust/keys.h"
#include "sync/hq/hq.h"

#define KEYRING_LINE_MAX    128
#define KEYRING_PURPOSE_MAX 16
#define KEYRING_NEWEST	    -1

bool keyring_purpose_valid(const char *purpose);
/* Makes a key; kid -1 takes the next free. Writes its line for the keys file, without LF.
 * -EEXIST: kid and purpose are taken; -ENOSPC: no kid is left; -EIO. */
int keyring_make(struct hq *hq, const char *purpose, int kid, bool later,
		 char ret_line[KEYRING_LINE_MAX]);
/* The newest key of a purpose, or the one of this number: 0 or -ENOENT (none, or withdrawn). */
int keyring_load(struct hq *hq, const char *purpose, int kid, uint8_t *ret_kid,
		 struct trust_pair *ret_pair);
/* The public key that policy `lanes` of this store lists for the lane: 0; -ENOENT: its frames
 * need no signature; -EACCES: others have keys there, and this lane is not listed at all. */
int keyring_lane(struct hq *hq, const char *store, const char *lane,
		 uint8_t ret_public[TRUST_PUBLIC_BYTES]);

/* Writes policy `keys` of every store, as records; the caller commits. Stores, or -EIO. */
int keyring_publish(struct hq *hq);
/* Both take purpose NULL for the one that has this kid: -ENOENT; -ENOTUNIQ: several have it. */
/* Stores told; -EBUSY: no other key of its purpose is in use; -EIO. */
int keyring_withdraw(struct hq *hq, int kid, const char *purpose);
/* HQ signs with it from now on: 0; -ENOENT also for a withdrawn one. */
int keyring_use(struct hq *hq, int kid, const char *purpose);
/* Lines for a keys file, each with its state as a comment. */
int keyring_list(struct hq *hq, FILE *out);

#endif
