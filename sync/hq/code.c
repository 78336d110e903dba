// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/code.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "sync/hq/keyring.h"
#include "sync/hq/order.h"
#include "sync/hq/stream.h"

#define UNIX_FROM 1000000000 /* smaller numbers are seconds from now */

int code_expiry(const char *text, int64_t now_s, uint32_t *ret_expires_s)
{
	int64_t at, ms;
	char *end;

	errno = 0;
	at = strtoll(text, &end, 10);
	if (end != text && !*end && errno == 0) {
		if (at != 0 && at < UNIX_FROM)
			at += now_s;
	} else if (time_parse(slice_of(text), &ms) == 0) {
		at = ms / 1000;
	} else {
		return -EINVAL;
	}
	if (at < 0 || at > UINT32_MAX)
		return -EINVAL;
	*ret_expires_s = (uint32_t)at;
	return 0;
}

/* The store that goes into the code, and the nonce where the record has one. */
static int fill(struct hq *hq, const char *store, struct pickup_code *code, const char **ret_what)
{
	const struct stream_kind *kind = stream_by_name("orders");
	struct json root = { .type = JSON_NONE };
	struct json nonce, holder;
	struct record r;
	char hex[2 * CODE_NONCE_BYTES + 1];

	if (store ? record_find(hq, store, kind, code->order, &r) && r.live
		  : record_find_anywhere(hq, "", kind, code->order, &r))
		json_check(r.body, &root);
	*ret_what = "no such order; name its store with --store to sign all the same";
	if (!store && root.type == JSON_NONE)
		return -ENOENT;
	*ret_what = ORDER_AMBIGUOUS;
	if (!store && record_is_ambiguous(hq, kind, code->order))
		return -EINVAL;
	slice_copy(slice_of(store ? store : r.store), code->store, sizeof(code->store));
	holder = json_get(root, "store");
	if (!store && holder.type == JSON_STRING)
		json_string(holder, code->store, sizeof(code->store));
	nonce = json_get(root, "code_nonce");
	*ret_what = "the order's `code_nonce` is no 8 bytes in hex";
	if (nonce.type == JSON_STRING &&
	    (json_string(nonce, hex, sizeof(hex)) < 0 ||
	     hex_decode(slice_of(hex), code->nonce, CODE_NONCE_BYTES) < 0))
		return -EINVAL;
	return 0;
}

int code_make(struct hq *hq, const char *order, const char *store, uint32_t expires_s, int kid,
	      char ret_text[CODE_TEXT_MAX], const char **ret_what)
{
	struct pickup_code code = { .expires_s = expires_s };
	struct trust_pair pair;
	int err;

	*ret_what = "no id";
	if (!id_valid(slice_of(order)) || (store && !store_id_valid(slice_of(store))))
		return -EINVAL;
	slice_copy(slice_of(order), code.order, sizeof(code.order));
	hq->clock.random(hq->clock.ctx, code.nonce, sizeof(code.nonce));
	err = fill(hq, store, &code, ret_what);
	if (err < 0)
		return err;
	*ret_what = kid < 0 ? "there is no pickup key yet; run `keygen`"
			    : "there is no such pickup key, or it was withdrawn";
	if (keyring_load(hq, "pickup", kid, &code.kid, &pair) < 0)
		return -ENOENT;
	*ret_what = "the order's store is no store id";
	err = code_sign(&code, &pair, ret_text);
	sodium_memzero(&pair, sizeof(pair));
	return err < 0 ? err : 0;
}
