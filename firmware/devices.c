// SPDX-License-Identifier: Apache-2.0
#include "firmware/devices.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/driver.h"
#include "drivers/port.h"
#include "drivers/scan_repeat.h"
#include "firmware/base/doc.h"
#include "firmware/base/log.h"
#include "firmware/logo.h"

#define TICK_MS	    1000
#define SILENT_MS   30000 /* a printer on a network that says nothing: connect anew */
#define RESULTS_MAX 64	  /* results of jobs the door had no room for */

struct device {
	struct devices *all;
	struct config_device config;
	const struct driver *driver;
	void *state;
	struct driver_setup setup;
	struct printer_profile profile;
	struct sink sink;
	struct port port;
	bool has_port;
	bool started; /* the driver is between start and stop */
	bool bounce;  /* the line must be opened anew when the driver's call is over */
	size_t given; /* bytes the driver gave in the call of `room` under way */

	enum device_status status;
	const char *detail; /* constant */
	bool told, tell;    /* has it ever been told; is something untold */

	struct scan_repeats *repeats; /* scanners */
	int64_t read_ns, heard_ms;

	struct pbm *logo; /* printers; NULL none */
	char *bytes;	  /* printers: the job's, DRIVER_JOB_BYTES_MAX */
	bool busy;
	int64_t job;

	uint64_t scans, scans_repeated, scans_dropped;
	uint64_t jobs[JOB_RESULT_REFUSED + 1];
};

struct result {
	int64_t job;
	enum job_result result;
	const char *detail;
};

struct devices {
	uv_loop_t *loop;
	struct door *door;
	const struct clock *clock;
	uv_timer_t tick;
	struct device list[DEVICES_MAX];
	int count;
	struct result results[RESULTS_MAX]; /* oldest first */
	size_t result_count;
	uint64_t results_lost;
	char shown[DESK_COUNT][DOC_DISPLAY_MAX]; /* each desk's last display document */
	size_t shown_n[DESK_COUNT];
	int open; /* ports and timers whose closing is awaited */
	void (*stopped)(void *ctx);
	void *stopped_ctx;
};

static int64_t mono_ms(const struct devices *all)
{
	return all->clock->mono_ms(all->clock->ctx);
}

/* ---- what goes into the door ---- */

static void tell_status(struct device *d)
{
	struct door_event e = { .kind = DOOR_DEVICE };

	if (!d->tell)
		return;
	e.device.status = d->status;
	slice_copy(slice_of(d->config.name), e.device.name, sizeof(e.device.name));
	slice_copy(slice_of(d->detail), e.device.detail, sizeof(e.device.detail));
	if (door_submit(d->all->door, &e, (struct slice){ NULL, 0 }) == 0)
		d->tell = false;
}

static void set_status(struct device *d, enum device_status status, const char *detail)
{
	if (d->told && d->status == status && strcmp(d->detail, detail) == 0)
		return;
	d->status = status;
	d->detail = detail;
	d->told = d->tell = true;
	log_notice("%s %s: %s%s%s", device_kind_name(d->config.kind), d->config.name,
		   device_status_name(status), detail[0] ? ", " : "", detail);
	tell_status(d);
}

static bool submit_result(struct devices *all, const struct result *r)
{
	struct door_event e = { .kind = DOOR_JOB };

	e.job.job = r->job;
	e.job.result = r->result;
	slice_copy(slice_of(r->detail), e.job.detail, sizeof(e.job.detail));
	return door_submit(all->door, &e, (struct slice){ NULL, 0 }) == 0;
}

static void tell_results(struct devices *all)
{
	size_t done = 0;

	while (done < all->result_count && submit_result(all, &all->results[done]))
		done++;
	all->result_count -= done;
	memmove(all->results, all->results + done, all->result_count * sizeof(all->results[0]));
}

