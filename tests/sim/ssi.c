// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/ssi.h"

#include <string.h>

#define HEADER 4
#define HOST 4

#define TYPE_UPC_A 0x08
#define TYPE_EAN_8 0x0a
#define TYPE_EAN_13 0x0b
#define TYPE_QR 0x1c

static unsigned int sum_of(const uint8_t *p, size_t n)
{
	unsigned int sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += p[i];
	return sum;
}

size_t ssi_packet(uint8_t ret_packet[SSI_PACKET_MAX], uint8_t opcode, uint8_t status,
		  const uint8_t *data, size_t n)
{
	unsigned int sum;

	ret_packet[0] = (uint8_t)(HEADER + n);
	ret_packet[1] = opcode;
	ret_packet[2] = 0;
	ret_packet[3] = status;
	if (n > 0)
		memcpy(ret_packet + HEADER, data, n);
	sum = 0x10000 - (sum_of(ret_packet, HEADER + n) & 0xffff);
	ret_packet[HEADER + n] = (uint8_t)(sum >> 8);
	ret_packet[HEADER + n + 1] = (uint8_t)sum;
	return HEADER + n + 2;
}

int ssi_take(const uint8_t *bytes, size_t n, struct ssi_command *ret_command)
{
	for (size_t at = 0; at + HEADER + 2 <= n; at++) {
		const uint8_t *p = bytes + at;
		const size_t length = p[0];

		if (length < HEADER || p[2] != HOST)
			continue;
		if (at + length + 2 > n)
			return 0;
		if ((sum_of(p, length) + (unsigned int)(p[length] << 8) + p[length + 1]) & 0xffff)
			continue;
		ret_command->opcode = p[1];
		ret_command->data = p + HEADER;
		ret_command->n = length - HEADER;
		ret_command->taken = at + length + 2;
		return 1;
	}
	return 0;
}

uint8_t ssi_type_of(const uint8_t *text, size_t n)
{
	while (n > 0 && text[n - 1] < ' ')
		n--;
	for (size_t i = 0; i < n; i++)
		if (text[i] < '0' || text[i] > '9')
			return TYPE_QR;
	return n == 13 ? TYPE_EAN_13 : n == 12 ? TYPE_UPC_A : n == 8 ? TYPE_EAN_8 : TYPE_QR;
}
