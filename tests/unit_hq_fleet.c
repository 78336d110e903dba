// SPDX-License-Identifier: Apache-2.0
/*
 * lada-hq and its stations: snapshots, lanes that lag or diverge, messages at the door, signed
 * frames, pickup codes and their pictures.
 */
#include <sys/stat.h>
#include <errno.h>

#include "firmware/trust/frame.h"
#include "sync/hq/code.h"
#include "sync/hq/fleet.h"
#include "sync/hq/inbox.h"
#include "sync/hq/intake.h"
#include "sync/hq/keyring.h"
#include "sync/hq/list.h"
#include "sync/hq/qr.h"
#include "sync/hq/snapshot.h"
#include "sync/hq/putback.h"
#include "tests/hq_fixture.h"

static void ask_parts(struct fixture *f, const char *snapshot, int from, int count)
{
	char text[256];

	text_fmt(text, sizeof(text),
		 "{\"ask\":\"part\",\"id\":\"a2\",\"snapshot\":\"%s\",\"stream\":\"catalog\","
		 "\"from\":%d,\"count\":%d}",
		 snapshot, from, count);
	ask(f, text);
}

/* Takes the offer in the post. */
static struct json offer(struct fixture *f, const char *stream, char id[ID_MAX + 1])
{
	char topic[64];
	struct json m, snapshot;

	text_fmt(topic, sizeof(topic), STORE "/" LANE "/down/%s", stream);
	m = letter(f, topic);
	snapshot = json_get(m, "snapshot");
	assert_true(json_string(json_get(snapshot, "id"), id, ID_MAX + 1) > 0);
	assert_int_equal(json_get(snapshot, "part").type, JSON_NONE);
	return m;
}

/* ---- snapshots ---- */

static void fill_catalog(struct fixture *f, int count, size_t size)
{
	char *body = malloc(size + 64);

	assert_non_null(body);
	db_begin(&f->hq.db);
	for (int i = 0; i < count; i++) {
		char id[32];
		int n = snprintf(body, size + 64, "{\"price\":%d,\"x\":\"", i);

		memset(body + n, 'x', size);
		memcpy(body + n + size, "\"}", 3);
		text_fmt(id, sizeof(id), "P%05d", i);
		record_put(&f->hq, STORE, stream_by_name("catalog"), id, 1, slice_of(body));
	}
	stream_flush(&f->hq);
	assert_int_equal(db_commit(&f->hq.db), 0);
	free(body);
}

static void parts_are_as_of_one_seq(void **state)
{
	struct fixture *f = *state;
	char id[ID_MAX + 1], again[ID_MAX + 1];
	uint64_t sum = 0;
	struct stream_state s;
	int64_t parts, records = 0;
	struct json m;

	fill_catalog(f, 2000, 1000);
	s = state_of(f, "catalog");
	ask_stream(f, "catalog", 0, 0);
	m = offer(f, "catalog", id);
	assert_int_equal(at(m, "epoch"), s.epoch);
	assert_int_equal(at(json_get(m, "snapshot"), "seq"), s.head);
	parts = at(json_get(m, "snapshot"), "parts");
	assert_in_range(parts, 8, 10);
	/* The stream goes on, the snapshot stays. */
	put(f, "product", "P00001", "", "{\"price\":7}");
	import(f,
	       "{\"store\":\"" STORE "\",\"op\":\"del\",\"type\":\"product\",\"id\":\"P00000\"}");
	for (int from = 1; from <= parts; from += 3) {
		ask_parts(f, id, from, 3);
		for (int i = from; i < from + 3 && i <= parts; i++) {
			struct json_walk w;

			m = letter(f, STORE "/" LANE "/down/catalog");
			assert_true(f->read->n <= HQ_PART_MAX);
			assert_int_equal(at(json_get(m, "snapshot"), "part"), i);
			assert_int_equal(at(json_get(m, "snapshot"), "parts"), parts);
			assert_int_equal(at(json_get(m, "snapshot"), "seq"), s.head);
			w = json_walk(json_get(m, "ops"));
			while (json_next(&w)) {
				char record[ID_MAX + 1];

				json_string(json_get(w.value, "id"), record, sizeof(record));
				sum ^= hash_record("product", slice_of(record), at(w.value, "rev"));
				records++;
			}
		}
		no_letter(f);
	}
	assert_int_equal(records, 2000);
	assert_true(sum == s.sum);
	/* Another lane shares it: the log reaches from there to now. */
	ask_stream(f, "catalog", 0, 0);
	offer(f, "catalog", again);
	assert_string_equal(id, again);
	ask_parts(f, id, (int)parts + 1, 8);
	no_letter(f);
}

