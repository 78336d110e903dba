// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/device.h"

#include <stdlib.h>
#include <string.h>

/* After a cut, at the end of a connection, or when idle with something printed. */
static void device_finish_job(struct device *device, bool cut)
{
	const struct device_job job = {
		.cut = cut,
		.paper = &device->paper,
		.raw = device->raw.bytes,
		.raw_len = device->raw.len,
		.unknown = device->parser.unknown,
		.ignored = device->paper.ignored,
		.stray = device->parser.stray,
		.drawer = device->drawer_count,
	};

	device->sink.job(device->sink.ctx, &job);
	paper_next(&device->paper);
	device->raw.len = 0;
	device->parser.unknown = 0;
	device->parser.stray = 0;
	device->drawer_count = 0;
}

void device_set_drawer(struct device *device, bool open, int64_t now_ms)
{
	device->drawer_open = open;
	device->drawer_at_ms = now_ms;
	device_watch_report(device, false);
}

static void device_pulse(struct device *device, uint8_t m, int on_ms, bool realtime)
{
	device->drawer_count++;
	device->sink.drawer(device->sink.ctx, m & 1 ? 5 : 2, on_ms, realtime);
	device_set_drawer(device, true, device->now_ms);
}

static void device_cut(struct device *device, const struct escpos_op *op)
{
	struct paper *paper = &device->paper;

	if (!paper_at_line_start(paper)) {
		paper->ignored++;
		return;
	}
	if (op->p_len == 2)
		paper_feed(paper, PAPER_CUTTER_DOTS + op->p[1]);
	else if (!paper->y)
		return;
	device_finish_job(device, true);
}

/* GS ( H fn m d1..d4: the answer says that all before it has been printed. */
static void device_respond(struct device *device, const struct escpos_op *op)
{
	uint8_t block[7] = { 0x37, 0x22 };

	if (device->faults.no_process || op->data_len != 6 || op->data[0] != 48 ||
	    op->data[1] != 48)
		return;
	for (int i = 0; i < 4; i++)
		if (op->data[2 + i] < 0x20 || op->data[2 + i] > 0x7E)
			return;
	memcpy(block + 2, op->data + 2, 4);
	device_answer(device, block, sizeof(block));
}

/* GS ( D m [a b]...: a = 1 is the real-time drawer pulse. */
static void device_set_realtime(struct device *device, const struct escpos_op *op)
{
	if (!op->data_len || op->data[0] != 20)
		return;
	for (size_t i = 1; i + 1 < op->data_len; i += 2)
		if (op->data[i] == 1)
			device->pulse_enabled = op->data[i + 1] & 1;
}

/* GS ( k 49 82 48: how large the stored symbol would be. */
static void device_answer_symbol(struct device *device, const struct escpos_op *op)
{
	const int side = paper_qr_side(&device->paper);
	const bool fits = side > 0 && side <= device->paper.dots - device->paper.margin;
	struct sim_buf block = { 0 };

	if (op->data_len != 3 || op->data[0] != 49 || op->data[1] != 82 ||
	    !paper_at_line_start(&device->paper))
		return;
	sim_buf_format(&block, "\x37\x36%d\x1F%d\x1F\x31\x1F%c", side, side, fits ? '0' : '1');
	sim_buf_add(&block, "", 1);
	device_answer(device, block.bytes, block.len);
	sim_buf_free(&block);
}

static void device_op(void *ctx, const struct escpos_op *op)
{
	struct device *device = ctx;

	switch ((int)op->kind) {
	case ESCPOS_CUT:
		device_cut(device, op);
		break;
	case ESCPOS_PULSE:
		device_pulse(device, op->p[0], op->p[1] * 2, false);
		break;
	case ESCPOS_ASB:
		device_watch_set(device, op->p[0]);
		break;
	case ESCPOS_STATUS:
		device_answer_paper(device, op->p[0]);
		break;
	case ESCPOS_IDENTITY:
		device_answer_identity(device, op->p[0]);
		break;
	case ESCPOS_RESPONSE:
		device_respond(device, op);
		break;
	case ESCPOS_REALTIME_SET:
		device_set_realtime(device, op);
		break;
	case ESCPOS_SYMBOL:
		device_answer_symbol(device, op);
		break;
	case ESCPOS_INIT:
		device->asb = 0;
		device->pulse_enabled = true;
		break;
	case ESCPOS_REALTIME:
		/* Polls before a job do not belong to it. */
		if (device->raw.len == op->p_len + 2)
			device->raw.len = 0;
		break;
	}
	paper_op(&device->paper, op);
}

