// SPDX-License-Identifier: Apache-2.0
/* The tables, as a list of migrations; `PRAGMA user_version` counts those that were applied. */
#ifndef LADA_STORE_SCHEMA_H
#define LADA_STORE_SCHEMA_H

#include "firmware/base/bytes.h"

/* "LADA" as SQLite's application_id, so that another program's file is not taken for ours. */
#define SCHEMA_APPLICATION_ID 0x4c414441

size_t schema_version(void);
/* SQL that leads from version n to n + 1. */
const char *schema_migration(size_t n);

#endif
