// SPDX-License-Identifier: Apache-2.0
/*
 * The operator has a live device's conversation written down (drivers/record.h). The device is
 * connected anew first, so that the trace begins where a driver begins. One at a time; the file,
 * in DATA/recordings, grows with every tick and is a whole trace all the while (trace_file.h).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drivers/trace.h"
#include "firmware/base/log.h"
#include "firmware/devices_inside.h"

/* The first is in the file while it grows; the other takes its place and is not longer. */
#define ENDING_LOST	 "cut short here: the station was stopped in the middle, or went down"
#define ENDING_FULL_DISK "cut short here: there was no room on the station's disk"
#define ENDING_MAX	 160

static struct device *find_device(struct devices *all, const char *name)
{
	for (int i = 0; i < all->count; i++)
		if (strcmp(all->list[i].config.name, name) == 0)
			return &all->list[i];
	return NULL;
}

static struct device *recorded(struct devices *all)
{
	return all->recording.memory ? find_device(all, all->recording.name) : NULL;
}

static int name_file(struct devices *all, struct recording *r)
{
	char time[TIME_TEXT_MAX];
	size_t n = 0;

	time_format(all->clock->wall_ms(all->clock->ctx), time);
	/* 2026-11-22T16:00:00.123Z without what a file name had better not have. */
	for (size_t i = 0; time[i] && time[i] != '.'; i++)
		if (time[i] != '-' && time[i] != ':')
			time[n++] = time[i];
	time[n] = '\0';
	return text_fmt(r->file, sizeof(r->file), "%s/%s-%sZ.trace", all->recordings, r->name,
			time);
}

static void write_head(struct device *d)
{
	record_note(d->record, "Recorded from a live device by ladad " LADA_VERSION ".");
	record_note(d->record, "Of: %s %s, driver %s, port %s, model %s",
		    device_kind_name(d->config.kind), d->config.name,
		    d->driver ? d->driver->name : d->config.protocol, d->config.port,
		    d->model[0]		 ? d->model
		    : d->claimed.path[0] ? d->claimed.model
					 : "unknown");
	record_note(d->record, "It holds what was scanned, printed or shown; card numbers are left "
			       "out.");
}

/* The driver begins as at the device's first start, also one whose device is away just now; what it
 * owed the line is out already. */
static void connect_anew(struct device *d)
{
	if (d->started)
		port_bounce(&d->port, "connecting anew for a recording");
	memset(d->state, 0, d->state_size);
	d->drawer_known = false;
}

/* Why a file cannot be written, with what a person can do. */
static const char *disk_trouble(int err)
{
	if (err == -ENOSPC || err == -EDQUOT || err == -EFBIG)
		return "there is no room on the station's disk; make some and record again";
	return strerrordesc_np(-err);
}

static int write_down(struct recording *r, int64_t now_ms)
{
	char memory[ENDING_MAX];
	struct buf ending;

	buf_init(&ending, memory, sizeof(memory));
	record_ending(r->record, ENDING_LOST, now_ms, &ending);
	return trace_file_step(&r->on_disk, buf_read(&r->record->text), buf_read(&ending));
}

static void forget(struct recording *r)
{
	free(r->memory);
	free(r->record);
	r->memory = NULL;
	r->record = NULL;
}

static int make_file(struct devices *all, struct recording *r, int64_t now_ms)
{
	int err = trace_file_open(&r->on_disk, all->recordings, r->file);

	if (err < 0)
		return err;
	err = write_down(r, now_ms);
	if (err < 0) {
		(void)trace_file_close(&r->on_disk, (struct slice){ "", 0 });
		(void)unlink(r->file);
	}
	return err;
}

static int begin(struct devices *all, struct device *d, int seconds)
{
	struct recording *r = &all->recording;
	int err;

	*r = (struct recording){ .trouble = "" };
	slice_copy(slice_of(d->config.name), r->name, sizeof(r->name));
	if (name_file(all, r) < 0)
		return -ENAMETOOLONG;
	r->memory = malloc(TRACE_FILE_MAX);
	r->record = malloc(sizeof(*r->record));
	err = r->memory && r->record ? 0 : -ENOMEM;
	if (err == 0) {
		record_init(r->record, r->memory, TRACE_FILE_MAX, d->config.kind);
		d->record = r->record;
		write_head(d);
		err = make_file(all, r, device_now_ms(d));
	}
	if (err < 0) {
		d->record = NULL;
		forget(r);
		*r = (struct recording){ .trouble = "" };
		return err;
	}
	r->until_ms = device_now_ms(d) + (int64_t)seconds * 1000;
	connect_anew(d);
	log_notice("%s %s: is recorded for %d s", device_kind_name(d->config.kind), d->config.name,
		   seconds);
	return 0;
}

/* It is over; `err` when the disk did not take all of it. */
static void finish(struct devices *all, struct device *d, int err)
{
	struct recording *r = &all->recording;
	const int64_t now_ms = device_now_ms(d);
	const bool full = r->record->full;
	char memory[ENDING_MAX];
	struct buf ending;

	d->record = NULL;
	buf_init(&ending, memory, sizeof(memory));
	if (err == 0) {
		record_end(r->record, now_ms);
		err = write_down(r, now_ms);
	}
	if (err < 0)
		record_ending(r->record, ENDING_FULL_DISK, now_ms, &ending);
	r->bytes = r->on_disk.written;
	(void)trace_file_close(&r->on_disk, buf_read(&ending));
	r->trouble = err < 0 ? disk_trouble(err)
		     : full  ? "a recording holds no more; record for a shorter time"
			     : "";
	r->events = r->record->events;
	log_notice("%s %s: recorded %llu events, %s%s%s", device_kind_name(d->config.kind),
		   d->config.name, (unsigned long long)r->events, r->file,
		   r->trouble[0] ? ": " : "", r->trouble);
	forget(r);
}

void devices_record_end(struct devices *all)
{
	struct device *d = recorded(all);

	if (d)
		finish(all, d, 0);
}

void devices_record_tick(struct devices *all)
{
	struct device *d = recorded(all);
	int err;

	if (!d)
		return;
	err = write_down(&all->recording, device_now_ms(d));
	if (err < 0 || all->recording.record->full || device_now_ms(d) >= all->recording.until_ms)
		finish(all, d, err);
}

int devices_record(struct devices *all, const char *name, int seconds, const char **ret_why)
{
	struct device *d = find_device(all, name);
	int r;

	if (!d) {
		*ret_why = "there is no such device in lada.conf";
		return -ENOENT;
	}
	if (seconds == 0) {
		if (recorded(all) == d)
			devices_record_end(all);
		return 0;
	}
	*ret_why = recorded(all) ? "a recording is under way"
		   : d->busy	 ? "the printer is busy with a job"
		   : !d->state	 ? d->detail
		   : seconds < 0 || seconds > DEVICES_RECORD_MAX_S ? "too long: at most an hour"
								   : NULL;
	if (*ret_why)
		return -EBUSY;
	r = begin(all, d, seconds);
	if (r < 0)
		*ret_why = disk_trouble(r);
	return r;
}
