// SPDX-License-Identifier: Apache-2.0
/*
 * The encoder for programs outside C: what it makes of a document, and how fast.
 *
 *	encode profiles			-> what every profile says, one JSON object a line
 *	encode print PROFILE < DOC	-> the bytes
 *	encode bench PROFILE MS < DOC	-> {"bytes":…,"per_s":…}: whole documents a second
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "drivers/driver.h"
#include "drivers/escpos_encode.h"
#include "firmware/base/doc.h"

static char doc[DOC_MAX], bytes[DRIVER_JOB_BYTES_MAX];

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int print_profiles(void)
{
	for (size_t i = 0; profile_at(i); i++) {
		const struct printer_profile *p = profile_at(i);

		printf("{\"name\":\"%s\",\"columns\":%d,\"dots\":%d,\"native_qr\":%s,"
		       "\"code128\":%s,\"cutter\":%s,\"pages\":{",
		       p->name, p->columns, p->dots, p->qr == PROFILE_QR_NATIVE ? "true" : "false",
		       p->code128 ? "true" : "false",
		       p->cutter == PROFILE_CUTTER_NONE ? "false" : "true");
		for (int j = 0; j < p->page_count; j++)
			printf("%s\"%d\":\"%s\"", j ? "," : "", p->pages[j].number,
			       codepage_name(p->pages[j].page));
		printf("}}\n");
	}
	return 0;
}

static int encode(const struct printer_profile *profile, struct slice text, struct buf *b)
{
	buf_init(b, bytes, sizeof(bytes));
	return escpos_encode(profile, text, b);
}

static int bench(const struct printer_profile *profile, struct slice text, double seconds)
{
	const double begun = now_s();
	long rounds = 0;
	double took;
	struct buf b;

	do {
		if (encode(profile, text, &b) < 0)
			return 1;
		rounds++;
		took = now_s() - begun;
	} while (took < seconds);
	printf("{\"bytes\":%zu,\"per_s\":%.1f}\n", b.len, (double)rounds / took);
	return 0;
}

int main(int argc, char **argv)
{
	const struct printer_profile *profile;
	struct slice text = { doc, 0 };
	struct buf b;

	if (argc == 2 && strcmp(argv[1], "profiles") == 0)
		return print_profiles();
	profile = argc >= 3 ? profile_find(slice_of(argv[2])) : NULL;
	if (!profile || (strcmp(argv[1], "print") != 0 && argc < 4)) {
		fprintf(stderr, "usage: encode profiles | print PROFILE | bench PROFILE MS\n");
		return 2;
	}
	text.n = fread(doc, 1, sizeof(doc), stdin);
	if (strcmp(argv[1], "print") != 0)
		return bench(profile, text, strtod(argv[3], NULL) / 1000);
	if (encode(profile, text, &b) < 0)
		return 1;
	return fwrite(b.p, 1, b.len, stdout) == b.len ? 0 : 1;
}
