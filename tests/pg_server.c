// SPDX-License-Identifier: Apache-2.0
#include "tests/pg_server.h"

#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <pwd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "firmware/base/bytes.h"

#define PLACES	    "/usr/lib/postgresql/*/bin/initdb"
#define DEADLINE_MS 30000

/* In the child: as somebody who may run PostgreSQL, quiet, and not longer than the test. */
static void become(const struct pg_server *s, const char *const *argv)
{
	const struct passwd *nobody = getpwnam("nobody");
	char path[192];
	int log;

	text_fmt(path, sizeof(path), "%s/log", s->dir);
	log = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	dup2(log, STDOUT_FILENO);
	dup2(log, STDERR_FILENO);
	if (geteuid() == 0 && nobody && (setgid(nobody->pw_gid) < 0 || setuid(nobody->pw_uid) < 0))
		_exit(126);
	prctl(PR_SET_PDEATHSIG, SIGQUIT);
	text_fmt(path, sizeof(path), "%s/%s", s->bin, argv[0]);
	if (chdir(s->dir) == 0)
		execv(path, (char *const *)argv);
	_exit(127);
}

static pid_t start(const struct pg_server *s, const char *const *argv)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		become(s, argv);
	return pid;
}

static bool find_programs(struct pg_server *s)
{
	glob_t found;
	bool any = glob(PLACES, 0, NULL, &found) == 0 && found.gl_pathc > 0;

	if (any) {
		const char *last = found.gl_pathv[found.gl_pathc - 1];

		slice_copy((struct slice){ last, strlen(last) - strlen("/initdb") }, s->bin,
			   sizeof(s->bin));
	}
	globfree(&found);
	return any;
}

bool pg_server_installed(void)
{
	struct pg_server s = { 0 };

	return find_programs(&s);
}

void pg_server_run(struct pg_server *s)
{
	const struct timespec pause = { .tv_nsec = 20000000 };
	char data[96], path[128];
	const char *argv[] = { "postgres",	    "-D", data,	       "-k", s->dir, "-c",
			       "listen_addresses=", "-c", "fsync=off", NULL };

	text_fmt(data, sizeof(data), "%s/data", s->dir);
	s->pid = start(s, argv);
	text_fmt(path, sizeof(path), "%s/data/postmaster.pid", s->dir);
	for (int i = 0; i < DEADLINE_MS / 20; i++) {
		char text[512] = "";
		FILE *f = fopen(path, "re");

		/* Its last line says "ready" when it takes connections. */
		if (f) {
			text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
			fclose(f);
		}
		if (strstr(text, "\nready"))
			return;
		nanosleep(&pause, NULL);
	}
	fail_msg("PostgreSQL does not start; see %s/log", s->dir);
}

bool pg_server_start(struct pg_server *s)
{
	const struct passwd *nobody = getpwnam("nobody");
	char data[96];
	const char *argv[] = { "initdb",    "-D",    data, "-U",   "lada",
			       "-A",	    "trust", "-E", "UTF8", "--locale=C.UTF-8",
			       "--no-sync", NULL };
	int status;

	*s = (struct pg_server){ 0 };
	if (!find_programs(s))
		return false;
	text_fmt(s->dir, sizeof(s->dir), "/tmp/lada-pg.XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	if (geteuid() == 0 && nobody)
		assert_int_equal(chown(s->dir, nobody->pw_uid, nobody->pw_gid), 0);
	text_fmt(data, sizeof(data), "%s/data", s->dir);
	waitpid(start(s, argv), &status, 0);
	assert_int_equal(status, 0);
	pg_server_run(s);
	return true;
}

void pg_server_end(struct pg_server *s)
{
	if (s->pid > 0) {
		kill(s->pid, SIGQUIT);
		waitpid(s->pid, NULL, 0);
	}
	s->pid = 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void pg_server_remove(struct pg_server *s)
{
	pg_server_end(s);
	if (s->dir[0])
		nftw(s->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	s->dir[0] = '\0';
}

void pg_server_url(struct pg_server *s, char *dst, size_t cap)
{
	char url[192], make[64];
	int n = ++s->schemas;
	const char *argv[] = { "psql", "-q", "-c", make, url, NULL };
	int status;

	assert_int_equal(
		text_fmt(url, sizeof(url), "postgresql:///postgres?host=%s&user=lada", s->dir), 0);
	text_fmt(make, sizeof(make), "CREATE SCHEMA t%d", n);
	waitpid(start(s, argv), &status, 0);
	assert_int_equal(status, 0);
	assert_int_equal(text_fmt(dst, cap, "%s&options=-csearch_path%%3Dt%d", url, n), 0);
}

struct pg_server *pg_server_wanted(void)
{
	const char *wanted = getenv("LADA_HQ_DB");
	struct pg_server *s;

	if (!wanted || strcmp(wanted, "postgresql") != 0)
		return NULL;
	s = calloc(1, sizeof(*s));
	assert_non_null(s);
	if (!pg_server_start(s)) {
		printf("1..0 # SKIP PostgreSQL's server is not installed\n");
		exit(0);
	}
	return s;
}
