// SPDX-License-Identifier: Apache-2.0
/*
 * inih splits sections, names and values; it tells its handler neither the line nor that a
 * section began, takes `[a] b` and silently joins indented lines. So lines reach it through
 * next_line(), which counts them, sees the headers, and takes comments and indents off.
 */
#include "firmware/config.h"

#include <dirent.h>
#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "drivers/port_address.h"
#include "firmware/config_keys.h"

#define LINE_BYTES  2048  /* with its comment */
#define KEYS_BYTES  16384 /* a keys file */
#define SMALL_BYTES 512	  /* a secret, a password */

struct source {
	struct config_reader *r;
	FILE *stream;
};

int config_wrong(struct config_reader *r, struct place at, const char *fmt, ...)
{
	va_list args;
	char what[1024];

	if (r->wrong.line)
		return -EINVAL;
	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	r->wrong = at;
	snprintf(r->message, r->cap, "%s:%d: %s", r->files[at.file], at.line, what);
	return -EINVAL;
}

#define wrong(r, ...) config_wrong(r, (r)->here, __VA_ARGS__)

/* ---- sections ---- */

static int begin(struct config_reader *r, struct place *began, void *target)
{
	if (began->line && began->file == r->here.file)
		return wrong(r, "this section stands already in line %d: join the two",
			     began->line);
	*began = r->here;
	r->target = target;
	r->seen = 0;
	return 0;
}

static int begin_screen(struct config_reader *r, struct slice name)
{
	for (int i = 0; i < DESK_COUNT; i++)
		if (slice_eq(name, desk_name((enum desk)i)))
			return begin(r, &r->screens[i], &r->c->screens[i]);
	return wrong(r, "[screen %.*s] names no desk: use counter or kiosk", (int)name.n, name.p);
}

static int add_device(struct config_reader *r, enum device_kind kind, struct slice name)
{
	struct config_device *d = &r->c->devices[r->c->device_count];

	if (r->c->device_count == DEVICES_MAX)
		return wrong(r, "too many devices: at most %d", DEVICES_MAX);
	*d = (struct config_device){ .kind = kind, .desk = DESK_COUNTER, .drawer_open = -1 };
	slice_copy(name, d->name, sizeof(d->name));
	slice_copy(slice_of("auto"), d->port, sizeof(d->port));
	slice_copy(slice_of("auto"), d->profile, sizeof(d->profile));
	slice_copy(slice_of("us"), d->layout, sizeof(d->layout));
	slice_copy(slice_of("auto"), d->dialect, sizeof(d->dialect));
	return begin(r, &r->devices[r->c->device_count++], d);
}

static int begin_device(struct config_reader *r, enum device_kind kind, struct slice name)
{
	if (!id_valid(name) || name.n >= DEVICE_NAME_MAX)
		return wrong(r, "`%.*s` is no device name: 1 to %d of A-Z a-z 0-9 . _ -",
			     (int)name.n, name.p, DEVICE_NAME_MAX - 1);
	for (int i = 0; i < r->c->device_count; i++) {
		struct config_device *d = &r->c->devices[i];

		if (!slice_eq(name, d->name))
			continue;
		if (d->kind != kind || r->devices[i].file == r->here.file)
			return wrong(r,
				     "a device named `%s` stands already in %s:%d: choose another "
				     "name",
				     d->name, r->files[r->devices[i].file], r->devices[i].line);
		return begin(r, &r->devices[i], d);
	}
	return add_device(r, kind, name);
}

static int begin_section(struct config_reader *r, struct slice kind, struct slice name)
{
	const struct config_section *s;

	for (size_t i = 0; (s = config_section_at(i)); i++) {
		if (!slice_eq(kind, s->name))
			continue;
		r->section = s;
		switch (s->kind) {
		case SECTION_ONE:
			if (name.n)
				return wrong(r, "[%s] takes no name", s->name);
			return begin(r, &r->sections[i], r->c);
		case SECTION_SCREEN:
			return begin_screen(r, name);
		case SECTION_DEVICE:
			return begin_device(r, s->device, name);
		}
	}
	return wrong(
		r,
		"there is no section [%.*s]: use station, hq, http, screen DESK, scanner NAME, "
		"printer NAME or display NAME",
		(int)kind.n, kind.p);
}

