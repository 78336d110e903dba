// SPDX-License-Identifier: Apache-2.0
/*
 * Key rotation: what policy `keys` changes about the pinned keys of HQ. Pure; the caller sees to
 * it that the policy came signed. -EINVAL and a constant reason for a policy that says nothing
 * sensible, or that would leave no key to sign the next one with.
 */
#ifndef LADA_TRUST_ROTATE_H
#define LADA_TRUST_ROTATE_H

#include "firmware/base/json.h"
#include "firmware/trust/keys.h"

struct trust_change {
	struct trust_keys added;
	struct trust_keys withdrawn; /* kid and purpose count */
};

/* `{"add":[{"kid","purpose","key"}],"withdrawn":[{"kid","purpose"}]}`, either may be absent. */
int trust_change_read(struct json body, struct trust_change *ret_change, const char **ret_why);
/* The keys that are valid: pinned or added, and not withdrawn. -EINVAL: too many, or one KID with
 * two keys. */
int trust_change_apply(const struct trust_keys *pinned, const struct trust_change *change,
		       struct trust_keys *ret_keys, const char **ret_why);

#endif
