#include "gateway/certs/profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/openssl.h"

namespace yht::certs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kSmall =
    "profile: small\ntitle: Small\nkind: end_entity\nsubject_required: [CN]\nnames_allowed: [dns]\nkey_kinds: [ed25519]\n"
    "key_usage: [digitalSignature]\ndays_default: 10\ndays_max: 20\n";

std::string wrongWith(const std::string& text) {
    const auto profile = readProfile(text, "a.yaml");
    if (profile.ok()) return "";
    EXPECT_TRUE(crypto::has(profile.error(), crypto::FindingCode::ProfileInvalid));
    return profile.error().public_en;
}

std::vector<std::string> codesOf(const std::vector<crypto::Finding>& findings) {
    std::vector<std::string> codes;
    for (const auto& one : findings) codes.emplace_back(one.row().wire);
    return codes;
}

TEST(Profiles, ThoseOfTheProgramAreAllThere) {
    const auto profiles = Profiles::load("");
    ASSERT_TRUE(profiles.ok()) << base::describe(profiles.error());
    EXPECT_THAT(profiles->names(), ElementsAre("ca-intermediate", "ca-root", "front", "gateway", "operator", "partner", "province"));
    const auto partner = profiles->find("partner");
    EXPECT_THAT(partner->extended_key_usage, ElementsAre("clientAuth"));
    EXPECT_FALSE(partner->is_ca);
    EXPECT_EQ(0U, profiles->find("ca-intermediate")->path_length);
    EXPECT_TRUE(crypto::has(profiles->find("nobody").error(), crypto::FindingCode::ProfileUnknown));
}

TEST(Profiles, OnesOwnStandBeforeThoseOfTheProgram) {
    test::Scratch scratch;
    scratch.write("small.yaml", kSmall);
    scratch.write("partner.yaml", std::string(kSmall).replace(9, 5, "partner"));
    const auto profiles = Profiles::load(scratch.path());
    ASSERT_TRUE(profiles.ok()) << base::describe(profiles.error());
    EXPECT_EQ(20U, profiles->find("small")->days_max);
    EXPECT_EQ("Small", profiles->find("partner")->title);
    EXPECT_EQ(8U, profiles->names().size());
    EXPECT_FALSE(Profiles::load(scratch / "not-there").ok());
}

TEST(Profiles, MistakesAreToldWithLineAndNearestName) {
    EXPECT_THAT(wrongWith(std::string(kSmall) + "dayss_max: 3\n"), HasSubstr("a.yaml:10"));
    EXPECT_THAT(wrongWith(std::string(kSmall) + "days_mxa: 3\n"), HasSubstr("did you mean \"days_max\""));
    EXPECT_THAT(wrongWith("profile: a\ntitle: A\nkind: other\nkey_kinds: [p256]\n"), HasSubstr("\"other\""));
    EXPECT_THAT(wrongWith("profile: a\ntitle: A\nkind: end_entity\nkey_kinds: [dsa]\n"), HasSubstr("\"dsa\""));
    EXPECT_THAT(wrongWith("profile: a\ntitle: A\nkind: ca\nkey_kinds: [p256]\nkey_usage: [cRLSign]\n"), HasSubstr("keyCertSign"));
    EXPECT_THAT(wrongWith("profile: [\n"), HasSubstr("not YAML"));
    EXPECT_FALSE(wrongWith("").empty());
}

TEST(Profiles, WhatAProfileDoesNotAllowIsSaidAllAtOnce) {
    const auto profile = readProfile(kSmall, "a.yaml");
    ASSERT_TRUE(profile.ok());
    const crypto::KeyFacts ed25519{.kind = "ed25519", .text = "Ed25519"}, p256{.kind = "p256", .text = "EC P-256"},
        weak{.kind = "", .text = "RSA 1024"};
    const auto named = *crypto::DistinguishedName::parse("CN=a");
    EXPECT_THAT(codesOf(profile->check(named, {{crypto::NameType::Dns, "a.example"}}, ed25519, 20)), IsEmpty());
    EXPECT_THAT(
        codesOf(profile->check({}, {{crypto::NameType::Ip, "10.0.0.1"}}, p256, 21)),
        ElementsAre("subject_missing", "name_not_allowed", "key_kind_not_allowed", "lifetime_too_long")
    );
    EXPECT_THAT(codesOf(profile->check(named, {}, weak, 20)), ElementsAre("key_weak"));
    for (const char* name : {"*.example", "a b", "", "a/b"}) {
        EXPECT_THAT(codesOf(profile->check(named, {{crypto::NameType::Dns, name}}, ed25519, 20)), ElementsAre("name_not_allowed")) << name;
    }
    EXPECT_THAT(codesOf(profile->check({.parts = {{"CN", "a\nb"}}}, {}, ed25519, 20)), ElementsAre("name_not_allowed"));
    EXPECT_THAT(
        codesOf(Profiles::load("")->find("gateway")->check(*crypto::DistinguishedName::parse("O=A,CN=a"), {}, p256, 1)),
        ElementsAre("name_missing")
    );
}

TEST(Profiles, DefaultsStandBeforeTheSubject) {
    const auto profile = *Profiles::load("")->find("partner");
    EXPECT_EQ("C=CN,CN=a", profile.completed(*crypto::DistinguishedName::parse("CN=a")).text());
    EXPECT_EQ("C=DE,CN=a", profile.completed(*crypto::DistinguishedName::parse("C=DE,CN=a")).text());
}

}  // namespace
}  // namespace yht::certs
