/* Scan: members by every carrier, questions instead of guesses, refusals by name. */
#include "till.h"

/* What came, whole; a text with a NUL or GS inside is given with its size. */
static loy_status identify(const loy_ledger *ledger, const char *text, size_t size, const char *mode,
                           const char *aim, int32_t driver, loy_rows **rows)
{
    return loy_scan_identify(ledger, (const uint8_t *)text, (int64_t)size, mode, aim, driver, rows,
                             &error);
}

static int is(const loy_rows *rows, int32_t row, const char *field, const char *wanted)
{
    const char *got = loy_rows_text(rows, row, field);
    if (strcmp(got, wanted) != 0) fprintf(stderr, "%s: \"%s\"\n", field, got);
    return strcmp(got, wanted) == 0;
}

/* One answer: its kind and value; the caller frees the rows. */
static loy_rows *answer(loy_ledger *ledger, const char *text, const char *mode, const char *aim,
                        int32_t driver, const char *kind, const char *value)
{
    loy_rows *rows = NULL;
    OK(identify(ledger, text, strlen(text), mode, aim, driver, &rows));
    CHECK(is(rows, 0, "role", "answer") && is(rows, 0, "kind", kind));
    CHECK(is(rows, 0, "value", value) && is(rows, 0, "entry_mode", mode));
    return rows;
}

/* Refused by this name, in words for the cashier, and nothing of the text is said again. */
static void refused(loy_ledger *ledger, const char *text, size_t size, const char *reason)
{
    loy_rows *rows = NULL;
    loy_buffer *json = NULL;
    if (identify(ledger, text, size, "scanned", NULL, 0, &rows) != LOY_REFUSED) {
        fprintf(stderr, "taken: %s\n", reason);
        exit(1);
    }
    if (strcmp(loy_error_reason(error), reason) != 0) {
        fprintf(stderr, "%s instead of %s\n", loy_error_reason(error), reason);
        exit(1);
    }
    CHECK(*loy_error_cashier_text(error) != 0);
    CHECK(size < 12 || strstr(loy_error_message(error), text) == NULL);
    loy_error_free(error);
    CHECK(row_count(rows) == 0);
    OK(loy_rows_to_json(rows, &json, &error));
    CHECK(loy_buffer_size(json) == 2);
    loy_buffer_free(json);
    loy_rows_free(rows);
}

static void without_a_ledger(void)
{
    static const char gsrn[] = "]C18018893456780000000011\x1d" "80191";
    loy_rows *rows = answer(NULL, "0901234567", "keyed", NULL, 0, "phone", "+84901234567");
    CHECK(row_count(rows) == 1 && row_int(rows, 0, "repaired") == 0);
    CHECK(is(rows, 0, "member_number", "") && is(rows, 0, "cashier_text", ""));
    loy_rows_free(rows);
    rows = answer(NULL, "01621234567", "contactless", NULL, 0, "phone", "+84321234567");
    CHECK(row_int(rows, 0, "repaired") == 1);
    loy_rows_free(rows);
    rows = answer(NULL, gsrn, "scanned", NULL, 0, "gsrn", "893456780000000011");
    CHECK(is(rows, 0, "card", "1"));
    loy_rows_free(rows);
    /* What the driver says of the symbol: EAN128 is 120, and so is ]C1; UPC-A is 101. */
    loy_rows_free(answer(NULL, "8018893456780000000011", "scanned", NULL, 120, "gsrn",
                         "893456780000000011"));
    loy_rows_free(answer(NULL, "8018893456780000000011", "scanned", "]C1", 110, "gsrn",
                         "893456780000000011"));
    loy_rows_free(answer(NULL, "416000336108", "scanned", NULL, 101, "ean_card", "0416000336108"));
    loy_rows_free(answer(NULL, "9810123456780", "scanned", NULL, 0, "coupon", "9810123456780"));
    EXPECT(LOY_E_ARGUMENT, identify(NULL, "1", 1, "shouted", NULL, 0, &rows));
    CHECK(rows == NULL);
}

