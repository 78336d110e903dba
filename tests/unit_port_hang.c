// SPDX-License-Identifier: Apache-2.0
/*
 * A device that hangs while its line is opened or closed: the loop goes on serving meanwhile, and
 * nothing of the port is lost or used after it is gone. The C library's tcsetattr and tcflush are
 * this program's own here, so that a call to the kernel can hang for as long as a test likes.
 * What hangs is let go after LET_GO_S at the latest: a loop that waits for it is found, not
 * waited for.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "drivers/port.h"

#define DEADLINE_MS 12000
#define GAP_MS	    1000 /* the longest turn of a loop that serves */
#define LET_GO_S    9
#define TICK_MS	    2

enum hang { HANG_NOTHING, HANG_OPEN, HANG_CLOSE };

/* The C library's functions know no test: this is the one thing they share with it. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t change;
	enum hang what;
	char path[64]; /* of the tty that hangs */
	int hanging;   /* calls that hang now */
} kernel = { .lock = PTHREAD_MUTEX_INITIALIZER, .change = PTHREAD_COND_INITIALIZER };

static void hang_if(enum hang what, int fd)
{
	struct timespec until;
	char link[64], path[64];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	path[n > 0 ? n : 0] = '\0';
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += LET_GO_S;
	pthread_mutex_lock(&kernel.lock);
	kernel.hanging++;
	while (kernel.what == what && strcmp(kernel.path, path) == 0 &&
	       pthread_cond_timedwait(&kernel.change, &kernel.lock, &until) == 0)
		;
	kernel.hanging--;
	pthread_mutex_unlock(&kernel.lock);
}

int tcsetattr(int fd, int how, const struct termios *t)
{
	(void)how;
	hang_if(HANG_OPEN, fd);
	return ioctl(fd, TCSETS, t); /* the kernel's form is this one's beginning */
}

int tcflush(int fd, int queue)
{
	hang_if(HANG_CLOSE, fd);
	return ioctl(fd, TCFLSH, queue);
}

static void set_hang(enum hang what, const char *tty)
{
	pthread_mutex_lock(&kernel.lock);
	kernel.what = what;
	snprintf(kernel.path, sizeof(kernel.path), "%s", tty);
	pthread_cond_broadcast(&kernel.change);
	pthread_mutex_unlock(&kernel.lock);
}

static bool hangs(void)
{
	bool yes;

	pthread_mutex_lock(&kernel.lock);
	yes = kernel.hanging > 0;
	pthread_mutex_unlock(&kernel.lock);
	return yes;
}

/* ---- the bench: a loop with ports on pseudo-terminals ---- */

struct line {
	struct port port;
	int master, ups, downs;
	char tty[64], why[128], in[256];
	size_t in_n;
	bool started, stopped, taken;
};

struct bench {
	uv_loop_t loop;
	uv_timer_t tick;
	struct clock clock;
	uint64_t ticked_ns, gap_ns, deadline_ns; /* the longest turn so far */
	int descriptors;
	struct line lines[2];
};

static void on_tick(uv_timer_t *timer)
{
	struct bench *b = timer->data;
	const uint64_t now_ns = uv_hrtime();

	if (b->ticked_ns && now_ns - b->ticked_ns > b->gap_ns)
		b->gap_ns = now_ns - b->ticked_ns;
	b->ticked_ns = now_ns;
}

static void on_up(void *ctx)
{
	((struct line *)ctx)->ups++;
}

static void on_down(void *ctx, const char *why)
{
	struct line *l = ctx;

	l->downs++;
	snprintf(l->why, sizeof(l->why), "%s", why);
}

static void on_bytes(void *ctx, const void *p, size_t n, int64_t read_ns)
{
	struct line *l = ctx;

	(void)read_ns;
	assert_true(l->in_n + n < sizeof(l->in));
	memcpy(l->in + l->in_n, p, n);
	l->in_n += n;
}

static void on_room(void *ctx)
{
	(void)ctx;
}

static void on_stopped(void *ctx)
{
	((struct line *)ctx)->stopped = true;
}

static bool is_taken(void *ctx)
{
	return ((struct line *)ctx)->taken;
}

