// SPDX-License-Identifier: Apache-2.0
/*
 * Zebra's Simple Serial Interface: protocol `ssi`. Codes come as packets with a checksum, and a
 * packet that got no answer comes again, so a scan is neither garbled nor lost on a bad line.
 *
 * Source: "Simple Serial Interface Programmer's Guide", 72E-40451, and the SE-923 and SE-955
 * integration guides. A packet: length (without checksum), opcode, source (0 reader, 4 host),
 * status (bit 0 sent before, bit 1 more follows), data, and the two's complement of the sum of
 * all that, high byte first. Decode data: type of code, then text with the reader's prefix and
 * suffix; each packet of a long code carries the type.
 *
 * At start the reader is asked, for this session only, to send packets (parameter EEh = 1), then
 * to scan. Each command is repeated up to three times; after that the reader is reported silent,
 * but it is still listened to and asked again from time to time. Every packet of the reader is
 * answered. A packet marked as sent before is dropped if it equals the last one that was taken:
 * then only our answer was lost. Unmarked packets are never dropped, equal or not, and a marked
 * one is taken when a broken packet that was not marked came in between. It is taken, too, when
 * the last one is too long ago: a reader waits for an answer (parameter 9Bh, "host serial response
 * time-out": 2.0 s, at most 9.9 s) and sends a packet at most twice more, then it gives up. So a
 * later one is of another read, whose first sending we never saw.
 *
 * There is no mark where a packet begins. So a byte begins one if the next are an opcode of a
 * reader and its source number, and if the sum is right; else it is counted and passed over. Text
 * of a reader whose packets are off ends there too: that is told, and packets are asked for.
 */
#include <string.h>

#include "drivers/scan_text.h"

#define OPCODE_REVISION	    0xa4 /* of the reader */
#define OPCODE_IMAGE	    0xb1
#define OPCODE_VIDEO	    0xb4
#define OPCODE_PARAM	    0xc6
#define OPCODE_ACK	    0xd0
#define OPCODE_NAK	    0xd1
#define OPCODE_CAPABILITIES 0xd4
#define OPCODE_BEEP	    0xe6
#define OPCODE_SCAN_ENABLE  0xe9
#define OPCODE_DECODE	    0xf3
#define OPCODE_EVENT	    0xf6

#define SOURCE_READER 0x00
#define SOURCE_HOST   0x04
#define STATUS_AGAIN  0x01
#define STATUS_MORE   0x02
#define NAK_RESEND    0x01

#define PARAM_NO_BEEP 0xff
#define PARAM_PACKETS 0xee

#define BEEP_ONE_HIGH	   0x00
#define BEEP_THREE_LOW	   0x11 /* long ones */
#define BEEP_HIGH_LOW_HIGH 0x18

#define HEADER	      4
#define SUM	      2
#define PACKET_MAX    (255 + SUM)
#define COMMAND_MAX   (7 + SUM)
#define ANSWERS_MAX   8
#define ANSWER_MS     1000 /* a reader answers a command at once; its own patience is 2 s */
#define RETRIES	      3
#define ASK_AGAIN_MS  30000 /* a silent reader */
#define BYTE_GAP_MS   500   /* within a packet */
#define PART_GAP_MS   5000  /* between the packets of a code; it sends a lost one again in 2 s */
#define RESENDS	      2
#define PATIENCE_MS   9900 /* the longest a reader may be set to wait for an answer */
#define AGAIN_MS      (RESENDS * PATIENCE_MS + 1000) /* with the bytes' own time at 9600 baud */
#define BEEP_STALE_MS 2000
#define PLAIN_MIN     4 /* printable bytes before CR that are text, not noise */

enum command { COMMAND_NONE, COMMAND_PACKETS, COMMAND_ENABLE, COMMAND_BEEP };

struct scan_ssi {
	uint8_t in[PACKET_MAX];
	size_t n;
	int64_t byte_ms;

	struct scan_text text;
	uint8_t type;
	bool open; /* more packets of this code follow */
	int64_t part_ms;