/* What became of a job must not be lost while the door is full. */
static void tell_result(struct devices *all, int64_t job, enum job_result result,
			const char *detail)
{
	if (all->result_count == RESULTS_MAX) {
		all->results_lost++;
		return;
	}
	all->results[all->result_count++] = (struct result){ job, result, detail };
	tell_results(all);
}

static void take_scan(struct device *d, const struct driver_event *scan)
{
	struct door_event e = { .kind = DOOR_SCAN };

	if (scan_is_repeat(d->repeats, scan->text, d->heard_ms)) {
		d->scans_repeated++;
		return;
	}
	e.scan.desk = d->config.desk;
	e.scan.symbology = symbology_of_aim(scan->aim);
	e.scan.read_ns = d->read_ns;
	slice_copy(slice_of(d->config.name), e.scan.device, sizeof(e.scan.device));
	if (door_submit(d->all->door, &e, scan->text) == 0)
		d->scans++;
	else
		d->scans_dropped++;
}

static void take_job(struct device *d, const struct driver_event *e)
{
	d->busy = false;
	d->jobs[e->result]++;
	/* A late answer to this job's fence must not be taken for the next job's. */
	d->bounce = d->bounce || e->result == JOB_RESULT_UNKNOWN;
	tell_result(d->all, e->job, e->result, e->detail);
}

static void on_driver_event(void *ctx, const struct driver_event *e)
{
	struct device *d = ctx;

	switch (e->kind) {
	case DRIVER_SCAN:
		take_scan(d, e);
		break;
	case DRIVER_STATUS:
		set_status(d, e->status, e->detail);
		break;
	case DRIVER_JOB:
		take_job(d, e);
		break;
	case DRIVER_DRAWER:
	case DRIVER_MODEL:
		break;
	}
}

/* ---- port <-> driver ---- */

static void on_driver_bytes(void *ctx, const void *p, size_t n)
{
	struct device *d = ctx;

	d->given += n;
	if (port_write(&d->port, p, n) < 0)
		log_error("%s %s: the driver gave more than there was room for",
			  device_kind_name(d->config.kind), d->config.name);
}

/* Lets the driver fill the port until it has no more to give or the line takes no more. */
static void pump(struct device *d)
{
	do {
		d->given = 0;
		d->driver->room(d->state, port_room(&d->port), mono_ms(d->all), &d->sink);
		port_flush(&d->port);
	} while (d->given > 0 && d->started && port_room(&d->port) > 0);
	if (d->bounce) {
		d->bounce = false;
		port_bounce(&d->port, d->status == DEVICE_OFFLINE ? d->detail : "connecting anew");
	}
}

/* A display that comes up later is given what its desk shows now. */
static void show_again(struct device *d, int64_t now_ms)
{
	const struct devices *all = d->all;
	const enum desk desk = d->config.desk;

	if (d->config.kind == DEVICE_DISPLAY && d->driver->show)
		d->driver->show(d->state, (struct slice){ all->shown[desk], all->shown_n[desk] },
				now_ms, &d->sink);
}

static void on_port_up(void *ctx)
{
	struct device *d = ctx;

	d->started = true;
	d->bounce = false;
	d->heard_ms = mono_ms(d->all);
	show_again(d, d->heard_ms);
	d->driver->start(d->state, &d->setup, d->heard_ms, &d->sink);
	pump(d);
}

static void on_port_down(void *ctx, const char *why)
{
	struct device *d = ctx;

	if (d->started) {
		d->started = false;
		d->driver->stop(d->state, &d->sink);
	}
	set_status(d, DEVICE_OFFLINE, why);
}

static void on_port_bytes(void *ctx, const void *p, size_t n, int64_t read_ns)
{
	struct device *d = ctx;

	d->read_ns = read_ns;
	d->heard_ms = mono_ms(d->all);
	d->driver->rx(d->state, p, n, d->heard_ms, &d->sink);
	pump(d);
}

static void on_port_room(void *ctx)
{
	pump(ctx);
}

/* ---- start ---- */