#define RUN_UNTIL(b, condition)                                                                    \
	do {                                                                                       \
		(b)->deadline_ns = uv_hrtime() + DEADLINE_MS * UINT64_C(1000000);                  \
		while (!(condition) && uv_hrtime() < (b)->deadline_ns)                             \
			uv_run(&(b)->loop, UV_RUN_ONCE);                                           \
		if (!(condition))                                                                  \
			fail_msg("never: %s (%s)", #condition, (b)->lines[0].why);                 \
	} while (0)

static int count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static struct bench *bench_new(void)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	assert_int_equal(uv_loop_init(&b->loop), 0);
	uv_timer_init(&b->loop, &b->tick);
	b->tick.data = b;
	uv_timer_start(&b->tick, on_tick, TICK_MS, TICK_MS);
	b->clock = clock_system();
	return b;
}

static struct line *open_line(struct bench *b, int i, const char *tty)
{
	struct line *l = &b->lines[i];
	const struct port_events events = { on_up, on_down, on_bytes, on_room, l, is_taken };
	struct port_address address;
	char text[80];
	const char *what;

	*l = (struct line){ .started = true, .master = -1 };
	if (!tty) {
		l->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
		assert_true(l->master >= 0);
		assert_int_equal(grantpt(l->master) | unlockpt(l->master), 0);
		assert_int_equal(ptsname_r(l->master, l->tty, sizeof(l->tty)), 0);
	} else {
		snprintf(l->tty, sizeof(l->tty), "%s", tty);
	}
	snprintf(text, sizeof(text), "serial:%s", l->tty);
	assert_int_equal(port_parse(text, "9600 8n1 none", &address, &what), 0);
	assert_int_equal(port_start(&l->port, &b->loop, &b->clock, NULL, &address, &events), 0);
	return l;
}

static void stop_line(struct bench *b, struct line *l)
{
	if (!l->started)
		return;
	port_stop(&l->port, on_stopped);
	RUN_UNTIL(b, l->stopped);
	l->started = false;
	if (l->master >= 0)
		close(l->master);
}

static void bench_free(struct bench *b)
{
	set_hang(HANG_NOTHING, "");
	for (size_t i = 0; i < COUNT_OF(b->lines); i++)
		stop_line(b, &b->lines[i]);
	uv_close((uv_handle_t *)&b->tick, NULL);
	uv_run(&b->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&b->loop), 0);
	free(b);
}

static void assert_serves(struct bench *b)
{
	struct line *well = &b->lines[1];
	const size_t before = well->in_n;

	assert_int_equal(write(well->master, "5901\r", 5), 5);
	RUN_UNTIL(b, well->in_n == before + 5);
	if (b->gap_ns > GAP_MS * UINT64_C(1000000))
		fail_msg("the loop stood still for %d ms", (int)(b->gap_ns / 1000000));
}

/* ---- the tests ---- */

static void test_open(void **state)
{
	struct bench *b = bench_new();
	struct line *l, *well;

	(void)state;
	l = open_line(b, 0, NULL);
	set_hang(HANG_OPEN, l->tty);
	RUN_UNTIL(b, hangs());
	well = open_line(b, 1, NULL);
	RUN_UNTIL(b, well->ups == 1);
	assert_serves(b);
	assert_int_equal(l->ups + l->downs, 0);
	RUN_UNTIL(b, l->downs == 1); /* it has taken too long, and is still out */
	assert_string_equal(l->why, "no connection in time");
	assert_true(hangs());
	assert_serves(b);
	/* What is opened at last is for nobody; the next attempt is a new one. */
	set_hang(HANG_NOTHING, "");
	RUN_UNTIL(b, l->ups == 1);
	assert_int_equal(write(l->master, "late\r", 5), 5);
	RUN_UNTIL(b, l->in_n == 5);
	assert_serves(b);
	bench_free(b);
}

