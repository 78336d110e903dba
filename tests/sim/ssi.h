// SPDX-License-Identifier: Apache-2.0
/*
 * Packets of Zebra's Simple Serial Interface as a reader makes and takes them. Source: "Simple
 * Serial Interface Programmer's Guide", 72E-40451. Pure; sizes are bytes.
 */
#ifndef LADA_SIM_SSI_H
#define LADA_SIM_SSI_H

#include <stddef.h>
#include <stdint.h>

#define SSI_DATA_MAX 250
#define SSI_PACKET_MAX (4 + SSI_DATA_MAX + 2)

#define SSI_PARAM 0xc6
#define SSI_ACK 0xd0
#define SSI_NAK 0xd1
#define SSI_BEEP 0xe6
#define SSI_DECODE 0xf3

#define SSI_AGAIN 0x01
#define SSI_MORE 0x02

/* A packet of the host. */
struct ssi_command {
	uint8_t opcode;
	const uint8_t *data; /* in the caller's buffer */
	size_t n;
	size_t taken; /* bytes of the buffer up to and with it */
};

/* Writes a packet of the reader; returns its size. n is at most SSI_DATA_MAX. */
size_t ssi_packet(uint8_t ret_packet[SSI_PACKET_MAX], uint8_t opcode, uint8_t status,
		  const uint8_t *data, size_t n);

/* The first whole packet of the host in what came; 1 found, 0 not yet. What is no packet is
 * passed over. */
int ssi_take(const uint8_t *bytes, size_t n, struct ssi_command *ret_command);

/* What a reader would say the code is, whatever its suffix. */
uint8_t ssi_type_of(const uint8_t *text, size_t n);

#endif
