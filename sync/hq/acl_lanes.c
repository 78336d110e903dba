// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/acl_lanes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int add(struct acl_lanes *l, struct slice store, struct slice lane)
{
	struct acl_lane one;

	if (!store_id_valid(store) || !lane_id_valid(lane) ||
	    slice_copy(store, one.store, sizeof(one.store)) < 0 ||
	    slice_copy(lane, one.lane, sizeof(one.lane)) < 0)
		return 0;
	if (l->count == l->cap) {
		size_t cap = l->cap ? 2 * l->cap : 64;
		struct acl_lane *larger;

		if (cap > ACL_LANES_MAX)
			return -E2BIG;
		larger = realloc(l->lane, cap * sizeof(*larger));
		if (!larger)
			return -ENOMEM;
		l->lane = larger;
		l->cap = cap;
	}
	l->lane[l->count++] = one;
	return 0;
}

static int add_word(struct acl_lanes *l, const char *word)
{
	const char *slash = strchr(word, '/');

	return slash ? add(l, (struct slice){ word, (size_t)(slash - word) }, slice_of(slash + 1))
		     : 0;
}

bool acl_lane_valid(const char *text)
{
	const char *slash = strchr(text, '/');

	return slash && store_id_valid((struct slice){ text, (size_t)(slash - text) }) &&
	       lane_id_valid(slice_of(slash + 1));
}

/* A lane that policy `lanes` does not list is withdrawn, though it was heard of. */
static int add_heard(struct hq *hq, struct acl_lanes *l)
{
	struct db_stmt *q = db_query(
		&hq->db,
		"SELECT k.store, k.lane FROM (SELECT store, lane FROM lane UNION"
		" SELECT store, lane FROM taken) k WHERE NOT EXISTS (SELECT 1 FROM record r"
		" WHERE r.store = k.store AND r.stream = 'policy' AND r.id = 'lanes'"
		" AND r.deleted = 0)",
		"");
	int err = 0;

	while (err == 0 && db_row(&hq->db, q))
		err = add(l, db_slice(q, 0), db_slice(q, 1));
	db_done(q);
	return err;
}

static int add_listed(struct hq *hq, struct acl_lanes *l)
{
	struct db_stmt *q = db_query(&hq->db,
				     "SELECT store, body FROM record WHERE stream = 'policy'"
				     " AND id = 'lanes' AND deleted = 0",
				     "");
	int err = 0;

	while (err == 0 && db_row(&hq->db, q)) {
		struct json_walk w;
		struct json root;

		if (json_check(db_slice(q, 1), &root) < 0)
			continue;
		w = json_walk(json_get(root, "lanes"));
		while (err == 0 && json_next(&w)) {
			char lane[ID_MAX + 1];

			if (json_string(json_get(w.value, "lane"), lane, sizeof(lane)) > 0)
				err = add(l, db_slice(q, 0), slice_of(lane));
		}
	}
	db_done(q);
	return err;
}

static int compare(const void *a, const void *b)
{
	const struct acl_lane *x = a, *y = b;
	int c = strcmp(x->store, y->store);

	return c ? c : strcmp(x->lane, y->lane);
}

static void sort(struct acl_lanes *l)
{
	size_t kept = 0;

	if (!l->count)
		return;
	qsort(l->lane, l->count, sizeof(l->lane[0]), compare);
	for (size_t i = 1; i < l->count; i++) {
		if (compare(&l->lane[kept], &l->lane[i]) != 0)
			l->lane[++kept] = l->lane[i];
	}
	l->count = kept + 1;
}

int acl_lanes_find(struct hq *hq, const struct acl_wanted *wanted, struct acl_lanes *ret_lanes)
{
	struct acl_lanes l = { NULL, 0, 0 };
	int err = add_heard(hq, &l);

	if (err == 0)
		err = add_listed(hq, &l);
	for (int i = 0; i < wanted->lane_count && err == 0; i++)
		err = add_word(&l, wanted->lane[i]);
	if (err == 0 && hq->db.error)
		err = -EIO;
	if (err < 0) {
		acl_lanes_free(&l);
		return err;
	}
	sort(&l);
	*ret_lanes = l;
	return 0;
}

void acl_lanes_free(struct acl_lanes *lanes)
{
	free(lanes->lane);
	*lanes = (struct acl_lanes){ NULL, 0, 0 };
}

void acl_lane_user(const struct acl_lane *lane, char dst[ACL_USER_MAX])
{
	text_fmt(dst, ACL_USER_MAX, "lada-%s-%s", lane->store, lane->lane);
}
