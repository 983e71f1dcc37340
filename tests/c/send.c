/* Exchange, first half: sells, writes the batch, and sees the same batch until it is acknowledged. */
#include "till.h"

int main(int count, char **arguments)
{
    loy_ledger *ledger;
    loy_member *member;
    loy_cart *cart;
    loy_sale *sale = NULL;
    loy_buffer *batch = NULL, *again = NULL;
    int64_t entries = -1;
    FILE *file;
    CHECK(count == 2);
    ledger = create_till(arguments[1]);
    member = enrol(ledger, "enrol-1", "0912345678");
    cart = one_line(loy_member_number(member), "0001", 55000);
    OK(loy_sale_record(ledger, "sale-1", cart, &sale, &error));
    EXPECT(LOY_E_ARGUMENT, loy_export_next(ledger, 65535, &batch, &entries, &error));
    OK(loy_export_next(ledger, 65536, &batch, &entries, &error));
    CHECK(batch != NULL && entries > 2);
    OK(loy_export_next(ledger, 1048576, &again, &entries, &error));
    CHECK(loy_buffer_size(batch) == loy_buffer_size(again));
    CHECK(memcmp(loy_buffer_data(batch), loy_buffer_data(again), (size_t)loy_buffer_size(batch)) == 0);
    EXPECT(LOY_E_DOCUMENT,
           loy_export_acknowledge(ledger, loy_buffer_data(batch), loy_buffer_size(batch), &error));
    file = fopen(in_folder(arguments[1], "batch"), "wb");
    CHECK(file != NULL);
    fwrite(loy_buffer_data(batch), 1, (size_t)loy_buffer_size(batch), file);
    CHECK(fclose(file) == 0);
    loy_buffer_free(batch);
    loy_buffer_free(again);
    loy_sale_free(sale);
    loy_cart_free(cart);
    loy_member_free(member);
    return finish(ledger);
}
