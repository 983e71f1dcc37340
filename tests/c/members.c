/* Members: enrol, scan, balance, history. */
#include "till.h"

/* After a sale of 55.000 d: one lot, which never ends here; nothing before it. */
static void lots_and_past(loy_ledger *ledger, const char *number)
{
    loy_cart *cart = one_line(number, "0001", 55000);
    loy_sale *sale = NULL;
    loy_member *member = NULL;
    loy_rows *rows = NULL;
    int64_t points = -1;
    int32_t last_day = -1;
    OK(loy_sale_record(ledger, "sale-1", cart, &sale, &error));
    loy_sale_free(sale);
    loy_cart_free(cart);
    OK(loy_member_lots(ledger, number, TODAY, &rows, &error));
    CHECK(row_count(rows) == 1);
    CHECK(strcmp(loy_rows_text(rows, 0, "wallet"), "points") == 0);
    CHECK(row_int(rows, 0, "points") == 6 && row_int(rows, 0, "held") == 0);
    CHECK(row_int(rows, 0, "lot") > 0 && row_int(rows, 0, "available_from") == TODAY);
    EXPECT(LOY_NOT_FOUND, loy_rows_int(rows, 0, "expires_on", &points, &error));
    loy_rows_free(rows);
    EXPECT(LOY_E_ARGUMENT, loy_member_lots(ledger, "1", TODAY, &rows, &error));
    CHECK(rows == NULL);

    OK(loy_member_at(ledger, number, 0, TODAY, &member, &error));
    OK(loy_member_balance(member, "points", &points, &error));
    CHECK(points == 0);
    OK(loy_member_as_of(member, &points, &error));
    CHECK(points == 0);
    loy_member_free(member);
    OK(loy_member_at(ledger, number, INT64_C(253402300799999), TODAY, &member, &error));
    OK(loy_member_balance(member, "points", &points, &error));
    CHECK(points == 6);
    OK(loy_member_as_of(member, &points, &error));
    /* By the ledger's own clock, which is this machine's: after 2020. */
    CHECK(points > INT64_C(1577836800000) && points < INT64_C(253402300799999));
    points = 6;
    /* That points never end is nobody's mistake: the cashier is not told that the POS calls wrongly. */
    CHECK(loy_member_next_expiry(member, "points", &points, &last_day, &error) == LOY_NOT_FOUND);
    CHECK(strcmp(loy_error_reason(error), "value.absent") == 0);
    CHECK(strcmp(loy_error_cashier_text(error), "Không có thông tin này") == 0);
    loy_error_free(error);
    EXPECT(LOY_E_ARGUMENT, loy_member_next_expiry(member, "stamps", &points, &last_day, &error));
    CHECK(points == 6 && last_day == -1);
    loy_member_free(member);
    EXPECT(LOY_E_ARGUMENT, loy_member_at(ledger, number, -1, TODAY, &member, &error));
    CHECK(member == NULL);
}

/* Blocked: the card says so, and a sale is nobody's; lifted, and closed for good. */
static void block_and_close(loy_ledger *ledger, const char *number)
{
    loy_cart *cart = one_line(number, "0002", 55000);
    loy_quote *quote = NULL;
    loy_member *member = NULL;
    int64_t points = -1;
    OK(loy_member_block(ledger, "block-1", number, "TN-07", "lost_card", &error));
    OK(loy_member_block(ledger, "block-1", number, "TN-07", "lost_card", &error));
    EXPECT(LOY_ALREADY_RESOLVED,
           loy_member_block(ledger, "block-2", number, "TN-07", "lost_card", &error));
    OK(loy_member_scan(ledger, number, TODAY, &member, &error));
    CHECK(strcmp(loy_member_status(member), "blocked") == 0);
    OK(loy_member_spendable(member, "points", &points, &error));
    CHECK(points == 0);
    OK(loy_member_balance(member, "points", &points, &error));
    CHECK(points == 6);
    loy_member_free(member);
    OK(loy_quote_evaluate(ledger, cart, &quote, &error));
    OK(loy_quote_points_awarded(quote, "points", &points, &error));
    CHECK(points == 0);
    loy_quote_free(quote);
    OK(loy_member_unblock(ledger, "unblock-1", number, "TN-07", "found", &error));
    OK(loy_member_scan(ledger, number, TODAY, &member, &error));
    CHECK(strcmp(loy_member_status(member), "active") == 0);
    loy_member_free(member);
    EXPECT(LOY_E_ARGUMENT, loy_member_close(ledger, "close-1", number, "TN-07", "", &error));
    OK(loy_member_close(ledger, "close-1", number, "TN-07", "left", &error));
    EXPECT(LOY_REFUSED, loy_member_unblock(ledger, "unblock-2", number, "TN-07", "x", &error));
    loy_cart_free(cart);
}

