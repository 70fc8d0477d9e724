// Runs every file of tests/vectors/signature/*.json; their form is described in the README beside
// them.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "gateway/json/json.h"
#include "tests/unit/gateway/trust/signed_request.h"

namespace yht::trust {
namespace {

using rapidjson::Value;

const std::string kFolder = std::string(YHT_SOURCE_DIR) + "/tests/vectors/signature";

const Value& objectMember(const Value& object, const char* name) {
    static const Value empty(rapidjson::kObjectType);
    const Value* found = json::findMember(object, name);
    return found ? *found : empty;
}

/// A member's text; numbers are text too (json.h).
void take(const Value& object, const char* name, std::string& target) {
    if (object.HasMember(name)) target = object[name].GetString();
}

void take(const Value& object, const char* name, std::optional<std::string>& target) {
    if (object.HasMember(name)) target = object[name].GetString();
}

void take(const Value& object, const char* name, std::optional<std::int64_t>& target) {
    if (!object.HasMember(name)) return;
    if (object[name].IsNull())
        target.reset();
    else
        target = std::stoll(object[name].GetString());
}

// A misspelt word in a vector must not pass as "nothing to do".
void expectOnly(const Value& object, const std::set<std::string>& words) {
    for (const auto& member : object.GetObject()) {
        if (!words.contains(member.name.GetString()))
            ADD_FAILURE() << "unknown word in vector: " << member.name.GetString();
    }
}

SigningPlan planOf(const Value& sign) {
    expectOnly(
        sign, {"key", "keyid", "keyid_of", "components", "created", "expires", "alg",
               "algorithm_used", "tag", "more_parameters", "method", "target", "content_type",
               "body", "digest", "label", "line_end", "der"}
    );
    SigningPlan plan;
    take(sign, "key", plan.key);
    take(sign, "keyid", plan.keyid);
    if (sign.HasMember("keyid_of"))
        plan.keyid = Cast::get().fingerprint(sign["keyid_of"].GetString());
    if (sign.HasMember("components")) {
        plan.components.clear();
        for (const auto& component : sign["components"].GetArray())
            plan.components.emplace_back(component.GetString());
    }
    take(sign, "created", plan.created_s);
    take(sign, "expires", plan.expires_s);
    take(sign, "alg", plan.alg);
    take(sign, "algorithm_used", plan.algorithm_used);
    take(sign, "tag", plan.tag);
    take(sign, "more_parameters", plan.more_parameters);
    take(sign, "method", plan.method);
    take(sign, "target", plan.target);
    take(sign, "content_type", plan.content_type);
    take(sign, "body", plan.body);
    take(sign, "digest", plan.digest);
    take(sign, "label", plan.label);
    take(sign, "line_end", plan.line_end);
    plan.der = sign.HasMember("der");
    return plan;
}

/// What goes over the wire.
struct Sent {
    HttpHead head;
    std::string body;
    std::string speaker = "centre";
};

void cut(HttpHead& head, const std::string& name, std::size_t count) {
    const std::string value = head.field(name);
    head.set(name, value.substr(0, value.size() - std::min(count, value.size())));
}

// The parameter as an attacker would rewrite it; the signature stays.
void recreate(HttpHead& head, std::int64_t created_s) {
    std::string value = head.field("signature-input");
    const auto start = value.find(";created=") + 9;
    value.replace(start, value.find(';', start) - start, std::to_string(created_s));
    head.set("signature-input", value);
}

void spoil(const Value& send, base::UnixMillis now_ms, Sent& sent) {
    expectOnly(
        send, {"speaker", "body", "method", "target", "set", "add", "drop", "cut", "redigest",
               "recreate", "second"}
    );
    take(send, "speaker", sent.speaker);
    take(send, "body", sent.body);
    take(send, "method", sent.head.method);
    take(send, "target", sent.head.target_uri);
    if (send.HasMember("redigest")) sent.head.set("content-digest", contentDigest(sent.body));
    if (send.HasMember("recreate")) {
        recreate(sent.head, now_ms / 1000 + std::stoll(send["recreate"].GetString()));
    }
    for (const auto& field : objectMember(send, "set").GetObject()) {
        sent.head.set(field.name.GetString(), field.value.GetString());
    }
    for (const auto& field : objectMember(send, "cut").GetObject()) {
        cut(sent.head, field.name.GetString(), std::stoul(field.value.GetString()));
    }
    if (send.HasMember("drop")) {
        for (const auto& name : send["drop"].GetArray()) {
            std::erase_if(sent.head.fields, [&](const auto& field) {
                return field.first == name.GetString();
            });
        }
    }
    for (const auto& field : objectMember(send, "add").GetObject()) {
        const std::string value = field.value.GetString();
        sent.head.fields.emplace_back(
            field.name.GetString(),
            value == "again" ? sent.head.field(field.name.GetString()) : value
        );
    }
    if (send.HasMember("second")) {
        const HttpHead other = signedRequest(planOf(send["second"]), now_ms);
        for (const char* name : {"signature-input", "signature"})
            sent.head.fields.emplace_back(name, other.field(name));
    }
}

class SignatureVectors : public ::testing::TestWithParam<std::string> {
protected:
    void runCase(const Value& vector, const std::string& expected) {
        SCOPED_TRACE(json::textMember(vector, "desc"));
        expectOnly(vector, {"desc", "sign", "send", "after", "times", "expect", "says"});
        const SigningPlan plan = planOf(objectMember(vector, "sign"));
        Sent sent{.head = signedRequest(plan, now_ms_), .body = plan.body};
        spoil(objectMember(vector, "send"), now_ms_, sent);

        base::ManualClock clock(now_ms_);
        if (vector.HasMember("after"))
            clock.advance(std::stoll(vector["after"].GetString()) * 1000);
        const TrustHolder trust(Cast::get().snapshot());
        const RequestVerifier verifier(
            trust, clock, {.public_base_urls = {kPublicBase, kSecondPublicBase}}
        );
        const int times = vector.HasMember("times") ? std::stoi(vector["times"].GetString()) : 1;
        for (int time = 0; time < times; ++time) {
            const auto result =
                verifier.verify(sent.head, sent.body, Cast::get().fingerprint(sent.speaker));
            const std::string outcome = result ? "ok" : result.error().row().wire;
            EXPECT_EQ(expected, outcome) << (result ? "" : describe(result.error()));
            if (!result) expectExplained(result.error(), json::textMember(vector, "says"));
        }
    }
    // A refusal is told in both languages, and the octets that failed are shown.
    void expectExplained(const base::Error& error, const std::string& says) {
        EXPECT_FALSE(error.public_en.empty());
        EXPECT_FALSE(error.public_zh.empty());
        EXPECT_NE(std::string::npos, error.public_en.find(says)) << error.public_en;
        const bool over_base = error.code == base::ErrorCode::SignatureInvalid ||
                               error.code == base::ErrorCode::SignatureTarget;
        EXPECT_EQ(over_base, !error.signature_base.empty());
    }

    const base::UnixMillis now_ms_ = base::SystemClock().nowMillis() / 1000 * 1000;
};

TEST_P(SignatureVectors, AreJudgedAsTheySay) {
    const auto document = json::parse(test::readFile(kFolder + "/" + GetParam() + ".json")).value();
    expectOnly(document, {"attack", "why", "accepted", "refused"});
    ASSERT_FALSE(document["accepted"].Empty())
        << "an attack without its accepted sibling proves nothing";
    ASSERT_FALSE(document["refused"].Empty());
    for (const auto& vector : document["accepted"].GetArray()) runCase(vector, "ok");
    for (const auto& vector : document["refused"].GetArray())
        runCase(vector, json::textMember(vector, "expect"));
}

std::vector<std::string> vectorNames() {
    std::vector<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator(kFolder)) {
        if (file.path().extension() == ".json") names.push_back(file.path().stem().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

INSTANTIATE_TEST_SUITE_P(
    Attack, SignatureVectors, ::testing::ValuesIn(vectorNames()),
    [](const auto& parameter) {
        std::string name = parameter.param;
        std::replace(name.begin(), name.end(), '-', '_');
        return name;
    }
);

}  // namespace
}  // namespace yht::trust
