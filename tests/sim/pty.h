// SPDX-License-Identifier: Apache-2.0
/*
 * A raw pseudo-terminal with a stable name: the cable between a simulated serial device and
 * the station.
 *
 * The caller owns the struct and calls pty_close. The slave side is kept open here too, so
 * that the station may close and open its end without the device seeing EIO. Failures are
 * negative errno; -EEXIST means that the link's name is taken by something that is no
 * symbolic link and is left alone.
 */
#ifndef LADA_SIM_PTY_H
#define LADA_SIM_PTY_H

#include <limits.h>

struct pty {
	int master; /* non-blocking */
	int slave;
	char name[64];
	char link[PATH_MAX];
};

int pty_open(struct pty *pty, const char *link);
/* Bytes the station has not read yet. */
int pty_unread(const struct pty *pty);
void pty_close(struct pty *pty);

#endif
