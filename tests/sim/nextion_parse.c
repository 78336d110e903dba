// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/nextion_parse.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define QR_TEXT_MAX 192

enum {
	SAY_INVALID = 0x00,
	SAY_DONE = 0x01,
	SAY_NO_COMPONENT = 0x02,
	SAY_NO_PAGE = 0x03,
	SAY_NO_VARIABLE = 0x1A,
	SAY_NOT_ASSIGNED = 0x1C,
	SAY_PARAMETERS = 0x1E,
	SAY_OVERFLOW = 0x24,
	SAY_TOUCH = 0x65,
	SAY_PAGE = 0x66,
	SAY_TEXT = 0x70,
	SAY_NUMBER = 0x71,
	SAY_READY = 0x88,
};

static void panel_say(struct panel *panel, uint8_t code, const void *data, size_t n)
{
	static const uint8_t end[] = { 0xFF, 0xFF, 0xFF };
	struct sim_buf frame = { 0 };

	sim_buf_add(&frame, &code, 1);
	if (n)
		sim_buf_add(&frame, data, n);
	sim_buf_add(&frame, end, sizeof(end));
	panel->answer(panel->ctx, frame.bytes, frame.len);
	sim_buf_free(&frame);
}

/* As the project was drawn. */
static void panel_page(struct panel *panel)
{
	for (int i = 0; i < PANEL_COMPONENTS; i++) {
		panel->components[i].text[0] = '\0';
		panel->components[i].visible = true;
	}
}

void panel_init(struct panel *panel, bool with_qr, size_t text_max,
		void (*answer)(void *ctx, const uint8_t *bytes, size_t n), void *ctx)
{
	static const char *const names[PANEL_COMPONENTS] = { "t0", "t1", "qr0" };

	memset(panel, 0, sizeof(*panel));
	panel->answer = answer;
	panel->ctx = ctx;
	for (int i = 0; i < PANEL_COMPONENTS; i++) {
		panel->components[i].name = names[i];
		panel->components[i].there = i != PANEL_QR || with_qr;
		panel->components[i].max = i == PANEL_QR ? QR_TEXT_MAX : text_max;
	}
	panel_page(panel);
}

void panel_power(struct panel *panel, bool on)
{
	static const uint8_t zeros[] = { 0, 0 };

	panel->power = on;
	panel->bkcmd = 2;
	panel->head_len = 0;
	panel->ends = 0;
	panel->overflow = false;
	panel_page(panel);
	if (!on)
		return;
	panel_say(panel, 0, zeros, sizeof(zeros));
	panel_say(panel, SAY_READY, NULL, 0);
}

static struct panel_component *panel_find(struct panel *panel, const char *name, size_t n)
{
	for (int i = 0; i < PANEL_COMPONENTS; i++) {
		struct panel_component *c = &panel->components[i];

		if (c->there && strlen(c->name) == n && !memcmp(c->name, name, n))
			return c;
	}
	return NULL;
}

/* A quoted text with its escapes undone, to the end of the instruction. */
static uint8_t panel_assign(struct panel_component *c, const char *text)
{
	char got[PANEL_HEAD_MAX];
	size_t n = 0;

	if (*text++ != '"')
		return SAY_NOT_ASSIGNED;
	for (; *text && *text != '"'; text++) {
		const bool escaped = *text == '\\';

		if (escaped && (!*++text || !strchr("r\"\\", *text)))
			return SAY_NOT_ASSIGNED;
		got[n++] = escaped && *text == 'r' ? '\r' : *text;
	}
	if (text[0] != '"' || text[1])
		return SAY_NOT_ASSIGNED;
	n = n < c->max ? n : c->max;
	memcpy(c->text, got, n);
	c->text[n] = '\0';
	return SAY_DONE;
}

static uint8_t panel_vis(struct panel *panel, const char *arguments)
{
	const char *comma = strchr(arguments, ',');
	struct panel_component *c;

	if (!comma || (strcmp(comma + 1, "0") && strcmp(comma + 1, "1")))
		return SAY_PARAMETERS;
	c = panel_find(panel, arguments, (size_t)(comma - arguments));
	if (!c)
		return SAY_NO_COMPONENT;
	c->visible = comma[1] == '1';
	return SAY_DONE;
}

