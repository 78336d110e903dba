// SPDX-License-Identifier: Apache-2.0
/*
 * Third step of HQ's schema: commands, handovers and doubles, the state of keys, and what
 * lanes say of their streams. Kept apart from schema.c for its length.
 */
#ifndef LADA_SYNC_HQ_SCHEMA_OPS_H
#define LADA_SYNC_HQ_SCHEMA_OPS_H

extern const char schema_ops[];

#endif
