// SPDX-License-Identifier: Apache-2.0
/* lada-sim: simulated scanner, receipt printer and customer displays. */
#include <stdio.h>
#include <string.h>

#include "tests/sim/commands.h"
#include "tests/sim/util.h"

static const char help[] =
	"Usage: lada-sim scanner --link PATH [options]\n"
	"       lada-sim printer --listen HOST:PORT --out DIR [options]\n"
	"       lada-sim pole --link PATH --out FILE [options]\n"
	"       lada-sim nextion --link PATH [options]\n"
	"\n"
	"Simulated devices for a Lada station.\n"
	"  scanner   types each line of standard input as a scan on a pseudo-terminal\n"
	"  printer   an ESC/POS receipt printer on TCP that writes each job as text and PNG\n"
	"  pole      a 2x20 customer display on a pseudo-terminal\n"
	"  nextion   a customer panel with text and QR on a pseudo-terminal\n"
	"\n"
	"  --help, --version\n"
	"Each device has its own help: lada-sim printer --help\n";

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} devices[] = {
	{ "scanner", scanner_main },
	{ "printer", printer_main },
	{ "pole", pole_main },
	{ "nextion", nextion_main },
};

int main(int argc, char **argv)
{
	if (argc < 2)
		return sim_usage("lada-sim", "say which device: scanner, printer, pole or nextion");
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		fputs(help, stdout);
		return 0;
	}
	if (!strcmp(argv[1], "--version")) {
		puts("lada-sim " SIM_VERSION);
		return 0;
	}
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
		if (!strcmp(argv[1], devices[i].name))
			return devices[i].run(argc - 1, argv + 1);
	return sim_usage("lada-sim", "\"%s\" is no device: say scanner, printer, pole or nextion", argv[1]);
}
