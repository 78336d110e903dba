// SPDX-License-Identifier: Apache-2.0
/*
 * Forgetting people: a marked name, phone and text are put into every kind of record and act, and
 * after a purge and after an erasure their bytes stand nowhere in the data directory, searched raw,
 * while the station runs and after it stopped. Nor do they come back by a replay, a snapshot, an
 * order that is asked for, or a backup that is put in place.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "firmware/privacy.h"
#include "firmware/store/file.h"
#include "firmware/tool/chain.h"
#include "tests/file_shop.h"

#define NAME  "Zgryzelda Q."
#define PROXY "Brunhilda Xyx"
#define TEXT  "Pralka huczy u Zgryzeldy"
#define PHONE "f00dfacef00dfacef00dfacef00dface"
#define NOTE  "Karton dla Zgryzeldki"

static const char *const marks[] = { "Zgryzeld", "Brunhilda", PHONE, "KL-777", "ulica Marki 7" };

struct file {
	char *p;
	size_t n;
};

static struct file read_whole(const char *path)
{
	struct file f = { NULL, 0 };
	struct stat s;
	int fd = open(path, O_RDONLY);

	if (fd < 0 || fstat(fd, &s) < 0)
		return f;
	f.n = (size_t)s.st_size;
	f.p = malloc(f.n + 1);
	assert_int_equal(read(fd, f.p, f.n), (ssize_t)f.n);
	close(fd);
	return f;
}

/* In how many files of the directory the bytes stand. */
static int found(const char *dir, const char *mark)
{
	struct dirent *entry;
	DIR *d = opendir(dir);
	int n = 0;

	assert_non_null(d);
	while ((entry = readdir(d)) != NULL) {
		char path[512];
		struct file f;

		text_fmt(path, sizeof(path), "%s/%s", dir, entry->d_name);
		if (entry->d_type == DT_DIR)
			continue;
		f = read_whole(path);
		n += f.p && memmem(f.p, f.n, mark, strlen(mark)) != NULL;
		free(f.p);
	}
	closedir(d);
	return n;
}

static void all_found(const struct shop *s)
{
	for (size_t i = 0; i < COUNT_OF(marks); i++)
		if (!found(s->dir, marks[i]))
			fail_msg("%s is nowhere: the search proves nothing", marks[i]);
}

static void none_found(const struct shop *s)
{
	for (size_t i = 0; i < COUNT_OF(marks); i++)
		if (found(s->dir, marks[i]))
			fail_msg("%s is still there", marks[i]);
}

static void ticks(struct shop *s, int n, int64_t ms)
{
	for (int i = 0; i < n; i++)
		shop_tick(s, ms);
}

/* ---- a shop with a customer in every corner ---- */

static int seqs[STREAM_COUNT];

static void put(struct shop *s, enum stream stream, const char *type, const char *id, int rev,
		const char *body)
{
	char ops[OPS_MAX];

	shop_down(s, stream, 7, ++seqs[stream], ops_put(ops, type, id, rev, body), NULL);
}

static void order_body(char *dst, size_t cap, const char *status, const char *more)
{
	text_fmt(dst, cap,
		 "{\"status\":\"%s\",\"number\":\"77/2026\",\"placed_at\":\"2026-10-01T10:00:00Z\","
		 "\"customer\":{\"id\":\"C-7\",\"name\":\"" NAME "\",\"phone_last3\":\"417\","
		 "\"phone_hash\":\"" PHONE "\"},\"proxies\":[\"" PROXY "\"],"
		 "\"note\":\"" TEXT "\",\"delivery_address\":\"ulica Marki 7\","
		 "\"parcels\":[{\"label\":\"P-7\",\"state\":\"arrived\",\"for\":\"" NAME "\"}],"
		 "\"lines\":[{\"line\":1,\"sku\":\"K\",\"gtin\":\"5901234123457\",\"qty\":2,"
		 "\"paid\":2000,\"engraving\":\"" NAME "\"}]%s}",
		 status, more);
}

