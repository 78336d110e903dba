// SPDX-License-Identifier: Apache-2.0
/* The counter's rules by their cases: every file of tests/cases/counter, and the table of which
 * case covers which reason, in both directions. With LADA_WRITE=1 the table is written anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "firmware/base/bytes.h"
#include "firmware/base/log.h"
#include "tests/cases.h"

#define FOLDER	  "tests/cases/counter"
#define TABLE	  FOLDER "/COVERAGE.md"
#define TABLE_MAX (256 * 1024)

static struct cases cases;

static void all_cases(void **state)
{
	glob_t files;

	(void)state;
	assert_int_equal(glob(FOLDER "/*.txt", 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++)
		if (!cases_run(&cases, files.gl_pathv[i]))
			fail_msg("%s", cases.trouble);
	globfree(&files);
	print_message("%d cases\n", cases.count);
}

static void write_cases(struct buf *b, const int *list, int count)
{
	/* Two are enough to look at; all of them would hide which ones matter. */
	for (int i = 0; i < count && i < 2; i++)
		buf_fmt(b, "%s%s", i ? "<br>" : "", cases.name[list[i]]);
	if (count > 2)
		buf_fmt(b, "<br>and %d more", count - 2);
	if (count == 0)
		buf_text(b, "**none**");
}

static void write_table(struct buf *b)
{
	buf_text(b, "# Which case covers which reason\n\nWritten by the test that runs the cases "
		    "(`LADA_WRITE=1 build/tests/unit_cases`); it fails where a line is missing.\n\n"
		    "| reason | given in | near, and not given in |\n|---|---|---|\n");
	for (int r = 1; r < REASON_COUNT; r++) {
		const struct cover *c = &cases.cover[r];

		buf_fmt(b, "| `%s` | ", reason_code((enum reason)r));
		write_cases(b, c->given, c->given_count);
		buf_text(b, " | ");
		write_cases(b, c->not_given, c->not_count);
		buf_text(b, " |\n");
	}
}

static void every_reason_has_cases(void **state)
{
	static char want[TABLE_MAX], have[TABLE_MAX];
	struct buf b;
	FILE *file;
	size_t n;

	(void)state;
	buf_init(&b, want, sizeof(want));
	write_table(&b);
	assert_non_null(buf_str(&b));
	if (getenv("LADA_WRITE")) {
		file = fopen(TABLE, "w");
		assert_non_null(file);
		fputs(want, file);
		fclose(file);
	}
	for (int r = 1; r < REASON_COUNT; r++) {
		const bool both = cases.cover[r].given_count && cases.cover[r].not_count;

		if (!both)
			fail_msg("no case %s: %s", cases.cover[r].given_count ? "near" : "for",
				 reason_code((enum reason)r));
	}
	file = fopen(TABLE, "r");
	assert_non_null(file);
	n = fread(have, 1, sizeof(have) - 1, file);
	fclose(file);
	have[n] = '\0';
	assert_string_equal(have, want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_cases),
		cmocka_unit_test(every_reason_has_cases),
	};

	setenv("TZ", "Europe/Warsaw", 1); /* as the shop whose cases these are */
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
