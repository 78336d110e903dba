// SPDX-License-Identifier: Apache-2.0
/* The Polish tax number (NIP): ten digits, the last one a check. Pure. */
#ifndef LADA_COUNTER_NIP_H
#define LADA_COUNTER_NIP_H

#include "firmware/base/bytes.h"

#define NIP_MAX 11 /* ten digits and a NUL */

/* As people write it: "526-025-09-95", "PL 5260250995". False: it is none, or a digit is wrong. */
bool nip_read(struct slice typed, char ret_nip[NIP_MAX]);

#endif
