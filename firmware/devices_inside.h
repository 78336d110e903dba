// SPDX-License-Identifier: Apache-2.0
/*
 * What the rooms of the device manager share, and nobody else includes (its tests do):
 *
 *   devices.c         start, ticks, the door's outputs, end
 *   device_look.c     what is plugged in, looked at by a worker
 *   device_claim.c    which device a section has, and with what driver and profile
 *   device_refuse.c   printers that turned out to be for pages
 *   device_port.c     bytes between a port and its driver
 *   device_tell.c     what goes into the door
 *   device_print.c    print jobs and what model a printer is
 *   device_show.c     displays, and the sounds of scanners
 *   device_record.c   a conversation written down
 *   device_list.c     what is there and who has it, as JSON
 *   device_metrics.c  numbers
 *   claims.c          who has what, pure
 *
 * All on the loop thread. Times are monotonic milliseconds unless they are named otherwise.
 */
#ifndef LADA_FIRMWARE_DEVICES_INSIDE_H
#define LADA_FIRMWARE_DEVICES_INSIDE_H

#include "drivers/driver.h"
#include "drivers/known.h"
#include "drivers/port.h"
#include "drivers/record.h"
#include "drivers/scan_repeat.h"
#include "drivers/usb_bus.h"
#include "firmware/base/doc.h"
#include "firmware/claims.h"
#include "firmware/devices.h"
#include "firmware/trace_file.h"

#define RESULTS_MAX	   64 /* results of jobs the door had no room for */
#define DEVICE_CHANGES_MAX 10 /* told and logged in a second: a device may have gone mad */
#define LOOK_RETRY_MS	   250
#define LOOK_RETRY_MAX_MS  15000
#define REFUSED_MAX	   8

struct device {
	struct devices *all;
	struct config_device config;
	bool automatic; /* port = auto */

	/* What serves it now. For an automatic one all of this is made anew with each claim. */
	const struct driver *driver; /* NULL: none yet */
	void *state;
	size_t state_size;
	struct driver_setup setup;
	struct printer_profile profile;
	const struct printer_profile *next_profile; /* when the job is over; NULL none */
	char model[SEEN_TEXT_MAX]; /* printers: as the port or the driver told, "" unknown */
	struct sink sink;
	struct port_address address;
	struct port port;
	bool has_port; /* port_start() was called and `stopped` has not come */
	bool closing;  /* port_stop() was called */
	bool started;  /* the driver is between start and stop */
	bool cut_off;  /* printers: a job broke off, and none came out since */
	bool bounce;   /* the line must be opened anew when the driver's call is over */
	size_t given;  /* bytes the driver gave in the call of `room` under way */

	/* Automatic ones. */
	struct seen claimed; /* what it has; path "" none */
	struct known known;
	struct claim_own own;
	char avoid[PORT_PATH_MAX];
	bool give_up; /* the claim is to be given back */
	int fails;    /* in a row: the next attempt comes later each time */
	int64_t not_before_ms, up_ms;
	bool was_up; /* of this claim; of a configured port: ever */

	enum device_status status;
	enum device_trouble trouble;
	char detail[DEVICE_DETAIL_MAX];
	bool told, tell; /* has it ever been told; is something untold */
	int changes;	 /* since the last tick; beyond DEVICE_CHANGES_MAX the next one tells */
	bool drawer_known, drawer_high;

	struct scan_repeats *repeats; /* scanners */
	int64_t read_ns, heard_ms;

	struct pbm *logo; /* printers; NULL none */
	char *bytes;	  /* printers: the job's, DRIVER_JOB_BYTES_MAX */
	bool busy;
	int64_t job;

	struct record *record; /* while its conversation is written down */

	uint64_t scans, scans_repeated, scans_dropped;
	uint64_t jobs[JOB_RESULT_REFUSED + 1];
};

struct result {
	int64_t job;
	enum job_result result;
	char detail[DEVICE_DETAIL_MAX];
};

/* What was taken by port = auto and given back for what it said. */
struct refused {
	struct seen seen;
	char why[DEVICE_DETAIL_MAX];
};

/* The recording under way, or the last one. */
struct recording {
	char name[DEVICE_NAME_MAX]; /* "" there was none yet */
	char file[CONFIG_TEXT_MAX + 96];
	int64_t until_ms;
	char *memory; /* the text; NULL when it is over */
	struct record *record;
	size_t bytes; /* of the last one */
	uint64_t events;
	const char *trouble; /* "" or why there is no file, or why it ends early */
	struct trace_file on_disk;
};

/* Where what is plugged in is looked at; tests have a bench of their own, asked on the loop. */
struct device_view {
	size_t (*list)(void *ctx, struct seen *ret_seen, size_t cap);
	bool (*find)(void *ctx, const struct seen *seen, enum device_kind kind,
		     const char *protocol, struct known *ret_known);
	void *ctx;
};

