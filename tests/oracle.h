// SPDX-License-Identifier: Apache-2.0
/* jansson as an independent judge; a file of its own because both sides like the same names. */
#ifndef LADA_TESTS_ORACLE_H
#define LADA_TESTS_ORACLE_H

#include <stdbool.h>
#include <stddef.h>

/* Does jansson take this text? `any`: also when it is no object or array. */
bool oracle_accepts(const char *text, size_t n, bool any);

#endif
