// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle.h"

#include <jansson.h>

bool oracle_accepts(const char *text, size_t n, bool any)
{
	json_t *tree = json_loadb(text, n, JSON_ALLOW_NUL | (any ? JSON_DECODE_ANY : 0), NULL);

	json_decref(tree);
	return tree != NULL;
}
