// SPDX-License-Identifier: Apache-2.0
#include "firmware/config_keys.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "drivers/known.h"
#include "drivers/port_address.h"
#include "drivers/profile.h"
#include "firmware/logo.h"

#define ZONES "/usr/share/zoneinfo/"

#define wrong(r, ...) config_wrong(r, (r)->here, __VA_ARGS__)

/* ---- values ---- */

static int copy_value(struct config_reader *r, const char *value, char *dst, size_t cap)
{
	if (text_has_control(slice_of(value)))
		return wrong(r, "a control character stands in the value: take it out");
	if (slice_copy(slice_of(value), dst, cap) < 0)
		return wrong(r, "too long: at most %zu bytes", cap - 1);
	return 0;
}

static int read_number(const char *text, int *ret_value)
{
	if (!text_digits(slice_of(text)) || strlen(text) > 9)
		return -EINVAL;
	*ret_value = (int)strtol(text, NULL, 10);
	return 0;
}

static int full_path(struct config_reader *r, const char *value, char *dst, size_t cap)
{
	char path[PATH_MAX];

	if (value[0] == '/' || value[0] == '\0')
		return copy_value(r, value, dst, cap);
	if (text_fmt(path, sizeof(path), "%s/%s", r->dir, value) < 0)
		return wrong(r, "the path is too long");
	return copy_value(r, path, dst, cap);
}

/* HOST, HOST:PORT, [V6], [V6]:PORT; without a port `otherwise`, 0 where one must be said. */
static int read_host_port(const char *text, int otherwise, char ret_host[CONFIG_TEXT_MAX],
			  int *ret_port)
{
	const char *end, *colon;
	struct slice host;
	int port = otherwise;

	if (text[0] == '[') {
		end = strchr(text, ']');
		if (!end || (end[1] != ':' && end[1] != '\0'))
			return -EINVAL;
		host = (struct slice){ text + 1, (size_t)(end - text - 1) };
		colon = end[1] ? end + 1 : NULL;
	} else {
		colon = strchr(text, ':');
		host = (struct slice){ text, colon ? (size_t)(colon - text) : strlen(text) };
	}
	if ((colon && read_number(colon + 1, &port) < 0) || port < 1 || port > 65535)
		return -EINVAL;
	for (size_t i = 0; i < host.n; i++)
		if ((uint8_t)host.p[i] <= ' ' || strchr("/@?#,\\\"", host.p[i]))
			return -EINVAL;
	if (host.n == 0 || slice_copy(host, ret_host, CONFIG_TEXT_MAX) < 0)
		return -EINVAL;
	*ret_port = port;
	return 0;
}

