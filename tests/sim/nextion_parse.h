// SPDX-License-Identifier: Apache-2.0
/*
 * A Nextion panel with a project of one page: text components t0 and t1 and a QR code qr0. Fed
 * byte by byte; instructions end with FF FF FF and are answered as `bkcmd` says (instruction set
 * of nextion.tech). What it cannot carry out is counted. Texts are cut at txt-maxl, as on the
 * panel. Owns nothing; cannot fail.
 */
#ifndef LADA_SIM_NEXTION_PARSE_H
#define LADA_SIM_NEXTION_PARSE_H

#include <stdbool.h>

#include "tests/sim/util.h"

#define PANEL_TEXT_MAX	 256
#define PANEL_HEAD_MAX	 1024 /* the panel's serial buffer */
#define PANEL_COMPONENTS 3
#define PANEL_QR	 2

struct panel_component {
	const char *name;
	bool there, visible;
	size_t max; /* txt-maxl, bytes */
	char text[PANEL_TEXT_MAX];
};

struct panel {
	void (*answer)(void *ctx, const uint8_t *bytes, size_t n);
	void *ctx;
	struct panel_component components[PANEL_COMPONENTS];
	bool power;
	int bkcmd;
	uint8_t head[PANEL_HEAD_MAX];
	size_t head_len;
	bool overflow;
	int ends;	  /* FF in a row */
	uint64_t unknown; /* instructions it could not carry out, empty ones aside */
};

void panel_init(struct panel *panel, bool with_qr, size_t text_max,
		void (*answer)(void *ctx, const uint8_t *bytes, size_t n), void *ctx);
/* Switched on: says that it has started, and shows what the project says. */
void panel_power(struct panel *panel, bool on);
void panel_feed(struct panel *panel, uint8_t byte);
/* A finger on a component. */
void panel_touch(struct panel *panel, uint8_t component, bool pressed);
/* {"t0":"…","t1":"…","qr":"…" or null,"unknown":N} */
void panel_json(const struct panel *panel, struct sim_buf *ret_line);

#endif
