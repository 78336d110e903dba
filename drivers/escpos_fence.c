// SPDX-License-Identifier: Apache-2.0
#include "drivers/escpos_fence.h"

#include <stdio.h>
#include <string.h>

#define IDS	 10000
#define AGAIN_ID 5000 /* far from the ids of the jobs before and after */

static void put_id(const struct escpos_fence *fence, bool again, char ret_id[5])
{
	const uint64_t number = (uint64_t)fence->job + (again ? AGAIN_ID : 0);

	snprintf(ret_id, 5, "%04u", (unsigned)(number % IDS));
}

static bool has_id(const struct escpos_fence *fence, bool again, const struct escpos_answer *answer)
{
	char id[5];

	put_id(fence, again, id);
	return memcmp(answer->bytes, id, 4) == 0;
}

size_t escpos_fence_make(struct escpos_fence *fence, uint8_t ret_bytes[ESCPOS_FENCE_MAX])
{
	char id[5];

	put_id(fence, fence->sent > 0, id);
	fence->sent++;
	switch (fence->kind) {
	case PROFILE_FENCE_STATUS:
		fence->owed++;
		memcpy(ret_bytes, "\x1dr\x01", 3);
		return 3;
	case PROFILE_FENCE_PROCESS:
		memcpy(ret_bytes, "\x1d(H\x06\x00\x30\x30", 7);
		memcpy(ret_bytes + 7, id, 4);
		return 11;
	case PROFILE_FENCE_REALTIME:
		break;
	}
	return 0;
}

enum escpos_fence_match escpos_fence_take(struct escpos_fence *fence,
					  const struct escpos_answer *answer)
{
	if (fence->owed > 0 && answer->kind == ESCPOS_ANSWER_STATUS)
		fence->owed--;
	switch (fence->kind) {
	case PROFILE_FENCE_STATUS:
		if (answer->kind != ESCPOS_ANSWER_STATUS || fence->sent == 0)
			break;
		return fence->sent == 1 ? ESCPOS_FENCE_FIRST : ESCPOS_FENCE_AGAIN;
	case PROFILE_FENCE_PROCESS:
		if (answer->kind != ESCPOS_ANSWER_PROCESS || fence->sent == 0)
			break;
		if (has_id(fence, false, answer))
			return ESCPOS_FENCE_FIRST;
		if (has_id(fence, true, answer) && fence->sent > 1)
			return ESCPOS_FENCE_AGAIN;
		break;
	case PROFILE_FENCE_REALTIME:
		break;
	}
	return ESCPOS_FENCE_OTHER;
}
