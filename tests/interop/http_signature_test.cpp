// RFC 9421 both ways with the npm package http-message-signatures: it signs and the gateway judges;
// the gateway signs and it judges. signed-exchange.js does the talking.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/interop/outside_program.h"
#include "tests/scenarios/samples.h"

namespace yht::interop {
namespace {

using json::textMember;
using testing::HasSubstr;
using Words = std::vector<std::pair<std::string, std::string>>;

class HttpSignature : public testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(std::filesystem::exists(YHT_NODE_MODULES "/http-message-signatures"))
            << "run tools/install --node";
        federation.startGateway();
    }
    /// What signed-exchange.js says of one exchange. `more`: members of the request; "true" stands
    /// for itself.
    rapidjson::Document exchange(
        const std::string& method, const std::string& path, const std::string& body,
        const Words& more = {}
    ) {
        const std::string url =
            "https://localhost:" + std::to_string(federation.gatewayPort()) + path;
        Words members{
            {"method", method},
            {"url", url},
            {"credential", credential(federation, "hotline-12315")},
            {"ca", credential(federation, "root.pem")},
            {"peer", credential(federation, "gateway.pem")}};
        if (!body.empty()) members.emplace_back("body", body);
        members.insert(members.end(), more.begin(), more.end());
        std::string request = "{";
        for (const auto& [name, value] : members) {
            if (request.size() > 1) request += ',';
            request += '"' + name + "\":";
            value == "true" ? void(request += value) : json::appendCanonicalString(request, value);
        }
        const auto finished =
            run(federation, {"node", YHT_SOURCE_DIR "/tests/interop/signed-exchange.js",
                             writeFile(federation, "request.json", request + "}")});
        EXPECT_EQ(0, finished.exit_code) << finished.errors;
        auto outcome = json::parse(finished.output);
        return outcome.ok() ? *std::move(outcome) : rapidjson::Document(rapidjson::kObjectType);
    }
    static std::string codeOf(const rapidjson::Document& outcome) {
        const auto problem = json::parse(textMember(outcome, "body"));
        return textMember(outcome, "status") + " " +
               (problem.ok() ? textMember(*problem, "code") : "?");
    }
    static bool isTrue(const rapidjson::Document& outcome, const char* name) {
        const auto* value = json::findMember(outcome, name);
        return value != nullptr && value->IsTrue();
    }

    scenarios::Federation federation;
    const std::string record = scenarios::appeal("zz-12315", "A-1");
};

TEST_F(HttpSignature, TheGatewayAcceptsARequestThatNodeSigned) {
    const auto outcome = exchange("POST", "/v1/records", record);
    EXPECT_EQ("201", textMember(outcome, "status")) << textMember(outcome, "body");
    EXPECT_EQ(0, federation.yht({"ledger", "verify"}).exit_code);
}

TEST_F(HttpSignature, TheGatewayRefusesWhatWasAlteredAfterNodeSignedIt) {
    const std::pair<const char*, const char*> attacks[] = {
        {"body", "401 signature.digest_mismatch"},
        {"digest", "401 signature.invalid"},
        {"type", "401 signature.invalid"},
        {"target", "401 signature.target_not_ours"},
        {"signature", "401 signature.invalid"}};
    for (const auto& [spoil, expected] : attacks) {
        EXPECT_EQ(expected, codeOf(exchange("POST", "/v1/records", record, {{"spoil", spoil}})))
            << spoil;
    }
    EXPECT_EQ("201", textMember(exchange("POST", "/v1/records", record), "status"))
        << "the same request, left alone";
}

TEST_F(HttpSignature, NodeVerifiesTheAnswerToARead) {
    exchange("POST", "/v1/records", record);
    const auto outcome = exchange("GET", "/v1/changes?after=0&limit=10", "", {{"accept", "true"}});
    EXPECT_EQ("200", textMember(outcome, "status"));
    EXPECT_TRUE(isTrue(outcome, "verified")) << textMember(outcome, "input");
    EXPECT_TRUE(isTrue(outcome, "digest_fits"));
    EXPECT_EQ("yht", textMember(outcome, "tag"));
}

TEST_F(HttpSignature, NodeVerifiesARefusalThatIsBoundToItsRequest) {
    const auto outcome =
        exchange("POST", "/v1/records", R"({"kind":"appeal"})", {{"accept", "true"}});
    EXPECT_EQ("422", textMember(outcome, "status")) << textMember(outcome, "body");
    EXPECT_TRUE(isTrue(outcome, "verified")) << textMember(outcome, "input");
    EXPECT_THAT(textMember(outcome, "input"), HasSubstr(R"("content-digest";req)"));
}

TEST_F(HttpSignature, NodeRefusesAnAnswerThatWasAltered) {
    for (const char* spoil : {"status", "digest", "request"}) {
        const auto outcome = exchange(
            "GET", "/v1/changes?after=0&limit=10", "", {{"accept", "true"}, {"spoil_answer", spoil}}
        );
        EXPECT_TRUE(isTrue(outcome, "signed"));
        EXPECT_FALSE(isTrue(outcome, "verified")) << spoil;
    }
    const auto body = exchange(
        "GET", "/v1/changes?after=0&limit=10", "", {{"accept", "true"}, {"spoil_answer", "body"}}
    );
    EXPECT_TRUE(isTrue(body, "verified"));
    EXPECT_FALSE(isTrue(body, "digest_fits"));
}

TEST_F(HttpSignature, AnAnswerThatNobodyAskedToSignIsNotSigned) {
    EXPECT_FALSE(isTrue(exchange("GET", "/v1/changes?after=0&limit=10", ""), "signed"));
}

}  // namespace
}  // namespace yht::interop
