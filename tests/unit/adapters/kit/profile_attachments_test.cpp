// Attachments' bytes to a stranger, as the demonstration province's profile says, and raw.
#include "adapters/kit/profile_attachments.h"

#include <gmock/gmock.h>

#include <map>

#include "adapters/kit/raw_json.h"
#include "gateway/base/time_text.h"
#include "gateway/crypto/digest.h"
#include "tests/unit/adapters/kit/fake_peer.h"

namespace yht::kit {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using ticket::Field;
using Talk = FakePeer::Talk;

std::string digestOf(const std::string& content) {
    return base::toHex(crypto::sha256(content));
}

/// In pieces of that size.
HttpContent contentOf(const std::string& text, std::size_t piece_bytes) {
    const auto left = std::make_shared<std::string>(text);
    return {.size_bytes = text.size(), .next = [left, piece_bytes]() -> base::Result<std::string> {
                const auto piece = left->substr(0, piece_bytes);
                left->erase(0, piece.size());
                return piece;
            }};
}

std::string all(const HttpContent& content) {
    std::string text;
    for (auto piece = content.next(); piece.ok() && !piece->empty(); piece = content.next()) text += *piece;
    return text;
}

TEST(Base64BetweenTest, GivesTheWholeInBase64WhateverItsPieces) {
    for (const std::size_t size : {0U, 1U, 2U, 3U, 4U, 5U, 999U, 1000U, 1001U}) {
        for (const std::size_t piece_bytes : {1U, 2U, 7U, 3000U}) {
            const std::string text(size, '\xA7');
            const auto content = base64Between("{\"NR\":\"", contentOf(text, piece_bytes), "\"}");
            const auto wanted = "{\"NR\":\"" + base::toBase64(text) + "\"}";
            EXPECT_EQ(wanted, all(content)) << size << " in " << piece_bytes;
            EXPECT_EQ(wanted.size(), content.size_bytes);
        }
    }
}

class ClockAt final : public base::Clock {
public:
    explicit ClockAt(base::UnixMillis now_ms) : now_ms_(now_ms) {}
    base::UnixMillis nowMillis() const override { return now_ms_; }
    std::int64_t steadyMillis() const override { return system_.steadyMillis(); }

private:
    base::SystemClock system_;
    base::UnixMillis now_ms_;
};

/// A gateway with some contents, and a province that answers as `codes` say, 200 after them.
class ProfileAttachmentsTest : public ::testing::Test {
protected:
    ClockAt clock{kApril};
    base::SeededRandom random{1};
    std::map<std::string, std::string> contents;  // by digest
    std::string media_type = "image/jpeg";
    std::vector<std::string> codes;
    std::string about;  // the digest that the answer names, where not the one that was sent
    bool signs = true;
    std::vector<std::string> seen;  // requests
    std::shared_ptr<const Profile> profile = xiang();
    FakePeer peer{[this](Talk& talk) { serve(talk); }};
    std::unique_ptr<ProfileAttachments> destination;