	bool taken; /* a packet was; its length and sum, as if not marked: */
	uint8_t taken_length;
	uint16_t taken_sum;
	int64_t taken_ms;
	bool fresh_broken; /* since then an unmarked packet came broken */

	uint8_t answers[ANSWERS_MAX]; /* waiting for room: 0 ACK, else a NAK's cause */
	size_t answer_count;

	enum command command;
	bool asked; /* and waiting for the answer */
	int tries;
	int64_t asked_ms;
	bool beep_wanted;
	enum feedback beep;
	int64_t beep_ms;

	const char *told; /* the status' detail; NULL before the first */
	bool well;
	size_t plain_run;
	uint64_t garbage;
};

_Static_assert(sizeof(struct scan_ssi) <= DRIVER_STATE_MAX, "state too large");

static const char detail_asking[] = "waiting for the scanner to answer";
static const char detail_silent[] = "the scanner does not answer; is it set to SSI?";
static const char detail_plain[] = "the scanner sends plain text; its SSI packets are off";

/* Types of code (the guide's table of code types, and the list of Zebra's CoreScanner) as AIM
 * identifiers. */
static const struct {
	uint8_t type;
	char aim[AIM_MAX];
} types[] = {
	{ 0x01, "]A0" }, { 0x02, "]F0" }, { 0x03, "]C0" }, { 0x04, "]S0" }, { 0x05, "]S0" },
	{ 0x06, "]I0" }, { 0x07, "]G0" }, { 0x08, "]E0" }, { 0x09, "]E0" }, { 0x0a, "]E4" },
	{ 0x0b, "]E0" }, { 0x0c, "]H0" }, { 0x0e, "]M0" }, { 0x0f, "]C1" }, { 0x10, "]X0" },
	{ 0x11, "]L0" }, { 0x13, "]A4" }, { 0x15, "]X0" }, { 0x16, "]X0" }, { 0x17, "]X0" },
	{ 0x18, "]F0" }, { 0x19, "]C0" }, { 0x1a, "]L0" }, { 0x1b, "]d1" }, { 0x1c, "]Q1" },
	{ 0x20, "]A0" }, { 0x21, "]C4" }, { 0x25, "]U0" }, { 0x28, "]L0" }, { 0x29, "]Q1" },
	{ 0x2c, "]Q1" }, { 0x2d, "]z0" }, { 0x2e, "]zC" }, { 0x30, "]e0" }, { 0x31, "]e0" },
	{ 0x32, "]e0" }, { 0x36, "]X0" }, { 0x39, "]X0" }, { 0x48, "]E3" }, { 0x49, "]E3" },
	{ 0x4a, "]E4" }, { 0x4b, "]E3" }, { 0x88, "]E3" }, { 0x89, "]E3" }, { 0x8a, "]E4" },
	{ 0x8b, "]E3" }, { 0xb4, "]e0" }, { 0xc1, "]d2" }, { 0xc2, "]Q3" },
};

/* No codes: a parameter bar code, a picture of a signature, several packets in one. */
static const uint8_t no_codes[] = { 0x33, 0x69, 0x99 };

/* ---- what is told ---- */

static void tell(struct scan_ssi *s, const char *detail, const struct sink *sink)
{
	struct driver_event e = { .kind = DRIVER_STATUS, .status = DEVICE_OK, .detail = detail };

	s->well = !detail[0];
	if (s->told && strcmp(s->told, detail) == 0)
		return;
	s->told = detail;
	if (!s->well) {
		e.status = DEVICE_OFFLINE;
		e.trouble = detail == detail_asking ? TROUBLE_NONE : TROUBLE_SILENT;
	}
	sink->event(sink->ctx, &e);
}

/* ---- commands ---- */

static void begin(struct scan_ssi *s, enum command command)
{
	s->command = command;
	s->asked = false;
	s->tries = 0;
}

static void next_command(struct scan_ssi *s)
{
	begin(s, s->command == COMMAND_PACKETS ? COMMAND_ENABLE : COMMAND_NONE);
}