static void an_empty_stream_has_one_empty_part(void **state)
{
	struct fixture *f = *state;
	char id[ID_MAX + 1];
	struct json m;

	ask_stream(f, "catalog", 0, 0);
	m = offer(f, "catalog", id);
	assert_int_equal(at(json_get(m, "snapshot"), "seq"), 0);
	assert_int_equal(at(json_get(m, "snapshot"), "parts"), 1);
	ask_parts(f, id, 1, 8);
	m = letter(f, STORE "/" LANE "/down/catalog");
	assert_int_equal(json_get(m, "ops").type, JSON_ARRAY);
	assert_int_equal(json_count(json_get(m, "ops")), 0);
	no_letter(f);
}

static void old_snapshots_are_gone(void **state)
{
	struct fixture *f = *state;
	char id[ID_MAX + 1];
	struct json m;

	ask_parts(f, "never", 1, 1);
	m = letter(f, STORE "/" LANE "/down/catalog");
	assert_is(json_get(m, "stream"), "catalog");
	assert_is(json_get(json_get(m, "snapshot"), "id"), "never");
	assert_true(json_true(json_get(json_get(m, "snapshot"), "gone")));
	fill_catalog(f, 10, 10);
	ask_stream(f, "catalog", 0, 0);
	offer(f, "catalog", id);
	f->wall_ms += (SNAPSHOT_KEEP_S + 1) * INT64_C(1000);
	snapshot_drop_old(&f->hq);
	assert_int_equal(db_commit(&f->hq.db), 0);
	assert_int_equal(number(f, "SELECT count(*) FROM snapshot_part"), 0);
	ask_parts(f, id, 1, 1);
	m = letter(f, STORE "/" LANE "/down/catalog");
	assert_true(json_true(json_get(json_get(m, "snapshot"), "gone")));
}

/* ---- lanes ---- */

static void tell_state(struct fixture *f, int64_t conn, int64_t epoch, int64_t seq, int64_t count,
		       uint64_t sum)
{
	char text[1024];

	text_fmt(text, sizeof(text),
		 "{\"online\":true,\"store\":\"" STORE "\",\"lane\":\"" LANE "\",\"epoch\":%lld,"
		 "\"conn\":%lld,\"version\":\"0.1.0\",\"cursors\":{\"stock\":{\"epoch\":%lld,"
		 "\"seq\":%lld,"
		 "\"count\":%lld,\"sum\":\"%016llx\"},\"later\":{\"epoch\":1}},\"outbox\":3}",
		 (long long)EPOCH, (long long)conn, (long long)epoch, (long long)seq,
		 (long long)count, (unsigned long long)sum);
	fleet_state(&f->hq, STORE, LANE, parsed(text), false);
	assert_int_equal(db_commit(&f->hq.db), 0);
}

static void a_wrong_sum_brings_a_snapshot(void **state)
{
	struct fixture *f = *state;
	uint64_t at_1 = hash_record("stock", slice_of("A"), 1);
	uint64_t at_2 = at_1 ^ hash_record("stock", slice_of("B"), 1);
	char id[ID_MAX + 1];
	int64_t epoch;

	put(f, "stock", "A", "", "{}");
	put(f, "stock", "B", "", "{}");
	epoch = state_of(f, "stock").epoch;
	tell_state(f, 1, epoch, 2, 2, at_2);
	tell_state(f, 1, epoch, 1, 1, at_1);
	tell_state(f, 1, epoch, 0, 0, 0);
	tell_state(f, 1, 0, 0, 0, 0);
	no_letter(f);
	tell_state(f, 1, epoch, 1, 1, at_2);
	offer(f, "stock", id);
	tell_state(f, 1, epoch, 1, 1, at_2);
	no_letter(f);
	f->mono_ms += FLEET_OFFER_MS + 1;
	tell_state(f, 1, epoch, 2, 1, at_2);
	offer(f, "stock", id);
	assert_int_equal(number(f, "SELECT times FROM alarm WHERE kind = 'diverged'"), 2);
}

