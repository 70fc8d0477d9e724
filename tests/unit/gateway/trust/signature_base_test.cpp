// RFC 9421 appendix B.2 (published examples, tests/vectors/signature/rfc9421) and section 2.2
// (derived components).
#include <gtest/gtest.h>

#include "gateway/json/json.h"
#include "gateway/trust/message_signature.h"
#include "tests/support/pki.h"

namespace yht::trust {
namespace {

const std::string kVectors = std::string(YHT_SOURCE_DIR) + "/tests/vectors/signature/rfc9421/";

HttpHead headOf(const rapidjson::Value& vector) {
    HttpHead head;
    head.method = json::textMember(vector, "method");
    head.target_uri = json::textMember(vector, "target_uri");
    const std::string status = json::textMember(vector, "status");
    head.status = status.empty() ? 0 : std::stoi(status);
    for (const auto& field : vector["fields"].GetArray()) {
        head.fields.emplace_back(field[0].GetString(), field[1].GetString());
    }
    return head;
}

std::string baseOf(const rapidjson::Value& vector) {
    std::string text;
    for (const auto& line : vector["base"].GetArray())
        text += (text.empty() ? "" : "\n") + std::string(line.GetString());
    return text;
}

TEST(SignatureBase, PublishedExamplesVerify) {
    const auto document = json::parse(test::readFile(kVectors + "b2.json")).value();
    int count = 0;
    for (const auto& vector : document["cases"].GetArray()) {
        SCOPED_TRACE(json::textMember(vector, "name"));
        const HttpHead head = headOf(vector);
        const auto input = readSignatureLabelled(head, json::textMember(vector, "label"));
        ASSERT_TRUE(input.ok()) << describe(input.error());
        const auto base = signatureBase(head, *input, nullptr);
        ASSERT_TRUE(base.ok()) << describe(base.error());
        EXPECT_EQ(baseOf(vector), *base);
        const auto key =
            crypto::PublicKey::fromPem(test::readFile(kVectors + json::textMember(vector, "key")))
                .value();
        const auto algorithm = crypto::findAlgorithm(json::textMember(vector, "algorithm")).value();
        EXPECT_EQ(
            crypto::SignatureVerdict::Valid, key.verify(algorithm, *base, input->signature).value()
        );
        EXPECT_EQ(
            crypto::SignatureVerdict::Invalid,
            key.verify(algorithm, *base + "\n", input->signature).value()
        );
        EXPECT_TRUE(checkContentDigest(head, json::textMember(vector, "body")).ok());
        ++count;
    }
    EXPECT_EQ(5, count);
}

/// A small language for single components.
class Derived : public ::testing::Test {
protected:
    Derived() { request_.method = "POST"; }

    base::Result<std::string> tryLine(const std::string& identifier) {
        HttpHead& head = response_.status ? response_ : request_;
        head.set("signature-input", "sig=(" + identifier + ")");
        head.set("signature", "sig=::");
        const auto input = readSignatureLabelled(head, "sig");
        if (!input) return input.error();
        return signatureBase(head, *input, response_.status ? &request_ : nullptr);
    }
    /// The component's value in the base.
    std::string value(const std::string& identifier) {
        const auto base = tryLine(identifier);
        if (!base) return "error " + std::string(base.error().row().wire);
        const auto line = base->substr(0, base->find('\n'));
        EXPECT_TRUE(line.starts_with(identifier + ": ")) << line;
        return line.substr(identifier.size() + 2);
    }
    std::string at(const std::string& target, const std::string& identifier) {
        request_.target_uri = target;
        return value(identifier);
    }