/* lada.conf was checked; a file that went bad since then is no reason not to print. */
static void load_logo(struct device *d)
{
	const char *what;

	if (d->config.kind != DEVICE_PRINTER || !d->config.logo[0])
		return;
	d->logo = logo_load(d->config.logo, &what);
	if (!d->logo)
		log_warning("printer %s: %s %s", d->config.name, d->config.logo, what);
}

/* Why nothing here can serve it, or NULL. */
static const char *prepare(struct device *d, struct port_address *ret_address)
{
	const struct printer_profile *profile = profile_find(slice_of(d->config.profile));
	const char *what;

	d->driver = driver_find(d->config.kind, slice_of(d->config.protocol));
	if (!d->driver)
		return "this version has no driver for its protocol";
	if (port_parse(d->config.port, d->driver->line, ret_address, &what) < 0)
		return what;
	if (!port_supported(ret_address))
		return "this version cannot open usb: and auto ports";
	slice_copy(slice_of(d->config.dialect), d->setup.dialect, sizeof(d->setup.dialect));
	if (d->config.kind != DEVICE_PRINTER)
		return NULL;
	if (!profile)
		return "no such profile";
	d->profile = *profile;
	if (d->config.columns >= PROFILE_COLUMNS_MIN && d->config.columns <= PROFILE_COLUMNS_MAX)
		d->profile.columns = d->config.columns;
	d->profile.drawer = (uint8_t)d->config.drawer;
	d->profile.logo = d->logo;
	if (d->logo && d->logo->width > d->profile.dots)
		log_warning("printer %s: the logo is wider than the paper and is left out",
			    d->config.name);
	d->setup = (struct driver_setup){ .profile = &d->profile, .max_job_ms = DRIVER_MAX_JOB_MS };
	return NULL;
}

static int reserve(struct device *d)
{
	d->state = calloc(1, d->driver->state_size);
	if (d->config.kind == DEVICE_SCANNER)
		d->repeats = calloc(1, sizeof(*d->repeats));
	if (d->config.kind == DEVICE_PRINTER)
		d->bytes = malloc(DRIVER_JOB_BYTES_MAX);
	if (!d->state || (d->config.kind == DEVICE_SCANNER && !d->repeats) ||
	    (d->config.kind == DEVICE_PRINTER && !d->bytes))
		return -ENOMEM;
	return 0;
}

static int open_device(struct devices *all, struct device *d)
{
	const struct port_events events = { on_port_up, on_port_down, on_port_bytes, on_port_room,
					    d };
	struct port_address address;
	const char *why;
	int r;

	d->all = all;
	d->detail = "opening";
	d->status = DEVICE_OFFLINE;
	d->sink = (struct sink){ on_driver_event, on_driver_bytes, d };
	load_logo(d);
	why = prepare(d, &address);
	if (why) {
		set_status(d, DEVICE_UNCLAIMED, why);
		return 0;
	}
	r = reserve(d);
	if (r < 0)
		return r;
	r = port_start(&d->port, all->loop, all->clock, NULL, &address, &events);
	if (r < 0)
		return r;
	d->has_port = true;
	all->open++;
	return 0;
}

static void tick_device(struct device *d, int64_t now_ms)
{
	if (!d->told) {
		set_status(d, d->status, d->detail);
		return;
	}
	tell_status(d);
	if (!d->started)
		return;
	d->driver->tick(d->state, now_ms, &d->sink);
	d->bounce = d->bounce || (d->config.kind == DEVICE_PRINTER && !d->busy &&
				  d->port.address.kind == PORT_TCP && d->status == DEVICE_OFFLINE &&
				  now_ms - d->heard_ms > SILENT_MS);
	pump(d);
}

static void on_tick(uv_timer_t *timer)
{
	struct devices *all = timer->data;

	tell_results(all);
	for (int i = 0; i < all->count; i++)
		tick_device(&all->list[i], mono_ms(all));
}

