// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/codepage.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

static const struct {
	int number;
	const char *name;
} pages[] = {
	{ 0, "CP437" },	      { 2, "CP850" },	    { 3, "CP860" },	  { 4, "CP863" },
	{ 5, "CP865" },	      { 11, "CP851" },	    { 13, "CP857" },	  { 14, "CP737" },
	{ 15, "ISO-8859-7" }, { 16, "CP1252" },	    { 17, "CP866" },	  { 18, "CP852" },
	{ 19, "CP858" },      { 33, "CP775" },	    { 34, "CP855" },	  { 35, "CP861" },
	{ 36, "CP862" },      { 37, "CP864" },	    { 38, "CP869" },	  { 39, "ISO-8859-2" },
	{ 40, "ISO-8859-15" }, { 45, "CP1250" },    { 46, "CP1251" },	  { 47, "CP1253" },
	{ 48, "CP1254" },     { 51, "CP1257" },	    { 52, "CP1258" },
	{ 42, "CP774" },      { 43, "CP772" },	    { 44, "CP1125" },	  { 49, "CP1255" },
	{ 50, "CP1256" },     { 53, "RK1048" },
};

/* Page 1 is Epson's own: blocks and frames, half-width katakana at A1h..DFh, signs. */
#define PAGE_KATAKANA 1

static const uint32_t katakana_low[32] = {
	U'▁', U'▂', U'▃', U'▄', U'▅', U'▆', U'▇', U'█', U'▏', U'▎', U'▍',
	U'▌', U'▋', U'▊', U'▉', U'┼', U'┴', U'┬', U'┤', U'├', U'▔', U'─',
	U'│', U'▕', U'┌', U'┐', U'└', U'┘', U'╭', U'╮', U'╰', U'╯',
};

static const uint32_t katakana_high[32] = {
	U'═', U'╞', U'╪', U'╡', U'◢', U'◣', U'◥', U'◤', U'♠', U'♥', U'♦',
	U'♣', U'●', U'○', U'╱', U'╲', U'╳', U'円', U'年', U'月', U'日', U'時',
	U'分', U'秒', U'〒', U'市', U'区', U'町', U'村', U'人', U'▒',
};

/* Page 12, PC853 (Turkish), which iconv has not. */
#define PAGE_853 12

static const uint32_t page_853[128] = {
	U'Ç', U'ü', U'é', U'â', U'ä', U'à', U'ĉ', U'ç', U'ê', U'ë', U'è', U'ï', U'î', U'ì', U'Ä', U'Ĉ',
	U'É', U'ċ', U'Ċ', U'ô', U'ö', U'ò', U'û', U'ù', U'İ', U'Ö', U'Ü', U'ĝ', U'£', U'Ĝ', U'×', U'ĵ',
	U'á', U'í', U'ó', U'ú', U'ñ', U'Ñ', U'Ğ', U'ğ', U'Ĥ', U'ĥ', 0, U'½', U'Ĵ', U'ş', U'«', U'»',
	U'░', U'▒', U'▓', U'│', U'┤', U'Á', U'Â', U'À', U'Ş', U'╣', U'║', U'╗', U'╝', U'Ż', U'ż', U'┐',
	U'└', U'┴', U'┬', U'├', U'─', U'┼', U'Ŝ', U'ŝ', U'╚', U'╔', U'╩', U'╦', U'╠', U'═', U'╬', U'¤',
	0, 0, U'Ê', U'Ë', U'È', U'ı', U'Í', U'Î', U'Ï', U'┘', U'┌', U'█', U'▄', 0, U'Ì', U'▀',
	U'Ó', U'ß', U'Ô', U'Ò', U'Ġ', U'ġ', U'µ', U'Ħ', U'ħ', U'Ú', U'Û', U'Ù', U'Ŭ', U'ŭ', 0, U'´',
	0xAD, 0, U'ℓ', U'ŉ', U'˘', U'§', U'÷', U'¸', U'°', U'¨', U'˙', 0, U'³', U'²', U'■', 0xA0,
};

#define CHARSETS 14
#define PLACES 12

static const char places[PLACES + 1] = "#$@[\\]^`{|}~";

