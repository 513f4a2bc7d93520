// Every class of document that the public JSON test suites tell apart, as cases of our own: what RFC 8259
// takes
// (`y`), what it does not take (`n`), and what it leaves to the reader (`i`), each with the one result that
// we define. Most cases are the value of a member that we do not know, in the middle of a reply: where the
// value is well-formed, the member behind it must be read as if nothing had been there.
#include "carrier/reply_decoder.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cardresolver::carrier {
namespace {

using namespace std::string_literals;
using texts = std::vector<std::string>;

enum class verdict : std::uint8_t { taken, repaired, malformed };

void PrintTo(verdict value, std::ostream* out) {
    *out << (value == verdict::taken ? "taken" : value == verdict::repaired ? "repaired" : "malformed");
}

verdict verdict_on(const std::string& body) {
    reply_decoder decoder;
    const auto* reply = decoder.decode(body);
    if (reply == nullptr) return verdict::malformed;
    return reply->repaired ? verdict::repaired : verdict::taken;
}

/// A reply with `value` as an unknown member of the reply and of its item.
std::string reply_around(const std::string& value) {
    return R"({"status":"0","x":)" + value + R"(,"message":"m","result":[{"status":"25","y":)" + value +
           R"(,"iccid":"898602B2221430000006"}]})";
}

void expect_values(const texts& values, verdict expected) {
    for (const auto& value : values) {
        SCOPED_TRACE(value);
        reply_decoder decoder;
        const auto body = reply_around(value);
        EXPECT_EQ(verdict_on(body), expected);
        const auto* reply = decoder.decode(body);
        if (reply == nullptr) continue;
        EXPECT_EQ(reply->status, "0");
        EXPECT_EQ(reply->message, "m");
        ASSERT_EQ(reply->items.size(), 1U);
        EXPECT_EQ(reply->items[0].status, "25");
        EXPECT_EQ(reply->items[0].iccid, "898602B2221430000006");
    }
}

void expect_documents(const texts& documents, verdict expected) {
    for (const auto& document : documents)
        EXPECT_EQ(verdict_on(document), expected) << document.substr(0, 200);
}

/// `literal` read as the message of a reply; nothing where the reply is malformed.
std::optional<std::string> message_of(const std::string& literal) {
    reply_decoder decoder;
    const auto body = R"({"status":"0","message":)" + literal + "}";
    const auto* reply = decoder.decode(body);
    if (reply == nullptr) return std::nullopt;
    return std::string(reply->message);
}

TEST(json_conformance, y_values_of_every_type_are_passed_over) {
    expect_values({"null", "true", "false", R"("")", "[]", "{}", " null ", "\t\r\n true \n"}, verdict::taken);
}

TEST(json_conformance, y_arrays) {
    expect_values({"[ ]", "[[]]", "[[],[[]]]", R"([""])", "[false]", "[null]", "[1]", "[ 1 , 2 ]", "[1\n]",
                   "\n[1]", "[1,null,null,null,2]", R"([null,1,"1",{}])", R"(["a","a"])"},
                  verdict::taken);
}

TEST(json_conformance, y_objects) {
    expect_values({R"({"a":"b"})", R"({"a":"b","c":"d"})", R"({"":0})", R"({"a":[]})", "{\n\"a\":\n1\n}",
                   R"({"a":1,"a":1})", R"({"a":1,"a":2})", R"({"\u0061b":1})", R"({"a\u0000b":1})",
                   R"({"键":"值"})", R"({"min":-1.0e+28,"max":1.0e+28})", R"({"status":"7","iccid":"1"})",
                   "{\"" + std::string(2000, 'k') + "\":\"" + std::string(2000, 'v') + "\"}"},
                  verdict::taken);
}

/// Numbers are texts to us: never rounded, never infinite.
TEST(json_conformance, JS4_y_numbers_keep_their_text) {
    for (const std::string number : {"0",
                                     "-0",
                                     "-1",
                                     "-123",
                                     "20",
                                     "123.456",
                                     "0.5",
                                     "-0.0000000000000000000000000000000000001",
                                     "1e5",
                                     "1E5",
                                     "1e+2",
                                     "1E+2",
                                     "1e-2",
                                     "1E-2",
                                     "0e1",
                                     "0e+1",
                                     "-0.0e-0",
                                     "123e45",
                                     "123.456e78",
                                     "89860012345678901234",
                                     "123456789012345678901234567890"}) {
        SCOPED_TRACE(number);
        expect_values({number, "[" + number + "]"}, verdict::taken);
        EXPECT_EQ(message_of(number), number);
    }
}

TEST(json_conformance, JS4_i_numbers_beyond_any_machine_type_keep_their_text) {
    for (const std::string number :
         {"1e400", "-1e400", "1e-400", "1.5e+9999", "123123e100000", "-123123e100000", "0.4e-100000",
          "-18446744073709551617", "18446744073709551616", "100000000000000000000000000000000"}) {
        SCOPED_TRACE(number);
        EXPECT_EQ(message_of(number), number);
    }
    EXPECT_EQ(message_of(std::string(1000, '9')), std::string(1000, '9'));
    EXPECT_EQ(message_of("0." + std::string(1000, '3')), "0." + std::string(1000, '3'));
}

TEST(json_conformance, JS4_i_exponents_beyond_an_int_are_malformed) {
    expect_values({"1e99999999999", "-1e99999999999", "1e-99999999999"}, verdict::malformed);
}

struct string_case {
    std::string literal;
    std::string text;
};

TEST(json_conformance, y_strings_are_unescaped) {
    const std::vector<string_case> cases{
        {R"("")", ""},
        {R"("a")", "a"},
        {R"("a\"b\\c\/d")", "a\"b\\c/d"},
        {R"("a\b\f\n\r\tz")", "a\b\f\n\r\tz"},
        {R"("\u0060\u012a\u12AB")", "\u0060\u012a\u12ab"},
        {R"("\u0031\u0032")", "12"},
        {R"("\"")", "\""},
        {R"("\\u0061")", "\\u0061"},
        {R"("\\n")", "\\n"},
        {R"("\\a")", "\\a"},
        {R"("a/*b*/c//d#e")", "a/*b*/c//d#e"},
        {R"("\ud83d\ude39\uD834\uDD1E")", "\U0001F639\U0001D11E"},
        {R"("\uDBFF\uDFFF")", "\U0010FFFF"},
        {R"("\uFFFE\uFFFF")", "\xEF\xBF\xBE\xEF\xBF\xBF"},
        {R"("x\u0000y")", "x\0y"s},
        {R"("\u0001\u001f\u007f")", "\x01\x1f\x7f"},
        {R"("\u2028\u2029\u200Fz")", "\u2028\u2029\u200Fz"},
        {"\"\x7f\"", "\x7f"},
        {"\"\u20ac\U0001D11E\u0821\"", "\u20ac\U0001D11E\u0821"},
        {"\"\u2028\u2029\u202Ez\"", "\u2028\u2029\u202Ez"},
        {"\"\xEF\xBF\xBF\xF4\x8F\xBF\xBF\"", "\xEF\xBF\xBF\xF4\x8F\xBF\xBF"},
        {R"("{[\",:]}")", "{[\",:]}"},
    };
    for (const auto& [literal, text] : cases) {
        SCOPED_TRACE(literal);
        EXPECT_EQ(message_of(literal), text);
        expect_values({literal, "[" + literal + "]", "{" + literal + ":" + literal + "}"}, verdict::taken);
    }
}

/// One bad byte in a message must not cost a hundred answers; what leaves us is printable all the same.
TEST(json_conformance, JS6_i_bytes_that_are_no_utf8_stay_as_they_are_inside_strings) {
    for (const std::string bytes :
         {"\xFF", "a\x80z", "\xE6\x97\xA5\xD1\x88\xFA", "\xC0\xAF", "\xC1\xBF", "\xE0\x80\xAF", "\xE0\xFF",
          "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x80\x80\xAF", "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80",
          "\xFC\x83\xBF\xBF\xBF\xBF", "\xE2\x82", "\xF0\x9F\x98", "\xFE\xFF", "\xD5\xFD"}) {
        EXPECT_EQ(message_of("\"<" + bytes + ">\""), "<" + bytes + ">");
        expect_values({"{\"" + bytes + "\":1}"}, verdict::taken);
    }
}

TEST(json_conformance, JS6_i_lone_surrogates_are_malformed) {
    expect_values(
        {R"("\ud800")", R"("\udfff")", R"("\uDADA")", R"("\uD888\u1234")", R"("\uD800\uD800")",
         R"("\uDd1e\uD834")", R"("\uD800abc")", R"("\uD800\n")", R"("\uDC00\uDC00")", R"({"\uDFAA":0})"},
        verdict::malformed);
}

TEST(json_conformance, n_arrays) {
    expect_values({"[",
                   "[1",
                   "[1,",
                   "[\"a\"",
                   "[\"a",
                   "[x",
                   "[1 true]",
                   "[1 2]",
                   "[a]",
                   "[,1]",
                   "[1,,2]",
                   "[1,]",
                   "[1,,]",
                   "[,]",
                   R"([""],)",
                   R"(["a",,])",
                   R"(["a",])",
                   R"(["":1])",
                   "[1:2]",
                   "[3[4]]",
                   "[   , \"\"]",
                   "[-]",
                   "[*]",
                   "[*,1]",
                   "[{}",
                   "[[]",
                   "[1}",
                   "[\"a\",\n4\n,1,",
                   "[1\n,1",
                   "[\xFF]",
                   "[\x0c"
                   "1]",
                   "[1]]",
                   "[1;2]",
                   "[1,/**/2]",
                   "[...1]",
                   "(1)"},
                  verdict::malformed);
}

TEST(json_conformance, n_objects) {
    expect_values({"{",
                   "{\"a",
                   "{\"a\"",
                   "{\"a\":",
                   "{\"a\":1",
                   "{\"a\":\"b",
                   R"({"a":1,})",
                   R"({"a":1,,})",
                   R"({,"a":1})",
                   R"({"a":1,,"b":2})",
                   R"({"a"})",
                   R"({"a" 1})",
                   R"({"a","b"})",
                   R"({"a"::1})",
                   R"({"a":,"b":1})",
                   R"({"a":})",
                   R"({:1})",
                   "{a:1}",
                   "{'a':1}",
                   "{1:1}",
                   "{9e9:1}",
                   "{null:null,null:null}",
                   "{[]:1}",
                   "{{}:1}",
                   R"({"a":1 true})",
                   R"({"a"b:1})",
                   R"({"a":b})",
                   R"({"a":"b"}#)",
                   R"({"a":"b"}/**/)",
                   R"({"a":/*c*/1})",
                   "{\"a\":1//c\n}",
                   R"({"a":1;"b":2})",
                   R"({"a"=1})",
                   R"({"a":1]})",
                   "{\xF0\x9F\x87\xA8:1}",
                   "{\xE5:1}",
                   R"({"a":'b'})",
                   "{*}",
                   "{,}",
                   R"({"a":1 b})",
                   R"({"a":1}})"},
                  verdict::malformed);
}

TEST(json_conformance, n_numbers) {
    expect_values({"01",     "-01",      "012",       "-012",  "00",
                   "1.",     "-2.",      ".5",        "-.5",   ".-1",
                   "+1",     "++1",      "--1",       "- 1",   "1e",
                   "1E",     "1e+",      "1e-",       "0.3e",  "0.3e+",
                   "0e",     "0e+",      "0E+",       "1.0e",  "1.0e-",
                   "1.0e+",  "1eE2",     "2.e3",      "2.e-3", "9.e+",
                   "0.e1",   "1e1.5",    "0.1.2",     "1.2a",  "1a",
                   "-1x",    "1 000",    "1,000,",    "1_000", "1'000",
                   "0x1",    "0x",       "0b1",       "1f",    "1L",
                   "1+2",    "1/2",      "1e5e5",     "NaN",   "-NaN",
                   "nan",    "Infinity", "-Infinity", "+Inf",  "Inf",
                   "-foo",   "-",        "+",         ".",     "e1",
                   "\uFF11", "1\xE5",    "1e\xE5",    "0\xE5", "1.8011670033376514H-308"},
                  verdict::malformed);
}

TEST(json_conformance, n_literals) {
    expect_values(
        {"nul",   "nulll", "tru",   "truee",  "fals", "falsy", "True", "TRUE", "NULL", "None", "undefined",
         "n ull", "[nul]", "[tru]", "[fals]", "yes",  "",      " ",    ",",    ":",    "\\n",  "@"},
        verdict::malformed);
}

TEST(json_conformance, n_strings) {
    expect_values({"\"",
                   "\"a",
                   "a\"",
                   "a",
                   "'a'",
                   "`a`",
                   R"("\)",
                   R"("\")",
                   R"("\\\")",
                   R"(\"a")",
                   R"("\a")",
                   R"("\x41")",
                   R"("\0")",
                   R"("\'")",
                   R"("\e")",
                   R"("\ ")",
                   R"("\U0041")",
                   R"("\u")",
                   R"("\u1")",
                   R"("\u12")",
                   R"("\u00A")",
                   R"("\u00G0")",
                   R"("\uqqqq")",
                   R"("\u{41}")",
                   R"("\u-041")",
                   R"("\uD834\uDd")",
                   R"("\uD834\u")",
                   R"("\uD83D\)",
                   "\"\\\t\"",
                   "\"\\\xE5\"",
                   "\"\\\xF0\x9F\x8C\x80\"",
                   "\"\\u\xE5\"",
                   "\"a\nb\"",
                   "\"a\rb\"",
                   "\"\t\"",
                   "\"\x1f\"",
                   "\"\x01\"",
                   "\"a\0b\""s,
                   "\"\\\0\""s,
                   R"(""x)",
                   R"("a\u0022)",
                   R"(u"a")",
                   R"("a"+"b")"},
                  verdict::malformed);
}