static void free_memory(struct devices *all)
{
	for (int i = 0; i < all->count; i++) {
		free(all->list[i].state);
		free(all->list[i].repeats);
		free(all->list[i].bytes);
		free(all->list[i].logo);
	}
	free(all);
}

struct devices *devices_start(uv_loop_t *loop, struct door *door, const struct config *config,
			      const struct clock *clock)
{
	struct devices *all = calloc(1, sizeof(*all));

	if (!all)
		return NULL;
	all->loop = loop;
	all->door = door;
	all->clock = clock;
	for (int i = 0; i < config->device_count && i < DEVICES_MAX; i++) {
		struct device *d = &all->list[all->count++];

		d->config = config->devices[i];
		if (open_device(all, d) < 0)
			set_status(d, DEVICE_ERROR, "out of memory");
	}
	uv_timer_init(loop, &all->tick);
	all->tick.data = all;
	uv_timer_start(&all->tick, on_tick, TICK_MS, TICK_MS);
	all->open++;
	return all;
}

/* ---- printing ---- */

static struct device *find_printer(struct devices *all, const char *name)
{
	for (int i = 0; i < all->count; i++)
		if (all->list[i].config.kind == DEVICE_PRINTER &&
		    strcmp(all->list[i].config.name, name) == 0)
			return &all->list[i];
	return NULL;
}

/* Why this job cannot begin, or NULL when it has. */
/* NULL when it has begun; else why not, and what that means for the job. */
static const char *begin_job(struct device *d, int64_t job, struct slice doc,
			     enum job_result *ret_result)
{
	struct buf bytes;

	*ret_result = JOB_RESULT_NOTHING;
	if (!d)
		return "no such printer";
	if (!d->started || (d->status != DEVICE_OK && d->status != DEVICE_PAPER_LOW))
		return d->detail;
	if (d->busy)
		return "the printer is busy with another job";
	buf_init(&bytes, d->bytes, DRIVER_JOB_BYTES_MAX);
	if (d->driver->encode(&d->profile, doc, &bytes) < 0) {
		*ret_result = JOB_RESULT_REFUSED;
		return "the document is too large";
	}
	if (d->driver->job(d->state, job, buf_read(&bytes), mono_ms(d->all), &d->sink) < 0)
		return "the printer does not take a job now";
	d->busy = true;
	d->job = job;
	return NULL;
}

static void print(struct devices *all, int64_t job, const char *printer, struct slice doc)
{
	struct device *d = find_printer(all, printer);
	enum job_result result;
	const char *why = begin_job(d, job, doc, &result);

	if (why) {
		if (d)
			d->jobs[result]++;
		tell_result(all, job, result, why);
	} else {
		pump(d);
	}
}

/* ---- displays ---- */

static void devices_display(struct devices *all, enum desk desk, struct slice doc)
{
	if (doc.n > DOC_DISPLAY_MAX)
		return;
	memcpy(all->shown[desk], doc.p, doc.n);
	all->shown_n[desk] = doc.n;
	for (int i = 0; i < all->count; i++) {
		struct device *d = &all->list[i];

		if (!d->started || d->config.kind != DEVICE_DISPLAY || d->config.desk != desk)
			continue;
		show_again(d, mono_ms(all));
		pump(d);
	}
}

void devices_output(struct devices *all, const struct door_out *out, struct slice payload)
{
	/* OUT_FEEDBACK: readers of protocol `line` cannot be told to beep. */
	if (out->kind == OUT_PRINT)
		print(all, out->print.job, out->print.printer, payload);
	else if (out->kind == OUT_DISPLAY)
		devices_display(all, out->display.desk, payload);
}

/* ---- metrics ---- */

static void metric(struct buf *b, const struct device *d, const char *name, uint64_t value)
{
	buf_fmt(b, "%s{device=\"%s\",kind=\"%s\"} %llu\n", name, d->config.name,
		device_kind_name(d->config.kind), (unsigned long long)value);
}