static const uint32_t charsets[CHARSETS][PLACES] = {
	{ U'#', U'$', U'@', U'[', U'\\', U']', U'^', U'`', U'{', U'|', U'}', U'~' },
	{ U'#', U'$', U'à', U'°', U'ç', U'§', U'^', U'`', U'é', U'ù', U'è', U'¨' },
	{ U'#', U'$', U'§', U'Ä', U'Ö', U'Ü', U'^', U'`', U'ä', U'ö', U'ü', U'ß' },
	{ U'£', U'$', U'@', U'[', U'\\', U']', U'^', U'`', U'{', U'|', U'}', U'~' },
	{ U'#', U'$', U'@', U'Æ', U'Ø', U'Å', U'^', U'`', U'æ', U'ø', U'å', U'~' },
	{ U'#', U'¤', U'É', U'Ä', U'Ö', U'Å', U'Ü', U'é', U'ä', U'ö', U'å', U'ü' },
	{ U'#', U'$', U'@', U'°', U'\\', U'é', U'^', U'ù', U'à', U'ò', U'è', U'ì' },
	{ U'₧', U'$', U'@', U'¡', U'Ñ', U'¿', U'^', U'`', U'¨', U'ñ', U'}', U'~' },
	{ U'#', U'$', U'@', U'[', U'¥', U']', U'^', U'`', U'{', U'|', U'}', U'~' },
	{ U'#', U'¤', U'É', U'Æ', U'Ø', U'Å', U'Ü', U'é', U'æ', U'ø', U'å', U'ü' },
	{ U'#', U'$', U'É', U'Æ', U'Ø', U'Å', U'Ü', U'é', U'æ', U'ø', U'å', U'ü' },
	{ U'#', U'$', U'á', U'¡', U'Ñ', U'¿', U'é', U'`', U'í', U'ñ', U'ó', U'ú' },
	{ U'#', U'$', U'á', U'¡', U'Ñ', U'¿', U'é', U'ü', U'í', U'ñ', U'ó', U'ú' },
	{ U'#', U'$', U'@', U'[', U'₩', U']', U'^', U'`', U'{', U'|', U'}', U'~' },
};

static uint32_t convert(iconv_t cd, char *bytes, size_t n)
{
	uint32_t codepoint = 0;
	char *out = (char *)&codepoint;
	size_t out_left = sizeof(codepoint);

	iconv(cd, NULL, NULL, NULL, NULL);
	if (iconv(cd, &bytes, &n, &out, &out_left) == (size_t)-1 || out_left || n)
		return 0;
	return codepoint;
}

static iconv_t converter(const char *name)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return iconv_open("UCS-4LE", name);
#else
	return iconv_open("UCS-4BE", name);
#endif
}

static void select_katakana(struct codepage *page)
{
	memcpy(page->upper, katakana_low, sizeof(katakana_low));
	page->upper[0x20] = 0;
	for (uint32_t i = 0x21; i < 0x60; i++)
		page->upper[i] = 0xFF61 + i - 0x21;
	memcpy(page->upper + 0x60, katakana_high, sizeof(katakana_high));
	page->number = PAGE_KATAKANA;
}

int codepage_select(struct codepage *page, int number)
{
	const char *name = NULL;
	iconv_t cd;

	if (number == PAGE_KATAKANA) {
		select_katakana(page);
		return 0;
	}
	if (number == PAGE_853) {
		memcpy(page->upper, page_853, sizeof(page_853));
		page->number = PAGE_853;
		return 0;
	}
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		if (pages[i].number == number)
			name = pages[i].name;
	if (!name)
		return -EINVAL;
	cd = converter(name);
	if (cd == (iconv_t)-1)
		return -EINVAL;
	for (int i = 0; i < 128; i++)
		page->upper[i] = convert(cd, &(char){ (char)(0x80 + i) }, 1);
	iconv_close(cd);
	page->number = number;
	return 0;
}

int codepage_select_charset(struct codepage *page, int charset)
{
	if (charset < 0 || charset >= CHARSETS)
		return -EINVAL;
	page->charset = charset;
	return 0;
}

uint32_t codepage_char(const struct codepage *page, uint8_t byte)
{
	const char *place;

	if (byte >= 0x80)
		return page->upper[byte - 0x80] ? page->upper[byte - 0x80] : '?';
	place = byte ? strchr(places, byte) : NULL;
	return place ? charsets[page->charset][place - places] : byte;
}

uint32_t codepage_wide(uint8_t first, uint8_t second)
{
	char bytes[2] = { (char)first, (char)second };
	iconv_t cd = converter("GB18030");
	uint32_t codepoint;

	if (cd == (iconv_t)-1)
		return '?';
	codepoint = convert(cd, bytes, sizeof(bytes));
	iconv_close(cd);
	return codepoint ? codepoint : '?';
}
