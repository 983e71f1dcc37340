/* What a till does with whatever was scanned, swiped, tapped or typed:
 *     scan LEDGER PROVISIONING CODE
 * makes a ledger with one member and says what each of some codes is. */
#include "loy.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static loy_error *error;
#define MUST(call) if ((call) != LOY_OK) { fprintf(stderr, "%s\n", loy_error_message(error)); exit(1); }

static void tell(const loy_ledger *ledger, const char *entry_mode, int32_t scan_data_type, const char *text) {
    loy_rows *readings; int64_t count = 0;
    loy_status status = loy_scan_identify(ledger, (const uint8_t *)text, (int64_t)strlen(text), entry_mode,
                                          NULL, scan_data_type, &readings, &error);
    if (status >= LOY_E_ARGUMENT) { fprintf(stderr, "%s\n", loy_error_message(error)); exit(1); }
    if (status != LOY_OK) {                                  /* refused by name; wipe the text now */
        printf("%s: %s\n", loy_error_reason(error), loy_error_cashier_text(error));
        loy_error_free(error);
    }
    MUST(loy_rows_count(readings, &count, &error));
    for (int32_t row = 0; row < count; row++) {              /* "near" and "candidate": ask, never choose */
        const char *member = loy_rows_text(readings, row, "member_number");
        printf("%s %s %s%s%s", loy_rows_text(readings, row, "role"), loy_rows_text(readings, row, "kind"),
               loy_rows_text(readings, row, "value"), *member ? " -> " : "", member);
        if (*loy_rows_text(readings, row, "cashier_text")) printf(": %s", loy_rows_text(readings, row, "cashier_text"));
        printf("\n");
    }
    loy_rows_free(readings);
}

int main(int argc, char **argv) {
    static uint8_t provisioning[1 << 16];
    loy_config *config; loy_ledger *ledger; loy_enrolment *form; loy_member *member; int64_t size;
    FILE *file = argc == 4 ? fopen(argv[2], "rb") : NULL;
    if (!file) return fprintf(stderr, "usage: scan LEDGER PROVISIONING CODE\n"), 2;
    size = (int64_t)fread(provisioning, 1, sizeof provisioning, file);
    fclose(file);
    MUST(loy_config_new(LOY_VERSION_NUMBER, &config, &error));
    MUST(loy_config_set_path(config, argv[1], &error));
    MUST(loy_ledger_create(config, provisioning, size, argv[3], &ledger, &error));
    MUST(loy_enrolment_new(&form, &error));
    MUST(loy_enrolment_add_identifier(form, "phone", "090 123 4567", &error));
    MUST(loy_member_enrol(ledger, "enrol-1", form, &member, &error));

    tell(ledger, "scanned", 204, "tel:+84901234567\r\n");                     /* a QR code: 204 of UnifiedPOS */
    tell(ledger, "keyed", 0, "0901234568");                                   /* one digit wrong */
    tell(ledger, "scanned", 0, "]C18018893456780000000011\x1d" "80192");      /* GS1: the second card of somebody */
    tell(ledger, "mag_stripe", 0, ";4111111111111111=30121010000000000000?");
    tell(ledger, "scanned", 104, "8934563138165");                            /* EAN-13 */

    loy_member_free(member); loy_enrolment_free(form); loy_ledger_close(ledger); loy_config_free(config);
    return 0;
}
