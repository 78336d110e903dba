// SPDX-License-Identifier: Apache-2.0
/*
 * `lada-hq acl`: who may say what, as mosquitto's acl_file, and users for it.
 *
 * Every lane is a user of its own, named like its client id, `lada-STORE-LANE`; with
 * use_username_as_clientid the broker takes the client id from the identity, so nobody takes over
 * another's session. A lane hears HQ and its siblings, and speaks for itself alone; nothing of
 * another store. Each instance of HQ is a user as well.
 *
 * Lanes are those of policy `lanes`, in stores without it those that have been heard of, and
 * those named in the call.
 */
#ifndef LADA_SYNC_HQ_ACL_H
#define LADA_SYNC_HQ_ACL_H

#include <stdio.h>

#include "sync/hq/hq.h"

#define ACL_LANES_MAX	   200000
#define ACL_USER_MAX	   (2 * ID_MAX + 16)
#define ACL_PASSWORD_BYTES 24 /* random; as base64 in the file */

struct acl_wanted {
	const char *prefix;
	const char *const *hq; /* user names of HQ's instances; none: "hq" */
	int hq_count;
	const char *const *lane; /* further lanes, "STORE/LANE" */
	int lane_count;
};

bool acl_lane_valid(const char *text);
/* 0, -ENOMEM, -EIO, -E2BIG (ACL_LANES_MAX). */
int acl_print(struct hq *hq, const struct acl_wanted *wanted, FILE *out);
/* Writes two files, readable by their owner only: `path`, mosquitto's password_file, and
 * `path`.secrets with `USER PASSWORD` lines for the stations. Users that the second has already
 * keep their password. 0 or negative errno. */
int acl_users(struct hq *hq, const struct acl_wanted *wanted, const char *path);

#endif