static uint64_t value_up(const struct device *d)
{
	return d->status == DEVICE_OK || d->status == DEVICE_PAPER_LOW;
}

static uint64_t value_scans(const struct device *d)
{
	return d->scans;
}

static uint64_t value_repeated(const struct device *d)
{
	return d->scans_repeated;
}

static uint64_t value_dropped(const struct device *d)
{
	return d->scans_dropped;
}

static uint64_t value_garbage(const struct device *d)
{
	return d->state ? d->driver->garbage(d->state) : 0;
}

static uint64_t value_in(const struct device *d)
{
	return d->port.bytes_in;
}

static uint64_t value_out(const struct device *d)
{
	return d->port.bytes_out;
}

static uint64_t value_opens(const struct device *d)
{
	return d->port.opens;
}

static uint64_t value_done(const struct device *d)
{
	return d->jobs[JOB_RESULT_DONE];
}

static uint64_t value_nothing(const struct device *d)
{
	return d->jobs[JOB_RESULT_NOTHING];
}

static uint64_t value_unknown(const struct device *d)
{
	return d->jobs[JOB_RESULT_UNKNOWN];
}

static const struct {
	const char *name, *type;
	uint64_t (*value)(const struct device *d);
	int kind; /* enum device_kind, -1 all */
} metrics[] = {
	{ "lada_device_ready", "gauge", value_up, -1 },
	{ "lada_device_opens_total", "counter", value_opens, -1 },
	{ "lada_device_read_bytes_total", "counter", value_in, -1 },
	{ "lada_device_written_bytes_total", "counter", value_out, -1 },
	{ "lada_device_garbage_bytes_total", "counter", value_garbage, -1 },
	{ "lada_scans_total", "counter", value_scans, DEVICE_SCANNER },
	{ "lada_scans_repeated_total", "counter", value_repeated, DEVICE_SCANNER },
	{ "lada_scans_dropped_total", "counter", value_dropped, DEVICE_SCANNER },
	{ "lada_print_jobs_done_total", "counter", value_done, DEVICE_PRINTER },
	{ "lada_print_jobs_nothing_total", "counter", value_nothing, DEVICE_PRINTER },
	{ "lada_print_jobs_unknown_total", "counter", value_unknown, DEVICE_PRINTER },
};

void devices_metrics(const struct devices *all, struct buf *b)
{
	for (size_t m = 0; m < COUNT_OF(metrics); m++) {
		buf_fmt(b, "# TYPE %s %s\n", metrics[m].name, metrics[m].type);
		for (int i = 0; i < all->count; i++)
			if (metrics[m].kind < 0 || metrics[m].kind == (int)all->list[i].config.kind)
				metric(b, &all->list[i], metrics[m].name,
				       metrics[m].value(&all->list[i]));
	}
	buf_fmt(b, "# TYPE lada_print_results_lost_total counter\n");
	buf_fmt(b, "lada_print_results_lost_total %llu\n", (unsigned long long)all->results_lost);
}

/* ---- end ---- */

static void closed_one(struct devices *all)
{
	if (--all->open == 0)
		all->stopped(all->stopped_ctx);
}

static void port_closed(void *ctx)
{
	const struct device *d = ctx;

	closed_one(d->all);
}

static void tick_closed(uv_handle_t *handle)
{
	closed_one(handle->data);
}

void devices_stop(struct devices *all, void (*stopped)(void *ctx), void *ctx)
{
	all->stopped = stopped;
	all->stopped_ctx = ctx;
	for (int i = 0; i < all->count; i++) {
		struct device *d = &all->list[i];

		if (d->started) {
			d->started = false;
			d->driver->stop(d->state, &d->sink);
		}
		if (d->has_port)
			port_stop(&d->port, port_closed);
	}
	uv_close((uv_handle_t *)&all->tick, tick_closed);
}

void devices_free(struct devices *all)
{
	if (all)
		free_memory(all);
}