/* GCN, amount of 12.50, last day of February 2028: 255, 3902, 17 of GS1. */
static void a_coupon_says_what_it_gives(void)
{
    static const char whole[] = "]Q3" "255893456780001342\x1d" "39021250\x1d" "17280200";
    loy_rows *rows = answer(NULL, whole, "scanned", NULL, 0, "coupon", "893456780001342");
    CHECK(is(rows, 0, "coupon_kind", "8934567800013") && is(rows, 0, "coupon_serial", "42"));
    CHECK(is(rows, 0, "coupon_amount", "12.50") && is(rows, 0, "coupon_percent", ""));
    CHECK(row_int(rows, 0, "coupon_expires_on") == 20280229);
    loy_rows_free(rows);
    rows = answer(NULL, "]Q32558934567800013\x1d" "39410005", "scanned", NULL, 0, "coupon",
                  "8934567800013");
    CHECK(is(rows, 0, "coupon_percent", "0.5") && is(rows, 0, "coupon_serial", ""));
    loy_rows_free(rows);
    rows = answer(NULL, "]Q32558934567800013\x1d" "81110150\x1d" "17271231", "scanned", NULL, 0,
                  "coupon", "8934567800013");
    CHECK(row_int(rows, 0, "coupon_points") == 150 && is(rows, 0, "coupon_amount", ""));
    CHECK(row_int(rows, 0, "coupon_expires_on") == 20271231);
    loy_rows_free(rows);
    rows = answer(NULL, "]Q32558934567800013\x1d" "390050000", "scanned", NULL, 0, "coupon",
                  "8934567800013");
    CHECK(is(rows, 0, "coupon_amount", "50000"));
    loy_rows_free(rows);
    /* An EAN number that is a coupon says nothing of what it gives. */
    rows = answer(NULL, "9810123456780", "scanned", NULL, 0, "coupon", "9810123456780");
    CHECK(is(rows, 0, "coupon_kind", ""));
    loy_rows_free(rows);
}

static void what_is_no_members(loy_ledger *ledger)
{
    static const char citizen[] = "001203001234||Nguy\xean V\xe3n A|01012003|Nam|Ha Noi|01012022";
    static const char latin[] = "KH\xe9" "001";
    static char huge[9000];
#define REFUSED(text, reason) refused(ledger, text, strlen(text), reason)
    REFUSED("4111 1111 1111 1111", "scan.payment_card");
    REFUSED("%B6011898748579348^DOE/ JOHN ^37829821000123456789?", "scan.payment_card");
    REFUSED("000201010211530370458026304", "scan.payment_qr");
    REFUSED("134512345678901234", "scan.wechat_pay");
    REFUSED("301234567890123456", "scan.alipay");
    REFUSED("6212345678901234567", "scan.unionpay_qr");
    /* In the code page of an old scanner, which is no UTF-8. */
    REFUSED(citizen, "scan.citizen_card");
    REFUSED(latin, "scan.not_printable");
    refused(ledger, "KH\0" "001", 6, "scan.not_printable");
    refused(ledger, "", 0, "scan.empty");
    memset(huge, '9', sizeof huge);
    refused(ledger, huge, sizeof huge - 1, "scan.too_long");
#undef REFUSED
}

/* A card that was enrolled with a product's number is asked about, and found by the older call. */
static void a_product_or_a_card(loy_ledger *ledger)
{
    loy_enrolment *form = NULL;
    loy_member *member = NULL, *found = NULL;
    loy_rows *rows = NULL;
    OK(loy_enrolment_new(&form, &error));
    OK(loy_enrolment_add_identifier(form, "card", "8934563138165", &error));
    OK(loy_member_enrol(ledger, "enrol-card", form, &member, &error));
    EXPECT(LOY_REFUSED, identify(ledger, "8934563138165", 13, "scanned", NULL, 0, &rows));
    CHECK(row_count(rows) == 1 && is(rows, 0, "role", "candidate") && is(rows, 0, "kind", "card"));
    CHECK(is(rows, 0, "member_number", loy_member_number(member)));
    loy_rows_free(rows);
    OK(loy_member_scan(ledger, "8934563138165", TODAY, &found, &error));
    CHECK(strcmp(loy_member_number(found), loy_member_number(member)) == 0);
    loy_member_free(found);
    EXPECT(LOY_REFUSED, loy_member_scan(ledger, "8934563138172", TODAY, &found, &error));
    loy_member_free(member);
    loy_enrolment_free(form);

    /* So is a link that was enrolled as it is; of what pays no card can be made. */
    OK(loy_enrolment_new(&form, &error));
    OK(loy_enrolment_add_identifier(form, "card", "https://the.example/m?id=7", &error));
    OK(loy_member_enrol(ledger, "enrol-link", form, &member, &error));
    EXPECT(LOY_REFUSED,
           identify(ledger, "https://the.example/m?id=7", 26, "scanned", NULL, 0, &rows));
    CHECK(is(rows, 0, "role", "candidate"));
    CHECK(is(rows, 0, "member_number", loy_member_number(member)));
    loy_rows_free(rows);
    OK(loy_member_scan(ledger, "https://the.example/m?id=7", TODAY, &found, &error));
    loy_member_free(found);
    EXPECT(LOY_REFUSED, loy_member_scan(ledger, "https://the.example/m?id=8", TODAY, &found, &error));
    loy_member_free(member);
    loy_enrolment_free(form);
    OK(loy_enrolment_new(&form, &error));
    OK(loy_enrolment_add_identifier(form, "card", "134512345678901234", &error));
    EXPECT(LOY_REFUSED, loy_member_enrol(ledger, "enrol-wallet", form, &member, &error));
    loy_enrolment_free(form);
}