/* HQ was put back as it was, and the lane, which stayed connected, asks for nothing. */
static void a_lane_that_is_ahead_is_renumbered(void **state)
{
	struct fixture *f = *state;
	int64_t epoch;
	char id[ID_MAX + 1];

	put(f, "stock", "A", "", "{}");
	epoch = state_of(f, "stock").epoch;
	tell_state(f, 1, epoch, 2, 2, 7);
	assert_int_equal(at(offer(f, "stock", id), "epoch"), epoch + 1);
	assert_int_equal(state_of(f, "stock").epoch, epoch + 1);
	tell_state(f, 1, epoch, 2, 2, 7); /* said again: old news now */
	no_letter(f);
	/* An epoch nobody can have seen is not believed, and told. */
	assert_int_equal(number(f, "SELECT count(*) FROM alarm WHERE kind = 'epoch_ahead'"), 0);
	tell_state(f, 1, f->wall_ms / 1000 + 10 * 86400, 2, 2, 7);
	no_letter(f);
	assert_int_equal(state_of(f, "stock").epoch, epoch + 1);
	assert_int_equal(number(f, "SELECT times FROM alarm WHERE kind = 'epoch_ahead'"
				   " AND lane = 'k1' AND detail LIKE 'stock: epoch 179%'"),
			 1);
}

/* The clock of an HQ that was lost was years ahead: its lanes take no epoch of today, and only a
 * person can say that it was no lie. */
static void a_lane_of_the_future_is_waited_for_by_a_person(void **state)
{
	struct fixture *f = *state;
	const int64_t future = f->wall_ms / 1000 + INT64_C(9) * 366 * 86400;

	put(f, "stock", "A", "", "{}");
	put(f, "product", "P", "", "{}");
	post_clear(&f->hq.post);
	ask_stream(f, "stock", future, 3);
	assert_int_equal(number(f, "SELECT times FROM alarm WHERE kind = 'epoch_ahead'"), 1);
	tell_state(f, 1, future, 3, 1, 7);
	assert_true(state_of(f, "stock").epoch < future);
	assert_int_equal(putback_renumber(&f->hq, STORE), 2);
	assert_int_equal(db_commit(&f->hq.db), 0);
	assert_int_equal(state_of(f, "stock").epoch, future + 1);
	assert_true(state_of(f, "catalog").epoch < future);
	/* Nobody's clock was this wrong; above it there would be no epoch left. */
	tell_state(f, 2, INT64_MAX, 3, 1, 7);
	assert_int_equal(putback_renumber(&f->hq, STORE), 2);
	assert_int_equal(db_commit(&f->hq.db), 0);
	assert_int_equal(state_of(f, "stock").epoch, future + 2);
}

/* HQ was put back as it was: the lane has nothing to send, for it believes that all is there. */
static void a_lane_that_was_acknowledged_more_is_told(void **state)
{
	static const char text[] =
		"{\"online\":true,\"store\":\"" STORE "\",\"lane\":\"" LANE "\",\"epoch\":%lld,"
		"\"conn\":1,\"version\":\"0.1.0\",\"cursors\":{},\"outbox\":0,\"acked\":%d}";
	struct fixture *f = *state;
	char said[512];

	assert_ack(up(f, "code.requested", "{\"order\":\"ZAM-1\"}"), 1, NULL);
	text_fmt(said, sizeof(said), text, (long long)EPOCH, 1);
	fleet_state(&f->hq, STORE, LANE, parsed(said), false);
	assert_int_equal(db_commit(&f->hq.db), 0);
	no_letter(f);
	text_fmt(said, sizeof(said), text, (long long)EPOCH, 3);
	fleet_state(&f->hq, STORE, LANE, parsed(said), false);
	assert_int_equal(db_commit(&f->hq.db), 0);
	assert_ack(letter(f, STORE "/" LANE "/ack"), 1, NULL);
	/* One of which this file knows nothing. */
	text_fmt(said, sizeof(said), text, (long long)EPOCH + 1, 3);
	fleet_state(&f->hq, STORE, LANE, parsed(said), false);
	assert_int_equal(db_commit(&f->hq.db), 0);
	assert_int_equal(at(letter(f, STORE "/" LANE "/ack"), "seq"), 0);
}