TEST(json_conformance, JS1_n_documents_with_something_around_the_reply) {
    const std::string reply = R"({"status":"0"})";
    expect_documents({reply + "x",
                      reply + "}",
                      reply + "]",
                      reply + ",",
                      reply + "\"\"",
                      reply + "#",
                      reply + "//c",
                      reply + "/**/",
                      reply + ";",
                      reply + "\0"s,
                      reply + "\xEF\xBB\xBF",
                      reply + "\xE5",
                      reply + reply,
                      reply + "\n" + reply,
                      reply + " null",
                      "/**/" + reply,
                      "//c\n" + reply,
                      "#c\n" + reply,
                      "\f" + reply,
                      "\v" + reply,
                      "\xC2\xA0" + reply,
                      "\xE2\x81\xA0" + reply,
                      "\0"s + reply,
                      "callback(" + reply + ")",
                      ")]}'\n" + reply,
                      "\xEF\xBB" + reply,
                      "\xEF\xBB\xBF\xEF\xBB\xBF" + reply,
                      " \xEF\xBB\xBF" + reply,
                      "<xml/>" + reply,
                      "\x1e" + reply + "\n",
                      "15\r\n" + reply + "\r\n0\r\n\r\n"},
                     verdict::malformed);
    expect_documents({reply, " " + reply, "\r\n\t " + reply + " \t\r\n", "\xEF\xBB\xBF" + reply,
                      "\xEF\xBB\xBF \n" + reply},
                     verdict::taken);
}