/* Stopped meanwhile: its memory is its own until the worker is back, and no descriptor is left. */
static void test_stop_while_opening(void **state)
{
	struct bench *b = bench_new();
	struct line *l, *well;
	int descriptors;

	(void)state;
	well = open_line(b, 1, NULL);
	RUN_UNTIL(b, well->ups == 1);
	descriptors = count_descriptors();
	l = open_line(b, 0, NULL);
	set_hang(HANG_OPEN, l->tty);
	RUN_UNTIL(b, hangs());
	port_stop(&l->port, on_stopped);
	assert_serves(b);
	assert_serves(b);
	assert_false(l->stopped);
	set_hang(HANG_NOTHING, "");
	RUN_UNTIL(b, l->stopped);
	assert_int_equal(l->ups + l->downs, 0);
	close(l->master);
	l->started = false;
	memset(l, 0xee, sizeof(*l)); /* the owner's again */
	assert_serves(b);
	assert_int_equal(count_descriptors(), descriptors);
	memset(l, 0, sizeof(*l));
	bench_free(b);
}

static void test_close(void **state)
{
	struct bench *b = bench_new();
	struct line *l = open_line(b, 0, NULL), *well = open_line(b, 1, NULL);

	(void)state;
	RUN_UNTIL(b, l->ups == 1 && well->ups == 1);
	set_hang(HANG_CLOSE, l->tty);
	port_bounce(&l->port, "bounced");
	assert_int_equal(l->downs, 1);
	RUN_UNTIL(b, hangs());
	assert_serves(b);
	port_hurry(&l->port); /* waits for it all the same */
	assert_serves(b);
	assert_int_equal(l->ups, 1);
	set_hang(HANG_NOTHING, "");
	RUN_UNTIL(b, l->ups == 2);
	/* And at the end. */
	set_hang(HANG_CLOSE, l->tty);
	port_stop(&l->port, on_stopped);
	RUN_UNTIL(b, hangs());
	assert_serves(b);
	assert_false(l->stopped);
	set_hang(HANG_NOTHING, "");
	RUN_UNTIL(b, l->stopped);
	close(l->master);
	l->started = false;
	bench_free(b);
}

/* Somebody who keeps to the lock has it, and then lets go; the line is not touched before. */
static void test_locked(void **state)
{
	struct bench *b = bench_new();
	struct termios before = { 0 }, after = { 0 };
	struct line *l;
	int fd;

	(void)state;
	memset(&before, 0, sizeof(before));
	memset(&after, 0, sizeof(after));
	l = open_line(b, 0, NULL);
	fd = open(l->tty, O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
	assert_int_equal(tcgetattr(fd, &before), 0);
	RUN_UNTIL(b, l->downs == 2);
	assert_string_equal(l->why, "somebody else has it open");
	assert_int_equal(port_error(&l->port), -EBUSY);
	assert_int_equal(tcgetattr(fd, &after), 0);
	assert_memory_equal(&before, &after, sizeof(before));
	close(fd);
	RUN_UNTIL(b, l->ups == 1);
	fd = open(l->tty, O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), -1);
	assert_int_equal(errno, EWOULDBLOCK);
	close(fd);
	bench_free(b);
}

/* Two ports of one line, and one that its owner holds back. */
static void test_one_line(void **state)
{
	struct bench *b = bench_new();
	struct line *first = open_line(b, 0, NULL), *second;

	(void)state;
	RUN_UNTIL(b, first->ups == 1);
	second = open_line(b, 1, first->tty);
	RUN_UNTIL(b, second->downs == 1);
	assert_int_equal(port_error(&second->port), -EBUSY);
	assert_int_equal(write(first->master, "mine\r", 5), 5);
	RUN_UNTIL(b, first->in_n == 5);
	second->taken = true;
	port_stop(&first->port, on_stopped);
	RUN_UNTIL(b, first->stopped);
	RUN_UNTIL(b, second->downs == 3);
	assert_int_equal(second->ups, 0);
	assert_int_equal(port_error(&second->port), -EBUSY);
	second->taken = false;
	RUN_UNTIL(b, second->ups == 1);
	close(first->master);
	first->started = false;
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),	 cmocka_unit_test(test_stop_while_opening),
		cmocka_unit_test(test_close),	 cmocka_unit_test(test_locked),
		cmocka_unit_test(test_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
