// SPDX-License-Identifier: Apache-2.0
/*
 * counter --seed N [--runs M] [--trace] [--figures]: runs the seeds N .. N+M-1. Exit 0: all laws
 * held; 1: one was broken, and its story, made short, is on standard output; 2: bad usage. With
 * --trace one run is told as it goes, and nothing is made short. --figures says what events the
 * station told.
 */
#include <inttypes.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

#include "firmware/base/log.h"
#include "tests/property/property.h"

#define MMAP_BYTES (256 * 1024)

static struct run run;

/* In place of firmware/base/log.c: what the program would log is part of the trace. */
void log_line(enum log_level level, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	if (!run.trace)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	run_note(&run, "      log <%d> %s", (int)level, text);
}

static bool read_number(const char *text, uint64_t *ret_value)
{
	char *end;

	*ret_value = strtoull(text, &end, 10);
	return *text && !*end;
}

static int usage(void)
{
	fprintf(stderr, "usage: counter --seed N [--runs M] [--trace] [--figures]\n");
	return 2;
}

static void open_all(void)
{
	/* A station is mostly buffers it never touches: pages from the kernel are zero already. */
	mallopt(M_MMAP_THRESHOLD, MMAP_BYTES);
	memory_start();
	if (sodium_init() < 0)
		abort();
	setenv("TZ", "Europe/Warsaw", 1);
	tzset();
	bench_open(&run.station, "station.db", LANE_ID);
	bench_open(&run.empty, "empty.db", "k3");
	refusals_watch(&run.station);
}

/* The short story of a run that failed, which is played once more to tell it. */
static void tell(uint64_t seed)
{
	char first[sizeof(run.failure)];

	text_fmt(first, sizeof(first), "%s", run.failure);
	printf("seed %" PRIu64 " failed at event %d of %d: %s: %s\n", seed, run.at + 1,
	       run.wish_count, run.law, first);
	printf("again: build/property/counter --seed %" PRIu64 " --trace\n", seed);
	run_shrink(&run);
	printf("shortest story, %d events:\n", run.wish_count);
	run.trace = true;
	run_list(&run, seed, run.wishes, run.wish_count);
	run.trace = false;
	printf("%s: %s\n", run.law, run.failure);
}

/* What the runs were made of. */
static void tell_figures(void)
{
	for (int i = 0; i < FIGURES_MAX && run.told[i].type[0]; i++)
		printf("%9" PRId64 " %s\n", run.told[i].count, run.told[i].type);
}

static int run_all(uint64_t seed, uint64_t runs, bool figures)
{
	for (uint64_t i = 0; i < runs; i++) {
		if (run_fresh(&run, seed + i))
			continue;
		if (run.trace)
			printf("%s: %s\n", run.law, run.failure);
		else
			tell(seed + i);
		return 1;
	}
	printf("%" PRIu64 " runs from seed %" PRIu64 ": all laws held; %" PRId64 " events, %" PRId64
	       " acts done, %" PRId64 " refused\n",
	       runs, seed, run.events_total, run.accepted, run.refused);
	if (figures)
		tell_figures();
	return 0;
}

int main(int argc, char **argv)
{
	uint64_t seed = 0, runs = 1;
	bool seeded = false, figures = false;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--trace") == 0)
			run.trace = true;
		else if (strcmp(argv[i], "--figures") == 0)
			figures = true;
		else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc &&
			 read_number(argv[i + 1], &seed))
			seeded = ++i;
		else if (strcmp(argv[i], "--runs") == 0 && i + 1 < argc &&
			 read_number(argv[i + 1], &runs))
			i++;
		else
			return usage();
	}
	if (!seeded)
		return usage();
	open_all();
	return run_all(seed, runs, figures);
}
