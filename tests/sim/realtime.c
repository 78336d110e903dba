// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/realtime.h"

#include <string.h>

#define DLE 0x10
#define EOT 0x04
#define ENQ 0x05
#define DC4 0x14

enum match { MATCH_NO, MATCH_PART, MATCH_WHOLE };

static enum match match_fixed(const uint8_t *want, size_t n, const uint8_t *b, size_t len)
{
	if (memcmp(want, b, len) != 0)
		return MATCH_NO;
	return len == n ? MATCH_WHOLE : MATCH_PART;
}

static enum match match_pulse(const uint8_t *b, size_t len, struct realtime_command *cmd)
{
	if (len >= 4 && b[3] != 0 && b[3] != 1)
		return MATCH_NO;
	if (len < 5)
		return MATCH_PART;
	if (b[4] < 1 || b[4] > 8)
		return MATCH_NO;
	*cmd = (struct realtime_command){ REALTIME_PULSE, b[3], b[4] };
	return MATCH_WHOLE;
}

static enum match match_dc4(const uint8_t *b, size_t len, struct realtime_command *cmd)
{
	static const uint8_t off[] = { DLE, DC4, 2, 1, 8 };
	static const uint8_t asb[] = { DLE, DC4, 7, 1 };
	static const uint8_t clear[] = { DLE, DC4, 8, 1, 3, 20, 1, 6, 2, 8 };

	if (len < 3)
		return MATCH_PART;
	switch (b[2]) {
	case 1:
		return match_pulse(b, len, cmd);
	case 2:
		*cmd = (struct realtime_command){ REALTIME_OFF, 0, 0 };
		return match_fixed(off, sizeof(off), b, len);
	case 7:
		*cmd = (struct realtime_command){ REALTIME_ASB, 0, 0 };
		return match_fixed(asb, sizeof(asb), b, len);
	case 8:
		*cmd = (struct realtime_command){ REALTIME_CLEAR, 0, 0 };
		return match_fixed(clear, sizeof(clear), b, len);
	default:
		return MATCH_NO;
	}
}

static enum match match_command(const uint8_t *b, size_t len, struct realtime_command *cmd)
{
	if (b[0] != DLE)
		return MATCH_NO;
	if (len < 2)
		return MATCH_PART;
	if (b[1] == DC4)
		return match_dc4(b, len, cmd);
	if (b[1] != EOT && b[1] != ENQ)
		return MATCH_NO;
	if (len < 3)
		return MATCH_PART;
	*cmd = (struct realtime_command){ b[1] == EOT ? REALTIME_STATUS : REALTIME_RECOVER, b[2], 0 };
	if (b[1] == EOT)
		return b[2] >= 1 && b[2] <= 4 ? MATCH_WHOLE : MATCH_NO;
	return b[2] <= 2 ? MATCH_WHOLE : MATCH_NO;
}

bool realtime_feed(struct realtime_scan *scan, uint8_t byte, struct realtime_command *ret_command)
{
	struct realtime_command cmd = { REALTIME_STATUS, 0, 0 };

	scan->bytes[scan->len++] = byte;
	while (scan->len) {
		switch (match_command(scan->bytes, scan->len, &cmd)) {
		case MATCH_WHOLE:
			scan->len = 0;
			*ret_command = cmd;
			return true;
		case MATCH_PART:
			return false;
		case MATCH_NO:
			/* The false start may hide a true one behind it. */
			memmove(scan->bytes, scan->bytes + 1, --scan->len);
			break;
		}
	}
	return false;
}
