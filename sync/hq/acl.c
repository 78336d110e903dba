// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/acl.h"

#include "sync/hq/acl_lanes.h"

struct rule {
	const char *access;
	bool own; /* below STORE/LANE, else below STORE */
	const char *topic;
};

static const struct rule lane_rules[] = {
	{ "read", false, "down/+" },  { "read", false, "+/up" },       { "read", false, "+/ask" },
	{ "read", false, "+/state" }, { "readwrite", false, "claim" },

	{ "read", true, "down/+" },   { "read", true, "ack" },	       { "read", true, "cmd" },
	{ "read", true, "blob" },     { "write", true, "up" },	       { "write", true, "ask" },
	{ "write", true, "state" },
};

static const char *const hq_rules[] = {
	"write +/down/+", "write +/+/down/+", "write +/+/ack", "write +/+/cmd",	 "write +/+/blob",
	"readwrite hq",	  "read +/+/up",      "read +/+/ask",  "read +/+/state",
};

static const char head[] =
	"# acl_file of mosquitto, for Lada. With it belong in mosquitto.conf:\n"
	"#   allow_anonymous false\n"
	"#   use_username_as_clientid true    (the client id comes from the identity)\n"
	"#   use_identity_as_username true    (with certificates: CN is the user name)\n"
	"#   password_file FILE               (without: lada-hq acl --users FILE)\n"
	"#   message_size_limit 1114112\n"
	"#   set_tcp_nodelay true\n"
	"# Whom no rule names may do nothing.\n";

static void print_hq(const char *user, const char *prefix, FILE *out)
{
	fprintf(out, "\nuser %s\n", user);
	for (size_t i = 0; i < COUNT_OF(hq_rules); i++) {
		const char *topic = hq_rules[i];

		while (*topic != ' ')
			topic++;
		fprintf(out, "topic %.*s %s/%s\n", (int)(topic - hq_rules[i]), hq_rules[i], prefix,
			topic + 1);
	}
}

static void print_lane(const struct acl_lane *lane, const char *prefix, FILE *out)
{
	char user[ACL_USER_MAX];

	acl_lane_user(lane, user);
	fprintf(out, "\nuser %s\ntopic read %s/hq\n", user, prefix);
	for (size_t i = 0; i < COUNT_OF(lane_rules); i++) {
		const struct rule *r = &lane_rules[i];

		fprintf(out, "topic %s %s/%s/%s%s%s\n", r->access, prefix, lane->store,
			r->own ? lane->lane : "", r->own ? "/" : "", r->topic);
	}
}

int acl_print(struct hq *hq, const struct acl_wanted *wanted, FILE *out)
{
	struct acl_lanes lanes;
	int err = acl_lanes_find(hq, wanted, &lanes);

	if (err < 0)
		return err;
	fputs(head, out);
	if (!wanted->hq_count)
		print_hq("hq", wanted->prefix, out);
	for (int i = 0; i < wanted->hq_count; i++)
		print_hq(wanted->hq[i], wanted->prefix, out);
	for (size_t i = 0; i < lanes.count; i++)
		print_lane(&lanes.lane[i], wanted->prefix, out);
	acl_lanes_free(&lanes);
	return 0;
}
