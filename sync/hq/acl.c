// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/acl.h"

#include <stddef.h>

struct rule {
	const char *access;
	const char *topic; /* below the prefix */
};

static const struct rule hq_rules[] = {
	{ "write", "+/down/#" }, { "write", "+/+/down/#" }, { "write", "+/+/ack" },
	{ "write", "+/+/cmd" },	 { "write", "+/+/blob" },   { "readwrite", "hq" },
	{ "read", "+/+/up" },	 { "read", "+/+/ask" },	    { "read", "+/+/state" },
};

static const struct rule store_rules[] = {
	{ "read", "hq" },
	{ "read", "%u/down/#" },
	{ "read", "%u/+/down/#" },
	{ "read", "%u/+/ack" },
	{ "read", "%u/+/cmd" },
	{ "read", "%u/+/blob" },
	{ "readwrite", "%u/+/up" },
	{ "readwrite", "%u/+/ask" },
	{ "readwrite", "%u/+/state" },
	{ "readwrite", "%u/claim" },
};

void acl_print(const char *prefix, FILE *out)
{
	fprintf(out,
		"# mosquitto acl_file for Lada. A store's lanes log in with the store's id as\n"
		"# user name, HQ as `hq`. Needs allow_anonymous false.\n\nuser hq\n");
	for (size_t i = 0; i < sizeof(hq_rules) / sizeof(hq_rules[0]); i++)
		fprintf(out, "topic %s %s/%s\n", hq_rules[i].access, prefix, hq_rules[i].topic);
	fprintf(out, "\n# %%u is the user name: patterns hold for every store.\n");
	for (size_t i = 0; i < sizeof(store_rules) / sizeof(store_rules[0]); i++)
		fprintf(out, "pattern %s %s/%s\n", store_rules[i].access, prefix,
			store_rules[i].topic);
}
