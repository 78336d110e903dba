// SPDX-License-Identifier: Apache-2.0
/*
 * GS1 Digital Link: a web address that carries AIs, https://HOST[/STEM]/01/GTIN/10/LOT?17=YYMMDD.
 * Pure and bounded. Uncompressed forms only. Source: GS1 Digital Link Standard, URI Syntax; keys
 * and the order of their qualifiers are in the AI table (gs1.h).
 */
#ifndef LADA_COUNTER_DIGITAL_LINK_H
#define LADA_COUNTER_DIGITAL_LINK_H

#include "firmware/counter/gs1.h"

/* Values are decoded into memory that the caller keeps as long as the elements. */
struct digital_link_memory {
	size_t n;
	char text[2048];
};

/* False: a plain address or another text. True: it means to be a Digital Link; what is wrong with
 * it is in ret_gs1->fault. In a path GTINs may leave out leading zeros. */
bool digital_link_read(struct slice text, struct digital_link_memory *memory, struct gs1 *ret_gs1);

#endif