static void open_streams(struct shop *s)
{
	memset(seqs, 0, sizeof(seqs));
	shop_begin_stream(s, STREAM_ORDERS);
	shop_begin_stream(s, STREAM_POLICY);
	shop_begin_stream(s, STREAM_LOYALTY);
	shop_begin_stream(s, STREAM_TIMELINE);
	shop_down(s, STREAM_POLICY, 7, ++seqs[STREAM_POLICY], SHOP_STAFF, NULL);
}

static struct shop *shop_with_data(int number)
{
	struct shop *s = shop_open_file(number);

	text_fmt(s->config.data, sizeof(s->config.data), "%s", s->dir);
	open_streams(s);
	shop_log_in(s);
	return s;
}

/* Many others, so that pages split and cells move. */
static void put_others(struct shop *s, int from, int count)
{
	char body[1024], id[32];

	for (int i = from; i < from + count; i++) {
		text_fmt(id, sizeof(id), "ZAM-%d", i * 37 % 1000 + 1000);
		text_fmt(body, sizeof(body),
			 "{\"status\":\"placed\",\"number\":\"%d/"
			 "2026\",\"customer\":{\"id\":\"C-%d\","
			 "\"name\":\"Anna K.\",\"phone_hash\":\"%032x\"},\"lines\":[{\"line\":1,"
			 "\"sku\":\"K%d\",\"qty\":1,\"paid\":100}]}",
			 i + 1000, i + 1000, i * 7919, i);
		put(s, STREAM_ORDERS, "order", id, i + 1, body);
	}
}

static void put_customer(struct shop *s)
{
	char body[2048];

	order_body(body, sizeof(body), "ready", "");
	put(s, STREAM_ORDERS, "order", "ZAM-7", 1, body);
	put(s, STREAM_LOYALTY, "member", "M-7", 1,
	    "{\"customer\":\"C-7\",\"card\":[\"KL-777\"],\"name\":\"" NAME
	    "\",\"phone_hash\":\"" PHONE "\",\"points\":100}");
	put(s, STREAM_TIMELINE, "entry", "E-7", 1,
	    "{\"customer\":\"C-7\",\"at\":\"2026-11-20T10:00:00Z\",\"channel\":\"chat\","
	    "\"kind\":\"question\",\"status\":\"open\",\"text\":\"" TEXT "\",\"case\":\"SP-7\"}");
	/* A letter: HQ's word about them that nobody can read. */
	put(s, STREAM_ORDERS, "order", "ZAM-8", 1,
	    "{\"status\":5,\"customer\":{\"id\":\"C-7\",\"name\":\"" NAME "\"}}");
}

/* What staff do with and for them, printed, answered and told. */
static void act(struct shop *s)
{
	shop_verb(s, "parcel.problem",
		  "{\"label\":\"P-7\",\"problem\":\"damaged\",\"note\":\"" NOTE "\"}", NULL);
	assert_int_equal(s->status, 200);
	assert_null(strstr(s->reply, NOTE));
	shop_verb(s, "complaint.open",
		  "{\"order\":\"ZAM-7\",\"basis\":\"conformity\",\"demand\":\"repair\","
		  "\"goods\":\"left\",\"text\":\"" TEXT "\",\"proof\":\"" PROXY "\"}",
		  "press-1");
	assert_int_equal(s->status, 200);
	shop_verb(s, "pickup.search", "{\"text\":\"Zgry\"}", "press-2");
	assert_has(s->reply, NAME);
	shop_verb(s, "loyalty.identify", "{\"card\":\"KL-777\"}", "press-3");
	assert_int_equal(s->status, 200);
	assert_has(s->screen, NAME);
}

#define ERASE(rev)                                                                                 \
	"[{\"op\":\"erase\",\"type\":\"member\",\"id\":\"M-7\",\"rev\":" #rev                      \
	",\"customer\":\"C-7\"}]"

static void erase(struct shop *s)
{
	shop_down(s, STREAM_LOYALTY, 7, ++seqs[STREAM_LOYALTY], ERASE(9), NULL);
	ticks(s, 60, 50);
}

static int told(const struct shop *s, const char *type)
{
	const char *at = s->up;
	char want[64];
	int n = 0;

	text_fmt(want, sizeof(want), "\"type\":\"%s\"", type);
	while ((at = strstr(at, want)) != NULL)
		n++, at++;
	return n;
}