/* Two who are one: the points of both, and both numbers lead to the one that is left. */
static void merge_two(loy_ledger *ledger)
{
    loy_member *one = enrol(ledger, "merge-1", "0911 111 111");
    loy_member *other = enrol(ledger, "merge-2", "0922 222 222");
    const char *into = loy_member_number(one), *from = loy_member_number(other);
    loy_member *found = NULL;
    loy_rows *rows = NULL;
    loy_adjustment *form = NULL;
    int64_t points = -1;
    OK(loy_adjustment_new(into, "points", 100, "TN-07", "test", &form, &error));
    OK(loy_adjustment_commit(ledger, "give-1", form, &rows, &error));
    loy_rows_free(rows);
    loy_adjustment_free(form);
    OK(loy_adjustment_new(from, "points", 200, "TN-07", "test", &form, &error));
    OK(loy_adjustment_commit(ledger, "give-2", form, &rows, &error));
    loy_rows_free(rows);
    loy_adjustment_free(form);

    OK(loy_member_merge_evaluate(ledger, from, into, TODAY, &rows, &error));
    CHECK(row_count(rows) == 3);
    CHECK(strcmp(loy_rows_text(rows, 0, "who"), "from") == 0);
    CHECK(row_int(rows, 0, "balance") == 200 && row_int(rows, 1, "balance") == 100);
    CHECK(strcmp(loy_rows_text(rows, 2, "member_number"), into) == 0);
    CHECK(row_int(rows, 2, "balance") == 300 && row_int(rows, 2, "lots") == 2);
    loy_rows_free(rows);
    EXPECT(LOY_REFUSED, loy_member_merge_evaluate(ledger, into, into, TODAY, &rows, &error));
    EXPECT(LOY_E_ARGUMENT, loy_member_merge(ledger, "m", "1", into, "TN-07", "twice", &error));

    OK(loy_member_merge(ledger, "m", from, into, "TN-07", "enrolled_twice", &error));
    OK(loy_member_merge(ledger, "m", from, into, "TN-07", "enrolled_twice", &error));
    EXPECT(LOY_ALREADY_RESOLVED,
           loy_member_merge(ledger, "m-2", from, into, "TN-07", "enrolled_twice", &error));
    OK(loy_member_scan(ledger, "0922222222", TODAY, &found, &error));
    CHECK(strcmp(loy_member_number(found), into) == 0);
    CHECK(strcmp(loy_member_merged_from(found), from) == 0);
    OK(loy_member_balance(found, "points", &points, &error));
    CHECK(points == 300);
    loy_member_free(found);
    OK(loy_member_scan(ledger, into, TODAY, &found, &error));
    CHECK(*loy_member_merged_from(found) == 0);
    loy_member_free(found);
    OK(loy_member_history(ledger, into, 0, 10, &rows, &error));
    CHECK(row_count(rows) == 5);
    CHECK(strcmp(loy_rows_text(rows, 4, "kind"), "member_merged") == 0);
    CHECK(strcmp(loy_rows_text(rows, 4, "member_number"), from) == 0);
    loy_rows_free(rows);
    loy_member_free(one);
    loy_member_free(other);
}

