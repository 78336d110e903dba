// SPDX-License-Identifier: Apache-2.0
/*
 * The one catalogue of what the station says to people: notices and slips, in Polish, English
 * and Ukrainian. Tone: a good shop; what happened and what to do; never "invalid".
 *
 * A text may hold {order} {time} {store} {tries} {item} {n} {left}; words_fill() puts values in. A
 * value that is missing is left out with the sentence piece between [ and ] that needs it.
 */
#ifndef LADA_COUNTER_WORDS_H
#define LADA_COUNTER_WORDS_H

#include "firmware/base/device.h"
#include "firmware/base/money.h"
#include "firmware/counter/reason.h"

enum word {
	WORD_READY,    /* a pickup was opened (staff) */
	WORD_GREETING, /* the customer's order is ready */
	WORD_HANDED,   /* a pickup is done */
	WORD_ASK_CODE, /* an order number was scanned; its six digits are wanted */
	WORD_PRODUCT,
	WORD_PRODUCT_UNKNOWN,
	WORD_LOGGED_IN,
	WORD_SLIP_TITLE,
	WORD_SLIP_ORDER,
	WORD_SLIP_STAFF,
	WORD_SLIP_PAID,
	WORD_SLIP_TOTAL,
	/* Where not all of an order leaves in one go: what became of its parts, and their sums. */
	WORD_SLIP_NOW,
	WORD_SLIP_BEFORE,
	WORD_SLIP_WAITS,
	WORD_SLIP_MISSING,
	WORD_SLIP_WHOLE,
	WORD_SLIP_RETURNED, /* came back meanwhile */
	WORD_SLIP_LEFT,	    /* of the whole without what is missing or came back */
	WORD_SLIP_REFUND,   /* {item}: how it was paid */
	WORD_SLIP_REFUNDED, /* before this handover */
	WORD_SLIP_RETURN_HINT,
	WORD_SLIP_NOT_RECEIPT,
	WORD_SLIP_COPY,
	WORD_TEST_PRINT,
	WORD_SHELF,
	WORD_PRINT_UNKNOWN,
	WORD_ENTRY_OFF,
	WORD_PRINT_FAILED,
	WORD_PRINT_COPIED, /* nobody knows whether it came out, so a copy is printed */
	WORD_PRINT_WAITS,  /* its printer says that it is well and takes nothing */
	WORD_DRAWER_FAILED,
	WORD_DOUBLED, /* another lane handed the same order over while nobody could know */
	/* Money, as notices say it. */
	WORD_PAID,   /* a payment was taken */
	WORD_CHANGE, /* and so much is to be given back of the cash */
	WORD_RECEIPT_KEPT,
	WORD_REVERSED,
	WORD_SHIFT_OPENED,
	WORD_SHIFT_CLOSED,
	WORD_CASH_MOVED,
	/* Preparing. */
	WORD_PREP_STARTED,
	WORD_PREP_CHANGED, /* by HQ, while it is prepared */
	WORD_PREP_BACK,	   /* what was put aside goes back to its place */
	WORD_PREP_BACK_DONE,
	WORD_PREP_STAGED,
	WORD_PREP_RESTS,   /* staged, and something is still waited for */
	WORD_PREP_NOTHING, /* all of it is short */
	WORD_PARCEL_CAME,
	WORD_PARCEL_STAGED,
	WORD_PARCEL_PROBLEM,
	WORD_PICK_TITLE,
	WORD_PICK_PROMISED,
	WORD_PICK_PARCEL,	 /* beside "1/2" */
	WORD_RETURN_OPEN,	 /* a return was opened */
	WORD_RETURNED,		 /* and is done (staff); {store}: what is paid out now */
	WORD_RETURNED_CUSTOMER,	 /* the same, for the customer */
	WORD_COMPLAINT,		 /* a complaint was taken */
	WORD_RETURNED_UNPRINTED, /* both, where no paper can be printed */
	WORD_COMPLAINT_UNPRINTED,
	WORD_PAPER_RETURN,    /* the slip of a return was scanned */
	WORD_PAPER_COMPLAINT, /* the slip of a complaint */
	WORD_RETURN_DOUBLED,  /* the same pieces came back at two lanes */
	WORD_TRAINING,	      /* begins */
	WORD_TRAINING_OVER,
	/* Customer displays: 20 columns, so short ones. */
	WORD_SHOW_WELCOME,
	WORD_SHOW_PRICE,
	WORD_SHOW_ORDER,
	WORD_SHOW_PIECES,
	WORD_SHOW_DUE,
	WORD_SHOW_THANKS,
	WORD_SHOW_AGAIN,
	WORD_SHOW_RECEIPT, /* beside the QR of the return code */
	WORD_SHOW_SURVEY,  /* beside the QR of the survey */
	WORD_SHOW_HERE,	   /* which counter */
	WORD_SLIP_SWAP,	   /* so many of a line are another product */
	WORD_CALLED,	   /* to staff: a customer wants somebody */
	WORD_CALLED_ORDER, /* the same, with a good code of an order nobody here knows */
	WORD_CALLING,	   /* to that customer */
	WORD_COMING,	   /* to who asked for help at the kiosk */
	WORD_NO_VERB,	   /* to a program */
	WORD_KEPT_BACK,	   /* {n} pieces that were not handed over go back to their place */
	/* Of the slip: why {n} pieces that are here stay here. */
	WORD_SLIP_KEPT_AGE,
	WORD_SLIP_KEPT_HOURS,
	WORD_SLIP_KEPT_RECALLED,
	WORD_READY_FIRST, /* a pickup was opened, and something comes before the goods */
	/* What a refusal says where its reason's own words would not help; see words_say(). */
	WORD_NO_LOG_IN,
	WORD_NO_VALUES, /* what was typed cannot be taken */
	WORD_NO_GIVEN,
	WORD_NO_CONDITION,
	WORD_NO_PROXY_NAME,
	WORD_NO_UNTIL,
	WORD_NO_BLOCKED, /* nothing waits for a second person */
	WORD_NO_SHIFT,
	WORD_NO_SECOND_SHIFT,
	WORD_NO_SUM,	  /* of the till's receipt */
	WORD_NO_CODE_YET, /* another one was sent just now */
	WORD_NOT_HANDED,  /* so nothing can come back */
	WORD_NO_SUCH_SALE,
	WORD_NOT_PAID,
	WORD_ON_HOLD,
	WORD_ON_HOLD_CUSTOMER,
	WORD_IN_TRANSIT,
	WORD_NO_ITEM_CODE, /* a barcode's digits that do not fit its check digit */
	/* Loyalty. */
	WORD_MEMBER,	      /* a member was identified (staff) */
	WORD_MEMBER_CUSTOMER, /* the same, for the customer */
	WORD_REDEEM,	      /* so many points count with the handover */
	WORD_REDEEM_FREE,     /* none do */
	WORD_COUPON,	      /* a coupon counts with the handover */
	WORD_SLIP_EARNED,
	WORD_SLIP_BALANCE,
	/* Stock (stock_words.c). */
	WORD_STOCK_NOW, /* {order}: the figure, which may be below zero */
	WORD_COUNT_BEGUN,
	WORD_RECEIVE_BEGUN, /* {order}: the delivery's number */
	WORD_RECEIVED,
	WORD_COUNTED,
	WORD_DRAFT,	  /* an order was begun at the kiosk */
	WORD_DRAFT_TITLE, /* its slip */
	WORD_DRAFT_HOME,
	WORD_DRAFT_STORE,
	WORD_DRAFT_PHONE,
	WORD_COURIER, /* on the label of a parcel that one takes */
	/* Asking customers, and offers (words_survey.c). By scale: csat, nps, ces. */
	WORD_SURVEY_CSAT,
	WORD_SURVEY_NPS,
	WORD_SURVEY_CES,
	WORD_SURVEY_LOW_CSAT, /* what the least of the scale means */
	WORD_SURVEY_LOW_NPS,
	WORD_SURVEY_LOW_CES,
	WORD_SURVEY_HIGH_CSAT,
	WORD_SURVEY_HIGH_NPS,
	WORD_SURVEY_HIGH_CES,
	WORD_SURVEY_THANKS,
	WORD_SURVEY_NOT_ASKED,
	WORD_SURVEY_RANGE,  /* {n} to {left} */
	WORD_SURVEY_THEIRS, /* staff do not rate for customers */
	WORD_SURVEY_CASE,   /* staff: {n} of {left} points, {order} */
	WORD_OFFER_REMIND,  /* {item}: taken, sold at the till */
	WORD_OFFER_PRINTED,
	WORD_OFFER_DECLINED,
	WORD_OFFER_NONE,   /* none of that name is shown here */
	WORD_OFFER_TITLE,  /* its slip */
	WORD_OFFER_POINTS, /* {n} */
	WORD_OFFER_TILL,
	/* The customer's story (words_story.c). */
	WORD_NOTED,	 /* a note stands in the customer's story */
	WORD_NOTED_CASE, /* and in their case */
	WORD_CASE_CLOSED,
	WORD_NO_NOTE_HERE, /* there is nothing it could belong to */
	WORD_NO_ONE_CASE,  /* several are open, or none: which one is closed? */
};
#define WORD_COUNT	 (WORD_SLIP_BALANCE + 1) /* of words.c */
#define WORD_STOCK_FIRST WORD_STOCK_NOW
#define WORD_STOCK_COUNT (WORD_COURIER - WORD_STOCK_FIRST + 1)
#define WORD_SURVEY_FIRST WORD_SURVEY_CSAT
#define WORD_SURVEY_COUNT (WORD_OFFER_TILL - WORD_SURVEY_FIRST + 1)