void device_init(struct device *device, const struct device_config *config,
		 const struct device_sink *sink, int64_t now_ms)
{
	memset(device, 0, sizeof(*device));
	device->config = *config;
	device->sink = *sink;
	device->faults = (struct device_faults){ .drop_at = -1, .paper_at = -1 };
	device->buffer = sim_alloc(NULL, config->buffer_bytes);
	device->power = true;
	device->pulse_enabled = true;
	device->random = 2463534242u;
	device->now_ms = device->busy_at_ms = device->slow_at_ms = now_ms;
	escpos_init(&device->parser, device_op, device);
	paper_init(&device->paper, config->dots, config->font, config->starts_wide);
	device_watch_report(device, false);
}

void device_free(struct device *device)
{
	escpos_free(&device->parser);
	paper_free(&device->paper);
	sim_buf_free(&device->raw);
	free(device->buffer);
	device->buffer = NULL;
}

static void device_connection_ended(struct device *device)
{
	if (device->paper.inked)
		device_finish_job(device, false);
	else if (paper_at_line_start(&device->paper) && escpos_at_rest(&device->parser))
		device->raw.len = 0;
}

static void device_pass_marks(struct device *device)
{
	while (device->mark_count && device->consumed >= device->marks[0]) {
		memmove(device->marks, device->marks + 1,
			--device->mark_count * sizeof(device->marks[0]));
		device_connection_ended(device);
	}
}

static void device_consume(struct device *device)
{
	const uint8_t byte = device->buffer[device->buffer_at];

	device->buffer_at = (device->buffer_at + 1) % device->config.buffer_bytes;
	device->buffer_len--;
	device->consumed++;
	device->busy_at_ms = device->now_ms;
	sim_buf_add(&device->raw, &byte, 1);
	escpos_feed(&device->parser, byte);
	if (device->faults.paper_at >= 0 && (int64_t)device->raw.len >= device->faults.paper_at) {
		device->faults.paper_at = -1;
		device->faults.paper_out = true;
		device_watch_report(device, false);
	}
	device_pass_marks(device);
}

void device_drain(struct device *device)
{
	int64_t allowed = INT64_MAX;

	if (device->now_ms < device->boot_ms)
		return;
	if (device->faults.slow) {
		allowed = (device->now_ms - device->slow_at_ms) * DEVICE_SLOW_BYTES_PER_S / 1000;
		device->slow_at_ms += allowed * 1000 / DEVICE_SLOW_BYTES_PER_S;
	}
	while (device->buffer_len && allowed-- > 0 && device->power && device_online(device))
		device_consume(device);
}

static void device_clear(struct device *device)
{
	device->buffer_len = 0;
	device->consumed = device->received;
	escpos_reset(&device->parser);
	paper_drop_line(&device->paper);
	device_pass_marks(device);
}

/* DLE ENQ n: only an error whose cause is gone can be recovered from. */
static void device_recover(struct device *device, uint8_t n)
{
	if (!device->error_latched || device->faults.cutter || n == 0)
		return;
	device->error_latched = false;
	if (n == 2)
		device_clear(device);
	device_watch_report(device, false);
}

static void device_realtime(struct device *device, const struct realtime_command *command)
{
	switch (command->kind) {
	case REALTIME_STATUS:
		device_answer_realtime(device, command->value);
		break;
	case REALTIME_RECOVER:
		device_recover(device, command->value);
		break;
	case REALTIME_PULSE:
		if (device->pulse_enabled)
			device_pulse(device, command->value, command->time * 100, true);
		break;
	case REALTIME_ASB:
		device_watch_report(device, true);
		break;
	case REALTIME_CLEAR:
		device_clear(device);
		device_answer(device, (const uint8_t[]){ 0x37, 0x25, 0x00 }, 3);
		break;
	case REALTIME_OFF:
		/* Disabled from power-on, as on the printer. */
		break;
	}
}

