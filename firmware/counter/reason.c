// SPDX-License-Identifier: Apache-2.0
#include "firmware/counter/reason.h"

static const char *const codes[REASON_COUNT] = {
	[REASON_NONE] = "ok",
	[REASON_NOT_FOUND] = "not_found",
	[REASON_WRONG_STORE] = "wrong_store",
	[REASON_NOT_READY] = "not_ready",
	[REASON_EXPIRED] = "expired",
	[REASON_CANCELLED] = "cancelled",
	[REASON_ALREADY_COLLECTED] = "already_collected",
	[REASON_BEING_SERVED] = "being_served",
	[REASON_BAD_SIGNATURE] = "bad_signature",
	[REASON_UNKNOWN_KEY] = "unknown_key",
	[REASON_CODE_EXPIRED] = "code_expired",
	[REASON_CODE_REPLACED] = "code_replaced",
	[REASON_PIN_WRONG] = "pin_wrong",
	[REASON_PIN_LOCKED] = "pin_locked",
	[REASON_PAYMENT_DUE] = "payment_due",
	[REASON_FISCAL_NEEDED] = "fiscal_needed",
	[REASON_ISOLATED] = "isolated",
	[REASON_APPROVAL_NEEDED] = "approval_needed",
	[REASON_ITEMS_UNCHECKED] = "items_unchecked",
	[REASON_ITEM_UNKNOWN] = "item_unknown",
	[REASON_ITEM_SURPLUS] = "item_surplus",
	[REASON_AGE_CHECK] = "age_check",
	[REASON_RECALLED] = "recalled",
	[REASON_NO_STAFF] = "no_staff",
	[REASON_FORBIDDEN] = "forbidden",
	[REASON_BAD_REQUEST] = "bad_request",
	[REASON_CARD_NUMBER_REFUSED] = "card_number_refused",
	[REASON_BUSY] = "busy",
	[REASON_ORDER_CHANGED] = "order_changed",
	[REASON_UNREADABLE] = "unreadable",
	[REASON_DRAWER] = "drawer_unreachable",
	[REASON_REVOKED] = "revoked",
	[REASON_TENDER_REFUSED] = "tender_refused",
	[REASON_SAME_PERSON] = "same_person",
	[REASON_OWN_ORDER] = "own_order",
	[REASON_NIP_WRONG] = "nip_wrong",
	[REASON_WINDOW_CLOSED] = "window_closed",
	[REASON_NOT_RETURNABLE] = "not_returnable",
	[REASON_QUANTITY_EXCEEDED] = "quantity_exceeded",
	[REASON_ALREADY_RETURNED] = "already_returned",
	[REASON_TRAINING] = "training",
	[REASON_SHIFT_CLOSED] = "shift_closed",
	[REASON_REASON_NEEDED] = "reason_needed",
	[REASON_SERIAL_NEEDED] = "serial_needed",
};

const char *reason_code(enum reason r)
{
	return codes[r];
}
