// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/pty.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

static int pty_open_slave(struct pty *pty)
{
	struct termios t;

	if (grantpt(pty->master) < 0 || unlockpt(pty->master) < 0)
		return -errno;
	if (ptsname_r(pty->master, pty->name, sizeof(pty->name)) != 0)
		return -errno;
	pty->slave = open(pty->name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (pty->slave < 0)
		return -errno;
	if (tcgetattr(pty->slave, &t) < 0)
		return -errno;
	cfmakeraw(&t);
	cfsetspeed(&t, B9600);
	if (tcsetattr(pty->slave, TCSANOW, &t) < 0)
		return -errno;
	return 0;
}

/* Replaces a stale link in one step, so a station never finds the name missing. */
static int pty_make_link(struct pty *pty, const char *link)
{
	char temporary[PATH_MAX];
	struct stat st;

	if (lstat(link, &st) == 0 && !S_ISLNK(st.st_mode))
		return -EEXIST;
	if (snprintf(temporary, sizeof(temporary), "%s.tmp%d", link, (int)getpid()) >=
	    (int)sizeof(temporary))
		return -ENAMETOOLONG;
	unlink(temporary);
	if (symlink(pty->name, temporary) < 0)
		return -errno;
	if (rename(temporary, link) < 0) {
		const int r = -errno;

		unlink(temporary);
		return r;
	}
	snprintf(pty->link, sizeof(pty->link), "%s", link);
	return 0;
}

int pty_open(struct pty *pty, const char *link)
{
	int r;

	memset(pty, 0, sizeof(*pty));
	pty->slave = -1;
	pty->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (pty->master < 0)
		return -errno;
	r = pty_open_slave(pty);
	if (!r)
		r = pty_make_link(pty, link);
	if (r)
		pty_close(pty);
	return r;
}

int pty_unread(const struct pty *pty)
{
	int n = 0;

	return ioctl(pty->slave, FIONREAD, &n) < 0 ? 0 : n;
}

void pty_close(struct pty *pty)
{
	char target[sizeof(pty->name)] = "";

	/* Somebody else's newer link of the same name stays. */
	if (pty->link[0] && readlink(pty->link, target, sizeof(target) - 1) > 0 &&
	    strcmp(target, pty->name) == 0)
		unlink(pty->link);
	if (pty->slave >= 0)
		close(pty->slave);
	if (pty->master >= 0)
		close(pty->master);
	pty->master = pty->slave = -1;
	pty->link[0] = '\0';
}