static void a_lagging_lane_is_sent_the_rest(void **state)
{
	struct fixture *f = *state;
	int64_t epoch;
	struct json m;

	put(f, "stock", "A", "", "{\"on_hand\":1}");
	put(f, "stock", "A", "", "{\"on_hand\":2}");
	epoch = state_of(f, "stock").epoch;
	tell_state(f, 1, epoch, 1, 1, hash_record("stock", slice_of("A"), 1));
	fleet_tick(&f->hq);
	f->mono_ms += FLEET_LAG_MS - 1;
	fleet_tick(&f->hq);
	no_letter(f);
	f->mono_ms += 2;
	fleet_tick(&f->hq);
	m = letter(f, STORE "/" LANE "/down/stock");
	assert_int_equal(at(m, "seq"), 2);
	letter(f, STORE "/" LANE "/down/stock");
	no_letter(f);
	/* It has caught up, then is offline: nothing more. */
	tell_state(f, 1, epoch, 2, 1, hash_record("stock", slice_of("A"), 2));
	f->mono_ms += 2 * FLEET_LAG_MS;
	fleet_tick(&f->hq);
	put(f, "stock", "A", "", "{\"on_hand\":3}");
	fleet_tick(&f->hq);
	fleet_state(&f->hq, STORE, LANE,
		    parsed("{\"online\":false,\"epoch\":1795366197,\"conn\":1}"), false);
	f->mono_ms += 2 * FLEET_LAG_MS;
	fleet_tick(&f->hq);
	no_letter(f);
}

static void a_late_will_says_nothing(void **state)
{
	struct fixture *f = *state;

	tell_state(f, 12, 0, 0, 0, 0);
	fleet_state(&f->hq, STORE, LANE,
		    parsed("{\"online\":false,\"epoch\":1795366197,\"conn\":11}"), false);
	assert_int_equal(number(f, "SELECT online FROM lane"), 1);
	fleet_state(&f->hq, STORE, LANE,
		    parsed("{\"online\":false,\"epoch\":1795366196,\"conn\":99}"), false);
	assert_int_equal(number(f, "SELECT online FROM lane"), 1);
	fleet_state(&f->hq, STORE, LANE,
		    parsed("{\"online\":false,\"epoch\":1795366197,\"conn\":12}"), false);
	assert_int_equal(number(f, "SELECT online FROM lane"), 0);
	assert_int_equal(number(f, "SELECT outbox FROM lane"), 3);
}

static void the_fleet_is_listed(void **state)
{
	struct fixture *f = *state;
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);
	struct json root, lane;

	put(f, "stock", "A", "", "{}");
	tell_state(f, 1, state_of(f, "stock").epoch, 0, 0, 0);
	up(f, "order.claimed", "{\"order\":\"X\"}");
	hq_alarm(&f->hq, STORE, LANE, "fork", "x");
	assert_int_equal(list_fleet(&f->hq, true, out), 0);
	assert_int_equal(list_fleet(&f->hq, false, out), 0);
	fclose(out);
	root = parsed_slice((struct slice){ text, (size_t)(strchr(text, '\n') - text) });
	lane = element_of(json_get(root, "lanes"), 0);
	assert_true(json_true(json_get(lane, "online")));
	assert_int_equal(at(json_get(lane, "events"), "seq"), 1);
	assert_int_equal(at(json_get(json_get(lane, "streams"), "stock"), "head"), 1);
	assert_int_equal(at(json_get(json_get(lane, "streams"), "stock"), "cursor"), 0);
	assert_is(json_get(element_of(json_get(root, "alarms"), 0), "kind"), "fork");
	assert_non_null(strstr(text, "stock 0 of 1"));
	assert_non_null(strstr(text, "ALARM WAW-042/k1  fork"));
	free(text);
}

/* ---- the door ---- */