/* Twelve digits with two right check digits: a member of another store, or a card of UPC-A. */
static void two_ways_to_read_it(loy_ledger *ledger)
{
    static const char text[] = "416000336191";
    loy_enrolment *form = NULL;
    loy_member *member = NULL, *found = NULL;
    loy_rows *rows = NULL;
    OK(identify(NULL, text, 12, "scanned", NULL, 0, &rows));
    CHECK(row_count(rows) == 2);
    CHECK(is(rows, 0, "role", "candidate") && is(rows, 0, "kind", "member_number"));
    CHECK(is(rows, 1, "role", "candidate") && is(rows, 1, "kind", "ean_card"));
    CHECK(is(rows, 1, "value", "0416000336191") && is(rows, 1, "reason", "member.ambiguous"));
    CHECK(*loy_rows_text(rows, 1, "cashier_text") != 0);
    loy_rows_free(rows);

    /* Once somebody has that card here it is theirs, and the other way stays told. */
    OK(loy_enrolment_new(&form, &error));
    OK(loy_enrolment_add_identifier(form, "card", "0416000336191", &error));
    OK(loy_member_enrol(ledger, "enrol-upc", form, &member, &error));
    OK(identify(ledger, text, 12, "scanned", NULL, 0, &rows));
    CHECK(row_count(rows) == 2);
    CHECK(is(rows, 0, "role", "answer") && is(rows, 0, "kind", "ean_card"));
    CHECK(is(rows, 0, "member_number", loy_member_number(member)) && is(rows, 0, "reason", ""));
    CHECK(is(rows, 1, "role", "candidate") && row_int(rows, 1, "known_here") == 0);
    loy_rows_free(rows);
    OK(loy_member_scan(ledger, text, TODAY, &found, &error));
    CHECK(strcmp(loy_member_number(found), loy_member_number(member)) == 0);
    loy_member_free(found);
    loy_member_free(member);
    loy_enrolment_free(form);
}

static void typed_wrongly(loy_ledger *ledger, const char *number)
{
    loy_rows *rows = NULL;
    char typed[13];
    /* The phone of nobody, one digit beside a member's. */
    OK(identify(ledger, "0912345687", 10, "keyed", NULL, 0, &rows));
    CHECK(row_count(rows) == 2 && is(rows, 0, "role", "answer"));
    CHECK(is(rows, 0, "member_number", "") && is(rows, 0, "reason", "member.unknown"));
    CHECK(is(rows, 1, "role", "near") && is(rows, 1, "value", "+84912345678"));
    CHECK(is(rows, 1, "member_number", number) && is(rows, 1, "reason", "member.near"));
    loy_rows_free(rows);
    /* A scanner does not mistype. */
    OK(identify(ledger, "0912345687", 10, "scanned", NULL, 0, &rows));
    CHECK(row_count(rows) == 1);
    loy_rows_free(rows);
    /* A member number with a wrong digit is refused, and the right one proposed. */
    strcpy(typed, number);
    typed[5] = typed[5] == '9' ? '0' : (char)(typed[5] + 1);
    EXPECT(LOY_REFUSED, identify(ledger, typed, 12, "keyed", NULL, 0, &rows));
    CHECK(row_count(rows) == 1 && is(rows, 0, "role", "near"));
    CHECK(is(rows, 0, "value", number) && row_int(rows, 0, "known_here") == 1);
    loy_rows_free(rows);
}

int main(int count, char **arguments)
{
    loy_ledger *ledger;
    loy_member *member;
    loy_rows *rows;
    const char *number;
    CHECK(count == 2);
    without_a_ledger();
    a_coupon_says_what_it_gives();
    what_is_no_members(NULL);

    ledger = create_till(arguments[1]);
    what_is_no_members(ledger);
    member = enrol(ledger, "enrol-1", "0912 345 678");
    number = loy_member_number(member);
    rows = answer(ledger, "\x02(+84) 912-345-678\r\n", "scanned", NULL, 204, "phone", "+84912345678");
    CHECK(is(rows, 0, "member_number", number) && row_int(rows, 0, "known_here") == 1);
    CHECK(is(rows, 0, "reason", ""));
    loy_rows_free(rows);
    rows = answer(ledger, number, "keyed", NULL, 0, "member_number", number);
    CHECK(row_count(rows) == 1 && row_int(rows, 0, "known_here") == 1);
    loy_rows_free(rows);
    /* A right number of another store. */
    rows = answer(ledger, "202601010016", "scanned", NULL, 0, "member_number", "202601010016");
    CHECK(is(rows, 0, "member_number", "202601010016") && row_int(rows, 0, "known_here") == 0);
    loy_rows_free(rows);
    rows = answer(ledger, "kh000123", "scanned", NULL, 0, "card", "KH000123");
    CHECK(is(rows, 0, "reason", "member.unknown") && *loy_rows_text(rows, 0, "cashier_text") != 0);
    loy_rows_free(rows);
    typed_wrongly(ledger, number);
    two_ways_to_read_it(ledger);
    a_product_or_a_card(ledger);
    loy_member_free(member);
    loy_ledger_close(ledger);
    CHECK(loy_handles_live() == 0);
    return 0;
}