/* No answer in time, or none that helps. */
static void command_failed(struct scan_ssi *s, int64_t now_ms, const struct sink *sink)
{
	s->asked = false;
	if (s->command != COMMAND_BEEP && s->tries <= RETRIES)
		return;
	begin(s, COMMAND_NONE);
	s->asked_ms = now_ms;
	if (s->told == detail_asking)
		tell(s, detail_silent, sink);
}

static void check_time(struct scan_ssi *s, int64_t now_ms, const struct sink *sink)
{
	if (s->asked && now_ms - s->asked_ms >= ANSWER_MS)
		command_failed(s, now_ms, sink);
	if (s->command == COMMAND_NONE && !s->well && now_ms - s->asked_ms >= ASK_AGAIN_MS)
		begin(s, COMMAND_PACKETS);
}

static size_t command_data(const struct scan_ssi *s, uint8_t *opcode, uint8_t *data)
{
	static const uint8_t beeps[] = { [FEEDBACK_GOOD] = BEEP_ONE_HIGH,
					 [FEEDBACK_ATTENTION] = BEEP_HIGH_LOW_HIGH,
					 [FEEDBACK_BAD] = BEEP_THREE_LOW };

	switch (s->command) {
	case COMMAND_PACKETS:
		*opcode = OPCODE_PARAM;
		data[0] = PARAM_NO_BEEP;
		data[1] = PARAM_PACKETS;
		data[2] = 1;
		return 3;
	case COMMAND_BEEP:
		*opcode = OPCODE_BEEP;
		data[0] = beeps[s->beep];
		return 1;
	case COMMAND_ENABLE:
	case COMMAND_NONE:
		break;
	}
	*opcode = OPCODE_SCAN_ENABLE;
	return 0;
}

/* ---- bytes to the reader ---- */

static uint16_t sum_of(const uint8_t *p, size_t n)
{
	uint16_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum = (uint16_t)(sum + p[i]);
	return sum;
}

static size_t make_packet(uint8_t *p, uint8_t opcode, uint8_t status, const uint8_t *data, size_t n)
{
	uint16_t sum;

	p[0] = (uint8_t)(HEADER + n);
	p[1] = opcode;
	p[2] = SOURCE_HOST;
	p[3] = status;
	memcpy(p + HEADER, data, n);
	sum = (uint16_t)-sum_of(p, HEADER + n);
	p[HEADER + n] = (uint8_t)(sum >> 8);
	p[HEADER + n + 1] = (uint8_t)sum;
	return HEADER + n + SUM;
}

/* What does not fit is not answered: then the packet comes again. */
static void answer(struct scan_ssi *s, uint8_t cause)
{
	if (s->answer_count < ANSWERS_MAX)
		s->answers[s->answer_count++] = cause;
}

static size_t send_answers(struct scan_ssi *s, size_t room, const struct sink *sink)
{
	uint8_t packet[COMMAND_MAX];
	size_t done = 0, n;

	while (done < s->answer_count && room >= COMMAND_MAX) {
		const uint8_t cause = s->answers[done++];

		n = make_packet(packet, cause ? OPCODE_NAK : OPCODE_ACK, 0, &cause, cause ? 1 : 0);
		sink->bytes(sink->ctx, packet, n);
		room -= n;
	}
	s->answer_count -= done;
	memmove(s->answers, s->answers + done, s->answer_count);
	return room;
}

static void send_command(struct scan_ssi *s, size_t room, int64_t now_ms, const struct sink *sink)
{
	uint8_t packet[COMMAND_MAX], data[COMMAND_MAX], opcode;
	size_t n;

	if (s->beep_wanted && s->command == COMMAND_NONE) {
		s->beep_wanted = false;
		if (s->well && now_ms - s->beep_ms < BEEP_STALE_MS)
			begin(s, COMMAND_BEEP);
	}
	if (s->command == COMMAND_NONE || s->asked || room < COMMAND_MAX)
		return;
	n = command_data(s, &opcode, data);
	n = make_packet(packet, opcode, s->tries > 0 ? STATUS_AGAIN : 0, data, n);
	sink->bytes(sink->ctx, packet, n);
	s->asked = true;
	s->asked_ms = now_ms;
	s->tries++;
}

