// SPDX-License-Identifier: Apache-2.0
/* Version 4: whose order it is that was handed over, and what else stores did to orders. */
#ifndef LADA_SYNC_HQ_SCHEMA_FACTS_H
#define LADA_SYNC_HQ_SCHEMA_FACTS_H

extern const char schema_facts[];
/* Fifth step: what went back of payments. */
extern const char schema_refunds[];
extern const char schema_points[];

#endif