static void give(loy_ledger *ledger, const char *id, const char *number, int64_t points)
{
    loy_adjustment *form = NULL;
    loy_rows *rows = NULL;
    OK(loy_adjustment_new(number, "points", points, "TN-07", "test", &form, &error));
    OK(loy_adjustment_commit(ledger, id, form, &rows, &error));
    loy_rows_free(rows);
    loy_adjustment_free(form);
}

/* Two who share an account: one balance, two cards, and who leaves takes along what is said. */
static void share_an_account(loy_ledger *ledger)
{
    loy_member *one = enrol(ledger, "house-1", "0933 111 111");
    loy_member *other = enrol(ledger, "house-2", "0933 222 222");
    const char *holder = loy_member_number(one), *member = loy_member_number(other);
    loy_member *found = NULL;
    loy_rows *rows = NULL;
    int64_t points = -1;
    give(ledger, "house-give-1", holder, 100);
    give(ledger, "house-give-2", member, 20);
    OK(loy_household_members(ledger, member, &rows, &error));
    CHECK(row_count(rows) == 0);
    loy_rows_free(rows);

    OK(loy_household_join_evaluate(ledger, member, holder, TODAY, &rows, &error));
    CHECK(row_count(rows) == 3);
    CHECK(row_int(rows, 0, "balance") == 20 && row_int(rows, 1, "balance") == 100);
    CHECK(strcmp(loy_rows_text(rows, 2, "member_number"), holder) == 0);
    CHECK(row_int(rows, 2, "balance") == 120 && row_int(rows, 2, "lots") == 2);
    loy_rows_free(rows);
    EXPECT(LOY_REFUSED, loy_household_join_evaluate(ledger, holder, holder, TODAY, &rows, &error));
    CHECK(rows == NULL);
    EXPECT(LOY_E_ARGUMENT, loy_household_join(ledger, "h", member, "1", "TN-07", "family", &error));
    OK(loy_household_join(ledger, "h", member, holder, "TN-07", "family", &error));
    OK(loy_household_join(ledger, "h", member, holder, "TN-07", "family", &error));
    EXPECT(LOY_ALREADY_RESOLVED,
           loy_household_join(ledger, "h-2", member, holder, "TN-07", "family", &error));

    OK(loy_member_scan(ledger, "0933222222", TODAY, &found, &error));
    CHECK(strcmp(loy_member_number(found), member) == 0);
    CHECK(strcmp(loy_member_household(found), holder) == 0);
    OK(loy_member_balance(found, "points", &points, &error));
    CHECK(points == 120);
    loy_member_free(found);
    OK(loy_household_members(ledger, holder, &rows, &error));
    CHECK(row_count(rows) == 2);
    CHECK(row_int(rows, 0, "is_holder") == 1 && row_int(rows, 1, "is_holder") == 0);
    CHECK(strcmp(loy_rows_text(rows, 1, "member_number"), member) == 0);
    CHECK(strcmp(loy_rows_text(rows, 1, "status"), "active") == 0);
    EXPECT(LOY_NOT_FOUND, loy_rows_int(rows, 0, "joined_on", &points, &error));
    CHECK(row_int(rows, 1, "joined_on") > 0);
    loy_rows_free(rows);

    EXPECT(LOY_E_ARGUMENT, loy_household_leave(ledger, "h-3", member, 3, NULL, 0, "TN-07", "moved",
                                               &rows, &error));
    EXPECT(LOY_E_ARGUMENT, loy_household_leave(ledger, "h-3", member, LOY_SPLIT_OWN, "points", 0,
                                               "TN-07", "moved", &rows, &error));
    EXPECT(LOY_E_ARGUMENT, loy_household_leave(ledger, "h-3", member, LOY_SPLIT_POINTS, "points", 0,
                                               "TN-07", "moved", &rows, &error));
    EXPECT(LOY_REFUSED, loy_household_leave(ledger, "h-3", member, LOY_SPLIT_POINTS, "points", 121,
                                            "TN-07", "moved", &rows, &error));
    CHECK(rows == NULL);
    for (int again = 0; again < 2; again++) {
        OK(loy_household_leave(ledger, "h-4", member, LOY_SPLIT_OWN, NULL, 0, "TN-07", "moved",
                               &rows, &error));
        CHECK(row_count(rows) == 1 && row_int(rows, 0, "points") == 20);
        CHECK(strcmp(loy_rows_text(rows, 0, "wallet"), "points") == 0);
        loy_rows_free(rows);
    }
    EXPECT(LOY_REFUSED, loy_household_leave(ledger, "h-5", member, LOY_SPLIT_NOTHING, NULL, 0,
                                            "TN-07", "moved", &rows, &error));
    OK(loy_member_scan(ledger, member, TODAY, &found, &error));
    CHECK(*loy_member_household(found) == 0);
    OK(loy_member_balance(found, "points", &points, &error));
    CHECK(points == 20);
    loy_member_free(found);
    OK(loy_member_history(ledger, member, 0, 10, &rows, &error));
    CHECK(strcmp(loy_rows_text(rows, 2, "kind"), "household_joined") == 0);
    CHECK(strcmp(loy_rows_text(rows, 3, "kind"), "household_left") == 0);
    loy_rows_free(rows);
    loy_member_free(one);
    loy_member_free(other);
}

