// SPDX-License-Identifier: Apache-2.0
/*
 * The tables of HQ's file, and the temporary ones of one connection.
 */
#ifndef LADA_SYNC_HQ_SCHEMA_H
#define LADA_SYNC_HQ_SCHEMA_H

extern const char schema_file[];
extern const char schema_session[];

#endif
