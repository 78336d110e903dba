// SPDX-License-Identifier: Apache-2.0
/* GS1 data: which values, pairs and dates keep the General Specifications, and which do not. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "firmware/base/text.h"
#include "firmware/counter/gs1.h"

#define GTIN "0105901234123457"

static const struct {
	const char *text; /* ~ is the separator */
	enum code_fault fault;
	const char *at;
} strings[] = {
	/* Decimals are the AI's last digit, 0 to 5. */
	{ GTIN "3105000001", FAULT_NONE, "" },
	{ GTIN "3106000001", FAULT_UNKNOWN_AI, "" },
	{ GTIN "3695000001", FAULT_NONE, "" },
	{ GTIN "3170000001", FAULT_UNKNOWN_AI, "" },
	{ GTIN "31030012503103001250", FAULT_NONE, "" },
	{ GTIN "31030012503103001251", FAULT_CONTRADICTION, "3103" },
	{ GTIN "31030012503203001250", FAULT_NONE, "" },
	/* Amounts: as many decimals as digits; 391n and 393n begin with a currency. */
	{ GTIN "31030012503929123456789012345", FAULT_NONE, "" },
	{ GTIN "310300125039291234567890123456", FAULT_LONG, "3929" },
	{ GTIN "310300125039329851", FAULT_NONE, "" },
	{ GTIN "31030012503932985", FAULT_SHORT, "3932" },
	{ GTIN "31030012503932PLN1999", FAULT_CHARACTER, "3932" },
	{ GTIN "310300125039221999~39329851999", FAULT_PAIR, "3922" },
	{ GTIN "39329851999", FAULT_MISSING, "3932" },
	{ "02059012341234573701~310300125039329851999", FAULT_NONE, "" },
	{ GTIN "31030012503952001999~39221", FAULT_PAIR, "3952" },
	{ GTIN "31030012503956001999", FAULT_UNKNOWN_AI, "" },
	{ GTIN "310300125039521999", FAULT_SHORT, "3952" },
	{ "4155901234123457390219.99~8020R", FAULT_CHARACTER, "3902" },
	{ "415590123412345739021999~8020R", FAULT_NONE, "" },
	{ "415590123412345739021999~39129851999~8020R", FAULT_PAIR, "3902" },
	{ "2555901234123457~39400050", FAULT_NONE, "" },
	{ "2555901234123457~39440050", FAULT_UNKNOWN_AI, "" },
	/* Days: 00 is the month's last where the specifications allow it. */
	{ GTIN "17260200", FAULT_NONE, "" },
	{ GTIN "17260001", FAULT_DATE, "17" },
	{ GTIN "17261301", FAULT_DATE, "17" },
	{ GTIN "17260631", FAULT_DATE, "17" },
	{ GTIN "7006260600", FAULT_DATE, "7006" },
	{ GTIN "70032606000000", FAULT_DATE, "7003" },
	{ GTIN "70072606012605", FAULT_SHORT, "7007" },
	{ GTIN "7007260601260630", FAULT_NONE, "" },
	{ GTIN "7011260601", FAULT_NONE, "" },
	{ GTIN "70112606012400", FAULT_TIME, "7011" },
	{ GTIN "800826060123", FAULT_NONE, "" },
	{ GTIN "800826060124", FAULT_TIME, "8008" },
	{ GTIN "80082606012359", FAULT_NONE, "" },
	{ GTIN "80082606012360", FAULT_TIME, "8008" },
	{ GTIN "8008260601235959", FAULT_NONE, "" },
	{ GTIN "800826060123595", FAULT_TIME, "8008" },
	{ "8018590123412345678909~7250"
	  "19800229",
	  FAULT_NONE, "" },
	{ "8018590123412345678909~7250"
	  "19810229",
	  FAULT_DATE, "7250" },
	{ "8018590123412345678909~7250"
	  "19001300",
	  FAULT_DATE, "7250" },
	{ "8018590123412345678909~7251"
	  "198002292460",
	  FAULT_TIME, "7251" },
	{ "8018590123412345678909~7253A~7256B", FAULT_PAIR, "7253" },
	/* Numbers of places, parcels, assets. */
	{ "4145901234123457", FAULT_NONE, "" },
	{ "4145901234123457254A", FAULT_NONE, "" },
	{ "254A", FAULT_MISSING, "254" },
	{ "4145901234123458", FAULT_CHECK_DIGIT, "414" },
	{ "40259012341234567896", FAULT_CHECK_DIGIT, "402" },
	{ "40259012341234567895", FAULT_NONE, "" },
	{ "800305901234123457A1", FAULT_NONE, "" },
	{ "800315901234123457A1", FAULT_VALUE, "8003" },
	{ "2535901234123457ABC", FAULT_NONE, "" },
	{ "2555901234123457ABC", FAULT_CHARACTER, "255" },
	/* Countries come in threes. */
	{ GTIN "423616276", FAULT_NONE, "" },
	{ GTIN "423616276616276616", FAULT_NONE, "" },
	{ GTIN "4236162", FAULT_SHORT, "423" },
	{ GTIN "42561627", FAULT_SHORT, "425" },
	{ GTIN "422616~426616", FAULT_PAIR, "422" },
	/* Temperatures: a minus sign or nothing. */
	{ "001061414123456789084330000500-", FAULT_NONE, "" },
	{ "001061414123456789084330000500+", FAULT_CHARACTER, "4330" },
	{ "001061414123456789084330000500~4331000500", FAULT_PAIR, "4330" },
	/* What the specifications took in since 2024. */
	{ GTIN "716A12345", FAULT_NONE, "" },
	{ GTIN "717A12345", FAULT_UNKNOWN_AI, "" },
	{ GTIN "8014A1B2C3D4", FAULT_NONE, "" },
	{ "001061414123456789087041AE", FAULT_NONE, "" },
	{ "001061414123456789087041ABCDE", FAULT_LONG, "7041" },
	/* Addresses: what may stand in them is the 82 characters, so no '#'. */
	{ GTIN "8200https://sklep.example/p?a=1&b=2", FAULT_NONE, "" },
	{ GTIN "8200https://sklep.example/#p", FAULT_CHARACTER, "8200" },
	{ GTIN "820012345678901234567890123456789012345678901234567890123456789012345678901",
	  FAULT_LONG, "8200" },
	/* A number of pieces. */
	{ GTIN "3099999999", FAULT_NONE, "" },
	{ GTIN "30123456789", FAULT_LONG, "30" },
	{ GTIN "30", FAULT_EMPTY, "30" },
	{ "02059012341234573701~30012", FAULT_NONE, "" },
};

