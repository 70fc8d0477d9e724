// The section `endpoints` of a manifest, and the templates of its replies.
#include <gmock/gmock.h>

#include "adapters/kit/inbound/reply_template.h"
#include "tests/unit/adapters/kit/inbound/inbound_fixture.h"

namespace yht::kit {
namespace {

using ::testing::HasSubstr;

constexpr const char* kReply = "    reply:\n      accepted: {body: '{\"code\":\"200\"}'}\n      refused: {body: '{\"code\":\"400\"}'}\n";

class EndpointsTest : public ::testing::Test {
protected:
    EndpointsTest() { writeProcessSource(folder, ""); }
    void write(const std::string& endpoint, const std::string& assurance = "token") {
        folder.source(
            "source.yaml", "id: s\ntitle: t\nproduct: p\nassurance_min: " + assurance +
                               "\nsecrets: {key: file:s.key}\nendpoints:\n  e:\n" + endpoint
        );
    }
    SourceFolder folder;
};

TEST_F(EndpointsTest, WhatIsLeftOutHasItsDefault) {
    write("    path: /a/b\n    caller: {token: {in: header X-Token, secret: key}}\n" + std::string(kReply));
    const auto loaded = folder.load();
    ASSERT_TRUE(loaded.ok()) << loaded.error().detail;
    const auto& rules = (*loaded)->manifest().endpoints.at(0);
    EXPECT_EQ(std::vector<std::string>{"POST"}, rules.methods);
    EXPECT_TRUE(rules.own_path);
    EXPECT_EQ(200, rules.reply(ReplyCase::Quarantined).status);
    EXPECT_EQ(400, rules.reply(ReplyCase::Refused).status);
    EXPECT_EQ(401, rules.reply(ReplyCase::Unauthorized).status);
    EXPECT_EQ(503, rules.reply(ReplyCase::Busy).status);
}

TEST_F(EndpointsTest, WhatCanBeKnownToBeWrongIsToldAtLoad) {
    const std::string token = "    caller: {token: {in: header X-Token, secret: key}}\n";
    const auto signature = [](const std::string& more) {
        return "    path: /a\n    caller: {signature: {in: header S, secret: key, " + more + "}}\n" + kReply;
    };
    const std::pair<std::string, const char*> kWrong[] = {
        {"    path: /a/../b\n" + token + kReply, "literal path"},
        {"    path: /channels/x\n" + token + kReply, "literal path"},
        {"    path: /a\n    caller: {token: {in: cookie X, secret: key}}\n" + std::string(kReply), "write header NAME"},
        {"    path: /a\n    caller: {token: {in: query t, secret: kez}}\n" + std::string(kReply), "no entry of that name"},
        {"    path: /a\n    caller: {}\n" + std::string(kReply), "one of token"},
        {"    path: /a\n    caller: {addresses: [10.0.0.1/8]}\n" + std::string(kReply), "is no network"},
        {"    path: /a\n    caller: {addresses: [10.0.0.0/8]}\n" + std::string(kReply), "weaker than assurance_min: token"},
        {signature("algorithm: hmac_sha256, parts: ['{body}'], time: {in: header T, format: epoch_s}"), "it must stand in the parts"},
        {signature("algorithm: hmac_sha256, parts: ['{body}'], nonce: header N"), "it must stand in the parts"},
        {signature("algorithm: md5, parts: ['{body}']"), "{secret} stands in them"},
        {signature("algorithm: hmac_sha256, parts: ['{bodie}']"), "{body PATH}"},
        {"    path: /a\n" + token + "    reply: {accepted: {body: '{ticket_nr}'}, refused: {}}\n", "did you mean ticket_no"},
        {"    path: /a\n" + token + "    reply: {accepted: {body: x}}\n", "the key refused is required"},
        {"    path: /a\n    soap: {operations: [A], namespace: n, wsdl: none.wsdl}\n" + token + kReply, "there is no file none.wsdl"},
        {"    path: /a\n    metods: [GET]\n" + token + kReply, "did you mean methods"},
    };
    for (const auto& [endpoint, told] : kWrong) {
        write(endpoint);
        EXPECT_THAT(folder.problems(), HasSubstr(told)) << endpoint;
    }
    write(signature("algorithm: hmac_sha256, parts: ['{body}']"), "channel_signature");
    EXPECT_THAT(folder.problems(), HasSubstr("of class token"));
}

TEST(ReplyTemplate, WordsAreFilledInAndEscapedForWhereTheyStand) {
    const ReplySource source{
        .word = [](ReplyWord word) { return word == ReplyWord::TicketNo ? std::string("a\"<b>&\x01") : std::string(); },
        .request = [](const trust::Place& place) { return place.name == "long" ? std::string(257, 'x') : std::string("<q>"); }};
    const auto made = ReplyTemplate::parse(R"({"n":"{ticket_no}","o":{"p":1},"q":"{request query Q}{request query long}"})");
    ASSERT_TRUE(made.ok());
    EXPECT_EQ(R"({"n":"a\"<b>&\u0001","o":{"p":1},"q":"<q>"})", made->render(source, Escape::Json));
    EXPECT_THAT(made->render(source, Escape::Xml), HasSubstr("a&quot;&lt;b&gt;&amp;?"));
    EXPECT_THAT(made->render(source, Escape::Xml), HasSubstr("&lt;q&gt;"));
    EXPECT_FALSE(ReplyTemplate::parse("{tiket_no}").ok());
    EXPECT_FALSE(ReplyTemplate::parse("{request cookie x}").ok());
    EXPECT_EQ("{", ReplyTemplate::parse("{")->render(source, Escape::None));
    EXPECT_EQ("<![CDATA[a]]]]><![CDATA[>b]]>", cdata("a]]>b"));
}

}  // namespace
}  // namespace yht::kit
