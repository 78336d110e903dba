// SPDX-License-Identifier: Apache-2.0
/* Is one JSON text part of another: its members are there and the same, its elements are the first
 * ones of the list in this order. For tests. */
#ifndef LADA_TESTS_JSON_PART_H
#define LADA_TESTS_JSON_PART_H

#include <stdbool.h>
#include <stddef.h>

/* False: `ret_why` says where they differ. */
bool json_has_part(const char *text, const char *part, char *ret_why, size_t cap);

#endif
