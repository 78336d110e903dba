// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/export.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "firmware/trust/keys.h"
#include "sync/hq/export_tables.h"
#include "sync/hq/stream.h"

/* An event of a whole message, of which each byte may take two as a text; and what is around it. */
#define LINE_MAX_BYTES (2 * HQ_MESSAGE_MAX + 16384)

static bool has_line_ends(struct slice s)
{
	return memchr(s.p, '\n', s.n) || memchr(s.p, '\r', s.n);
}

static void write_column(struct buf *m, const struct export_column *c, struct db_stmt *q, int i)
{
	struct slice s = db_slice(q, i);
	char base64[2 * TRUST_SEED_BYTES];

	if (!s.p)
		return;
	switch (c->type) {
	case EXPORT_NUMBER:
		jw_int(m, c->name, db_int(q, i));
		return;
	case EXPORT_TEXT:
		jw_slice(m, c->name, s);
		return;
	case EXPORT_JSON:
		if (has_line_ends(s))
			jw_slice(m, c->name, s);
		else
			jw_raw(m, c->name, s);
		return;
	case EXPORT_BYTES:
		base64_encode((const uint8_t *)s.p, s.n, false, base64, sizeof(base64));
		jw_str(m, c->name, base64);
		sodium_memzero(base64, sizeof(base64));
		return;
	}
}

/* What makes a record's line one for `import` too. */
static void write_record_words(struct buf *m, struct db_stmt *q)
{
	const struct stream_kind *kind;
	char stream[16];

	db_copy(q, 1, stream, sizeof(stream));
	kind = stream_by_name(stream);
	jw_str(m, "type", kind ? kind->type : "");
	jw_str(m, "op", db_int(q, 4) ? "del" : "put");
}

static int export_table(struct hq *hq, const struct export_table *t, struct buf *m, FILE *out,
			long *lines)
{
	struct db_stmt *q = db_walk(&hq->db, t->select, "");

	while (db_row(&hq->db, q)) {
		buf_reset(m);
		jw_open(m, NULL, '{');
		jw_str(m, "export", t->kind);
		if (strcmp(t->kind, "record") == 0)
			write_record_words(m, q);
		for (int i = 0; t->column[i].name; i++)
			write_column(m, &t->column[i], q, i);
		jw_close(m, '}');
		buf_byte(m, '\n');
		if (m->overflow) {
			db_done(q);
			return -EMSGSIZE;
		}
		fwrite(m->p, 1, m->len, out);
		++*lines;
	}
	return hq->db.error ? -EIO : 0;
}

static int write_all(struct hq *hq, FILE *out, long *lines)
{
	char at[TIME_TEXT_MAX], *line = malloc(LINE_MAX_BYTES);
	struct buf m;
	int err = 0;

	if (!line)
		return -ENOMEM;
	if (db_begin_read(&hq->db) < 0) {
		free(line);
		return -EIO;
	}
	buf_init(&m, line, LINE_MAX_BYTES);
	hq_now_text(hq, at);
	fprintf(out, "{\"export\":\"lada-hq\",\"version\":%d,\"at\":\"%s\"}\n", EXPORT_VERSION, at);
	*lines = 1;
	for (int i = 0; i < EXPORT_TABLES && err == 0; i++)
		err = export_table(hq, &export_tables[i], &m, out, lines);
	db_end_read(&hq->db);
	sodium_memzero(line, LINE_MAX_BYTES);
	free(line);
	if (err < 0)
		return err;
	return fflush(out) != 0 || ferror(out) ? -EIO : 0;
}

int export_file(struct hq *hq, const char *path, long *ret_lines)
{
	char beside[4096];
	long lines = 0;
	FILE *out;
	int fd, err;

	if (strcmp(path, "-") == 0) {
		err = write_all(hq, stdout, &lines);
		*ret_lines = lines;
		return err;
	}
	if (text_fmt(beside, sizeof(beside), "%s.part", path) < 0)
		return -ENAMETOOLONG;
	unlink(beside);
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	out = fd < 0 ? NULL : fdopen(fd, "w");
	if (!out)
		return -errno;
	err = write_all(hq, out, &lines);
	if (err == 0 && fsync(fd) < 0)
		err = -errno;
	if (fclose(out) != 0 && err == 0)
		err = -errno;
	if (err == 0 && rename(beside, path) < 0)
		err = -errno;
	if (err < 0)
		unlink(beside);
	else
		*ret_lines = lines;
	return err;
}
