// SPDX-License-Identifier: Apache-2.0
/* One HTTP request to the ladad on this machine, as the operator (INTERFACES section 5). */
#ifndef LADA_TOOL_CLIENT_H
#define LADA_TOOL_CLIENT_H

#include "firmware/config.h"

#define CLIENT_ANSWER_MAX (1024 * 1024)

struct client_answer {
	int status;
	struct slice body; /* in the memory given */
};

/* body NULL: GET. -ECONNREFUSED when ladad does not run, -EACCES when its token cannot be read,
 * -EIO, with a message. */
int client_call(const struct config *config, const char *path, const char *body, char *memory,
		size_t cap, struct client_answer *ret_answer, char *ret_message,
		size_t message_cap);

#endif
