// SPDX-License-Identifier: Apache-2.0
/*
 * The command line: `lada-hq [OPTION…] COMMAND [ARGUMENT…]`, options anywhere.
 */
#ifndef LADA_SYNC_HQ_ARGS_H
#define LADA_SYNC_HQ_ARGS_H

#include <stdbool.h>
#include <stdint.h>

#define ARGS_LIST_MAX 32

struct args_list {
	const char *item[ARGS_LIST_MAX];
	int count;
};

struct args {
	const char *db, *url, *prefix;
	const char *ca, *cert, *key, *user, *password_file;
	const char *store, *expires, *png, *svg, *purpose, *secret_file;
	const char *lane, *type, *since, *why, *of, *blobs, *users;
	struct args_list arg, hq_user;
	int64_t events_days, persons_days, log_keep; /* -1 = not given */
	int kid;				     /* -1 = the next free */
	int64_t after;
	bool text, secret, follow, json, wait, later, help, version;
	char **word; /* the command and its arguments */
	int words;
};

extern const char args_usage[];

/* 0, or -EINVAL after a message on stderr. */
int args_parse(int argc, char **argv, struct args *ret_args);

/* Exit statuses 1 and 2 after a line on stderr. */
int args_fail(const char *what, const char *why);
int args_misuse(const char *what);

#endif
