// SPDX-License-Identifier: Apache-2.0
/*
 * Second piece of HQ's schema: commands, handovers and doubles, the state of keys, and what
 * lanes say of their streams. A file of version 1 gets it when it is opened. Kept apart from
 * schema.c because that is what shipped first.
 */
#ifndef LADA_SYNC_HQ_SCHEMA_OPS_H
#define LADA_SYNC_HQ_SCHEMA_OPS_H

extern const char schema_ops[];

#endif