static bool is_loopback(const char *host)
{
	struct in6_addr v6;
	struct in_addr v4;

	if (strcmp(host, "localhost") == 0)
		return true;
	if (inet_pton(AF_INET, host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, host, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

static int find_word(const char *const *words, size_t count, const char *value)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(words[i], value) == 0)
			return (int)i;
	return -1;
}

/* ---- one function for each key that is more than text, a number or a file ---- */

static int take_store(struct config_reader *r, const char *value)
{
	if (!store_id_valid(slice_of(value)))
		return wrong(r, "`%s` is no store id: 1 to 64 of A-Z a-z 0-9 _ -, not `hq`", value);
	return copy_value(r, value, r->c->store, sizeof(r->c->store));
}

static int take_lane(struct config_reader *r, const char *value)
{
	if (!lane_id_valid(slice_of(value)))
		return wrong(r,
			     "`%s` is no lane id: 1 to 64 of A-Z a-z 0-9 _ -, not `down` or "
			     "`claim`",
			     value);
	return copy_value(r, value, r->c->lane, sizeof(r->c->lane));
}

static int take_language(struct config_reader *r, const char *value)
{
	r->c->language = language_of(slice_of(value));
	if (strcmp(language_code(r->c->language), value) != 0)
		return wrong(r, "language `%s` is unknown: use pl, en or uk", value);
	return 0;
}

static int take_timezone(struct config_reader *r, const char *value)
{
	char path[PATH_MAX];
	struct stat st;

	if (value[0] == '/' || strstr(value, "..") ||
	    text_fmt(path, sizeof(path), ZONES "%s", value) < 0 || stat(path, &st) < 0 ||
	    !S_ISREG(st.st_mode))
		return wrong(r,
			     "timezone `%s` is not under " ZONES ": use a name such as "
			     "Europe/Warsaw",
			     value);
	return copy_value(r, value, r->c->timezone, sizeof(r->c->timezone));
}

static int take_url(struct config_reader *r, const char *value)
{
	static const char plain[] = "mqtt://", tls[] = "mqtts://";
	struct slice url = slice_of(value);
	bool secure = slice_starts(url, tls);

	r->url = r->here;
	if ((!secure && !slice_starts(url, plain)) ||
	    read_host_port(value + strlen(secure ? tls : plain), secure ? 8883 : 1883, r->c->host,
			   &r->c->port) < 0)
		return wrong(r, "url `%s` is not mqtt://HOST:PORT or mqtts://HOST:PORT", value);
	r->c->tls = secure;
	r->c->loopback = is_loopback(r->c->host);
	return copy_value(r, value, r->c->url, sizeof(r->c->url));
}

static int take_prefix(struct config_reader *r, const char *value)
{
	size_t n = strlen(value);

	if (n > CONFIG_PREFIX_MAX || value[0] == '/' || value[n - 1] == '/' || value[0] == '$' ||
	    strstr(value, "//") || strpbrk(value, "+# "))
		return wrong(r,
			     "prefix `%s` is no start of a topic: levels divided by /, without "
			     "+ # $ and at most %d bytes",
			     value, CONFIG_PREFIX_MAX);
	return copy_value(r, value, r->c->prefix, sizeof(r->c->prefix));
}

static int take_user(struct config_reader *r, const char *value)
{
	r->user = r->here;
	return copy_value(r, value, r->c->user, sizeof(r->c->user));
}

static int name_file(struct config_reader *r, const char *value, enum named_file which)
{
	r->named_at[which] = r->here;
	return full_path(r, value, r->named[which], sizeof(r->named[which]));
}

static int take_listen(struct config_reader *r, const char *value)
{
	if (read_host_port(value, 0, r->c->listen_host, &r->c->listen_port) < 0)
		return wrong(r, "listen `%s` is not ADDRESS:PORT with a port of 1 to 65535", value);
	return 0;
}

static int take_hosts(struct config_reader *r, const char *value)
{
	const char *p = value;

	r->c->host_count = 0;
	while (*p) {
		size_t n = strcspn(p, " \t,");

		if (n && r->c->host_count == CONFIG_HOSTS_MAX)
			return wrong(r, "too many hosts: at most %d", CONFIG_HOSTS_MAX);
		if (n && slice_copy((struct slice){ p, n }, r->c->hosts[r->c->host_count++],
				    CONFIG_TEXT_MAX) < 0)
			return wrong(r, "a host name is too long");
		p += n;
		p += *p != '\0';
	}
	return 0;
}

static struct config_device *device_of(struct config_reader *r, size_t *ret_index)
{
	struct config_device *d = r->target;

	*ret_index = (size_t)(d - r->c->devices);
	return d;
}

static int take_port(struct config_reader *r, const char *value)
{
	static const char *const with_path[] = { "serial:", "replay:" };
	const char *what = "it cannot be read";
	char port[CONFIG_TEXT_MAX], path[CONFIG_TEXT_MAX];
	size_t i;
	struct config_device *d = device_of(r, &i);

	if (copy_value(r, value, port, sizeof(port)) < 0)
		return -EINVAL;
	for (size_t k = 0; k < COUNT_OF(with_path); k++) {
		size_t n = strlen(with_path[k]);

		if (!slice_starts(slice_of(value), with_path[k]))
			continue;
		if (full_path(r, value + n, path, sizeof(path)) < 0)
			return -EINVAL;
		if (text_fmt(port, sizeof(port), "%s%s", with_path[k], path) < 0)
			return wrong(r, "the path is too long");
	}
	if (port_check(port, &what) < 0)
		return wrong(r, "port `%s`: %s", value, what);
	return copy_value(r, port, d->port, sizeof(d->port));
}

/* What hw/devices.tsv has. */
static int take_protocol(struct config_reader *r, const char *value)
{
	struct known_table known;
	size_t i;
	struct config_device *d = device_of(r, &i);
	char memory[160];
	struct buf names;

	if (known_load(&known) < 0)
		return wrong(r, "the table of devices is broken");
	buf_init(&names, memory, sizeof(memory));
	known_protocols(&known, d->kind, &names);
	if (strcmp(value, "auto") != 0 && !known_protocol(&known, d->kind, slice_of(value)))
		return wrong(r, "a %s has no protocol `%s`: use %s or auto",
			     device_kind_name(d->kind), value, buf_str(&names));
	return copy_value(r, value, d->protocol, sizeof(d->protocol));
}

static int take_desk(struct config_reader *r, const char *value)
{
	size_t i;
	struct config_device *d = device_of(r, &i);

	for (int desk = 0; desk < DESK_COUNT; desk++) {
		if (strcmp(desk_name((enum desk)desk), value) == 0) {
			d->desk = (enum desk)desk;
			return 0;
		}
	}
	return wrong(r, "desk `%s` is unknown: use counter or kiosk", value);
}

static int take_standin(struct config_reader *r, const char *value)
{
	size_t i;
	struct config_device *d = device_of(r, &i);

	r->standins[i] = r->here;
	return copy_value(r, value, d->standin, sizeof(d->standin));
}

static int take_layout(struct config_reader *r, const char *value)
{
	static const char *const layouts[] = { "us", "pl", "de", "fr" };
	size_t i;
	struct config_device *d = device_of(r, &i);

	if (find_word(layouts, COUNT_OF(layouts), value) < 0)
		return wrong(r, "layout `%s` is not known: use us, pl, de or fr", value);
	return copy_value(r, value, d->layout, sizeof(d->layout));
}

static int take_dialect(struct config_reader *r, const char *value)
{
	static const char *const dialects[] = { "auto",	  "epson",	"epson-ascii", "aures",
						"cd5220", "cd5220-852", "ascii" };
	size_t i;
	struct config_device *d = device_of(r, &i);

	if (find_word(dialects, COUNT_OF(dialects), value) < 0)
		return wrong(r,
			     "dialect `%s` is not known: use auto, epson, epson-ascii, aures, "
			     "cd5220, cd5220-852 or ascii",
			     value);
	return copy_value(r, value, d->dialect, sizeof(d->dialect));
}

static int take_drawer_open(struct config_reader *r, const char *value)
{
	static const char *const levels[] = { "low", "high" };
	size_t i;
	struct config_device *d = device_of(r, &i);

	d->drawer_open = find_word(levels, COUNT_OF(levels), value);
	if (d->drawer_open < 0 && strcmp(value, "auto") != 0)
		return wrong(r, "drawer_open `%s` is not low, high or auto", value);
	return 0;
}

static int take_profile(struct config_reader *r, const char *value)
{
	size_t i;
	struct config_device *d = device_of(r, &i);

	if (!profile_find(slice_of(value)))
		return wrong(r, "profile `%s` is not known: use `auto` or one of drivers/README.md",
			     value);
	return copy_value(r, value, d->profile, sizeof(d->profile));
}

/* Read here too, so that a bad picture is found at start and not on the first slip. */
static int take_logo(struct config_reader *r, const char *value)
{
	size_t i;
	struct config_device *d = device_of(r, &i);
	int err = full_path(r, value, d->logo, sizeof(d->logo));
	struct pbm *picture;
	const char *what;

	if (err < 0)
		return err;
	picture = logo_load(d->logo, &what);
	if (!picture)
		return wrong(r, "%s %s", d->logo, what);
	free(picture);
	return 0;
}

/* ---- the tables: all sections and keys there are ---- */

enum key_type { KEY_TEXT, KEY_PATH, KEY_NUMBER, KEY_YES_NO, KEY_FILE, KEY_OWN };

struct config_key {
	const char *name;
	enum key_type type;
	size_t offset; /* in the section's target; KEY_FILE: the enum named_file */
	size_t cap;    /* KEY_TEXT, KEY_PATH */
	int least, most;
	int (*take)(struct config_reader *r, const char *value);
};

#define TEXT_KEY(s, f)                                                                             \
	{                                                                                          \
#f, KEY_TEXT, offsetof(struct s, f), sizeof(((struct s *)0)->f), 0, 0, NULL        \
	}
#define PATH_KEY(s, f)                                                                             \
	{                                                                                          \
#f, KEY_PATH, offsetof(struct s, f), sizeof(((struct s *)0)->f), 0, 0, NULL        \
	}
#define YES_NO_KEY(f)                                                                              \
	{                                                                                          \
#f, KEY_YES_NO, offsetof(struct config, f), 0, 0, 0, NULL                          \
	}
#define NUMBER_KEY(s, f, least, most)                                                              \
	{                                                                                          \
#f, KEY_NUMBER, offsetof(struct s, f), 0, least, most, NULL                        \
	}
#define FILE_KEY_OF(f, which)                                                                      \
	{                                                                                          \
#f, KEY_FILE, which, 0, 0, 0, NULL                                                 \
	}
#define OWN_KEY(f)                                                                                 \
	{                                                                                          \
#f, KEY_OWN, 0, 0, 0, 0, take_##f                                                  \
	}

static const struct config_key station_keys[] = {
	OWN_KEY(store),	   OWN_KEY(lane),     TEXT_KEY(config, name),
	OWN_KEY(language), OWN_KEY(timezone), PATH_KEY(config, data),
};

static const struct config_key hq_keys[] = {
	OWN_KEY(url),
	OWN_KEY(prefix),
	FILE_KEY_OF(keys, FILE_KEYS),
	FILE_KEY_OF(secret, FILE_SECRET),
	FILE_KEY_OF(ca, FILE_CA),
	FILE_KEY_OF(cert, FILE_CERT),
	FILE_KEY_OF(key, FILE_KEY),
	OWN_KEY(user),
	FILE_KEY_OF(password_file, FILE_PASSWORD),
	YES_NO_KEY(sign),
	YES_NO_KEY(insecure),
};

static const struct config_key http_keys[] = { OWN_KEY(listen), OWN_KEY(hosts) };

static const struct config_key screen_keys[] = {
	NUMBER_KEY(config_screen, width_mm, 20, 5000),
	NUMBER_KEY(config_screen, distance_mm, 50, 20000),
	TEXT_KEY(config_screen, audio),
};

static const struct config_key scanner_keys[] = {
	OWN_KEY(port),
	OWN_KEY(protocol),
	OWN_KEY(layout),
	OWN_KEY(desk),
};

static const struct config_key display_keys[] = {
	OWN_KEY(port),
	OWN_KEY(protocol),
	OWN_KEY(dialect),
	OWN_KEY(desk),
};

static const struct config_key printer_keys[] = {
	OWN_KEY(port),
	OWN_KEY(protocol),
	OWN_KEY(profile),
	NUMBER_KEY(config_device, columns, CONFIG_COLUMNS_MIN, CONFIG_COLUMNS_MAX),
	OWN_KEY(standin),
	NUMBER_KEY(config_device, drawer, 0, 2),
	OWN_KEY(drawer_open),
	OWN_KEY(logo),
};

static const struct config_section sections[SECTION_KINDS] = {
	{ "station", SECTION_ONE, 0, station_keys, COUNT_OF(station_keys) },
	{ "hq", SECTION_ONE, 0, hq_keys, COUNT_OF(hq_keys) },
	{ "http", SECTION_ONE, 0, http_keys, COUNT_OF(http_keys) },
	{ "screen", SECTION_SCREEN, 0, screen_keys, COUNT_OF(screen_keys) },
	{ "scanner", SECTION_DEVICE, DEVICE_SCANNER, scanner_keys, COUNT_OF(scanner_keys) },
	{ "printer", SECTION_DEVICE, DEVICE_PRINTER, printer_keys, COUNT_OF(printer_keys) },
	{ "display", SECTION_DEVICE, DEVICE_DISPLAY, display_keys, COUNT_OF(display_keys) },
};

const struct config_section *config_section_at(size_t i)
{
	return i < COUNT_OF(sections) ? &sections[i] : NULL;
}

static int take_value(struct config_reader *r, const struct config_key *key, const char *value)
{
	char *field = (char *)r->target + key->offset;
	bool yes = strcmp(value, "yes") == 0;
	int number;

	switch (key->type) {
	case KEY_TEXT:
		return copy_value(r, value, field, key->cap);
	case KEY_PATH:
		return full_path(r, value, field, key->cap);
	case KEY_NUMBER:
		if (read_number(value, &number) < 0 || number < key->least || number > key->most)
			return wrong(r, "%s must be a number from %d to %d", key->name, key->least,
				     key->most);
		memcpy(field, &number, sizeof(number));
		return 0;
	case KEY_YES_NO:
		if (!yes && strcmp(value, "no") != 0)
			return wrong(r, "%s must be yes or no", key->name);
		memcpy(field, &yes, sizeof(yes));
		return 0;
	case KEY_FILE:
		return name_file(r, value, (enum named_file)key->offset);
	case KEY_OWN:
		return key->take(r, value);
	}
	return -EINVAL;
}

int config_take(struct config_reader *r, const char *name, const char *value)
{
	const struct config_section *s = r->section;

	if (!s)
		return wrong(r, "`%s` stands before any [section]", name);
	for (size_t i = 0; i < s->count; i++) {
		if (strcmp(s->keys[i].name, name) != 0)
			continue;
		if (r->seen & 1u << i)
			return wrong(r, "`%s` stands twice in this section: take one out", name);
		r->seen |= 1u << i;
		return *value ? take_value(r, &s->keys[i], value) : 0;
	}
	return wrong(r, "[%s] has no key `%s`", s->name, name);
}
