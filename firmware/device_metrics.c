// SPDX-License-Identifier: Apache-2.0
#include "firmware/devices_inside.h"

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
	return d->driver && d->state ? d->driver->garbage(d->state) : 0;
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