static void chain_holds(const struct shop *s, int64_t purged)
{
	static struct chain chain;
	char message[256] = "";

	assert_int_equal(chain_check(&chain, s->path, message, sizeof(message)), 0);
	assert_string_equal(chain.wrong, "");
	assert_int_equal(chain.purged, purged);
}

static void stop(struct shop *s)
{
	store_close(s->st->store);
	s->st->store = NULL;
}

static void go_on(struct shop *s)
{
	char message[256];

	assert_int_equal(store_open(s->path, &s->st->store, message, sizeof(message)), 0);
	shop_restart(s);
}

/* shop_close() and remove_files() know the database only. */
static void close_all(struct shop *s)
{
	char path[128];

	text_fmt(path, sizeof(path), "%s/erased", s->dir);
	unlink(path);
	text_fmt(path, sizeof(path), "%s/backup", s->dir);
	unlink(path);
	shop_close(s);
}

static struct shop *served(int number)
{
	struct shop *s = shop_with_data(number);

	put_others(s, 0, 150);
	put_customer(s);
	put_others(s, 150, 150);
	act(s);
	return s;
}

/* ---- erasure ---- */

static void test_erased_everywhere(void **state)
{
	struct shop *s = served(1);

	(void)state;
	all_found(s);
	erase(s);
	none_found(s);
	assert_has(s->up, "\"type\":\"customer.erased\"");
	assert_has(s->up, "\"body\":{\"customer\":\"C-7\"}");
	assert_null(strstr(s->screen, "Zgry"));
	assert_null(strstr(s->customer, "Zgry"));
	chain_holds(s, 3);
	stop(s);
	none_found(s);
	go_on(s);
	close_all(s);
}

/* The order waits on, without its person, and can be handed over. */
static void test_the_order_stays(void **state)
{
	struct shop *s = served(2);
	struct record r;

	(void)state;
	erase(s);
	store_begin(s->st->store);
	assert_true(store_find(s->st->store, STREAM_ORDERS, slice_of("ZAM-7"), &r));
	assert_non_null(memmem(r.body.p, r.body.n, "\"paid\":2000", 11));
	assert_non_null(memmem(r.body.p, r.body.n, "\"number\":\"77/2026\"", 18));
	assert_int_equal(r.rev, 1);
	store_commit(s->st->store);
	shop_verb(s, "pickup.search", "{\"text\":\"77/2026\"}", NULL);
	assert_has(s->reply, "ZAM-7");
	close_all(s);
}

/* Nobody else's words are taken along. */
static void test_others_stay(void **state)
{
	struct shop *s = served(3);

	(void)state;
	erase(s);
	shop_verb(s, "pickup.search", "{\"text\":\"Anna\"}", NULL);
	assert_has(s->reply, "Anna K.");
	close_all(s);
}

static void test_late_data_does_not_stay(void **state)
{
	char body[2048], ops[OPS_MAX];
	struct shop *s = served(4);

	(void)state;
	erase(s);
	s->up[0] = '\0';
	/* Live, by a later rev and for the first time. */
	order_body(body, sizeof(body), "ready", "");
	put(s, STREAM_ORDERS, "order", "ZAM-7", 2, body);
	put(s, STREAM_ORDERS, "order", "ZAM-70", 1, body);
	put(s, STREAM_LOYALTY, "member", "M-7", 20,
	    "{\"customer\":\"C-7\",\"card\":[\"KL-777\"],\"name\":\"" NAME "\"}");
	put(s, STREAM_TIMELINE, "entry", "E-9", 1,
	    "{\"customer\":\"C-7\",\"at\":\"2026-11-20T10:00:00Z\",\"text\":\"" TEXT "\"}");
	/* By a snapshot. */
	shop_offer(s, STREAM_TIMELINE, 8, 1, "s1", 1, "{}");
	ops_put(ops, "entry", "E-7", 1, "{\"customer\":\"C-7\",\"text\":\"" TEXT "\"}");
	shop_part(s, STREAM_TIMELINE, 8, "s1", 1, ops);
	ticks(s, 80, 50);
	none_found(s);
	/* It counts as HQ counts. */
	assert_has(s->heartbeat, "\"timeline\":{\"epoch\":8,\"seq\":1,\"count\":1");
	assert_int_equal(told(s, "customer.erased"), 0); /* said once, before */
	close_all(s);
}

