#include "gateway/trust/caller_rules.h"

#include <gtest/gtest.h>

#include "gateway/base/bytes.h"

namespace yht::trust {
namespace {

using Kind = SignedPiece::Kind;

TEST(CallerRules, NetworksHoldTheirAddresses) {
    const auto v4 = parseAddressRange("10.23.0.0/16");
    ASSERT_TRUE(v4);
    EXPECT_TRUE(v4->holds("10.23.255.1"));
    EXPECT_TRUE(v4->holds("::ffff:10.23.0.9"));
    EXPECT_FALSE(v4->holds("10.24.0.1"));
    EXPECT_FALSE(v4->holds("not an address"));
    const auto v6 = parseAddressRange("2001:db8::/32");
    ASSERT_TRUE(v6);
    EXPECT_TRUE(v6->holds("2001:db8:1::1"));
    EXPECT_FALSE(v6->holds("10.23.0.1"));
    EXPECT_TRUE(parseAddressRange("192.168.1.7")->holds("192.168.1.7"));
    EXPECT_TRUE(parseAddressRange("0.0.0.0/0")->holds("8.8.8.8"));
    EXPECT_FALSE(parseAddressRange("0.0.0.0/0")->holds("2001:db8::1"));
    for (const char* wrong : {"10.23.0.1/16", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8x", "", "fe80::1%eth0", "10.0.0"}) {
        EXPECT_FALSE(parseAddressRange(wrong)) << wrong;
    }
}

TEST(CallerRules, PlacesAndPieces) {
    EXPECT_EQ((Place{Place::In::Header, "x-token"}), parsePlace("header X-Token"));
    EXPECT_EQ((Place{Place::In::Body, "data/token"}), parsePlace("body data/token"));
    for (const char* wrong : {"header", "header ", "cookie x", "query a b"}) EXPECT_FALSE(parsePlace(wrong)) << wrong;
    const auto pieces = parseSignedPieces("{sorted}&key={secret}");
    ASSERT_TRUE(pieces);
    ASSERT_EQ(3u, pieces->size());
    EXPECT_EQ(Kind::Sorted, pieces->at(0).kind);
    EXPECT_EQ("&key=", pieces->at(1).text);
    EXPECT_FALSE(parseSignedPieces("{secrets}"));
    EXPECT_FALSE(parseSignedPieces("{body"));
}

SignatureRule rule(crypto::VendorDigest digest, bool hmac, const char* parts) {
    SignatureRule made;
    made.digest = digest;
    made.hmac = hmac;
    made.parts = {*parseSignedPieces(parts)};
    made.time = SignedTime{Place{Place::In::Header, "t"}, "epoch_s", 0, 1000};
    return made;
}

TEST(CallerRules, WhatAProofIsWorth) {
    using crypto::VendorDigest;
    CallerRules caller;
    EXPECT_EQ(5, caller.assurance());
    caller.token = TokenRule{};
    EXPECT_EQ(4, caller.assurance());
    caller.token.reset();
    caller.signature = rule(VendorDigest::Sha256, true, "{header t}{body}");
    EXPECT_EQ(2, caller.assurance());
    caller.signature->time.reset();
    EXPECT_EQ(4, caller.assurance());
    caller.signature = rule(VendorDigest::Sha256, true, "{header t}{header nonce}");
    EXPECT_EQ(4, caller.assurance());
    caller.signature = rule(VendorDigest::Md5, true, "{header t}{body}");
    EXPECT_EQ(4, caller.assurance());
    caller.signature = rule(VendorDigest::Sha1, false, "{header t}{body}{secret}");
    EXPECT_EQ(4, caller.assurance());
    caller.signature = rule(VendorDigest::Sha256, true, "{header t}{body_md5}");
    EXPECT_EQ(4, caller.assurance());
    caller.signature.reset();
    caller.certificate = true;
    EXPECT_EQ(2, caller.assurance());
}

TEST(CallerRules, TimesAreReadStrictly) {
    SignedTime time{Place{}, "epoch_s", 0, 1000};
    EXPECT_EQ(1'555'551'015'000, time.read("1555551015"));
    for (const char* wrong : {"", "1555551015 ", "-1", "1e9", "9999999999999999999"}) EXPECT_FALSE(time.read(wrong)) << wrong;
    time.format = "%Y%m%d%H%M%S";
    time.offset_seconds = 8 * 3600;
    EXPECT_EQ(1'555'551'015'000, time.read("20190418093015"));
}

// WeChat's own example of its documentation has this shape: sha1 over the sorted token, timestamp and nonce.
TEST(VendorDigest, KnownAnswers) {
    using crypto::VendorDigest;
    EXPECT_EQ("900150983cd24fb0d6963f7d28e17f72", base::toHex(crypto::vendorDigest(VendorDigest::Md5, "abc")));
    EXPECT_EQ("a9993e364706816aba3e25717850c26c9cd0d89d", base::toHex(crypto::vendorDigest(VendorDigest::Sha1, "abc")));
    // RFC 2202, test case 2 of both; RFC 4231, test case 2.
    const char* key = "Jefe";
    const char* data = "what do ya want for nothing?";
    EXPECT_EQ("750c783e6ab0b503eaa86e310a5db738", base::toHex(crypto::vendorHmac(VendorDigest::Md5, key, data)));
    EXPECT_EQ("effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", base::toHex(crypto::vendorHmac(VendorDigest::Sha1, key, data)));
    EXPECT_EQ(
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        base::toHex(crypto::vendorHmac(VendorDigest::Sha256, key, data))
    );
}

}  // namespace
}  // namespace yht::trust