/* Answers by itself: 0 is "no more to say". */
static int panel_get(struct panel *panel, const char *what)
{
	const char *dot = strstr(what, ".txt");
	const uint8_t number[4] = { (uint8_t)panel->bkcmd };
	struct panel_component *c =
		dot && !dot[4] ? panel_find(panel, what, (size_t)(dot - what)) : NULL;

	if (c)
		panel_say(panel, SAY_TEXT, c->text, strlen(c->text));
	else if (!strcmp(what, "bkcmd"))
		panel_say(panel, SAY_NUMBER, number, sizeof(number));
	else
		return SAY_NO_VARIABLE;
	return -1;
}

static int panel_run(struct panel *panel, const char *text)
{
	const char *is = strstr(text, ".txt=");
	struct panel_component *c;

	if (!strncmp(text, "bkcmd=", 6)) {
		if (text[6] < '0' || text[6] > '3' || text[7])
			return SAY_NOT_ASSIGNED;
		panel->bkcmd = text[6] - '0';
		return SAY_DONE;
	}
	if (!strncmp(text, "page ", 5)) {
		if (strcmp(text + 5, "0"))
			return SAY_NO_PAGE;
		panel_page(panel);
		return SAY_DONE;
	}
	if (!strncmp(text, "vis ", 4))
		return panel_vis(panel, text + 4);
	if (!strncmp(text, "get ", 4))
		return panel_get(panel, text + 4);
	if (!strcmp(text, "sendme")) {
		panel_say(panel, SAY_PAGE, "", 1);
		return -1;
	}
	if (!is)
		return SAY_INVALID;
	c = panel_find(panel, text, (size_t)(is - text));
	return c ? panel_assign(c, is + 5) : SAY_NO_VARIABLE;
}

static void panel_instruction(struct panel *panel)
{
	int code = SAY_OVERFLOW;

	if (!panel->overflow) {
		panel->head[panel->head_len] = '\0';
		code = strlen((const char *)panel->head) == panel->head_len
			       ? panel_run(panel, (const char *)panel->head)
			       : SAY_INVALID;
	}
	if (code > SAY_DONE || (code == SAY_INVALID && panel->head_len))
		panel->unknown++;
	if (code == SAY_DONE ? panel->bkcmd & 1 : code >= 0 && panel->bkcmd >= 2)
		panel_say(panel, (uint8_t)code, NULL, 0);
}

void panel_feed(struct panel *panel, uint8_t byte)
{
	if (!panel->power)
		return;
	panel->ends = byte == 0xFF ? panel->ends + 1 : 0;
	if (panel->ends == 3) {
		panel->head_len -= panel->head_len < 2 ? panel->head_len : 2;
		panel_instruction(panel);
		panel->head_len = 0;
		panel->ends = 0;
		panel->overflow = false;
	} else if (panel->head_len == PANEL_HEAD_MAX - 1) {
		panel->overflow = true;
	} else {
		panel->head[panel->head_len++] = byte;
	}
}

void panel_touch(struct panel *panel, uint8_t component, bool pressed)
{
	const uint8_t data[] = { 0, component, pressed };

	if (panel->power)
		panel_say(panel, SAY_TOUCH, data, sizeof(data));
}

void panel_json(const struct panel *panel, struct sim_buf *ret_line)
{
	const struct panel_component *qr = &panel->components[PANEL_QR];

	ret_line->len = 0;
	sim_buf_text(ret_line, "{");
	for (int i = 0; i < PANEL_QR; i++) {
		const char *text = panel->power ? panel->components[i].text : "";

		sim_buf_format(ret_line, "\"%s\":", panel->components[i].name);
		sim_buf_json(ret_line, (const uint8_t *)text, strlen(text));
		sim_buf_text(ret_line, ",");
	}
	sim_buf_text(ret_line, "\"qr\":");
	if (panel->power && qr->there && qr->visible && qr->text[0])
		sim_buf_json(ret_line, (const uint8_t *)qr->text, strlen(qr->text));
	else
		sim_buf_text(ret_line, "null");
	sim_buf_format(ret_line, ",\"unknown\":%" PRIu64 "}", panel->unknown);
}
