// SPDX-License-Identifier: Apache-2.0
/*
 * The hands in the lab's machine. It does what the host says, in lines over TCP:
 *
 *	ID VERB ARGUMENTS        and answers   ID ok ...   or   ID fail REASON
 *
 *	run HEX                  a shell command; ok STATUS HEX-OF-WHAT-IT-SAID
 *	plug GADGET UDC          puts the cable in;   unplug GADGET   pulls it
 *	type DEVICE GAP_MS TIMEOUT_MS HEX...   ok CHUNKS-TAKEN all|late|ERRNO
 *	printer PORT             the printer gadget's far side is the host's port; 0 = nobody
 *	passed                   ok BYTES the far side was given
 *	cut BYTES unplug GADGET  after so many more bytes pulls the cable
 *	cut BYTES kill           after so many more bytes kills the station;   cut off
 *	start LOG_PORT PROGRAM ARGUMENTS       the station, as user lada; what it says goes to
 *LOG_PORT kill SIGNAL              the station
 *
 * By itself it says "! up", "! cut" and "! ended CODE SIGNAL". It ends when the host goes away.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "firmware/base/bytes.h"
#include "tests/lab/pump.h"
#include "tests/lab/tasks.h"
#include "tests/sim/util.h"

#define GADGETS		     "/sys/kernel/config/usb_gadget"
#define PRINTER		     "printer"
#define STATION_USER	     "lada"
#define STATION_SERIAL_GROUP "dialout"
#define COMMAND_MAX_BYTES    (SIM_LINE_MAX_BYTES / 2)
#define ARGS_MAX	     16
#define PATH_BYTES	     256
#define PORT_MAX	     65535
#define NAME_BYTES	     64
#define STATION_FILES_MAX    256
#define TYPE_MAX_MS	     60000
#define CUT_MAX_BYTES	     (1 << 20)
#define CONNECT_MS	     10000

struct agent {
	const char *host;
	int control;
	int signals;
	struct sim_lines lines;
	struct tasks tasks;
	struct pump pump;
	pid_t station;	/* 0: not running */
	bool cut_kills; /* else it unplugs: */
	char cut_gadget[NAME_BYTES];
};

static void answer(const struct agent *a, const char *id, int r)
{
	if (r < 0)
		lab_say(a->control, "%s fail %s\n", id, strerrorname_np(-r));
	else
		lab_say(a->control, "%s ok\n", id);
}

/* A number in [min, max], both not negative; else a negative errno. */
static int number(const char *text, long min, long max)
{
	long n = 0;
	const int r = text ? sim_number(text, min, max, &n) : -EINVAL;

	return r < 0 ? r : (int)n;
}

/* A connection that is made, blocking from then on. */
static int connect_to_host(const char *host, int port)
{
	const int fd = pump_connect(host, port);
	struct pollfd ready = { .fd = fd, .events = POLLOUT };
	int e = ETIMEDOUT;
	socklen_t size = sizeof(e);

	if (fd < 0)
		return fd;
	if (poll(&ready, 1, CONNECT_MS) == 1)
		(void)getsockopt(fd, SOL_SOCKET, SO_ERROR, &e, &size);
	if (e == 0 && fcntl(fd, F_SETFL, 0) < 0)
		e = errno;
	if (e == 0)
		return fd;
	close(fd);
	return -e;
}

/* ---- cables ---- */

static int write_udc(const char *gadget, const char *udc)
{
	char path[PATH_BYTES];
	int fd, r = 0;

	if (strchr(gadget, '/') || text_fmt(path, sizeof(path), GADGETS "/%s/UDC", gadget) < 0)
		return -EINVAL;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (dprintf(fd, "%s\n", udc) < 0)
		r = -errno;
	close(fd);
	return r;
}

static int unplug(struct agent *a, const char *gadget)
{
	const bool printer = strcmp(gadget, PRINTER) == 0;
	int r;

	if (printer)
		pump_unplug(&a->pump);
	r = write_udc(gadget, "");
	if (printer)
		pump_unplugged(&a->pump);
	return r;
}

static int set_cut(struct agent *a, char *const *args)
{
	const int bytes = number(args[0], 0, CUT_MAX_BYTES);

	if (args[0] && strcmp(args[0], "off") == 0) {
		pump_cut_off(&a->pump);
		return 0;
	}
	if (bytes < 0 || !args[1])
		return -EINVAL;
	a->cut_kills = strcmp(args[1], "kill") == 0;
	if (!a->cut_kills && (strcmp(args[1], "unplug") != 0 || !args[2] ||
			      text_fmt(a->cut_gadget, sizeof(a->cut_gadget), "%s", args[2]) < 0))
		return -EINVAL;
	pump_cut_after(&a->pump, (uint64_t)bytes);
	return 0;
}

