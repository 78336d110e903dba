// SPDX-License-Identifier: Apache-2.0
/*
 * Numbers on papers that never repeat: "ZM 17/k1/1NG679N" is the kind, the number of that kind
 * under the lane's epoch, the lane, and the epoch in base 32. A database that was put back opens
 * an epoch that never was, so what it counts again gets another number. Pure.
 */
#ifndef LADA_COUNTER_NUMBER_H
#define LADA_COUNTER_NUMBER_H

#include "firmware/base/text.h"

#define NUMBER_TEXT_MAX (ID_MAX + 48)

/* `kind`: "ZM" a shift, "ZW" a return, "SPR" a complaint. */
void number_text(const char *kind, int64_t n, const char *lane, int64_t epoch,
		 char dst[NUMBER_TEXT_MAX]);

#endif