#define WORD_STORY_FIRST WORD_NOTED
#define WORD_STORY_COUNT (WORD_NO_ONE_CASE - WORD_STORY_FIRST + 1)

const char *word_text(enum word w, enum language l);
const char *stock_word(enum word w, enum language l); /* word_text() of those of stock */
const char *survey_word(enum word w, enum language l); /* those of asking and offers */
const char *story_word(enum word w, enum language l); /* word_text() of those of stories */
/* For staff at the counter. */
const char *reason_text(enum reason r, enum language l);
/* For the customer's screen; never says more than the customer may know. */
const char *reason_customer_text(enum reason r, enum language l);
/* A payment's tender: "karta", "BLIK" … ; the tender itself where it is not known. */
const char *tender_text(const char *tender, enum language l);

/* till_words.c: papers of the till. */
enum till_word {
	TILL_WORD_CARD, /* title of what goes to the shop's fiscal till */
	TILL_WORD_ORDER,
	TILL_WORD_NIP,
	TILL_WORD_PAID,
	TILL_WORD_DUE,
	TILL_WORD_NOT_FISCAL,
	TILL_WORD_X, /* title: the shift so far */
	TILL_WORD_Z, /* title: the shift is closed */
	TILL_WORD_SHIFT,
	TILL_WORD_FROM,
	TILL_WORD_UNTIL,
	TILL_WORD_HANDOVERS,
	TILL_WORD_FLOAT,
	TILL_WORD_SALES,
	TILL_WORD_REVERSALS,
	TILL_WORD_REFUNDS,
	TILL_WORD_IN,
	TILL_WORD_OUT,
	TILL_WORD_EXPECTED,
	TILL_WORD_COUNTED,
	TILL_WORD_DIFFERENCE,
	TILL_WORD_SIGNED,
};
#define TILL_WORDS (TILL_WORD_SIGNED + 1)
const char *till_word(enum till_word w, enum language l);

/* trouble.c: what is wrong with a device and what a clerk can do; "" for none. */
const char *trouble_text(enum device_trouble trouble, enum language l);
/* False: nobody at the counter can put it right. */
bool trouble_recoverable(enum device_trouble trouble);

struct word_values {
	const char *order;
	const char *time;
	const char *store;
	const char *item;
	int64_t tries; /* -1 absent */
	int64_t n;     /* -1 absent */
	int64_t left;  /* -1 absent */
	/* Of a refusal: instead of its reason's own words. */
	bool said;
	enum word staff, customer;
};
/* The code of a refusal is for programs, and one code has several causes. */
void words_say(struct word_values *values, enum word staff, enum word customer);
void words_fill(const char *text, const struct word_values *values, struct buf *ret_text);

#endif
