// SPDX-License-Identifier: Apache-2.0
/*
 * GS1 Digital Link: a web address that carries AIs, https://HOST[/STEM]/01/GTIN/10/LOT?17=YYMMDD.
 * Pure and bounded. Sources: GS1 Digital Link Standard, URI Syntax; keys and the order of their
 * qualifiers are in the AI table (gs1.h). Releases 1.0 and 1.1 had words in place of some AIs
 * (/gtin/…/lot/…?exp=…); they are read as the AIs they stand for, in any case of letters, but in a
 * query only behind a key that is a word: there a shop's own parameter may have such a name.
 *
 * The compressed form is not read, for nothing in it has a check digit until it is unpacked: at
 * GS1's own resolver, where a path can be nothing else, it is FAULT_COMPRESSED; elsewhere it looks
 * like any address and is a plain text.
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
