// The auditor's reader of message payloads against the gateway's own writer: two programs, one
// grammar.
#include "gateway/ledger/format/message_evidence.h"

#include <gtest/gtest.h>

#include "gateway/crypto/digest.h"
#include "gateway/intake/admission/message_payload.h"

namespace yht::ledger {
namespace {

intake::MessagePayload sample() {
    const std::string body = R"({"kind":"appeal"})";
    return {
        .body = body,
        .signature_base = "\"@method\": POST\n\"content-digest\": sha-256=:" +
                          base::toBase64(crypto::sha256(body)) +
                          ":\n\"@signature-params\": (\"@method\" "
                          "\"content-digest\");created=1;keyid=\"k1\";tag=\"yht\"",
        .signature = base::Bytes("\0\xff", 2),
        .keyid = "k1",
        .algorithm = "ed25519"};
}

/// The wire code of what is wrong with the signed body.
std::string verdict(const intake::MessagePayload& written) {
    const auto read = readMessageEvidence(intake::encodeMessagePayload(written));
    if (!read) return "not read";
    const auto status = checkSignedBody(*read);
    return status.ok() ? "fits" : status.error().row().wire;
}

TEST(MessageEvidence, WhatTheGatewayWritesTheAuditorReads) {
    const auto written = sample();
    const auto read = readMessageEvidence(intake::encodeMessagePayload(written));
    ASSERT_TRUE(read);
    EXPECT_EQ(written.body, read->body);
    EXPECT_EQ(written.signature_base, read->signature_base);
    EXPECT_EQ(written.signature, read->signature);
    EXPECT_EQ(written.keyid, read->keyid);
    EXPECT_EQ(written.algorithm, read->algorithm);
    EXPECT_EQ("fits", verdict(written));
}

TEST(MessageEvidence, WhatCameBesideTheBytesIsNoPartOfWhatWasSigned) {
    auto written = sample();
    written.beside = {"application/json", "a.json", ""};
    EXPECT_EQ("fits", verdict(written));
    written.body += " ";
    EXPECT_EQ("signature.digest_mismatch", verdict(written));
    written.blanks = {{1, 2}};
    EXPECT_EQ("not read", verdict(written)) << "the body is not the one that was signed";
}

TEST(MessageEvidence, EveryTruncationIsReadByNeither) {
    auto accompanied = sample();
    accompanied.beside.file_name = "a.json";
    for (const auto& written : {sample(), accompanied}) {
        const auto payload = intake::encodeMessagePayload(written);
        for (std::size_t length = 0; length < payload.size(); ++length) {
            EXPECT_FALSE(readMessageEvidence(payload.substr(0, length))) << length;
            EXPECT_FALSE(intake::decodeMessagePayload(payload.substr(0, length)).ok()) << length;
        }
        EXPECT_FALSE(readMessageEvidence(payload + "x"));
    }
}

std::string signedInfo(const std::string& body) {
    return "<ds:SignedInfo xmlns:ds=\"urn:x\"><ds:DigestValue>" + base::toBase64(crypto::sha256(body)) +
           "</ds:DigestValue></ds:SignedInfo>";
}

TEST(MessageEvidence, ASoapBodyIsTheOneThatSignedInfoDigests) {
    auto message = sample();
    message.body = "<s:Body>1</s:Body>";
    message.signature_base = signedInfo(message.body);
    EXPECT_EQ("fits", verdict(message));
    message.body = "<s:Body>2</s:Body>";
    EXPECT_EQ("signature.digest_mismatch", verdict(message));
}

TEST(MessageEvidence, AMessageInASoapBodyStandsInTheOneThatWasSigned) {
    auto message = sample();
    const std::string envelope_body = "<s:Body><content>\n " + base::toBase64(message.body) + "\n</content></s:Body>";
    message.signature_base = signedInfo(envelope_body) + envelope_body;
    EXPECT_EQ("fits", verdict(message));
    message.body += " ";
    EXPECT_EQ("signature.digest_mismatch", verdict(message));
    message = sample();
    message.signature_base = signedInfo(envelope_body) + envelope_body + " ";
    EXPECT_EQ("signature.digest_mismatch", verdict(message));
}

TEST(MessageEvidence, ABodyThatWasNotSignedDiffers) {
    auto message = sample();
    message.body += " ";
    EXPECT_EQ("signature.digest_mismatch", verdict(message));
}
TEST(MessageEvidence, AKeyidThatWasNotSignedDiffers) {
    auto message = sample();
    message.keyid = "k2";
    EXPECT_EQ("signature.malformed", verdict(message));
}
TEST(MessageEvidence, ABaseWithoutOrWithTwoDigestLinesDiffers) {
    auto message = sample();
    const auto line = message.signature_base.find("\"content-digest\": ");
    const auto end = message.signature_base.find('\n', line) + 1;
    const auto digest_line = message.signature_base.substr(line, end - line);
    auto twice = message;
    twice.signature_base.insert(line, digest_line);
    message.signature_base.erase(line, end - line);
    EXPECT_EQ("signature.digest_missing", verdict(message));
    EXPECT_EQ("signature.digest_missing", verdict(twice));
}
TEST(MessageEvidence, BothDigestsMustFitWhereBothWereSigned) {
    auto message = sample();
    const auto at = message.signature_base.find("sha-256=:");
    auto good = message;
    good.signature_base.insert(
        at, "sha-512=:" + base::toBase64(crypto::sha512(message.body)) + ":, "
    );
    EXPECT_EQ("fits", verdict(good));
    message.signature_base.insert(
        at, "sha-512=:" + base::toBase64(crypto::sha512("another")) + ":, "
    );
    EXPECT_EQ("signature.digest_mismatch", verdict(message));
}

}  // namespace
}  // namespace yht::ledger
