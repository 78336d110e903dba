// SPDX-License-Identifier: Apache-2.0
/*
 * Who may speak to the station: the names in Host and Origin, and the shape of what a header
 * carries. A page of another site can reach 127.0.0.1 (DNS rebinding, forms); its Host or
 * Origin gives it away.
 */
#ifndef LADA_UI_GUARD_H
#define LADA_UI_GUARD_H

#include "ui/ui.h"

#define GUARD_NAMES_MAX (4 + UI_HOSTS_MAX)

struct guard_name {
	char name[UI_HOST_MAX]; /* lower case, without brackets */
	int port;		/* -1: a further name without one, which may also leave it away */
};

struct guard {
	struct guard_name names[GUARD_NAMES_MAX];
	int count;
	int port; /* where the station listens */
};

/* 0 or -EINVAL: *ret_bad is the further name that is none. */
int guard_init(struct guard *g, const struct ui_setup *setup, int port, const char **ret_bad);
/* The value of a Host header. */
bool guard_host(const struct guard *g, const char *host);
/* The value of an Origin header: http or https and a name that guard_host takes. */
bool guard_origin(const struct guard *g, const char *origin);
/* May this be an Idempotency-Key: 1..128 visible ASCII characters? */
bool guard_press(const char *key);

#endif