    void serve(Talk& talk) {
        for (;;) {
            const std::string request = talk.request();
            if (request.empty()) return;
            seen.push_back(request);
            talk.answer(answerTo(bodyOfRequest(request)));
        }
    }
    std::string answerTo(const std::string& body) {
        const std::string code = seen.size() <= codes.size() ? codes[seen.size() - 1] : "200";
        if (code[0] == '1' || code[0] == '5') return R"({"code":")" + code + "\"}";
        const auto key = signingKeyOf(test::sharedPki().province());
        const std::string data = R"({"FJZY":")" + (about.empty() ? member(body, "FJZY") : about) + "\"}";
        const std::string time = "2019-04-18 09:30:16", message_id = member(body, "MSGID");
        const std::string text =
            "HZ1&" + message_id + "&" + time + "&" + code + "&" + base::toHex(crypto::sha256(data));
        const std::string sign = signs ? base::toBase64(*key.key.sign(key.algorithm, text)) : "";
        return R"({"code":")" + code + R"(","data":)" + data + R"(,"receipt":{"HZBH":"HZ1","MSGID":")" + message_id +
               R"(","JSSJ":")" + time + R"(","SIGNALG":"ECDSA-P256-SHA256","ZSZW":")" + key.keyid +
               R"(","SIGN":")" + sign + R"("}})";
    }

    std::string keep(const std::string& content) {
        return contents[digestOf(content)] = content, digestOf(content);
    }
    base::Result<std::unique_ptr<ProfileAttachments>> made(const base::Clock& at) {
        return ProfileAttachments::make(
            {.id = "province.attachments",
             .base_url = peer.url(),
             .sender_id = "XZ43020001",
             .key = signingKeyOf(test::sharedPki().gateway()),
             .receipt_certificates = std::vector{certificateOf(test::sharedPki().province())},
             .contents = [this](std::uint64_t, const std::string& digest) -> base::Result<OutboundContent> {
                 const auto found = contents.find(digest);
                 if (found == contents.end()) return base::makeError(base::ErrorCode::NotFound);
                 return OutboundContent{media_type, contentOf(found->second, 1000)};
             }},
            profile, gatewayContexts(), at, random
        );
    }
    static OutboundRecord naming(const std::vector<std::string>& digests) {
        auto out = appeal(17);
        out.committed_ms = kApril;
        out.record.set(Field::attachment_digests, digests);
        return out;
    }
    BatchAnswer send(const OutboundRecord& record) {
        if (!destination) destination = *made(clock);
        return destination->send("b1", {record});
    }
    /// "accepted", "later:CODE" …, or the batch's error.
    std::string told(const OutboundRecord& record) {
        const auto answer = send(record);
        if (answer.verdict != BatchVerdict::Answered) return base::errorRow(answer.error).wire;
        static const char* kNames[] = {"accepted", "duplicate", "refused", "later"};
        const auto& one = answer.records.at(0);
        return kNames[static_cast<int>(one.verdict)] + (one.code.empty() ? "" : ":" + one.code);
    }
    std::string sent(std::size_t index, const char* name) { return member(bodyOfRequest(seen.at(index)), name); }
    bool signatureHolds() {
        std::string text;
        for (const char* name : {"APPID", "MSGID", "TIMESTAMP", "NONCE", "FJZY", "MTLX", "ZJS"})
            text += (text.empty() ? "" : "&") + sent(0, name);
        const auto verdict = certificateOf(test::sharedPki().gateway()).publicKey().verify(
            crypto::SignatureAlgorithm::EcdsaP256Sha256, text, *base::fromBase64(sent(0, "SIGN"))
        );
        return *verdict == crypto::SignatureVerdict::Valid;
    }
};

