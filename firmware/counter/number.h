// SPDX-License-Identifier: Apache-2.0
/*
 * Numbers of papers, as people read them: `ZW 17/k1/1NG4T02` is the 17th return that lane k1 took
 * under the database of that epoch. The epoch is in Crockford's base 32 (no I, L, O, U), so a
 * database that was put back counts from 1 again and no number repeats. Pure.
 */
#ifndef LADA_COUNTER_NUMBER_H
#define LADA_COUNTER_NUMBER_H

#include "firmware/base/text.h"

#define NUMBER_RETURN	 "ZW"  /* zwrot */
#define NUMBER_COMPLAINT "SPR" /* reklamacja: sprawa */
#define NUMBER_SHIFT	 "ZM"  /* zmiana */

#define NUMBER_TEXT_MAX 112

void number_text(const char *kind, int64_t n, const char *lane, int64_t epoch,
		 char dst[NUMBER_TEXT_MAX]);

#endif