static void nothing_from_outside_crashes_it(void **state)
{
	static const char *const topics[] = {
		"lada/1/WAW-042/k1/up",
		"lada/1/WAW-042/k1/ask",
		"lada/1/WAW-042/k1/state",
		"lada/1/WAW-042/k1/nonsense",
		"lada/1/hq/k1/up",
		"lada/1/a.b/k1/up",
		"lada/1/WAW-042/down/up",
		"lada/1/x",
		"lada/1",
		"",
		"other/WAW-042/k1/up",
		"lada/1//k1/up",
		"lada/1/WAW-042/k1/",
	};
	static const char *const payloads[] = {
		"",
		"{",
		"null",
		"[]",
		"\"x\"",
		"{}",
		"7",
		"\xff\xfe{}",
		"{\"a\":\"\xc3\x28\"}",
		"LS1 ",
		"LS1 k1 AAAA\n{}",
		"{\"events\":{}}",
		"{\"online\":1}",
		"{\"online\":true,\"cursors\":[1,2]}",
		"{\"online\":true,\"cursors\":{\"stock\":{\"epoch\":1e99,\"seq\":-1}}}",
		"{\"store\":\"WAW-042\",\"lane\":\"k1\",\"epoch\":1,\"events\":[{\"e\":null},{}]}",
		"{\"ask\":\"part\",\"id\":\"a\",\"stream\":\"orders\",\"snapshot\":\"x\",\"from\":"
		"1,"
		"\"count\":99999999999}",
	};
	size_t big_n = 10 * 1024 * 1024;
	struct fixture *f = *state;
	struct intake in;
	char *big = malloc(big_n);

	assert_int_equal(intake_init(&in, &f->hq, "lada/1"), 0);
	memset(big, '[', big_n);
	for (size_t t = 0; t < COUNT_OF(topics); t++) {
		for (size_t p = 0; p < COUNT_OF(payloads); p++) {
			intake_message(&in, topics[t], slice_of(payloads[p]), false);
			intake_message(&in, topics[t], slice_of(payloads[p]), true);
		}
		intake_message(&in, topics[t], (struct slice){ big, big_n }, false);
		intake_message(&in, topics[t], (struct slice){ big, 1000000 }, false);
	}
	assert_int_equal(db_commit(&f->hq.db), 0);
	assert_int_equal(number(f, "SELECT count(*) FROM event"), 0);
	assert_int_equal(number(f, "SELECT count(*) FROM alarm WHERE store <> 'WAW-042'"), 0);
	assert_true(number(f, "SELECT times FROM alarm WHERE kind = 'message_refused'") > 30);
	post_clear(&f->hq.post);
	/* And it still works. */
	assert_int_equal(at(up(f, "order.claimed", "{\"order\":\"X\"}"), "seq"), 1);
	intake_free(&in);
	free(big);
}

/* Where policy lists a lane's key only its own signature opens the door. */
static void listed_lanes_must_sign(void **state)
{
	static const char topic[] = "lada/1/WAW-042/k1/state";
	static const char json[] = "{\"online\":true,\"epoch\":1,\"conn\":1}";
	static char scratch[65536], payload[65536];
	struct fixture *f = *state;
	uint8_t seed[TRUST_SEED_BYTES] = { 3 };
	struct buf s, p;
	struct trust_pair pair;
	struct intake in;
	char base64[64], body[160];

	assert_int_equal(intake_init(&in, &f->hq, "lada/1"), 0);
	buf_init(&s, scratch, sizeof(scratch));
	buf_init(&p, payload, sizeof(payload));
	trust_pair_from_seed(seed, &pair);
	base64_encode(pair.public_key, 32, false, base64, sizeof(base64));
	text_fmt(body, sizeof(body),
		 "{\"lanes\":[{\"lane\":\"k2\"},{\"lane\":\"k1\",\"key\":\"%s\"}]}", base64);
	put(f, "policy", "lanes", "", body);
	intake_message(&in, topic, slice_of(json), true);
	frame_sign("k2", &pair, topic, slice_of(json), &s, &p);
	intake_message(&in, topic, buf_read(&p), true);
	frame_sign("k1", &pair, "lada/1/WAW-042/k1/up", slice_of(json), &s, &p);
	intake_message(&in, topic, buf_read(&p), true);
	assert_int_equal(number(f, "SELECT count(*) FROM lane"), 0);
	frame_sign("k1", &pair, topic, slice_of(json), &s, &p);
	intake_message(&in, topic, buf_read(&p), true);
	assert_int_equal(number(f, "SELECT count(*) FROM lane"), 1);
	/* A lane without a key need not sign. */
	intake_message(&in, "lada/1/WAW-042/k2/state", slice_of(json), true);
	assert_int_equal(number(f, "SELECT count(*) FROM lane"), 2);
	intake_free(&in);
}

/* ---- codes ---- */

static void make_key(struct fixture *f, const char *purpose, int kid, struct trust_keys *keys)
{
	char line[KEYRING_LINE_MAX];
	const char *what;
	int number_of_line;

	assert_int_equal(keyring_make(&f->hq, purpose, kid, false, line), 0);
	assert_int_equal(trust_keys_parse(slice_of(line), keys, &number_of_line, &what), 0);
}

