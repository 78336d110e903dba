// SPDX-License-Identifier: Apache-2.0
/*
 * Subcommands of an operator, beside the everyday ones of main.c. Each takes the words and
 * options of the command line and returns the exit status.
 */
#ifndef LADA_SYNC_HQ_CHORES_H
#define LADA_SYNC_HQ_CHORES_H

#include "sync/hq/args.h"
#include "sync/hq/hq.h"

int chore_cmd(struct hq *hq, const struct args *a);
int chore_cmds(struct hq *hq, const struct args *a);
int chore_reopen(struct hq *hq, const struct args *a);
int chore_keygen(struct hq *hq, const struct args *a);
int chore_keys(struct hq *hq, const struct args *a);
int chore_export(struct hq *hq, const struct args *a);
int chore_prune(struct hq *hq, const struct args *a);
/* New epochs for all streams, after a raw copy was put back. */
int chore_renumber(struct hq *hq, const struct args *a);
int chore_acl(struct hq *hq, const struct args *a);

#endif
