// SPDX-License-Identifier: Apache-2.0
/*
 * The printer without its sockets: receive buffer, real-time commands, status, faults, drawer,
 * and the jobs that come out. Bytes go in through device_receive, answers and finished jobs
 * come out through the sink; time is given from outside, in milliseconds of any steady clock.
 *
 * Behaves like an Epson TM-T20II: while offline (no paper, cover open, error) it keeps its
 * buffer and prints the rest when the cause is gone; real-time commands are acted on when they
 * arrive; a half-sent command survives the end of a connection and swallows the next bytes.
 * Sources: ESC/POS command reference and TM-T88III specification. device.c moves bytes and jobs,
 * device_status.c knows faults and status bytes. The owner calls device_free.
 */
#ifndef LADA_SIM_DEVICE_H
#define LADA_SIM_DEVICE_H

#include "tests/sim/escpos_render.h"

#define DEVICE_BUFFER_MAX_BYTES (1 << 20)
#define DEVICE_IDLE_MS 2000
#define DEVICE_MARKS_MAX 64
#define DEVICE_SLOW_BYTES_PER_S 1000
#define DEVICE_FAULT_TEXT_MAX 128
#define DEVICE_CRAWL_MS 1000
#define DEVICE_BOOT_MS 3000 /* deaf so long after a power cycle */

/* Parts of the printer that automatic status (GS a) can watch: bits of its parameter. */
enum device_watch {
	DEVICE_WATCH_DRAWER = 1,
	DEVICE_WATCH_ONLINE = 2,
	DEVICE_WATCH_ERROR = 4,
	DEVICE_WATCH_PAPER = 8,
};

/* A finished job, lent to the sink for the call. */
struct device_job {
	bool cut;
	const struct paper *paper;
	const uint8_t *raw;
	size_t raw_len;
	uint64_t unknown; /* bytes of no known command */
	uint64_t ignored; /* commands the printer would not do where they stood */
	uint64_t stray;   /* real-time commands inside other data */
	unsigned int drawer;
};

struct device_sink {
	void *ctx;
	void (*answer)(void *ctx, const uint8_t *bytes, size_t n);
	void (*job)(void *ctx, const struct device_job *job);
	void (*drawer)(void *ctx, int pin, int on_ms, bool realtime);
};

struct device_config {
	const char *maker;
	const char *model;
	int dots;
	size_t buffer_bytes;
	int drawer_ms;    /* an opened drawer closes by itself after this; 0 = stays open */
	bool drawer_low;  /* the contact is low while the drawer is open */
	bool starts_wide; /* a clone that takes 80h.. as GB18030 until FS . */
	struct font *font;
};

struct device_faults {
	bool paper_out;
	bool near_end;
	bool cover;
	bool cutter;
	bool heat;
	bool no_process, no_status, no_identity, no_auto; /* commands it does not know */
	bool slow;
	bool crawl; /* takes a byte a second */
	bool deaf;
	bool garbage;
	bool off;
	int64_t drop_at;  /* close once after so many bytes; -1 = no */
	int64_t paper_at; /* out of paper after so many bytes of a job; -1 = no */
};

struct device {
	struct device_config config;
	struct device_sink sink;
	struct device_faults faults;
	struct escpos_parser parser;
	struct realtime_scan realtime;
	struct paper paper;
	int64_t now_ms;

	uint8_t *buffer; /* ring */
	size_t buffer_at;
	size_t buffer_len;
	uint64_t received;
	uint64_t consumed;
	int64_t since_fault; /* bytes received since the faults were set */
	uint64_t marks[DEVICE_MARKS_MAX]; /* where connections ended in the stream */
	size_t mark_count;

	bool power;
	int64_t boot_ms; /* until then it is starting: hears and says nothing */
	bool error_latched; /* an error waits for DLE ENQ after its cause is gone */
	bool drawer_open;
	bool pulse_enabled; /* DLE DC4 1, see GS ( D */
	uint8_t asb;        /* GS a */
	uint8_t asb_last[4];
	int64_t drawer_at_ms;
	int64_t busy_at_ms; /* when a byte last came or was printed */
	int64_t slow_at_ms;
	int64_t taken_at_ms; /* when bytes were taken last */
	uint32_t random;

	/* Of the job being printed. */
	struct sim_buf raw;
	unsigned int drawer_count;
};

void device_init(struct device *device, const struct device_config *config,
		 const struct device_sink *sink, int64_t now_ms);
void device_free(struct device *device);

/* How many bytes may be given now: the buffer's room, and no further than a due drop. */
size_t device_room(const struct device *device);
/* n is at most device_room. */
void device_receive(struct device *device, const uint8_t *bytes, size_t n, int64_t now_ms);
/* True once when the fault "drop" is due. */
bool device_drop_due(struct device *device);
void device_disconnected(struct device *device, int64_t now_ms);
void device_tick(struct device *device, int64_t now_ms);
/* Milliseconds until device_tick has something to do; -1 = nothing. */
int device_timeout_ms(const struct device *device, int64_t now_ms);
/* False when connections are refused. */
bool device_accepting(const struct device *device);

/* "none", or a list like "cover,slow" that replaces the faults; -EINVAL if one is unknown. */
int device_set_faults(struct device *device, const char *text, int64_t now_ms);
void device_set_power(struct device *device, bool on, int64_t now_ms);
/* Off and on again with the line left up, as behind a converter with its own power. */
void device_power_cycle(struct device *device, int64_t now_ms);
void device_set_drawer(struct device *device, bool open, int64_t now_ms);

/* Between the two files. */
bool device_online(const struct device *device);
void device_answer(struct device *device, const uint8_t *bytes, size_t n);
void device_answer_realtime(struct device *device, int n);
void device_answer_paper(struct device *device, uint8_t n);
void device_answer_identity(struct device *device, uint8_t n);
void device_watch_set(struct device *device, uint8_t mask);
/* Sends the automatic status if something watched has changed, or always if forced. */
void device_watch_report(struct device *device, bool force);
/* Prints what the printer's state allows. */
void device_drain(struct device *device);

#endif
