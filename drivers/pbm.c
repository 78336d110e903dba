// SPDX-License-Identifier: Apache-2.0
#include "drivers/pbm.h"

#include <errno.h>
#include <string.h>

struct reader {
	struct slice file;
	size_t at;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

static void skip_blanks(struct reader *r)
{
	bool comment = false;

	for (; r->at < r->file.n; r->at++) {
		const char c = r->file.p[r->at];

		if (comment)
			comment = c != '\n';
		else if (c == '#')
			comment = true;
		else if (!is_blank(c))
			return;
	}
}

/* A number of the header; -1 when there is none. Stops growing far above every limit. */
static int number(struct reader *r)
{
	int n = -1;

	skip_blanks(r);
	for (; r->at < r->file.n; r->at++) {
		const char c = r->file.p[r->at];

		if (c < '0' || c > '9')
			break;
		n = (n < 0 ? 0 : n) * 10 + (c - '0');
		if (n > 1000000)
			n = 1000000;
	}
	return n;
}

/* P1: a digit a dot, blanks between them or not. */
static bool read_text(struct reader *r, struct pbm *picture)
{
	memset(picture->rows, 0, sizeof(picture->rows));
	for (int y = 0; y < picture->height; y++) {
		for (int x = 0; x < picture->width; x++) {
			skip_blanks(r);
			if (r->at >= r->file.n ||
			    (r->file.p[r->at] != '0' && r->file.p[r->at] != '1'))
				return false;
			if (r->file.p[r->at++] == '1')
				picture->rows[y * picture->row_bytes + x / 8] |=
					(uint8_t)(0x80 >> x % 8);
		}
	}
	return true;
}

/* P4: one blank behind the header, then the rows; the rest of a row's last byte means nothing. */
static void read_packed(const struct reader *r, struct pbm *picture)
{
	const size_t n = (size_t)(picture->row_bytes * picture->height);
	const uint8_t keep = (uint8_t)(0xff << (picture->row_bytes * 8 - picture->width));

	memcpy(picture->rows, r->file.p + r->at + 1, n);
	for (int y = 1; y <= picture->height; y++)
		picture->rows[y * picture->row_bytes - 1] &= keep;
}

int pbm_read(struct slice file, struct pbm *ret_picture, const char **ret_what)
{
	struct reader r = { .file = file, .at = 2 };
	const bool packed = slice_starts(file, "P4");
	int width, height;

	*ret_what = "is no PBM picture: it does not begin with P1 or P4";
	if (!packed && !slice_starts(file, "P1"))
		return -EBADMSG;
	width = number(&r);
	height = number(&r);
	*ret_what = "is a PBM picture without a width and a height";
	if (width <= 0 || height <= 0)
		return -EBADMSG;
	*ret_what = "is larger than 640 x 480 dots";
	if (width > PBM_WIDTH_MAX || height > PBM_HEIGHT_MAX)
		return -EMSGSIZE;
	*ret_what = "is a PBM picture that ends too early or is broken";
	ret_picture->width = width;
	ret_picture->height = height;
	ret_picture->row_bytes = (width + 7) / 8;
	if (packed) {
		const size_t n = (size_t)(ret_picture->row_bytes * height);

		if (r.at >= file.n || !is_blank(file.p[r.at]) || file.n - r.at - 1 < n)
			return -EBADMSG;
		read_packed(&r, ret_picture);
	} else if (!read_text(&r, ret_picture)) {
		return -EBADMSG;
	}
	*ret_what = "";
	return 0;
}
