// SPDX-License-Identifier: Apache-2.0
#include "drivers/qr.h"

#include <qrencode.h>

#include "firmware/base/json.h"

void qr_write(struct buf *b, const char *name, const char *text)
{
	QRcode *qr = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
	char row[QR_SIDE_MAX + 1];

	if (!qr || qr->width > QR_SIDE_MAX) {
		jw_null(b, name);
		QRcode_free(qr);
		return;
	}
	jw_open(b, name, '[');
	for (int y = 0; y < qr->width; y++) {
		for (int x = 0; x < qr->width; x++)
			row[x] = qr->data[y * qr->width + x] & 1 ? '1' : '0';
		row[qr->width] = '\0';
		jw_str(b, NULL, row);
	}
	jw_close(b, ']');
	QRcode_free(qr);
}
