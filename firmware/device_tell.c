// SPDX-License-Identifier: Apache-2.0
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "firmware/base/log.h"
#include "firmware/devices_inside.h"

/* What is spoken, where that is known. */
static const char *protocol_of(const struct device *d)
{
	return d->driver ? d->driver->name : d->config.protocol;
}

void device_tell(struct device *d)
{
	struct door_event e = { .kind = DOOR_DEVICE };

	if (!d->tell)
		return;
	e.device.status = d->status;
	e.device.trouble = d->trouble;
	e.device.drawer_known = d->drawer_known;
	e.device.drawer_high = d->drawer_high;
	slice_copy(slice_of(d->config.name), e.device.name, sizeof(e.device.name));
	slice_copy(slice_of(protocol_of(d)), e.device.protocol, sizeof(e.device.protocol));
	slice_copy(slice_of(d->detail), e.device.detail, sizeof(e.device.detail));
	if (door_submit(d->all->door, &e, (struct slice){ NULL, 0 }) == 0)
		d->tell = false;
}

static void log_status(const struct device *d)
{
	log_notice("%s %s: %s%s%s", device_kind_name(d->config.kind), d->config.name,
		   device_status_name(d->status), d->detail[0] ? ", " : "", d->detail);
}

void device_tell_change(struct device *d)
{
	d->tell = true;
	if (++d->changes <= DEVICE_CHANGES_MAX)
		device_tell(d);
}

void device_tell_tick(struct device *d)
{
	if (d->changes > DEVICE_CHANGES_MAX) {
		log_notice("%s %s: said another thing %d times in a second",
			   device_kind_name(d->config.kind), d->config.name, d->changes);
		log_status(d);
	}
	d->changes = 0;
	device_tell(d);
}

void device_status(struct device *d, enum device_status status, enum device_trouble trouble,
		   const char *fmt, ...)
{
	char detail[DEVICE_DETAIL_MAX];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(detail, sizeof(detail), fmt, args);
	va_end(args);
	if (d->told && d->status == status && d->trouble == trouble &&
	    strcmp(d->detail, detail) == 0)
		return;
	d->status = status;
	d->trouble = trouble;
	memcpy(d->detail, detail, sizeof(d->detail));
	d->told = true;
	if (d->changes < DEVICE_CHANGES_MAX)
		log_status(d);
	device_tell_change(d);
}

static bool submit_result(struct devices *all, const struct result *r)
{
	struct door_event e = { .kind = DOOR_JOB };

	e.job.job = r->job;
	e.job.result = r->result;
	memcpy(e.job.detail, r->detail, sizeof(e.job.detail));
	return door_submit(all->door, &e, (struct slice){ NULL, 0 }) == 0;
}

void devices_tell_results(struct devices *all)
{
	size_t done = 0;

	while (done < all->result_count && submit_result(all, &all->results[done]))
		done++;
	all->result_count -= done;
	memmove(all->results, all->results + done, all->result_count * sizeof(all->results[0]));
}

/* What became of a job must not be lost while the door is full. */
void device_job_over(struct devices *all, int64_t job, enum job_result result, const char *detail)
{
	struct result *r = &all->results[all->result_count];

	if (all->result_count == RESULTS_MAX) {
		all->results_lost++;
		return;
	}
	*r = (struct result){ .job = job, .result = result };
	slice_copy(slice_of(detail), r->detail, sizeof(r->detail));
	all->result_count++;
	devices_tell_results(all);
}

void device_scanned(struct device *d, const struct driver_event *scan)
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
