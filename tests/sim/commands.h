// SPDX-License-Identifier: Apache-2.0
/* The simulated devices as subcommands: each takes its own argv and returns an exit status. */
#ifndef LADA_SIM_COMMANDS_H
#define LADA_SIM_COMMANDS_H

int scanner_main(int argc, char **argv);
int printer_main(int argc, char **argv);
int pole_main(int argc, char **argv);
int nextion_main(int argc, char **argv);

#endif
