// SPDX-License-Identifier: Apache-2.0
/*
 * The lanes an access list is for, sorted, each once. Owned by the caller: acl_lanes_free().
 */
#ifndef LADA_SYNC_HQ_ACL_LANES_H
#define LADA_SYNC_HQ_ACL_LANES_H

#include "sync/hq/acl.h"

struct acl_lane {
	char store[ID_MAX + 1];
	char lane[ID_MAX + 1];
};

struct acl_lanes {
	struct acl_lane *lane;
	size_t count, cap;
};

int acl_lanes_find(struct hq *hq, const struct acl_wanted *wanted, struct acl_lanes *ret_lanes);
void acl_lanes_free(struct acl_lanes *lanes);
/* `lada-STORE-LANE`. */
void acl_lane_user(const struct acl_lane *lane, char dst[ACL_USER_MAX]);

#endif
