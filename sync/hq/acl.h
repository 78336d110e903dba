// SPDX-License-Identifier: Apache-2.0
/*
 * `lada-hq acl`: who may say what, as mosquitto's acl_file. Every store has a user of its id,
 * which its lanes share, and HQ has the user `hq`. A store may hear HQ and its own lanes, and
 * write for its own lanes; nothing of another store.
 */
#ifndef LADA_SYNC_HQ_ACL_H
#define LADA_SYNC_HQ_ACL_H

#include <stdio.h>

void acl_print(const char *prefix, FILE *out);

#endif
