/* Version, names, errors, buffers, rows, configuration: what needs no ledger. */
#include "till.h"

static void versions(void)
{
    loy_config *config = NULL;
    CHECK(loy_version_number() == LOY_VERSION_NUMBER);
    CHECK(strcmp(loy_version(), "0.1.0") == 0);
    CHECK(strstr(loy_build_info(), "loy 0.1.0 for ") == loy_build_info());
    CHECK(strcmp(loy_status_name(LOY_E_BUSY), "LOY_E_BUSY") == 0);
    CHECK(strcmp(loy_status_name(12345), "") == 0);
    CHECK(loy_status_class(LOY_LIMIT_REACHED) == 1);
    CHECK(loy_status_class(299) == 200);
    /* A program compiled with a later header, or one of another major, is told so. */
    EXPECT(LOY_E_VERSION, loy_config_new(LOY_VERSION_NUMBER + 100, &config, &error));
    EXPECT(LOY_E_VERSION, loy_config_new(LOY_VERSION_NUMBER + 10000, &config, &error));
    EXPECT(LOY_E_VERSION, loy_config_new(0, &config, &error));
    CHECK(config == NULL);
}

static void an_error_tells_what_is_wrong(void)
{
    loy_config *config = NULL;
    OK(loy_config_new(LOY_VERSION_NUMBER, &config, &error));
    CHECK(loy_config_set_language(config, "tlh", &error) == LOY_E_ARGUMENT);
    CHECK(strcmp(loy_error_field(error), "code") == 0);
    CHECK(strstr(loy_error_message(error), "vi, en") != NULL);
    CHECK(*loy_error_cashier_text(error) != 0);
    CHECK(loy_error_is_retryable(error) == 0 && loy_error_store_code(error) == 0);
    loy_error_free(error);
    error = NULL;
    /* A call that succeeds clears what the variable held. */
    error = (loy_error *)config;
    CHECK(loy_config_set_language(config, "vi", &error) == LOY_OK && error == NULL);
    /* Without a place for the error the status says it all. */
    CHECK(loy_config_set_language(config, "tlh", NULL) == LOY_E_ARGUMENT);
    EXPECT(LOY_E_ARGUMENT, loy_config_set_busy_timeout(config, -1, &error));
    EXPECT(LOY_E_ARGUMENT, loy_config_set_path(config, "", &error));
    OK(loy_config_set_busy_timeout(config, 500, &error));
    OK(loy_config_set_language(config, "en", &error));
    loy_config_free(config);
}

static void a_ledger_that_is_not_there_is_not_made(const char *folder)
{
    loy_config *config = configure(folder, "nothing.loy");
    loy_ledger *ledger = NULL;
    EXPECT(LOY_E_STORE_ABSENT, loy_ledger_open(config, &ledger, &error));
    EXPECT(LOY_E_STORE_ABSENT, loy_ledger_open_reader(config, &ledger, &error));
    CHECK(ledger == NULL);
    CHECK(fopen(in_folder(folder, "nothing.loy"), "rb") == NULL);
    loy_config_free(config);
    OK(loy_config_new(LOY_VERSION_NUMBER, &config, &error));
    EXPECT(LOY_E_ARGUMENT, loy_ledger_open(config, &ledger, &error));
    loy_config_free(config);
}

static void rows_and_buffers(void)
{
    const char *json = "{\"schema\": 1, \"colour\": \"red\"}";
    loy_rows *problems = NULL;
    loy_buffer *buffer = NULL;
    int64_t value = 7;
    EXPECT(LOY_E_DOCUMENT, loy_programme_check((const uint8_t *)json, (int64_t)strlen(json),
                                               &problems, &error));
    CHECK(row_count(problems) >= 1);
    CHECK(*loy_rows_text(problems, 0, "path") != 0);
    CHECK(*loy_rows_text(problems, 0, "no such field") == 0);
    CHECK(*loy_rows_text(problems, 100, "path") == 0);
    EXPECT(LOY_E_ARGUMENT, loy_rows_int(problems, 0, "path", &value, &error));
    EXPECT(LOY_E_ARGUMENT, loy_rows_int(problems, -1, "path", &value, &error));
    CHECK(value == 7);
    OK(loy_rows_to_json(problems, &buffer, &error));
    CHECK(loy_buffer_data(buffer)[0] == '[');
    CHECK(loy_buffer_data(buffer)[loy_buffer_size(buffer)] == 0);
    CHECK(strlen((const char *)loy_buffer_data(buffer)) == (size_t)loy_buffer_size(buffer));
    loy_buffer_free(buffer);
    loy_rows_free(problems);
}

static void a_warning_refuses_nothing(void)
{
    /* Nothing names the group: legal, and surely a mistake. */
    const char *json = "{\"schema\": 1, \"id\": \"p\", \"version\": 1, \"name\": {\"en\": \"P\"},"
                       "\"currency\": \"VND\", \"groups\": [{\"id\": \"g\", \"take\": \"best\"}],"
                       "\"wallets\": [{\"id\": \"points\", \"number\": 1, \"name\": {\"en\": \"P\"},"
                       "\"unit\": {\"en\": \"point/points\"}}]}";
    loy_rows *problems = NULL;
    OK(loy_programme_check((const uint8_t *)json, (int64_t)strlen(json), &problems, &error));
    CHECK(row_count(problems) == 1);
    CHECK(strcmp(loy_rows_text(problems, 0, "path"), "groups[0].id") == 0);
    CHECK(strcmp(loy_rows_text(problems, 0, "severity"), "warning") == 0);
    loy_rows_free(problems);
}

static void too_many_handles(void)
{
    static loy_config *all[70000];
    int32_t made = 0, i;
    while (made < 70000 && loy_config_new(LOY_VERSION_NUMBER, &all[made], NULL) == LOY_OK) made++;
    CHECK(made > 10000 && made < 70000);
    /* There is still one to say so. */
    EXPECT(LOY_E_TOO_MANY_HANDLES, loy_config_new(LOY_VERSION_NUMBER, &all[made], &error));
    CHECK(all[made] == NULL && loy_handles_live() == made);
    for (i = 0; i < made; i++) loy_config_free(all[i]);
}

int main(int count, char **arguments)
{
    CHECK(count == 2);
    versions();
    an_error_tells_what_is_wrong();
    a_ledger_that_is_not_there_is_not_made(arguments[1]);
    rows_and_buffers();
    a_warning_refuses_nothing();
    too_many_handles();
    return finish(NULL);
}
