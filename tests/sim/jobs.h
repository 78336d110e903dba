// SPDX-License-Identifier: Apache-2.0
/*
 * The tray: finished jobs as files in a directory. NNN.bin (bytes received), NNN.png (the
 * paper) and NNN.txt (its text) appear whole, in this order; then one line in jobs.jsonl says
 * that the job is complete. Numbers go on after the highest there. Failures are negative errno.
 */
#ifndef LADA_SIM_JOBS_H
#define LADA_SIM_JOBS_H

#include <limits.h>

#include "tests/sim/device.h"

struct jobs {
	char dir[PATH_MAX - 64];
	unsigned int last;
};

/* Makes the directory if it is missing (its parent must be there). */
int jobs_open(struct jobs *jobs, const char *dir);
int jobs_write(struct jobs *jobs, const struct device_job *job);
int jobs_write_drawer(const struct jobs *jobs, int pin, int on_ms, bool realtime);

#endif
