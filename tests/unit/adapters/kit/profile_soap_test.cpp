// What is told of a profile's SOAP settings when it is loaded.
#include <gmock/gmock.h>

#include "tests/unit/adapters/kit/kit_fixture.h"

namespace yht::kit {
namespace {

using testing::HasSubstr;

/// Settings that fit together; a test spoils one.
constexpr const char* kProfile = R"(name: soap
time_format: "%Y"
transport:
  path: /ws
  batch_max: 10
  resend: query_first
  soap: { namespace: "urn:a", operation: Send, query_operation: Ask, security: x509, addressing: true }
envelope: { format: xml, members: [ { name: List, value: records, item: Record } ] }
signature: {}
answer:
  http_answered: [200, 500]
  code: Code
  success: [OK]
  items: Result
  item: { seq: No, code: Code, accepted: ["0"] }
receipt: { batch_id: Batch }
faults:
  detail_code: F/Code
  rows:
    - { detail: ["1-9"], then: stop }
query:
  - { to: No, from: "@seq" }
kinds:
  appeal: { type: A, rows: [ { to: No, from: "@seq" } ] }
)";

class ProfileSoapTest : public ::testing::Test {
protected:
    TemporaryDirectory directory;
    base::Result<std::shared_ptr<const Profile>> load(const std::string& text) {
        directory.write("profile.yaml", text);
        return Profile::load(directory.path());
    }
    /// The mistakes where one piece of it reads otherwise.
    std::string with(const std::string& from, const std::string& to) {
        std::string text = kProfile;
        const auto at = text.find(from);
        EXPECT_NE(at, text.npos) << from;
        text.replace(at, from.size(), to);
        const auto loaded = load(text);
        return loaded ? "" : loaded.error().detail;
    }
};

TEST_F(ProfileSoapTest, WhatIsNotSaidIsWhatToolkitsExpect) {
    const auto profile = load(kProfile);
    ASSERT_TRUE(profile) << profile.error().detail;
    const auto& transport = (*profile)->transport();
    const auto& soap = *transport.soap;
    EXPECT_EQ(soap.version, trust::SoapVersion::V11);
    EXPECT_TRUE(soap.qualified);
    EXPECT_EQ(soap.send.action, "urn:aSend");
    EXPECT_EQ(soap.send.response, "SendResponse");
    EXPECT_EQ(soap.operation(true).name, "Ask");
    EXPECT_EQ(transport.query_path, "/ws");
    EXPECT_EQ((*profile)->answer().form, TextForm::Xml);
}

TEST_F(ProfileSoapTest, MistakesAreTold) {
    const struct {
        const char *from, *to, *what;
    } kRows[] = {
        {"operation: Send", "operation: Send, version: \"1.3\"", "write \"1.1\" or \"1.2\""},
        {"operation: Send", "operation: \"a b\"", "names of elements"},
        {"operation: Send", "operation: Send, action: \"a\\\"b\"", "visible ASCII"},
        {"operation: Send", "operation: Send, elements: none", "write qualified or unqualified"},
        {"security: x509", "security: hmac", "write x509 or none"},
        {"security: x509, ", "", "addressing needs security"},
        {"operation: Send", "operation: Send, argument: \"1\"", "argument: the name of an element"},
        {"format: xml, ", "", "the message is XML"},
        {"receipt: {", "receipt: { required: true, signature: S, over: [A],", "only batch_id is asked"},
        {"  items: Result", "  items: Result\n  format: json", "what stands in the Body is XML"},
        {"then: stop", "then: panic", "write retry, refuse or stop"},
        {"then: stop", "then: refuse, unsigned: true", "refused by nobody who does not sign"},
        {"{ detail: [\"1-9\"], then: stop }", "{ then: stop }", "a row names code"},
        {"  detail_code: F/Code\n", "", "rows with detail need detail_code"},
        {"query_operation: Ask, ", "", "query_first needs query_path"},
    };
    for (const auto& row : kRows) {
        EXPECT_THAT(with(row.from, row.to), HasSubstr(row.what)) << row.to;
    }
    EXPECT_EQ("", with("operation: Send", "operation: Send, version: \"1.2\", elements: unqualified, response: \"{operation}Result\""));
}

TEST_F(ProfileSoapTest, FaultsAndATextInsideAreForCalls) {
    std::string text = kProfile;
    const auto from = text.find("  soap:"), to = text.find('\n', from) + 1;
    text.erase(from, to - from);
    text.replace(text.find("format: xml, "), 13, "format: xml, root: R, ");
    EXPECT_THAT(load(text).error().detail, HasSubstr("faults and answer.soap are for transport.soap"));
}

TEST_F(ProfileSoapTest, AnXmlAnswerHasNoBytesToSign) {
    EXPECT_THAT(
        with("receipt: { batch_id: Batch }", "receipt: { over: [\"sha256(A)\"], batch_id: Batch }"),
        HasSubstr("sha256(…) and keep are of JSON")
    );
}

}  // namespace
}  // namespace yht::kit
