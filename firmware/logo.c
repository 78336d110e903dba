// SPDX-License-Identifier: Apache-2.0
#include "firmware/logo.h"

#include <stdio.h>
#include <stdlib.h>

/* The file's bytes, at most PBM_FILE_MAX, to be freed. */
static char *read_file(const char *path, size_t *ret_n, const char **ret_what)
{
	char *bytes = NULL;
	FILE *f = fopen(path, "re");
	bool failed;

	*ret_what = "cannot be read";
	if (!f)
		return NULL;
	bytes = malloc(PBM_FILE_MAX + 1);
	if (bytes) {
		*ret_n = fread(bytes, 1, PBM_FILE_MAX + 1, f);
		failed = ferror(f);
		if (*ret_n > PBM_FILE_MAX)
			*ret_what = "is too long for a logo";
		if (failed || *ret_n > PBM_FILE_MAX) {
			free(bytes);
			bytes = NULL;
		}
	}
	fclose(f);
	return bytes;
}

struct pbm *logo_load(const char *path, const char **ret_what)
{
	size_t n = 0;
	char *bytes = read_file(path, &n, ret_what);
	struct pbm *picture;

	if (!bytes)
		return NULL;
	picture = malloc(sizeof(*picture));
	if (!picture) {
		*ret_what = "cannot be read: out of memory";
	} else if (pbm_read((struct slice){ bytes, n }, picture, ret_what) < 0) {
		free(picture);
		picture = NULL;
	}
	free(bytes);
	return picture;
}
