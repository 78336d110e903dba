// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/sim/device.h"

static bool paper_ends(const struct device *device)
{
	return device->faults.paper_out;
}

static bool paper_low(const struct device *device)
{
	return device->faults.near_end || device->faults.paper_out;
}

bool device_online(const struct device *device)
{
	return !device->faults.paper_out && !device->faults.cover && !device->error_latched &&
	       !device->faults.heat;
}

/* Connector pin 3. */
static bool drawer_high(const struct device *device)
{
	return device->drawer_open != device->config.drawer_low;
}

static uint8_t device_noise(struct device *device)
{
	device->random ^= device->random << 13;
	device->random ^= device->random >> 17;
	device->random ^= device->random << 5;
	return (uint8_t)device->random;
}

void device_answer(struct device *device, const uint8_t *bytes, size_t n)
{
	uint8_t noise[64];

	if (device->faults.deaf || device->now_ms < device->boot_ms)
		return;
	if (device->faults.garbage) {
		n = n < sizeof(noise) - 3 ? n + device_noise(device) % 4 : sizeof(noise);
		for (size_t i = 0; i < n; i++)
			noise[i] = device_noise(device);
		bytes = noise;
	}
	device->sink.answer(device->sink.ctx, bytes, n);
}

/* DLE EOT n. */
void device_answer_realtime(struct device *device, int n)
{
	const struct device_faults *f = &device->faults;
	uint8_t byte = 0x12;

	if (n == 1)
		byte |= (uint8_t)((drawer_high(device) ? 0x04 : 0) | (device_online(device) ? 0 : 0x08));
	else if (n == 2)
		byte |= (uint8_t)((f->cover ? 0x04 : 0) | (paper_ends(device) ? 0x20 : 0) |
				  (device->error_latched || f->heat ? 0x40 : 0));
	else if (n == 3)
		byte |= (uint8_t)((device->error_latched ? 0x08 : 0) | (f->heat ? 0x40 : 0));
	else
		byte |= (uint8_t)((paper_low(device) ? 0x0C : 0) | (paper_ends(device) ? 0x60 : 0));
	device_answer(device, &byte, 1);
}

/* GS r n: executed in line with the data, so a paper end is never seen here. */
void device_answer_paper(struct device *device, uint8_t n)
{
	uint8_t byte = 0;

	if (device->faults.no_status)
		return;
	if (n == 1 || n == 49)
		byte = paper_low(device) ? 0x03 : 0;
	else if (n == 2 || n == 50)
		byte = drawer_high(device) ? 0x01 : 0;
	else if (n != 4 && n != 52)
		return;
	device_answer(device, &byte, 1);
}

/* GS I n. */
void device_answer_identity(struct device *device, uint8_t n)
{
	const char *text = NULL;
	char block[80];
	int len;

	if (device->faults.no_identity)
		return;
	switch (n) {
	case 1: case 49:
		device_answer(device, (const uint8_t[]){ 0x20 }, 1);
		return;
	case 2: case 50:
		device_answer(device, (const uint8_t[]){ 0x02 }, 1);
		return;
	case 3: case 51:
		device_answer(device, (const uint8_t[]){ 0x01 }, 1);
		return;
	case 65:
		text = SIM_VERSION " SIM";
		break;
	case 66:
		text = device->config.maker;
		break;
	case 67:
		text = device->config.model;
		break;
	case 68:
		text = "SIM0000001";
		break;
	case 69:
		text = "";
		break;
	default:
		return;
	}
	len = snprintf(block, sizeof(block), "_%.70s", text);
	device_answer(device, (const uint8_t *)block, (size_t)len + 1);
}

static void watch_bytes(const struct device *device, uint8_t ret_bytes[4])
{
	ret_bytes[0] = (uint8_t)(0x10 | (drawer_high(device) ? 0x04 : 0) |
				 (device_online(device) ? 0 : 0x08) |
				 (device->faults.cover ? 0x20 : 0));
	ret_bytes[1] = (uint8_t)((device->error_latched ? 0x08 : 0) |
				 (device->faults.heat ? 0x40 : 0));
	ret_bytes[2] = (uint8_t)((paper_low(device) ? 0x03 : 0) | (paper_ends(device) ? 0x0C : 0));
	/* Reserved bits are set, as printers of this family have them. */
	ret_bytes[3] = 0x0F;
}

void device_watch_report(struct device *device, bool force)
{
	uint8_t bytes[4];
	uint8_t changed = 0;

	watch_bytes(device, bytes);
	if ((bytes[0] ^ device->asb_last[0]) & 0x04)
		changed |= DEVICE_WATCH_DRAWER;
	if ((bytes[0] ^ device->asb_last[0]) & 0x28)
		changed |= DEVICE_WATCH_ONLINE;
	if (bytes[1] != device->asb_last[1])
		changed |= DEVICE_WATCH_ERROR;
	if (bytes[2] != device->asb_last[2])
		changed |= DEVICE_WATCH_PAPER;
	memcpy(device->asb_last, bytes, sizeof(bytes));
	if (!device->faults.no_auto && (force || (changed & device->asb)))
		device_answer(device, bytes, sizeof(bytes));
}

/* GS a n: the state is sent at once when anything is watched. */
void device_watch_set(struct device *device, uint8_t mask)
{
	device->asb = device->faults.no_auto ? 0 : mask & 0x4F;
	if (device->asb)
		device_watch_report(device, true);
}

static int fault_count(const char *text, const char *name, int64_t *ret_count)
{
	const size_t len = strlen(name);
	long count;

	if (strncmp(text, name, len) != 0 || sim_number(text + len, 0, 1L << 30, &count))
		return -EINVAL;
	*ret_count = count;
	return 0;
}

static int fault_add(struct device_faults *f, const char *name)
{
	const struct {
		const char *name;
		bool *fault;
	} table[] = {
		{ "paper-out", &f->paper_out }, { "near-end", &f->near_end },
		{ "cover", &f->cover },		{ "cutter", &f->cutter },
		{ "slow", &f->slow },		{ "deaf", &f->deaf },
		{ "garbage", &f->garbage },	{ "off", &f->off },
		{ "crawl", &f->crawl },
		{ "heat", &f->heat },		{ "no-process", &f->no_process },
		{ "no-status", &f->no_status }, { "no-identity", &f->no_identity },
		{ "no-auto", &f->no_auto },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (strcmp(name, table[i].name) == 0) {
			*table[i].fault = true;
			return 0;
		}
	}
	if (strcmp(name, "none") == 0)
		return 0;
	if (!fault_count(name, "drop@", &f->drop_at))
		return 0;
	return fault_count(name, "paper-out@", &f->paper_at);
}

int device_set_faults(struct device *device, const char *text, int64_t now_ms)
{
	struct device_faults f = { .drop_at = -1, .paper_at = -1 };
	char name[DEVICE_FAULT_TEXT_MAX];

	for (const char *at = text;; at++) {
		const size_t len = strcspn(at, ",");

		if (!len || len >= sizeof(name))
			return -EINVAL;
		memcpy(name, at, len);
		name[len] = '\0';
		if (fault_add(&f, name))
			return -EINVAL;
		at += len;
		if (!*at)
			break;
	}
	device->faults = f;
	device->since_fault = 0;
	if (f.cutter)
		device->error_latched = true;
	device->now_ms = device->slow_at_ms = device->busy_at_ms = now_ms;
	device_watch_report(device, false);
	device_drain(device);
	return 0;
}
