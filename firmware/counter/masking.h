// SPDX-License-Identifier: Apache-2.0
/*
 * What who may see of a person. Pure. Nobody's name, number or words stand on a screen but through
 * shown(): staff see what they need to serve, the customer's screen less, a technician nothing that
 * says who it is.
 *
 *                 customer    clerk       supervisor  service
 *   name          Anna K.     Anna K.     whole       A. K.
 *   phone         -           •••417      •••417      -
 *   card          -           -           ****0017    -
 *   e-mail        -           a•••@x.pl   a•••@x.pl   -
 *   free text     -           numbers and addresses in it masked     -
 */
#ifndef LADA_COUNTER_MASKING_H
#define LADA_COUNTER_MASKING_H

#include "firmware/base/bytes.h"

enum viewer { VIEWER_CUSTOMER, VIEWER_CLERK, VIEWER_SUPERVISOR, VIEWER_SERVICE };
enum personal { PERSONAL_NAME, PERSONAL_PHONE, PERSONAL_CARD, PERSONAL_EMAIL, PERSONAL_TEXT };

/* What is shown of it; false: nothing (dst is ""). What does not fit is cut between letters. */
bool shown(enum personal what, enum viewer who, const char *text, char *dst, size_t cap);

#endif
