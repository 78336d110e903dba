// SPDX-License-Identifier: Apache-2.0
/*
 * A QR code for a screen that draws it itself: its modules as text. Printers and displays make
 * their own. Needs libqrencode's heap for a moment.
 */
#ifndef LADA_DRIVERS_QR_H
#define LADA_DRIVERS_QR_H

#include "firmware/base/bytes.h"

#define QR_SIDE_MAX 97 /* modules: version 20, some 600 bytes of text */

/* Member `name`: a list of rows, each a text of 0 and 1 (dark), without the quiet zone; null where
 * the text is too long or there is no memory. */
void qr_write(struct buf *b, const char *name, const char *text);

#endif
