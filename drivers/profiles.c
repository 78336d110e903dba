// SPDX-License-Identifier: Apache-2.0
#include "drivers/profile.h"

#include <string.h>
#include <strings.h>

/*
 * Code pages. PC852 is 18 and WPC1252 is 16 nearly everywhere; WPC1250 is 45 on Epson, 47 on
 * Bixolon, 72 or 30 on others, WPC1251 is 46, 28, 23 or 6, PC866 is 17 or 7. A printer that has
 * no page of a number stays with the last one, and would print wrong letters. So a model that
 * nobody knows gets the two pages that are sure, a page about which sources disagree is left out,
 * and what the pages lack is drawn.
 */
#define PAGES(...)                                                                                 \
	.pages = { __VA_ARGS__ },                                                                  \
	.page_count =                                                                              \
		sizeof((const struct profile_page[]){ __VA_ARGS__ }) / sizeof(struct profile_page)
#define PAGES_EPSON                                                                                \
	PAGES({ CODEPAGE_852, 18 }, { CODEPAGE_1250, 45 }, { CODEPAGE_1251, 46 },                  \
	      { CODEPAGE_858, 19 }, { CODEPAGE_1252, 16 }, { CODEPAGE_866, 17 })
#define PAGES_OLDER                                                                                \
	PAGES({ CODEPAGE_852, 18 }, { CODEPAGE_858, 19 }, { CODEPAGE_1252, 16 },                   \
	      { CODEPAGE_866, 17 })
#define PAGES_SURE PAGES({ CODEPAGE_852, 18 }, { CODEPAGE_1252, 16 })

/* 80 mm paper at 203 and at 180 dpi, 58 mm at 203 dpi. */
#define PAPER_80     .columns = 48, .dots = 576, .dpi = 203
#define PAPER_80_180 .columns = 42, .dots = 512, .dpi = 180
#define PAPER_58     .columns = 32, .dots = 384, .dpi = 203

/* The cutter: it feeds to its blade by itself, or cuts where the paper stands after some lines. */
#define CUTS_AT_BLADE	  .cutter = PROFILE_CUTTER_FEEDS
#define CUTS_AFTER(lines) .cutter = PROFILE_CUTTER_PLAIN, .feed_lines = (lines)
/* Connectors for two drawers, of which the first is used unless lada.conf says otherwise. */
#define TWO_DRAWERS .drawer_pins = 2, .drawer = 1
/* What Epson's since the TM-T88IV have. */
#define EPSON_COMMANDS .qr = PROFILE_QR_NATIVE, .code128 = true, .fence = PROFILE_FENCE_PROCESS

/* What a row leaves out it has not: QR codes and bars are drawn here, there is no cutter, and
 * GS r is the fence. */
