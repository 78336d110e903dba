// SPDX-License-Identifier: Apache-2.0
/*
 * The pages, compiled into the program. Bytes and names live as long as the program.
 */
#ifndef LADA_UI_WEB_FILES_H
#define LADA_UI_WEB_FILES_H

#include "firmware/base/bytes.h"

#define WEB_FILES_MAX 64

struct web_file {
	const char *path; /* as asked for: "/counter/" */
	const char *type;
	struct slice bytes;
	char etag[20]; /* a strong one, with its quotes */
};

/* Fills the table and returns how many there are. */
int web_files_load(struct web_file files[WEB_FILES_MAX]);
const struct web_file *web_files_find(const struct web_file *files, int count, const char *path);

#endif
