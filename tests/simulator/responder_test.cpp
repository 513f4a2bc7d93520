#include "simulator/responder.hpp"

#include "simulator/signed_request.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string>

namespace cardresolver::simulator {
namespace {

using namespace std::chrono_literals;
using test::request_recipe;

const moment start{steady_time(1h), wall_time(std::chrono::seconds(1'795'474'800))};

moment later(std::chrono::milliseconds time) {
    return {start.steady + time, start.wall + time};
}

std::string respond(responder& carrier, const std::string& request, moment now = start) {
    reply out;
    const auto parsed = parse_request(request);
    EXPECT_EQ(parsed.state, parse_state::complete);
    carrier.respond(parsed.request, now, out);
    EXPECT_EQ(out.how, delivery::whole);
    return std::string(out.bytes.view());
}

std::string body_of(const std::string& reply) {
    return reply.substr(reply.find("\r\n\r\n") + 4);
}

std::string get(const std::string& target) {
    return "GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n";
}

TEST(responder, answers_like_the_carrier) {
    responder carrier{settings{}};
    const auto reply = respond(carrier, test::get_of({}));
    EXPECT_EQ(reply,
              "HTTP/1.1 200 OK\r\nDate: Mon, 23 Nov 2026 23:00:00 GMT\r\n"
              "Content-Type: application/json;charset=UTF-8\r\nConnection: keep-alive\r\n"
              "Content-Length: 159\r\n\r\n"
              R"({"status":"0","message":"正确","result":[{"status":"0","message":"正确",)"
              R"("imsi":"460040260908676","msisdn":"1064826090209","iccid":"898602B2221430000006"}]})");
}

TEST(responder, answers_the_three_kinds_alike) {
    responder carrier{settings{}};
    request_recipe recipe;
    const auto by_iccid = body_of(respond(carrier, test::get_of(recipe)));
    recipe.kind = "imsis";
    recipe.cards = {"460040260908676"};
    recipe.sequence = "00000002";
    EXPECT_EQ(body_of(respond(carrier, test::get_of(recipe))), by_iccid);
    recipe.kind = "msisdns";
    recipe.cards = {"1064826090209"};
    recipe.sequence = "00000003";
    EXPECT_EQ(body_of(respond(carrier, test::get_of(recipe))), by_iccid);
}

TEST(responder, takes_the_query_the_form_and_both) {
    responder carrier{settings{}};
    request_recipe recipe;
    const std::string head =
        " HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ";
    auto query = test::query_of(recipe);
    const auto form =
        "POST /v2/batchquerycardinfo" + head + std::to_string(query.size()) + "\r\n\r\n" + query;
    EXPECT_NE(respond(carrier, form).find("1064826090209"), std::string::npos);

    recipe.sequence = "00000002";
    query = test::query_of(recipe);
    EXPECT_NE(
        respond(carrier, "POST /v2/batchquerycardinfo?" + query + head + "0\r\n\r\n").find("1064826090209"),
        std::string::npos);

    recipe.sequence = "00000003";
    query = test::query_of(recipe);
    const auto split = query.find("&iccids");
    const auto body = query.substr(split + 1);
    const auto both = "POST /v2/batchquerycardinfo?" + query.substr(0, split) + head +
                      std::to_string(body.size()) + "\r\n\r\n" + body;
    EXPECT_NE(respond(carrier, both).find("1064826090209"), std::string::npos);
    EXPECT_EQ(carrier.counted().violations, 0U);
}

TEST(responder, passes_over_a_body_that_is_no_form) {
    responder carrier{settings{}};
    const auto query = test::query_of({});
    const auto reply =
        respond(carrier, "POST /v2/batchquerycardinfo HTTP/1.1\r\nHost: h\r\nContent-Length: " +
                             std::to_string(query.size()) + "\r\n\r\n" + query);
    EXPECT_NE(reply.find(R"("status":"13")"), std::string::npos);
}

TEST(responder, knows_its_paths) {
    responder carrier{settings{}};
    EXPECT_EQ(body_of(respond(carrier, get("/v2/other"))),
              R"({"status":"10006","message":"请求地址不存在","result":[]})");
    EXPECT_EQ(carrier.counted().requests, 0U);
    respond(carrier, get("/some/gateway/v2/batchquerycardinfo"));
    EXPECT_EQ(carrier.counted().requests, 1U);
    EXPECT_EQ(body_of(respond(carrier, get("/stats"))),
              "{\"requests\":1,\"cards\":0,\"violations\":5,\"repeated_transids\":0,\"bad_tokens\":1,"
              "\"max_in_1s\":1}\n");
}

TEST(responder, refuses_other_methods_and_closes) {
    responder carrier{settings{}};
    reply out;
    const std::string request = "HEAD /v2/batchquerycardinfo HTTP/1.1\r\nHost: h\r\n\r\n";
    carrier.respond(parse_request(request).request, start, out);
    EXPECT_TRUE(out.bytes.view().starts_with("HTTP/1.1 405 "));
    EXPECT_TRUE(out.close);
    EXPECT_EQ(carrier.counted().violations, 1U);
    carrier.respond_to_garbage(start, out);
    EXPECT_TRUE(out.bytes.view().starts_with("HTTP/1.1 400 "));
    EXPECT_TRUE(out.close);
    EXPECT_EQ(carrier.counted().violations, 2U);
}

TEST(responder, closes_when_the_client_wants_it) {
    responder carrier{settings{}};
    reply out;
    const std::string request = "GET /stats HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    carrier.respond(parse_request(request).request, start, out);
    EXPECT_TRUE(out.close);
    EXPECT_NE(out.bytes.view().find("\r\nConnection: close\r\n"), std::string_view::npos);
}

TEST(responder, counts_what_its_limiter_refuses_as_arrivals) {
    settings limited;
    limited.rate = 2;
    responder carrier(limited);
    request_recipe recipe;
    const auto ask = [&](unsigned sequence, std::chrono::milliseconds time) {
        recipe.sequence = test::sequence_text(sequence);
        return body_of(respond(carrier, test::get_of(recipe), later(time))).substr(0, 14);
    };
    EXPECT_EQ(ask(1, 0ms), R"({"status":"0",)");
    EXPECT_EQ(ask(2, 10ms), R"({"status":"0",)");
    EXPECT_EQ(ask(3, 20ms), R"({"status":"71")");
    EXPECT_EQ(ask(4, 1000ms), R"({"status":"0",)");
    EXPECT_EQ(carrier.counted().requests, 4U);
    EXPECT_EQ(carrier.counted().max_in_1s, 3U);
    EXPECT_EQ(carrier.counted().violations, 0U);
}

TEST(responder, has_a_daily_quota) {
    settings limited;
    limited.daily_quota = 1;
    responder carrier(limited);
    request_recipe recipe;
    respond(carrier, test::get_of(recipe));
    recipe.sequence = "00000002";
    EXPECT_NE(respond(carrier, test::get_of(recipe)).find(R"({"status":"71",)"), std::string::npos);
}

TEST(responder, answers_out_of_a_file_when_it_has_one) {
    const auto path = testing::TempDir() + "simulator_responder_test_cards.csv";
    std::ofstream(path) << "iccid,msisdn,imsi\n89860000000000000001,14700000001,\n";
    settings with_file;
    with_file.cards_file = path;
    responder carrier(with_file);
    std::remove(path.c_str());
    request_recipe recipe;
    recipe.cards = {"89860000000000000001", "898602B2221430000006"};
    EXPECT_EQ(
        body_of(respond(carrier, test::get_of(recipe))),
        R"({"status":"0","message":"正确","result":[)"
        R"({"status":"0","message":"正确","msisdn":"14700000001","iccid":"89860000000000000001"},)"
        R"({"status":"25","message":" ICCID号不是所查询的集团下的用户","iccid":"898602B2221430000006"}]})");
    recipe.kind = "imsis";
    recipe.cards = {"460"};
    recipe.sequence = "00000002";
    EXPECT_NE(respond(carrier, test::get_of(recipe))
                  .find(R"([{"status":"2","message":"数据库无记录","imsi":"460"}])"),
              std::string::npos);
    recipe.kind = "msisdns";
    recipe.cards = {"1"};
    recipe.sequence = "00000003";
    EXPECT_NE(respond(carrier, test::get_of(recipe)).find(R"([{"status":"12",)"), std::string::npos);
}

TEST(responder, says_why_it_cannot_start) {
    settings wrong;
    wrong.cards_file = "/nonexistent/cards.csv";
    EXPECT_THROW(responder{wrong}, std::runtime_error);
    wrong = {};
    wrong.faults = {{"nonsense", 0.1}};
    EXPECT_THROW(responder{wrong}, std::runtime_error);
}

TEST(responder, waits_only_with_api_requests) {
    settings slow;
    slow.latency = 41ms;
    responder carrier(slow);
    const auto request = test::get_of({});
    const auto waiting = carrier.delays_of(parse_request(request).request);
    EXPECT_EQ(waiting.before + waiting.after, 41ms);
    EXPECT_EQ(waiting.before, waiting.after);
    const auto stats = get("/stats");
    EXPECT_EQ(carrier.delays_of(parse_request(stats).request).before, 0ms);
}

TEST(responder, spreads_half_of_the_jitter_before_the_arrival_and_half_after) {
    settings shaky;
    shaky.latency = 10ms;
    shaky.jitter = 100ms;
    responder carrier(shaky);
    request_recipe recipe;
    std::chrono::nanoseconds most_before{0};
    std::chrono::nanoseconds most_after{0};
    for (unsigned i = 0; i < 200; ++i) {
        recipe.sequence = test::sequence_text(i);
        const auto request = test::get_of(recipe);
        const auto waiting = carrier.delays_of(parse_request(request).request);
        EXPECT_EQ(waiting.before, carrier.delays_of(parse_request(request).request).before);
        EXPECT_GE(waiting.before, 5ms);
        EXPECT_LT(waiting.before, 55ms);
        EXPECT_GE(waiting.after, 5ms);
        EXPECT_LT(waiting.after, 55ms);
        most_before = std::max(most_before, waiting.before);
        most_after = std::max(most_after, waiting.after);
    }
    EXPECT_GT(most_before, 50ms);
    EXPECT_GT(most_after, 50ms);
}

}  // namespace
}  // namespace cardresolver::simulator