static void codes_verify_at_the_station(void **state)
{
	struct fixture *f = *state;
	char text[CODE_TEXT_MAX];
	const char *what = NULL;
	struct trust_keys old, keys;
	struct pickup_code code;
	uint32_t expires = 0;
	char line[KEYRING_LINE_MAX];

	put(f, "order", "ZAM-1", "", READY_BODY);
	assert_true(code_make(&f->hq, "ZAM-1", NULL, 0, -1, text, &what) < 0);
	make_key(f, "pickup", -1, &old);
	make_key(f, "pickup", -1, &keys);
	assert_int_equal(keys.key[0].kid, 2);
	assert_int_equal(keyring_make(&f->hq, "pickup", 2, false, line), -EEXIST);
	assert_int_equal(code_make(&f->hq, "ZAM-1", NULL, 0, -1, text, &what), 0);
	assert_int_equal(code_verify(slice_of(text), &old, &code), CODE_UNKNOWN_KEY);
	assert_int_equal(code_verify(slice_of(text), &keys, &code), CODE_GOOD);
	assert_string_equal(code.store, STORE);
	assert_string_equal(code.order, "ZAM-1");
	assert_memory_equal(code.nonce, "\x00\x11\x22\x33\x44\x55\x66\x77", 8);
	assert_int_equal(code_expiry("-60", 1795400000, &expires), 0);
	assert_int_equal(expires, 1795399940);
	assert_int_equal(code_expiry("2026-11-22T16:00:00+01:00", 0, &expires), 0);
	assert_int_equal(expires, 1795359600);
	assert_int_equal(code_expiry("1795399999", 0, &expires), 0);
	assert_int_equal(expires, 1795399999);
	assert_int_equal(code_expiry("0", 5, &expires), 0);
	assert_int_equal(expires, 0);
	assert_int_equal(code_expiry("soon", 0, &expires), -EINVAL);
	assert_true(code_make(&f->hq, "GHOST", NULL, 0, -1, text, &what) < 0);
	assert_int_equal(code_make(&f->hq, "GHOST", "KRK-1", 77, -1, text, &what), 0);
	assert_int_equal(code_verify(slice_of(text), &keys, &code), CODE_GOOD);
	assert_string_equal(code.store, "KRK-1");
	assert_int_equal(code.expires_s, 77);
}

/* What zbarimg, an independent reader, sees in a picture. */
static void read_picture(const char *path, char *dst, size_t cap)
{
	char command[256];
	FILE *p;

	text_fmt(command, sizeof(command),
		 "zbarimg -q --raw -Sdisable -Sqrcode.enable %s 2>/dev/null", path);
	p = popen(command, "re");
	assert_non_null(p);
	if (!fgets(dst, (int)cap, p))
		dst[0] = '\0';
	pclose(p);
	dst[strcspn(dst, "\n")] = '\0';
}

static void pictures_are_read_back(void **state)
{
	struct fixture *f = *state;
	char text[CODE_TEXT_MAX], seen[512], path[128];
	const char *what = NULL;
	struct trust_keys keys;

	make_key(f, "pickup", 255, &keys);
	assert_int_equal(code_make(&f->hq, "ZAM-1", STORE, 0, -1, text, &what), 0);
	text_fmt(path, sizeof(path), "%s/code.png", f->dir);
	assert_int_equal(qr_png(text, path), 0);
	read_picture(path, seen, sizeof(seen));
	assert_string_equal(seen, text);
	unlink(path);
	assert_int_equal(qr_png(text, "/nonexistent/x.png"), -ENOENT);
	assert_int_equal(qr_svg(text, "/nonexistent/x.svg"), -ENOENT);
}

/* The terminal's half blocks and the SVG's squares, drawn as a bitmap (PBM), read back too. */
static void write_bitmap(const char *path, const bool *dark, int size)
{
	FILE *out = fopen(path, "we");

	assert_non_null(out);
	fprintf(out, "P1\n%d %d\n", size * 4, size * 4);
	for (int y = 0; y < size * 4; y++) {
		for (int x = 0; x < size * 4; x++)
			fputs(dark[y / 4 * 200 + x / 4] ? "1 " : "0 ", out);
		fputc('\n', out);
	}
	fclose(out);
}

