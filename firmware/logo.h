// SPDX-License-Identifier: Apache-2.0
/*
 * The shop's logo: a PBM file (drivers/pbm.h) from the disk, at start. The caller frees the
 * picture. NULL with a constant in *ret_what, to be read behind the file's name: "cannot be
 * read", "is no PBM picture …".
 */
#ifndef LADA_FIRMWARE_LOGO_H
#define LADA_FIRMWARE_LOGO_H

#include "drivers/pbm.h"

struct pbm *logo_load(const char *path, const char **ret_what);

#endif