size_t device_room(const struct device *device)
{
	size_t room = device->config.buffer_bytes - device->buffer_len;

	if (device->faults.crawl && room > 0)
		room = device->now_ms - device->taken_at_ms >= DEVICE_CRAWL_MS;
	if (device->faults.drop_at >= 0) {
		const int64_t left = device->faults.drop_at - device->since_fault;

		if (left < (int64_t)room)
			room = left > 0 ? (size_t)left : 0;
	}
	return room;
}

void device_receive(struct device *device, const uint8_t *bytes, size_t n, int64_t now_ms)
{
	struct realtime_command command;

	device->now_ms = device->taken_at_ms = now_ms;
	if (now_ms < device->boot_ms)
		return;
	/* Idle time earns a slow printer nothing. */
	if (!device->buffer_len)
		device->slow_at_ms = now_ms;
	device->busy_at_ms = now_ms;
	for (size_t i = 0; i < n && device->buffer_len < device->config.buffer_bytes; i++) {
		const size_t at = (device->buffer_at + device->buffer_len) % device->config.buffer_bytes;

		device->buffer[at] = bytes[i];
		device->buffer_len++;
		device->received++;
		device->since_fault++;
		if (realtime_feed(&device->realtime, bytes[i], &command))
			device_realtime(device, &command);
		device_drain(device);
	}
}

bool device_drop_due(struct device *device)
{
	if (device->faults.drop_at < 0 || device->since_fault < device->faults.drop_at)
		return false;
	device->faults.drop_at = -1;
	return true;
}

void device_disconnected(struct device *device, int64_t now_ms)
{
	device->now_ms = now_ms;
	if (device->mark_count == DEVICE_MARKS_MAX)
		device->mark_count--;
	device->marks[device->mark_count++] = device->received;
	device_pass_marks(device);
}

static bool device_idle_pending(const struct device *device)
{
	return device->power && device->paper.inked && !device->buffer_len && device_online(device);
}

void device_tick(struct device *device, int64_t now_ms)
{
	device->now_ms = now_ms;
	device_drain(device);
	if (device->drawer_open && device->config.drawer_ms &&
	    now_ms - device->drawer_at_ms >= device->config.drawer_ms)
		device_set_drawer(device, false, now_ms);
	if (device_idle_pending(device) && now_ms - device->busy_at_ms >= DEVICE_IDLE_MS)
		device_finish_job(device, false);
}

static int sooner(int timeout_ms, int64_t other_ms)
{
	if (other_ms < 0)
		other_ms = 0;
	return timeout_ms < 0 || other_ms < timeout_ms ? (int)other_ms : timeout_ms;
}

int device_timeout_ms(const struct device *device, int64_t now_ms)
{
	int timeout_ms = -1;

	if (device->buffer_len && device->faults.slow && device_online(device))
		timeout_ms = sooner(timeout_ms, 20);
	if (device->faults.crawl)
		timeout_ms = sooner(timeout_ms, DEVICE_CRAWL_MS / 4);
	if (device->drawer_open && device->config.drawer_ms)
		timeout_ms = sooner(timeout_ms, device->drawer_at_ms + device->config.drawer_ms - now_ms);
	if (device_idle_pending(device))
		timeout_ms = sooner(timeout_ms, device->busy_at_ms + DEVICE_IDLE_MS - now_ms);
	return timeout_ms;
}

bool device_accepting(const struct device *device)
{
	return device->power && !device->faults.off;
}

void device_set_power(struct device *device, bool on, int64_t now_ms)
{
	device->now_ms = now_ms;
	if (device->power == on)
		return;
	device->power = on;
	if (!on) {
		/* What is on the paper stays on the paper; all else is lost. */
		device_clear(device);
		if (device->paper.inked)
			device_finish_job(device, false);
		device->raw.len = 0;
		device->realtime.len = 0;
		device->error_latched = false;
		device->asb = 0;
		device->pulse_enabled = true;
		paper_op(&device->paper, &(struct escpos_op){ .kind = ESCPOS_INIT });
	} else if (device->faults.cutter) {
		device->error_latched = true;
	}
	device->busy_at_ms = device->slow_at_ms = now_ms;
	device_watch_report(device, false);
}

void device_power_cycle(struct device *device, int64_t now_ms)
{
	device_set_power(device, false, now_ms);
	device_set_power(device, true, now_ms);
	device->boot_ms = now_ms + DEVICE_BOOT_MS;
}