static void cut(struct agent *a)
{
	int r = 0;

	if (!a->cut_kills)
		r = unplug(a, a->cut_gadget);
	else if (a->station > 0 && kill(a->station, SIGKILL) < 0)
		r = -errno;
	lab_say(a->control, "! cut %s\n", r < 0 ? strerrorname_np(-r) : "done");
}

/* ---- the station ---- */

static _Noreturn void be_station(int log, char *const *args)
{
	const struct passwd *user = getpwnam(STATION_USER);
	const struct group *serial = getgrnam(STATION_SERIAL_GROUP);
	sigset_t none;
	gid_t groups[1];

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	dup2(log, STDOUT_FILENO);
	dup2(log, STDERR_FILENO);
	if (!user || !serial)
		_exit(126);
	groups[0] = serial->gr_gid;
	if (setgroups(1, groups) < 0 || setgid(user->pw_gid) < 0 || setuid(user->pw_uid) < 0)
		_exit(126);
	execv(args[0], args);
	_exit(127);
}

static int start(struct agent *a, char *const *args)
{
	const int port = number(args[0], 1, PORT_MAX);
	int log;

	if (port < 0 || !args[1])
		return -EINVAL;
	if (a->station > 0)
		return -EALREADY;
	log = connect_to_host(a->host, port);
	if (log < 0)
		return log;
	a->station = fork();
	if (a->station == 0)
		be_station(log, args + 1);
	close(log);
	if (a->station < 0) {
		a->station = 0;
		return -EAGAIN;
	}
	return 0;
}

static void child_ended(struct agent *a)
{
	struct signalfd_siginfo info;
	int status;

	(void)!read(a->signals, &info, sizeof(info));
	if (a->station <= 0 || waitpid(a->station, &status, WNOHANG) != a->station)
		return;
	a->station = 0;
	lab_say(a->control, "! ended %d %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1,
		WIFSIGNALED(status) ? WTERMSIG(status) : 0);
}

static int kill_station(const struct agent *a, const char *signal_number)
{
	const int n = number(signal_number, 1, SIGSYS);

	if (n < 0)
		return n;
	if (a->station <= 0)
		return -ESRCH;
	return kill(a->station, n) < 0 ? -errno : 0;
}

/* ---- who has what ---- */

static void tell_driver(const struct agent *a, const char *id, const char *interface)
{
	char path[PATH_BYTES], target[PATH_BYTES];
	ssize_t n = -1;

	if (!strchr(interface, '/') &&
	    text_fmt(path, sizeof(path), "/sys/bus/usb/devices/%s/driver", interface) >= 0)
		n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		n = 0;
	target[n] = '\0';
	lab_say(a->control, "%s ok %s\n", id, n > 0 ? basename(target) : "");
}

static void tell_held(const struct agent *a, const char *id, const char *file)
{
	char path[PATH_BYTES], target[PATH_BYTES];
	int count = 0;

	for (int fd = 0; a->station > 0 && fd < STATION_FILES_MAX; fd++) {
		ssize_t n;

		(void)text_fmt(path, sizeof(path), "/proc/%d/fd/%d", (int)a->station, fd);
		n = readlink(path, target, sizeof(target) - 1);
		target[n < 0 ? 0 : n] = '\0';
		if (strncmp(target, file, strlen(file)) == 0 && !strstr(target, " (deleted)"))
			count++;
	}
	lab_say(a->control, "%s ok %d\n", id, count);
}

/* ---- lines from the host ---- */

static int run(struct agent *a, const char *id, const char *hex)
{
	static char command[COMMAND_MAX_BYTES + 1];
	const size_t n = strlen(hex) / 2;

	if (n > COMMAND_MAX_BYTES || hex_decode(slice_of(hex), (uint8_t *)command, n) < 0)
		return -EBADMSG;
	command[n] = '\0';
	return tasks_run(&a->tasks, id, command);
}

/* Cuts at blanks; the last of `max` keeps the rest. */
static void split(char *text, char **args, size_t max)
{
	for (size_t i = 0; i < max; i++)
		args[i] = NULL;
	for (size_t i = 0; i < max && text; i++)
		args[i] = i + 1 < max ? strsep(&text, " ") : text;
}

static int type(struct agent *a, const char *id, char *text)
{
	char *args[4];
	int gap_ms, timeout_ms;

	split(text, args, COUNT_OF(args));
	gap_ms = number(args[1], 0, TYPE_MAX_MS);
	timeout_ms = number(args[2], 1, TYPE_MAX_MS);
	if (gap_ms < 0 || timeout_ms < 0 || !args[3])
		return -EINVAL;
	return tasks_type(&a->tasks, id, args[0], gap_ms, timeout_ms, args[3]);
}

