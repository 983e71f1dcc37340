/* Operator: people come and go while the till is open. */
#include "till.h"

static char list[65536];

static loy_status install(loy_ledger *ledger, const char *folder, const char *name)
{
    int64_t size = read_file(folder, name, list, sizeof list);
    return loy_operator_install(ledger, (const uint8_t *)list, size, &error);
}

/* Refused with this reason; no text of ours repeats anything of the list. */
static void refused(loy_status status, const char *reason)
{
    CHECK(status == LOY_E_DOCUMENT);
    CHECK(strcmp(loy_error_reason(error), reason) == 0);
    CHECK(strstr(loy_error_message(error), "list of operators") != NULL);
    CHECK(strlen(loy_error_cashier_text(error)) > 0);
    loy_error_free(error);
    error = NULL;
}

int main(int count, char **arguments)
{
    loy_ledger *ledger;
    loy_rows *rows = NULL;
    int64_t size;
    CHECK(count == 2);
    ledger = create_till(arguments[1]);
    OK(loy_approval_give(ledger, "refund-1", "refund", "GS-01", "4711", &error));
    refused(install(ledger, arguments[1], "old"), "operators.older");
    refused(install(ledger, arguments[1], "elsewhere"), "operators.other_store");
    refused(install(ledger, arguments[1], "provisioning"), "operators.unreadable");
    size = read_file(arguments[1], "new", list, sizeof list);
    list[size / 2] ^= 1;
    refused(loy_operator_install(ledger, (const uint8_t *)list, size, &error), "operators.damaged");
    CHECK(install(ledger, arguments[1], "new") == LOY_OK);
    CHECK(install(ledger, arguments[1], "new") == LOY_OK);
    EXPECT(LOY_NOT_FOUND,
           loy_approval_give(ledger, "refund-1", "refund", "GS-01", "4711", &error));
    OK(loy_approval_give(ledger, "refund-1", "refund", "GS-02", "4712", &error));
    loy_ledger_close(ledger);
    ledger = open_till(arguments[1]);
    OK(loy_operator_list(ledger, &rows, &error));
    CHECK(row_count(rows) == 2);
    CHECK(strcmp(loy_rows_text(rows, 0, "operator"), "GS-02") == 0);
    loy_rows_free(rows);
    OK(loy_ledger_verify(ledger, LOY_VERIFY_FULL, &rows, &error));
    CHECK(row_count(rows) == 0);
    loy_rows_free(rows);
    return finish(ledger);
}
