// SPDX-License-Identifier: Apache-2.0
/*
 * A document (firmware/base/doc.h) to ESC/POS bytes by a printer's profile. Pure. The job begins
 * with ESC @, FS . (clones would read 0x80 and above as double-byte text), ESC R 0 (a memory switch
 * may have put another country's letters in the places of # $ @ [ \ ] ^ ` { | } ~) and GS a
 * (ESC @ may have turned automatic status off). It has no fence: that is the driver's.
 *
 * No byte sequence that a printer takes for a real-time command (DLE EOT, ENQ or DC4) is in what
 * is made here: text has no control characters, lengths are chosen so, a dot is set in a raster
 * (escpos_raster.h), and a symbol whose data would have one is drawn. A test holds it to that.
 *
 * A QR code or bar code that does not fit across the paper, or is none, is said in words: "[QR]"
 * or "[|||]" and the text of it.
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

/* Inside the encoder: symbols and the logo, at the start of a line. False: it does not fit or is
 * none, and nothing was written. */
#define ESCPOS_BELOW_MAX 84
bool escpos_put_qr(struct buf *out, const struct printer_profile *profile, struct slice text);
/* EAN-13 of 12 or 13 digits, EAN-8 of 7 or 8. */
bool escpos_put_ean(struct buf *out, const struct printer_profile *profile, struct slice digits);
/* ret_below: text to print below bars that were drawn here, else "". */
bool escpos_put_code128(struct buf *out, const struct printer_profile *profile, struct slice text,
			char ret_below[ESCPOS_BELOW_MAX]);
void escpos_put_logo(struct buf *out, const struct printer_profile *profile);

#endif
