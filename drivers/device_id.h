// SPDX-License-Identifier: Apache-2.0
/*
 * What a USB printer says of itself: `KEY:value;KEY:value;` of IEEE 1284, as GET_DEVICE_ID gives
 * it. Pure, bounded by what is given; slices borrow it. Nothing fails: what is not there is "".
 *
 * The languages: device ids as public drivers list them (HP, Brother, Samsung, Canon, Epson
 * inkjets, Zebra). Receipt printers say ESC/POS or EPSON; boards sold under many names say that,
 * or nothing, or a word of their own (XPP, XL), so only what is surely for pages is told apart.
 */
#ifndef LADA_DRIVERS_DEVICE_ID_H
#define LADA_DRIVERS_DEVICE_ID_H

#include "firmware/base/bytes.h"

/* Of a key and its long form: "MDL", "MODEL". */
struct slice device_id_value(struct slice id, const char *key, const char *long_key);

/* The first language for pages or labels it names, a constant ("PCL"); "" when it names none, or
 * a receipt printer's as well. */
const char *device_id_language(struct slice id);

#endif