/* A stale word about the member is none about the customer. */
static void test_unknown_customer(void **state)
{
	struct shop *s = served(5);

	(void)state;
	shop_down(s, STREAM_LOYALTY, 7, ++seqs[STREAM_LOYALTY],
		  "[{\"op\":\"erase\",\"type\":\"member\",\"id\":\"M-X\",\"rev\":1,"
		  "\"customer\":\"C-X\"}]",
		  NULL);
	ticks(s, 60, 50);
	all_found(s);
	assert_has(s->up, "\"body\":{\"customer\":\"C-X\"}");
	close_all(s);
}

/* The process ends in the middle: the next one goes on. */
static void test_broken_off(void **state)
{
	(void)state;
	for (int after = 1; after < 12; after += 2) {
		struct shop *s = served(6);

		shop_down(s, STREAM_LOYALTY, 7, ++seqs[STREAM_LOYALTY], ERASE(9), NULL);
		ticks(s, after, 20);
		shop_restart(s);
		ticks(s, 60, 50);
		none_found(s);
		close_all(s);
	}
}

/* A copy of before is put in place: the tombstone stands apart, and HQ hears it once more. */
static void test_backup_put_back(void **state)
{
	struct shop *s = served(7);
	char copy[128], message[256];

	(void)state;
	text_fmt(copy, sizeof(copy), "%s/backup", s->dir);
	ticks(s, 3, 50);
	assert_int_equal(file_copy(s->path, copy, message, sizeof(message)), 0);
	erase(s);
	stop(s);
	assert_int_equal(found(s->dir, NAME), 1); /* the copy */
	assert_int_equal(file_copy(copy, s->path, message, sizeof(message)), 0);
	assert_int_equal(file_mark_restored(s->path, 0, message, sizeof(message)), 0);
	unlink(copy);
	all_found(s);
	go_on(s);
	ticks(s, 60, 50);
	none_found(s);
	assert_has(s->up, "\"body\":{\"customer\":\"C-7\"}");
	close_all(s);
}

/* ---- what is too old ---- */

static void purge(struct shop *s)
{
	shop_tick(s, 61000);
	ticks(s, 60, 50);
}

static void take_all(struct shop *s)
{
	struct door_event e = { .kind = DOOR_ACK };

	e.ack.epoch = s->st->ledger.epoch;
	e.ack.seq = s->st->ledger.last;
	shop_submit(s, &e, NULL);
	ticks(s, 3, 1000);
}

static void purge_ready(struct shop *s)
{
	char body[2048];

	/* The order came to its end, and HQ deletes the member as members go. */
	order_body(body, sizeof(body), "collected",
		   ",\"collected\":{\"at\":\"2026-11-23T10:00:00Z\"}");
	put(s, STREAM_ORDERS, "order", "ZAM-7", 2, body);
	shop_down(s, STREAM_LOYALTY, 7, ++seqs[STREAM_LOYALTY],
		  "[{\"op\":\"del\",\"type\":\"member\",\"id\":\"M-7\",\"rev\":2}]", NULL);
	shop_down(s, STREAM_ORDERS, 7, ++seqs[STREAM_ORDERS],
		  "[{\"op\":\"del\",\"type\":\"order\",\"id\":\"ZAM-8\",\"rev\":2}]", NULL);
	shop_verb(s, "pickup.search", "{\"text\":\"Anna\"}", NULL);
	take_all(s);
}

static void test_too_old_goes(void **state)
{
	struct shop *s = served(8);

	(void)state;
	put(s, STREAM_POLICY, "policy", "privacy", 1,
	    "{\"retain_days\":{\"journal\":400,\"persons\":40}}");
	purge_ready(s);
	purge(s);
	assert_int_not_equal(found(s->dir, NAME), 0); /* not yet */
	assert_int_not_equal(found(s->dir, PHONE), 0);
	assert_int_not_equal(found(s->dir, TEXT), 0);
	/* A day at a time: a clock that jumps is not believed at once. */
	for (int day = 0; day < 200; day++) {
		shop_tick(s, DAY_MS);
		ticks(s, 12, 700 * 1000);
	}
	ticks(s, 100, 50);
	none_found(s);
	chain_holds(s, 3);
	stop(s);
	none_found(s);
	go_on(s);
	close_all(s);
}

