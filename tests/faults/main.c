// SPDX-License-Identifier: Apache-2.0
/*
 * simulate --seed N [--schedules M] [--trace]: runs the schedules N .. N+M-1. Exit 0: all right;
 * 1: one failed, and its seed, and how to run it alone, is on standard output; 2: bad usage.
 */
#include <inttypes.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sodium.h>

#include "firmware/base/log.h"
#include "tests/faults/sim.h"

#define MMAP_BYTES (256 * 1024)

static struct sim sim;

/* In place of firmware/base/log.c: what programs would log is part of the trace. */
void log_line(enum log_level level, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	if (!sim.trace)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	sim_note(&sim, "  log <%d> %s", (int)level, text);
}

static bool read_number(const char *text, uint64_t *ret_value)
{
	char *end;

	*ret_value = strtoull(text, &end, 10);
	return *text && !*end;
}

static int usage(void)
{
	fprintf(stderr, "usage: simulate --seed N [--schedules M] [--trace]\n");
	return 2;
}

static void open_all(const char *dir)
{
	/* A station is mostly buffers it never touches: pages from the kernel are zero already. */
	mallopt(M_MMAP_THRESHOLD, MMAP_BYTES);
	memory_start();
	if (sodium_init() < 0)
		abort();
	setenv("TZ", "Europe/Warsaw", 1);
	tzset();
	lanes_open(&sim);
	hq_open_once(&sim, dir);
}

static int run(uint64_t seed, uint64_t schedules)
{
	for (uint64_t i = 0; i < schedules; i++) {
		if (sim_run(&sim, seed + i))
			continue;
		printf("seed %" PRIu64 " failed at %" PRId64 " ms: %s\n", seed + i, sim.now_ms,
		       sim.failure);
		printf("again: build/faults/simulate --seed %" PRIu64 " --trace\n", seed + i);
		return 1;
	}
	printf("%" PRIu64 " schedules from seed %" PRIu64 ": all right, %" PRId64
	       " points redeemed, %" PRId64 " times too many\n",
	       schedules, seed, sim.redeemed, sim.overspent);
	return 0;
}

int main(int argc, char **argv)
{
	uint64_t seed = 0, schedules = 1;
	char dir[] = "/tmp/lada-faults-XXXXXX", path[64];
	bool seeded = false;
	int result;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--trace") == 0)
			sim.trace = true;
		else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc &&
			 read_number(argv[i + 1], &seed))
			seeded = ++i;
		else if (strcmp(argv[i], "--schedules") == 0 && i + 1 < argc &&
			 read_number(argv[i + 1], &schedules))
			i++;
		else
			return usage();
	}
	if (!seeded || !mkdtemp(dir))
		return usage();
	open_all(dir);
	result = run(seed, schedules);
	/* HQ locks a file, although its database is not there. */
	text_fmt(path, sizeof(path), "%s/hq.db", dir);
	unlink(path);
	text_fmt(path, sizeof(path), "%s/hq.db.lock", dir);
	unlink(path);
	rmdir(dir);
	return result;
}