int main(int count, char **arguments)
{
    loy_ledger *ledger;
    loy_member *member, *again, *found = NULL;
    loy_rows *rows = NULL;
    loy_enrolment *form = NULL;
    loy_buffer *json = NULL;
    int64_t points = -1;
    CHECK(count == 2);
    ledger = create_till(arguments[1]);

    member = enrol(ledger, "enrol-1", "0912 345 678");
    CHECK(strlen(loy_member_number(member)) == 12);
    CHECK(*loy_member_cashier_text(member) != 0);
    /* Asked twice, the member has one number. */
    again = enrol(ledger, "enrol-1", "0912 345 678");
    CHECK(strcmp(loy_member_number(member), loy_member_number(again)) == 0);
    loy_member_free(again);
    /* The same id for someone else is a conflict; the same phone for someone else is refused. */
    OK(loy_enrolment_new(&form, &error));
    OK(loy_enrolment_add_identifier(form, "phone", "0987654321", &error));
    EXPECT(LOY_E_OPERATION_CONFLICT, loy_member_enrol(ledger, "enrol-1", form, &again, &error));
    CHECK(again == NULL);
    EXPECT(LOY_E_ARGUMENT, loy_enrolment_add_identifier(form, "pigeon", "1", &error));
    EXPECT(LOY_E_ARGUMENT, loy_enrolment_add_identifier(form, "phone", " ", &error));
    EXPECT(LOY_E_ARGUMENT, loy_enrolment_set_time(form, NOON_MS, HANOI, 20261341, &error));
    loy_enrolment_free(form);
    OK(loy_enrolment_new(&form, &error));
    OK(loy_enrolment_add_identifier(form, "phone", "+84 912 345 678", &error));
    /* Who has the phone comes with the refusal; a wife with her husband's phone has a card of her own. */
    CHECK(loy_member_enrol(ledger, "enrol-2", form, &again, &error) == LOY_ALREADY_RESOLVED);
    CHECK(strcmp(loy_error_reason(error), "identifier.known") == 0);
    CHECK(strstr(loy_error_cashier_text(error), loy_member_number(member)) != NULL);
    CHECK(strcmp(loy_member_number(again), loy_member_number(member)) == 0);
    loy_error_free(error);
    loy_member_free(again);
    EXPECT(LOY_ALREADY_RESOLVED, loy_member_enrol(ledger, "enrol-2", form, &again, &error));
    loy_member_free(again);
    OK(loy_enrolment_set_somebody_else(form, &error));
    OK(loy_member_enrol(ledger, "enrol-3", form, &again, &error));
    CHECK(strcmp(loy_member_number(again), loy_member_number(member)) != 0);
    loy_member_free(again);
    loy_enrolment_free(form);

    /* By phone in another spelling, and by number. */
    OK(loy_member_scan(ledger, "+84912345678", TODAY, &found, &error));
    CHECK(strcmp(loy_member_number(found), loy_member_number(member)) == 0);
    loy_member_free(found);
    OK(loy_member_scan(ledger, loy_member_number(member), TODAY, &found, &error));
    OK(loy_member_balance(found, "points", &points, &error));
    CHECK(points == 0);
    OK(loy_member_spendable(found, "points", &points, &error));
    OK(loy_member_held(found, "points", &points, &error));
    OK(loy_member_pending(found, "points", &points, &error));
    OK(loy_member_debt(found, "points", &points, &error));
    CHECK(points == 0);
    EXPECT(LOY_E_ARGUMENT, loy_member_balance(found, "stamps", &points, &error));
    /* The programme of these tests has neither tiers nor rewards. */
    CHECK(*loy_member_tier(found) == 0);
    OK(loy_member_rewards(found, &rows, &error));
    CHECK(row_count(rows) == 0);
    loy_rows_free(rows);
    OK(loy_member_to_json(found, &json, &error));
    CHECK(strstr((const char *)loy_buffer_data(json), loy_member_number(found)) != NULL);
    loy_buffer_free(json);
    loy_member_free(found);
    EXPECT(LOY_NOT_FOUND, loy_member_scan(ledger, "0987654321", TODAY, &found, &error));
    /* A payment card is nobody's member card (a test number of the card schemes). */
    EXPECT(LOY_REFUSED, loy_member_scan(ledger, "4111111111111111", TODAY, &found, &error));

    /* What the member is told, in words and as JSON, with the number and no phone. */
    const char *number = loy_member_number(member);
    for (int32_t format = LOY_STATEMENT_TEXT; format <= LOY_STATEMENT_JSON; format++) {
        OK(loy_ledger_statement(ledger, "0912345678", TODAY, 0, 0, format, &json, &error));
        const char *told = (const char *)loy_buffer_data(json);
        CHECK(strstr(told, number) != NULL && strstr(told, "912345678") == NULL);
        loy_buffer_free(json);
    }
    OK(loy_ledger_statement(ledger, number, TODAY, TODAY, TODAY, 0, &json, &error));
    loy_buffer_free(json);
    EXPECT(LOY_E_ARGUMENT, loy_ledger_statement(ledger, number, TODAY, 0, 0, 2, &json, &error));
    CHECK(json == NULL);
    EXPECT(LOY_E_ARGUMENT, loy_ledger_statement(ledger, number, TODAY, 1, 0, 0, &json, &error));
    EXPECT(LOY_NOT_FOUND, loy_ledger_statement(ledger, "0987654321", TODAY, 0, 0, 0, &json, &error));

    OK(loy_member_history(ledger, loy_member_number(member), 0, 10, &rows, &error));
    CHECK(row_count(rows) == 1);
    CHECK(strcmp(loy_rows_text(rows, 0, "kind"), "enrol") == 0);
    CHECK(row_int(rows, 0, "business_date") == TODAY);
    EXPECT(LOY_NOT_FOUND, loy_rows_int(rows, 0, "expires_on", &points, &error));
    loy_rows_free(rows);
    EXPECT(LOY_E_ARGUMENT, loy_member_history(ledger, "123456789012", 0, 10, &rows, &error));
    EXPECT(LOY_E_ARGUMENT,
           loy_member_history(ledger, loy_member_number(member), 0, 1001, &rows, &error));
    lots_and_past(ledger, loy_member_number(member));
    merge_two(ledger);
    share_an_account(ledger);
    block_and_close(ledger, loy_member_number(member));
    loy_member_free(member);
    return finish(ledger);
}