/* ---- what SQLite leaves in its pages ---- */

/* Pages of trees with something left between the pointers and the cells. */
static int gaps_left(const char *path)
{
	struct file f = read_whole(path);
	const size_t size = (size_t)(uint8_t)f.p[16] << 8 | (uint8_t)f.p[17];
	int n = 0;

	for (size_t at = 0; at + size <= f.n; at += size) {
		const uint8_t *page = (const uint8_t *)f.p + at, *head = page + (at ? 0 : 100);
		const bool inner = *head == 2 || *head == 5;
		const size_t cells = (size_t)head[3] << 8 | head[4];
		const uint8_t *from = head + (inner ? 12 : 8) + 2 * cells,
			      *to = page + ((size_t)head[5] << 8 | head[6]);

		if (!inner && *head != 10 && *head != 13)
			continue;
		while (from < to && *from == 0)
			from++;
		n += from < to;
	}
	free(f.p);
	return n;
}

/* Records that grow and shrink move between pages, and leave themselves in the gaps. */
static void churn(struct shop *s)
{
	char body[2048], id[32], fill[200];

	for (int round = 2; round < 14; round++)
		for (int i = 0; i < 40; i++) {
			memset(fill, 'a' + i % 26, sizeof(fill));
			fill[(i * 31 + round * 57) % 190] = '\0';
			text_fmt(id, sizeof(id), "E-%d", i);
			text_fmt(body, sizeof(body), "{\"customer\":\"C-%d%s\",\"text\":\"%s %s\"}",
				 i, fill, TEXT, fill);
			put(s, STREAM_TIMELINE, "entry", id, round, body);
		}
}

static void test_gaps_are_overwritten(void **state)
{
	struct shop *s = shop_with_data(9);
	struct file_figures figures;
	char message[256];
	int64_t page = 0;

	(void)state;
	churn(s);
	store_checkpoint(s->st->store);
	assert_int_not_equal(gaps_left(s->path), 0);
	while (store_scrub(s->st->store, &page, 3) == 0)
		;
	assert_int_equal(gaps_left(s->path), 0);
	/* What SQLite has in memory is as the file: what changes later brings nothing back. */
	put(s, STREAM_TIMELINE, "entry", "E-5", 99, "{\"customer\":\"C-5\"}");
	store_checkpoint(s->st->store);
	assert_true(gaps_left(s->path) <= 6);
	/* The file is as sound as before. */
	stop(s);
	assert_int_equal(file_figures(s->path, &figures, message, sizeof(message)), 0);
	go_on(s);
	close_all(s);
}

/* ---- who sees what ---- */

static void sees(enum personal what, enum viewer who, const char *text, const char *want)
{
	char got[256];

	assert_int_equal(shown(what, who, text, got, sizeof(got)), want[0] != '\0');
	assert_string_equal(got, want);
}

