// SPDX-License-Identifier: Apache-2.0
#include "ui/guard.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#define PORT_NONE (-1)

static bool read_port(const char *text, int *ret_port)
{
	int port = 0;
	size_t n = strlen(text);

	if (n == 0 || n > 5)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!isdigit((unsigned char)text[i]))
			return false;
		port = port * 10 + (text[i] - '0');
	}
	if (port < 1 || port > 65535)
		return false;
	*ret_port = port;
	return true;
}

/* `name`, `name:port`, `[v6]`, `[v6]:port`; the name goes lower case into ret->name. */
static bool split(const char *text, struct guard_name *ret)
{
	bool bracket = text[0] == '[';
	const char *start = text + bracket;
	size_t n = strcspn(start, bracket ? "]" : ":");
	const char *rest = start + n;

	if (bracket) {
		if (*rest != ']')
			return false;
		rest++;
	}
	if (n == 0 || n >= sizeof(ret->name))
		return false;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)start[i];

		if (!isalnum(c) && !strchr(bracket ? ":.%" : ".-_", c))
			return false;
		ret->name[i] = (char)tolower(c);
	}
	ret->name[n] = '\0';
	ret->port = PORT_NONE;
	return *rest == '\0' || (*rest == ':' && read_port(rest + 1, &ret->port));
}

static void add_own(struct guard *g, const char *name)
{
	struct guard_name *n = &g->names[g->count++];

	for (size_t i = 0; i < sizeof(n->name) && name[i]; i++)
		n->name[i] = (char)tolower((unsigned char)name[i]);
	n->port = g->port;
}

int guard_init(struct guard *g, const struct ui_setup *setup, int port, const char **ret_bad)
{
	struct guard_name listen = { "", PORT_NONE };

	memset(g, 0, sizeof(*g));
	g->port = port;
	add_own(g, "localhost");
	add_own(g, "127.0.0.1");
	add_own(g, "::1");
	if (!split(setup->listen_host, &listen))
		(void)slice_copy(slice_of(setup->listen_host), listen.name, sizeof(listen.name));
	add_own(g, listen.name);
	for (int i = 0; i < setup->host_count && i < UI_HOSTS_MAX; i++) {
		if (!split(setup->hosts[i], &g->names[g->count])) {
			*ret_bad = setup->hosts[i];
			return -EINVAL;
		}
		g->count++;
	}
	return 0;
}

static bool port_fits(const struct guard *g, const struct guard_name *known, int port)
{
	if (known->port == PORT_NONE)
		return port == PORT_NONE || port == g->port;
	if (port == PORT_NONE)
		return known->port == 80 || known->port == 443;
	return port == known->port;
}

bool guard_host(const struct guard *g, const char *host)
{
	struct guard_name asked = { "", PORT_NONE };

	if (!split(host, &asked))
		return false;
	for (int i = 0; i < g->count; i++) {
		if (strcmp(g->names[i].name, asked.name) == 0 &&
		    port_fits(g, &g->names[i], asked.port))
			return true;
	}
	return false;
}

bool guard_origin(const struct guard *g, const char *origin)
{
	if (strncasecmp(origin, "http://", 7) == 0)
		return guard_host(g, origin + 7);
	if (strncasecmp(origin, "https://", 8) == 0)
		return guard_host(g, origin + 8);
	return false;
}

bool guard_press(const char *key)
{
	size_t n = strlen(key);

	if (n == 0 || n >= IDEMPOTENCY_KEY_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (key[i] <= ' ' || key[i] > '~')
			return false;
	}
	return true;
}