static int set_printer(struct agent *a, const char *text)
{
	const int port = number(text, 0, PORT_MAX);

	if (port < 0)
		return port;
	if (port == 0)
		pump_off(&a->pump);
	else
		pump_on(&a->pump, a->host, port);
	return 0;
}

/* What is done at once; -ENOSYS for no such verb. */
static int obey(struct agent *a, const char *verb, char *text)
{
	char *args[ARGS_MAX + 1] = { 0 };

	split(text, args, ARGS_MAX);
	if (strcmp(verb, "plug") == 0)
		return args[0] && args[1] ? write_udc(args[0], args[1]) : -EINVAL;
	if (strcmp(verb, "unplug") == 0)
		return args[0] ? unplug(a, args[0]) : -EINVAL;
	if (strcmp(verb, PRINTER) == 0)
		return set_printer(a, args[0]);
	if (strcmp(verb, "cut") == 0)
		return set_cut(a, args);
	if (strcmp(verb, "start") == 0)
		return start(a, args);
	if (strcmp(verb, "kill") == 0)
		return kill_station(a, args[0]);
	return -ENOSYS;
}

/* What is answered later, by a task. */
static int begin_task(struct agent *a, const char *verb, const char *id, char *text)
{
	if (!text)
		return -EINVAL;
	return strcmp(verb, "run") == 0 ? run(a, id, text) : type(a, id, text);
}

static void take_line(struct agent *a, char *line)
{
	char *parts[3];
	int r;

	split(line, parts, COUNT_OF(parts));
	if (!parts[1])
		return;
	if (strcmp(parts[1], "passed") == 0) {
		lab_say(a->control, "%s ok %llu\n", parts[0], (unsigned long long)a->pump.passed);
	} else if (strcmp(parts[1], "driver") == 0 && parts[2]) {
		tell_driver(a, parts[0], parts[2]);
	} else if (strcmp(parts[1], "holds") == 0 && parts[2]) {
		tell_held(a, parts[0], parts[2]);
	} else if (strcmp(parts[1], "run") == 0 || strcmp(parts[1], "type") == 0) {
		r = begin_task(a, parts[1], parts[0], parts[2]);
		if (r < 0)
			answer(a, parts[0], r);
	} else {
		answer(a, parts[0], obey(a, parts[1], parts[2]));
	}
}

/* ---- the loop ---- */

static int loop(struct agent *a)
{
	struct pollfd fds[2 + PUMP_POLLS + TASKS_MAX];
	size_t n;
	char *line;

	while (!a->lines.eof) {
		const int64_t now_ms = sim_now_ms();
		const int pump_ms = pump_polls(&a->pump, fds + 2, now_ms);
		const int tasks_ms = tasks_polls(&a->tasks, fds + 2 + PUMP_POLLS, now_ms);

		fds[0] = (struct pollfd){ .fd = a->control, .events = POLLIN };
		fds[1] = (struct pollfd){ .fd = a->signals, .events = POLLIN };
		if (poll(fds, COUNT_OF(fds), pump_ms < tasks_ms ? pump_ms : tasks_ms) < 0)
			return -errno;
		if (pump_run(&a->pump, fds + 2, sim_now_ms()))
			cut(a);
		tasks_step(&a->tasks, fds + 2 + PUMP_POLLS, sim_now_ms());
		if (fds[1].revents)
			child_ended(a);
		if (!fds[0].revents)
			continue;
		if (sim_lines_fill(&a->lines) < 0)
			return -EIO;
		while ((line = sim_lines_next(&a->lines, &n)))
			take_line(a, line);
	}
	return 0;
}

int main(int argc, char **argv)
{
	static struct agent a;
	sigset_t watched;
	const int port = argc == 3 ? number(argv[2], 1, PORT_MAX) : -EINVAL;

	if (port < 0)
		return sim_usage("agent", "agent HOST PORT");
	a.host = argv[1];
	a.control = connect_to_host(a.host, port);
	if (a.control < 0) {
		fprintf(stderr, "lab: no host: %s\n", strerror(-a.control));
		return 1;
	}
	sigemptyset(&watched);
	sigaddset(&watched, SIGCHLD);
	sigprocmask(SIG_BLOCK, &watched, NULL);
	signal(SIGPIPE, SIG_IGN);
	a.signals = signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
	sim_lines_init(&a.lines, a.control);
	tasks_init(&a.tasks, a.control);
	pump_init(&a.pump);
	lab_say(a.control, "! up\n");
	return loop(&a) < 0 ? 1 : 0;
}
