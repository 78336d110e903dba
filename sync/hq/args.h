// SPDX-License-Identifier: Apache-2.0
/*
 * The command line: `lada-hq [OPTION…] COMMAND [ARGUMENT…]`, options anywhere.
 */
#ifndef LADA_SYNC_HQ_ARGS_H
#define LADA_SYNC_HQ_ARGS_H

#include <stdbool.h>
#include <stdint.h>

struct args {
	const char *db, *url, *prefix;
	const char *ca, *cert, *key, *user, *password_file;
	const char *store, *expires, *png, *svg, *purpose, *secret_file;
	int kid; /* -1 = the next free */
	int64_t after;
	bool text, secret, follow, json, help, version;
	char **word; /* the command and its arguments */
	int words;
};

extern const char args_usage[];

/* 0, or -EINVAL after a message on stderr. */
int args_parse(int argc, char **argv, struct args *ret_args);

#endif
