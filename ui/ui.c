// SPDX-License-Identifier: Apache-2.0
#include "ui/ui.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ui/calls.h"
#include "ui/http.h"
#include "ui/inside.h"
#include "ui/live.h"

#define COMMENT_MS 15000
/* Less than the 3 s of the contract, so that the answer is out within them. */
#define ANSWER_MS 2950

static int prepare(struct ui *ui, const struct ui_setup *setup, char *ret_message, size_t cap)
{
	const char *bad = "";
	int fd = http_listen(setup->listen_host, setup->listen_port, ret_message, cap);

	if (fd < 0)
		return -1;
	ui->port = http_port(fd);
	if (guard_init(&ui->guard, setup, ui->port, &bad) < 0) {
		(void)snprintf(ret_message, cap, "not a host name: %s", bad);
		close(fd);
		return -1;
	}
	if (http_start(ui, fd) < 0) {
		(void)snprintf(ret_message, cap, "the HTTP library does not start");
		return -1;
	}
	return 0;
}

struct ui *ui_start(uv_loop_t *loop, struct door *door, const struct ui_setup *setup,
		    char *ret_message, size_t cap)
{
	struct ui *ui = calloc(1, sizeof(*ui));

	if (!ui) {
		(void)snprintf(ret_message, cap, "out of memory");
		return NULL;
	}
	ui->loop = loop;
	ui->door = door;
	ui->metrics = setup->metrics;
	ui->healthy = setup->healthy;
	ui->devices = setup->devices;
	ui->record = setup->record;
	ui->ctx = setup->ctx;
	ui->comment_ms = setup->comment_ms > 0 ? (uint64_t)setup->comment_ms : COMMENT_MS;
	ui->answer_ms = setup->answer_ms > 0 ? (uint64_t)setup->answer_ms : ANSWER_MS;
	ui->file_count = web_files_load(ui->files);
	if (prepare(ui, setup, ret_message, cap) < 0) {
		free(ui);
		return NULL;
	}
	return ui;
}

int ui_port(const struct ui *ui)
{
	return ui->port;
}

static void take_screen(struct ui *ui, const struct door_out *out, struct slice payload)
{
	enum screen screen = out->screen.screen;
	const struct document *old = ui->documents.current[screen];
	uint64_t before = old ? old->serial : 0;
	uint64_t now_ns = uv_hrtime();

	/* Without memory the older document stays; the next one makes it good. */
	if (documents_put(&ui->documents, screen, out->screen.revision, payload) < 0)
		return;
	live_publish(ui, screen, before);
	if (out->screen.scan_ns > 0 && (uint64_t)out->screen.scan_ns <= now_ns)
		meter_scan(&ui->meter, screen, now_ns - (uint64_t)out->screen.scan_ns);
}

static void take_session(struct ui *ui, const struct door_out *out)
{
	if (out->session.open)
		sessions_open(&ui->sessions, out->session.token_hash, out->session.role);
	else
		sessions_close(&ui->sessions, out->session.token_hash);
	live_sessions(ui);
}

void ui_output(struct ui *ui, const struct door_out *out, struct slice payload)
{
	if (ui->stopping)
		return;
	if (out->kind == OUT_REPLY) {
		documents_heard(&ui->documents, out->reply.revision);
		calls_reply(ui, out, payload);
	} else if (out->kind == OUT_SCREEN) {
		take_screen(ui, out, payload);
	} else if (out->kind == OUT_SESSION) {
		take_session(ui, out);
	}
}

static void gone(struct ui *ui)
{
	documents_free(&ui->documents);
	free(ui);
}

void ui_stop(struct ui *ui)
{
	http_stop(ui, gone);
}