static const struct printer_profile profiles[] = {
	{
		/* Whatever has no better one: the least that all 80 mm printers share. */
		.name = "generic-80",
		.models = { "POS-80", "POS80", "POS-8360", "NT-80" },
		PAPER_80,
		PAGES_SURE,
		CUTS_AFTER(4),
		TWO_DRAWERS,
	},
	{
		/* The POS-58 boards under many names: POS-5890, NT-5890K, ZJ-5870. */
		.name = "generic-58",
		.models = { "POS-58", "POS58", "POS-5890", "POS5890", "XP-58", "NT-5890", "ZJ-58",
			    "ZJ-5870", "ZJ-5890" },
		PAPER_58,
		PAGES_SURE,
		.feed_lines = 4,
		.drawer_pins = 1,
		.drawer = 1,
	},
	{
		.name = "epson-tm-t20",
		.models = { "TM-T20", "TM-T82", "TM-m30" },
		PAPER_80,
		PAGES_EPSON,
		EPSON_COMMANDS,
		CUTS_AT_BLADE,
		TWO_DRAWERS,
	},
	{
		/* TM-T88V and later. */
		.name = "epson-tm-t88",
		.models = { "TM-T88V", "TM-T70II" },
		PAPER_80_180,
		PAGES_EPSON,
		EPSON_COMMANDS,
		CUTS_AT_BLADE,
		TWO_DRAWERS,
	},
	{
		.name = "epson-tm-t88iv",
		.models = { "TM-T88IV", "TM-T70" },
		PAPER_80_180,
		PAGES_OLDER,
		EPSON_COMMANDS,
		CUTS_AT_BLADE,
		TWO_DRAWERS,
	},
	{
		/* TM-T88II and III: sources disagree about PC852, so it is not used. */
		.name = "epson-tm-t88iii",
		.models = { "TM-T88", "TM-T88II", "TM-T88III" },
		PAPER_80_180,
		PAGES({ CODEPAGE_858, 19 }, { CODEPAGE_1252, 16 }, { CODEPAGE_866, 17 }),
		.code128 = true,
		CUTS_AT_BLADE,
		TWO_DRAWERS,
	},
	{
		/* The first SRP-350, and the Metapace T-1, which is one: Western letters only. */
		.name = "bixolon-srp-350",
		.models = { "SRP-350", "SRP-350plus", "Metapace T-1" },
		PAPER_80_180,
		PAGES({ CODEPAGE_858, 19 }, { CODEPAGE_850, 2 }),
		.code128 = true,
		CUTS_AFTER(4),
		TWO_DRAWERS,
	},
	{
		.name = "bixolon-srp-350iii",
		.models = { "SRP-350II", "SRP-350III", "SRP-350V", "SRP-330", "SRP-332" },
		PAPER_80_180,
		PAGES({ CODEPAGE_852, 18 }, { CODEPAGE_1250, 47 }, { CODEPAGE_1251, 28 },
		      { CODEPAGE_858, 19 }, { CODEPAGE_1252, 16 }, { CODEPAGE_866, 17 }),
		.qr = PROFILE_QR_NATIVE,
		.code128 = true,
		CUTS_AFTER(4),
		TWO_DRAWERS,
	},
	{
		/* TSP100, TSP650, mC-Print switched to ESC/POS emulation; in Star's own modes
		 * nothing here fits. Some of them have no GS ( k. */
		.name = "star-escpos",
		.models = { "TSP1", "TSP100", "TSP143", "TSP650", "TSP654", "mC-Print3", "MCP31" },
		PAPER_80,
		PAGES_OLDER,
		.code128 = true,
		CUTS_AFTER(3),
		TWO_DRAWERS,
	},
	{
		/* Its table differs: PC858 stands at 2, PC852 at 6, PC866 at 7. */
		.name = "citizen-ct-s310ii",
		.models = { "CT-S310" },
		PAPER_80,
		PAGES({ CODEPAGE_852, 6 }, { CODEPAGE_858, 2 }, { CODEPAGE_1252, 16 },
		      { CODEPAGE_866, 7 }),
		.qr = PROFILE_QR_NATIVE,
		.code128 = true,
		CUTS_AFTER(3),
		TWO_DRAWERS,
	},
	{
		.name = "rongta",
		.models = { "RP326", "RP332", "RP80", "RP328" },
		PAPER_80,
		PAGES({ CODEPAGE_852, 18 }, { CODEPAGE_1250, 30 }, { CODEPAGE_1251, 6 },
		      { CODEPAGE_858, 19 }, { CODEPAGE_1252, 16 }, { CODEPAGE_866, 7 }),
		.code128 = true,
		CUTS_AFTER(4),
		TWO_DRAWERS,
	},
	{
		.name = "xprinter",
		.models = { "XP-N160", "XP-T80", "XP-Q200", "XP-Q260", "XP-80" },
		PAPER_80,
		PAGES({ CODEPAGE_852, 18 }, { CODEPAGE_1251, 23 }, { CODEPAGE_858, 19 },
		      { CODEPAGE_1252, 16 }, { CODEPAGE_866, 17 }),
		.qr = PROFILE_QR_NATIVE,
		.code128 = true,
		CUTS_AFTER(4),
		TWO_DRAWERS,
	},
	{
		/* Sources give 6 or 16 for WPC1252, and 512 or 576 dots: the narrower always fits.
		 */
		.name = "munbyn",
		.models = { "ITPP047", "ITPP102" },
		.columns = 42,
		.dots = 512,
		.dpi = 203,
		PAGES({ CODEPAGE_852, 18 }, { CODEPAGE_858, 19 }, { CODEPAGE_866, 17 }),
		.code128 = true,
		CUTS_AFTER(4),
		TWO_DRAWERS,
	},
};

const struct printer_profile *profile_find(struct slice name)
{
	if (slice_eq(name, "auto"))
		return &profiles[0];
	for (size_t i = 0; i < COUNT_OF(profiles); i++)
		if (slice_eq(name, profiles[i].name))
			return &profiles[i];
	return NULL;
}

const struct printer_profile *profile_at(size_t i)
{
	return i < COUNT_OF(profiles) ? &profiles[i] : NULL;
}

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Does `model` stand in the text as the beginning of a word? A digit behind it would make it
 * another model (TM-T20 is in no TM-T200), letters are a variant of it (TM-T20II). */
static bool names(struct slice text, const char *model)
{
	const size_t n = strlen(model);

	for (size_t i = 0; i + n <= text.n; i++) {
		const char after = i + n < text.n ? text.p[i + n] : ' ';

		if ((i == 0 || !is_word(text.p[i - 1])) && !(after >= '0' && after <= '9') &&
		    strncasecmp(text.p + i, model, n) == 0)
			return true;
	}
	return false;
}

const struct printer_profile *profile_for_model(struct slice model)
{
	const struct printer_profile *best = NULL;
	size_t longest = 0;

	for (size_t i = 0; i < COUNT_OF(profiles); i++) {
		for (const char *const *m = profiles[i].models; *m; m++) {
			if (strlen(*m) > longest && names(model, *m)) {
				best = &profiles[i];
				longest = strlen(*m);
			}
		}
	}
	return best;
}