TEST(json_conformance, JS1_n_documents_that_are_no_object) {
    expect_documents({"",
                      " ",
                      "\n",
                      "\0"s,
                      "\xEF\xBB\xBF",
                      "null",
                      "true",
                      "0",
                      "-0.1",
                      "\"0\"",
                      "\"status\"",
                      "[]",
                      R"(["status","0"])",
                      R"([{"status":"0"}])",
                      "{}",
                      "\xEF\xBB\xBF{}",
                      R"({"message":"m"})",
                      R"({"result":[{"status":"0"}]})",
                      "[",
                      "{",
                      "]",
                      "}",
                      "[\"",
                      "[\"a",
                      "{\"",
                      "*",
                      "\"",
                      "a\xC3\xA5",
                      "\xC3\xA5",
                      "<null>",
                      "<!DOCTYPE html><html></html>",
                      "<?xml version='1.0'?><status>0</status>",
                      "status=0",
                      "---\nstatus: 0\n",
                      "{]",
                      "[}",
                      "[{",
                      "{[",
                      R"([{"status":"0"})",
                      R"({"status":"0"])"},
                     verdict::malformed);
}

TEST(json_conformance, JS1_i_documents_in_other_encodings_are_malformed) {
    const std::string reply = R"({"status":"0"})";
    std::string little;
    std::string big;
    for (const char c : reply) {
        little.append({c, '\0'});
        big.append({'\0', c});
    }
    expect_documents({little, big, "\xFF\xFE" + little, "\xFE\xFF" + big, "\x1f\x8b\x08" + reply},
                     verdict::malformed);
}

