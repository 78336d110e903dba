// SPDX-License-Identifier: Apache-2.0
#include <iconv.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/escpos_paper.h"

static const char *page_name(int number)
{
	static const struct {
		int number;
		const char *name;
	} numbers[] = { { 0, "CP437" },	  { 16, "CP1252" }, { 17, "CP866" },  { 18, "CP852" },
			{ 19, "CP858" },  { 45, "CP1250" }, { 46, "CP1251" }, { 28, "CP1251" },
			{ 23, "CP1251" }, { 47, "CP1250" } };

	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		if (numbers[i].number == number)
			return numbers[i].name;
	fail_msg("code page number %d", number);
	return NULL;
}

static void show(struct paper *paper, uint8_t byte)
{
	char in = (char)byte, *from = &in, utf8[8], *to = utf8;
	size_t in_left = 1, out_left = sizeof(utf8);
	iconv_t cd = iconv_open("UTF-8", page_name(paper->page));

	if (paper->at_start && paper->size)
		buf_byte(&paper->out, '#');
	if (paper->at_start && paper->bold)
		buf_byte(&paper->out, '*');
	paper->at_start = false;
	assert_int_equal(iconv(cd, &from, &in_left, &to, &out_left), 0);
	buf_add(&paper->out, utf8, (size_t)(to - utf8));
	iconv_close(cd);
}

static size_t read_raster(struct paper *paper, const uint8_t *p)
{
	const int across = p[4] | p[5] << 8, rows = p[6] | p[7] << 8;

	assert_int_equal(p[2], '0');
	assert_int_equal(p[3], 0);
	if (across != paper->row_bytes)
		paper->row_count = 0; /* another picture */
	assert_true(across * 8 <= paper->profile->dots);
	assert_true(8 + rows * across <= ESCPOS_SWALLOW_MAX);
	paper->row_bytes = across;
	paper->rasters++;
	for (int i = 0; i < rows; i++) {
		assert_true(paper->row_count < PAPER_ROWS_MAX);
		memcpy(paper->rows[paper->row_count++], p + 8 + i * across, (size_t)across);
	}
	return 8 + (size_t)(across * rows);
}

static size_t read_symbol(struct paper *paper, const uint8_t *p)
{
	const size_t n = (size_t)(p[3] | p[4] << 8);

	assert_int_equal(p[2], 'k');
	assert_int_equal(p[5], 49);
	if (p[6] == 80) {
		assert_true(n - 3 < sizeof(paper->symbol));
		memcpy(paper->symbol, p + 8, n - 3);
		paper->symbol[n - 3] = '\0';
	}
	if (p[6] == 69)
		assert_int_equal(p[7], 49); /* level M */
	return 5 + n;
}

/* The older forms end with NUL, the newer ones say how long they are. */
static size_t read_barcode(struct paper *paper, const uint8_t *p)
{
	const bool counted = p[2] > 6;
	const size_t n = counted ? p[3] : strlen((const char *)p + 3);

	assert_true(n < sizeof(paper->barcode));
	memcpy(paper->barcode, p + 3 + counted, n);
	paper->barcode[n] = '\0';
	return 4 + n;
}

static size_t read_gs(struct paper *paper, const uint8_t *p)
{
	switch (p[1]) {
	case 'a':
	case 'h':
	case 'w':
	case 'H':
	case 'f':
		return 3;
	case '!':
		paper->size = p[2];
		return 3;
	case 'V':
		paper->cuts++;
		return p[2] == 66 ? 4 : 3;
	case 'v':
		return read_raster(paper, p);
	case '(':
		return read_symbol(paper, p);
	case 'k':
		return read_barcode(paper, p);
	default:
		fail_msg("GS %02x", p[1]);
		return 0;
	}
}

static size_t read_esc(struct paper *paper, const uint8_t *p)
{
	switch (p[1]) {
	case '@':
		return 2;
	case 't':
		paper->page = p[2];
		paper->switches++;
		return 3;
	case 'a':
		assert_true(paper->at_start);
		paper->align = p[2];
		return 3;
	case 'E':
		paper->bold = p[2];
		return 3;
	case 'd':
		paper->feeds += p[2];
		return 3;
	case 'J':
		return 3;
	case 'R':
		assert_int_equal(p[2], 0);
		return 3;
	case 'p':
		paper->pulses++;
		paper->pin = p[2];
		assert_true(p[3] * 2 <= 200);
		return 5;
	default:
		fail_msg("ESC %02x", p[1]);
		return 0;
	}
}

/* DLE EOT, ENQ, DC4 must stand nowhere, whatever they are part of. */
static void check_no_realtime(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i + 1 < n; i++)
		if (p[i] == 0x10 && (p[i + 1] == 4 || p[i + 1] == 5 || p[i + 1] == 0x14))
			fail_msg("a real-time command at byte %zu", i);
}

static void read_all(struct paper *paper, const uint8_t *p, size_t n)
{
	size_t at = 0;

	while (at < n) {
		if (p[at] == 0x1b) {
			at += read_esc(paper, p + at);
		} else if (p[at] == 0x1d) {
			at += read_gs(paper, p + at);
		} else if (p[at] == 0x1c) {
			assert_int_equal(p[at + 1], '.');
			at += 2;
		} else if (p[at] == '\n') {
			buf_byte(&paper->out, '\n');
			paper->at_start = true;
			at++;
		} else {
			assert_true(p[at] >= 0x20);
			show(paper, p[at++]);
		}
	}
	assert_int_equal(at, n);
}

struct slice paper_encode(struct paper *paper, const struct printer_profile *profile,
			  const char *doc)
{
	struct buf b;

	buf_init(&b, paper->encoded, sizeof(paper->encoded));
	assert_int_equal(escpos_encode(profile, slice_of(doc), &b), 0);
	check_no_realtime((const uint8_t *)b.p, b.len);
	return buf_read(&b);
}

const char *paper_print(struct paper *paper, const struct printer_profile *profile, const char *doc)
{
	struct slice bytes;

	memset(paper, 0, sizeof(*paper));
	bytes = paper_encode(paper, profile, doc);
	paper->profile = profile;
	paper->at_start = true;
	buf_init(&paper->out, paper->text, sizeof(paper->text));
	read_all(paper, (const uint8_t *)bytes.p, bytes.n);
	assert_int_equal(paper->size, 0);
	assert_int_equal(paper->bold, 0);
	assert_int_equal(paper->align, 0);
	return buf_str(&paper->out);
}

bool paper_dot(const struct paper *paper, int x, int y)
{
	return paper->rows[y][x / 8] & (0x80 >> x % 8);
}

void paper_zbar(const struct paper *paper, const char *options, char *dst, size_t cap)
{
	char name[] = "/tmp/lada-paper-XXXXXX", command[160];
	const int fd = mkstemp(name);
	size_t n;
	FILE *f;

	assert_true(fd >= 0);
	f = fdopen(fd, "wb");
	fprintf(f, "P4\n%d %d\n", paper->row_bytes * 8, paper->row_count);
	for (int i = 0; i < paper->row_count; i++)
		fwrite(paper->rows[i], 1, (size_t)paper->row_bytes, f);
	fclose(f);
	snprintf(command, sizeof(command), "zbarimg -q --raw --nodbus %s pbm:%s 2>/dev/null",
		 options, name);
	f = popen(command, "r");
	assert_non_null(f);
	n = fread(dst, 1, cap - 1, f);
	dst[n] = '\0';
	assert_int_equal(pclose(f), 0);
	unlink(name);
}

const struct printer_profile *paper_profile(const char *name)
{
	return profile_find(slice_of(name));
}
