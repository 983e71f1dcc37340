/* Event: joining gives 50 points, a review 20, once an order, and can be taken back. */
#include "till.h"

static loy_rows *review(loy_ledger *ledger, const char *id, const char *member, const char *order)
{
    loy_rows *rows = NULL;
    OK(loy_event_report(ledger, id, member, "review", order, "online", "TN-07", NOON_MS, HANOI,
                        TODAY, &rows, &error));
    return rows;
}

int main(int count, char **arguments)
{
    static char json[65536];
    loy_ledger *ledger;
    loy_member *member;
    loy_rows *rows = NULL;
    const char *number;
    int64_t size, seq, version = -1;
    CHECK(count == 2);
    ledger = create_till(arguments[1]);
    size = read_file(arguments[1], "programme-2.json", json, sizeof json);
    OK(loy_programme_install(ledger, (const uint8_t *)json, size, &version, &error));
    member = enrol(ledger, "enrol-1", "0912345678");
    number = loy_member_number(member);
    CHECK(balance_of(ledger, "0912345678") == 50);

    rows = review(ledger, "review-1", number, "order-7");
    CHECK(row_count(rows) == 1);
    CHECK(row_int(rows, 0, "points") == 20);
    CHECK(row_int(rows, 0, "was_replayed") == 0);
    CHECK(strcmp(loy_rows_text(rows, 0, "rule"), "stars") == 0);
    CHECK(strcmp(loy_rows_text(rows, 0, "wallet"), "points") == 0);
    CHECK(strcmp(loy_rows_text(rows, 0, "key"), "earn.event.applied") == 0);
    seq = row_int(rows, 0, "seq");
    loy_rows_free(rows);
    rows = review(ledger, "review-1", number, "order-7");
    CHECK(row_int(rows, 0, "seq") == seq && row_int(rows, 0, "was_replayed") == 1);
    loy_rows_free(rows);
    EXPECT(LOY_ALREADY_RESOLVED,
           loy_event_report(ledger, "review-2", number, "review", "order-7", NULL, NULL, NOON_MS,
                            HANOI, TODAY, &rows, &error));
    EXPECT(LOY_REFUSED, loy_event_report(ledger, "dance-1", number, "dance", NULL, NULL, NULL,
                                         NOON_MS, HANOI, TODAY, &rows, &error));
    CHECK(rows == NULL);
    CHECK(balance_of(ledger, "0912345678") == 70);

    OK(loy_event_take_back(ledger, "back-1", seq, "TN-07", "spam", NOON_MS, HANOI, TODAY, &rows,
                           &error));
    CHECK(row_count(rows) == 1);
    CHECK(row_int(rows, 0, "taken_back") == 20 && row_int(rows, 0, "owed") == 0);
    CHECK(row_int(rows, 0, "balance") == 50);
    loy_rows_free(rows);
    EXPECT(LOY_ALREADY_RESOLVED, loy_event_take_back(ledger, "back-2", seq, NULL, NULL, NOON_MS,
                                                     HANOI, TODAY, &rows, &error));
    EXPECT(LOY_NOT_FOUND, loy_event_take_back(ledger, "back-3", 1, NULL, NULL, NOON_MS, HANOI,
                                              TODAY, &rows, &error));
    CHECK(balance_of(ledger, "0912345678") == 50);
    OK(loy_ledger_verify(ledger, LOY_VERIFY_FULL, &rows, &error));
    CHECK(row_count(rows) == 0);
    loy_rows_free(rows);
    loy_member_free(member);
    return finish(ledger);
}
