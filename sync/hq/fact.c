// SPDX-License-Identifier: Apache-2.0
#include "sync/hq/fact.h"

#include "sync/hq/order.h"

bool fact_any(struct hq *hq, const char *holder, const char *order)
{
	return db_number(&hq->db, 0,
			 "SELECT 1 FROM handover WHERE holder = ?1 AND order_id = ?2"
			 " AND undone = 0 UNION ALL"
			 " SELECT 1 FROM line_fact WHERE holder = ?1 AND order_id = ?2 UNION ALL"
			 " SELECT 1 FROM till_fact WHERE holder = ?1 AND order_id = ?2 UNION ALL"
			 " SELECT 1 FROM points_fact WHERE holder = ?1 AND order_id = ?2 UNION ALL"
			 " SELECT 1 FROM refund_fact WHERE holder = ?1 AND order_id = ?2 UNION ALL"
			 " SELECT 1 FROM receipt_fact WHERE holder = ?1 AND order_id = ?2 LIMIT 1",
			 "tt", holder, order) != 0;
}

struct line_fact fact_line(struct hq *hq, const char *holder, const char *order, struct slice line)
{
	struct line_fact f = { 0 };
	struct db_stmt *q = db_query(&hq->db,
				     "SELECT short, returned FROM line_fact"
				     " WHERE holder = ? AND order_id = ? AND line = ?",
				     "tts", holder, order, line);

	if (!db_row(&hq->db, q))
		return f;
	f.short_ = db_int(q, 0);
	f.returned = db_int(q, 1);
	db_done(q);
	return f;
}

void fact_line_add(struct hq *hq, const char *holder, const char *order, struct slice line,
		   struct line_fact add)
{
	if (!line.n || line.n > ORDER_LINE_ID_MAX || (!add.short_ && !add.returned))
		return;
	db_run(&hq->db,
	       "INSERT INTO line_fact (holder, order_id, line, short, returned)"
	       " VALUES (?, ?, ?, ?, ?) ON CONFLICT (holder, order_id, line) DO UPDATE SET"
	       " short = line_fact.short + excluded.short,"
	       " returned = line_fact.returned + excluded.returned",
	       "ttsii", holder, order, line, add.short_, add.returned);
}

void fact_taken(struct hq *hq, const char *holder, const char *order, struct slice payment,
		struct slice tender, int64_t amount)
{
	if (payment.n > FACT_PAYMENT_MAX || tender.n > FACT_PAYMENT_MAX)
		return;
	db_run(&hq->db,
	       "INSERT INTO till_fact (holder, order_id, payment, tender, amount, reversed)"
	       " VALUES (?, ?, ?, ?, ?, 0) ON CONFLICT (holder, order_id, payment) DO UPDATE SET"
	       " tender = excluded.tender, amount = excluded.amount,"
	       " reversed = CASE WHEN till_fact.reversed = 2 THEN 1 ELSE 0 END",
	       "ttssi", holder, order, payment, tender, amount);
}

void fact_reversed(struct hq *hq, const char *holder, const char *order, struct slice payment)
{
	if (payment.n > FACT_PAYMENT_MAX)
		return;
	/* 2: by another lane than took it, whose word comes later. */
	db_run(&hq->db,
	       "INSERT INTO till_fact (holder, order_id, payment, tender, amount, reversed)"
	       " VALUES (?, ?, ?, '\"\"', 0, 2) ON CONFLICT (holder, order_id, payment) DO UPDATE"
	       " SET reversed = CASE WHEN till_fact.reversed = 2 THEN 2 ELSE 1 END",
	       "tts", holder, order, payment);
}

bool fact_is_reversed(struct hq *hq, const char *holder, const char *order, struct slice payment)
{
	return db_number(&hq->db, 0,
			 "SELECT reversed FROM till_fact"
			 " WHERE holder = ? AND order_id = ? AND payment = ?",
			 "tts", holder, order, payment) != 0;
}

bool fact_next_payment(struct hq *hq, const char *holder, const char *order, struct till_fact *t)
{
	struct db_stmt *q = db_query(&hq->db,
				     "SELECT payment, tender, amount, reversed FROM till_fact"
				     " WHERE holder = ? AND order_id = ? AND payment > ?"
				     " ORDER BY payment LIMIT 1",
				     "ttt", holder, order, t->payment);

	if (!db_row(&hq->db, q))
		return false;
	db_copy(q, 0, t->payment, sizeof(t->payment));
	db_copy(q, 1, t->tender, sizeof(t->tender));
	t->amount = db_int(q, 2);
	t->reversed = db_int(q, 3) != 0;
	db_done(q);
	return true;
}

void fact_receipt_add(struct hq *hq, const char *holder, const char *order)
{
	db_run(&hq->db,
	       "INSERT INTO receipt_fact (holder, order_id) VALUES (?, ?)"
	       " ON CONFLICT (holder, order_id) DO NOTHING",
	       "tt", holder, order);
}

bool fact_receipt(struct hq *hq, const char *holder, const char *order)
{
	return db_number(&hq->db, 0, "SELECT 1 FROM receipt_fact WHERE holder = ? AND order_id = ?",
			 "tt", holder, order) != 0;
}

void fact_refund_add(struct hq *hq, const char *holder, const char *order, struct slice payment,
		     int64_t amount)
{
	if (!payment.n || payment.n > FACT_PAYMENT_MAX)
		return;
	db_run(&hq->db,
	       "INSERT INTO refund_fact (holder, order_id, payment, amount) VALUES (?, ?, ?, ?)"
	       " ON CONFLICT (holder, order_id, payment) DO UPDATE SET"
	       " amount = refund_fact.amount + excluded.amount",
	       "ttsi", holder, order, payment, amount);
}

int64_t fact_refund(struct hq *hq, const char *holder, const char *order, struct slice payment)
{
	return db_number(&hq->db, 0,
			 "SELECT amount FROM refund_fact"
			 " WHERE holder = ? AND order_id = ? AND payment = ?",
			 "tts", holder, order, payment);
}
