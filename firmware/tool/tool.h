// SPDX-License-Identifier: Apache-2.0
/*
 * What the commands of `lada` share. A command gets its arguments NULL-terminated and returns the
 * exit status; what went wrong stands in `message` for tool_fail().
 */
#ifndef LADA_TOOL_TOOL_H
#define LADA_TOOL_TOOL_H

#include <limits.h>

#include "firmware/base/json.h"
#include "firmware/tool/client.h"

struct tool {
	struct config config;
	bool json;
	int64_t after;
	char database[PATH_MAX];
	char message[512];
	char memory[CLIENT_ANSWER_MAX];
};

int tool_fail(const struct tool *t); /* 1 */
void tool_print(struct slice s);     /* and a newline */
/* "-" for what is no text. */
const char *tool_text(struct json v, char *memory, size_t cap);
/* The answer to a GET, or to a POST without a body; false and told when it is not 200. */
bool tool_ask(struct tool *t, const char *path, bool post, struct json *ret_doc,
	      struct slice *ret_text);

/* One verb; prints what the shop says. The exit status. */
int tool_press(struct tool *t, const char *verb, const char *body);
/* The same, but `instead` is printed where the shop's words for `code` are for people at a desk. */
int tool_press_for(struct tool *t, const char *verb, const char *body, const char *code,
		   const char *instead);
struct chain;
/* 0, or 1 and told: what is wrong with the journal's chain. */
int tool_chain(struct tool *t, struct chain *chain);
int tool_privacy(struct tool *t, char **args);
int tool_journal(struct tool *t, char **args);
int tool_figures(struct tool *t, char **args);
int tool_letters(struct tool *t, char **args);
int tool_rejects(struct tool *t, char **args);
int tool_devices(struct tool *t, char **args);
int tool_record(struct tool *t, char **args);
/* Needs no station and no configuration. */
int tool_udev_rules(void);
void tool_print_configured(struct json state);

#endif
