// SPDX-License-Identifier: Apache-2.0
/*
 * The device manager, on the loop thread: opens every configured device, finds those of port =
 * auto among what is plugged in, moves bytes between port and driver, says through the door what
 * they say (DOOR_SCAN, DOOR_JOB, DOOR_DEVICE), and takes OUT_PRINT, OUT_DISPLAY
 * and OUT_FEEDBACK.
 *
 * A device that is missing, or that no driver or port here can serve, is reported as `offline`
 * or `unclaimed` with its trouble; the station runs on. A device's status is told soon after
 * start and then on every change. Each OUT_PRINT is answered by exactly one DOOR_JOB; at once with
 * `nothing` when the printer is unknown, not ready or busy, for it prints one job at a time.
 *
 * Nothing scanned is ever logged.
 */
#ifndef LADA_FIRMWARE_DEVICES_H
#define LADA_FIRMWARE_DEVICES_H

#include <uv.h>

#include "firmware/base/clock.h"
#include "firmware/config.h"
#include "firmware/door.h"

struct devices;

/* Borrows loop, door and clock until devices_free; reads config only here. NULL: no memory. */
struct devices *devices_start(uv_loop_t *loop, struct door *door, const struct config *config,
			      const struct clock *clock);

/* Before the loop runs: this printer's last job, of an earlier life, may have broken off. */
void devices_cut_off(struct devices *devices, const char *printer);

/* An output of the door; kinds that are not for devices are ignored. Copies the payload. */
void devices_output(struct devices *devices, const struct door_out *out, struct slice payload);

/* Prometheus text. */
void devices_metrics(const struct devices *devices, struct buf *b);

/* What is configured, what is plugged in and who has it, as a JSON object (ui/API.md). */
#define DEVICES_INVENTORY_MAX 262144
void devices_inventory(struct devices *devices, struct buf *b);

/* Writes a device's conversation down for so many seconds; 0 ends it now. 0, -ENOENT no such
 * device, -EBUSY, -ENOMEM, -ENAMETOOLONG with a reason. The file's name is in the inventory; no
 * card number gets into it (drivers/record.h). */
#define DEVICES_RECORD_MAX_S 3600
int devices_record(struct devices *devices, const char *name, int seconds, const char **ret_why);

/* Ends jobs with the truth, closes everything; `stopped` is called from the loop when all
 * handles are closed. Then devices_free, which must not be called before. */
void devices_stop(struct devices *devices, void (*stopped)(void *ctx), void *ctx);
void devices_free(struct devices *devices);

#endif
