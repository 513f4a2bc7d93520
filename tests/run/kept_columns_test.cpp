// What rows begin with where the input's columns are kept.
#include "run/kept_columns.hpp"

#include "sink/compact_row.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::run {
namespace {

using sink::output_format;
using source::input_format;

source::list_columns csv(std::vector<std::string> names, char delimiter = ',') {
    return {input_format::csv, delimiter, true, std::move(names)};
}
const source::list_columns ndjson{input_format::ndjson, ',', false, {}};

std::string front(const source::list_columns& list, output_format rows, std::string_view record) {
    kept_columns columns(list, rows);
    std::string out;
    columns.append(out, record);
    return out;
}

TEST(kept_columns, of_a_csv_keep_their_values) {
    const auto list = csv({"a", "b", "c"});
    EXPECT_EQ(kept_columns(list, output_format::csv).names(), "a,b,c,");
    EXPECT_EQ(front(list, output_format::csv, "1,two words,é"), "1,two words,é,");
    EXPECT_EQ(front(list, output_format::csv, R"("1,2","say ""x""","")"), R"("1,2","say ""x""",,)");
    EXPECT_EQ(front(list, output_format::csv, "\"a\r\nb\",c\xFF,d\x01"), "\"a\r\nb\",c\uFFFD,d\uFFFD,");
    EXPECT_EQ(front(csv({"a", "b,c"}, ';'), output_format::csv, "1,5;x"), "\"1,5\",x,");
    EXPECT_EQ(kept_columns(csv({"a", "b,c"}, ';'), output_format::csv).names(), "a,\"b,c\",");
    EXPECT_EQ(front(csv({"a", "b"}, '\t'), output_format::csv, " 1 \t"), " 1 ,,");
}

TEST(kept_columns, of_a_ragged_record_are_as_many_as_the_header_has) {
    const auto list = csv({"a", "b", "c"});
    EXPECT_EQ(front(list, output_format::csv, "1"), "1,,,");
    EXPECT_EQ(front(list, output_format::csv, ""), ",,,");
    EXPECT_EQ(front(list, output_format::csv, "1,2,3,4,\"5\n\""), "1,2,3,");
    EXPECT_EQ(front(list, output_format::ndjson, "1,2"), R"("a":"1","b":"2","c":"",)");
    EXPECT_EQ(front(list, output_format::ndjson, "1,2,3,4"), R"("a":"1","b":"2","c":"3",)");
}

TEST(kept_columns, of_a_csv_are_texts_in_ndjson) {
    const auto list = csv({"na\"me", "n"});
    EXPECT_EQ(front(list, output_format::ndjson, "\"a\"\"b\n\",007"), R"("na\"me":"a\"b\n","n":"007",)");
}

TEST(kept_columns, step_aside_where_their_name_is_ours) {
    const auto names = [](std::vector<std::string> header, output_format rows = output_format::csv) {
        return kept_columns(csv(std::move(header)), rows).names();
    };
    EXPECT_EQ(names({"line", "number", "kind", "outcome", "iccid", "msisdn", "imsi", "status", "message"}),
              "input_line,input_number,input_kind,input_outcome,input_iccid,input_msisdn,input_imsi,"
              "input_status,input_message,");
    EXPECT_EQ(names({"Number", "numbers", "input_x"}), "Number,numbers,input_x,");
    EXPECT_EQ(names({"input_number", "number"}), "input_number,input_input_number,");
    EXPECT_EQ(names({"number", "input_number"}), "input_input_number,input_number,");
    EXPECT_EQ(names({"a", "a", "number", "number"}), "a,a,input_number,input_input_number,");
    EXPECT_EQ(names({"a", "a", "a"}, output_format::ndjson), "a,input_a,input_input_a,") << "keys differ";
    kept_columns headless({input_format::csv, ',', false, {"13800138000", "x"}}, output_format::csv);
    EXPECT_EQ(headless.names(), "input_1,input_2,");
}

TEST(kept_columns, are_safe_in_a_spreadsheet_and_stay_so) {
    const auto list = csv({"=name", "b", "c"});
    EXPECT_EQ(kept_columns(list, output_format::spreadsheet_csv).names(), "'=name,b,c,");
    EXPECT_EQ(front(list, output_format::spreadsheet_csv, "=1+1,898602123456789012345,x"),
              "'=1+1,\"=\"\"898602123456789012345\"\"\",x,");
    EXPECT_EQ(front(list, output_format::spreadsheet_csv, R"("=""89860212345678901234""","=""a""",)"),
              R"("=""89860212345678901234""","'=""a""",,)");
    EXPECT_EQ(front(list, output_format::csv, R"("=""89860212345678901234""",,)"),
              R"("=""89860212345678901234""",,,)")
        << "untouched where nobody asked";
}

TEST(kept_columns, of_ndjson_keep_their_values_as_they_are_written) {
    const auto kept = [](std::string_view object) { return front(ndjson, output_format::ndjson, object); };
    EXPECT_EQ(kept(""), "");
    EXPECT_EQ(kept("{}"), "");
    EXPECT_EQ(kept(R"({ "a" : 1.500 , "b":[1, {"x":"\u0041"}],"c":null})"),
              R"("a":1.500,"b":[1, {"x":"\u0041"}],"c":null,)");
    EXPECT_EQ(kept(R"({"number":89860012345678901234,"line":1})"),
              R"("input_number":89860012345678901234,"input_line":1,)");
    EXPECT_EQ(kept(R"({"input_number":1,"number":2})"), R"("input_number":1,"input_input_number":2,)");
    EXPECT_EQ(kept(R"({"n\u0075mber":1,"\u00e9":2,"number\u0000":3})"),
              R"("input_number":1,"\u00e9":2,"number\u0000":3,)");
    EXPECT_EQ(kept("{\"\\n\xFF\":\"\xFE\"}"), "\"\\n\uFFFD\":\"\uFFFD\",");
    EXPECT_EQ(kept_columns(ndjson, output_format::ndjson).names(), "");
}

TEST(kept_columns, of_ndjson_cannot_be_named_by_a_csv) {
    for (const auto rows : {output_format::csv, output_format::spreadsheet_csv}) {
        try {
            kept_columns columns(ndjson, rows);
            ADD_FAILURE();
        } catch (const source::input_error& error) {
            EXPECT_EQ(error.kind, source::input_error::error_kind::mismatch);
            EXPECT_NE(std::string(error.what()).find("--output-format ndjson"), std::string::npos);
        }
    }
}

TEST(kept_columns, of_a_plain_list_are_none) {
    for (const auto rows : {output_format::csv, output_format::ndjson}) {
        EXPECT_EQ(kept_columns({}, rows).names(), "");
        EXPECT_EQ(front({}, rows, "13800138000"), "");
    }
}

TEST(kept_columns, in_a_database_have_names_of_their_own_whatever_their_capitals) {
    const auto list = csv({"a", "A", "", "ICCID", "run_id", "line", "input_line", "n\xFF"});
    EXPECT_EQ(kept_columns(list, output_format::database).column_names(),
              (std::vector<std::string>{"a", "input_A", "input_3", "input_ICCID", "input_run_id",
                                        "input_line", "input_input_line", "n\uFFFD"}));
    const source::list_columns headless{input_format::csv, ',', false, {"1", "2"}};
    EXPECT_EQ(kept_columns(headless, output_format::database).column_names(),
              (std::vector<std::string>{"input_1", "input_2"}));
    EXPECT_THROW(kept_columns(ndjson, output_format::database), source::input_error);
}

TEST(kept_columns, have_no_name_of_a_system_column_in_a_database) {
    const auto list = csv({"xmin", "xmax", "cmin", "cmax", "ctid", "tableoid", "XMIN", "oid"});
    EXPECT_EQ(kept_columns(list, output_format::database).column_names(),
              (std::vector<std::string>{"input_xmin", "input_xmax", "input_cmin", "input_cmax", "input_ctid",
                                        "input_tableoid", "XMIN", "oid"}));
    EXPECT_EQ(kept_columns(list, output_format::csv).names(), "xmin,xmax,cmin,cmax,ctid,tableoid,XMIN,oid,");
}

TEST(kept_columns, go_to_a_database_with_their_lengths) {
    std::string bytes;
    sink::append_header(bytes, output_format::database,
                        front(csv({"a", "b", "c"}), output_format::database, "1,\"\"\"2\""));
    std::string_view rest = bytes;
    sink::compact_row row;
    ASSERT_TRUE(sink::take_compact_row(rest, row));
    EXPECT_EQ(row.kept, (std::vector<std::string_view>{"1", "\"2", ""}));
}

}  // namespace
}  // namespace cardresolver::run