/* ---- packets ---- */

static void drop_code(struct scan_ssi *s)
{
	scan_text_drop(&s->text);
	s->open = false;
}

static void tell_code(struct scan_ssi *s, const struct sink *sink)
{
	char aim[AIM_MAX] = "";

	s->open = false;
	if (memchr(no_codes, s->type, sizeof(no_codes))) {
		scan_text_drop(&s->text);
		return;
	}
	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (types[i].type == s->type)
			memcpy(aim, types[i].aim, sizeof(aim));
	if (s->text.n > 0 && s->text.bytes[s->text.n - 1] == '\n')
		s->text.n--;
	if (s->text.n > 0 && s->text.bytes[s->text.n - 1] == '\r')
		s->text.n--;
	/* A reader set to send identifiers too: its modifier is the better one. */
	if (!aim[0] || (s->text.n > 1 && (char)s->text.bytes[1] == aim[1]))
		scan_text_take_aim(&s->text, aim);
	scan_text_tell(&s->text, aim, sink);
}

/* Was the packet taken already, and only our answer lost? */
static bool had_before(const struct scan_ssi *s, uint16_t sum, int64_t now_ms)
{
	return s->in[3] & STATUS_AGAIN && s->taken && !s->fresh_broken &&
	       s->taken_length == s->in[0] && s->taken_sum == sum &&
	       now_ms - s->taken_ms < AGAIN_MS;
}

static void decode(struct scan_ssi *s, int64_t now_ms, const struct sink *sink)
{
	const uint8_t length = s->in[0], status = s->in[3];
	const uint16_t sum = (uint16_t)(sum_of(s->in, length) - (status & STATUS_AGAIN));

	answer(s, 0);
	if (length <= HEADER || had_before(s, sum, now_ms))
		return;
	s->taken = true;
	s->taken_length = length;
	s->taken_sum = sum;
	s->taken_ms = now_ms;
	s->fresh_broken = false;
	if (s->open && s->type != s->in[HEADER])
		drop_code(s);
	s->type = s->in[HEADER];
	scan_text_add(&s->text, s->in + HEADER + 1, (size_t)(length - HEADER - 1));
	s->open = status & STATUS_MORE;
	s->part_ms = now_ms;
	if (!s->open)
		tell_code(s, sink);
}

static void packet_in(struct scan_ssi *s, int64_t now_ms, const struct sink *sink)
{
	s->plain_run = 0;
	tell(s, "", sink);
	switch (s->in[1]) {
	case OPCODE_DECODE:
		decode(s, now_ms, sink);
		break;
	case OPCODE_ACK:
		if (s->asked)
			next_command(s);
		break;
	case OPCODE_NAK:
		if (s->asked && s->in[0] > HEADER && s->in[HEADER] == NAK_RESEND)
			command_failed(s, now_ms, sink);
		else if (s->asked)
			next_command(s);
		break;
	case OPCODE_REVISION:
	case OPCODE_CAPABILITIES:
		break;
	default:
		answer(s, 0);
		break;
	}
}

/* ---- bytes from the reader ---- */

static bool from_reader(uint8_t opcode)
{
	static const uint8_t opcodes[] = { OPCODE_REVISION, OPCODE_IMAGE, OPCODE_VIDEO,
					   OPCODE_PARAM,    OPCODE_ACK,	  OPCODE_NAK,
					   OPCODE_DECODE,   OPCODE_EVENT, OPCODE_CAPABILITIES };

	return memchr(opcodes, opcode, sizeof(opcodes)) != NULL;
}

static void remove_bytes(struct scan_ssi *s, size_t n)
{
	s->n -= n;
	memmove(s->in, s->in + n, s->n);
}

/* A byte that is of no packet. Is it text? */
static void pass_over(struct scan_ssi *s, const struct sink *sink)
{
	const uint8_t c = s->in[0];

	remove_bytes(s, 1);
	s->garbage++;
	if (c >= 0x20) {
		s->plain_run++;
		return;
	}
	if ((c == '\r' || c == '\n' || c == '\t') && s->plain_run >= PLAIN_MIN) {
		tell(s, detail_plain, sink);
		if (s->command == COMMAND_NONE)
			begin(s, COMMAND_PACKETS);
	}
	s->plain_run = 0;
}

