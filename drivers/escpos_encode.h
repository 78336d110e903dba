// SPDX-License-Identifier: Apache-2.0
/*
 * A document (firmware/base/doc.h) to ESC/POS bytes by a printer's profile. Pure. The job begins
 * with ESC @, FS . (clones would read 0x80 and above as double-byte text) and GS a (ESC @ may
 * have turned automatic status off). It has no fence: that is the driver's.
 *
 * No byte sequence that a printer takes for a real-time command (DLE EOT, ENQ or DC4) can be in
 * what is made here: text has no control characters, lengths are chosen so, and in a raster of
 * modules of two dots or more no byte is 0x10. A test holds it to that.
 *
 * Command bytes: Epson's command reference as collected in the makers' manuals.
 */
#ifndef LADA_DRIVERS_ESCPOS_ENCODE_H
#define LADA_DRIVERS_ESCPOS_ENCODE_H

#include "drivers/profile.h"

/* A printer that lost its link inside a raster or a symbol swallows so many bytes at most. */
#define ESCPOS_SWALLOW_MAX 8192

/* 0 or -EMSGSIZE. */
int escpos_encode(const struct printer_profile *profile, struct slice doc, struct buf *ret_bytes);

/* Inside the encoder: symbols, at the start of a line. False: it does not fit or is none. */
bool escpos_put_qr(struct buf *out, const struct printer_profile *profile, struct slice text);
bool escpos_put_ean13(struct buf *out, struct slice digits);

#endif