static void test_masking(void **state)
{
	(void)state;
	sees(PERSONAL_NAME, VIEWER_CLERK, "Łucja Żółw-Nowak", "Łucja Ż.");
	sees(PERSONAL_NAME, VIEWER_CLERK, "Anna K.", "Anna K.");
	sees(PERSONAL_NAME, VIEWER_CLERK, "Anna", "Anna");
	sees(PERSONAL_NAME, VIEWER_CLERK, "Anna ", "Anna");
	sees(PERSONAL_NAME, VIEWER_SUPERVISOR, "Anna Kowalska", "Anna Kowalska");
	sees(PERSONAL_NAME, VIEWER_SERVICE, "Anna Maria Kowalska", "A. K.");
	sees(PERSONAL_NAME, VIEWER_CUSTOMER, "Anna Maria Kowalska", "Anna K.");
	sees(PERSONAL_PHONE, VIEWER_CLERK, "+48600100417", "•••417");
	sees(PERSONAL_PHONE, VIEWER_CUSTOMER, "+48600100417", "");
	sees(PERSONAL_PHONE, VIEWER_SERVICE, "417", "");
	sees(PERSONAL_CARD, VIEWER_CLERK, "KL-100017", "");
	sees(PERSONAL_CARD, VIEWER_SUPERVISOR, "KL-100017", "*****0017");
	sees(PERSONAL_EMAIL, VIEWER_CLERK, "anna@poczta.pl", "a•••@poczta.pl");
	sees(PERSONAL_TEXT, VIEWER_CLERK, "Dzwonić 600 100 417, regał 12",
	     "Dzwonić •••417, regał 12");
	sees(PERSONAL_TEXT, VIEWER_SUPERVISOR, "pisze z anna.k@poczta.pl często",
	     "pisze z a•••@poczta.pl często");
	sees(PERSONAL_TEXT, VIEWER_CUSTOMER, "cokolwiek", "");
	sees(PERSONAL_TEXT, VIEWER_CLERK, "", "");
}

#define WHOLE "Testowa-Nazwiskowa"

static void no_screen_says(const struct shop *s, const char *text, bool counter)
{
	assert_null(strstr(s->customer, text));
	assert_null(strstr(s->manage, text));
	if (counter)
		assert_null(strstr(s->screen, text));
	for (int d = 0; d < DESK_COUNT; d++)
		assert_null(strstr(s->display[d], text));
}

/* A clerk goes through a day's screens: nowhere stands a whole name, a hash or a card. */
static void test_screens_of_a_clerk(void **state)
{
	static const char *const acts[][2] = {
		{ "pickup.search", "{\"text\":\"Testowa\"}" },
		{ "loyalty.identify", "{\"card\":\"KL-777555\"}" },
		{ "prep.start", "{\"order\":\"ZAM-5\"}" },
		{ "prep.cancel", "{}" },
		{ "return.start", "{\"order\":\"ZAM-6\"}" },
		{ "return.cancel", "{}" },
		{ "pickup.find", "{\"order\":\"ZAM-4\"}" },
	};
	struct shop *s = shop_with_data(10);
	char body[1024], id[16];

	(void)state;
	for (int i = 4; i < 7; i++) {
		static const char *const statuses[] = { "ready", "placed", "collected" };

		text_fmt(id, sizeof(id), "ZAM-%d", i);
		text_fmt(body, sizeof(body),
			 "{\"status\":\"%s\",\"customer\":{\"id\":\"C-5\",\"name\":\"Anna " WHOLE
			 "\",\"phone_hash\":\"" PHONE "\"},\"note\":\"tel. 600 100 417\","
			 "\"lines\":[{\"line\":1,\"sku\":\"K\",\"qty\":1,\"paid\":100}]}",
			 statuses[i - 4]);
		put(s, STREAM_ORDERS, "order", id, 1, body);
	}
	put(s, STREAM_LOYALTY, "member", "M-5", 1,
	    "{\"customer\":\"C-5\",\"card\":[\"KL-777555\"],\"name\":\"Anna " WHOLE
	    "\",\"points\":1}");
	for (size_t i = 0; i < COUNT_OF(acts); i++) {
		static const char *const never[] = { WHOLE, PHONE, "KL-777555", "600 100" };

		shop_verb(s, acts[i][0], acts[i][1], NULL);
		shop_tick(s, 100);
		for (size_t k = 0; k < COUNT_OF(never); k++) {
			no_screen_says(s, never[k], true);
			assert_null(strstr(s->reply, never[k]));
		}
	}
	close_all(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_erased_everywhere),
		cmocka_unit_test(test_the_order_stays),
		cmocka_unit_test(test_others_stay),
		cmocka_unit_test(test_late_data_does_not_stay),
		cmocka_unit_test(test_unknown_customer),
		cmocka_unit_test(test_broken_off),
		cmocka_unit_test(test_backup_put_back),
		cmocka_unit_test(test_too_old_goes),
		cmocka_unit_test(test_gaps_are_overwritten),
		cmocka_unit_test(test_masking),
		cmocka_unit_test(test_screens_of_a_clerk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
