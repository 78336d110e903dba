// SPDX-License-Identifier: Apache-2.0
/*
 * Print jobs, and the profile a printer's bytes are made by: what lada.conf names, else what the
 * port knows of the model, else the table of known devices, else what the printer itself says.
 */
#include <string.h>

#include "firmware/base/log.h"
#include "firmware/devices_inside.h"
#include "firmware/logo.h"

/* ---- profile ---- */

static void use_profile(struct device *d, const struct printer_profile *profile)
{
	d->next_profile = NULL;
	d->profile = *profile;
	if (d->config.columns >= PROFILE_COLUMNS_MIN && d->config.columns <= PROFILE_COLUMNS_MAX)
		d->profile.columns = d->config.columns;
	d->profile.drawer = (uint8_t)d->config.drawer;
	d->profile.logo = d->logo;
	if (d->logo && d->logo->width > d->profile.dots)
		log_warning("printer %s: the logo is wider than the paper and is left out",
			    d->config.name);
}

/* lada.conf was checked; a file that went bad since then is no reason not to print. */
void device_load_logo(struct device *d)
{
	const char *what;

	if (d->config.kind != DEVICE_PRINTER || !d->config.logo[0])
		return;
	d->logo = logo_load(d->config.logo, &what);
	if (!d->logo)
		log_warning("printer %s: %s %s", d->config.name, d->config.logo, what);
}

/* NULL: nobody knows yet. */
static const struct printer_profile *known_profile(struct device *d)
{
	const struct printer_profile *profile = NULL;
	const char *model = port_model(&d->port);

	if (model[0]) {
		slice_copy(slice_of(model), d->model, sizeof(d->model));
		profile = profile_for_model(slice_of(model));
	}
	if (!profile && d->automatic && strcmp(d->known.profile, "auto") != 0)
		profile = profile_find(slice_of(d->known.profile));
	if (!profile && d->model[0])
		profile = profile_for_model(slice_of(d->model));
	return profile;
}

void device_choose_profile(struct device *d)
{
	const bool named = strcmp(d->config.profile, "auto") != 0;
	const struct printer_profile *profile =
		named ? profile_find(slice_of(d->config.profile)) : known_profile(d);

	d->setup.ask_model = !profile;
	use_profile(d, profile ? profile : profile_find(slice_of("auto")));
}

/* A job that is under way ends with the profile it began with. */
void device_told_model(struct device *d, struct slice model)
{
	const struct printer_profile *profile = profile_for_model(model);

	if (slice_copy(model, d->model, sizeof(d->model)) < 0)
		return;
	log_notice("printer %s: says that it is %s%s%s", d->config.name, d->model,
		   profile && d->setup.ask_model ? ", profile " : "",
		   profile && d->setup.ask_model ? profile->name : "");
	if (!profile || !d->setup.ask_model)
		return;
	d->next_profile = profile;
	if (!d->busy)
		device_next_profile(d);
}

void device_next_profile(struct device *d)
{
	if (!d->next_profile)
		return;
	use_profile(d, d->next_profile);
	if (d->record)
		record_profile(d->record, &d->profile, device_now_ms(d));
}

/* ---- jobs ---- */

static struct device *find_printer(struct devices *all, const char *name)
{
	for (int i = 0; i < all->count; i++)
		if (all->list[i].config.kind == DEVICE_PRINTER &&
		    strcmp(all->list[i].config.name, name) == 0)
			return &all->list[i];
	return NULL;
}

void device_job_ended(struct device *d, const struct driver_event *e)
{
	d->busy = false;
	d->jobs[e->result]++;
	/* A late answer to this job's fence must not be taken for the next job's. */
	d->bounce = d->bounce || e->result == JOB_RESULT_UNKNOWN;
	/* The driver's state does not outlive its claim; until a job came out this does. */
	d->cut_off =
		e->result == JOB_RESULT_UNKNOWN || (d->cut_off && e->result != JOB_RESULT_DONE);
	device_job_over(d->all, e->job, e->result, e->detail);
	device_next_profile(d);
}

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
	if (d->driver->job(d->state, job, buf_read(&bytes), device_now_ms(d), &d->sink) < 0)
		return "the printer does not take a job now";
	if (d->record)
		record_job(d->record, job, doc, device_now_ms(d));
	d->busy = true;
	d->job = job;
	return NULL;
}

void devices_print(struct devices *all, int64_t job, const char *printer, struct slice doc)
{
	struct device *d = find_printer(all, printer);
	enum job_result result;
	const char *why = begin_job(d, job, doc, &result);

	if (why) {
		if (d)
			d->jobs[result]++;
		device_job_over(all, job, result, why);
	} else {
		device_pump(d);
	}
}