TEST_F(ProfileAttachmentsTest, APhotographGoesInTheProfilesEnvelopeSignedOverItsDigest) {
    const std::string content(200'000, 'x');
    const auto answer = send(naming({keep(content)}));
    ASSERT_EQ(BatchVerdict::Answered, answer.verdict) << answer.error_detail;
    EXPECT_EQ(RecordVerdict::Accepted, answer.records[0].verdict);
    EXPECT_THAT(answer.records[0].peer_receipt, HasSubstr("HZ1"));
    ASSERT_EQ(1U, seen.size());
    EXPECT_THAT(seen[0], HasSubstr("POST /sjjh/v2/file HTTP/1.1"));
    EXPECT_TRUE(content == *base::fromBase64(sent(0, "NR")));
    EXPECT_EQ(digestOf(content), sent(0, "FJZY"));
    EXPECT_EQ("200000", sent(0, "ZJS"));
    EXPECT_EQ(digestOf(content).substr(0, 16) + ".jpg", sent(0, "WJM"));
    EXPECT_TRUE(signatureHolds());
    // What is kept of the exchange has the digest in the place of the bytes.
    EXPECT_THAT(answer.request_bytes, HasSubstr(digestOf(content)));
    EXPECT_LT(answer.request_bytes.size(), 2000U);
}

TEST_F(ProfileAttachmentsTest, SeveralOfOneRecordAreMessagesOfTheirOwnAndARepeatHasTheSameIds) {
    EXPECT_EQ("accepted", told(naming({keep("a"), keep("b")})));
    ASSERT_EQ(2U, seen.size());
    EXPECT_NE(sent(0, "MSGID"), sent(1, "MSGID"));
    EXPECT_EQ("duplicate", told(naming({keep("a")})));  // known to be there
    EXPECT_EQ(2U, seen.size());
    destination.reset();
    EXPECT_EQ("accepted", told(naming({keep("a"), keep("b")})));
    EXPECT_EQ(sent(0, "MSGID"), sent(2, "MSGID"));
    EXPECT_NE(sent(0, "NONCE"), sent(2, "NONCE"));
}

TEST_F(ProfileAttachmentsTest, WhatTheProvinceHadIsADuplicateWhatItWillNotHaveIsRefusedAndTheOthersGo) {
    codes = {"3001", "2002"};
    EXPECT_EQ("duplicate", told(naming({keep("a")})));
    EXPECT_EQ("refused:2002", told(naming({keep("b"), keep("c")})));
    EXPECT_EQ(3U, seen.size());
}

TEST_F(ProfileAttachmentsTest, WhatTheProfileSaysIsNotTakenIsNotSent) {
    EXPECT_EQ("refused:content_too_large", told(naming({keep(std::string(5'242'881, 'x'))})));
    media_type = "video/mp4";
    EXPECT_EQ("refused:media_type_not_taken", told(naming({keep("a")})));
    EXPECT_TRUE(seen.empty());
}

TEST_F(ProfileAttachmentsTest, TroubleIsNoRefusal) {
    const std::pair<const char*, BatchVerdict> rows[] = {{"1004", BatchVerdict::Busy}, {"1006", BatchVerdict::Busy},
                                                         {"1001", BatchVerdict::Busy}, {"5001", BatchVerdict::Busy},
                                                         {"7777", BatchVerdict::Unknown}};
    for (const auto& [code, verdict] : rows) {
        seen.clear();
        codes = {code};
        EXPECT_EQ(verdict, send(naming({keep("a")})).verdict) << code;
    }
}

TEST_F(ProfileAttachmentsTest, AnAnswerWithoutAGoodReceiptOrAboutAnotherFileIsNoAnswer) {
    signs = false;
    EXPECT_EQ("delivery.answer_invalid", told(naming({keep("a")})));
    signs = true;
    about = digestOf("another");
    EXPECT_EQ("delivery.answer_invalid", told(naming({keep("a")})));
    about.clear();
    EXPECT_EQ("accepted", told(naming({keep("a")})));
}

TEST_F(ProfileAttachmentsTest, DuringAnnouncedMaintenanceNothingIsTried) {
    const ClockAt sunday{*base::parseRfc3339("2019-05-05T02:00:00+08:00")};
    auto record = naming({keep("a")});
    record.committed_ms = sunday.nowMillis();
    destination = *made(sunday);
    const auto answer = send(record);
    EXPECT_EQ(BatchVerdict::Busy, answer.verdict);
    EXPECT_TRUE(answer.announced);
    EXPECT_TRUE(seen.empty());
}

TEST_F(ProfileAttachmentsTest, ARecordOfAnAttachmentGivesItsNameAsLongAsTheProvinceTakesIt) {
    auto out = recordOf(ticket::Kind::Attachment);
    out.committed_ms = kApril;
    out.record.set(Field::digest, keep("a"));
    std::string name;
    for (int i = 0; i < 101; ++i) name += "图";
    out.record.set(Field::file_name, name + ".jpg");
    EXPECT_EQ("accepted", told(out));
    EXPECT_EQ(300U, sent(0, "WJM").size());  // 100 characters: 200 octets of GBK, 300 of UTF-8
}

TEST_F(ProfileAttachmentsTest, FilesOfRecordsThatItDoesNotTakeAreNotItsBusiness) {
    destination = *made(clock);
    EXPECT_TRUE(destination->takes(ticket::Kind::Appeal));
    const TemporaryDirectory directory;
    std::string text = smallProfile("      - { to: A, from: title, max: 9 }\n");
    directory.write("profile.yaml", text + R"(
attachments:
  path: /file
  body: raw
  headers:
    - { name: X-Digest, value: digest }
    - { name: X-Name, value: file_name }
  answer: { http_answered: [200], code: /code, item: { accepted: ["200"] } }
)");
    auto small = Profile::load(directory.path());
    ASSERT_TRUE(small) << small.error().detail;
    profile = *small;
    destination = *made(clock);
    EXPECT_TRUE(destination->takes(ticket::Kind::Appeal));
    EXPECT_FALSE(destination->takes(ticket::Kind::Result));
    // Raw: the bytes as they are, the rest in headers.
    const auto digest = keep("as it is");
    EXPECT_EQ("accepted", told(naming({digest})));
    EXPECT_EQ("as it is", bodyOfRequest(seen.at(0)));
    EXPECT_THAT(seen[0], AllOf(HasSubstr("POST /file "), HasSubstr("Content-Type: image/jpeg\r\n"),
                               HasSubstr("X-Digest: " + digest + "\r\n"), HasSubstr("X-Name: " + digest.substr(0, 16) + ".jpg\r\n")));
}

// ---- the section

class AttachmentsSectionTest : public ::testing::Test {
protected:
    /// The mistakes of a small profile with this section; "" where it loads.
    static std::string problems(const std::string& section) {
        const TemporaryDirectory directory;
        directory.write("profile.yaml", smallProfile("      - { to: A, from: title, max: 9 }\n") + section);
        const auto profile = Profile::load(directory.path());
        return profile ? "" : profile.error().detail;
    }
    static std::string section(const std::string& members, const std::string& more = "") {
        return "attachments:\n  path: /f\n  members: [ " + members +
               " ]\n  answer: { http_answered: [200], code: /c, item: { accepted: [\"0\"] } }\n" + more;
    }
};

TEST_F(AttachmentsSectionTest, ASmallOneLoads) {
    EXPECT_EQ("", problems(section("{ name: D, value: digest }, { name: C, value: content }")));
    EXPECT_EQ("", problems(section("{ name: C, value: content }", "  order: before\n  wait_max_ms: 60000\n")));
}

TEST_F(AttachmentsSectionTest, AllMistakesComeAtOnce) {
    EXPECT_THAT(
        problems(section("{ name: L, value: records }, { name: C, value: content, max: 4 }, { name: E, value: content }",
                         "  order: frist\n  wait_max_ms: 60000\n  body: xml\n  pathh: /g\n  signature: { over: [C, Q] }\n")),
        AllOf(HasSubstr("L: records have this value"), HasSubstr("unknown key max"), HasSubstr("one member of value content"),
              HasSubstr("order: before or after"), HasSubstr("wait_max_ms: a record waits where"), HasSubstr("body: json"),
              HasSubstr("unknown key pathh, did you mean path?"), HasSubstr("sign the digest"), HasSubstr("there is no Q"),
              Not(HasSubstr("there is no C")))
    );
}

TEST_F(AttachmentsSectionTest, RawHasHeadersAlone) {
    EXPECT_THAT(problems(section("{ name: C, value: content }", "  body: raw\n")),
                AllOf(HasSubstr("body raw and headers have none"), HasSubstr("body raw has headers only")));
}

}  // namespace
}  // namespace yht::kit
