// Attachments' bytes to a partner-like system that keeps, or breaks, schemas/native-delivery.md.
#include "adapters/kit/native_attachments.h"

#include <gmock/gmock.h>

#include <map>

#include "gateway/crypto/digest.h"
#include "tests/unit/adapters/kit/fake_peer.h"

namespace yht::kit {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using ticket::Field;
using Talk = FakePeer::Talk;

std::string digestOf(const std::string& content) {
    return base::toHex(crypto::sha256(content));
}

std::string fieldOf(const std::string& request, const std::string& name) {
    const auto at = request.find("\r\n" + name + ": ");
    if (at == std::string::npos) return "";
    const auto begin = at + name.size() + 4;
    return request.substr(begin, request.find("\r\n", begin) - begin);
}

/// A gateway with some contents, and a far side that answers as `statuses` say, 201 after them.
class NativeAttachmentsTest : public ::testing::Test {
protected:
    base::SystemClock clock;
    std::map<std::string, std::string> contents;  // by digest
    std::string breaks;                           // digest of one that breaks while it is read
    std::vector<int> statuses;
    std::string answer_body;  // sent instead of the right one where not empty
    bool signs = true;
    std::vector<std::string> seen;
    FakePeer peer{[this](Talk& talk) { serve(talk); }, test::sharedPki().centre()};
    std::unique_ptr<NativeAttachments> destination;

