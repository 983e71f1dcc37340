/* A member, a bill, a second bill paid with points. `make hello` builds it and runs it:
 *     hello LEDGER PROVISIONING CODE */
#include "loy.h"
#include <stdio.h>
#include <stdlib.h>

#define NOON_MS 1767243600000   /* in Vietnam, on 1 January 2026 */
static loy_error *error;
#define MUST(call) if ((call) != LOY_OK) { fprintf(stderr, "%s\n", loy_error_message(error)); exit(1); }

static loy_cart *bill(const char *receipt_number, const char *member, const char *sku, int64_t total) {
    loy_cart *cart;
    MUST(loy_cart_new("VND", NOON_MS, 420, 20260101, &cart, &error));
    MUST(loy_cart_set_text(cart, "receipt_number", receipt_number, &error));
    MUST(loy_cart_set_member(cart, member, &error));
    MUST(loy_cart_add_line(cart, sku, 1000, total, NULL, &error));            /* one of it */
    return cart;
}

int main(int argc, char **argv) {
    static uint8_t provisioning[1 << 16];
    loy_config *config; loy_ledger *ledger; loy_enrolment *form; loy_member *member; loy_cart *cart;
    loy_quote *quote; loy_rows *reasons; loy_sale *held, *sale; loy_buffer *receipt; int64_t size, count;
    FILE *file = argc == 4 ? fopen(argv[2], "rb") : NULL;
    if (!file) return fprintf(stderr, "usage: hello LEDGER PROVISIONING CODE\n"), 2;
    size = (int64_t)fread(provisioning, 1, sizeof provisioning, file);
    fclose(file);

    MUST(loy_config_new(LOY_VERSION_NUMBER, &config, &error));
    MUST(loy_config_set_path(config, argv[1], &error));
    MUST(loy_ledger_create(config, provisioning, size, argv[3], &ledger, &error));

    MUST(loy_enrolment_new(&form, &error));
    MUST(loy_enrolment_add_identifier(form, "phone", "090 123 4567", &error));
    MUST(loy_enrolment_set_time(form, NOON_MS, 420, 20260101, &error));
    MUST(loy_member_enrol(ledger, "enrol-1", form, &member, &error));

    cart = bill("000001", loy_member_number(member), "ao-thun", 55000);
    MUST(loy_sale_record(ledger, "sale-1", cart, &sale, &error));
    MUST(loy_sale_quote(sale, &quote, &error));
    printf("55.000 đ: %s\n", loy_quote_cashier_text(quote));
    MUST(loy_quote_reasons(quote, &reasons, &error));
    MUST(loy_rows_count(reasons, &count, &error));
    for (int32_t row = 0; row < count; row++) printf("  - %s\n", loy_rows_text(reasons, row, "text"));
    loy_rows_free(reasons); loy_quote_free(quote); loy_sale_free(sale); loy_cart_free(cart);

    cart = bill("000002", loy_member_number(member), "non", 30000);
    MUST(loy_cart_want_points(cart, "points", 6, &error));
    MUST(loy_sale_authorise(ledger, "sale-2", cart, 900, &held, &error));     /* now the customer pays */
    MUST(loy_sale_commit(ledger, "paid-2", loy_sale_id(held), NULL, &sale, &error));
    MUST(loy_sale_quote(sale, &quote, &error));
    MUST(loy_quote_receipt(quote, 40, LOY_DIACRITICS_KEPT, &receipt, &error));
    printf("\n%.*s", (int)loy_buffer_size(receipt), (const char *)loy_buffer_data(receipt));

    loy_buffer_free(receipt); loy_quote_free(quote); loy_sale_free(sale); loy_sale_free(held); loy_cart_free(cart);
    loy_member_free(member); loy_enrolment_free(form); loy_ledger_close(ledger); loy_config_free(config);
    return 0;
}