static void text_and_svg_show_the_same(void **state)
{
	static const char text[] = "L1.example-for-a-terminal";
	static bool blocks[200 * 200], squares[200 * 200];
	struct fixture *f = *state;
	char path[128], seen[512], *drawn = NULL, *svg = NULL;
	size_t n = 0, cap = 0;
	FILE *out = open_memstream(&drawn, &n), *in;
	int x = 0, y = 0, size = 0;

	assert_int_equal(qr_terminal(text, out), 0);
	fclose(out);
	for (const char *p = drawn; *p; p++) {
		unsigned char last = (unsigned char)*p;

		if (last == '\n') {
			size = x;
			x = 0;
			y += 2;
			continue;
		}
		if (last != ' ')
			last = (unsigned char)*(p += 2);
		blocks[y * 200 + x] = last == ' ' || last == 0x84;
		blocks[(y + 1) * 200 + x] = last == ' ' || last == 0x80;
		x++;
	}
	text_fmt(path, sizeof(path), "%s/code.svg", f->dir);
	assert_int_equal(qr_svg(text, path), 0);
	in = fopen(path, "re");
	assert_true(getdelim(&svg, &cap, '\0', in) > 0);
	fclose(in);
	unlink(path);
	for (const char *p = strstr(svg, "<path d=\""); p && (p = strchr(p, 'M')); p++) {
		assert_int_equal(sscanf(p, "M%d %dh1v1h-1z", &x, &y), 2);
		squares[y * 200 + x] = true;
	}
	for (y = 0; y < size; y++)
		assert_memory_equal(&blocks[y * 200], &squares[y * 200], (size_t)size);
	text_fmt(path, sizeof(path), "%s/code.pbm", f->dir);
	write_bitmap(path, squares, size);
	read_picture(path, seen, sizeof(seen));
	assert_string_equal(seen, text);
	unlink(path);
	free(drawn);
	free(svg);
}

static void the_file_is_its_owners(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	if (db_is_url(f->path))
		return;
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

/* What waits for one store's rows takes no room from the others. */
static void one_store_keeps_only_so_much(void **state)
{
	struct fixture *f = *state;
	struct inbox in = { .count = 0 };
	struct post *post = &f->hq.post;
	struct letter *last;

	for (int i = 0; i < 10; i++) {
		inbox_add(&in, "p/A/k1/up", "A/k1/up", slice_of("one"), false);
		inbox_add(&in, "p/B/k1/up", "B/k1/up", slice_of("four"), false);
	}
	inbox_limit(&in, "A", 3);
	assert_int_equal(in.count, 13);
	assert_int_equal(in.dropped, 7);
	assert_int_equal(in.bytes, 3 * 3 + 10 * 4);
	assert_string_equal(in.first->store, "A");
	assert_string_equal(in.last->store, "B");
	for (struct inbox_item *i = in.first; i; i = i->next)
		i->taken = strcmp(i->store, "B") == 0;
	inbox_sweep(&in);
	assert_int_equal(in.count, 3);
	inbox_add(&in, "p/C/k1/up", "C/k1/up", slice_of("x"), false);
	assert_string_equal(in.last->store, "C");
	assert_string_equal(in.first->next->next->next->store, "C");
	inbox_clear(&in);
	/* And what a store's failed transaction wanted to say does not go out. */
	post_add(post, slice_of("1"), "A");
	last = post->last;
	post_add(post, slice_of("22"), "B");
	post_cut(post, last);
	assert_int_equal(post->bytes, 1);
	post_add(post, slice_of("333"), "C");
	assert_string_equal(post->first->next->topic, "C");
	post_cut(post, NULL);
	no_letter(f);
	assert_int_equal(post->bytes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(parts_are_as_of_one_seq),
		T(an_empty_stream_has_one_empty_part),
		T(old_snapshots_are_gone),
		T(a_wrong_sum_brings_a_snapshot),
		T(a_lane_that_is_ahead_is_renumbered),
		T(a_lane_of_the_future_is_waited_for_by_a_person),
		T(one_store_keeps_only_so_much),
		T(a_lane_that_was_acknowledged_more_is_told),
		T(a_lagging_lane_is_sent_the_rest),
		T(a_late_will_says_nothing),
		T(the_fleet_is_listed),
		T(nothing_from_outside_crashes_it),
		T(listed_lanes_must_sign),
		T(codes_verify_at_the_station),
		T(pictures_are_read_back),
		T(text_and_svg_show_the_same),
		T(the_file_is_its_owners),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
