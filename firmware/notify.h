// SPDX-License-Identifier: Apache-2.0
/* Tells systemd how we are (sd_notify(3)): one datagram to NOTIFY_SOCKET, nothing without it. */
#ifndef LADA_FIRMWARE_NOTIFY_H
#define LADA_FIRMWARE_NOTIFY_H

void notify_send(const char *state); /* "READY=1", "WATCHDOG=1", "STOPPING=1" */

#endif
