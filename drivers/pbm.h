// SPDX-License-Identifier: Apache-2.0
/*
 * A black and white picture from a PBM file (netpbm's P1, text, and P4, packed): the shop's logo.
 * Pure; the caller reads the file and owns the picture. -EBADMSG with a constant in *ret_what
 * when the file is none, is broken or ends too early, -EMSGSIZE when it is larger than a slip
 * can use. What is in the picture is undefined then.
 *
 * Source: netpbm's pbm(5): rows from the top, the leftmost dot in the highest bit, 1 is black,
 * `#` begins a comment in the header.
 */
#ifndef LADA_DRIVERS_PBM_H
#define LADA_DRIVERS_PBM_H

#include "firmware/base/bytes.h"

#define PBM_WIDTH_MAX  640 /* dots; the widest paper here has 576 */
#define PBM_HEIGHT_MAX 480 /* 6 cm at 203 dpi */
#define PBM_ROW_MAX    (PBM_WIDTH_MAX / 8)
#define PBM_FILE_MAX   (2 * PBM_WIDTH_MAX * PBM_HEIGHT_MAX + 4096) /* as text with blanks */

struct pbm {
	int width, height;
	int row_bytes;
	uint8_t rows[PBM_HEIGHT_MAX * PBM_ROW_MAX]; /* dots behind the width are white */
};

int pbm_read(struct slice file, struct pbm *ret_picture, const char **ret_what);

#endif