/* Takes all packets that are whole and passes over what begins none. */
static void take_packets(struct scan_ssi *s, int64_t now_ms, const struct sink *sink)
{
	while (s->n > 0) {
		const size_t n = s->in[0];

		if (n < HEADER || (s->n > 1 && !from_reader(s->in[1])) ||
		    (s->n > 2 && s->in[2] != SOURCE_READER)) {
			pass_over(s, sink);
			continue;
		}
		if (s->n < n + SUM)
			return;
		if ((uint16_t)(sum_of(s->in, n) + (s->in[n] << 8) + s->in[n + 1]) == 0) {
			packet_in(s, now_ms, sink);
			remove_bytes(s, n + SUM);
			continue;
		}
		s->fresh_broken = s->fresh_broken || !(s->in[3] & STATUS_AGAIN);
		answer(s, NAK_RESEND);
		pass_over(s, sink);
	}
}

/* What has not become whole by now never will. */
static void check_silence(struct scan_ssi *s, int64_t now_ms, const struct sink *sink)
{
	while (s->n > 0 && now_ms - s->byte_ms >= BYTE_GAP_MS) {
		pass_over(s, sink);
		take_packets(s, now_ms, sink);
	}
	if (s->open && now_ms - s->part_ms >= PART_GAP_MS)
		drop_code(s);
}

/* ---- the driver ---- */

static void ssi_start(void *state, const struct driver_setup *setup, int64_t now_ms,
		      const struct sink *sink)
{
	struct scan_ssi *s = state;

	(void)setup;
	s->n = s->answer_count = s->plain_run = 0;
	s->taken = s->fresh_broken = s->beep_wanted = s->open = false;
	s->told = NULL;
	s->asked_ms = now_ms;
	scan_text_clear(&s->text);
	begin(s, COMMAND_PACKETS);
	tell(s, detail_asking, sink);
}

static void ssi_rx(void *state, const void *p, size_t n, int64_t now_ms, const struct sink *sink)
{
	struct scan_ssi *s = state;
	const uint8_t *bytes = p;

	check_time(s, now_ms, sink);
	for (size_t i = 0; i < n; i++) {
		check_silence(s, now_ms, sink);
		s->in[s->n++] = bytes[i];
		s->byte_ms = now_ms;
		take_packets(s, now_ms, sink);
	}
}

static void ssi_room(void *state, size_t bytes, int64_t now_ms, const struct sink *sink)
{
	struct scan_ssi *s = state;

	bytes = send_answers(s, bytes, sink);
	send_command(s, bytes, now_ms, sink);
}

static void ssi_tick(void *state, int64_t now_ms, const struct sink *sink)
{
	check_silence(state, now_ms, sink);
	check_time(state, now_ms, sink);
}

static void ssi_stop(void *state, const struct sink *sink)
{
	struct scan_ssi *s = state;

	(void)sink;
	s->garbage += s->n;
	s->n = 0;
	drop_code(s);
	begin(s, COMMAND_NONE);
	s->answer_count = 0;
}

static void ssi_feedback(void *state, enum feedback feedback, int64_t now_ms,
			 const struct sink *sink)
{
	struct scan_ssi *s = state;

	(void)sink;
	s->beep_wanted = true;
	s->beep = feedback;
	s->beep_ms = now_ms;
}

static uint64_t ssi_garbage(const void *state)
{
	const struct scan_ssi *s = state;

	return s->garbage + s->text.garbage;
}

const struct driver driver_scan_ssi = {
	.name = "ssi",
	.kind = DEVICE_SCANNER,
	.look = SEEN_TTY,
	.line = "9600 8n1 none",
	.state_size = sizeof(struct scan_ssi),
	.start = ssi_start,
	.rx = ssi_rx,
	.room = ssi_room,
	.tick = ssi_tick,
	.stop = ssi_stop,
	.feedback = ssi_feedback,
	.garbage = ssi_garbage,
};
