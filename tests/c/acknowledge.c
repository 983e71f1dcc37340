/* Exchange, second half: head office has answered. */
#include "till.h"

int main(int count, char **arguments)
{
    static char acknowledgement[65536];
    loy_ledger *ledger;
    loy_rows *rows = NULL;
    loy_buffer *batch = NULL;
    int64_t entries = -1, size;
    int i;
    CHECK(count == 2);
    ledger = open_till(arguments[1]);
    size = read_file(arguments[1], "acknowledgement", acknowledgement, sizeof acknowledgement);
    /* Twice is once. */
    for (i = 0; i < 2; i++) {
        OK(loy_export_acknowledge(ledger, (const uint8_t *)acknowledgement, size, &error));
    }
    OK(loy_ledger_info(ledger, &rows, &error));
    /* Only that it was acknowledged is new to head office. */
    CHECK(row_int(rows, 0, "unsent_entries") <= 1);
    loy_rows_free(rows);
    OK(loy_export_next(ledger, 65536, &batch, &entries, &error));
    CHECK(entries <= 1 && (entries == 0) == (batch == NULL));
    loy_buffer_free(batch);
    acknowledgement[size / 2] = (char)(acknowledgement[size / 2] ^ 1);
    EXPECT(LOY_E_DOCUMENT,
           loy_export_acknowledge(ledger, (const uint8_t *)acknowledgement, size, &error));
    return finish(ledger);
}