struct devices {
	uv_loop_t *loop;
	struct door *door;
	const struct clock *clock;
	struct device_view view;
	struct usb_bus *bus; /* NULL: no USB, or a view of a test */
	const char *no_usb;  /* why, "" where there is a bus */
	struct known_table *known;
	char recordings[CONFIG_TEXT_MAX + 16]; /* directory */
	uv_timer_t tick;
	uv_timer_t look; /* for automatic ones that wait */
	int look_step;
	bool news; /* since the last look was asked for */
	struct device list[DEVICES_MAX];
	int count;
	struct recording recording;
	struct result results[RESULTS_MAX]; /* oldest first */
	size_t result_count;
	uint64_t results_lost;
	char shown[DESK_COUNT][DOC_DISPLAY_MAX]; /* each desk's last display document */
	size_t shown_n[DESK_COUNT];
	struct refused refused[REFUSED_MAX];
	size_t refused_count;

	/* What is plugged in. A worker looks, for as long as the kernel lets it wait; one look at a
	 * time, and one that was asked for anew meanwhile decides nothing. */
	uv_work_t look_work;
	bool looking, look_wanted;
	struct seen fresh[CLAIMS_SEEN_MAX]; /* the worker's, while it looks */
	size_t fresh_n;
	struct seen seen[CLAIMS_SEEN_MAX]; /* of the last look that ended; sorted by path */
	size_t seen_n;
	int64_t seen_ms; /* when it began; 0 there was none yet */
	int64_t look_ms; /* when the one under way did */

	bool stopping;
	int open; /* ports, timers and work whose end is awaited */
	void (*stopped)(void *ctx);
	void *stopped_ctx;
};

/* devices.c. `view` NULL: this machine. */
struct devices *devices_open(uv_loop_t *loop, struct door *door, const struct config *config,
			     const struct clock *clock, const struct device_view *view);
int64_t device_now_ms(const struct device *d);
void device_closed(struct devices *all); /* one of `open` */

/* device_claim.c */
void device_prepare(struct device *d); /* at start */
void devices_look_at(struct devices *all, struct claim_section sections[DEVICES_MAX],
		     struct port_address named[DEVICES_MAX]);
bool devices_know(struct devices *all, const struct seen *seen, enum device_kind kind,
		  const char *protocol, struct known *ret_known);
void devices_changed(void *ctx); /* something was plugged in or pulled out */
void devices_looked(struct devices *all);
void on_look(uv_timer_t *timer);
void device_lost(struct device *d, const char *why); /* its port is down */
void device_setup_up(struct device *d);		     /* its port is up: fills `setup` */

/* device_refuse.c */
const char *devices_refused(const struct devices *all, const struct seen *seen); /* why, or NULL */
void devices_forget_refused(struct devices *all); /* those that are gone */
bool device_refuse(struct device *d);		  /* its port came up; true: and goes down again */

/* device_look.c */
/* Asks for a look and goes on; devices_looked() is called when it has ended. With news, one that
 * is under way is too old to decide anything. */
void devices_look(struct devices *all, bool news);
/* Stable links lead to what the lists name. */
void device_resolve(const struct port_address *from, struct port_address *to);
/* Another section whose line this one's port names too, and which has it or comes first; NULL. */
const struct device *device_rival(const struct device *d);

/* device_port.c */
int device_open(struct device *d);
void device_close(struct device *d); /* tells the driver, stops the port */
void device_pump(struct device *d);

/* device_tell.c */
__attribute__((format(printf, 4, 5))) void device_status(struct device *d,
							 enum device_status status,
							 enum device_trouble trouble,
							 const char *fmt, ...);
void device_tell(struct device *d); /* what could not be told before */
void device_tell_change(struct device *d);
void device_tell_tick(struct device *d);
void device_scanned(struct device *d, const struct driver_event *e);
void device_job_over(struct devices *all, int64_t job, enum job_result result, const char *detail);
void devices_tell_results(struct devices *all);

/* device_print.c */
void devices_print(struct devices *all, int64_t job, const char *printer, struct slice doc);
void device_job_ended(struct device *d, const struct driver_event *e);
void device_load_logo(struct device *d);
void device_choose_profile(struct device *d);
void device_told_model(struct device *d, struct slice model);
void device_next_profile(struct device *d);

/* device_show.c */
void device_show_again(struct device *d);
void devices_show(struct devices *all, enum desk desk, struct slice doc);
void devices_feedback(struct devices *all, enum desk desk, enum feedback feedback);

/* device_record.c */
void devices_record_tick(struct devices *all);
void devices_record_end(struct devices *all);

#endif