TEST(json_conformance, JS3_i_depth_is_bounded) {
    const auto nested = [](std::size_t levels, const std::string& open, const std::string& close) {
        std::string text;
        for (std::size_t i = 0; i < levels; ++i)
            text += open;
        for (std::size_t i = 0; i < levels; ++i)
            text += close;
        return text;
    };
    const auto with = [](const std::string& value) { return R"({"status":"0","x":)" + value + "}"; };
    // The reply itself is the first level.
    EXPECT_EQ(verdict_on(with(nested(max_reply_depth - 1, "[", "]"))), verdict::taken);
    EXPECT_EQ(verdict_on(with(nested(max_reply_depth, "[", "]"))), verdict::malformed);
    EXPECT_EQ(
        verdict_on(with(nested(max_reply_depth - 2, "{\"a\":", "}").insert(5 * (max_reply_depth - 2), "1"))),
        verdict::taken);
    expect_documents({with(nested(500, "[", "]")), with(nested(100'000, "[", "]")), nested(100'000, "[", ""),
                      nested(50'000, "[{\"\":", ""), nested(100'000, "{\"a\":", "")},
                     verdict::malformed);
}

/// A comma that lacks before a quote is the one mistake that is forgiven; no other comma is.
TEST(json_conformance, JS2_only_the_documents_own_mistake_is_forgiven) {
    expect_values({R"({"a":1 "b":2})", R"({"a":"1""b":"2"})", "{\"a\":null\n\"b\":[]\t\"c\":{} \"d\":0}",
                   R"(["a" "b"])", R"([1 "a"])"},
                  verdict::repaired);
    expect_documents({R"({"status":"0" "message":"m"})"}, verdict::repaired);
    expect_values({"[1 2]", "[{} {}]", "[[] []]", R"(["a" 1])", R"({"a" "b"})", R"({"a":1 "b"})",
                   R"({"a":"b" c":1})", R"({"a":1 'b':2})"},
                  verdict::malformed);
}

}  // namespace
}  // namespace cardresolver::carrier
