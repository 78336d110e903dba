// SPDX-License-Identifier: Apache-2.0
/*
 * A QR symbol (level M, quiet zone of 4 modules) as PNG, SVG and terminal text.
 */
#ifndef LADA_SYNC_HQ_QR_H
#define LADA_SYNC_HQ_QR_H

#include <stdio.h>

#define QR_QUIET     4
#define QR_MODULE_PX 8

/* Each returns 0 or negative errno. */
int qr_png(const char *text, const char *path);
int qr_svg(const char *text, const char *path);
/* Two modules a character, light ones as blocks: for dark terminals. */
int qr_terminal(const char *text, FILE *out);

#endif