    void serve(Talk& talk) {
        const std::string request = talk.request();
        if (request.empty()) return;
        seen.push_back(request);
        const int status = seen.size() <= statuses.size() ? statuses[seen.size() - 1] : 201;
        const std::string body = answer_body.empty()
                                     ? R"({"digest":")" + digestOf(bodyOfRequest(request)) + R"("})"
                                     : answer_body;
        trust::HttpHead asked, head;
        asked.method = "POST";
        asked.target_uri = peer.url() + "/v1/attachments";
        head.status = status;
        head.set("content-type", "application/json");
        if (signs) {
            ASSERT_TRUE(trust::signMessage(
                head, body, signingKeyOf(test::sharedPki().centre()), clock.nowMillis(), &asked
            ));
        }
        std::string answer = "HTTP/1.1 " + std::to_string(status) + " X\r\n";
        for (const auto& [name, value] : head.fields) answer += name + ": " + value + "\r\n";
        talk.send(answer + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    }

    std::string keep(const std::string& content) {
        return contents[digestOf(content)] = content, digestOf(content);
    }
    base::Result<OutboundContent> find(const std::string& digest) {
        const auto found = contents.find(digest);
        if (found == contents.end()) return base::makeError(base::ErrorCode::NotFound);
        const auto left = std::make_shared<std::string>(found->second);
        const bool broken = digest == breaks;
        return OutboundContent{
            .media_type = "image/png",
            .bytes = {
                .size_bytes = left->size(), .next = [left, broken]() -> base::Result<std::string> {
                    if (broken) return base::makeError(base::ErrorCode::AttachmentCorrupt);
                    const auto piece = left->substr(0, 1000);
                    left->erase(0, piece.size());
                    return piece;
                }}};
    }
    void make() {
        const auto certificate = certificateOf(test::sharedPki().centre());
        auto made = NativeAttachments::make(
            {.id = "centre.attachments",
             .base_url = peer.url(),
             .path = "/v1/attachments",
             .key = signingKeyOf(test::sharedPki().gateway()),
             .answer_keys = std::vector<trust::VerifyingKey>{
                 {certificate.publicKey(), certificate.fingerprint(),
                  certificate.publicKey().defaultAlgorithm()}},
             .contents = [this](std::uint64_t, const std::string& digest) { return find(digest); }},
            gatewayContexts(), clock
        );
        ASSERT_TRUE(made);
        destination = *std::move(made);
    }
    OutboundRecord naming(const std::vector<std::string>& digests) {
        auto out = appeal(17);
        out.committed_ms = clock.nowMillis();
        out.record.set(Field::attachment_digests, digests);
        return out;
    }
    /// As if it had come three days ago.
    OutboundRecord old(OutboundRecord record) {
        record.committed_ms -= kAttachmentAwaitedMillis;
        return record;
    }
    BatchAnswer send(const OutboundRecord& record) {
        if (!destination) make();
        return destination->send("batch-1", {record});
    }
    /// "accepted", "later:CODE" …, or the batch's error.
    std::string told(const OutboundRecord& record) {
        const auto answer = send(record);
        if (answer.verdict != BatchVerdict::Answered) return base::errorRow(answer.error).wire;
        static const char* kNames[] = {"accepted", "duplicate",  "refused",
                                       "later",    "unmappable", "withheld"};
        const auto& one = answer.records.at(0);
        return kNames[static_cast<int>(one.verdict)] + (one.code.empty() ? "" : ":" + one.code);
    }
};

TEST_F(NativeAttachmentsTest, TheBytesGoAsTheyAreSignedOverTheirDigest) {
    const std::string content(200'000, 'x');
    const auto answer = send(naming({keep(content)}));
    ASSERT_EQ(BatchVerdict::Answered, answer.verdict) << answer.error_detail;
    EXPECT_EQ(RecordVerdict::Accepted, answer.records[0].verdict);
    EXPECT_NE("", answer.records[0].peer_receipt);
    ASSERT_EQ(1U, seen.size());
    EXPECT_TRUE(content == bodyOfRequest(seen[0]));
    EXPECT_EQ("image/png", fieldOf(seen[0], "content-type"));
    EXPECT_EQ(trust::contentDigest(content), fieldOf(seen[0], "content-digest"));
    EXPECT_NE("", fieldOf(seen[0], "signature"));
    // What is kept of the exchange is its head: the digest stands for the bytes.
    EXPECT_THAT(
        answer.request_bytes, HasSubstr("content-digest: " + trust::contentDigest(content))
    );
    EXPECT_LT(answer.request_bytes.size(), 2000U);
}

TEST_F(NativeAttachmentsTest, EveryOneThatARecordNamesGoesAndNoneTwice) {
    const auto record = naming({keep("a"), keep("b")});
    EXPECT_EQ("accepted", told(record));
    EXPECT_EQ(2U, seen.size());
    EXPECT_EQ("duplicate", told(record));
    EXPECT_EQ(2U, seen.size());
}

TEST_F(NativeAttachmentsTest, WhatTheFarSideHadIsADuplicate) {
    statuses = {200};
    EXPECT_EQ("duplicate", told(naming({keep("a")})));
}

TEST_F(NativeAttachmentsTest, OneThatIsNotHereIsAwaitedForThreeDaysAndHoldsUpNoOther) {
    const auto record = naming({keep("here"), digestOf("to come")});
    EXPECT_EQ("later:request.not_found", told(record));
    EXPECT_EQ(1U, seen.size());
    EXPECT_TRUE(send(record).nothing_sent);  // the first is there, the second is not here
    keep("to come");
    EXPECT_EQ("accepted", told(record));
    EXPECT_EQ("refused:request.not_found", told(old(naming({digestOf("never")}))));
}

TEST_F(NativeAttachmentsTest, WhatSecrecyHidesIsNotSent) {
    auto record = naming({keep("a")});
    record.masked = true;
    EXPECT_EQ("later:withheld", told(record));
    EXPECT_EQ("withheld:withheld", told(old(record)));
    EXPECT_TRUE(seen.empty());
}

TEST_F(NativeAttachmentsTest, ARefusedContentIsRefusedAndTheOthersGo) {
    for (const int status : {413, 415, 422}) {
        seen.clear();
        destination.reset();
        statuses = {status};
        answer_body = R"({"code":"attachment.type_refused"})";
        EXPECT_EQ("refused:attachment.type_refused", told(naming({keep("a")}))) << status;
    }
    answer_body.clear();
    seen.clear();
    statuses = {415, 201};
    EXPECT_EQ("refused:http_415", told(naming({keep("b"), keep("c")})));
    EXPECT_EQ(2U, seen.size());
}

TEST_F(NativeAttachmentsTest, BytesOfAnAnswerAreBounded) {
    const auto record = naming({keep("a")});
    answer_body = R"({"digest":")" + digestOf("a") + R"("})";
    answer_body.resize(NativeAttachments::kAnswerBytesMax + 1, ' ');
    EXPECT_EQ(base::ErrorCode::PeerAnswerInvalid, send(record).error);
    answer_body.pop_back();
    EXPECT_EQ("accepted", told(record));
}

TEST_F(NativeAttachmentsTest, TroubleIsNoRefusal) {
    const std::pair<int, BatchVerdict> rows[] = {
        {503, BatchVerdict::Busy}, {429, BatchVerdict::Busy},    {401, BatchVerdict::Busy},
        {403, BatchVerdict::Busy}, {500, BatchVerdict::Unknown}, {204, BatchVerdict::Unknown}};
    for (const auto& [status, verdict] : rows) {
        seen.clear();
        statuses = {status};
        EXPECT_EQ(verdict, send(naming({keep("a")})).verdict) << status;
    }
}

TEST_F(NativeAttachmentsTest, AnAnswerUnsignedOrAboutAnotherDigestIsNoAnswer) {
    signs = false;
    EXPECT_EQ("delivery.answer_invalid", told(naming({keep("a")})));
    signs = true;
    answer_body = R"({"digest":")" + digestOf("b") + R"("})";
    EXPECT_EQ("delivery.answer_invalid", told(naming({keep("a")})));
    answer_body.clear();
    EXPECT_EQ("accepted", told(naming({keep("a")})));
}

TEST_F(NativeAttachmentsTest, OneThatDoesNotVerifyIsNotSentAndRefusedAtOnce) {
    breaks = keep(std::string(100'000, 'x'));
    EXPECT_EQ("refused:attachment.corrupt", told(naming({breaks})));
    // Another that the record names may still come.
    EXPECT_EQ("later:request.not_found", told(naming({breaks, digestOf("to come")})));
}

TEST_F(NativeAttachmentsTest, AStopEndsWhatIsUnderWay) {
    make();
    destination->hurry();
    EXPECT_EQ(BatchVerdict::Unknown, send(naming({keep("a")})).verdict);
    peer.waitForEnded(1);  // a head has left, so that there is a connection
    EXPECT_TRUE(seen.empty());
}

}  // namespace
}  // namespace yht::kit