/* ---- lines ---- */

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct slice trim(struct slice s)
{
	while (s.n && blank(s.p[0]))
		s = (struct slice){ s.p + 1, s.n - 1 };
	while (s.n && blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* A comment is a line that begins with ; or #, or what follows a blank and ';'. */
static struct slice without_comment(struct slice line)
{
	line = trim(line);
	if (line.n && (line.p[0] == ';' || line.p[0] == '#'))
		return (struct slice){ 0 };
	for (size_t i = 1; i < line.n; i++)
		if (line.p[i] == ';' && blank(line.p[i - 1]))
			return trim((struct slice){ line.p, i });
	return line;
}

static void take_header(struct config_reader *r, struct slice line)
{
	struct slice kind, name;
	size_t n = 0;

	if (line.p[line.n - 1] != ']' || memchr(line.p, ']', line.n) != line.p + line.n - 1) {
		wrong(r, "a section's header is [NAME] and nothing else");
		return;
	}
	name = trim((struct slice){ line.p + 1, line.n - 2 });
	while (n < name.n && !blank(name.p[n]))
		n++;
	kind = (struct slice){ name.p, n };
	name = trim((struct slice){ name.p + n, name.n - n });
	begin_section(r, kind, name);
}

/* inih's fgets: NULL ends the reading. */
static char *next_line(char *dst, int size, void *ctx)
{
	struct source *source = ctx;
	struct config_reader *r = source->r;
	char raw[LINE_BYTES];
	struct slice line;

	if (r->wrong.line || !fgets(raw, sizeof(raw), source->stream))
		return NULL;
	r->here.line++;
	line = slice_of(raw);
	if (r->here.line == 1 && slice_starts(line, "\xef\xbb\xbf"))
		line = (struct slice){ line.p + 3, line.n - 3 };
	if (line.n == 0 || (line.p[line.n - 1] != '\n' && !feof(source->stream)))
		wrong(r, "the line is longer than %d bytes or has a zero byte", LINE_BYTES - 2);
	else if (!utf8_valid(line))
		wrong(r, "the line is not UTF-8: save the file as UTF-8");
	line = without_comment(line);
	/* inih wants room for a line end of two bytes and a NUL. */
	if (line.n + 3 > (size_t)size)
		wrong(r, "the line is too long: at most %d bytes without its comment", size - 3);
	if (r->wrong.line)
		return NULL;
	if (line.n && line.p[0] == '[')
		take_header(r, line);
	if (r->wrong.line)
		return NULL;
	memcpy(dst, line.p ? line.p : "", line.n);
	memcpy(dst + line.n, "\n", 2);
	return dst;
}

static int on_key(void *ctx, const char *section, const char *name, const char *value)
{
	struct source *source = ctx;

	(void)section; /* next_line() has seen its header */
	return !source->r->wrong.line && config_take(source->r, name, value) == 0;
}

/* ---- files ---- */

static int set_dir(struct config_reader *r, const char *path)
{
	const char *slash = strrchr(path, '/');
	char dir[PATH_MAX];

	if (!slash)
		return realpath(".", r->dir) ? 0 : -errno;
	if (slice_copy((struct slice){ path, (size_t)(slash - path) }, dir, sizeof(dir)) < 0)
		return -ENAMETOOLONG;
	return realpath(dir[0] ? dir : "/", r->dir) ? 0 : -errno;
}

static int read_file(struct config_reader *r, const char *path)
{
	struct source source = { .r = r };
	int line;

	r->here = (struct place){ r->file_count, 1 };
	if (slice_copy(slice_of(path), r->files[r->file_count++], PATH_MAX) < 0 ||
	    set_dir(r, path) < 0)
		return wrong(r, "cannot be opened: %s", strerror(errno));
	source.stream = fopen(path, "re");
	if (!source.stream)
		return wrong(r, "cannot be opened: %s", strerror(errno));
	r->here.line = 0;
	r->section = NULL;
	line = ini_parse_stream(next_line, &source, on_key, &source);
	if (ferror(source.stream))
		wrong(r, "cannot be read");
	fclose(source.stream);
	if (line > 0 && (!r->wrong.line || line < r->wrong.line)) {
		r->wrong.line = 0;
		return config_wrong(r, (struct place){ r->here.file, line },
				    "neither a [section] nor `key = value`");
	}
	return r->wrong.line ? -EINVAL : 0;
}

static int is_conf(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name);

	return entry->d_name[0] != '.' && n > 5 && strcmp(entry->d_name + n - 5, ".conf") == 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int read_all(struct config_reader *r, const char *path)
{
	struct dirent **entries;
	char dir[PATH_MAX], file[PATH_MAX];
	int err = read_file(r, path), count;

	if (err < 0)
		return err;
	if (text_fmt(dir, sizeof(dir), "%s.d", path) < 0)
		return wrong(r, "the path is too long");
	count = scandir(dir, &entries, is_conf, by_name);
	if (count < 0 && errno == ENOENT)
		return 0;
	if (count < 0)
		return wrong(r, "%s cannot be read: %s", dir, strerror(errno));
	for (int i = 0; i < count; i++) {
		if (err == 0 && r->file_count == CONFIG_FILES_MAX)
			err = wrong(r, "too many files in %s: at most %d", dir,
				    CONFIG_FILES_MAX - 1);
		if (err == 0 && text_fmt(file, sizeof(file), "%s/%s", dir, entries[i]->d_name) < 0)
			err = wrong(r, "the path is too long");
		if (err == 0)
			err = read_file(r, file);
		free(entries[i]);
	}
	free(entries);
	return err;
}

/* ---- the files it names ---- */

/* `most` bytes at most; `own`: nobody else may read it. Returns its length or -EINVAL. */
static int slurp(struct config_reader *r, enum named_file which, bool own, char *dst, size_t most)
{
	const char *path = r->named[which];
	struct place at = r->named_at[which];
	FILE *f = fopen(path, "re");
	struct stat st;
	size_t n = 0;
	int err = 0;

	if (!f)
		return config_wrong(r, at, "%s cannot be read: %s", path, strerror(errno));
	if (fstat(fileno(f), &st) < 0 || !S_ISREG(st.st_mode))
		err = config_wrong(r, at, "%s is no file", path);
	else if (own && (st.st_mode & 077))
		err = config_wrong(r, at, "%s may be read by others: chmod 600 it", path);
	if (err == 0 && most) {
		n = fread(dst, 1, most + 1, f);
		if (n > most)
			err = config_wrong(r, at, "%s is too long: at most %zu bytes", path, most);
	}
	fclose(f);
	return err < 0 ? err : (int)n;
}

static int load_keys(struct config_reader *r)
{
	char text[KEYS_BYTES + 1];
	const char *what;
	int line, n = slurp(r, FILE_KEYS, false, text, KEYS_BYTES);

	if (n < 0)
		return n;
	if (trust_keys_parse((struct slice){ text, (size_t)n }, &r->c->keys, &line, &what) == 0)
		return 0;
	r->wrong = r->named_at[FILE_KEYS];
	snprintf(r->message, r->cap, "%s:%d: %s", r->named[FILE_KEYS], line, what);
	return -EINVAL;
}

static int load_secret(struct config_reader *r)
{
	char text[SMALL_BYTES + 1];
	int n = slurp(r, FILE_SECRET, true, text, SMALL_BYTES);

	if (n < 0)
		return n;
	if (hex_decode(trim((struct slice){ text, (size_t)n }), r->c->secret,
		       sizeof(r->c->secret)) < 0)
		n = config_wrong(r, r->named_at[FILE_SECRET], "%s must hold %zu hex digits",
				 r->named[FILE_SECRET], 2 * sizeof(r->c->secret));
	explicit_bzero(text, sizeof(text));
	r->c->has_secret = n >= 0;
	return n;
}

static int load_password(struct config_reader *r)
{
	char text[SMALL_BYTES + 1];
	struct slice password;
	int n = slurp(r, FILE_PASSWORD, true, text, SMALL_BYTES);

	if (n < 0)
		return n;
	password = (struct slice){ text, (size_t)n };
	while (password.n && (text[password.n - 1] == '\n' || text[password.n - 1] == '\r'))
		password.n--;
	if (text_has_control(password) ||
	    slice_copy(password, r->c->password, sizeof(r->c->password)) < 0)
		n = config_wrong(r, r->named_at[FILE_PASSWORD],
				 "%s must hold one line of at most %d bytes",
				 r->named[FILE_PASSWORD], CONFIG_TEXT_MAX - 1);
	explicit_bzero(text, sizeof(text));
	return n;
}

static int load_named(struct config_reader *r)
{
	static const struct {
		enum named_file which;
		size_t offset;
		bool own;
	} certificates[] = {
		{ FILE_CA, offsetof(struct config, ca), false },
		{ FILE_CERT, offsetof(struct config, cert), false },
		{ FILE_KEY, offsetof(struct config, key), true },
	};

	if ((r->named[FILE_KEYS][0] && load_keys(r) < 0) ||
	    (r->named[FILE_SECRET][0] && load_secret(r) < 0) ||
	    (r->named[FILE_PASSWORD][0] && load_password(r) < 0))
		return -EINVAL;
	for (size_t i = 0; i < COUNT_OF(certificates); i++) {
		enum named_file which = certificates[i].which;

		if (r->named[which][0] && slurp(r, which, certificates[i].own, NULL, 0) < 0)
			return -EINVAL;
		slice_copy(slice_of(r->named[which]), (char *)r->c + certificates[i].offset,
			   CONFIG_TEXT_MAX);
	}
	return 0;
}

/* ---- the whole ---- */

static void set_defaults(struct config *c)
{
	*c = (struct config){
		.language = LANGUAGE_PL,
		.timezone = "Europe/Warsaw",
		.data = "/var/lib/lada",
		.url = "mqtt://127.0.0.1:1883",
		.host = "127.0.0.1",
		.port = 1883,
		.loopback = true,
		.prefix = "lada/1",
		.listen_host = "127.0.0.1",
		.listen_port = 8080,
	};
	for (int i = 0; i < DESK_COUNT; i++)
		c->screens[i] = (struct config_screen){ 344, 600, "none" };
}

static int check_hq(struct config_reader *r)
{
	const struct config *c = r->c;
	bool signs = trust_keys_has(&c->keys, KEY_STREAM);

	if (!c->cert[0] != !c->key[0])
		return config_wrong(r, r->named_at[c->cert[0] ? FILE_CERT : FILE_KEY],
				    "cert and key go together: give both or none");
	if (r->named[FILE_PASSWORD][0] && !c->user[0])
		return config_wrong(r, r->named_at[FILE_PASSWORD],
				    "password_file without user: give both");
	if (c->loopback || c->insecure || (c->tls && signs))
		return 0;
	return config_wrong(r, r->url,
			    "%s is not this machine, so it needs %s%s%s, or insecure = yes", c->url,
			    c->tls ? "" : "mqtts://", c->tls || signs ? "" : " and ",
			    signs ? "" : "a key of purpose stream in `keys`");
}

static int check_standin(struct config_reader *r, int i)
{
	const struct config_device *d = &r->c->devices[i];

	if (!d->standin[0])
		return 0;
	for (int k = 0; k < r->c->device_count; k++) {
		const struct config_device *other = &r->c->devices[k];

		if (k != i && other->kind == DEVICE_PRINTER && strcmp(other->name, d->standin) == 0)
			return 0;
	}
	return config_wrong(r, r->standins[i], "standin `%s` is not another printer's name",
			    d->standin);
}

/* Where a section names no protocol: what is found decides, if something is to be found. */
static int check_protocol(struct config_reader *r, int i)
{
	static const char *const usual[] = {
		[DEVICE_SCANNER] = "line",
		[DEVICE_PRINTER] = "escpos",
		[DEVICE_DISPLAY] = "pole",
	};
	struct config_device *d = &r->c->devices[i];
	const bool found = strcmp(d->port, "auto") == 0;

	if (!d->protocol[0])
		text_fmt(d->protocol, sizeof(d->protocol), "%s",
			 found && d->kind != DEVICE_PRINTER ? "auto" : usual[d->kind]);
	if (!found && strcmp(d->protocol, "auto") == 0)
		return config_wrong(r, r->devices[i],
				    "[%s %s] has protocol auto, which needs port = auto: name the "
				    "protocol",
				    device_kind_name(d->kind), d->name);
	return 0;
}

/* Why two sections cannot have these ports, or NULL. Two that name equal devices would get now
 * this one and now that one, after each start and each plug. */
static const char *clash(const struct config_device *a, const struct config_device *b)
{
	struct port_address x, y;
	const char *what;

	if (port_parse(a->port, "", &x, &what) < 0 || port_parse(b->port, "", &y, &what) < 0 ||
	    x.kind != y.kind)
		return NULL;
	if (x.kind == PORT_SERIAL)
		return strcmp(x.path, y.path) == 0 ? "name the same serial port" : NULL;
	/* Of one device a printer and a scanner may have an interface each. */
	if (x.kind != PORT_USB || a->kind != b->kind || x.usb_vendor != y.usb_vendor ||
	    x.usb_product != y.usb_product)
		return NULL;
	if (x.path[0] && y.path[0])
		return strcmp(x.path, y.path) == 0 ? "name the same device" : NULL;
	return "could get each other's device: add @SERIAL or @SOCKET to both, as in "
	       "usb:04b8:0202@1-1.4; `lada devices` shows them";
}

static int check_port(struct config_reader *r, int i)
{
	const struct config_device *d = &r->c->devices[i];

	for (int k = 0; k < i; k++) {
		const struct config_device *other = &r->c->devices[k];
		const char *why = clash(other, d);

		if (why)
			return config_wrong(r, r->devices[i], "[%s %s] and [%s %s] in %s:%d %s",
					    device_kind_name(d->kind), d->name,
					    device_kind_name(other->kind), other->name,
					    r->files[r->devices[k].file], r->devices[k].line, why);
	}
	return 0;
}

static int check_whole(struct config_reader *r)
{
	struct config *c = r->c;
	/* The station's section is the first of the table. */
	struct place station = r->sections[0].line ? r->sections[0] : (struct place){ 0, 1 };

	if (!c->store[0])
		return config_wrong(r, station, "[station] has no store: add `store = WAW-042`");
	if (!c->lane[0])
		return config_wrong(r, station, "[station] has no lane: add `lane = k1`");
	if (!c->name[0])
		slice_copy(slice_of(c->store), c->name, sizeof(c->name));
	for (int i = 0; i < c->device_count; i++)
		if (check_standin(r, i) < 0 || check_protocol(r, i) < 0 || check_port(r, i) < 0)
			return -EINVAL;
	return check_hq(r);
}

int config_load(const char *path, struct config *ret_config, char *ret_message, size_t cap)
{
	struct config_reader *r = calloc(1, sizeof(*r));
	struct config *c = calloc(1, sizeof(*c));
	int err = -ENOMEM;

	if (!r || !c) {
		text_fmt(ret_message, cap, "%s:1: out of memory", path);
		goto out;
	}
	set_defaults(c);
	r->c = c;
	r->message = ret_message;
	r->cap = cap;
	err = read_all(r, path);
	if (err == 0)
		err = load_named(r);
	if (err == 0)
		err = check_whole(r);
	if (err == 0)
		*ret_config = *c;
out:
	if (c)
		explicit_bzero(c, sizeof(*c));
	free(c);
	free(r);
	return err;
}
