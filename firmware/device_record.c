// SPDX-License-Identifier: Apache-2.0
/*
 * The operator has a live device's conversation written down (drivers/record.h). The device is
 * connected anew first, so that the trace begins where a driver begins. One at a time; the file
 * is written whole at the end, into DATA/recordings.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drivers/trace.h"
#include "firmware/base/log.h"
#include "firmware/devices_inside.h"

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

/* The driver begins as at the device's first start; what it owed the line is out already. */
static void connect_anew(struct device *d)
{
	if (!d->started)
		return;
	port_bounce(&d->port, "connecting anew for a recording");
	memset(d->state, 0, d->state_size);
	d->drawer_known = false;
}

static int begin(struct devices *all, struct device *d, int seconds)
{
	struct recording *r = &all->recording;

	*r = (struct recording){ .trouble = "" };
	slice_copy(slice_of(d->config.name), r->name, sizeof(r->name));
	if (name_file(all, r) < 0)
		return -ENAMETOOLONG;
	r->memory = malloc(TRACE_FILE_MAX);
	r->record = malloc(sizeof(*r->record));
	if (!r->memory || !r->record) {
		free(r->memory);
		free(r->record);
		*r = (struct recording){ .trouble = "" };
		return -ENOMEM;
	}
	record_init(r->record, r->memory, TRACE_FILE_MAX, d->config.kind);
	r->until_ms = device_now_ms(d) + (int64_t)seconds * 1000;
	d->record = r->record;
	write_head(d);
	connect_anew(d);
	log_notice("%s %s: is recorded for %d s", device_kind_name(d->config.kind), d->config.name,
		   seconds);
	return 0;
}

static int write_file(const struct devices *all, const struct recording *r)
{
	struct slice text = buf_read(&r->record->text);
	int fd, err = 0;

	if (mkdir(all->recordings, 0700) < 0 && errno != EEXIST)
		return -errno;
	fd = open(r->file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	while (text.n > 0 && err == 0) {
		const ssize_t n = write(fd, text.p, text.n);

		err = n < 0 ? -errno : 0;
		text.p += n > 0 ? n : 0;
		text.n -= n > 0 ? (size_t)n : 0;
	}
	if (close(fd) < 0 && err == 0)
		err = -errno;
	if (err < 0)
		(void)unlink(r->file);
	return err;
}

void devices_record_end(struct devices *all)
{
	struct recording *r = &all->recording;
	struct device *d = recorded(all);
	int err;

	if (!d)
		return;
	d->record = NULL;
	record_end(r->record, device_now_ms(d));
	err = write_file(all, r);
	r->trouble = err < 0 ? strerrordesc_np(-err) : "";
	r->bytes = r->record->text.len;
	r->events = r->record->events;
	log_notice("%s %s: recorded %llu events, %s%s%s", device_kind_name(d->config.kind),
		   d->config.name, (unsigned long long)r->events, r->file, err < 0 ? ": " : "",
		   r->trouble);
	free(r->memory);
	free(r->record);
	r->memory = NULL;
	r->record = NULL;
}

void devices_record_tick(struct devices *all)
{
	const struct device *d = recorded(all);

	if (d && (all->recording.record->full || device_now_ms(d) >= all->recording.until_ms))
		devices_record_end(all);
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
		*ret_why = strerrordesc_np(-r);
	return r;
}