    const std::string malformed_ = "error signature.malformed";
    HttpHead request_, response_;
};

// RFC 9421 sections 2.2.1 to 2.2.7, the examples of the text.
TEST_F(Derived, ComponentsOfATarget) {
    const std::string target = "https://www.example.com/path?param=value";
    EXPECT_EQ("POST", at(target, "\"@method\""));
    EXPECT_EQ(target, at(target, "\"@target-uri\""));
    EXPECT_EQ("www.example.com", at(target, "\"@authority\""));
    EXPECT_EQ("https", at(target, "\"@scheme\""));
    EXPECT_EQ("/path?param=value", at(target, "\"@request-target\""));
    EXPECT_EQ("/path", at(target, "\"@path\""));
    EXPECT_EQ("?param=value", at(target, "\"@query\""));
}

TEST_F(Derived, DefaultPortAndCaseOfTheHostDoNotCount) {
    EXPECT_EQ("www.example.com", at("HTTPS://WWW.Example.COM:443/", "\"@authority\""));
    EXPECT_EQ("www.example.com:8443", at("https://www.example.com:8443/", "\"@authority\""));
    EXPECT_EQ("[2001:db8::1]", at("https://[2001:DB8::1]:443/", "\"@authority\""));
}

TEST_F(Derived, AbsentPathAndQueryHaveTheirForms) {
    EXPECT_EQ("/", at("https://www.example.com", "\"@path\""));
    EXPECT_EQ("?", at("https://www.example.com/path", "\"@query\""));
    EXPECT_EQ("?", at("https://www.example.com/path?", "\"@query\""));
}

// RFC 9421 section 2.2.8, the examples of the text.
TEST_F(Derived, QueryParametersAreReencoded) {
    const std::string target = "https://www.example.com/path?param=value&foo=bar&baz=batman&qux=";
    EXPECT_EQ("batman", at(target, "\"@query-param\";name=\"baz\""));
    EXPECT_EQ("", at(target, "\"@query-param\";name=\"qux\""));
    const std::string encoded =
        "https://www.example.com/parameters?var=this%20is%20a%20big%0Amultiline%20value&"
        "bar=with+plus+whitespace&fa%C3%A7ade%22%3A%20=something";
    EXPECT_EQ(
        "this%20is%20a%20big%0Amultiline%20value", at(encoded, "\"@query-param\";name=\"var\"")
    );
    EXPECT_EQ("with%20plus%20whitespace", at(encoded, "\"@query-param\";name=\"bar\""));
    EXPECT_EQ("something", at(encoded, "\"@query-param\";name=\"fa%C3%A7ade%22%3A%20\""));
}

TEST_F(Derived, QueryParameterThatIsAbsentOrStandsTwiceIsRefused) {
    EXPECT_EQ(malformed_, at("https://a/?b=1", "\"@query-param\";name=\"c\""));
    EXPECT_EQ(malformed_, at("https://a/?b=1&b=2", "\"@query-param\";name=\"b\""));
}

// Found by tests/fuzz: the name was looked at after the text that held it had gone.
TEST_F(Derived, LongNamesAreJudgedAsTheyStand) {
    const std::string name(200, 'a');
    request_.set(name, "x");
    EXPECT_EQ("x", value("\"" + name + "\""));
    EXPECT_EQ(malformed_, value("\"" + name + "A\""));
    EXPECT_EQ(malformed_, value("\"@" + name + "\""));
}

TEST_F(Derived, StatusIsOfResponsesAndTheRestOfRequests) {
    EXPECT_EQ(malformed_, at("https://a/", "\"@status\""));
    EXPECT_EQ(malformed_, at("https://a/", "\"@method\";req"));
    response_.status = 201;
    EXPECT_EQ("201", value("\"@status\""));
    EXPECT_EQ("POST", value("\"@method\";req"));
    EXPECT_EQ(malformed_, value("\"@method\""));
}

TEST_F(Derived, FieldsOfTheRequestAreTakenFromTheRequest) {
    request_.set("content-digest", "of the request");
    response_.status = 200;
    response_.set("content-digest", "of the answer");
    EXPECT_EQ("of the answer", value("\"content-digest\""));
    EXPECT_EQ("of the request", value("\"content-digest\";req"));
}

TEST_F(Derived, UnknownComponentsAndFlagsAreRefused) {
    for (const char* identifier :
         {"\"@unknown\"", "\"@signature-params\"", "\"Content-Type\"", "\"\"", "\"@\"", "token",
          "\"date\";sf", "\"date\";bs", "\"date\";key=\"a\"", "\"date\";tr", "\"date\";req=?0",
          "\"date\";name=\"a\"", "\"absent\"", "\"a b\""}) {
        EXPECT_EQ(malformed_, at("https://a/", identifier)) << identifier;
    }
}

TEST_F(Derived, ComponentTwiceIsRefused) {
    EXPECT_EQ(malformed_, at("https://a/", "\"@method\" \"@path\" \"@method\""));
}

TEST_F(Derived, ValueThatIsNotAsciiIsRefused) {
    request_.set("x-note", "诉求");
    EXPECT_EQ(malformed_, value("\"x-note\""));
    request_.set("x-note", std::string("a\0b", 3));
    EXPECT_EQ(malformed_, value("\"x-note\""));
}

TEST_F(Derived, LineBreakInAValueIsRefused) {
    request_.set("x-note", "one\n\"@method\": GET");
    EXPECT_EQ(malformed_, value("\"x-note\""));
    request_.set("x-note", "one\r\n two");  // folded: one line
    EXPECT_EQ("one two", value("\"x-note\""));
    EXPECT_EQ(malformed_, at("https://a/\n", "\"@target-uri\""));
}

}  // namespace
}  // namespace yht::trust