static void test_strings(void **state)
{
	char text[256];
	struct gs1 g;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(strings); i++) {
		text_fmt(text, sizeof(text), "%s", strings[i].text);
		for (char *p = text; *p; p++)
			if (*p == '~')
				*p = GS1_SEPARATOR;
		gs1_read(slice_of(text), &g);
		if (g.fault != strings[i].fault ||
		    (g.fault != FAULT_NONE && !slice_eq(g.at, strings[i].at)))
			fail_msg("%s: %s of %.*s", strings[i].text, code_fault_name(g.fault),
				 (int)g.at.n, g.at.p);
	}
}

static void test_dates(void **state)
{
	static const struct {
		const char *text;
		int year;
		int32_t date;
	} dates[] = {
		{ "260200", 2026, 20260228 }, { "280200", 2026, 20280229 },
		{ "000200", 2026, 20000229 }, { "260400", 2026, 20260430 },
		{ "261200", 2026, 20261231 }, { "260229", 2026, 0 },
		{ "260001", 2026, 0 },	      { "261301", 2026, 0 },
		{ "260132", 2026, 0 },	      { "26010", 2026, 0 },
		{ "26O101", 2026, 0 },	      { "760101", 2026, 20760101 },
		{ "770101", 2026, 19770101 }, { "990101", 2026, 19990101 },
		{ "000101", 2050, 21000101 }, { "010101", 2050, 20010101 },
		{ "490101", 2099, 21490101 }, { "500101", 2099, 20500101 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(dates); i++)
		if (gs1_date(slice_of(dates[i].text), dates[i].year) != dates[i].date)
			fail_msg("%s in %d: %d", dates[i].text, dates[i].year,
				 (int)gs1_date(slice_of(dates[i].text), dates[i].year));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_dates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
